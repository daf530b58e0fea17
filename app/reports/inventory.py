"""The inventory of drives written to a file, streamed: CSV for spreadsheets, JSON lines for programs, EFU."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.engine import Engine
from app.errors import AppError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.kinds import Category
from app.reports.exports import FORMATS, ExportResult
from app.reports.inventorylines import Row, head_of, lines_of
from app.reports.newfiles import new_export
from app.wholefile import new_whole_file

_PAGE = 5000
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_LABEL = 60
#: Further than any time that a file may have, and no more than SQLite holds.
_ENDLESS = (1 << 63) - 1
_COLUMNS = "folder_id, name, size, mtime_ns, category, hash, mime, missed_scan IS NOT NULL"


@dataclass(frozen=True, slots=True)
class InventoryFilter:
    """Which files are written.

    Attributes:
        deleted: those too that are not there any more.
        av_only: only movies and sound.
        since_us: only those modified at this time or later, microseconds since 1970.
    """

    deleted: bool = False
    av_only: bool = False
    since_us: int | None = None

    def condition(self) -> tuple[str, tuple[int, ...]]:
        """As SQL on the table of files, with its bindings."""
        parts, bindings = [], []
        if not self.deleted:
            parts.append("missed_scan IS NULL")
        if self.av_only:
            parts.append(f"category IN ({Category.VIDEO:d}, {Category.AUDIO:d})")
        if self.since_us is not None:
            parts.append("mtime_ns >= ?")
            bindings.append(min(max(self.since_us * 1000, -_ENDLESS), _ENDLESS))
        return " AND ".join(parts) or "1", tuple(bindings)


@dataclass(frozen=True, slots=True)
class ExportInventoryRequest:
    """Whose inventory goes where.

    Attributes:
        format: one of `FORMATS`.
        drive_ids: ids or labels of drives; empty for all.
        wanted: which files.
        path: the file, replaced if it exists; None makes a new one in the exports folder, named after drive and time.
    """

    format: str
    drive_ids: tuple[str, ...] = ()
    wanted: InventoryFilter = InventoryFilter()
    path: str | None = None


def export_inventory(engine: Engine, request: ExportInventoryRequest, job: Job) -> ExportResult:
    """Write the files of drives to a file that appears whole at the end.

    Drives follow each other by label, files lie in the order of the shard: folder by folder. A drive whose shard cannot
    be read is left out and reported as a failed item.

    Raises:
        UsageError: the format is not known.
        InputError: there is no such drive, or the file cannot be written.
        AppError: not one of the drives can be read.
        Cancelled: the token was set; nothing is left behind.
    """
    if request.format not in FORMATS:
        raise UsageError(f"{request.format} is none of {', '.join(FORMATS)}")
    drives = engine.catalog.drives_called(request.drive_ids, look=False)
    if len(drives) == 1:
        job.concerns(drives[0].id, drives[0].label)
    stem = f"export_{_stem_of(drives[0]) if len(drives) == 1 else 'all'}"
    path = Path(request.path) if request.path else new_export(engine.home, stem, request.format)
    with new_whole_file(path) as file:
        return write_inventory(engine, request, drives, file, job, str(path))


def write_inventory(
    engine: Engine, request: ExportInventoryRequest, drives: list[Drive], file: IO[bytes], job: Job, path: str
) -> ExportResult:
    """Write to an open file; `path` is what the result calls it. Raises as `export_inventory`."""
    started = time.monotonic()
    job.stage(Stage.EXPORT, sum(drive.files for drive in drives) if request.wanted == InventoryFilter() else None)
    head = head_of(request.format)
    file.write(head)
    rows, size = 0, len(head)
    failed: list[tuple[Drive, AppError]] = []
    for drive in drives:
        try:
            for count, data in _pages(engine, drive, request, job):
                file.write(data)
                rows, size = rows + count, size + len(data)
                job.progress(rows, bytes_done=size, current=drive.label)
        except AppError as error:
            failed.append((drive, error))
    if failed and len(failed) == len(drives):
        raise failed[0][1]
    for drive, reason in failed:
        job.item_failed(drive.label, reason.message, reason.code)
    job.progress(rows, bytes_done=size, last=True)
    left_out = tuple(drive.label for drive, _ in failed)
    return ExportResult(path, rows, size, time.monotonic() - started, left_out)


def _pages(engine: Engine, drive: Drive, request: ExportInventoryRequest, job: Job) -> Iterator[tuple[int, bytes]]:
    """How many files, and their lines, page by page; nothing for a drive that was never scanned to an end."""
    try:
        database = engine.catalog.open_shard(drive, job.token)
    except AppError as error:
        if error.code != ABSENT:
            raise
        return
    with database:
        lines = lines_of(request.format, drive, database)
        rows = _rows(database, request.wanted)
        while page := list(islice(rows, _PAGE)):
            yield len(page), lines.page(page)


def _rows(database: Database, wanted: InventoryFilter) -> Iterator[Row]:
    condition, bindings = wanted.condition()
    found: Iterator[Row] = database.rows(f"SELECT {_COLUMNS} FROM file WHERE {condition} ORDER BY id", bindings)
    return found


def _stem_of(drive: Drive) -> str:
    return _UNSAFE.sub("_", drive.label)[:_LONGEST_LABEL].strip("._") or "drive"
