"""Hits of a search written to a file, streamed: CSV for spreadsheets, JSON lines for programs."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from app.catalog.find import Find, Found
from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import AppError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import shown
from app.reports.efu import EFU_HEAD, efu_base, efu_line, efu_path
from app.reports.newfiles import BYTE_ORDER_MARK, csv_cell, csv_row, new_export, raw_cell
from app.wholefile import new_whole_file

#: The formats by name; also the suffixes of their files.
FORMATS = ("csv", "jsonl", "efu")

_COLUMNS = ("name", "category", "size", "modified", "drive", "path", "online", "verdict", "raw_name")
_PAGE = 50_000


@dataclass(frozen=True, slots=True)
class ExportSearchRequest:
    """Which hits go where.

    Attributes:
        query: what is searched for; all its hits are written, whatever its limit, newest first.
        drive_ids: ids or labels of drives; empty for all.
        format: one of `FORMATS`.
        path: the file, replaced if it exists; None makes a new one in the exports folder, named after the time.
    """

    query: SearchQuery
    drive_ids: tuple[str, ...] = ()
    format: str = "csv"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written; `left_out` are labels of drives whose shards cannot be read."""

    path: str
    rows: int
    bytes: int
    seconds: float
    left_out: tuple[str, ...] = ()


def export_search(engine: Engine, request: ExportSearchRequest, job: Job) -> ExportResult:
    """Write all hits of a search to a file.

    The file appears whole at the end; nothing is left behind when it is cancelled or fails. A drive whose shard cannot
    be read is left out and reported as a failed item.

    Raises:
        UsageError: the format is not known.
        InputError: there is no such drive, or the file cannot be written.
        Cancelled: the token was set.
    """
    if request.format not in FORMATS:
        raise UsageError(f"{request.format} is none of {', '.join(FORMATS)}")
    started = time.monotonic()
    drives = engine.catalog.drives_called(request.drive_ids)
    broken: dict[str, AppError] = {}
    job.stage(Stage.EXPORT)
    with Find(engine.catalog, engine.judge, drives, replace(request.query, limit=0), job.token, broken) as find:
        job.stage(Stage.EXPORT, total=find.total())
        path = Path(request.path) if request.path else new_export(engine.home, "search", request.format)
        rows, size = write_hits(path, request.format, all_hits(find), job.progress)
    job.progress(rows, bytes_done=size, last=True)
    for drive in drives:
        if drive.id in broken:
            job.item_failed(drive.label, broken[drive.id].message, broken[drive.id].code)
    left_out = tuple(drive.label for drive in drives if drive.id in broken)
    return ExportResult(str(path), rows, size, time.monotonic() - started, left_out)


def write_hits(
    path: Path, form: str, hits: Iterable[Found], progress: Callable[[int], object] | None = None
) -> tuple[int, int]:
    """Write hits to a file that appears whole at the end; how many, and how many bytes.

    Args:
        path: replaced if it exists. Its folder must exist.
        form: one of `FORMATS`. CSV is UTF-8 with a byte order mark, for spreadsheets; a cell that would be a formula
            begins with an apostrophe, and `raw_name` tells the name then.
        hits: taken one after the other.
        progress: called with the number of hits so far; whatever it raises ends the writing.

    Raises:
        InputError: the file cannot be written.
    """
    with new_whole_file(path) as file:
        rows = stream_hits(file, form, hits, progress)
        return rows, file.tell()


def stream_hits(
    file: IO[bytes], form: str, hits: Iterable[Found], progress: Callable[[int], object] | None = None
) -> int:
    """Write hits to an open file or standard output, as `write_hits`; how many."""
    line = {"csv": _csv_line, "jsonl": _json_line, "efu": _efu_line}[form]
    rows = 0
    file.write({"csv": BYTE_ORDER_MARK + csv_row(_COLUMNS), "efu": EFU_HEAD}.get(form, b""))
    for hit in hits:
        file.write(line(hit))
        rows += 1
        if progress is not None and rows % 256 == 0:
            progress(rows)
    return rows


def all_hits(find: Find) -> Iterator[Found]:
    """All hits, newest first, with no more than a page of them in memory."""
    last: Found | None = None
    while page := find.page(_PAGE, last):
        yield from page
        last = page[-1]


def _json_line(hit: Found) -> bytes:
    return json.dumps(hit.document(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _csv_line(hit: Found) -> bytes:
    document = hit.document()
    told = [csv_cell(document[column]) for column in _COLUMNS[:-1]]
    return csv_row([*told, raw_cell(hit.relative_path, told[0] == document["name"])])


def _efu_line(hit: Found) -> bytes:
    base, separator = efu_base(shown(hit.drive.base))
    path = base + separator + shown(hit.relative_path).replace("/", separator)
    return efu_line(efu_path(path), hit.hit.size, hit.hit.mtime_ns).encode("utf-8", "replace")


def exported(result: ExportResult) -> str:
    """One line about a finished export."""
    return f"{result.rows:,} hits to {shown(Path(result.path).name)}"
