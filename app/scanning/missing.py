"""What is missing after a walk that came to its end.

While a walk runs, files and folders that are not listed any more are only noted. At the end they are marked, all in
one transaction, unless so many are missing that the drive is more likely not itself: then nothing is marked until
somebody says so.
"""

from dataclasses import dataclass

from app.catalog.database import Database
from app.catalog.past import GONE, keep_past
from app.scanning.changes import Tally


@dataclass(frozen=True, slots=True)
class MissingLimits:
    """When so much is missing that somebody must be asked: past both limits at once.

    Attributes:
        share: of the files that the drive had (0.05).
        files: how many (1000).
        accept: mark them whatever their number.
    """

    share: float
    files: int
    accept: bool = False


def forget_gone(database: Database) -> None:
    """Start a walk with nothing noted."""
    with database.transaction():
        database.run("DELETE FROM gone_file")
        database.run("DELETE FROM gone_folder")


def apply_missing(database: Database, scan_id: int, limits: MissingLimits, tally: Tally) -> int:
    """Mark what was noted as missing, or nothing where it is too much; how many files were not marked.

    What was recognised elsewhere on the drive is marked with the rest, but neither missing nor too much. Inside the
    caller's transaction, so that the marks and their count are kept together.
    """
    moved = f"file_id IN (SELECT from_id FROM moved WHERE scan_id = {int(scan_id)})"
    gone = int(database.value(f"SELECT count(*) FROM gone_file WHERE NOT {moved}"))
    present = int(database.value("SELECT coalesce(sum(files), 0) FROM folder WHERE missed_scan IS NULL"))
    if not limits.accept and gone > limits.files and gone > limits.share * present:
        _mark(database, scan_id, moved)
        return gone
    tally.add("missing", gone)
    _mark(database, scan_id, "1")
    database.run(
        "UPDATE folder SET missed_scan = ?, files = 0, bytes = 0, newest_ns = NULL, digest = NULL"
        " WHERE id IN (SELECT folder_id FROM gone_folder)",
        (scan_id,),
    )
    database.run("DELETE FROM gone_folder")
    return 0


def expand_gone_folders(database: Database) -> None:
    """Note everything below a folder that is gone, inside the caller's transaction: its folders, then their files."""
    for (path,) in list(database.rows("SELECT path FROM folder WHERE id IN (SELECT folder_id FROM gone_folder)")):
        database.run(
            "INSERT OR IGNORE INTO gone_folder SELECT id FROM folder WHERE path > ? AND path < ?"
            " AND missed_scan IS NULL",
            (path + b"/", path + b"0"),
        )
    database.run(
        "INSERT OR IGNORE INTO gone_file SELECT f.id FROM gone_folder g JOIN block b ON b.folder_id = g.folder_id"
        " JOIN file f ON f.id BETWEEN b.first_id AND b.last_id WHERE f.missed_scan IS NULL"
    )


def _mark(database: Database, scan_id: int, which: str) -> None:
    """Mark noted files, take them off the totals of their folders, and end sequences without frames.

    Args:
        database: the shard, in the caller's transaction.
        scan_id: the generation that misses them.
        which: SQL that chooses among the noted files; those are noted no more.
    """
    database.run("CREATE TEMP TABLE IF NOT EXISTS marking (file_id INTEGER NOT NULL PRIMARY KEY)")
    database.run("DELETE FROM temp.marking")
    database.run(f"INSERT INTO temp.marking SELECT file_id FROM gone_file WHERE {which}")
    if not database.value("SELECT EXISTS (SELECT 1 FROM temp.marking)"):
        return
    keep_past(database, "SELECT file_id FROM temp.marking", scan_id, GONE)
    database.run(
        "UPDATE folder SET files = folder.files - gone.files, bytes = folder.bytes - gone.bytes FROM"
        " (SELECT f.folder_id AS id, count(*) AS files, sum(f.size) AS bytes FROM temp.marking g JOIN file f"
        "  ON f.id = g.file_id GROUP BY f.folder_id) AS gone WHERE folder.id = gone.id"
    )
    database.run(
        "DELETE FROM problem WHERE (folder_id, name) IN"
        " (SELECT f.folder_id, f.name FROM temp.marking g JOIN file f ON f.id = g.file_id)"
    )
    database.run("DELETE FROM suspect WHERE file_id IN (SELECT file_id FROM temp.marking)")
    database.run("UPDATE file SET missed_scan = ? WHERE id IN (SELECT file_id FROM temp.marking)", (scan_id,))
    database.run(
        "UPDATE folder SET newest_ns = (SELECT max(f.mtime_ns) FROM block b JOIN file f"
        "  ON f.id BETWEEN b.first_id AND b.last_id WHERE b.folder_id = folder.id AND f.missed_scan IS NULL)"
        " WHERE id IN (SELECT DISTINCT f.folder_id FROM temp.marking g JOIN file f ON f.id = g.file_id)"
    )
    database.run(
        "UPDATE sequence SET missed_scan = ?1 WHERE missed_scan IS NULL AND id IN"
        " (SELECT DISTINCT f.sequence_id FROM temp.marking g JOIN file f ON f.id = g.file_id"
        "  WHERE f.sequence_id IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM block b JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
        "  WHERE b.folder_id = sequence.folder_id AND f.sequence_id = sequence.id AND f.missed_scan IS NULL)",
        (scan_id,),
    )
    database.run("DELETE FROM gone_file WHERE file_id IN (SELECT file_id FROM temp.marking)")
