"""Facts of movies and sound as people say them: a rate in megabits, a time in minutes; the exact value beside it."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from ui import formats
from ui.models.fact_nodes import FactNode, one_line, paged, plain
from ui.tabs.fact_values import key_words, value_node

#: Keys that are said with another one: an exact duration with that in seconds.
_SAID_WITH = {"duration": "duration_s", "average_rate": "frame_rate", "codec_long_name": "codec",
              "container_long_name": "container"}  # fmt: skip
_LEFT_OUT = frozenset({"index", "type"})
_WORDS = {
    "duration_s": "Duration", "start_s": "Start", "end_s": "End", "bits": "Bit depth", "color": "Colour",
    "codec": "Codec", "id": "Id", "hdr": "HDR", "sizes": "Picture size", "frames_decoded": "Frames decoded",
}  # fmt: skip


def stream_lines(facts: Mapping[str, Any]) -> Iterable[FactNode]:
    """A line for each fact of a stream, a container, or what was measured of one; what is empty is left out."""
    for key, value in facts.items():
        if key in _LEFT_OUT or value in (None, "", {}, []):
            continue
        with_key = _SAID_WITH.get(key)
        if with_key and facts.get(with_key) not in (None, ""):
            if key == "average_rate" and value != facts["frame_rate"]:
                yield _said("Average rate", _rate, value)
            continue
        yield _line(key, value, facts)


def _line(key: str, value: Any, facts: Mapping[str, Any]) -> FactNode:
    name = _WORDS.get(key, key_words(key))
    if key == "duration_s" and "/" in str(facts.get("duration")):
        return _said(name, _time, value, exact=f"{facts['duration']} s")
    if (how := _HOW.get(key)) is not None:
        return _said(name, how, value)
    if key in ("codec", "container") and facts.get(f"{key}_long_name"):
        return FactNode(name, one_line(f"{facts[f'{key}_long_name']}"), exact=str(value), raw=value)
    if key == "color" and isinstance(value, dict):
        told = [f"{entry}" for entry in value.values() if entry]
        below = [FactNode(key_words(part), str(entry), raw=entry) for part, entry in value.items() if entry]
        return FactNode(name, ", ".join(dict.fromkeys(told)), tuple(below), raw=value)
    if key == "chapters" and isinstance(value, list):
        return FactNode(name, formats.count(len(value)), paged([_chapter(n, one) for n, one in enumerate(value, 1)]),
                        raw=value)  # fmt: skip
    return value_node(name, value)


def _said(name: str, how: Callable[[Any], str], value: Any, exact: str = "") -> FactNode:
    """A line whose value is said as people say it, where it can be; the exact one beside it."""
    try:
        words = how(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return value_node(name, value)
    found = exact or (value if isinstance(value, str) else plain(value))
    same = words.startswith(found) or words.replace(":", "/") == found or words == "none"
    return FactNode(name, words, raw=value, exact="" if same else found)


def _chapter(number: int, chapter: Any) -> FactNode:
    if not isinstance(chapter, dict):
        return value_node(str(number), chapter)
    try:
        span = f"{formats.playing_time(chapter['start_s'])} – {formats.playing_time(chapter['end_s'])}"
    except (KeyError, TypeError, ValueError):
        return value_node(str(number), chapter)
    title = one_line(str(chapter.get("title") or ""))
    return FactNode(str(number), " · ".join(filter(None, (title, span))), raw=chapter)


def _rate(value: Any) -> str:
    return f"{float(Fraction(value)):.3f}".rstrip("0").rstrip(".") + f"{formats.NBSP}fps"


def _bits(value: Any) -> str:
    return f"{formats.size(value).removesuffix('B').replace('K', 'k')}bit/s"


def _time(value: Any) -> str:
    return formats.playing_time(float(value))


def _aspect(value: Any) -> str:
    found = Fraction(value)
    if found.denominator <= 20 and found.numerator <= 64:
        return f"{found.numerator}:{found.denominator}"
    return f"{float(found):.3f}:1"


def _hertz(value: Any) -> str:
    return f"{value / 1000:g}{formats.NBSP}kHz"


def _sizes(value: Any) -> str:
    return ", ".join(f"{wide} × {high}" for wide, high in value)


_HOW: dict[str, Callable[[Any], str]] = {
    "bit_rate": _bits,
    "frame_rate": _rate,
    "duration_s": _time,
    "start_s": _time,
    "silent_s": _time,
    "sample_rate": _hertz,
    "pixel_aspect": _aspect,
    "display_aspect": _aspect,
    "time_base": lambda value: f"{value}{formats.NBSP}s",
    "rotation": lambda value: f"{value:g}°" if value else "none",
    "bit_depth": lambda value: f"{value}{formats.NBSP}bit",
    "bits": lambda value: f"{value}{formats.NBSP}bit",
    "frames": formats.count,
    "frames_decoded": formats.count,
    "frames_expected": formats.count,
    "samples": formats.count,
    "packets": formats.count,
    "sizes": _sizes,
}
