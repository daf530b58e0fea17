"""Taking a drive out of the catalogue. Its records are moved aside, never deleted."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.engine import Engine
from app.errors import AppError, HeldByAnother
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken, Job
from app.model.times import now_us
from app.wholefile import cannot_write

_log = logging.getLogger(__name__)
_FOLDER = "forgotten"
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class ForgetDriveRequest:
    """The drive to forget, by label or id."""

    drive: str


@dataclass(frozen=True, slots=True)
class ForgottenDrive:
    """What became of it: its id and label, and where its records lie now (None where it had none)."""

    id: str
    label: str
    shard: Path | None


def forget_drive(engine: Engine, request: ForgetDriveRequest, job: Job) -> ForgottenDrive:
    """Take a drive out of the catalogue and its shard into `backups/forgotten`.

    Raises:
        InputError: there is no such drive, or the shard cannot be moved.
        HeldByAnother: another job is writing it.
    """
    engine.home.prepare()
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    shard = engine.catalog.shard_path(drive.id)

    def refuse(holder: str) -> HeldByAnother:
        return HeldByAnother(
            f"another job ({holder or 'of an unknown process'}) is writing the records of {drive.label}",
            hint="Wait for it to finish, or cancel it.",
            code="shard.locked",
        )

    lock = shard.with_suffix(".lock")
    with hold_file_lock(engine.home.catalog_lock, job.token, 30.0), hold_file_lock(lock, job.token, refuse=refuse):
        kept = move_aside(engine, shard, drive.label) if shard.exists() else None
        engine.catalog.forget_drive(drive)
    return ForgottenDrive(drive.id, drive.label, kept)


def move_aside(engine: Engine, shard: Path, label: str) -> Path:
    """Put a shard, with what SQLite keeps beside it, into the folder of forgotten ones; the shard there."""
    _fold_log(engine, shard)
    time = datetime.fromtimestamp(now_us() / 1e6, UTC)
    folder = engine.home.backups / _FOLDER
    words = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in label)[:60].strip("_")
    kept = folder / f"{words + '.' if words else ''}{shard.stem}.{time:%Y%m%d-%H%M%S-%f}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for end in _BESIDE:
            beside = Path(f"{shard}{end}")
            if beside.exists():
                beside.replace(f"{kept}{end}")
        shard.replace(kept)
    except OSError as error:
        raise cannot_write(kept, error) from error
    return kept


def _fold_log(engine: Engine, shard: Path) -> None:
    """Let SQLite write its log into the shard, so that one file holds all; a damaged one is moved as it is."""
    from app.catalog.database import Database
    from app.catalog.migrations import SHARD

    try:
        with Database(shard, SHARD, wal=engine.wal, token=CancelToken()) as database:
            database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    except AppError as error:
        _log.info("%s is moved aside as it is: %s", shard, error.message)
