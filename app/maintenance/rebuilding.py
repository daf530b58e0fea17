"""Making a salvaged shard whole: what hangs on lost rows is dropped, what can be worked out is made anew."""

from collections.abc import Iterator
from itertools import groupby

import apsw

from app.catalog.database import BulkInsert, Database
from app.catalog.factmending import mend_facts
from app.catalog.nameindex import BLOCK_FILES, block_text
from app.catalog.shard import get_meta, set_identity
from app.jobs.job import Job
from app.maintenance.reading import Loss
from app.model.drives import Drive
from app.model.names import folded

_BY_PATH = (
    "SELECT id, path FROM folder INDEXED BY sqlite_autoindex_folder_1 ORDER BY path {}"  # the index has both columns
)
_ORPHANS = (
    ("file", "folder_id", "folder", "id"),
    ("sequence", "folder_id", "folder", "id"),
    ("facts", "file_id", "file", "id"),
    ("past", "file_id", "file", "id"),
    ("moved", "file_id", "file", "id"),
    ("suspect", "file_id", "file", "id"),
    ("verdict", "folder_id", "folder", "id"),
    ("judgement", "folder_id", "folder", "id"),
    ("finding", "folder_id", "folder", "id"),
    ("sequence_facts", "sequence_id", "sequence", "id"),
    ("problem", "folder_id", "folder", "id"),
    ("skipped", "folder_id", "folder", "id"),
    ("gone_file", "file_id", "file", "id"),
    ("gone_folder", "folder_id", "folder", "id"),
)
_WAITING = 2000  # blocks that are collected before they are written
_SCANS = ("first_scan", "queued_scan", "listed_scan", "missed_scan")


def rebuild_shard(new: Database, damaged: apsw.Connection, drive: Drive, losses: dict[str, Loss], job: Job) -> None:
    """Make the salvaged rows of a shard a shard that holds together.

    Each folder is compared anew by the next scan, so that what was lost comes back.

    Args:
        new: has the rows that could be read; inside the caller's transaction.
        damaged: what they were read from: an index of it may know what its table does not.
        drive: whose shard it is.
        losses: rows that are dropped are counted there, by table.
        job: progress and cancel.
    """
    newest_scan = _keep_generations(new)
    _recover_folders(new, damaged, newest_scan, losses["folder"])
    for table, column, other, key in _ORPHANS:
        new.run(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT {key} FROM {other})")
        losses[table].rows += int(new.value("SELECT changes()"))
    losses["facts"].rows += mend_facts(new)
    new.run("UPDATE file SET sequence_id = NULL WHERE sequence_id NOT IN (SELECT id FROM sequence)")
    _index_files(new, job)
    _index_folders(new)
    new.run(
        "UPDATE folder SET digest = NULL, files = c.files, bytes = c.bytes, newest_ns = c.newest FROM"
        " (SELECT d.id, count(f.id) AS files, coalesce(sum(f.size), 0) AS bytes, max(f.mtime_ns) AS newest"
        "  FROM folder d LEFT JOIN file f ON f.folder_id = d.id AND f.missed_scan IS NULL GROUP BY d.id) AS c"
        " WHERE folder.id = c.id"
    )
    new.run("DELETE FROM meta WHERE key = 'totals'")
    if get_meta(new).get("drive_id") != drive.id or drive.base:
        set_identity(new, drive)


def _keep_generations(new: Database) -> int:
    """Let the newest generation that any row names exist, so that the next one gets a higher number; its number."""
    named = [f"SELECT max({column}) FROM folder" for column in _SCANS]
    named += [f"SELECT max({column}) FROM file" for column in ("first_scan", "missed_scan", "changed_scan")]
    numbers = [new.value(sql) or 0 for sql in (*named, "SELECT max(id) FROM scan")]
    newest = max([1, *numbers])
    new.run(
        "INSERT OR IGNORE INTO scan (id, started_us, mode, inventory_only, state, stage, request, counts)"
        " VALUES (?, 0, 'delta', 0, 'abandoned', 'walk', '{}', '{}')",
        (newest,),
    )
    return newest


def _recover_folders(new: Database, damaged: apsw.Connection, scan: int, loss: Loss) -> None:
    """Bring back folders that the table lost and its index still knows, and those above folders that are there."""
    there = {bytes(path): int(number) for number, path in new.rows("SELECT id, path FROM folder")}
    ids = set(there.values())
    found = {path: number for number, path in _indexed_folders(damaged) if path not in there and number not in ids}
    for path, number in found.items():
        there[path] = number
    next_id = max([0, *there.values()]) + 1
    for path in list(there):
        above = path
        while above:
            above = above.rpartition(b"/")[0]
            if above not in there:
                there[above] = found[above] = next_id
                next_id += 1
    if b"" not in there:
        there[b""] = found[b""] = next_id
    for path, number in found.items():
        key = folded(path)
        new.run(
            "INSERT INTO folder (id, parent_id, path, key, first_scan, queued_scan, listed_scan, files, bytes)"
            " VALUES (?, NULL, ?, ?, ?, ?, ?, 0, 0)",
            (number, path, None if key == path else key, scan, scan, scan),
        )
    loss.keys = max(0, loss.keys - len(found))
    new.run_many(
        "UPDATE folder SET parent_id = ? WHERE id = ?",
        [(there[path.rpartition(b"/")[0]], number) for path, number in there.items() if path],
    )


def _indexed_folders(damaged: apsw.Connection) -> Iterator[tuple[int, bytes]]:
    """Id and path of every folder that the index by path still knows, some of them twice."""
    for direction in ("ASC", "DESC"):
        try:
            for number, path in damaged.execute(_BY_PATH.format(direction)):
                yield int(number), bytes(path)
        except (apsw.Error, UnicodeDecodeError, TypeError):
            continue
        return


def _index_files(new: Database, job: Job) -> None:
    """Make the blocks and their search index anew: neighbouring files of one folder, 64 at most."""
    blocks = BulkInsert(new, "block", ("first_id", "last_id", "folder_id", "newest_ns"), 50)
    texts = BulkInsert(new, "name_index", ("rowid", "text"), 50)
    rows: list[object] = []
    documents: list[object] = []
    files = new.rows("SELECT id, folder_id, name, key, mtime_ns FROM file ORDER BY id")
    numbered = ((row[0], place, row) for place, row in enumerate(files))
    for _, run in groupby(numbered, key=lambda one: (one[0] - one[1], one[2][1])):
        members = [row for *_, row in run]
        for start in range(0, len(members), BLOCK_FILES):
            part = members[start : start + BLOCK_FILES]
            keys = [bytes(row[3]) if row[3] is not None else folded(bytes(row[2])) for row in part]
            rows += (part[0][0], part[-1][0], part[0][1], max(row[4] for row in part))
            documents += (part[0][0], block_text(keys))
        job.check()
        if len(rows) > 4 * _WAITING:
            blocks.write(rows)
            texts.write(documents)
            rows.clear()
            documents.clear()
    blocks.write(rows)
    texts.write(documents)


def _index_folders(new: Database) -> None:
    texts = BulkInsert(new, "folder_index", ("rowid", "text"), 50)
    documents: list[object] = []
    for number, path, key in list(new.rows("SELECT id, path, key FROM folder WHERE path <> x''")):
        whole = bytes(key) if key is not None else folded(bytes(path))
        documents += (number, block_text([whole.rpartition(b"/")[2]]))
    texts.write(documents)
