"""The operations on databases that are sound: check, optimise, vacuum, back up."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import apsw

from app.catalog.database import Database
from app.catalog.dberrors import OLDER, database_errors
from app.catalog.factmending import drop_unused_facts
from app.catalog.upkeep import UpkeepBook
from app.engine import Engine
from app.errors import AppError, NotACatalog, RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.backups import make_backup
from app.maintenance.checking import find_faults
from app.maintenance.files import (
    remove,
    require_room,
    settle,
    size_of,
    sweep,
    take_place,
    temporary,
    verify,
    watched,
)
from app.maintenance.request import TargetResult, UpkeepRequest, UpkeepResult
from app.maintenance.status import database_status, pays
from app.maintenance.targets import Target, chosen_targets, held

_log = logging.getLogger(__name__)

_MERGED_PAGES = 2000
_INDEXES = ("name_index", "folder_index")

#: What an action does to one database; it may assume nothing but that the request is for it.
Action = Callable[[Target], TargetResult]


def check_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Look whether databases are sound. Nothing is written but a note of when it was done, and of what was found.

    Raises:
        InputError: there is no drive of a name.
        Cancelled: it was stopped.
    """
    return on_each(engine, request, job, "check", partial(_check, engine, request, job))


def optimise_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Behind a fresh backup, renew what SQLite knows for planning queries and merge the search index.

    Raises as `check_records`.
    """
    return on_each(engine, request, job, "optimise", partial(_optimise, engine, job))


def maintain_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Behind a fresh backup, make every index anew, then vacuum where it pays or where the request forces it.

    Raises as `check_records`.
    """
    return on_each(engine, request, job, "full", partial(_maintain, engine, request, job))


def vacuum_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Behind a fresh backup, write databases anew without what is free in them; raises as `check_records`."""
    return on_each(engine, request, job, "vacuum", partial(vacuum, engine, job))


def back_up_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Keep verified copies of databases; raises as `check_records`."""
    return on_each(engine, request, job, "backup", partial(_back_up, engine, job))


def on_each(engine: Engine, request: UpkeepRequest, job: Job, name: str, action: Action) -> UpkeepResult:
    """Do an action to each database that a request names; one that fails does not keep the others from theirs.

    Raises:
        AppError: the only database failed; of several, each result has its own error.
    """
    targets = chosen_targets(engine, request)
    results = []
    for target in targets:
        job.check()
        if target.drive is not None and len(targets) == 1:
            job.concerns(target.drive.id, target.drive.label)
        try:
            if name != "salvage":
                _bring_up_to_date(engine, target, job)
            results.append(action(target))
        except AppError as error:
            if len(targets) == 1:
                raise
            job.item_failed(target.name, error.message, error.code)
            result = TargetResult(target.name, target.kind, str(target.path), name, ok=False, error=error)
            results.append(replace(result, messages=(error.message,)))
    return UpkeepResult(tuple(results))


def _bring_up_to_date(engine: Engine, target: Target, job: Job) -> None:
    """Upgrade a database of an older version, behind a copy of it; what else is wrong with it the action finds."""
    try:
        Database(target.path, target.schema, read_only=True).close()
    except NotACatalog as error:
        if error.code == OLDER and engine.home.writable:
            with held(target, job):
                Database(target.path, target.schema, wal=engine.wal).close()
    except RecordsBroken:
        return


def note(engine: Engine, target: Target, action: str, outcome: str = "good", detail: str = "") -> None:
    """Keep when something was done; a catalogue that cannot be written costs a line in the log."""
    try:
        UpkeepBook(engine.home.catalog, wal=engine.wal).note(target.path.name, action, outcome, detail)
    except AppError as error:
        _log.warning("What was done for %s could not be noted: %s", target.words, error.message)


def result_of(target: Target, action: str, before: int, *messages: str, backup: str = "") -> TargetResult:
    """What came of an action that was done."""
    return TargetResult(
        target.name,
        target.kind,
        str(target.path),
        action,
        before_bytes=before,
        after_bytes=size_of(target.path),
        backup=backup,
        messages=messages,
    )


def _check(engine: Engine, request: UpkeepRequest, job: Job, target: Target) -> TargetResult:
    before = size_of(target.path)
    faults = find_faults(target, job, full=request.full)
    action = "full_check" if request.full else "check"
    if engine.home.writable:
        note(engine, target, action, "broken" if faults else "good", "; ".join(faults)[:2000])
    return replace(result_of(target, "check", before, *faults), ok=not faults)


def _back_up(engine: Engine, job: Job, target: Target) -> TargetResult:
    with held(target, job):
        copy = _behind_backup(engine, target, job)
    return result_of(target, "backup", size_of(target.path), backup=str(copy))


def _behind_backup(engine: Engine, target: Target, job: Job) -> Path:
    """Clear away what a killed job left, and make the backup that an action begins with; the caller holds the lock."""
    sweep(target)
    copy = make_backup(target, engine.settings.maintenance, job)
    note(engine, target, "backup", detail=copy.name)
    return copy


