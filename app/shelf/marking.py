"""The marker file: a drive's id, written into its base when somebody asks for it by name."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from app.drives.identity import read_marker
from app.drives.rootprint import MARKER
from app.engine import Engine
from app.errors import DriveGone, HeldByAnother, InputError
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import shown
from app.scanning.target import refuse_other_volume
from app.wholefile import cannot_write


@dataclass(frozen=True, slots=True)
class MarkDriveRequest:
    """The drive to mark, by label or id; `remove` takes the marker away."""

    drive: str
    remove: bool = False


def mark_drive(engine: Engine, request: MarkDriveRequest, job: Job) -> Drive:
    """Write the drive's id into a small file in its base, so that it is known again whatever else changes.

    Raises:
        DriveGone: it is not connected.
        InputError: it cannot be written there.
        HeldByAnother: what lies at its base is another drive, or marked as another.
    """
    engine.home.prepare()
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    if not drive.online:
        raise DriveGone(f"{drive.label} is not connected", hint="Plug it in, then mark it.")
    found = refuse_other_volume(drive, job.token, engine.settings.robust.op_timeout_s)
    if found.marker not in ("", drive.id):
        raise HeldByAnother(
            f"{shown(drive.base)} is marked as another drive ({found.marker})",
            hint=f"If that is wrong, remove {MARKER} there yourself.",
            code="drive.conflict",
        )
    path = os.path.join(drive.base, MARKER)  # noqa: PTH118 - may be no valid text
    try:
        if request.remove:
            if read_marker(drive.base):
                os.unlink(path)  # noqa: PTH108
        elif not found.marker:
            _write(path, drive)
    except FileExistsError as error:
        raise InputError(
            f"{shown(path)} is there and no marker of ours", hint="Look at it; remove it if nobody needs it."
        ) from error
    except OSError as error:
        raise cannot_write(Path(path), error) from error
    passport = replace(drive.passport, marker="" if request.remove else drive.id)
    return engine.catalog.move_drive(drive, drive.base, passport)


def _write(path: str, drive: Drive) -> None:
    """A new file; one that is there is never written over."""
    text = f"{drive.id}\nThis file tells Reelmark which drive this is. It may be deleted.\n"
    with open(path, "x", encoding="ascii") as file:  # noqa: PTH123 - may be no valid text
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
