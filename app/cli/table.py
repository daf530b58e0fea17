"""Tables for people on standard output."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from app.cli.output import is_number, shown_cell, speaks_utf8, write

_GAP = "   "
_NARROWEST = 12  # letters that a column keeps where a terminal is too narrow for all of them


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table: numbers stand right, None is left empty, a row is one line.

    On a terminal the widest columns lose the middle of their text until the table fits; into a file or pipe everything
    is written whole.
    """
    columns = [shown_cell(name) for name in columns]
    values = [list(row) for row in rows]
    right = [_is_numeric(row[index] for row in values) for index in range(len(columns))]
    cells = [[shown_cell(value) for value in row] for row in values]
    widths = [max(map(_width, column)) for column in zip(columns, *cells, strict=True)]
    if sys.stdout.isatty():
        _shrink(widths, right, shutil.get_terminal_size().columns - 1)
    rule = "─" if speaks_utf8() else "-"
    ruled = [*widths[:-1], widths[-1] if right[-1] or sys.stdout.isatty() else _width(columns[-1])]
    write(_line(columns, widths, right))
    write(_GAP.join(rule * width for width in ruled))
    for row in cells:
        write(_line(row, widths, right))
    sys.stdout.flush()


def _is_numeric(values: Iterable[Any]) -> bool:
    given = [value for value in values if value is not None]
    return bool(given) and all(map(is_number, given))


def _shrink(widths: list[int], right: list[bool], room: int) -> None:
    """Take from the widest columns of text until all fit into `room`, or none can give more."""
    text = [index for index in range(len(widths)) if not right[index]]
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    while over > 0 and text:
        widest = max(text, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        others = [widths[index] for index in text if index != widest and widths[index] < widths[widest]]
        taken = min(over, max(1, widths[widest] - max([_NARROWEST, *others])))
        widths[widest] -= taken
        over -= taken


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        fitted = _fit(cell, width)
        padding = " " * (width - _width(fitted))
        parts.append(padding + fitted if is_right else fitted + padding)
    return _GAP.join(parts).rstrip()


def _fit(text: str, width: int) -> str:
    """The text without its middle, where it is wider than `width`; the end of a path tells more than its beginning."""
    if _width(text) <= width:
        return text
    dots = "…" if speaks_utf8() else "~"
    head, tail = (width - 1) // 3, width - 1 - (width - 1) // 3
    start, end = text[:head], text[len(text) - tail :]
    while start and _width(start) > head:
        start = start[:-1]
    while end and _width(end) > tail:
        end = end[1:]
    return start + dots + end


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: an ideograph two, a combining mark none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
