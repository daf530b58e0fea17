"""Scans that did not come to their end, and how to go on with them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from app.catalog.shard import ScanRow, last_scan
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.scanning.request import ScanRequest

_SCANNING = ("scan", "demo")


@dataclass(frozen=True, slots=True)
class UnfinishedScan:
    """A scan that was stopped, failed, or lost its process.

    Attributes:
        drive_id: the drive's id.
        files: how many files it had listed.
        stopped: whether somebody stopped it; else it failed or its process is gone.
        request: goes on with it.
    """

    drive_id: str
    files: int
    stopped: bool
    request: ScanRequest


def unfinished_scans(engine: Engine, drives: Iterable[Drive], token: CancelToken) -> dict[str, UnfinishedScan]:
    """The last scan of each of these drives where it did not come to its end and does not run now, by drive.

    Only shards are opened whose last scan is not known to be done. A shard that cannot be read is passed over.
    """
    newest = engine.catalog.jobs.newest_by_drive(_SCANNING)
    found = {}
    for drive in drives:
        job = newest.get(drive.id)
        if drive.last_scan if job is None else job.state in ("done", "running"):
            continue
        try:
            with engine.catalog.open_shard(drive, token) as database:
                row = last_scan(database)
        except AppError:
            continue
        if row is not None and row.state != "done":
            request = _going_on(engine, drive, row)
            found[drive.id] = UnfinishedScan(drive.id, row.counts.get("files", 0), row.state == "cancelled", request)
    return found


def _going_on(engine: Engine, drive: Drive, row: ScanRow) -> ScanRequest:
    """The request that a generation was begun with, less what the settings add to every one."""
    robust, asked = engine.settings.robust, row.request
    always = (*robust.ignore, *robust.skip_globs)
    ignore = tuple(asked["ignore"])
    return ScanRequest(
        tuple(os.path.normpath(f"{drive.base}/{folder}") for folder in asked["folders"]),
        drive.label,
        asked["mode"],
        asked["inventory_only"],
        resume=True,
        skip_hidden=asked["skip_hidden"],
        ignore=ignore[len(always) :] if ignore[: len(always)] == always else ignore,
        follow_symlinks=asked["follow_symlinks"],
    )
