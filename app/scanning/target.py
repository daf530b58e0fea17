"""Which drive a scan belongs to, and which folders of it are walked."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.catalog.catalog import Catalog
from app.drives.identity import Match, compare, path_in_volume, read_passport
from app.errors import DriveGone, HeldByAnother, InputError, UsageError
from app.jobs.job import Job
from app.model.drives import Drive, Passport
from app.model.names import shown


@dataclass(frozen=True, slots=True)
class Target:
    """A drive and the folders to walk, relative to its base (`""` is the base itself)."""

    drive: Drive
    folders: tuple[str, ...]


def find_target(catalog: Catalog, paths: tuple[str, ...], label: str | None, job: Job) -> Target:
    """The drive that holds `paths`: the one called `label`, the one that is known there, or a new one.

    Raises:
        InputError: a path is no readable folder.
        UsageError: the paths do not lie under one base, or the label is ambiguous.
        HeldByAnother: the label's base is another volume, or bases would overlap.
    """
    folders = outermost([_folder(path) for path in paths])
    if not folders:
        raise UsageError("no folder was given", hint="Name the folder or drive to scan.")
    drive = catalog.find_drive(label) if label else _deepest(catalog, folders)
    if drive is not None:
        drive = _check_volume(catalog, drive, folders, job)
        return Target(drive, tuple(_relative(folder, drive.base) for folder in folders))
    base = folders[0]
    for folder in folders[1:]:
        base = folder if _holds(folder, base) else base
    if not all(_holds(base, folder) for folder in folders):
        raise UsageError(
            f"{', '.join(map(shown, folders))} do not lie under one folder of a drive",
            hint="Scan them one by one, or scan the folder above them first.",
        )
    passport = read_passport(base)
    _refuse_unmounted(catalog, base, passport)
    if not label:
        moved = _same_volume_elsewhere(catalog, base, passport)
        if moved is not None:
            drive = catalog.move_drive(moved, base, passport)
            job.notice("drive.elsewhere", f"{drive.label} was at {shown(moved.base)} and is now at {shown(base)}.")
            return Target(drive, tuple(_relative(folder, base) for folder in folders))
    _refuse_overlap(catalog, base)
    drive = catalog.add_drive(label or _free_label(catalog, base), base, passport)
    return Target(drive, tuple(_relative(folder, base) for folder in folders))


def lane_of(catalog: Catalog, paths: tuple[str, ...], label: str | None) -> str:
    """The lane of the drive that a scan is most likely about; nothing is touched or added."""
    drives = catalog.drives()
    if label:
        drive = next((drive for drive in drives if label in (drive.id, drive.label)), None)
    else:
        folders = [os.path.realpath(path) for path in paths]
        holding = [drive for drive in drives if all(_holds(drive.base, folder) for folder in folders)]
        drive = max(holding, key=lambda drive: len(drive.base), default=None)
    return f"shard:{drive.id}" if drive else "shard:new"


def outermost(folders: list[str]) -> list[str]:
    """The folders without those that lie in another of them, in their order."""
    return [
        folder
        for folder in dict.fromkeys(folders)
        if not any(other != folder and _holds(other, folder) for other in folders)
    ]


def _folder(path: str) -> str:
    """The absolute real path of a folder that can be listed."""
    absolute = os.path.realpath(path)
    try:
        with os.scandir(absolute):
            return absolute
    except FileNotFoundError:
        reason, hint = "does not exist", "Check the path; plug the drive in."
    except NotADirectoryError:
        reason, hint = "is not a folder", "Name the folder that holds it."
    except PermissionError:
        reason, hint = "cannot be read", "Check its permissions."
    except OSError as error:
        reason, hint = f"cannot be read: {error.strerror}", "Check the drive."
    raise InputError(f"{shown(path)} {reason}", hint=hint, code="scan.path", context={"path": shown(absolute)})


def _holds(base: str, path: str) -> bool:
    return path == base or path.startswith(base.rstrip(os.sep) + os.sep)


def _relative(folder: str, base: str) -> str:
    if not _holds(base, folder):
        raise UsageError(
            f"{shown(folder)} is not below the drive's base {shown(base)}",
            hint="Scan it as a drive of its own.",
        )
    return folder[len(base.rstrip(os.sep)) :].strip(os.sep).replace(os.sep, "/")


def _deepest(catalog: Catalog, folders: list[str]) -> Drive | None:
    """The drive with the deepest base that holds every folder and still is the volume it was."""
    holding = [drive for drive in catalog.drives() if all(_holds(drive.base, folder) for folder in folders)]
    same = [drive for drive in holding if compare(drive.passport, read_passport(drive.base)) is not Match.OTHER]
    return max(same, key=lambda drive: len(drive.base), default=None)


def _check_volume(catalog: Catalog, drive: Drive, folders: list[str], job: Job) -> Drive:
    """The drive as it is now, or why it is not the one that these folders lie on."""
    inside = all(_holds(drive.base, folder) for folder in folders)
    base = drive.base if inside else folders[0]
    passport = read_passport(base)
    match = compare(drive.passport, passport)
    if inside and match is not Match.OTHER:
        return catalog.move_drive(drive, base, passport)
    elsewhere = path_in_volume(base, passport) == path_in_volume(drive.base, drive.passport)
    if not inside and match is Match.SAME and elsewhere and not Path(drive.base).is_dir() and len(folders) == 1:
        job.notice("drive.elsewhere", f"{drive.label} was at {shown(drive.base)} and is now at {shown(base)}.")
        return catalog.move_drive(drive, base, passport)
    raise HeldByAnother(
        f"{drive.label} is the drive at {shown(drive.base)}; {shown(base)} is another"
        f"{' volume' if match is Match.OTHER else ' folder'}",
        hint="Give it a label of its own with --drive, or leave --drive away.",
        code="drive.conflict",
        context={
            "drive": drive.label,
            "recorded": _evidence(drive.base, drive.passport),
            "found": _evidence(base, passport),
        },
    )


def _evidence(base: str, passport: Passport) -> dict[str, str | int]:
    return {
        "base": shown(base),
        "filesystem_uuid": passport.filesystem_uuid,
        "filesystem_type": passport.filesystem_type,
        "device": passport.device,
        "capacity_bytes": passport.capacity_bytes,
    }


def _same_volume_elsewhere(catalog: Catalog, base: str, passport: Passport) -> Drive | None:
    """A known drive whose old base is gone and whose volume and place in it are those of `base`."""
    for drive in catalog.drives():
        if (
            compare(drive.passport, passport) is Match.SAME
            and drive.passport.mount != passport.mount
            and path_in_volume(drive.base, drive.passport) == path_in_volume(base, passport)
            and not Path(drive.base).is_dir()
        ):
            return drive
    return None


def _refuse_unmounted(catalog: Catalog, base: str, passport: Passport) -> None:
    """Do not take the empty folder on which a known drive is usually mounted for a drive of its own."""
    for drive in catalog.drives():
        if drive.base == base and compare(drive.passport, passport) is Match.OTHER and not os.listdir(base):  # noqa: PTH208 - text
            raise DriveGone(
                f"{drive.label} is not mounted: {shown(base)} is an empty folder of another volume",
                hint="Mount the drive and scan again. Nothing was marked missing.",
            )


def _refuse_overlap(catalog: Catalog, base: str) -> None:
    """A new drive may neither hold nor lie in the base of another volume that is the same one."""
    for drive in catalog.drives():
        if not (_holds(drive.base, base) or _holds(base, drive.base)):
            continue
        if compare(drive.passport, read_passport(drive.base if _holds(base, drive.base) else base)) is Match.OTHER:
            continue
        raise HeldByAnother(
            f"{shown(base)} overlaps the drive {drive.label} at {shown(drive.base)}",
            hint=f"Scan it as a part of {drive.label}, or choose a folder outside it.",
            code="drive.overlap",
        )


def _free_label(catalog: Catalog, base: str) -> str:
    """The folder's name as a label, with a number where it is taken."""
    name = shown(Path(base).name) or "root"
    label, number = name, 1
    while catalog.find_drive(label) is not None:
        number += 1
        label = f"{name} {number}"
    return label
