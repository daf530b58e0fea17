"""The job history: one row a run of an operation, in the catalogue's own file."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import fn

from app.catalog.database import Database, peewee_query
from app.catalog.dberrors import ABSENT
from app.catalog.migrations import CATALOG
from app.catalog.processes import process_started
from app.catalog.tables import JobRow
from app.errors import NotACatalog

#: Runs of each operation that are kept, the newest: a day of sign-offs does not push the scans out.
KEPT_RUNS = 2000

_TRIM_EVERY = 100
_PATIENCE_MS = 500


@dataclass(frozen=True, slots=True)
class JobEntry:
    """What is noted of a job.

    Attributes:
        operation: its name.
        title: what it is about: an asset, a folder, a drive's label.
        drive_id: the drive it worked on; None for none or several.
        state: `running`, `done`, `cancelled` or `failed`; when read also `interrupted`: its process is gone.
        started_us: microseconds since 1970 UTC.
        ended_us: the same; None while it runs.
        summary: counts and facts, JSON-ready.
        id: its number; 0 before it has one.
    """

    operation: str
    title: str
    drive_id: str | None
    state: str
    started_us: int
    ended_us: int | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    id: int = 0


class JobHistory:
    """The jobs of a catalogue. Each call opens the database for itself.

    Writing waits half a second for another writer at most, and not for the disk: losing the last row in a power cut
    costs less than making each sign-off wait.

    Args:
        path: the catalogue's file; made with the first writing call.
        wal: whether the folder is on a disk where readers and a writer may work at once.
    """

    def __init__(self, path: Path, *, wal: bool = True) -> None:
        self._path = path
        self._wal = wal

    def add(self, entry: JobEntry) -> int:
        """Note a job of this process; its number.

        Raises:
            AppError: the catalogue cannot be written.
            OSError: its folder cannot be made.
        """
        with self._write() as database, database.transaction():
            number = int(peewee_query(database, JobRow.insert(**_columns(entry), **_process())))
            if number % _TRIM_EVERY == 0:
                _trim(database)
        return number

    def change(self, entry: JobEntry) -> None:
        """Note how a job of this process stands now; raises as `add`.

        The catalogue may have been replaced by a backup since it began: its number may be another job's there, or
        nobody's, and then it is entered anew.
        """
        own = (JobRow.id == entry.id) & (JobRow.pid == os.getpid()) & (JobRow.started_us == entry.started_us)
        with self._write() as database, database.transaction():
            if not peewee_query(database, JobRow.update(**_columns(entry)).where(own)):
                peewee_query(database, JobRow.insert(**_columns(entry), **_process()))

    def forget(self, job_id: int) -> None:
        """Take a job out of the history; raises as `add`."""
        with self._write() as database, database.transaction():
            peewee_query(database, JobRow.delete().where(JobRow.id == job_id))

    def newest(self, limit: int = 100) -> list[JobEntry]:
        """The newest jobs, newest first; a running one whose process is gone is `interrupted`."""
        return self._read(JobRow.select().order_by(JobRow.id.desc()).limit(limit))

    def find(self, number: int) -> JobEntry | None:
        """The job of that number, as in `newest`; None where there is none."""
        if number >= 1 << 63:
            return None
        return next(iter(self._read(JobRow.select().where(JobRow.id == number))), None)

    def newest_by_drive(self, operations: tuple[str, ...]) -> dict[str, JobEntry]:
        """The newest job of each drive among those operations, by the drive's id."""
        newest = JobRow.select(fn.MAX(JobRow.id)).where(
            JobRow.operation.in_(operations), JobRow.drive_id.is_null(is_null=False)
        )
        rows = self._read(JobRow.select().where(JobRow.id.in_(newest.group_by(JobRow.drive_id))))
        return {row.drive_id: row for row in rows if row.drive_id}

    def _read(self, query: Any) -> list[JobEntry]:
        try:
            with Database(self._path, CATALOG, read_only=True) as database:
                return [_entry(row) for row in peewee_query(database, query)]
        except NotACatalog as error:
            if error.code != ABSENT:
                raise
            return []

    def _write(self) -> Database:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = Database(self._path, CATALOG, wal=self._wal)
        database.connection.set_busy_timeout(_PATIENCE_MS)
        return database


def _columns(entry: JobEntry) -> dict[str, Any]:
    return {
        "operation": entry.operation,
        "title": entry.title,
        "drive_id": entry.drive_id,
        "state": entry.state,
        "started_us": entry.started_us,
        "ended_us": entry.ended_us,
        "summary": json.dumps(entry.summary),
    }


def _process() -> dict[str, Any]:
    """Whose job it is: this process's."""
    return {"pid": os.getpid(), "pid_started": process_started(os.getpid())}


def _trim(database: Database) -> None:
    """Keep the newest runs of each operation."""
    database.run(
        "DELETE FROM job WHERE id IN (SELECT id FROM"
        " (SELECT id, row_number() OVER (PARTITION BY operation ORDER BY id DESC) AS place FROM job)"
        " WHERE place > ?)",
        (KEPT_RUNS,),
    )


def _entry(row: Any) -> JobEntry:
    state = row.state
    if state == "running" and process_started(row.pid) != row.pid_started:
        state = "interrupted"
    return JobEntry(
        row.operation,
        row.title,
        row.drive_id,
        state,
        row.started_us,
        row.ended_us,
        json.loads(row.summary),
        row.id,
    )
