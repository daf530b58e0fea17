"""Files that an export makes: where they go, and cells of CSV."""

import base64
import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.model.names import raw_name
from app.paths import Home
from app.wholefile import cannot_write

#: Tells spreadsheets that a CSV file is UTF-8.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

#: What spreadsheets take for the beginning of a formula, some in its wide form too. Source: OWASP, "CSV Injection".
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def new_export(home: Home, stem: str, suffix: str, folder: str = "") -> Path:
    """A file that is not there yet in the exports folder, or one in it, named after the time.

    Raises:
        InputError: the folder cannot be made.
    """
    where = home.exports / folder if folder else home.exports
    try:
        where.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(where, error) from error
    return unused(where, stamped(stem), suffix)


def stamped(stem: str) -> str:
    """A name with the time behind it, in UTC."""
    return f"{stem}_{datetime.now(UTC):%Y%m%d_%H%M%SZ}"


def unused(folder: Path, name: str, suffix: str) -> Path:
    """A path in a folder at which nothing is yet: with a number behind the name where it must be."""
    path, number = folder / f"{name}.{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{name}_{number}.{suffix}"
    return path


def csv_row(cells: Iterable[Any]) -> bytes:
    """A line of CSV in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


def csv_cell(value: Any) -> Any:
    """A value as a cell: one that would be a formula begins with an apostrophe."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def raw_cell(path: bytes, shown_as_it_is: bool) -> str:
    """The column `raw_name`: the bytes of a path in base64 where the cells do not show it as it is, else nothing."""
    if shown_as_it_is:
        return raw_name(path) or ""
    return base64.b64encode(path).decode("ascii")
