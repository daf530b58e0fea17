"""What happens to the files of a database: sizes, room, verification, and one file taking the place of another.

Nothing takes the place of a database before it was written whole, synced and verified under another name beside it.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, get_args

import apsw

from app.catalog.copies import copies_folder, new_copy_path
from app.catalog.database import Database
from app.catalog.dberrors import damaged, database_errors
from app.errors import HeldByAnother, InputError
from app.jobs.job import Job
from app.maintenance.targets import Target
from app.model.names import shown
from app.wholefile import cannot_write, sync_folder

_BESIDE = ("-wal", "-shm", "-journal")
_CHECK_EVERY_STEPS = 50_000
_PATIENCE_S = 5.0
#: What a file is made for that lies beside a database until it takes its place.
Made = Literal["vacuum", "restore", "salvage", "source"]
_SPARE_BYTES = 1 << 20
_MOST_FAULTS = 100


def size_of(path: Path) -> int:
    """Bytes of a database with the log of commits beside it; 0 where it is not there."""
    return _size(path) + _size(beside(path, "-wal"))


def beside(path: Path, end: str) -> Path:
    """A file that SQLite keeps beside a database."""
    return path.with_name(path.name + end)


def temporary(target: Target, what: Made) -> Path:
    """A name beside a database for what may take its place; it ends in `.tmp`, so that it counts as nothing."""
    return target.path.with_name(f"{target.path.stem}.{what}.tmp")


def sweep(target: Target) -> None:
    """Remove what a killed job left half done. The caller holds the database's lock, so nobody works on these."""
    copies, made = r"v\d+|\d{8}T\d{6}Z(?:-\d+)?\.db", "|".join(get_args(Made))
    stem, beside_it = re.escape(target.path.stem), "|".join(_BESIDE)
    half = re.compile(rf"(?:.*\.)?{stem}\.(?:{copies}|{made})(?:\.tmp\.schema)?\.tmp(?:{beside_it})?")
    for folder in {target.path.parent, copies_folder(target.path, target.schema)}:
        with suppress(OSError):
            for entry in list(folder.iterdir()):
                if half.fullmatch(entry.name):
                    with suppress(OSError):
                        entry.unlink(missing_ok=True)


def remove(path: Path) -> None:
    """Remove a file of ours with all that SQLite keeps beside it."""
    for file in (path, *(beside(path, end) for end in _BESIDE)):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def require_room(folder: Path, needed: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises:
        InputError: it cannot (`disk.full`).
    """
    with suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < needed + _SPARE_BYTES:
            raise InputError(
                f"{shown(str(folder))} has {free:,} bytes left, and {needed:,} are needed",
                hint="Free some space on that disk and run it again; nothing was changed.",
                code="disk.full",
                context={"free_bytes": free, "needed_bytes": needed},
            )


@contextmanager
def watched(connection: apsw.Connection, job: Job, current: str) -> Iterator[None]:
    """While inside, long statements of a connection tell that they live, wait while paused, and can be stopped."""
    steps = 0

    def beat() -> bool:
        nonlocal steps
        steps += 1
        job.progress(steps, current=current)
        return False

    connection.set_progress_handler(beat, _CHECK_EVERY_STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None)


def verify(path: Path, target: Target, job: Job, *, full: bool = False) -> None:
    """Open a file and have SQLite look whether it is sound.

    Args:
        path: the file.
        target: what it is to be.
        job: progress and cancel.
        full: also whether each index agrees with its table.

    Raises:
        NotACatalog: it is none of ours, or of another format than this program knows.
        RecordsBroken: it is damaged.
    """
    with (
        Database(path, target.schema, read_only=True) as database,
        database_errors(path, target.schema),
        watched(database.connection, job, path.name),
    ):
        faults = faults_of_pages(database.connection, full=full)
    if faults:
        raise damaged(path, target.schema, faults[0])


def faults_of_pages(connection: apsw.Connection, *, full: bool) -> list[str]:
    """What SQLite finds wrong with the pages of a database, and with its indexes where the check is a full one."""
    pragma = "integrity_check" if full else "quick_check"
    rows = connection.execute(f"PRAGMA {pragma}({_MOST_FAULTS})").fetchall()
    lines = [line.strip() for row in rows for line in str(row[0]).splitlines()]
    return [line for line in lines if line and line != "ok" and not line.startswith("*** in database")]


def value_of(connection: apsw.Connection, sql: str) -> Any:
    """The first column of the first row of a query."""
    return connection.execute(sql).fetchall()[0][0]


def settle(target: Target) -> None:
    """Bring every commit of a sound database into its file, so that nothing beside it matters any more.

    Raises:
        HeldByAnother: somebody reads it all the while, or writes it.
    """
    connection = apsw.Connection(str(target.path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        with database_errors(target.path, target.schema):
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
            deadline = time.monotonic() + _PATIENCE_S
            while value_of(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
                if time.monotonic() > deadline:
                    raise _in_use(target)
                time.sleep(0.05)
    finally:
        connection.close()


def take_place(new: Path, target: Target) -> None:
    """Let a verified file take the place of a database, whose commits were settled or put aside before.

    Raises:
        HeldByAnother: the system does not let go of the old file, since somebody reads it.
        InputError: the disk refuses it.
    """
    try:
        sync_file(new)
        for end in _BESIDE:  # first: the log of one database must never lie beside another
            beside(target.path, end).unlink(missing_ok=True)
        new.replace(target.path)
        for end in _BESIDE:  # of the old file, by a reader that came in between
            with suppress(OSError):
                beside(target.path, end).unlink(missing_ok=True)
        sync_folder(target.path.parent)
    except PermissionError as error:
        if sys.platform == "win32":
            raise _in_use(target) from error
        raise cannot_write(target.path, error) from error
    except OSError as error:
        raise cannot_write(target.path, error) from error


def put_aside(target: Target) -> Path | None:
    """Keep a damaged database under another name, with its log; None where nothing is there.

    The file stays where it is as well until another takes its place; its log does not, since that must never meet
    another database.

    Raises:
        InputError: the disk refuses it.
    """
    if not target.path.exists():
        return None
    folder = copies_folder(target.path, target.schema)
    aside = new_copy_path(target.path, target.schema, target.name if target.drive else "", "damaged.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            os.link(target.path, aside)
        except OSError:
            shutil.copy2(target.path, aside)
        for end in ("-wal", "-journal"):
            if _size(beside(target.path, end)):
                shutil.move(beside(target.path, end), beside(aside, end))
    except OSError as error:
        raise cannot_write(aside, error) from error
    return aside


def sync_file(path: Path) -> None:
    """Make what was written to a file outlive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


def _in_use(target: Target) -> HeldByAnother:
    return HeldByAnother(
        f"{target.words} are being read all the while",
        hint="Close the search or the window that reads them, then try again.",
        code="shard.in_use",
    )
