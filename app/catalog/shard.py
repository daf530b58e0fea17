"""One drive's file: one writer at a time, any number of readers."""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.errors import HeldByAnother, RecordsBroken
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.model.drives import Drive, Passport
from app.model.names import decoded, raw, shown
from app.model.times import now_us

#: Seconds in which whoever writes now and then, as a check does, has ended: a long job does not fail for that.
SHORT_WRITE_S = 1.0


@contextmanager
def open_writer(
    path: Path, token: CancelToken, *, wal: bool = True, label: str = "", wait_s: float = 0.0
) -> Iterator[Database]:
    """Hold the shard's writer lock and open it for writing; made when absent.

    Args:
        path: the shard.
        token: interrupts a running statement when it is cancelled.
        wal: whether readers may work beside the writer; only on a local disk.
        label: what messages call the drive.
        wait_s: seconds to wait for another writer; 0 for not at all.

    Raises:
        HeldByAnother: another process writes it all the while.
        NotACatalog: the file is not a shard of ours, or newer.
        RecordsBroken: it is damaged, or that of another drive.
    """
    path.parent.mkdir(parents=True, exist_ok=True)

    def refuse(holder: str) -> HeldByAnother:
        return HeldByAnother(
            f"another job ({holder or 'of an unknown process'}) is writing the records of {label or path.name}",
            hint="Wait for it to finish, or cancel it.",
            code="shard.locked",
            context={"drive": label, "holder": holder},
        )

    with (
        hold_file_lock(path.with_suffix(".lock"), token, wait_s, refuse=refuse),
        Database(path, SHARD, wal=wal, token=token) as database,
    ):
        refuse_other_drive(database)
        yield database


def refuse_other_drive(database: Database) -> None:
    """Refuse a shard that was put in the place of another drive's: its file is called after its drive's id.

    Raises:
        RecordsBroken: it says that it belongs to another drive.
    """
    meta = get_meta(database)
    if meta.get("drive_id", database.path.stem) != database.path.stem:
        raise RecordsBroken(
            f"shard {database.path} holds the records of another drive, {meta.get('label', '')}",
            hint="Put the right file there, or move this one away and scan the drive again.",
            code="shard.other_drive",
        )


def open_reader(path: Path, token: CancelToken | None = None) -> Database:
    """Open a shard for queries; they stop when the token is cancelled."""
    return Database(path, SHARD, read_only=True, token=token)


def set_meta(database: Database, **values: str) -> None:
    """Keep facts about the shard in itself, so that it can travel without the catalogue."""
    database.run_many(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", list(values.items())
    )


def set_identity(database: Database, drive: Drive) -> None:
    """Keep in the shard whose it is, so that the catalogue can be made again from it."""
    set_meta(
        database,
        drive_id=drive.id,
        label=drive.label,
        base=shown(drive.base),
        base_raw=base64.b64encode(raw(drive.base)).decode(),
        passport=json.dumps(drive.passport.to_json()),
        kind=drive.kind,
        place=drive.place,
        note=drive.note,
        lent_to=drive.lent_to,
        lent_us="" if drive.lent_us is None else str(drive.lent_us),
    )


def read_drive(database: Database) -> Drive:
    """The drive that a shard says it belongs to, with its present totals; the id is empty where it says none."""
    meta = get_meta(database)
    base = last_base(database)
    passport = Passport.from_json(json.loads(meta.get("passport", "{}")))
    files, size = database.row(
        "SELECT coalesce(sum(files), 0), coalesce(sum(bytes), 0) FROM folder WHERE missed_scan IS NULL"
    ) or (0, 0)
    sequences = database.value("SELECT count(*) FROM sequence WHERE missed_scan IS NULL")
    last_scan = database.value("SELECT max(ended_us) FROM scan WHERE state = 'done'")
    return Drive(
        meta.get("drive_id", ""),
        meta.get("label", ""),
        base,
        passport,
        False,
        files,
        size,
        last_scan,
        sequences,
        meta.get("kind", ""),
        meta.get("place", ""),
        meta.get("note", ""),
        meta.get("lent_to", ""),
        int(lent) if (lent := meta.get("lent_us", "")).isdigit() else None,
    )


