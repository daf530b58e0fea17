"""What SQLite raises, as errors that say which file and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
from peewee import PeeweeException

from app.catalog.copies import kept_copies
from app.catalog.schema import Schema
from app.errors import AppError, Cancelled, HeldByAnother, InputError, NotACatalog, RecordsBroken
from app.jobs.job import CancelToken

#: The code of the error for a database that is not there (yet).
ABSENT = "catalog.absent"
#: The code of the error for a database of an older format, which is upgraded when it is opened for writing.
OLDER = "catalog.older"
#: The code of the error for a database that cannot be read as one.
DAMAGED = "catalog.damaged"
#: The code of the error for a database that the disk, or its permissions, keep from being used.
UNREADABLE = "catalog.io"


@contextmanager
def database_errors(path: Path, schema: Schema, token: CancelToken | None = None) -> Iterator[None]:
    """Turn what SQLite raises, also through Peewee, into errors that say which file and what to do."""
    try:
        yield
    except apsw.Error as error:
        told = _told(error, path, schema, token)
        if told is None:
            raise
        raise told from error
    except PeeweeException as error:
        cause = error.__context__
        told = _told(cause, path, schema, token) if isinstance(cause, apsw.Error) else None
        if told is None:
            raise
        raise told from cause


def absent(path: Path) -> NotACatalog:
    """The error for a database that is not there, or that another process is only just making."""
    return NotACatalog(f"{path} does not exist or is empty", hint="Scan the drive first.", code=ABSENT)


def damaged(path: Path, schema: Schema, why: object) -> RecordsBroken:
    """The error for a database that is damaged; the hint names a copy only where there is one."""
    copies = kept_copies(path, schema)
    older = f" An older copy of it is {copies[0].path}." if copies else ""
    return RecordsBroken(
        f"{schema.name} {path} is damaged: {why}",
        hint=f"{schema.remedy}{older}".strip(),
        code=DAMAGED,
        context={"path": str(path), "copies": [str(copy.path) for copy in copies]},
    )


def _told(error: apsw.Error, path: Path, schema: Schema, token: CancelToken | None) -> AppError | Cancelled | None:
    """The error to raise in place of SQLite's; None for what only a bug can raise."""
    name = schema.name
    if isinstance(error, (apsw.InterruptError, apsw.AbortError)):
        if token is not None and token.cancelled:
            return Cancelled()
        return HeldByAnother(f"{name} {path} was interrupted", hint="Try again.")
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return HeldByAnother(
            f"{name} {path} is locked by another program",
            hint="Wait for the other job, or close the other window.",
        )
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        return damaged(path, schema, error)
    if isinstance(error, apsw.FullError):
        return InputError(
            f"the disk that holds {path} is full",
            hint="Free some space and run it again; what was committed is kept.",
            code="disk.full",
        )
    if isinstance(error, (apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError)):
        return InputError(
            f"{name} {path} cannot be used: {error}",
            hint="Check the disk and its permissions.",
            code=UNREADABLE,
        )
    return None
