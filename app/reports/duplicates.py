"""Files of equal content over one drive or many, connected or not: told by their content hashes, as scans stored them.

Hashes are spread evenly, so they are gone through in slices of their range that fit in memory, each over all shards:
the index over the hashes' first bytes gives a slice without touching a row. Only rows whose first bytes occur twice are
read.
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from app.catalog.database import Database
from app.catalog.hashes import shown_hash
from app.errors import Cancelled
from app.model.drives import Drive
from app.model.kinds import Category
from app.reports.rows import ReportedFile
from app.reports.scope import Scope
from app.reports.summaries import Counted
from app.scanning.changes import HASH_AGAIN, HASH_GOOD

#: A group tells at most so many of its copies by name.
MOST_MEMBERS = 100

_SLICE_FILES = 200_000
_MOST_SLICES = 4096
_KNOWN = f"hash_state IN ({HASH_GOOD}, {HASH_AGAIN}) AND missed_scan IS NULL AND size > 0"
_START = "substr(hash, 1, 9)"
_IN_SLICE = f"hash IS NOT NULL AND {_START} >= ? AND {_START} < ?"
_ROW = "SELECT hash, size, id, file_id FROM file WHERE"
_ROTTEN = "SELECT s.file_id, f.size FROM suspect s JOIN file f ON f.id = s.file_id WHERE f.missed_scan IS NULL"
_MEMBER = (
    "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.category FROM file f JOIN folder d ON d.id = f.folder_id"
    " WHERE f.id IN ({})"
)


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Files of equal content.

    Attributes:
        content_hash: `blake3:...`.
        size: bytes of one.
        copies: how many there are; hard links of one file on a drive count as one.
        members: where they lie, `MOST_MEMBERS` at most.
    """

    content_hash: str
    size: int
    copies: int
    members: tuple[ReportedFile, ...]

    @property
    def wasted_bytes(self) -> int:
        """What all but one of them take."""
        return self.size * (self.copies - 1)

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "hash": self.content_hash,
            "size": self.size,
            "copies": self.copies,
            "wasted_bytes": self.wasted_bytes,
            "members": [member.document() for member in self.members],
        }


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What duplicates cost.

    Attributes:
        rows: the groups that waste most, most first.
        groups: how many groups there are.
        copies: how many files are in them.
        wasted_bytes: what all but one copy of each take.
        unhashed: files that cannot be told: their content was never read, or not since they changed; or a later reading
            gave other bytes than were hashed, or failed.
    """

    heading: dict[str, Any]
    rows: tuple[DuplicateGroup, ...]
    groups: int
    copies: int
    wasted_bytes: int
    unhashed: Counted

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark report duplicates`."""
        return {
            **self.heading,
            "level": "exact",
            "groups": self.groups,
            "copies": self.copies,
            "wasted_bytes": self.wasted_bytes,
            "unhashed": self.unhashed.document(),
            "rows": [row.document() for row in self.rows],
        }


class _Part(NamedTuple):
    """A shard, and those of its rows that are suspected of rot: no copy of what their hash says."""

    drive: Drive
    database: Database
    suspects: frozenset[int]


@dataclass(slots=True)
class _Group:
    """A group while it is found: which rows of which shard, by the shard's number."""

    size: int = 0
    copies: int = 0
    members: list[tuple[int, int]] = field(default_factory=list)
    links: set[tuple[int, int]] = field(default_factory=set)

    def add(self, shard: int, size: int, row_id: int, file_id: int | None) -> None:
        if file_id is not None:
            if (shard, file_id) in self.links:
                return
            self.links.add((shard, file_id))
        self.size = size
        self.copies += 1
        if self.copies <= MOST_MEMBERS:
            self.members.append((shard, row_id))


def duplicates(scope: Scope, top: int = 20) -> Duplicates:
    """Groups of files with equal content over all drives, empty files left out.

    Args:
        scope: the drives.
        top: how many groups are listed; 0 for all, which are held in memory.
    """
    parts, hashed, unhashed = _usable(scope)
    best: list[tuple[int, bytes, _Group]] = []
    groups = copies = wasted = 0
    for low, high in _slices(hashed):
        for stored, group in _groups(scope, parts, low, high):
            cost = group.size * (group.copies - 1)
            groups, copies, wasted = groups + 1, copies + group.copies, wasted + cost
            if not top or len(best) < top:
                heapq.heappush(best, (cost, stored, group))
            elif cost > best[0][0]:
                heapq.heapreplace(best, (cost, stored, group))
    best.sort(key=lambda entry: (-entry[0], entry[1]))
    rows = tuple(_told(parts, [(stored, group) for _, stored, group in best]))
    return Duplicates(scope.heading("duplicates"), rows, groups, copies, wasted, unhashed)


