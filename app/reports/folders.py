"""Reports over folders, from the totals that are kept of each: the heaviest, and the tree of them for a treemap."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.catalog.database import Database
from app.model.drives import Drive
from app.model.names import shown
from app.reports.rows import ReportedFolder
from app.reports.scope import Scope

_MOST_DEPTH = 64


@dataclass(frozen=True, slots=True)
class HeaviestFolders:
    """The heaviest folders, each with everything below it, heaviest first; a folder and those in it both count.

    Attributes:
        depth: how deep folders were looked at; what lies deeper counts for the folders above it.
        rows: the heaviest.
        total: how many folders there are down to that depth.
    """

    heading: dict[str, Any]
    depth: int
    rows: tuple[ReportedFolder, ...]
    total: int

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report heaviest-folders`."""
        rows = [row.document() for row in self.rows]
        return {**self.heading, "depth": self.depth, "total": self.total, "rows": rows}


@dataclass(frozen=True, slots=True)
class FolderNode:
    """A folder in a tree of them.

    Attributes:
        name: for people; the label where it is a drive.
        drive_id: whose it is; empty for the root over several drives.
        path: below the drive's base, raw bytes.
        files, bytes: of the whole subtree.
        own_files, own_bytes: of what lies directly in it.
        newest_ns: modification time of its newest file, None where it has none.
        children: those of them that the tree shows, heaviest first; empty where it ends.
    """

    name: str
    drive_id: str
    path: bytes
    files: int
    bytes: int
    own_files: int
    own_bytes: int
    newest_ns: int | None
    children: tuple["FolderNode", ...] = ()

    @property
    def has_folders(self) -> bool:
        """Whether files lie deeper than directly in it."""
        return self.files > self.own_files

    def document(self) -> dict[str, Any]:
        """The node and what is below it, as JSON."""
        return {
            "name": self.name,
            "path": shown(self.path),
            "files": self.files,
            "bytes": self.bytes,
            "own_bytes": self.own_bytes,
            "children": [child.document() for child in self.children],
        }


def heaviest_folders(scope: Scope, depth: int = 2, top: int = 20) -> HeaviestFolders:
    """The heaviest folders down to a depth, each counted with everything below it.

    Args:
        scope: the drives.
        depth: 1 for the folders directly in the base of a drive.
        top: how many; 0 for all.
    """
    depth = min(max(depth, 1), _MOST_DEPTH)
    found: list[_Folder] = []
    total = 0
    for drive, database in scope.parts():
        with scope.left_out(drive):
            sums = _sums(database, b"", depth)
            total += len(sums) - (b"" in sums)
            folders = [(size, files, path, newest, drive) for path, (files, size, newest) in sums.items() if path]
            found = _heaviest([*found, *folders], top)
    rows = tuple(
        ReportedFolder(drive, path, path.count(b"/") + 1, files, size, newest)
        for size, files, path, newest, drive in found
    )
    return HeaviestFolders(scope.heading("heaviest-folders"), depth, rows, total)


def folder_tree(scope: Scope, path: bytes = b"", levels: int = 3) -> FolderNode:
    """The folders below a path with their totals, some levels deep.

    Args:
        scope: the drives; the root of several is a node that has each of them as a child.
        path: where the tree begins, for a scope of one drive; the base when empty.
        levels: how many levels of folders below it have nodes of their own.
    """
    roots = []
    for drive, database in scope.parts():
        with scope.left_out(drive):
            roots.append(_tree(drive, database, path, levels))
    if len(roots) == 1:
        return roots[0]
    roots.sort(key=lambda node: -node.bytes)
    return FolderNode(
        "All drives",
        "",
        b"",
        sum(node.files for node in roots),
        sum(node.bytes for node in roots),
        0,
        0,
        max((node.newest_ns for node in roots if node.newest_ns is not None), default=None),
        tuple(roots),
    )


_Folder = tuple[int, int, bytes, int | None, Drive]


def _heaviest(folders: list[_Folder], top: int) -> list[_Folder]:
    """Most bytes first, then most files, then by path."""

    def place(row: _Folder) -> tuple[int, int, bytes]:
        return -row[0], -row[1], row[2]

    return heapq.nsmallest(top, folders, key=place) if top else sorted(folders, key=place)


_Sums = dict[bytes, tuple[int, int, int | None]]


def _rows_below(database: Database, path: bytes) -> Iterator[tuple[bytes, int, int, int | None]]:
    columns = "SELECT path, files, bytes, newest_ns FROM folder WHERE missed_scan IS NULL"
    if not path:
        yield from database.rows(columns)
        return
    inside = " AND (path = ?1 OR (path > ?2 AND path < ?3))"
    yield from database.rows(columns + inside, (path, path + b"/", path + b"0"))


def _sums(database: Database, top: bytes, depth: int) -> _Sums:
    """Files, bytes and newest time of the folders down to `depth` below `top`, each with everything below it.

    Every folder first counts for the one that stands for it at the depth, then those count for the ones above.
    """
    skipped = top.count(b"/") + 1 if top else 0
    levels: list[_Sums] = [{} for _ in range(depth + 1)]
    for path, files, size, newest in _rows_below(database, top):
        level = path.count(b"/") + bool(path) - skipped
        if level > depth:
            path, level = b"/".join(path.split(b"/", skipped + depth)[:-1]), depth
        _add(levels[level], path, files, size, newest)
    for level in range(depth, 0, -1):
        for path, counted in levels[level].items():
            _add(levels[level - 1], path.rpartition(b"/")[0], *counted)
    return {path: counted for sums in levels for path, counted in sums.items()}


def _add(sums: _Sums, path: bytes, files: int, size: int, newest: int | None) -> None:
    known = sums.get(path)
    if known is None:
        sums[path] = (files, size, newest)
        return
    later = known[2] if newest is None or (known[2] is not None and known[2] > newest) else newest
    sums[path] = (known[0] + files, known[1] + size, later)


def _tree(drive: Drive, database: Database, top: bytes, levels: int) -> FolderNode:
    sums = _sums(database, top, levels)
    own = {path: (files, size) for path, files, size, _ in _rows_below(database, top) if path in sums}
    children: dict[bytes, list[FolderNode]] = {}
    for path in sorted(sums, key=lambda path: (-path.count(b"/") - bool(path), path)):
        below = children.pop(path, [])
        below.sort(key=lambda node: (-node.bytes, node.path))
        files, size, newest = sums[path]
        own_files, own_bytes = own.get(path, (0, 0))
        name = shown(path.rpartition(b"/")[2]) if path else drive.label
        node = FolderNode(name, drive.id, path, files, size, own_files, own_bytes, newest, tuple(below))
        if path == top:
            return node
        children.setdefault(path.rpartition(b"/")[0], []).append(node)
    return FolderNode(drive.label, drive.id, top, 0, 0, 0, 0, None)
