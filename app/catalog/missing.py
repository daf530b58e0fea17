"""Files that are not there any more, page by page: those of the newest scan first."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.catalog.database import Database
from app.catalog.shard import last_scan

#: In the tally of a scan: files it missed and did not mark, since nobody said that it is right.
UNACCEPTED = "unaccepted_missing"

#: That a missing file (a row called `{}`) did not only go to another place on its drive.
NOT_MOVED = "NOT EXISTS (SELECT 1 FROM moved m WHERE m.from_id = {0}.id AND m.scan_id = {0}.missed_scan)"

_COLUMNS = "d.path, f.name, f.size, f.mtime_ns, f.id"


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that a scan did not find any more.

    Attributes:
        folder, name: raw bytes; the folder is relative to the drive's base.
        size: in bytes, as it was seen last.
        mtime_ns: the same for its time.
        file_id: its row.
        scan_id: the scan that missed it.
        missed_us: when that began, in microseconds since 1970 UTC.
        marked: False where it only waits for somebody to say that it is right.
    """

    folder: bytes
    name: bytes
    size: int
    mtime_ns: int
    file_id: int
    scan_id: int
    missed_us: int
    marked: bool = True

    @property
    def relative_path(self) -> bytes:
        """Path below the drive's base, raw bytes, with `/`."""
        return self.folder + b"/" + self.name if self.folder else self.name


def count_missing(database: Database) -> int:
    """How many files are missing, marked or waiting to be."""
    lost = f"f.missed_scan IS NOT NULL AND {NOT_MOVED.format('f')}"
    marked = int(database.value(f"SELECT count(*) FROM file f WHERE {lost}"))
    return marked + (int(database.value("SELECT count(*) FROM gone_file")) if _waiting(database) else 0)


def missing_files(database: Database, limit: int, after: MissingFile | None = None) -> list[MissingFile]:
    """The next missing files: what waits to be marked, then those of the newest scan, then of those before it.

    Args:
        database: a shard.
        limit: the most that are given.
        after: the last file of the page before; None for the first page.
    """
    found: list[MissingFile] = []
    for scan_id, started_us, marked in _scans(database):
        start = 0
        if after is not None:
            if (marked, -scan_id) < (after.marked, -after.scan_id):
                continue
            start = after.file_id if (marked, scan_id) == (after.marked, after.scan_id) else 0
        source = "file f" if marked else "gone_file g JOIN file f ON f.id = g.file_id"
        where = f"f.missed_scan = ?1 AND {NOT_MOVED.format('f')}" if marked else "?1 > 0 AND f.missed_scan IS NULL"
        rows = database.rows(
            f"SELECT {_COLUMNS} FROM {source} JOIN folder d ON d.id = f.folder_id WHERE {where} AND f.id > ?2"
            " ORDER BY f.id LIMIT ?3",
            (scan_id, start, limit - len(found)),
        )
        found += [
            MissingFile(folder, name, size, mtime_ns, file_id, scan_id, started_us, marked)
            for folder, name, size, mtime_ns, file_id in rows
        ]
        if len(found) >= limit:
            break
    return found


def _scans(database: Database) -> Iterator[tuple[int, int, bool]]:
    """The scans that missed files, newest first: number, start, and whether the files are marked."""
    waiting = _waiting(database)
    if waiting:
        yield (*waiting, False)
    yield from [
        (scan_id, started_us, True)
        for scan_id, started_us in database.rows(
            "SELECT s.id, s.started_us FROM scan s WHERE EXISTS (SELECT 1 FROM file WHERE missed_scan = s.id)"
            " ORDER BY s.id DESC"
        )
    ]


def _waiting(database: Database) -> tuple[int, int] | None:
    """The last scan, where it ended with files that it did not mark; while one walks, nothing is decided."""
    scan = last_scan(database)
    return (scan.id, scan.started_us) if scan and scan.state == "done" and scan.counts.get(UNACCEPTED) else None