def _usable(scope: Scope) -> tuple[list[_Part], int, Counted]:
    """The shards that can be read, how many hashes they hold, and the files of which nothing can be told."""
    parts: list[_Part] = []
    hashed, unhashed = 0, Counted()
    for drive, database in scope.parts():
        with scope.left_out(drive):
            number = int(database.value("SELECT count(*) FROM file INDEXED BY file_hash WHERE hash IS NOT NULL"))
            files, size = database.row(
                "SELECT count(*), coalesce(sum(size), 0) FROM file WHERE missed_scan IS NULL AND size > 0"
                f" AND hash_state NOT IN ({HASH_GOOD}, {HASH_AGAIN})"
            ) or (0, 0)
            rotten = dict(database.rows(f"{_ROTTEN} AND f.size > 0 AND f.hash_state IN ({HASH_GOOD}, {HASH_AGAIN})"))
            parts.append(_Part(drive, database, frozenset(rotten)))
            hashed += number
            unhashed += Counted(files + len(rotten), size + sum(rotten.values()))
    return parts, hashed, unhashed


def _slices(hashed: int) -> Iterator[tuple[bytes, bytes]]:
    """Bounds of the slices, the first included and the second not, in which about as many hashes lie."""
    number = min(max(hashed // _SLICE_FILES + 1, 1), _MOST_SLICES)
    bounds = [(65536 * at // number).to_bytes(3, "big")[1:] if at else b"" for at in range(number)]
    yield from zip(bounds, [*bounds[1:], b"\xff" * 10], strict=True)


def _groups(scope: Scope, parts: list[_Part], low: bytes, high: bytes) -> Iterator[tuple[bytes, _Group]]:
    """The groups of one slice, by their stored hash."""
    if scope.token.cancelled:
        raise Cancelled
    twice, of = _twice(parts, low, high)
    many = 4 * len(twice) > of
    found: dict[bytes, _Group] = {}
    for shard, part in enumerate(parts):
        for stored, size, row_id, file_id in _rows(part.database, low, high, twice, many=many):
            if row_id in part.suspects:
                continue
            group = found.get(stored)
            if group is None:
                group = found[stored] = _Group()
            group.add(shard, size, row_id, file_id)
    for stored, group in found.items():
        if group.copies > 1:
            yield stored, group


def _twice(parts: list[_Part], low: bytes, high: bytes) -> tuple[set[bytes], int]:
    """First bytes of hashes that occur more than once in a slice, and of how many; the index alone is read."""
    source = f"FROM file INDEXED BY file_hash WHERE {_IN_SLICE}"
    starts: Counter[bytes] = Counter()
    for part in parts:
        starts.update(chain.from_iterable(part.database.rows(f"SELECT {_START} {source}", (low, high))))
    return {start for start, number in starts.items() if number > 1}, len(starts)


def _rows(
    database: Database, low: bytes, high: bytes, twice: set[bytes], *, many: bool
) -> Iterator[tuple[bytes, int, int, int | None]]:
    """The rows of a slice whose hash begins as another one does; where they are few, each is looked up."""
    if many:
        for stored, size, row_id, file_id in database.rows(f"{_ROW} {_IN_SLICE} AND {_KNOWN}", (low, high)):
            if stored[:9] in twice:
                yield stored, size, row_id, file_id
        return
    for start in twice:
        yield from database.rows(f"{_ROW} hash IS NOT NULL AND {_START} = ? AND {_KNOWN}", (start,))


def _told(parts: list[_Part], groups: list[tuple[bytes, _Group]]) -> Iterator[DuplicateGroup]:
    """Groups with the names of their members, read shard by shard: one by one they take many times as long."""
    wanted: list[list[int]] = [[] for _ in parts]
    for _, group in groups:
        for shard, row_id in group.members:
            wanted[shard].append(row_id)
    files = [_files(part, sorted(row_ids)) for part, row_ids in zip(parts, wanted, strict=True)]
    for stored, group in groups:
        members = (files[shard].get(row_id) for shard, row_id in group.members)
        there = tuple(member for member in members if member is not None)
        yield DuplicateGroup(shown_hash(stored) or "", group.size, group.copies, there)


def _files(part: _Part, row_ids: list[int]) -> dict[int, ReportedFile]:
    """Files of a shard by their rows."""
    found: dict[int, ReportedFile] = {}
    for row_id, folder, name, size, mtime_ns, category in part.database.rows_of(_MEMBER, row_ids):
        path = folder + b"/" + name if folder else name
        found[row_id] = ReportedFile(part.drive, path, size, mtime_ns, Category(category))
    return found
