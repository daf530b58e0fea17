"""Copies of a shard that leave the working directory, or come from another one."""

from pathlib import Path
from urllib.parse import quote

import apsw

from app.catalog.dberrors import database_errors
from app.catalog.migrations import SHARD
from app.errors import InputError, NotACatalog, RecordsBroken
from app.jobs.job import Job
from app.model.names import shown
from app.wholefile import cannot_write

_PAGES = 2000
_MAGIC = b"SQLite format 3\0"


def copy_shard(source: Path, copy: Path, job: Job) -> None:
    """Copy a shard, with what other processes committed to it, into a file of its own that needs nothing beside it.

    Args:
        source: the shard; it may be written meanwhile, and is not changed.
        copy: the new file; one that is there is replaced when the copy is whole.
        job: cancels.

    Raises:
        InputError: the copy cannot be written.
        NotACatalog, RecordsBroken: the source cannot be read.
        Cancelled: the job was stopped; nothing is left behind.
    """
    unfinished = copy.with_name(f".{copy.name[:40]}.reelmark.tmp")
    _refuse_other_files(source)
    try:
        unfinished.unlink(missing_ok=True)
        with database_errors(source, SHARD):
            _copy(source, unfinished, job)
        unfinished.replace(copy)
    except OSError as error:
        raise cannot_write(copy, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def refuse_faults(path: Path) -> None:
    """Read every page of a shard.

    Raises:
        RecordsBroken: some are damaged.
        NotACatalog: it is no database.
    """
    with database_errors(path, SHARD):
        connection = apsw.Connection(str(path))
        try:
            faults = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    if faults != ["ok"]:
        raise RecordsBroken(f"{path} is damaged: {faults[0]}", hint="Ask for another copy.", code="shard.damaged")


def _refuse_other_files(source: Path) -> None:
    try:
        with source.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise InputError(f"{shown(str(source))} cannot be read: {error.strerror or error}") from error
    if head != _MAGIC:
        raise NotACatalog(f"{shown(str(source))} is no shard", hint="Name the file of a shard, …db.")


def _copy(source: Path, unfinished: Path, job: Job) -> None:
    reader = _open(source)
    try:
        writer = apsw.Connection(str(unfinished))
        try:
            with writer.backup("main", reader, "main") as backup:
                while not backup.done:
                    job.check()
                    backup.step(_PAGES)
            writer.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            writer.close()
    finally:
        reader.close()


def _open(source: Path) -> apsw.Connection:
    """For reading alone; as a file that nobody changes where its folder lets nothing be made beside it."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    address = f"file:{quote(str(source.absolute()))}"
    connection = apsw.Connection(f"{address}?mode=ro", flags=flags)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchall()
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError):
        connection.close()
        return apsw.Connection(f"{address}?mode=ro&immutable=1", flags=flags)
    return connection