def _optimise(engine: Engine, job: Job, target: Target) -> TargetResult:
    before = size_of(target.path)
    with held(target, job):
        backup = _behind_backup(engine, target, job)
        _renew(engine, target, job, full=False)
    return result_of(target, "optimise", before, backup=str(backup))


def _maintain(engine: Engine, request: UpkeepRequest, job: Job, target: Target) -> TargetResult:
    before = size_of(target.path)
    with held(target, job):
        backup = _behind_backup(engine, target, job)
        _renew(engine, target, job, full=True)
        words = "too little of it is free for a vacuum"
        if request.force or pays(database_status(target, {}, job.token), engine.settings.maintenance):
            _vacuum(engine, target, job)
            words = "vacuumed"
    return result_of(target, "full", before, words, backup=str(backup))


def _renew(engine: Engine, target: Target, job: Job, *, full: bool) -> None:
    """Renew what queries are planned with and merge the search index; the full form makes all indexes anew.

    It also removes what no file has any more of the facts that files share.
    """
    job.stage(Stage.OPTIMISE)
    with Database(target.path, target.schema, wal=engine.wal) as database:
        with watched(database.connection, job, target.name):
            if full and target.drive is not None:
                with database.transaction():
                    drop_unused_facts(database)
            for sql in _optimising(target, full):
                database.run(sql)
        database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    note(engine, target, "optimise")


def _optimising(target: Target, full: bool) -> list[str]:
    statements = ["REINDEX"] if full else []
    for table in _INDEXES if target.drive else ():
        merging = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', {_MERGED_PAGES})"
        statements.append(f"INSERT INTO {table} ({table}) VALUES ('optimize')" if full else merging)
    return [*statements, "ANALYZE" if full else "PRAGMA optimize=0x10002"]


def vacuum(engine: Engine, job: Job, target: Target) -> TargetResult:
    """Write one database anew without what is free in it.

    Raises:
        HeldByAnother: somebody writes it, or reads it all the while.
        RecordsBroken: it is damaged; nothing was changed.
        InputError: the disk is full or read-only; nothing was changed.
        Cancelled: nothing was changed.
    """
    before = size_of(target.path)
    with held(target, job):
        backup = _behind_backup(engine, target, job)
        _vacuum(engine, target, job)
    return result_of(target, "vacuum", before, backup=str(backup))


def _vacuum(engine: Engine, target: Target, job: Job) -> None:
    """The vacuum itself; the caller holds the lock and has made a backup."""
    require_room(target.path.parent, size_of(target.path))
    if target.drive is None:
        _vacuum_in_place(engine, target, job)
    else:
        _vacuum_aside(engine, target, job)
    note(engine, target, "vacuum")


def _vacuum_in_place(engine: Engine, target: Target, job: Job) -> None:
    """Vacuum the catalogue in one transaction of its own: whatever another process notes meanwhile waits for it."""
    with Database(target.path, target.schema, durable=True, wal=engine.wal) as database:
        job.stage(Stage.VACUUM)
        with watched(database.connection, job, target.name):
            database.run("VACUUM")
        database.run("PRAGMA wal_checkpoint(TRUNCATE)")


def _vacuum_aside(engine: Engine, target: Target, job: Job) -> None:
    """Write a shard anew beside itself, and let the verified file take its place."""
    made = temporary(target, "vacuum")
    try:
        _vacuum_into(target, str(made), job)
        job.stage(Stage.CHECK)
        verify(made, target, job)
        replace_with(engine, target, made, job)
    finally:
        remove(made)


def replace_with(engine: Engine, target: Target, new: Path, job: Job) -> None:
    """Let a verified file take the place of a sound database.

    A shard is written by who holds its lock alone: its file is replaced. The catalogue takes a row from any process at
    any time: what the file holds is copied into it, in one transaction that every other one waits for.
    """
    if target.drive is not None:
        settle(target)
        job.check()
        take_place(new, target)
        return
    source = apsw.Connection(str(new), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        with Database(target.path, target.schema, durable=True, wal=engine.wal) as database:
            with (
                database_errors(target.path, target.schema),
                database.connection.backup("main", source, "main") as copy,
            ):
                copy.step()
            database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        source.close()


def _vacuum_into(target: Target, made: str, job: Job) -> None:
    """Write the database into a new file, and see that no row was left behind."""
    with Database(target.path, target.schema, read_only=True) as database:
        job.stage(Stage.VACUUM)
        with watched(database.connection, job, target.name):
            database.run("VACUUM INTO ?", (made,))
            tables = [name for (name,) in database.rows("SELECT name FROM pragma_table_list WHERE type = 'table'")]
            names = [name for name in tables if not name.startswith("sqlite_")]
            counts = {name: database.value(f'SELECT count(*) FROM "{name}"') for name in names}
    copy = apsw.Connection(made, flags=apsw.SQLITE_OPEN_READONLY)
    try:
        with database_errors(target.path, target.schema):
            for name, count in counts.items():
                if copy.execute(f'SELECT count(*) FROM "{name}"').fetchall() != [(count,)]:
                    raise RecordsBroken(
                        f"the table {name} of {target.words} was not taken over whole",
                        hint="Nothing was changed. Check them with: reelmark maintain check --full",
                    )
    finally:
        copy.close()
