"""Keeps the shard's rows of file sequences in step with the names that were listed."""

from typing import Any

from app.catalog.database import BulkInsert, Database
from app.scanning.arrangement import SequenceFacts

_COLUMNS = (
    "id",
    "folder_id",
    "base",
    "ext",
    "pad",
    "first_frame",
    "last_frame",
    "frame_count",
    "missing_count",
    "gap_count",
    "ranges",
    "bytes",
    "newest_ns",
    "first_scan",
    "changed_scan",
)
_Key = tuple[bytes, bytes, int]


class SequenceRows:
    """Adds and updates sequences inside the caller's transaction.

    Args:
        database: the shard, open for writing.
        scan_id: the generation.
    """

    def __init__(self, database: Database, scan_id: int) -> None:
        self._database = database
        self._scan_id = scan_id
        self._next = (database.value("SELECT max(id) FROM sequence") or 0) + 1
        self._insert = BulkInsert(database, "sequence", _COLUMNS, 50)
        self._values: list[Any] = []

    def known(self, folder_id: int) -> dict[_Key, tuple[Any, ...]]:
        """The sequences of a folder, the missing ones too: (id, ranges, bytes, newest_ns, missed) by key."""
        return {
            (row[0], row[1], row[2]): row[3:]
            for row in self._database.rows(
                "SELECT base, ext, pad, id, ranges, bytes, newest_ns, missed_scan IS NOT NULL FROM sequence"
                " WHERE folder_id = ?",
                (folder_id,),
            )
        }

    def add(self, folder_id: int, facts: SequenceFacts) -> int:
        """Keep a sequence that the shard does not have; its id."""
        sequence_id, self._next = self._next, self._next + 1
        self._values += (sequence_id, folder_id, *facts, self._scan_id, self._scan_id)
        return sequence_id

    def take(self, folder_id: int, facts: SequenceFacts, known: dict[_Key, tuple[Any, ...]]) -> int:
        """Keep a sequence as it is now; its id. `known` is what `known()` gave."""
        row = known.get((facts.base, facts.ext, facts.pad))
        if row is None:
            return self.add(folder_id, facts)
        if row[1:] != (facts.ranges, facts.bytes, facts.newest_ns, 0):
            self._database.run(
                "UPDATE sequence SET first_frame = ?, last_frame = ?, frame_count = ?, missing_count = ?,"
                " gap_count = ?, ranges = ?, bytes = ?, newest_ns = ?, changed_scan = ?, missed_scan = NULL"
                " WHERE id = ?",
                (*facts[3:], self._scan_id, row[0]),
            )
        return int(row[0])

    def change(self, sequence_ids: set[int]) -> None:
        """Mark sequences as changed of which a frame was: their size and newest time may be the same."""
        self._database.run_many(
            "UPDATE sequence SET changed_scan = ?1 WHERE id = ?2 AND changed_scan <> ?1",
            [(self._scan_id, sequence_id) for sequence_id in sequence_ids],
        )

    def dissolve(self, sequence_ids: set[int]) -> None:
        """Mark sequences as missed of which too few frames are left to be one."""
        self._database.run_many(
            "UPDATE sequence SET missed_scan = ? WHERE id = ? AND missed_scan IS NULL",
            [(self._scan_id, sequence_id) for sequence_id in sequence_ids],
        )

    def flush(self) -> None:
        """Write what was collected."""
        if self._values:
            self._insert.write(self._values)
            self._values.clear()
