"""The catalogue of all drives and jobs. What a drive holds lies in its shard."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from app.catalog.database import ABSENT, Database, peewee_query
from app.catalog.migrations import CATALOG
from app.catalog.processes import process_started
from app.catalog.tables import DriveRow, JobRow
from app.errors import InputError, NotACatalog, UsageError
from app.model.drives import Drive, Passport
from app.model.names import decoded, folded_text, raw
from app.model.times import now_us, uuid7


class Catalog:
    """All drives, from the working directory's `catalog.db` and `shards`.

    Each call opens the database for itself: calls are few, come from any thread, and hold nothing between them.

    Args:
        path: the catalogue's file; made with the first writing call.
        shards: the folder of shards.
        wal: whether the folder is on a disk where readers and a writer may work at once.
    """

    def __init__(self, path: Path, shards: Path, *, wal: bool = True) -> None:
        self._path = path
        self._shards = shards
        self._wal = wal

    def shard_path(self, drive_id: str) -> Path:
        """The file of a drive's shard."""
        return self._shards / f"{drive_id}.db"

    def drives(self, *, look: bool = True) -> list[Drive]:
        """Every drive, by label; `online` says whether its base is a folder now.

        Args:
            look: False does not touch the drives, which may take long for a share that is gone: `online` is False.
        """
        rows = self._rows(DriveRow.select().order_by(DriveRow.label))
        return [_drive(row, look=look) for row in rows]

    def drive(self, name: str) -> Drive:
        """The drive called so: by id, by label, else by a label that differs in case alone.

        Raises:
            InputError: there is none.
            UsageError: the label is ambiguous.
        """
        found = self.find_drive(name)
        if found is None:
            labels = ", ".join(drive.label for drive in self.drives()) or "none yet"
            raise InputError(
                f"there is no drive called {name}", hint=f"Catalogued drives: {labels}.", code="drive.not_found"
            )
        return found

    def find_drive(self, name: str) -> Drive | None:
        """As `drive`, but None where there is none."""
        drives = self.drives()
        exact = [drive for drive in drives if name in (drive.id, drive.label)]
        alike = exact or [drive for drive in drives if folded_text(drive.label) == folded_text(name)]
        if len(alike) > 1:
            raise UsageError(
                f"{name} may be any of {', '.join(drive.label for drive in alike)}",
                hint="Write the label exactly as it is.",
                code="drive.ambiguous",
            )
        return alike[0] if alike else None

    def add_drive(self, label: str, base: str, passport: Passport) -> Drive:
        """Add a drive under a label that is not taken."""
        drive = Drive(uuid7(), label, base, passport, online=True)
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                DriveRow.insert(
                    id=drive.id,
                    label=label,
                    base=raw(base),
                    passport=json.dumps(asdict(passport)),
                    made_us=now_us(),
                    last_scan_us=None,
                    files=0,
                    bytes=0,
                    sequences=0,
                ),
            )
        return drive

    def move_drive(self, drive: Drive, base: str, passport: Passport) -> Drive:
        """Record where a drive is now and the evidence found there."""
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                DriveRow.update(base=raw(base), passport=json.dumps(asdict(passport))).where(DriveRow.id == drive.id),
            )
        return replace(drive, base=base, passport=passport, online=True)

    def rename_drive(self, drive: Drive, label: str) -> Drive:
        """Give a drive another label.

        Raises:
            UsageError: the label is empty, or another drive has it, in whatever case.
        """
        if not label.strip():
            raise UsageError("a label has at least one letter", hint="Choose another label.")
        other = next((other for other in self.drives() if folded_text(other.label) == folded_text(label)), None)
        if other is not None and other.id != drive.id:
            raise UsageError(f"another drive is called {other.label}", hint="Choose another label.")
        with self._write() as database, database.transaction():
            peewee_query(database, DriveRow.update(label=label).where(DriveRow.id == drive.id))
        return replace(drive, label=label)

    def summarise(self, drive_id: str, files: int, total_bytes: int, sequences: int) -> None:
        """Keep the totals of a drive's shard after a scan."""
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                DriveRow.update(last_scan_us=now_us(), files=files, bytes=total_bytes, sequences=sequences).where(
                    DriveRow.id == drive_id
                ),
            )

    def begin_job(self, operation: str, title: str, drive_id: str | None) -> int:
        """Note that an operation runs in this process; the job's number."""
        with self._write() as database, database.transaction():
            return int(
                peewee_query(
                    database,
                    JobRow.insert(
                        operation=operation,
                        title=title,
                        drive_id=drive_id,
                        pid=os.getpid(),
                        pid_started=process_started(os.getpid()),
                        started_us=now_us(),
                        state="running",
                        summary="{}",
                    ),
                )
            )

    def end_job(self, job_id: int, state: str, summary: dict[str, Any]) -> None:
        """Note how a job ended: `done`, `cancelled` or `failed`."""
        with self._write() as database, database.transaction():
            peewee_query(
                database,
                JobRow.update(ended_us=now_us(), state=state, summary=json.dumps(summary)).where(JobRow.id == job_id),
            )

    def jobs(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest jobs, newest first; a running one whose process is gone is `interrupted`."""
        rows = self._rows(JobRow.select().order_by(JobRow.id.desc()).limit(limit))
        return [_job(row) for row in rows]

    def _rows(self, query: Any) -> list[Any]:
        """What a query finds; nothing where there is no catalogue, or one that another process is only just making."""
        try:
            with Database(self._path, CATALOG, read_only=True) as database:
                return list(peewee_query(database, query))
        except NotACatalog as error:
            if error.code != ABSENT:
                raise
            return []

    def _write(self) -> Database:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return Database(self._path, CATALOG, durable=True, wal=self._wal)


def _drive(row: Any, *, look: bool = True) -> Drive:
    base = decoded(bytes(row.base))
    return Drive(
        row.id,
        row.label,
        base,
        Passport(**json.loads(row.passport)),
        look and Path(base).is_dir(),
        row.files,
        row.bytes,
        row.last_scan_us,
    )


def _job(row: Any) -> dict[str, Any]:
    state = row.state
    if state == "running" and process_started(row.pid) != row.pid_started:
        state = "interrupted"
    return {
        "id": row.id,
        "operation": row.operation,
        "title": row.title,
        "drive_id": row.drive_id,
        "state": state,
        "started_us": row.started_us,
        "ended_us": row.ended_us,
        "summary": json.loads(row.summary),
    }
