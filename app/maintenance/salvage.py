"""Salvaging a damaged database: what can be read of it goes into a new one, what was lost is listed."""

import errno
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import Any

import apsw

from app.catalog.database import Database
from app.catalog.dberrors import OLDER, UNREADABLE
from app.catalog.schema import Schema
from app.engine import Engine
from app.errors import InputError, RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.actions import note, on_each, result_of
from app.maintenance.checking import find_faults
from app.maintenance.files import (
    beside,
    put_aside,
    remove,
    require_room,
    size_of,
    sweep,
    take_place,
    temporary,
    value_of,
)
from app.maintenance.reading import Loss, Row, Table, read_table
from app.maintenance.rebuilding import rebuild_shard
from app.maintenance.request import TargetResult, UpkeepRequest, UpkeepResult
from app.maintenance.restoring import settle_in
from app.maintenance.schemafinding import Shape, give_schema
from app.maintenance.targets import Target, held
from app.model.names import shown
from app.wholefile import cannot_write

_AT_ONCE = 2000
_CHUNK = 1 << 22
_LEAST_PAGE, _LEAST_ROW = 4096, 8

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
        faults = _faults(target, job)
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


def _faults(target: Target, job: Job) -> list[str]:
    """What is wrong with it; one that the disk, or this version, cannot check is read all the same."""
    try:
        return find_faults(target, job, full=True)
    except InputError as error:
        if error.code not in (OLDER, UNREADABLE):
            raise
        return [error.message]


def _copy_aside(target: Target, source: Path, job: Job) -> None:
    """Copy the damaged file, with its log, so that reading it (and replaying that log) changes nothing of it."""
    job.stage(Stage.SALVAGE, total_bytes=size_of(target.path))
    done = 0
    try:
        for end in ("", "-wal", "-journal"):
            there = beside(target.path, end) if end else target.path
            if not there.exists():
                continue
            with there.open("rb", buffering=0) as old, (beside(source, end) if end else source).open("wb") as new:
                while chunk := _readable_bytes(old, _CHUNK):
                    new.write(chunk)
                    done += len(chunk)
                    job.progress(0, bytes_done=done, current=target.name)
            shutil.copymode(there, source)
    except OSError as error:
        raise cannot_write(source, error) from error


def _readable_bytes(file: FileIO, length: int) -> bytes:
    """The next bytes of a file, none at its end; zeros for a page that the disk cannot read."""
    at = file.tell()
    try:
        return file.read(length) or b""
    except OSError as error:
        if error.errno != errno.EIO:
            raise
    file.seek(at)
    if length > _LEAST_PAGE:
        return _readable_bytes(file, _LEAST_PAGE)
    file.seek(at + _LEAST_PAGE)
    return bytes(_LEAST_PAGE)


def _read_into(engine: Engine, target: Target, source: Path, made: Path, job: Job) -> list[dict[str, Any]]:
    """Read every table of the damaged copy into a new database and mend what hangs on lost rows; what was lost."""
    with Database(made, target.schema, wal=False) as new:
        new.run("PRAGMA synchronous=OFF")
        wanted = _wanted_tables(new)
        if not any(name in _WORTH for name in _tables_of(source)):
            first = _first_columns(target.schema)
            give_schema(source, [_shape(new, table, first[table.name]) for table in wanted])
        known = _tables_of(source)
        losses = {table.name: Loss() for table in wanted}
        kept: dict[str, int] = {}
        job.stage(Stage.SALVAGE, total=len(wanted))
        damaged = _tolerant(source)
        try:
            with new.transaction():
                for number, table in enumerate(wanted):
                    job.progress(number, current=f"{target.name}: {table.name}", last=True)
                    kept[table.name] = _take_over(new, damaged, table, known, losses[table.name], job)
                _must_be_worth_it(target, kept)
                if target.drive is not None:
                    rebuild_shard(new, damaged, target.drive, losses, job)
                    kept = {name: new.value(f'SELECT count(*) FROM "{name}"') for name in kept}
        finally:
            damaged.close()
    return [_document(name, kept[name], losses[name]) for name in kept if kept[name] or losses[name].any]


def _take_over(
    new: Database, damaged: apsw.Connection, table: Table, known: dict[str, set[str]], loss: Loss, job: Job
) -> int:
    """Copy what can be read of one table; how many rows were kept."""
    readable = _readable(table, known)
    if readable is None:
        loss.unknown = True
        return 0
    pages = int(value_of(damaged, "PRAGMA page_count"))
    most_keys = max(pages * _LEAST_PAGE // _LEAST_ROW, 1000)
    return _insert(new, readable, read_table(damaged, readable, loss, most_keys), loss, job)


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


def _tolerant(source: Path) -> apsw.Connection:
    """Open a damaged database so that a definition that cannot be read hides its own table alone."""
    connection = apsw.Connection(str(source))
    connection.execute("PRAGMA writable_schema=ON")
    return connection


def _tables_of(source: Path) -> dict[str, set[str]]:
    """The tables of the damaged file and their columns; nothing where not even they can be read."""
    try:
        connection = _tolerant(source)
        try:
            listed = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
            return {
                name: {str(row[0]) for row in connection.execute("SELECT name FROM pragma_table_info(?)", (name,))}
                for name in [str(row[0]) for row in listed.fetchall()]
                if not name.startswith("sqlite_")
            }
        finally:
            connection.close()
    except (apsw.Error, UnicodeDecodeError):
        return {}


def _first_columns(schema: Schema) -> dict[str, int]:
    """How many columns each table had in the version that made it."""
    connection = apsw.Connection(":memory:")
    first: dict[str, int] = {}
    try:
        for step in schema.steps:
            connection.execute(step)
            for name, columns in connection.execute("SELECT name, ncol FROM pragma_table_list WHERE type = 'table'"):
                first.setdefault(name, columns)
    finally:
        connection.close()
    return first


def _shape(new: Database, table: Table, least: int) -> Shape:
    """What rows of a table look like in the pages of its file."""
    info = new.rows(
        "SELECT name, type, \"notnull\", pk, coalesce(dflt_value, '') FROM pragma_table_info(?)", (table.name,)
    )
    without_rowid = bool(new.value("SELECT wr FROM pragma_table_list WHERE name = ?", (table.name,)))
    columns = tuple((name, kind, bool(refuses), place, default) for name, kind, refuses, place, default in info)
    return Shape(table.name, columns, without_rowid, least)


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
    """Write rows as they come; how many were kept.

    Those that break a rule of the table are counted as lost, unless something was unreadable: then some came twice.
    """
    columns = ", ".join(f'"{column}"' for column in table.columns)
    sql = f'INSERT OR IGNORE INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(table.columns))})'
    given = 0
    while batch := list(islice(rows, _AT_ONCE)):
        new.run_many(sql, batch)
        given += len(batch)
        job.check()
    kept = int(new.value(f'SELECT count(*) FROM "{table.name}"'))
    if not loss.any:
        loss.rows += given - kept
    return kept


def _must_be_sound(target: Target, made: Path, job: Job) -> None:
    """Refuse to let something take the place of a damaged database that is not sound itself."""
    faults = find_faults(replace(target, path=made), job, full=True)
    if faults:
        raise RecordsBroken(
            f"what was salvaged of {target.words} is not sound: {faults[0]}",
            hint="Nothing was changed. Restore a backup, or move the file away and scan the drive again.",
            code="salvage.unsound",
        )
