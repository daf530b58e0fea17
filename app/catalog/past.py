"""How files were before each generation changed them, kept so that a drive can be looked at as it was.

A row of `past` is written in the transaction that changes the file: the first change of a generation counts. What is
new needs none, since a file knows the generation that first saw it, and its number grows with it.
"""

from app.catalog.database import Database

#: How a generation found a file: written, not there any more, or there again.
CHANGED, GONE, BACK = "changed", "gone", "back"

#: `hash_state` of a file whose hash is that of the bytes it had when it was last read.
_KNOWN = "hash_state IN (1, 4)"


def keep_past(database: Database, file_ids: str, scan_id: int, what: str) -> None:
    """Keep how files are, before their rows are changed.

    Args:
        database: the shard, in the caller's transaction.
        file_ids: SQL that gives their ids.
        scan_id: the generation that changes them.
        what: `CHANGED`, `GONE` or `BACK`.
    """
    database.run(
        "INSERT OR IGNORE INTO past (file_id, scan_id, what, size, mtime_ns, hash)"
        f" SELECT id, ?, ?, size, mtime_ns, CASE WHEN {_KNOWN} THEN hash END FROM file"
        f" WHERE id IN ({file_ids})",
        (scan_id, what),
    )


def first_id_after(database: Database, scan_id: int) -> int:
    """The number of the first file that a generation later than `scan_id` was the first to see."""
    low, high = 1, int(database.value("SELECT coalesce(max(id), 0) FROM file")) + 1
    while low < high:
        middle = (low + high) // 2
        row = database.row("SELECT id, first_scan FROM file WHERE id >= ? ORDER BY id LIMIT 1", (middle,))
        if row is None or row[1] > scan_id:
            high = middle
        else:
            low = int(row[0]) + 1
    return low
