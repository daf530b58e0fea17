"""Backups: verified copies of a database in `backups` of the working directory, and how many of them are kept."""

import time
from pathlib import Path

import apsw

from app.catalog.copies import Copy, copies_folder, kept_copies, new_copy_path, put_aside_copies
from app.catalog.database import Database
from app.catalog.dberrors import damaged, database_errors
from app.errors import RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.files import remove, require_room, size_of, sync_file, verify
from app.maintenance.targets import Target
from app.settings.values import Maintenance
from app.wholefile import cannot_write, sync_folder

_PAGES_PER_STEP = 2048
_DAY_US = 86_400_000_000


def backups_of(target: Target) -> list[Copy]:
    """The backups of a database and the copies that upgrades kept, newest first."""
    return kept_copies(target.path, target.schema)


def make_backup(target: Target, settings: Maintenance, job: Job) -> Path:
    """Copy a database through SQLite, verify the copy, then give it its name; older backups are retired. Its path.

    The caller holds the database's lock.

    Raises:
        RecordsBroken: the database is damaged; no backup was made.
        NotACatalog: it is not ours, or newer than this program.
        InputError: the disk is full or read-only.
        Cancelled: nothing was made.
    """
    folder = copies_folder(target.path, target.schema)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    require_room(folder, size_of(target.path))
    final = new_copy_path(target.path, target.schema, target.name if target.drive else "")
    unfinished = final.with_name(final.name + ".tmp")
    try:
        copy_database(target.path, unfinished, target, job)
        job.stage(Stage.CHECK)
        _verify(unfinished, target, job)
        sync_file(unfinished)
        unfinished.replace(final)
        sync_folder(folder)
    except OSError as error:
        raise cannot_write(final, error) from error
    finally:
        remove(unfinished)
    retire(target, settings)
    return final


def _verify(copy: Path, target: Target, job: Job) -> None:
    """A copy of a damaged database is damaged as well: it is the database that the user must hear of."""
    try:
        verify(copy, target, job)
    except RecordsBroken as error:
        why = error.message.partition(" is damaged: ")[2] or error.message
        raise damaged(target.path, target.schema, why) from error


def copy_database(source: Path, copy: Path, target: Target, job: Job) -> None:
    """Copy a database page by page, with what its log holds, into one file without a log."""
    with Database(source, target.schema, read_only=True) as database, database_errors(copy, target.schema):
        made = apsw.Connection(str(copy))
        try:
            database.connection.execute("BEGIN")  # one moment of it, whoever writes meanwhile
            page_size = database.value("PRAGMA page_size")
            pages = database.value("PRAGMA page_count")
            job.stage(Stage.BACKUP, total=pages, total_bytes=pages * page_size)
            with made.backup("main", database.connection, "main") as backup:
                while not backup.done:
                    backup.step(_PAGES_PER_STEP)
                    done = backup.page_count - backup.remaining
                    job.progress(done, bytes_done=done * page_size, current=target.name)
            made.execute("PRAGMA journal_mode=DELETE").fetchall()
        finally:
            made.close()


def retire(target: Target, settings: Maintenance) -> list[Path]:
    """Remove backups beyond the newest so many that are also older than so many days; what was removed.

    What an upgrade kept, and the damaged files that were put aside, go when they are older than all those backups.
    """
    copies = backups_of(target)
    backups = [copy for copy in copies if not copy.version]
    old = backups[settings.backups_kept :]
    if len(backups) >= settings.backups_kept:
        first_us = backups[settings.backups_kept - 1].time_us
        aside = [copy for copy in copies if copy.version] + put_aside_copies(target.path, target.schema)
        old += [copy for copy in aside if copy.time_us < first_us]
    oldest_us = time.time_ns() // 1000 - round(settings.backup_days * _DAY_US)
    gone = [copy.path for copy in old if copy.time_us < oldest_us]
    for path in gone:
        remove(path)
    return gone
