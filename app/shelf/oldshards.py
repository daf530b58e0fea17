"""Taking over what an older catalogue program knew of a drive: a SQLite file with the tables `files` or `inventory`.

Its rows hold absolute paths, sizes, times in whole seconds and, in `files`, content hashes. Nothing says how a hash was
made or when, so it counts as known but never as verified: a scan of the drive, once it is connected, makes it sure.
"""

import posixpath
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import apsw

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.entries import known_files
from app.catalog.shard import begin_scan, open_writer, set_identity, update_scan
from app.engine import Engine
from app.errors import NotACatalog
from app.files.listing import Listing
from app.files.walk import Folder, unpack
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.drives import Drive, Passport
from app.model.names import decoded, raw, shown
from app.model.times import now_us
from app.scanning.changes import HASH_GOOD, HASH_NONE, FolderComparison, Tally, queue_folders
from app.scanning.missing import MissingLimits, apply_missing
from app.scanning.summary import summarise

_TABLES = ("files", "inventory")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_AT_ONCE = 200
#: The farthest time that a column of SQLite holds, and more bytes than any file has: their sum must fit one too.
_MOST_NS, _MOST_BYTES = 2**63 - 1, 1 << 50


@dataclass(frozen=True, slots=True)
class OldDrive:
    """What an old shard says of its drive.

    Attributes:
        label: as it was called there, else after its file.
        base: the folder that all its paths lie in, with `/`.
        table: which of its tables is read.
        columns: that table's columns.
    """

    label: str
    base: str
    table: str
    columns: frozenset[str]


def is_old_shard(path: Path) -> bool:
    """Whether a file is a SQLite database with one of the old tables."""
    try:
        with closing(_connect(path)) as connection:
            return _table(connection) is not None
    except apsw.Error:
        return False


def take_over(engine: Engine, path: Path, label: str | None, job: Job) -> Drive:
    """Make a drive of our own from an old shard; the old file is only read.

    Raises:
        NotACatalog: it is none, or holds no path.
        Cancelled: the job was stopped; the drive was not added.
    """
    try:
        with closing(_connect(path)) as connection:
            old = _old_drive(connection, path)
            job.stage(Stage.INDEX)
            drive = engine.catalog.add_drive(_free(engine.catalog, label or old.label), old.base, Passport())
            try:
                _fill(engine, connection, old, drive, job)
            except BaseException:
                _undo(engine, drive)
                raise
    except (apsw.Error, UnicodeDecodeError) as error:
        raise NotACatalog(
            f"{shown(str(path))} cannot be read: {error}", hint="Copy it again, and check its disk."
        ) from error
    return engine.catalog.drive(drive.id)


