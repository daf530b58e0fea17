"""A drive over time: what each generation changed, and how a file was when another one ended.

A file's state after generation N is its present row, unless a later generation changed it: then it is what the first of
those kept in `past`. A file that a later generation was the first to see was not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.catalog.past import BACK, first_id_after
from app.catalog.shard import ScanRow, scans

NEW, CHANGED, TOUCHED, MOVED, GONE = "new", "changed", "touched", "moved", "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file between two generations.

    Attributes:
        change: `new`, `changed`, `touched` (another time, the same bytes), `moved` or `gone`.
        path: relative to the drive's base, raw bytes; of a moved file where it is now.
        was: where a moved file was; empty for all others.
        size, mtime_ns: in bytes and ns, after the change; of a file that is gone, before it.
        size_before: in bytes before the change; None for a new file.
        file_id: its row.
        hash: its stored content hash; of a file that is gone, the last one; None where it was not hashed.
    """

    change: str
    path: bytes
    was: bytes
    size: int
    mtime_ns: int
    size_before: int | None
    file_id: int
    hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One state in the life of a file, the newest first where many are told.

    Attributes:
        scan_id: the generation that found it so.
        time_us: when that began, in microseconds since 1970 UTC.
        change: as in `Change`, or `back` where the file had been missing.
        path: relative to the drive's base, raw bytes.
        size, mtime_ns: as it was found; None where it was gone.
        hash: the stored content hash; None where none was made.
    """

    scan_id: int
    time_us: int
    change: str
    path: bytes
    size: int | None
    mtime_ns: int | None
    hash: bytes | None


def present_at(scan_id: int) -> str:
    """SQL that tells whether file `f` was there when a generation had ended."""
    later = f"SELECT p.what <> '{BACK}' FROM past p WHERE p.file_id = f.id AND p.scan_id > {int(scan_id)}"
    return f"(f.first_scan <= {int(scan_id)} AND coalesce(({later} ORDER BY p.scan_id LIMIT 1), f.missed_scan IS NULL))"


def value_at(column: str, scan_id: int) -> str:
    """SQL for the size, mtime_ns or hash of file `f` when a generation had ended, where it was there."""
    later = f"FROM past p WHERE p.file_id = f.id AND p.scan_id > {int(scan_id)}"
    return (
        f"CASE WHEN EXISTS (SELECT 1 {later}) THEN (SELECT p.{column} {later} ORDER BY p.scan_id LIMIT 1)"
        f" ELSE f.{column} END"
    )


def scan_at(database: Database, time_us: int) -> ScanRow | None:
    """The last generation that had ended at a time; None where there was none yet."""
    ended = [row for row in scans(database, 100_000) if row.state == "done" and (row.ended_us or 0) <= time_us]
    return ended[0] if ended else None


def changes(database: Database, before: int, after: int, limit: int = 0) -> Iterator[Change]:
    """Yield what became of each file between the end of one generation and the end of a later one, by its row.

    A file that came and went in between is not told.

    Args:
        database: the shard.
        before: the earlier generation; 0 for the empty drive.
        after: the later one.
        limit: at most so many; 0 for all.
    """
    there = (present_at(before), present_at(after))
    columns = [value_at(name, scan_id) for scan_id in (before, after) for name in ("size", "mtime_ns", "hash")]
    first, end = first_id_after(database, before), first_id_after(database, after)
    told = 0
    for row in database.rows(
        "WITH some (id) AS (SELECT file_id FROM past WHERE scan_id > ?1 AND scan_id <= ?2 UNION SELECT id FROM file"
        " WHERE id >= ?3 AND id < ?4)"
        f" SELECT f.id, d.path, f.name, {', '.join((*there, *columns))} FROM some JOIN file f ON f.id = some.id"
        " JOIN folder d ON d.id = f.folder_id ORDER BY f.id",
        (before, after, first, end),
    ):
        change = _change(database, row, before, after)
        if change is None:
            continue
        yield change
        told += 1
        if limit and told >= limit:
            return


def count_changes(database: Database, before: int, after: int) -> dict[str, int]:
    """How many files each kind of change befell between two generations; from the empty drive all are new."""
    counts = dict.fromkeys((NEW, CHANGED, TOUCHED, MOVED, GONE), 0)
    if not before:
        counts[NEW] = int(database.value(f"SELECT count(*) FROM file f WHERE {present_at(after)}"))
        return counts
    for change in changes(database, before, after):
        counts[change.change] += 1
    return counts


def moments(database: Database, path: bytes) -> list[Moment]:
    """The life of the file that is, or was, at a path relative to the base, newest first; also where it was before."""
    found: list[Moment] = []
    folder, _, name = path.rpartition(b"/")
    file_id = database.value(
        "SELECT f.id FROM folder d JOIN block b ON b.folder_id = d.id JOIN file f"
        " ON f.id BETWEEN b.first_id AND b.last_id WHERE d.path = ? AND f.name = ?",
        (folder, name),
    )
    seen: set[int] = set()
    left = 0
    while file_id is not None and file_id not in seen:
        seen.add(file_id)
        life = _moments_of(database, int(file_id))
        found += [moment for moment in life if not (moment.change == GONE and moment.scan_id == left)]
        file_id, left = database.row("SELECT from_id, scan_id FROM moved WHERE file_id = ?", (file_id,)) or (None, 0)
    return sorted(found, key=lambda moment: moment.scan_id, reverse=True)


def _change(database: Database, row: tuple[Any, ...], before: int, after: int) -> Change | None:
    file_id, folder, name, was_there, is_there, *values = row
    size_before, mtime_before, hash_before, size, mtime, hash_after = values
    path = _joined(folder, name)
    if was_there and is_there:
        if (size_before, mtime_before, hash_before) == (size, mtime, hash_after):
            return None
        same = hash_before is not None and hash_before == hash_after
        return Change(TOUCHED if same else CHANGED, path, b"", size, mtime, size_before, file_id, hash_after)
    if is_there:
        was = _was(database, file_id, before, after)
        return Change(MOVED if was else NEW, path, was, size, mtime, size_before if was else None, file_id, hash_after)
    if was_there and not _went_elsewhere(database, file_id, before, after):
        return Change(GONE, path, b"", size_before, mtime_before, size_before, file_id, hash_before)
    return None


def _was(database: Database, file_id: int, before: int, after: int) -> bytes:
    """Where a file was at the end of the earlier generation, through all its moves since; empty for a new one."""
    at = file_id
    for _ in range(1000):
        row = database.row(
            "SELECT from_id FROM moved WHERE file_id = ? AND scan_id > ? AND scan_id <= ?", (at, before, after)
        )
        if row is None:
            break
        at = int(row[0])
    if at == file_id:
        return b""
    row = database.row(
        "SELECT d.path, f.name FROM file f JOIN folder d ON d.id = f.folder_id"
        f" WHERE f.id = ? AND {present_at(before)}",
        (at,),
    )
    return _joined(*row) if row else b""


def _went_elsewhere(database: Database, file_id: int, before: int, after: int) -> bool:
    """Whether a file that is gone is told as moved where it went."""
    at = file_id
    for _ in range(1000):
        row = database.row(
            "SELECT file_id FROM moved WHERE from_id = ? AND scan_id > ? AND scan_id <= ?", (at, before, after)
        )
        if row is None:
            break
        at = int(row[0])
    if at == file_id:
        return False
    return bool(database.value(f"SELECT {present_at(after)} FROM file f WHERE f.id = ?", (at,)))


def _moments_of(database: Database, file_id: int) -> Iterator[Moment]:
    """The states of one row, newest first."""
    row = database.row(
        "SELECT d.path, f.name, f.size, f.mtime_ns, f.hash, f.first_scan, f.missed_scan, m.file_id IS NOT NULL"
        " FROM file f JOIN folder d ON d.id = f.folder_id LEFT JOIN moved m ON m.file_id = f.id WHERE f.id = ?",
        (file_id,),
    )
    if row is None:
        return
    folder, name, size, mtime_ns, digest, first, missed, was_moved = row
    path = _joined(folder, name)
    started = {scan.id: scan.started_us for scan in scans(database, 100_000)}
    present: tuple[Any, ...] = (None, None, None) if missed else (size, mtime_ns, digest)
    for scan_id, what, *before in list(
        database.rows(
            "SELECT scan_id, what, size, mtime_ns, hash FROM past WHERE file_id = ? ORDER BY scan_id DESC", (file_id,)
        )
    ):
        yield Moment(scan_id, started.get(scan_id, 0), what, path, *present)
        present = (None, None, None) if what == BACK else tuple(before)
    yield Moment(first, started.get(first, 0), MOVED if was_moved else NEW, path, *present)


def _joined(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name
