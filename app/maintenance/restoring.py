"""Putting a backup in the place of a database."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw

from app.catalog.adoption import adopt
from app.catalog.copies import Copy, copies_folder
from app.catalog.database import Database
from app.catalog.dberrors import database_errors
from app.catalog.shard import read_drive, set_identity
from app.engine import Engine
from app.errors import AppError, InputError, NotACatalog, RecordsBroken
from app.jobs.events import Stage
from app.jobs.job import Job
from app.maintenance.actions import note, replace_with, result_of
from app.maintenance.backups import backups_of, make_backup
from app.maintenance.files import (
    beside,
    faults_of_pages,
    put_aside,
    remove,
    require_room,
    size_of,
    sweep,
    take_place,
    temporary,
    value_of,
    watched,
)
from app.maintenance.request import RestoreRequest, UpkeepResult
from app.maintenance.targets import Target, held, one_target
from app.model.drives import Drive
from app.model.names import shown

_PAGES_PER_STEP = 2048
_MAGIC = b"SQLite format 3\0"


def restore_records(engine: Engine, request: RestoreRequest, job: Job) -> UpkeepResult:
    """Put a backup in the place of a database. What is there is backed up first, or kept aside where it is damaged.

    Raises:
        InputError: there is no such backup, it is of another drive, or the disk is full or read-only.
        NotACatalog: the backup is none of ours, or of a newer format.
        RecordsBroken: the backup is damaged.
        HeldByAnother: somebody writes the database, or reads it all the while.
        Cancelled: it was stopped; nothing was changed.
    """
    target = one_target(engine, request.drive)
    copy = _chosen(target, request.backup)
    if target.drive is not None:
        job.concerns(target.drive.id, target.drive.label)
    before = size_of(target.path)
    with held(target, job):
        sweep(target)
        made = temporary(target, "restore")
        try:
            _fetch(copy, made, target, job)
            aside, sound = keep_present(engine, target, job)
            if sound:
                replace_with(engine, target, made, job)
            else:
                take_place(made, target)
        finally:
            remove(made)
    messages = [f"{copy.name} was put in its place"]
    if aside is not None:
        messages.append(f"what was there is kept as {shown(str(aside))}")
    messages += settle_in(engine, target)
    note(engine, target, "restore", detail=copy.name)
    note(engine, target, "check", detail="as it was restored")
    return UpkeepResult((result_of(target, "restore", before, *messages, backup=str(copy)),))


def keep_present(engine: Engine, target: Target, job: Job) -> tuple[Path | None, bool]:
    """Back up what is there before it goes, or put it aside where it is damaged: where it is, and whether it is sound.

    Raises:
        InputError: the disk is full or read-only.
    """
    if not target.path.exists():
        return None, False
    try:
        return make_backup(target, engine.settings.maintenance, job), True
    except (RecordsBroken, NotACatalog):
        return put_aside(target), False


def settle_in(engine: Engine, target: Target) -> list[str]:
    """Bring catalogue and shards together again after one of them was replaced; what the user should know."""
    try:
        Database(target.path, target.schema, wal=engine.wal).close()  # upgrades one of an older format
        if target.drive is None:
            _end_jobs_of_the_past(engine, target)
            return _adopt_strangers(engine)
        known = engine.catalog.find_drive(target.drive.id)
        if known is not None:
            with Database(target.path, target.schema, wal=engine.wal) as database, database.transaction():
                set_identity(database, known)
            _count_again(engine, known)
    except AppError as error:
        return [f"the catalogue could not be told: {error.message}"]
    return []


def _count_again(engine: Engine, drive: Drive) -> None:
    """Let the catalogue have the totals that the drive's shard has."""
    with engine.catalog.open_shard(drive) as database:
        there = read_drive(database)
    engine.catalog.summarise(drive.id, there.files, there.bytes, there.sequences, at_us=there.last_scan)


def _end_jobs_of_the_past(engine: Engine, target: Target) -> None:
    """Let jobs that ran when a backup was made be interrupted ones, also those of this very process.

    A job that runs now notes its end by itself, whatever stands here.
    """
    with Database(target.path, target.schema, wal=engine.wal) as database, database.transaction():
        database.run("UPDATE job SET pid_started = 'before' WHERE state = 'running'")


def _adopt_strangers(engine: Engine) -> list[str]:
    """Enter drives whose shards are there and which the catalogue does not know (any more); count the others again."""
    known = engine.catalog.drives(look=False)
    for drive in known:
        with suppress(AppError):
            _count_again(engine, drive)
    ids = {drive.id for drive in known}
    shards = engine.home.shards
    strangers = sorted(path for path in shards.glob("*.db") if path.stem not in ids) if shards.is_dir() else []
    adopted = adopt(engine.catalog, strangers, taken=[drive.label for drive in known])
    told = [f"{drive.label} was not in it and was entered from its shard" for drive in adopted.drives]
    return told + [f"{shown(path.name)} was not entered: {why}" for path, why in adopted.left_out]