def last_base(database: Database) -> str:
    """Where the base of the drive was seen last, as the shard says; empty where it says nothing."""
    kept = dict(database.rows("SELECT key, value FROM meta WHERE key IN ('base', 'base_raw')"))
    return decoded(base64.b64decode(kept["base_raw"])) if "base_raw" in kept else str(kept.get("base", ""))


def last_path(database: Database, relative: bytes) -> str:
    """Where something was seen last, absolute, as JSON gives it; `relative` is its path below the drive's base."""
    return shown(os.path.normpath(f"{last_base(database)}/{decoded(relative)}").replace(os.sep, "/"))


def top_names(database: Database) -> set[bytes]:
    """Raw names of the files and folders directly in the drive's base, a thousand of each at most."""
    files = database.rows(
        "SELECT f.name FROM folder d JOIN block b ON b.folder_id = d.id JOIN file f ON f.id BETWEEN b.first_id"
        " AND b.last_id WHERE d.path = x'' AND f.missed_scan IS NULL LIMIT 1000"
    )
    folders = database.rows(
        "SELECT c.path FROM folder d JOIN folder c ON c.parent_id = d.id WHERE d.path = x''"
        " AND c.missed_scan IS NULL LIMIT 1000"
    )
    return {bytes(row[0]) for rows in (files, folders) for row in rows}


def get_meta(database: Database) -> dict[str, str]:
    """The facts that `set_meta` kept."""
    return {str(key): str(value) for key, value in database.rows("SELECT key, value FROM meta")}


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A generation of the drive: `state` is running, done, cancelled, gone or failed; `counts` is its own tally."""

    id: int
    started_us: int
    ended_us: int | None
    mode: str
    inventory_only: bool
    state: str
    stage: str
    request: dict[str, Any]
    counts: dict[str, int]


_SCAN_COLUMNS = "id, started_us, ended_us, mode, inventory_only, state, stage, request, counts"


def _scan_row(row: tuple[Any, ...]) -> ScanRow:
    number, started, ended, mode, inventory_only, state, stage, request, counts = row
    return ScanRow(
        number, started, ended, mode, bool(inventory_only), state, stage, json.loads(request), json.loads(counts)
    )


def first_scan_us(database: Database) -> int | None:
    """When the first scan of a shard began, microseconds since 1970 UTC; None before it."""
    found = database.value("SELECT min(started_us) FROM scan")
    return None if found is None else int(found)


def last_scan(database: Database) -> ScanRow | None:
    """The newest generation, finished or not."""
    row = database.row(f"SELECT {_SCAN_COLUMNS} FROM scan ORDER BY id DESC LIMIT 1")
    return _scan_row(row) if row else None


def scans(database: Database, limit: int = 100) -> list[ScanRow]:
    """The newest generations, newest first."""
    return [
        _scan_row(row) for row in database.rows(f"SELECT {_SCAN_COLUMNS} FROM scan ORDER BY id DESC LIMIT ?", (limit,))
    ]


def begin_scan(database: Database, mode: str, inventory_only: bool, request: dict[str, Any]) -> int:
    """Start a generation; its number."""
    database.run(
        "INSERT INTO scan (started_us, mode, inventory_only, state, stage, request, counts)"
        " VALUES (?, ?, ?, 'running', 'walk', ?, '{}')",
        (now_us(), mode, inventory_only, json.dumps(request)),
    )
    return int(database.connection.last_insert_rowid())


def update_scan(database: Database, scan_id: int, counts: dict[str, int], **columns: Any) -> None:
    """Keep a generation's tally and state in the transaction that changed it."""
    names = ", ".join(f"{name} = ?" for name in columns)
    database.run(
        f"UPDATE scan SET counts = ?{', ' + names if names else ''} WHERE id = ?",
        (json.dumps(counts), *columns.values(), scan_id),
    )
