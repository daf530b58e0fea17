"""A drive's listing as one HTML page that opens in any browser, offline, with nothing installed.

The listing is compressed JSON in base64, so that no name in it can be anything but text; the script puts names into
the page as text too. A policy in the page forbids it the network and any other script.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from typing import IO, Any

from app.catalog.database import Database
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import decoded, shown

_PAGE = 5000


def write_page(file: IO[bytes], drive: Drive, database: Database, job: Job) -> int:
    """Write the page of a drive; how many files are in it.

    Raises:
        Cancelled: the job was stopped.
    """
    pages = files("resources").joinpath("pages")
    script = pages.joinpath("travel.js").read_text(encoding="utf-8")
    template = pages.joinpath("travel.html").read_text(encoding="utf-8")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    before, after = template.split("@@DATA@@")
    before = before.replace("@@POLICY@@", policy).replace("@@TITLE@@", escape(shown(drive.label)))
    file.write(before.encode())
    packed = _Base64(file)
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as stream:
        rows = _write_listing(stream, drive, database, job)
    packed.close()
    file.write(after.replace("@@SCRIPT@@", script).encode())
    return rows


class _Base64:
    """Takes bytes and writes them as base64, three at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b""

    def write(self, data: bytes) -> int:
        whole = self._rest + bytes(data)
        end = len(whole) // 3 * 3
        self._file.write(base64.b64encode(whole[:end]))
        self._rest = whole[end:]
        return len(data)

    def flush(self) -> None:
        """What is left over waits for more."""

    def close(self) -> None:
        self._file.write(base64.b64encode(self._rest))
        self._rest = b""


def _write_listing(stream: gzip.GzipFile, drive: Drive, database: Database, job: Job) -> int:
    """The JSON, one column after the other, for a column packs better than rows and takes less memory to read."""
    folders = dict(database.rows("SELECT id, path FROM folder WHERE missed_scan IS NULL ORDER BY path"))
    places = {folder_id: number for number, folder_id in enumerate(folders)}
    head = {
        "label": shown(drive.label),
        "base": shown(drive.base),
        "place": shown(drive.place),
        "note": shown(drive.note),
        "scanned": drive.last_scan // 1_000_000 if drive.last_scan else None,
        "folders": [shown(decoded(path)) for path in folders.values()],
    }
    stream.write(json.dumps(head, ensure_ascii=False)[:-1].encode())
    rows = size = 0
    for name, column in (("in", "folder_id"), ("names", "name"), ("sizes", "size"), ("times", "mtime_ns")):
        rows = 0
        stream.write(f', "{name}": ['.encode())
        for number, page in enumerate(_paged(_column(database, column))):
            job.check()
            if column == "folder_id":
                values: list[object] = [places.get(value, 0) for value in page]
                job.progress(rows + len(page), current=drive.label)
            elif column == "name":
                values = [shown(decoded(value)) for value in page]
            else:
                values = [value // 1_000_000_000 for value in page] if column == "mtime_ns" else page
                size += sum(page) if column == "size" else 0
            text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]
            stream.write(("," if number else "").encode() + text.encode())
            rows += len(page)
        stream.write(b"]")
    stream.write(f', "bytes": {size}}}'.encode())
    return rows


def _column(database: Database, column: str) -> Iterator[tuple[Any, ...]]:
    found: Iterator[tuple[Any, ...]] = database.rows(f"SELECT {column} FROM file WHERE missed_scan IS NULL ORDER BY id")
    return found


def _paged(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    page = []
    for row in rows:
        page.append(row[0])
        if len(page) >= _PAGE:
            yield page
            page = []
    if page:
        yield page
