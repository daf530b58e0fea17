"""What an inspection found along a sequence: as lines of a tree, and frame by frame for the band below a timeline."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ui import formats
from ui.models.fact_nodes import FactNode, one_line, paged, plain
from ui.widgets.consistency import Mark, Trait

#: What is said of the frames of a sequence whose files have nothing to object to; policies may object all the same.
ALIKE = "No frame missing or cut off, headers and sizes alike"
_MOST_MARKS = 20_000
_MOST_PLACES = 200
_CHUNK = re.compile(r"(?P<first>-?\d{1,18})(?:-(?P<last>-?\d{1,18}))?(?:x(?P<step>\d{1,9}))?")

_COUNTS = (("missing_head", "Missing at the head"), ("missing_inner", "Missing inside"),
           ("missing_tail", "Missing at the tail"), ("unexpected", "Not expected"),
           ("duplicate_frames", "In two paddings"), ("zero_byte", "Empty files"), ("truncated", "Truncated"),
           ("frozen", "Frozen"), ("black", "Black"))  # fmt: skip
_TRAITS = (("missing_head", Trait.MISSING), ("missing_inner", Trait.MISSING), ("missing_tail", Trait.MISSING),
           ("duplicate_frames", Trait.DUPLICATE), ("zero_byte", Trait.EMPTY), ("truncated", Trait.TRUNCATED),
           ("frozen", Trait.FROZEN), ("black", Trait.BLACK))  # fmt: skip


def sequence_nodes(sequence: dict[str, Any]) -> list[FactNode]:
    """The lines about a sequence, what is wrong with it first."""
    lines = [
        FactNode("Frames", str(sequence.get("ranges") or ""), raw=sequence.get("ranges")),
        FactNode("Count", formats.count(sequence.get("frame_count") or 0), raw=sequence.get("frame_count")),
        FactNode("Padding", plain(sequence.get("pad")), raw=sequence.get("pad")),
    ]
    if expected := sequence.get("expected"):
        span = f"{expected.get('first')}-{expected.get('last')} ({expected.get('source')})"
        lines.append(FactNode("Expected", span, raw=expected))
    for key, word in _COUNTS:
        value = sequence.get(key)
        if key == "truncated" and sequence.get("incomplete"):
            continue
        if value:
            lines.append(FactNode(word, one_line(str(value)), state="fail", raw=value))
        elif key in ("frozen", "black"):
            lines.append(FactNode(word, "not measured yet" if value is None else "none", raw=value))
    lines += _timecode(sequence.get("timecode"))
    groups = [FactNode("Sequence", str(sequence.get("ranges") or ""), tuple(lines), raw=sequence)]
    groups += _listed("Unreadable", sequence.get("unreadable"), _reason, "fail")
    groups += _listed("Truncated", sequence.get("incomplete"), _reason, "fail")
    groups += _listed("Size stands out", sequence.get("size_outliers"), _outlier)
    groups += _listed("Header differs", sequence.get("header_differences"), _difference)
    if varying := sequence.get("varying"):
        names = dict.fromkeys(str(entry.get("attribute")) for entry in varying)
        groups.append(FactNode("Varies by frame", plain(list(names)), raw=varying))
    return groups


def consistency_marks(sequence: dict[str, Any]) -> tuple[Mark, ...]:
    """What is wrong with which frames, for the band; frames that are no whole numbers are left out."""
    told = bool(sequence.get("incomplete"))
    traits = [(key, trait) for key, trait in _TRAITS if not (told and trait == Trait.TRUNCATED)]
    marks = [mark for key, trait in traits for mark in _marks(sequence.get(key), trait)]
    for entry in sequence.get("incomplete") or ():
        marks += _marks(entry.get("frames"), Trait.TRUNCATED, one_line(str(entry.get("reason") or "")))
    for entry in sequence.get("unreadable") or ():
        marks += _marks(entry.get("frames"), Trait.UNREADABLE, one_line(str(entry.get("reason") or "")))
    for entry in sequence.get("size_outliers") or ():
        marks += _marks(entry.get("frame"), Trait.SIZE, _outlier(entry)[1])
    for entry in sequence.get("header_differences") or ():
        words = f"{entry.get('attribute')}: {plain(entry.get('value'))}, not {plain(entry.get('expected'))}"
        marks += _marks(entry.get("frames"), Trait.HEADER, words)
    for entry in (sequence.get("timecode") or {}).get("breaks") or ():
        words = f"time code {plain(entry.get('found'))}, not {plain(entry.get('expected'))}"
        marks += _marks(entry.get("frame"), Trait.TIMECODE, words)
    return tuple(marks[:_MOST_MARKS])


def spans_of(text: object) -> list[tuple[int, int]]:
    """Runs of whole frames in a range as it is printed (`1001-1010,1012,2-8x2`); what is no whole frame is left out.

    A run stays a run, however long: a sequence may lack a thousand million frames.
    """
    found: list[tuple[int, int]] = []
    for chunk in str("" if text is None else text).split(","):
        match = _CHUNK.fullmatch(chunk.strip())
        if match is None:
            continue
        first, last, step = int(match["first"]), int(match["last"] or match["first"]), int(match["step"] or 1)
        if step <= 1:
            found.append((first, last))
        else:
            found += [(frame, frame) for frame in range(first, last + 1, step)[:_MOST_MARKS]]
    return found


def places_of(runs: Sequence[tuple[int, int]]) -> tuple[tuple[str, int], ...]:
    """Words and first frame of each run, where there is more than one; the first two hundred."""
    if len(runs) < 2:
        return ()
    return tuple((f"{first}-{last}" if last > first else str(first), first) for first, last in runs[:_MOST_PLACES])


def _marks(frames: object, trait: Trait, words: str = "") -> list[Mark]:
    return [Mark(first, last, trait, words) for first, last in spans_of(frames)]


def _timecode(code: Any) -> Iterable[FactNode]:
    if isinstance(code, dict):
        span = f"{code.get('first')} to {code.get('last')}"
        whole = bool(code.get("continuous"))
        words = span if whole else f"{span}, with {formats.many(len(code.get('breaks') or ()), 'break')}"
        yield FactNode("Time code", words, state="" if whole else "stale", raw=code)


def _reason(entry: dict[str, Any]) -> tuple[str, str, str]:
    return str(entry.get("frames")), str(entry.get("reason") or ""), ""


def _outlier(entry: dict[str, Any]) -> tuple[str, str, str]:
    own, median = entry.get("size_bytes") or 0, entry.get("median_bytes") or 0
    return str(entry.get("frame")), f"{formats.size(own)}, others {formats.size(median)}", ""


def _difference(entry: dict[str, Any]) -> tuple[str, str, str]:
    words = f"{plain(entry.get('value'))}, others {plain(entry.get('expected'))}"
    return f"{entry.get('attribute')}", words, str(entry.get("frames"))


def _listed(
    title: str, entries: Any, words: Callable[[dict[str, Any]], tuple[str, str, str]], state: str = "stale"
) -> Iterable[FactNode]:
    """A group with a line for each entry; none where there are no entries.

    Args:
        title: of the group.
        entries: of the document; None for none.
        words: name, value and frames of an entry; the frames stand below it where there are any.
        state: of the group and its lines.
    """
    nodes = []
    for entry in entries or ():
        name, value, frames = words(entry)
        below = (FactNode("Frames", frames),) if frames else ()
        nodes.append(FactNode(one_line(name), one_line(value), below, state=state, raw=entry))
    if nodes:
        yield FactNode(title, formats.count(len(nodes)), paged(nodes), state=state)
