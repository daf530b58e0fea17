"""What decoding showed of a movie or a sound, as lines of a tree: what a delivery is judged by first."""

from collections.abc import Iterable
from typing import Any

from app.model.measuring import silent_channels
from ui import formats
from ui.models.fact_nodes import FactNode, one_line, paged, plain
from ui.tabs.fact_values import key_words, value_node
from ui.tabs.sequence_facts import spans_of
from ui.tabs.stream_facts import stream_lines
from ui.widgets.consistency import Mark, Trait

_LOUDNESS = (
    ("integrated_lufs", "Loudness", "LUFS"), ("range_lu", "Loudness range", "LU"),
    ("true_peak_dbtp", "True peak", "dBTP"), ("max_short_term_lufs", "Loudest short term", "LUFS"),
    ("max_momentary_lufs", "Loudest moment", "LUFS"),
)  # fmt: skip
_TOLD = frozenset(
    {"stream", "black", "frozen", "interlace", "loudness", "clipped", "silent", "silent_s", "silent_longest_s", "phase"}
)


def measured_nodes(stats: Any) -> Iterable[FactNode]:
    """A group for each stream that was decoded; of pictures the channels tell."""
    if not isinstance(stats, dict):
        return
    for kind, lines in (("video", _video), ("audio", _audio)):
        for place, entry in enumerate(_dicts(stats.get(kind))):
            nodes = [*lines(entry), *_rest(entry)]
            yield FactNode(
                f"{kind.capitalize()} {entry.get('stream', place)}", _summary(entry), paged(nodes), raw=entry
            )
    rest = {key: value for key, value in stats.items() if key not in ("parts", "video", "audio") and value}
    if rest:
        nodes = [value_node(key_words(key), value) for key, value in rest.items()]
        yield FactNode("Measured", "", paged(nodes), raw=rest, closed=True)


def movie_marks(stats: Any) -> tuple[Mark, ...]:
    """Black and frozen frames of the first picture, counted from 0."""
    entries = _dicts(stats.get("video") if isinstance(stats, dict) else None)
    if not entries:
        return ()
    return tuple(
        Mark(first, last, trait)
        for key, trait in (("black", Trait.BLACK), ("frozen", Trait.FROZEN))
        for first, last in spans_of((entries[0].get(key) or {}).get("frames"))
    )


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _summary(entry: dict[str, Any]) -> str:
    loud = (entry.get("loudness") or {}).get("integrated_lufs")
    if loud is not None:
        return _decibel(loud, "LUFS")
    frames = entry.get("frames_decoded")
    return formats.many(frames, "frame") if isinstance(frames, int) else ""


def _video(entry: dict[str, Any]) -> Iterable[FactNode]:
    for key in ("black", "frozen"):
        found = entry.get(key) or {}
        count = found.get("count") or 0
        words = f"{formats.many(count, 'frame')}: {one_line(str(found.get('frames')))}" if count else "none"
        yield FactNode(key.capitalize(), words, state="stale" if count else "", raw=found)
    interlace = entry.get("interlace")
    if isinstance(interlace, dict):
        declared, detected = interlace.get("declared"), interlace.get("detected")
        differs = detected not in (declared, "undetermined", None)
        words = f"{plain(detected)}, declared {plain(declared)}"
        yield FactNode("Scan", words, state="stale" if differs else "", raw=interlace)


def _audio(entry: dict[str, Any]) -> Iterable[FactNode]:
    loud = entry.get("loudness") or {}
    for key, word, unit in _LOUDNESS:
        if key in loud:
            yield FactNode(word, _decibel(loud[key], unit), raw=loud[key])
    if loud.get("not_measured"):
        yield FactNode("Loudness not measured", str(loud["not_measured"]), state="stale", raw=loud["not_measured"])
    silent = entry.get("silent") or []
    channels = silent_channels(entry)
    told = (
        [f"{formats.duration(entry.get('silent_s') or 0)} in {formats.many(len(silent), 'stretch')}"] if silent else []
    )
    told += [f"{', '.join(channels)} throughout"] if channels else []
    yield FactNode("Silent", "; ".join(told) or "none", state="stale" if told else "", raw=silent)
    clipped = entry.get("clipped") or {}
    count = clipped.get("count") or 0
    yield FactNode(
        "Clipped", formats.many(count, "run") if count else "none", state="stale" if count else "", raw=clipped
    )
    phase = entry.get("phase") or {}
    if phase.get("correlation") is not None:
        inverted = bool(phase.get("inverted"))
        words = f"{phase['correlation']:.2f}{', inverted' if inverted else ''}"
        yield FactNode("Phase correlation", words, state="stale" if inverted else "", raw=phase)


def _rest(entry: dict[str, Any]) -> Iterable[FactNode]:
    return stream_lines({key: value for key, value in entry.items() if key not in _TOLD})


def _decibel(value: Any, unit: str) -> str:
    if not isinstance(value, (int, float)):
        return plain(value)
    return f"{value:.1f}{formats.NBSP}{unit}".replace("-", "−")
