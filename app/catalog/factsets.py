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


def set_of(
    database: Database, file_id: int, header_id: int, attributes: Sequence[int]
) -> tuple[int | None, list[Member]]:
    """The set of a file and what is its own: pairs of a place and an attribute's number.

    Args:
        database: the shard, inside a transaction.
        file_id: the file.
        header_id: its header.
        attributes: the numbers of its attributes in their order.
    """
    members = list(enumerate(attributes))
    if not members:
        return None, []
    mine = set(members)
    before = database.value("SELECT set_id FROM facts WHERE file_id = ? AND header_id = ?", (file_id, header_id))
    for near in (before, _neighbours_set(database, file_id, header_id)):
        if near is None:
            continue
        theirs = set_members(database, near)
        common = mine.intersection(theirs)
        if len(common) == len(theirs):
            return near, sorted(mine - common)
        if near != before and len(common) >= max(1, _MOST * len(mine)):
            return _kept_set(database, sorted(common)), sorted(mine - common)
    return _kept_set(database, members), []


def set_members(database: Database, set_id: int) -> list[Member]:
    """The pairs of a set: a place and an attribute's number."""
    numbers = array("I")
    packed = database.value("SELECT members FROM attribute_set WHERE id = ?", (set_id,))
    numbers.frombytes(packed or b"")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _neighbours_set(database: Database, file_id: int, header_id: int) -> int | None:
    """The set of the nearest file with the same header; of a frame, that of another frame of its sequence."""
    sequence_id = database.value("SELECT sequence_id FROM file WHERE id = ?", (file_id,))
    for beside, order in (("<", "DESC"), (">", "ASC")):
        found = database.row(_NEAREST.format(beside, order), (header_id, file_id))
        if found is None:
            continue
        set_id, other = found
        if sequence_id is None or sequence_id == database.value("SELECT sequence_id FROM file WHERE id = ?", (other,)):
            return int(set_id)
    return None


def _kept_set(database: Database, members: Sequence[Member]) -> int:
    numbers = array("I", [number for member in members for number in member])
    key = digest(numbers.tobytes())
    known = database.value("SELECT id FROM attribute_set WHERE hash = ?", (key,))
    if known is not None:
        return int(known)
    database.run("INSERT INTO attribute_set (hash, members) VALUES (?, ?)", (key, numbers.tobytes()))
    set_id = int(database.connection.last_insert_rowid())
    database.run_many(
        "INSERT OR IGNORE INTO attribute_in (attribute_id, set_id) VALUES (?, ?)",
        [(number, set_id) for _, number in members],
    )
    return set_id
