"""What a comparison found, in words and as rows of tables."""

from collections.abc import Mapping
from typing import Any

from ui import formats
from ui.models.fact_nodes import one_line, plain
from ui.models.plain_rows import PlainRow
from ui.tabs.document_facts import window_words
from ui.widgets.histogram import figure


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
    alone = [f"{frames[key]} only in {side}" for key, side in (("only_a", "A"), ("only_b", "B")) if frames.get(key)]
    if told or alone:
        return f"Different: {', '.join([*told, *alone])}", "stale"
    if document.get("equal") is None or document.get("errors"):
        return "No difference was found, but not everything could be compared", "stale"
    return ("Equal, header and pixels", "pass") if pixels else ("Headers are equal; comparing pixels…", "")


def differing(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The channels whose pixels differ."""
    return [entry for entry in document.get("pixels") or () if entry.get("differing") or entry.get("non_finite")]


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
        compared, count = entry.get("compared") or 0, entry.get("differing") or 0
        share = f"{formats.count(count)} ({_percent(count, compared)})" if count else "none"
        rows.append(
            PlainRow(
                (
                    one_line(str(entry.get("channel"))),
                    plain(entry.get("part")),
                    figure(_number(entry.get("max_error")), 3),
                    figure(_number(entry.get("mean_error")), 3),
                    share,
                    formats.count(entry["non_finite"]) if entry.get("non_finite") else "none",
                    str(entry.get("worst_frame") or ""),
                ),
                "stale" if wrong else "",
                "stale" if wrong else "pass",
            )
        )
    return rows


def problems(document: Mapping[str, Any]) -> str:
    """What could not be compared, on one line."""
    told = [_problem(error) for error in document.get("errors") or ()]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return f"{one_line(told[0])}{more}" if told else ""


def _problem(error: Mapping[str, Any]) -> str:
    rows = f"rows {error['rows']}" if error.get("rows") else ""
    where = ", ".join(filter(None, (str(error.get("side") or "").upper(), rows)))
    said = str(error.get("message") or error.get("code"))
    return f"{where}: {said}" if where else said


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
    return plain(value)
