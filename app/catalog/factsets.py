"""Which values of attributes files share: the frames of a sequence have nearly all in common.

A set is attributes with their places. A file has one set, and of its own what is not in it. The set of a file is that
of its neighbour, the frame before it, where the file has all of that; else what both have in common, where that is
most of it; else a new one of everything. So a sequence of any length comes to two sets, one for the frame that was
read first and one for all others, and each further frame costs what differs in it.
"""

from array import array
from collections.abc import Sequence

from app.catalog.database import Database
from app.catalog.factparts import digest

Member = tuple[int, int]

#: Share of its attributes that a file must have in common with its neighbour for a set of both.
_MOST = 0.5
_NEAREST = (
    "SELECT x.set_id, x.file_id FROM facts x INDEXED BY facts_header WHERE x.header_id = ? AND x.file_id {} ?"
    " AND x.set_id IS NOT NULL ORDER BY x.file_id {} LIMIT 1"
)


class FactSets:
    """Finds the sets of files that are stored together; new sets are written by `keep`.

    Args:
        database: the shard, inside a transaction.
        files: their ids.
    """

    def __init__(self, database: Database, files: Sequence[int]) -> None:
        self._database = database
        self._sequences: dict[int, int | None] = dict(
            database.rows_of("SELECT id, sequence_id FROM file WHERE id IN ({})", files)
        )
        self._members: dict[int, list[Member]] = {}
        self._new: dict[bytes, tuple[int, bytes]] = {}
        self._next = 0

    def set_of(
        self, file_id: int, header_id: int, attributes: Sequence[int], before: int | None
    ) -> tuple[int | None, list[Member]]:
        """The set of a file and what is its own: pairs of a place and an attribute's number.

        Args:
            file_id: the file.
            header_id: its header.
            attributes: the numbers of its attributes in their order.
            before: the set that it had with the same header, if any.
        """
        members = list(enumerate(attributes))
        if not members:
            return None, []
        mine = set(members)
        for near in (before, self._neighbours(file_id, header_id)):
            if near is None:
                continue
            theirs = self._members_of(near)
            common = mine.intersection(theirs)
            if len(common) == len(theirs):
                return near, sorted(mine - common)
            if near != before and len(common) >= max(1, _MOST * len(mine)):
                return self._kept(sorted(common)), sorted(mine - common)
        return self._kept(members), []

    def keep(self) -> None:
        """Write the sets that are new, and what is in them."""
        self._database.run_many(
            "INSERT INTO attribute_set (id, hash, members) VALUES (?, ?, ?)",
            [(set_id, key, numbers) for key, (set_id, numbers) in self._new.items()],
        )
        self._database.run_many(
            "INSERT OR IGNORE INTO attribute_in (attribute_id, set_id) VALUES (?, ?)",
            [(number, set_id) for set_id, _ in self._new.values() for _, number in self._members[set_id]],
        )
        self._new.clear()

    def _neighbours(self, file_id: int, header_id: int) -> int | None:
        """The set of the nearest file with the same header; of a frame, that of another frame of its sequence."""
        sequence_id = self._sequence(file_id)
        for beside, order in (("<", "DESC"), (">", "ASC")):
            found = self._database.row(_NEAREST.format(beside, order), (header_id, file_id))
            if found is not None and (sequence_id is None or sequence_id == self._sequence(found[1])):
                return int(found[0])
        return None

    def _sequence(self, file_id: int) -> int | None:
        if file_id not in self._sequences:
            self._sequences[file_id] = self._database.value("SELECT sequence_id FROM file WHERE id = ?", (file_id,))
        return self._sequences[file_id]

    def _members_of(self, set_id: int) -> list[Member]:
        if set_id not in self._members:
            self._members[set_id] = set_members(self._database, set_id)
        return self._members[set_id]

    def _kept(self, members: list[Member]) -> int:
        numbers = array("I", [number for member in members for number in member]).tobytes()
        key = digest(numbers)
        if key in self._new:
            return self._new[key][0]
        known = self._database.value("SELECT id FROM attribute_set WHERE hash = ?", (key,))
        if known is not None:
            return int(known)
        set_id = self._next = self._next + 1 if self._next else self._database.next_id("attribute_set")
        self._new[key] = set_id, numbers
        self._members[set_id] = members
        return set_id


def set_members(database: Database, set_id: int) -> list[Member]:
    """The pairs of a set: a place and an attribute's number."""
    numbers = array("I")
    packed = database.value("SELECT members FROM attribute_set WHERE id = ?", (set_id,))
    numbers.frombytes(packed or b"")
    return list(zip(numbers[::2], numbers[1::2], strict=True))
