"""One drive's file: one writer at a time, any number of readers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.errors import HeldByAnother
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.model.times import now_us


@contextmanager
def open_writer(path: Path, token: CancelToken, *, wal: bool = True) -> Iterator[Database]:
    """Hold the shard's writer lock and open it for writing; made when absent.

    Raises:
        HeldByAnother: another process writes it.
        NotACatalog: the file is not a shard of ours, damaged, or newer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)

    def refuse(holder: str) -> HeldByAnother:
        return HeldByAnother(
            f"another job (process {holder or 'unknown'}) writes the shard {path.name}",
            hint="Wait for it to finish, or cancel it.",
            code="shard.locked",
        )

    with (
        hold_file_lock(path.with_suffix(".lock"), token, refuse=refuse),
        Database(path, SHARD, wal=wal, token=token) as database,
    ):
        yield database


def open_reader(path: Path, token: CancelToken | None = None) -> Database:
    """Open a shard for queries; they stop when the token is cancelled."""
    return Database(path, SHARD, read_only=True, token=token)


def set_meta(database: Database, **values: str) -> None:
    """Keep facts about the shard in itself, so that it can travel without the catalogue."""
    database.run_many(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", list(values.items())
    )


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
