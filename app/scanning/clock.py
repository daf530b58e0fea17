"""Times that shifted for a whole volume: a clock's doing, not a change of its files.

FAT keeps local time, and a card that is read in another time zone, or before and after the summer's end, shows all its
files an hour or more away from what they were. Where nearly every file that was known keeps its size and moved by the
same whole quarter of an hour, up to a day and a bit, they are taken as unchanged and only their times are kept anew.
"""

from app.catalog.database import Database
from app.scanning.changes import HASH_GOOD, HASH_STALE, Tally

_QUARTER_NS = 900 * 10**9
_MOST_QUARTERS = 26 * 4
_LEAST_FILES = 3
_LEAST_SHARE = 0.95


def undo_clock_shift(database: Database, scan_id: int, tally: Tally, tolerance_ns: int) -> int:
    """Take back what a generation found changed where only the clock shifted; by how many seconds, or 0.

    Inside the caller's transaction, at the end of the walk.

    Args:
        database: the shard.
        scan_id: the generation.
        tally: its counts: such files are unchanged.
        tolerance_ns: how far two times on this file system may lie apart and still be the same.
    """
    moved = "round(CAST(f.mtime_ns - p.mtime_ns AS REAL) / ?2)"
    exact = f"abs(f.mtime_ns - p.mtime_ns - CAST({moved} AS INTEGER) * ?2) <= ?3"
    same = (
        "FROM past p JOIN file f ON f.id = p.file_id WHERE p.scan_id = ?1 AND p.what = 'changed'"
        f" AND f.missed_scan IS NULL AND f.size = p.size AND {exact}"
    )
    bindings = (scan_id, _QUARTER_NS, tolerance_ns)
    row = database.row(f"SELECT CAST({moved} AS INTEGER), count(*) {same} GROUP BY 1 ORDER BY 2 DESC LIMIT 1", bindings)
    known = tally["changed"] + tally["unchanged"]
    if row is None or not 0 < abs(row[0]) <= _MOST_QUARTERS or row[1] < max(_LEAST_FILES, _LEAST_SHARE * known):
        return 0
    quarters, files = row
    shifted = f"SELECT p.file_id {same} AND CAST({moved} AS INTEGER) = {int(quarters)}"
    database.run(
        f"UPDATE file SET hash_state = {HASH_GOOD}, changed_scan = NULL WHERE hash_state = {HASH_STALE}"
        f" AND id IN ({shifted} AND p.hash IS NOT NULL)",
        bindings,
    )
    database.run(f"DELETE FROM past WHERE scan_id = ?1 AND file_id IN ({shifted})", bindings)
    tally.add("changed", -int(files))
    tally.add("unchanged", int(files))
    return int(quarters) * 900