def _connect(path: Path) -> apsw.Connection:
    return apsw.Connection(
        path.absolute().as_uri() + "?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )


def _table(connection: apsw.Connection) -> tuple[str, frozenset[str]] | None:
    """The first old table that holds rows, else the first one there is, with its columns."""
    found: tuple[str, frozenset[str]] | None = None
    for table in _TABLES:
        columns = frozenset(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
        if {"path", "size_bytes"} <= columns:
            if next(iter(connection.execute(f"SELECT 1 FROM {table} LIMIT 1")), None):
                return table, columns
            found = found or (table, columns)
    return found


def _old_drive(connection: apsw.Connection, path: Path) -> OldDrive:
    table = _table(connection)
    if table is None:
        raise NotACatalog(f"{shown(str(path))} is no shard of an older program")
    name, columns = table
    label = path.stem
    if "drive_label" in columns:
        label = _text(connection, f"SELECT drive_label FROM {name} WHERE drive_label <> '' LIMIT 1") or label
    mount = ""
    if next(iter(connection.execute("PRAGMA table_info(drives)")), None):
        mount = _text(connection, "SELECT mount_path FROM drives ORDER BY id DESC LIMIT 1")
    ends = [_text(connection, f"SELECT {which}(path) FROM {name}") for which in ("min", "max")]
    if not ends[0]:
        raise NotACatalog(f"{shown(str(path))} holds no path", hint="There is nothing to take over.")
    common = _common([posixpath.dirname(_slashed(end)) or "/" for end in ends])
    if not common:
        raise NotACatalog(
            f"the paths in {shown(str(path))} lie in no folder together", hint="It holds more than one drive."
        )
    base = _slashed(mount).rstrip("/") if mount else common
    base += "/" if base.endswith(":") else ""
    inside = all(_slashed(end).startswith(base.rstrip("/") + "/") for end in ends)
    return OldDrive(shown(label), base if inside else common, name, columns)


def _text(connection: apsw.Connection, sql: str) -> str:
    """The value of a query as text, whatever its bytes are; empty where there is none."""
    row = next(iter(connection.execute(f"SELECT CAST(({sql}) AS BLOB)")), None)
    return decoded(bytes(row[0])) if row and row[0] is not None else ""


def _common(folders: list[str]) -> str:
    """The folder that holds them all; empty where there is none."""
    try:
        return posixpath.commonpath(folders)
    except ValueError:
        return ""


def _slashed(path: str) -> str:
    """A path with `/`, as Windows paths come with either."""
    return path.replace("\\", "/") if _WINDOWS.match(path) else path


def _free(catalog: Catalog, label: str) -> str:
    name, number = label, 1
    while catalog.find_drive(name) is not None:
        number += 1
        name = f"{label} {number}"
    return name


def _undo(engine: Engine, drive: Drive) -> None:
    engine.catalog.forget_drive(drive)
    for end in ("", "-wal", "-shm"):
        engine.catalog.shard_path(drive.id).with_name(f"{drive.id}.db{end}").unlink(missing_ok=True)


def _fill(engine: Engine, connection: apsw.Connection, old: OldDrive, drive: Drive, job: Job) -> None:
    """Write the folders and files into a new shard, folder by folder."""
    _sort_rows(connection, old, job)
    tally = Tally()
    shard = engine.catalog.shard_path(drive.id)
    with open_writer(shard, job.token, wal=engine.wal, label=drive.label) as database:
        with database.transaction():
            set_identity(database, drive)
            scan_id = begin_scan(database, "delta", old.table == "inventory", {"taken_over": shown(old.table)})
            queue_folders(database, scan_id, (b"",))
        comparison = FolderComparison(database, scan_id, tally)
        batch: list[Folder] = []
        for folder in _folders(connection):
            batch.append(folder)
            job.progress(tally["files"], current=shown(folder.path))
            if len(batch) >= _AT_ONCE:
                _take(database, comparison, connection, batch)
                batch = []
        _take(database, comparison, connection, batch)
        with database.transaction():
            apply_missing(database, scan_id, MissingLimits(1, 0, accept=True), tally)
            summary = summarise(database)
            tally.counts.update({"total.files": summary.files, "total.bytes": summary.bytes})
            update_scan(database, scan_id, tally.counts, state="done", stage="contents", ended_us=now_us())
    engine.catalog.summarise(drive.id, summary.files, summary.bytes, summary.sequences)


def _sort_rows(connection: apsw.Connection, old: OldDrive, job: Job) -> None:
    """Lay the old rows out by folder, in a temporary table of the connection that SQLite keeps on disk if it must."""
    connection.execute("PRAGMA temp_store=FILE")
    connection.execute(
        "CREATE TEMP TABLE old (folder BLOB NOT NULL, name BLOB NOT NULL, size INTEGER, mtime_ns INTEGER, hash BLOB,"
        " gone INTEGER, PRIMARY KEY (folder, name)) WITHOUT ROWID"
    )
    connection.execute("CREATE TEMP TABLE place (folder BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID")
    wanted = {"mtime_utc": "NULL", "hash_blake3": "NULL", "deleted": "0"}
    columns = ", ".join(name if name in old.columns else other for name, other in wanted.items())
    prefix = old.base.rstrip("/") + "/"
    connection.execute("BEGIN")
    for path, size, mtime, digest, gone in connection.execute(
        f"SELECT CAST(path AS BLOB), size_bytes, {columns} FROM {old.table} WHERE path IS NOT NULL"
    ):
        job.check()
        slashed = _slashed(decoded(bytes(path)))
        if not slashed.startswith(prefix):
            continue
        folder, _, name = raw(slashed[len(prefix) :]).rpartition(b"/")
        if not name or b"\0" in folder + name:
            continue
        stored = bytes.fromhex(digest) if digest and _HEX.fullmatch(str(digest)) else None
        row = (folder, name, _size(size), _time_ns(mtime), stored, int(bool(gone)))
        connection.execute("INSERT OR REPLACE INTO temp.old VALUES (?, ?, ?, ?, ?, ?)", row)
        while folder:
            connection.execute("INSERT OR IGNORE INTO temp.place VALUES (?)", (folder,))
            folder = folder.rpartition(b"/")[0]
    connection.execute("COMMIT")


def _time_ns(text: Any) -> int:
    """A time that the old program wrote (RFC 3339, with or without a zone), in ns; 0 where it wrote none."""
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(round(moment.timestamp() * 1_000_000) * 1000, -_MOST_NS), _MOST_NS)


def _size(value: Any) -> int:
    """A size as the old program wrote it, in bytes; 0 for what is none."""
    return min(max(0, int(value)), _MOST_BYTES) if isinstance(value, int | float) and isfinite(value) else 0


def _folders(connection: apsw.Connection) -> Iterator[Folder]:
    """The base and every folder, each after the one that holds it, as a walk would list them."""
    places = [b"", *(row[0] for row in connection.execute("SELECT folder FROM temp.place ORDER BY folder"))]
    below: dict[bytes, list[bytes]] = {}
    for place in places[1:]:
        parent, _, name = place.rpartition(b"/")
        below.setdefault(parent, []).append(name)
    for place in places:
        listing = Listing()
        listing.rows += [
            (name, size, mtime_ns)
            for name, size, mtime_ns in connection.execute(
                "SELECT name, size, mtime_ns FROM temp.old WHERE folder = ? ORDER BY name", (place,)
            )
        ]
        listing.subfolders += below.get(place, [])
        yield from unpack(memoryview(listing.packed(place, None)))


def _take(database: Database, comparison: FolderComparison, connection: apsw.Connection, folders: list[Folder]) -> None:
    """Bring folders in, then what is known of their files beside size and time."""
    with database.transaction():
        for folder in folders:
            comparison.take(folder)
        comparison.flush()
        for folder in folders:
            folder_id = int(database.value("SELECT id FROM folder WHERE path = ?", (folder.path,)))
            known = known_files(database, folder_id)
            rows = list(
                connection.execute(
                    "SELECT name, hash, gone FROM temp.old WHERE folder = ? AND (hash IS NOT NULL OR gone)",
                    (folder.path,),
                )
            )
            database.run_many(
                f"UPDATE file SET hash = ?, hash_state = {HASH_GOOD} WHERE id = ? AND hash_state = {HASH_NONE}",
                [(digest, known[name].id) for name, digest, _ in rows if digest is not None],
            )
            database.run_many(
                "INSERT OR IGNORE INTO gone_file VALUES (?)", [(known[name].id,) for name, _, gone in rows if gone]
            )
