"""Long lists of files for a table: numbers of millions of files in a few arrays, names read when they are looked at.

NumPy is imported when a list is made: the window must not wait for it when it opens.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

from app.catalog.database import Database
from app.errors import Cancelled
from app.model.drives import Drive
from app.model.kinds import Category
from app.reports.files import window_ns
from app.reports.rows import ReportedFile
from app.reports.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
else:
    Numbers = Any

#: So few files are picked by the database; of more, all are read and sorted here.
_FEW = 20_000
_COLUMNS = 4


class SortKey(StrEnum):
    """What a list of files can be sorted by."""

    NAME = "name"
    SIZE = "size"
    MODIFIED = "modified"
    DRIVE = "drive"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, eq=False)
class FileList:
    """Files of some drives, a number each in arrays of equal length.

    Attributes:
        drives: the drives.
        drive: which of them.
        ids: rows in their shards.
        folders: rows of their folders.
        sizes: bytes.
        times: nanoseconds since 1970.
    """

    drives: tuple[Drive, ...]
    drive: Numbers
    ids: Numbers
    folders: Numbers
    sizes: Numbers
    times: Numbers

    def __len__(self) -> int:
        return len(self.ids)

    def as_it_stands(self) -> Numbers:
        """The positions of all files in their order."""
        import numpy as np

        return np.arange(len(self.ids), dtype=np.int64)

    def taken(self, positions: Numbers) -> "FileList":
        """Some of the files, in that order."""
        return FileList(
            self.drives,
            self.drive[positions],
            self.ids[positions],
            self.folders[positions],
            self.sizes[positions],
            self.times[positions],
        )


def no_files() -> FileList:
    """A list without any."""
    import numpy as np

    nothing = np.empty(0, np.int64)
    return FileList((), nothing, nothing, nothing, nothing, nothing)


def list_largest(scope: Scope, top: int) -> FileList:
    """The largest files over all drives, largest first; `top` 0 for all."""
    return _listed(scope, "missed_scan IS NULL", (), "size DESC, id", top, SortKey.SIZE)


def list_recent(scope: Scope, days: int, top: int, now: int | None = None) -> FileList:
    """The newest files of the last days, newest first; see `app.reports.files.recent`."""
    since, until, _ = window_ns(days, now)
    condition = "missed_scan IS NULL AND mtime_ns >= ? AND mtime_ns < ?"
    return _listed(scope, condition, (since, until), "mtime_ns DESC, id DESC", top, SortKey.MODIFIED)


def sorted_by(scope: Scope, files: FileList, key: SortKey, *, descending: bool) -> Numbers:
    """The positions of the files in another order; equal ones stay as they stand.

    The long work is done by NumPy and SQLite, which let other threads run meanwhile.

    Args:
        scope: over the drives of the list, for the names.
        files: the list.
        key: what to sort by; names as a search compares them.
        descending: from the largest, newest or last.
    """
    import numpy as np

    match key:
        case SortKey.SIZE:
            weights = files.sizes
        case SortKey.MODIFIED:
            weights = files.times
        case SortKey.DRIVE:
            labels = sorted(range(len(files.drives)), key=lambda at: files.drives[at].label)
            weights = np.argsort(np.asarray(labels, np.int64))[files.drive] if labels else files.drive
        case SortKey.NAME:
            weights = _name_ranks(scope, files)
        case SortKey.FOLDER:
            weights = _folder_ranks(scope, files)
    return np.argsort(-weights if descending else weights, kind="stable")


def rows_of(scope: Scope, files: FileList, positions: Iterable[int]) -> list[ReportedFile | None]:
    """The files at some positions with their names; None for one that a scan has taken away since."""
    databases = {drive.id: database for drive, database in scope.parts()}
    rows: list[ReportedFile | None] = []
    for position in positions:
        drive = files.drives[int(files.drive[position])]
        database = databases.get(drive.id)
        found = _row(database, int(files.ids[position])) if database is not None else None
        if found is None:
            rows.append(None)
        else:
            folder, name, category = found
            path = folder + b"/" + name if folder else name
            size, mtime_ns = int(files.sizes[position]), int(files.times[position])
            rows.append(ReportedFile(drive, path, size, mtime_ns, Category(category)))
    return rows


def _row(database: Database, row_id: int) -> tuple[bytes, bytes, int] | None:
    row = database.row(
        "SELECT d.path, f.name, f.category FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.id = ?", (row_id,)
    )
    return None if row is None else (row[0], row[1], row[2])


def _listed(scope: Scope, condition: str, bindings: tuple[int, ...], order: str, top: int, key: SortKey) -> FileList:
    import numpy as np

    few = 0 < top <= _FEW
    drives: list[Drive] = []
    parts: list[Numbers] = []
    for drive, database in scope.parts():
        with scope.left_out(drive):
            picked = f" ORDER BY {order} LIMIT {top}" if few else ""
            rows = database.rows(f"SELECT id, folder_id, size, mtime_ns FROM file WHERE {condition}{picked}", bindings)
            parts.append(np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, _COLUMNS))
            drives.append(drive)
    if not parts:
        return no_files()
    numbers = np.concatenate(parts)
    which = np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in parts])
    ids, folders, sizes, times = (np.ascontiguousarray(numbers[:, at]) for at in range(_COLUMNS))
    files = FileList(tuple(drives), which, ids, folders, sizes, times)
    positions = sorted_by(scope, files, key, descending=True)
    return files.taken(positions[:top] if top else positions)


def _places(files: FileList, drive: int) -> tuple[Numbers, Numbers]:
    """The files of a drive by ascending row: their rows, and their positions in the list."""
    import numpy as np

    mine = np.flatnonzero(files.drive == drive)
    order = np.argsort(files.ids[mine], kind="stable")
    mine = mine[order]
    return files.ids[mine], mine


def _name_ranks(scope: Scope, files: FileList) -> Numbers:
    """The place of each file's name among all of them."""
    import numpy as np

    ordered = _by_name(scope, files)
    ranks = np.full(len(files), len(ordered), np.int64)
    for number in range(len(files.drives)):
        ids, positions = _places(files, number)
        at = np.flatnonzero(ordered[:, 0] == number)
        rows = ordered[at, 1]
        if not len(ids) or not len(rows):
            continue
        found = np.minimum(np.searchsorted(ids, rows), len(ids) - 1)
        known = ids[found] == rows
        ranks[positions[found[known]]] = at[known]
    return ranks


