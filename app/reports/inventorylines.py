"""Files of a drive as lines of an export, a page at a time: made by hand, since millions are.

A line costs some microseconds: what all files of a folder share is made once a folder, what all of a minute share once
a minute, and nothing is kept for longer than it is needed.
"""

import csv
import io
from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Any, Protocol

from app.catalog.database import Database
from app.model.drives import Drive
from app.model.kinds import Category
from app.model.names import raw_name, shown
from app.model.times import rfc3339, rfc3339_ns
from app.reports.efu import EFU_HEAD, efu_base, efu_line, efu_path
from app.reports.newfiles import BYTE_ORDER_MARK, FORMULA, csv_cell, csv_row, raw_cell

#: What a line tells, in its order; `raw_name` of JSON only where it is needed.
COLUMNS = (
    "name", "category", "size", "modified", "drive", "path", "relative_path", "content_hash", "mime", "deleted",
    "raw_name",
)  # fmt: skip

#: Folder id, name, size, mtime in ns, category, hash, mime, and whether it is missing.
Row = tuple[int, bytes, int, int, int, bytes | None, str | None, int]

_MINUTE_NS = 60_000_000_000
_SECOND_NS = 1_000_000_000
_YEARS_NS = (-62_135_596_800 * _SECOND_NS, 253_402_300_799 * _SECOND_NS)
_MOST_KEPT = 20_000
_LABELS = {int(category): category.label for category in Category}


class Lines(Protocol):
    """Makes the lines of one drive."""

    def page(self, rows: Iterable[Row]) -> bytes:
        """The lines of some files, in their order."""


class Clock:
    """RFC 3339 of file times, whose minutes are spelled once."""

    def __init__(self) -> None:
        self._minutes: dict[int, str] = {}

    def __call__(self, ns: int) -> str:
        """As `rfc3339_ns`."""
        if not _YEARS_NS[0] <= ns <= _YEARS_NS[1]:
            return rfc3339_ns(ns)
        minute, rest = divmod(ns, _MINUTE_NS)
        head = self._minutes.get(minute)
        if head is None:
            if len(self._minutes) > _MOST_KEPT:
                self._minutes.clear()
            head = self._minutes[minute] = rfc3339(minute * 60_000_000)[:-10]
        return f"{head}{rest // _SECOND_NS:02d}.{rest % _SECOND_NS // 1000:06d}Z"


class Folders:
    """The folder of the file at hand: its path, read when another one begins."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = -1
        self.path = b""

    def enter(self, folder_id: int) -> str:
        """Go to a folder; its path as it is shown, with a `/` behind it unless it is the base."""
        self.id = folder_id
        self.path = self._database.value("SELECT path FROM folder WHERE id = ?", (folder_id,)) or b""
        return shown(self.path) + "/" if self.path else ""

    def raw_path(self, name: bytes) -> bytes:
        """The bytes of a file's path below the base."""
        return self.path + b"/" + name if self.path else name


def json_hash(stored: bytes | None) -> str:
    """A content hash as JSON."""
    if stored is None:
        return "null"
    if len(stored) <= 32:
        return f'"blake3:{stored.hex()}"'
    algorithm, _, digest = stored.partition(b":")
    return f'"{algorithm.decode()}:{digest.hex()}"'


