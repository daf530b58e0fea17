"""A catalogue that travels: a copy of one drive's shard, and a page that shows it without anything installed."""

import re
from dataclasses import dataclass
from pathlib import Path

from app.catalog.shardcopies import copy_shard
from app.engine import Engine
from app.errors import UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import shown
from app.shelf.travelpage import write_page
from app.wholefile import cannot_write, new_whole_file

_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class TravelRequest:
    """Which drive, by label or id, goes into which folder; `replace` takes the place of what an earlier call made."""

    drive: str
    folder: str
    replace: bool = False


@dataclass(frozen=True, slots=True)
class TravelResult:
    """The files that were made, and how many files of the drive are in them."""

    drive: Drive
    shard: Path
    page: Path
    files: int


def travel_drive(engine: Engine, request: TravelRequest, job: Job) -> TravelResult:
    """Write a drive's shard and its page into a folder, which is made where it is not there.

    Raises:
        InputError: there is no such drive or no scan of it, or the files cannot be written.
        UsageError: the files are there already and `replace` does not say that they may go.
        Cancelled: the job was stopped; a file that was not finished is gone.
    """
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    folder = Path(request.folder).expanduser().absolute()
    stem = _UNSAFE.sub("_", drive.label)[:60].strip("._") or "drive"
    shard, page = folder / f"{stem}.reelmark.db", folder / f"{stem}.html"
    there = [path for path in (shard, page) if path.exists() or path.is_symlink()]
    if there and not request.replace:
        raise UsageError(
            f"{shown(str(there[0]))} is there already", hint="Choose another folder, or say --replace to renew it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    job.stage(Stage.EXPORT, drive.files)
    with engine.catalog.open_shard(drive, job.token) as database, new_whole_file(page) as file:
        files = write_page(file, drive, database, job)
    copy_shard(engine.catalog.shard_path(drive.id), shard, job)
    job.progress(files, last=True)
    return TravelResult(drive, shard, page, files)