def _chosen(target: Target, name: str) -> Path:
    """The file of the backup that is meant."""
    copies: list[Copy] = backups_of(target)
    if not name:
        if not copies:
            raise InputError(
                f"there is no backup of {target.words}",
                hint="Name the file of one, or scan the drive again.",
                code="backup.absent",
            )
        return copies[0].path
    in_folder = copies_folder(target.path, target.schema) / name
    path = in_folder if "/" not in name and in_folder.is_file() else Path(name).expanduser()
    if not path.is_file():
        raise InputError(
            f"there is no backup {shown(name)}",
            hint="`reelmark maintain status --json` lists the backups of each database.",
            code="backup.absent",
        )
    return path.absolute()


def _fetch(copy: Path, made: Path, target: Target, job: Job) -> None:
    """Copy a backup beside the database it is for, and look at it closely there."""
    require_room(target.path.parent, size_of(copy))
    _look_at_head(copy, target)
    source = _open_untouched(copy)
    try:
        with database_errors(copy, target.schema):
            new = apsw.Connection(str(made))
            try:
                _copy_pages(source, new, target, job)
            finally:
                new.close()
    finally:
        source.close()
    _verify(made, copy, target, job)


def _look_at_head(copy: Path, target: Target) -> None:
    try:
        with copy.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise InputError(f"{shown(str(copy))} cannot be read: {error.strerror}", code="backup.unreadable") from error
    if head != _MAGIC:
        raise _broken(copy, target, "it is no SQLite database")


def _open_untouched(copy: Path) -> apsw.Connection:
    """A backup as it lies there; nothing is written beside it unless commits lie in a log of its own."""
    if beside(copy, "-wal").exists() or beside(copy, "-journal").exists():
        return apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return apsw.Connection(copy.absolute().as_uri() + "?immutable=1", flags=flags)


def _copy_pages(source: apsw.Connection, new: apsw.Connection, target: Target, job: Job) -> None:
    pages = value_of(source, "PRAGMA page_count")
    size = value_of(source, "PRAGMA page_size")
    job.stage(Stage.RESTORE, total=pages, total_bytes=pages * size)
    with new.backup("main", source, "main") as backup:
        while not backup.done:
            backup.step(_PAGES_PER_STEP)
            done = backup.page_count - backup.remaining
            job.progress(done, bytes_done=done * size, current=target.name)
    new.execute("PRAGMA journal_mode=DELETE").fetchall()


def _verify(made: Path, copy: Path, target: Target, job: Job) -> None:
    """Look at the fetched file: ours, not newer, sound, and of this drive.

    An older format is fine: it is upgraded as soon as it is opened in its place.
    """
    job.stage(Stage.CHECK)
    connection = apsw.Connection(str(made), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        with database_errors(copy, target.schema), watched(connection, job, copy.name):
            version = value_of(connection, "PRAGMA user_version")
            application = value_of(connection, "PRAGMA application_id")
            if application != target.schema.application_id or not version:
                raise NotACatalog(f"{shown(str(copy))} is not a backup of a Reelmark {target.kind}")
            if version > len(target.schema.steps):
                raise NotACatalog(
                    f"{shown(str(copy))} was made by a newer version of Reelmark (format {version}, this one knows "
                    f"{len(target.schema.steps)})",
                    hint="Update Reelmark on this workstation.",
                    code="catalog.newer",
                )
            if faults := faults_of_pages(connection, full=True):
                raise _broken(copy, target, faults[0])
            _refuse_other_drive(connection, copy, target)
    finally:
        connection.close()


def _refuse_other_drive(connection: apsw.Connection, copy: Path, target: Target) -> None:
    if target.drive is None:
        return
    rows = connection.execute("SELECT key, value FROM meta WHERE key IN ('drive_id', 'label')")
    meta: dict[Any, Any] = dict(rows)
    if meta.get("drive_id", target.drive.id) != target.drive.id:
        raise InputError(
            f"{shown(str(copy))} is a backup of another drive, {meta.get('label', '')}",
            hint=f"Choose a backup of {target.name}.",
            code="backup.other_drive",
        )


def _broken(copy: Path, target: Target, why: str) -> RecordsBroken:
    return RecordsBroken(
        f"the backup {shown(str(copy))} is damaged: {why}",
        hint="Nothing was changed. Choose another backup.",
        code="backup.damaged",
        context={"path": str(copy), "database": target.name},
    )