def _by_name(scope: Scope, files: FileList) -> Numbers:
    """Drive and row of the files, by name. Of one drive alone nothing but rows passes through Python."""
    import numpy as np

    databases = {drive.id: database for drive, database in scope.parts()}
    there = [number for number, drive in enumerate(files.drives) if drive.id in databases]
    whole = len(files) > _FEW
    for number in there if whole else ():
        # what was sorted in memory is freed in one go while every other thread stands still
        databases[files.drives[number].id].run("PRAGMA temp_store=FILE")
    if whole and len(there) == 1:
        database = databases[files.drives[there[0]].id]
        rows = database.rows("SELECT id FROM file WHERE missed_scan IS NULL ORDER BY coalesce(key, name), id")
        ids = np.fromiter(chain.from_iterable(rows), np.int64)
        return np.stack([np.full(len(ids), there[0], np.int64), ids], axis=1)
    streams = [_names(databases[files.drives[number].id], number, files, whole=whole) for number in there]
    pairs = _pairs(scope, heapq.merge(*streams))
    return np.fromiter(chain.from_iterable(pairs), np.int64).reshape(-1, 2)


def _pairs(scope: Scope, names: Iterable[tuple[bytes, int, int]]) -> Iterator[tuple[int, int]]:
    for number, (_, drive, row_id) in enumerate(names):
        if number % 65_536 == 0 and scope.token.cancelled:
            raise Cancelled
        yield drive, row_id


def _names(database: Database, drive: int, files: FileList, *, whole: bool) -> Iterator[tuple[bytes, int, int]]:
    """Folded name, drive and row of the files of a drive, by name."""
    if whole:
        rows = database.rows("SELECT coalesce(key, name), id FROM file WHERE missed_scan IS NULL ORDER BY 1, 2")
        return ((name, drive, row_id) for name, row_id in rows)
    ids, _ = _places(files, drive)
    return iter(sorted(_some_names(database, drive, ids.tolist())))


def _some_names(database: Database, drive: int, ids: Sequence[int]) -> Iterator[tuple[bytes, int, int]]:
    for row_id in ids:
        name = database.value("SELECT coalesce(key, name) FROM file WHERE id = ?", (row_id,))
        if name is not None:
            yield name, drive, row_id


def _folder_ranks(scope: Scope, files: FileList) -> Numbers:
    """The place of each file's folder among those of its drive, drives one after the other."""
    import numpy as np

    databases = {drive.id: database for drive, database in scope.parts()}
    ranks = np.zeros(len(files), np.int64)
    base = 0
    for number in sorted(range(len(files.drives)), key=lambda at: files.drives[at].label):
        database = databases.get(files.drives[number].id)
        if database is None:
            continue
        ids = np.fromiter(chain.from_iterable(database.rows("SELECT id FROM folder ORDER BY path")), np.int64)
        places = np.zeros(int(ids.max(initial=0)) + 1, np.int64)
        places[ids] = np.arange(len(ids))
        mine = files.drive == number
        ranks[mine] = places[files.folders[mine]] + base
        base += len(ids)
    return ranks
