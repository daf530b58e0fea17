"""What is known of a hit, in words: the facts below its picture."""

from fractions import Fraction
from typing import Any

from app.catalog.assets import VerdictState
from app.catalog.details import FileDetails
from app.catalog.find import Found
from app.model.facts import MediaFacts
from app.model.kinds import MEDIA
from ui import formats
from ui.models.search_model import one_line
from ui.widgets.facts_grid import Fact

_MOST_CHANNELS = 4
_MOST_GAPS = 24


def facts_of(hit: Found, details: FileDetails, missing: str, *, online: bool) -> list[Fact]:
    """The facts of a hit, the most telling first.

    Args:
        hit: the file.
        details: what its shard knows.
        missing: missing frames of its sequence (`1014-1016, 1058`), or empty.
        online: whether its drive is connected.
    """
    facts: list[Fact] = []
    if details.problem:
        facts.append(Fact("Problem", one_line(details.problem), "fail"))
    if details.missing:
        facts.append(Fact("Missing", "The last scan did not find it any more.", "stale"))
    facts += _frames(details, missing)
    facts += media_facts(details.facts) if details.facts else []
    facts.append(Fact("Size", _size(hit.hit.size)))
    facts.append(Fact("Modified", f"{formats.date(hit.hit.mtime_ns // 1000)}"))
    facts.append(Fact("Content", content_words(details.content_hash)))
    if details.content_hash:
        facts.append(_verified(details))
    if details.verdict is not None or details.category in MEDIA:
        facts += _verdict(details.verdict)
    if not online:
        facts.append(Fact("Last seen", one_line(hit.path)))
    return facts


def _verified(details: FileDetails) -> Fact:
    """When its bytes were read whole last, and whether they were the right ones."""
    if details.suspicion:
        return Fact("Verified", f"suspected of rot: {one_line(details.suspicion)}", "fail")
    if details.verified_us is None:
        return Fact("Verified", "never since it was hashed")
    return Fact("Verified", formats.last(details.verified_us))


def media_facts(facts: MediaFacts) -> list[Fact]:
    """Picture, duration and sound of a media file."""
    lines: list[Fact] = []
    pictures = [stream for stream in facts.streams if "width" in stream]
    sounds = [stream for stream in facts.streams if stream.get("type") == "audio"]
    if pictures:
        words = _movie(pictures[0]) if "codec" in pictures[0] else _still(facts, pictures)
        lines.append(Fact("Picture", words))
    elif facts.format:
        lines.append(Fact("Format", facts.format))
    if facts.duration_s is not None:
        lines.append(Fact("Duration", formats.playing_time(facts.duration_s)))
    if sounds:
        more = f" and {len(sounds) - 1} more" if len(sounds) > 1 else ""
        lines.append(Fact("Sound", _sound(sounds[0]) + more))
    timecode = facts.attributes.get("timecode")
    if isinstance(timecode, str) and timecode:
        lines.append(Fact("Timecode", timecode))
    return lines


def content_words(content_hash: str) -> str:
    """`blake3:c29b…7f · hashed`, or that it was not hashed."""
    if not content_hash:
        return "not hashed"
    algorithm, _, digest = content_hash.partition(":")
    return f"{algorithm}:{digest[:8]}…{digest[-4:]} · hashed"


def _frames(details: FileDetails, missing: str) -> list[Fact]:
    sequence = details.sequence
    if sequence is None:
        return []
    lines = [Fact("Sequence", f"{one_line(sequence.asset_name)}")]
    span = f"{sequence.first_frame}-{sequence.last_frame}"
    there = formats.count(sequence.frame_count)
    if not sequence.missing_count:
        return [*lines, Fact("Frames", f"{there} of {there}, {span}, none missing")]
    whole = formats.count(sequence.frame_count + sequence.missing_count)
    gaps = f"missing {gap_words(missing)}" if missing else f"{formats.count(sequence.missing_count)} missing"
    return [*lines, Fact("Frames", f"{there} of {whole}, {gaps}", "stale")]


def gap_words(missing: str) -> str:
    """The first gaps, and how many more there are."""
    gaps = missing.split(",")
    more = f" and {formats.many(len(gaps) - _MOST_GAPS, 'more gap')}" if len(gaps) > _MOST_GAPS else ""
    return ", ".join(gaps[:_MOST_GAPS]) + more


def _still(facts: MediaFacts, parts: list[dict[str, Any]]) -> str:
    first = parts[0]
    words = [f"{facts.width or first['width']}×{facts.height or first['height']}", _channels(first)]
    compression = first.get("compression")
    if isinstance(compression, dict):
        compression = compression.get("name")
    if compression and compression != "none":
        words.append(str(compression).upper())
    count = len(facts.streams)
    if first.get("view") or facts.format == "openexr" or count > 1:
        words.append(f"{count} part{'s' if count != 1 else ''}")
    return ", ".join(word for word in (facts.format, *words) if word)


def _channels(part: dict[str, Any]) -> str:
    """`RGBA half`, `Y uint8`, `RGBA half + 12 more`."""
    raw = part.get("channels") or []
    named = [entry if isinstance(entry, dict) else {"name": entry, "type": part.get("depth")} for entry in raw]
    main = [entry for entry in named if not entry.get("layer")] or named
    names = [str(entry["name"]).rpartition(".")[2] for entry in main]
    order = [name for name in ("R", "G", "B", "A") if name in names]
    shown = order if len(order) >= 3 else names[:_MOST_CHANNELS]
    kind = str(main[0].get("type") or "") if main else ""
    joined = "".join(shown) if all(len(name) == 1 for name in shown) else " ".join(shown)
    rest = len(named) - len(shown)
    return " ".join(word for word in (joined, kind, f"+ {rest} more" if rest > 0 else "") if word)


def _movie(stream: dict[str, Any]) -> str:
    words = [f"{stream['width']}×{stream['height']}", str(stream.get("codec") or "")]
    rate = stream.get("frame_rate")
    if rate:
        words.append(f"{_rate(str(rate))} fps")
    depth = stream.get("bit_depth")
    if depth:
        words.append(f"{depth} bit")
    return ", ".join(word for word in words if word)


def _sound(stream: dict[str, Any]) -> str:
    words = [str(stream.get("codec") or "")]
    rate = stream.get("sample_rate")
    if rate:
        words.append(f"{rate / 1000:g} kHz")
    if stream.get("bits"):
        words.append(f"{stream['bits']} bit")
    words.append(str(stream.get("layout") or ""))
    return ", ".join(word for word in words if word)


def _rate(text: str) -> str:
    try:
        return f"{float(Fraction(text)):.3f}".rstrip("0").rstrip(".")
    except (ValueError, ZeroDivisionError):
        return text


def _size(number: int) -> str:
    return formats.size(number) if number < 1000 else f"{formats.size(number)} ({formats.count(number)} bytes)"


def _verdict(verdict: VerdictState | None) -> list[Fact]:
    if verdict is None:
        return [Fact("Verdict", "none recorded")]
    words = f"stale: content changed since {verdict.result}" if verdict.stale else verdict.result
    if verdict.operator:
        words += f" · {verdict.operator}"
    state = verdict.word if verdict.word != "pending" else ""
    lines = [Fact("Verdict", f"{words} · {formats.date(verdict.time_us)}", state)]
    if verdict.reasons:
        lines.append(Fact("Reasons", ", ".join(verdict.reasons)))
    if verdict.note:
        lines.append(Fact("Note", verdict.note))
    return lines