class JsonLines:
    """Each file an object on a line of its own."""

    def __init__(self, drive: Drive, database: Database) -> None:
        self._folders, self._clock = Folders(database), Clock()
        self._drive = encode_basestring(drive.label)
        self._base = _shown_base(drive)
        self._mimes: dict[str | None, str] = {None: "null"}
        self._path = self._relative = ""
        self._whole = True

    def page(self, rows: Iterable[Row]) -> bytes:
        """See `Lines`."""
        lines = []
        folders, clock, quote, labels, drive = self._folders, self._clock, encode_basestring, _LABELS, self._drive
        for folder_id, name, size, mtime_ns, category, stored, mime, missing in rows:
            if folder_id != folders.id:
                self._enter(folder_id)
            more = ""
            try:
                quoted = quote(name.decode())
                if not self._whole:
                    more = f', "raw_name": "{raw_name(folders.raw_path(name))}"'
            except UnicodeDecodeError:
                quoted = quote(shown(name))
                more = f', "raw_name": "{raw_name(folders.raw_path(name))}"'
            lines.append(
                f'{{"name": {quoted}, "category": "{labels.get(category, "other")}", "size": {size},'
                f' "modified": "{clock(mtime_ns)}", "drive": {drive}, "path": {self._path}{quoted[1:]},'
                f' "relative_path": {self._relative}{quoted[1:]}, "content_hash": {json_hash(stored)},'
                f' "mime": {self._mimes.get(mime) or self._quoted_mime(mime)},'
                f' "deleted": {"true" if missing else "false"}{more}}}\n'
            )
        return "".join(lines).encode("utf-8", "replace")

    def _enter(self, folder_id: int) -> None:
        folder = self._folders.enter(folder_id)
        self._relative = encode_basestring(folder)[:-1]
        self._path = encode_basestring(f"{self._base}/{folder}")[:-1]
        self._whole = raw_name(self._folders.path) is None

    def _quoted_mime(self, mime: str | None) -> str:
        if len(self._mimes) > _MOST_KEPT:
            self._mimes.clear()
        return self._mimes.setdefault(mime, "null" if mime is None else encode_basestring(mime))


class CsvLines:
    """Each file a row for spreadsheets. `raw_name` tells what a cell does not: see docs/exports.md."""

    def __init__(self, drive: Drive, database: Database) -> None:
        self._folders, self._clock = Folders(database), Clock()
        self._drive = csv_cell(drive.label)
        self._base = _shown_base(drive)
        self._folder = self._path = ""
        self._plain = True

    def page(self, rows: Iterable[Row]) -> bytes:
        """See `Lines`."""
        cells = []
        folders, clock, labels, drive = self._folders, self._clock, _LABELS, self._drive
        for folder_id, name, size, mtime_ns, category, stored, mime, missing in rows:
            if folder_id != folders.id:
                self._enter(folder_id)
            text, encoded = shown(name), ""
            safe, relative = text, self._folder + text
            if not (self._plain and name.isascii()) or text[:1] in FORMULA:
                safe, relative = csv_cell(text), csv_cell(relative)
                as_it_is = safe == text and relative == self._folder + text
                encoded = raw_cell(folders.raw_path(name), as_it_is)
            cells.append(
                (safe, labels.get(category, "other"), size, clock(mtime_ns), drive, self._path + text, relative,
                 json_hash(stored)[1:-1] if stored else "", mime, "yes" if missing else "no", encoded)
            )  # fmt: skip
        text_file = io.StringIO(newline="")
        csv.writer(text_file).writerows(cells)
        return text_file.getvalue().encode("utf-8", "replace")

    def _enter(self, folder_id: int) -> None:
        self._folder = self._folders.enter(folder_id)
        self._path = csv_cell(f"{self._base}/{self._folder}")
        self._plain = raw_name(self._folders.path) is None and self._folder[:1] not in FORMULA


class EfuLines:
    """Each file a line of Everything's file list."""

    def __init__(self, drive: Drive, database: Database) -> None:
        self._folders = Folders(database)
        self._base, self._separator = efu_base(shown(drive.base))
        self._folder = ""

    def page(self, rows: Iterable[Row]) -> bytes:
        """See `Lines`."""
        lines = []
        for folder_id, name, size, mtime_ns, *_ in rows:
            if folder_id != self._folders.id:
                folder = f"/{self._folders.enter(folder_id)}"
                self._folder = efu_path(self._base + (folder if self._separator == "/" else folder.replace("/", "\\")))
            lines.append(efu_line(self._folder + efu_path(shown(name)), size, mtime_ns))
        return "".join(lines).encode("utf-8", "replace")


def head_of(form: str) -> bytes:
    """What stands above the lines."""
    heads = {"csv": BYTE_ORDER_MARK + csv_row(COLUMNS), "efu": EFU_HEAD}
    return heads.get(form, b"")


def lines_of(form: str, drive: Drive, database: Database) -> Lines:
    """The maker of a form's lines: `csv`, `jsonl` or `efu`."""
    makers: dict[str, Any] = {"csv": CsvLines, "jsonl": JsonLines, "efu": EfuLines}
    made: Lines = makers[form](drive, database)
    return made


def _shown_base(drive: Drive) -> str:
    """The drive's base with `/`, without one at its end."""
    return shown(drive.base.replace("\\", "/").rstrip("/"))
