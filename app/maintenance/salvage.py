"""Salvaging a damaged database: what can be read of it goes into a new one, what was lost is listed."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from app.catalog.database import Database
from app.engine import Engine
from app.errors import RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.actions import note, on_each, result_of
from app.maintenance.checking import find_faults
from app.maintenance.files import beside, put_aside, remove, require_room, size_of, sweep, take_place, temporary
from app.maintenance.reading import Loss, Row, Table, read_table
from app.maintenance.rebuilding import rebuild_shard
from app.maintenance.request import TargetResult, UpkeepRequest, UpkeepResult
from app.maintenance.restoring import settle_in
from app.maintenance.targets import Target, held
from app.model.names import shown
from app.wholefile import cannot_write

_AT_ONCE = 2000
_CHUNK = 1 << 22

#: Tables of which something must be left.
_WORTH = ("file", "folder", "verdict", "drive", "job")
#: Who else knows the highest key of a table.
_HINTS = {"file": "SELECT max(last_id) FROM block", "folder": "SELECT max(folder_id) FROM block"}


def salvage_records(engine: Engine, request: UpkeepRequest, job: Job) -> UpkeepResult:
    """Read damaged databases row by row into new ones, which take their place; the damaged files are kept aside.

    A database in which a full check finds nothing is left alone unless the request forces it.

    Raises:
        InputError: there is no drive of a name, or the disk is full or read-only.
        RecordsBroken: nothing can be read of the only database that was named; it was not changed.
        HeldByAnother: somebody writes it.
        Cancelled: it was stopped; nothing was changed.
    """
    return on_each(engine, request, job, "salvage", partial(_salvage, engine, request, job))


def _salvage(engine: Engine, request: UpkeepRequest, job: Job, target: Target) -> TargetResult:
    before = size_of(target.path)
    with held(target, job):
        sweep(target)
        faults = find_faults(target, job, full=True)
        if not faults and not request.force:
            return result_of(target, "salvage", before, "it is sound; nothing was done")
        require_room(target.path.parent, 2 * before)
        source, made = temporary(target, "source"), temporary(target, "salvage")
        try:
            _copy_aside(target, source, job)
            losses = _read_into(engine, target, source, made, job)
            _must_be_sound(target, made, job)
            aside = put_aside(target)
            take_place(made, target)
        finally:
            remove(source)
            remove(made)
    messages = [f"what was there is kept as {shown(str(aside))}", *settle_in(engine, target)]
    lost = sum(table["lost"] for table in losses)
    if lost or any(table["more"] for table in losses):
        messages.append("what was lost is read anew by the next scan of the drive" if target.drive else "rows are lost")
    note(engine, target, "salvage", detail=f"{lost} rows lost")
    note(engine, target, "full_check", detail="as it was salvaged")
    return replace(result_of(target, "salvage", before, *messages, backup=str(aside)), lost=tuple(losses))


def _copy_aside(target: Target, source: Path, job: Job) -> None:
    """Copy the damaged file, with its log, so that reading it (and replaying that log) changes nothing of it."""
    job.stage(Stage.SALVAGE, total_bytes=size_of(target.path))
    done = 0
    try:
        for end in ("", "-wal", "-journal"):
            there = beside(target.path, end) if end else target.path
            if not there.exists():
                continue
            with there.open("rb") as old, (beside(source, end) if end else source).open("wb") as new:
                while chunk := old.read(_CHUNK):
                    new.write(chunk)
                    done += len(chunk)
                    job.progress(0, bytes_done=done, current=target.name)
            shutil.copymode(there, source)
    except OSError as error:
        raise cannot_write(source, error) from error


def _read_into(engine: Engine, target: Target, source: Path, made: Path, job: Job) -> list[dict[str, Any]]:
    """Read every table of the damaged copy into a new database and mend what hangs on lost rows; what was lost."""
    damaged = apsw.Connection(str(source))
    try:
        known = _tables_of(damaged, target)
        most_keys = max(source.stat().st_size // 8, 1000)
        with Database(made, target.schema, wal=False) as new:
            new.run("PRAGMA synchronous=OFF")
            wanted = _wanted_tables(new)
            losses = {table.name: Loss() for table in wanted}
            kept: dict[str, int] = {}
            job.stage(Stage.SALVAGE, total=len(wanted))
            with new.transaction():
                for number, table in enumerate(wanted):
                    job.progress(number, current=f"{target.name}: {table.name}", last=True)
                    readable = _readable(table, known)
                    rows = read_table(damaged, readable, losses[table.name], most_keys) if readable else iter(())
                    if readable is None:
                        losses[table.name].unknown = True
                    kept[table.name] = _insert(new, readable or table, rows, losses[table.name], job)
                _must_be_worth_it(target, kept)
                if target.drive is not None:
                    rebuild_shard(new, damaged, target.drive, losses, job)
                    kept = {name: new.value(f'SELECT count(*) FROM "{name}"') for name in kept}
    finally:
        damaged.close()
    return [_document(name, kept[name], losses[name]) for name in kept if kept[name] or losses[name].any]


def _must_be_worth_it(target: Target, kept: dict[str, int]) -> None:
    """Refuse where nothing could be read that only this database knows."""
    if not any(kept.get(name) for name in _WORTH):
        raise RecordsBroken(
            f"nothing can be read of {target.words}",
            hint="Restore a backup, or move the file away and scan the drive again.",
            code="salvage.nothing",
        )


def _document(name: str, kept: int, loss: Loss) -> dict[str, Any]:
    return {
        "table": name,
        "kept": kept,
        "lost": loss.keys + loss.rows,
        "more": loss.unknown,
        "first_key": loss.first,
        "last_key": loss.last,
        "reason": loss.reason,
    }


def _tables_of(damaged: apsw.Connection, target: Target) -> dict[str, set[str]]:
    """The tables of the damaged file and their columns.

    Raises:
        RecordsBroken: not even they can be read.
    """
    try:
        damaged.execute("PRAGMA writable_schema=ON")  # a definition that cannot be read hides its own table alone
        listed = damaged.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        names = [row[0] for row in listed]
        return {
            name: {row[0] for row in damaged.execute("SELECT name FROM pragma_table_info(?)", (name,))}
            for name in names
            if not name.startswith("sqlite_")
        }
    except (apsw.Error, UnicodeDecodeError) as error:
        raise RecordsBroken(
            f"nothing can be read of {target.words}: {error}",
            hint="Restore a backup, or move the file away and scan the drive again.",
            code="salvage.nothing",
        ) from error


def _wanted_tables(new: Database) -> list[Table]:
    """The ordinary tables of the new database; blocks and search index are made anew from the files."""
    listed = list(new.rows("SELECT name, wr FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"))
    tables = []
    for name, without_rowid in listed:
        if name.startswith("sqlite_") or name == "block":
            continue
        info = list(new.rows("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY pk", (name,)))
        order = tuple(column for column, _, place in info if place)
        kinds = {column: kind for column, kind, _ in info}
        first_is_number = bool(order) and kinds[order[0]] == "INTEGER"
        if not without_rowid and not (first_is_number and len(order) == 1):
            order = ("rowid",)
            first_is_number = True
        tables.append(Table(name, tuple(kinds), order[0] if first_is_number else "", order, _HINTS.get(name, "")))
    return sorted(tables, key=lambda table: table.name)


def _readable(table: Table, known: dict[str, set[str]]) -> Table | None:
    """The table with those columns that the damaged file has; None where it does not have it."""
    columns = tuple(column for column in table.columns if column in known.get(table.name, ()))
    return replace(table, columns=columns) if columns else None


def _insert(new: Database, table: Table, rows: Iterator[Row], loss: Loss, job: Job) -> int:
    """Write rows as they come; those that break a rule of the table are counted as lost. How many were kept."""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    sql = f'INSERT OR IGNORE INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(table.columns))})'
    while batch := list(islice(rows, _AT_ONCE)):
        new.run_many(sql, batch)
        job.check()
    return int(new.value(f'SELECT count(*) FROM "{table.name}"'))


def _must_be_sound(target: Target, made: Path, job: Job) -> None:
    """Refuse to let something take the place of a damaged database that is not sound itself."""
    faults = find_faults(replace(target, path=made), job, full=True)
    if faults:
        raise RecordsBroken(
            f"what was salvaged of {target.words} is not sound: {faults[0]}",
            hint="Nothing was changed. Restore a backup, or move the file away and scan the drive again.",
            code="salvage.unsound",
        )
