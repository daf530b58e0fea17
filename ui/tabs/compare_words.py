"""What a comparison found, in words and as rows of tables."""

from collections.abc import Mapping
from typing import Any

from app.files.framerange import frame_range, parse_frames
from ui import formats
from ui.models.fact_nodes import one_line, plain
from ui.models.plain_rows import PlainRow
from ui.tabs.document_facts import attribute_words, window_words
from ui.widgets.histogram import figure

_FEW = 6


def verdict(document: Mapping[str, Any], *, pixels: bool) -> tuple[str, str]:
    """Whether both are equal, as a sentence and a state.

    Args:
        document: of the operation `diff`.
        pixels: whether pixels were compared as well.
    """
    header, channels = document.get("header") or [], differing(document)
    told = [formats.many(len(header), "attribute")] if header else []
    if channels:
        told.append(formats.many(len(channels), "channel"))
    frames = document.get("frames") or {}
    alone = [
        f"{formats.frames(frames[key])} only in {side}"
        for key, side in (("only_a", "A"), ("only_b", "B"))
        if frames.get(key)
    ]
    unsure = document.get("equal") is None or bool(document.get("errors"))
    lacking = _not_whole(document)
    of = f" of {formats.frames(lacking)}" if lacking else ""
    if told or alone:
        rest = f"; not everything{of} could be compared" if unsure else ""
        return f"Different: {', '.join([*told, *alone])}{rest}", "stale"
    if unsure:
        return f"No difference was found, but not everything{of} could be compared", "stale"
    if pixels and document.get("tolerance"):
        return f"Equal: the headers, and the pixels within {document['tolerance']:g}", "pass"
    return ("Equal, header and pixels", "pass") if pixels else ("Headers are equal; comparing pixels…", "")


def _not_whole(document: Mapping[str, Any]) -> str:
    """The frames of two sequences that could not be compared, or not to their ends, in range notation."""
    told = [(document.get("frames") or {}).get("not_compared")]
    told += [error.get("frames") for error in document.get("errors") or ()]
    return frame_range(sorted({frame for ranges in told if ranges for frame in parse_frames(str(ranges))}))


def differing(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The channels whose pixels differ."""
    return [entry for entry in document.get("pixels") or () if entry.get("differing") or entry.get("non_finite")]


def equal_words(document: Mapping[str, Any]) -> str:
    """Where no pixel differs and there is no picture of it: what was compared, and what was not.

    Args:
        document: of the operation `diff`, with pixels.
    """
    frames = document.get("frames") or {}
    if document.get("frames") is not None and not frames.get("compared"):
        return "No frame is in both: no pixel was compared."
    left_out = _left_out(document)
    if not document.get("pixels"):
        return "\n".join(["No pixel was compared.", *left_out])
    more = beyond(document)
    if not left_out and document.get("equal") is not None:
        if frames:
            return f"No pixel of {formats.frames(frames['compared'])} differs{more}."
        return f"No pixel differs{more}." if more else "The pixels of both are equal."
    return "\n".join([f"No pixel of what was compared differs{more}.", *(left_out or ["Not everything was compared."])])


def beyond(document: Mapping[str, Any]) -> str:
    """` by more than 0.5`: what a difference is, where there is a tolerance; empty where any is one."""
    return f" by more than {document['tolerance']:g}" if document.get("tolerance") else ""


def _left_out(document: Mapping[str, Any]) -> list[str]:
    """What was not compared, a line for each side."""
    told = []
    for (side, said), places in _places(document).items():
        of = f" of {side}" if side else ""
        told.append(f"Not compared{of}: {'; '.join(_few(places)) or one_line(said)}")
    for window in document.get("windows") or ():
        for key, side in (("only_a", "A"), ("only_b", "B")):
            if window.get(key):
                told.append(f"Not compared: {formats.many(window[key], 'pixel')} of {side} alone")
    return told


def header_rows(document: Mapping[str, Any]) -> list[PlainRow]:
    """Part, attribute, what A has, what B has, frames."""
    return [
        PlainRow(
            (
                plain(entry.get("part")),
                one_line(str(entry.get("attribute"))),
                _value(entry.get("a")),
                _value(entry.get("b")),
                str(entry.get("frames") or ""),
            )
        )
        for entry in document.get("header") or ()
    ]


def pixel_rows(document: Mapping[str, Any]) -> list[PlainRow]:
    """Channel, part, largest and mean error, how many differ, how many are not finite on one side, the worst frame."""
    rows = []
    for entry in document.get("pixels") or ():
        wrong = bool(entry.get("differing") or entry.get("non_finite"))
        partly = any(error.get("part") in (None, entry.get("part")) for error in document.get("errors") or ())
        none = "none seen" if partly else "none"
        compared, count = entry.get("compared") or 0, entry.get("differing") or 0
        share = f"{formats.count(count)} ({_percent(count, compared)})" if count else none
        rows.append(
            PlainRow(
                (
                    one_line(str(entry.get("channel"))),
                    plain(entry.get("part")),
                    figure(_number(entry.get("max_error")), 3),
                    figure(_number(entry.get("mean_error")), 3),
                    share,
                    formats.count(entry["non_finite"]) if entry.get("non_finite") else none,
                    str(entry.get("worst_frame") or ""),
                ),
                "stale" if wrong or partly else "",
                "stale" if wrong else "warning" if partly else "pass",
            )
        )
    return rows


def problems(document: Mapping[str, Any]) -> str:
    """What could not be compared, and where, on one line."""
    told = []
    for (side, said), places in _places(document).items():
        where = "; ".join(_few(places))
        before = ", ".join(filter(None, (side, where)))
        told.append(f"{before}: {said}" if before else said)
    more = f" (and {len(told) - 2} more)" if len(told) > 2 else ""
    return one_line(" · ".join(told[:2])) + more if told else ""


def _places(document: Mapping[str, Any]) -> dict[tuple[str, str], list[str]]:
    """The places of all errors (`frame 1003, rows 128-269`), by side and what is wrong there."""
    found: dict[tuple[str, str], list[str]] = {}
    for error in document.get("errors") or ():
        rows = f"rows {error['rows']}" if error.get("rows") else ""
        frames = formats.frames(str(error["frames"])) if error.get("frames") else ""
        where = ", ".join(filter(None, (frames, rows)))
        key = str(error.get("side") or "").upper(), str(error.get("message") or error.get("code"))
        found.setdefault(key, []).extend([where] if where else [])
    return found


def _few(places: list[str]) -> list[str]:
    more = [f"{len(places) - _FEW} more"] if len(places) > _FEW else []
    return [*places[:_FEW], *more]


def _percent(count: int, whole: int) -> str:
    share = 100 * count / whole if whole else 0
    return f"{share:.0f}{formats.NBSP}%" if share >= 1 else f"<{formats.NBSP}1{formats.NBSP}%"


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _value(value: Any) -> str:
    if value is None:
        return "absent"
    if isinstance(value, dict) and set(value) == {"min", "max"}:
        return window_words(value)
    return attribute_words(value)
