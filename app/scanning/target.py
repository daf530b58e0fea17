"""Which drive a scan belongs to, and which folders of it are walked."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.catalog.catalog import Catalog
from app.catalog.shard import top_names
from app.drives.identity import (
    first_is_connected,
    may_be_mounted,
    may_be_same_place,
    passport_by_table,
    path_in_volume,
)
from app.drives.probing import ProbedFolder, probe_folders
from app.drives.recognition import Recognition, Verdict, recognise
from app.errors import AppError, DriveGone, HeldByAnother, UsageError
from app.jobs.job import CancelToken, Job
from app.jobs.looking import folders_there
from app.log import visible
from app.model.drives import Drive, Passport
from app.model.names import decoded, shown
from app.scanning.conflicts import conflict, doubtful, not_new

#: So many names of a base that are all in another folder say that it is that base.
_ENOUGH_NAMES = 3
_NOT_IT = (Verdict.OTHER, Verdict.CLONE, Verdict.REFORMATTED)
#: What belongs to a base, and not to its whole volume.
_OF_BASE = (
    *("folder_id", "marker", "root_digest", "root_sketch", "verdict", "confidence", "reasons", "clone_of", "replaces"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A drive and the folders to walk, relative to its base (`""` is the base itself)."""

    drive: Drive
    folders: tuple[str, ...]


def find_target(catalog: Catalog, folders: Sequence[ProbedFolder], label: str | None, job: Job) -> Target:
    """The drive that holds the folders: the one called `label`, the one that is known there, or a new one.

    Raises:
        UsageError: the folders do not lie under one base, or the label is ambiguous.
        DriveGone: the folder is the empty mount point of a known drive.
        HeldByAnother: the evidence contradicts the drive's passport, bases would overlap, or the folder is a clone of a
            known drive, its re-formatted disk, or looks like its base that was moved, and nobody said what it is.
    """
    probed = {folder.path: folder for folder in folders}
    paths = outermost(list(probed))
    if not paths:
        raise UsageError("no folder was given", hint="Name the folder or drive to scan.")
    for path in paths:
        _refuse_unmounted(catalog, probed[path])
    drive = catalog.find_drive(label) if label else _deepest(catalog, paths, probed)
    if drive is not None:
        drive = _check_volume(catalog, drive, [probed[path] for path in paths], label, job)
        return Target(drive, tuple(_relative(path, drive.base) for path in paths))
    if len(paths) > 1:
        raise UsageError(
            f"{', '.join(map(shown, paths))} do not lie under one folder of a drive",
            hint="Scan them one by one, or scan the folder above them first.",
        )
    folder = probed[paths[0]]
    drive = (None if label else _same_volume_elsewhere(catalog, folder, job)) or _new_drive(catalog, folder, label, job)
    return Target(drive, ("",))


def lane_of(catalog: Catalog, paths: tuple[str, ...], label: str | None) -> str:
    """The lane of the drive that a scan is most likely about; nothing is touched or added."""
    drives = catalog.drives(look=False)
    if label:
        drive = next((drive for drive in drives if label in (drive.id, drive.label)), None)
    else:
        folders = [os.path.abspath(path) for path in paths]  # noqa: PTH100 - resolving links would touch the drive
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


def _holds(base: str, path: str) -> bool:
    return path == base or path.startswith(base.rstrip(os.sep) + os.sep)


def _relative(folder: str, base: str) -> str:
    if not _holds(base, folder):
        raise UsageError(
            f"{shown(folder)} is not below the drive's base {shown(base)}",
            hint="Scan it as a drive of its own.",
        )
    return folder[len(base.rstrip(os.sep)) :].strip(os.sep).replace(os.sep, "/")


def _deepest(catalog: Catalog, paths: list[str], probed: Mapping[str, ProbedFolder]) -> Drive | None:
    """The drive with the deepest base that holds every folder and still is the volume it was."""
    holding = [drive for drive in catalog.drives(look=False) if all(_holds(drive.base, path) for path in paths)]
    same = [drive for drive in holding if _is_there(drive, probed)]
    return max(same, key=lambda drive: len(drive.base), default=None)


def _is_there(drive: Drive, probed: Mapping[str, ProbedFolder]) -> bool:
    """Whether a drive's base may be there, without touching one that was not asked for."""
    if drive.base not in probed:
        return may_be_mounted(drive)
    return _recognised(drive, probed[drive.base].passport).verdict in (Verdict.SAME, Verdict.ELSEWHERE, Verdict.ASK)


def _recognised(drive: Drive, found: Passport) -> Recognition:
    return recognise(drive.passport, found, first_connected=first_is_connected(drive.passport, found))


def _stamped(passport: Passport, recognition: Recognition, drive: Drive | None = None) -> Passport:
    """A passport with what the evidence said when it was taken."""
    return replace(
        passport,
        verdict=str(recognition.verdict),
        confidence=recognition.confidence,
        reasons=recognition.reasons,
        clone_of=drive.passport.clone_of if drive else "",
        replaces=drive.passport.replaces if drive else "",
    )


def _check_volume(catalog: Catalog, drive: Drive, folders: list[ProbedFolder], label: str | None, job: Job) -> Drive:
    """The drive as it is now, or why it is not the one that these folders lie on."""
    inside = all(_holds(drive.base, folder.path) for folder in folders)
    first = folders[0]
    if inside:
        passport = first.passport if first.path == drive.base else _inside(drive, first.passport)
        recognition = _recognised(drive, passport)
        if recognition.is_same or (recognition.verdict is Verdict.ASK and label):
            return catalog.move_drive(drive, drive.base, _stamped(passport, recognition, drive))
        if recognition.verdict is Verdict.ASK:
            raise doubtful(drive, drive.base, passport, recognition)
        raise conflict(drive, drive.base, passport, recognition)
    here = len(folders) == 1 and (_elsewhere(drive, first) or _perhaps(drive, first) or _moved(catalog, drive, first))
    if here and _is_gone(drive):
        _refuse_overlap(catalog, first, beside=drive)
        return _move(catalog, drive, first, job)
    raise conflict(drive, first.path, first.passport, _recognised(drive, first.passport))


def refuse_other_volume(drive: Drive, token: CancelToken, timeout_s: float) -> Passport:
    """Look whether what lies at a drive's base now is the drive, as a scan does; what was found there.

    Args:
        drive: a connected drive.
        token: cancels.
        timeout_s: seconds that its base may take to answer.

    Raises:
        HeldByAnother: it is another volume, a byte clone of the drive, or its disk re-formatted.
        InputError: the base cannot be listed, or does not answer (`DriveGone`).
        Cancelled: the token was set.
    """
    (folder,) = probe_folders((drive.base,), token, timeout_s)
    recognition = _recognised(drive, folder.passport)
    if recognition.verdict in _NOT_IT:
        raise conflict(drive, drive.base, folder.passport, recognition)
    return folder.passport


def _inside(drive: Drive, below: Passport) -> Passport:
    """The evidence about a base of which a folder below was looked at: on its volume they share all but the base's own.

    A folder on a volume mounted below the base says nothing about it.
    """
    passport = passport_by_table(drive.base)
    if passport.mount != below.mount:
        told = {name: value for name, value in passport.to_json().items() if value and name not in _OF_BASE}
        return replace(drive.passport, **told)
    return replace(below, **{name: getattr(drive.passport, name) for name in _OF_BASE})


def _is_gone(drive: Drive) -> bool:
    """Whether the drive's base is not there, or another volume is; a share that does not answer says nothing."""
    there = folders_there([drive.base])[drive.base]
    return there is False or (there is True and not may_be_mounted(drive))


def _move(catalog: Catalog, drive: Drive, folder: ProbedFolder, job: Job) -> Drive:
    job.notice("drive.elsewhere", f"{drive.label} was at {shown(drive.base)} and is now at {shown(folder.path)}.")
    recognition = _recognised(drive, folder.passport)
    return catalog.move_drive(drive, folder.path, _stamped(folder.passport, recognition, drive))


def _new_drive(catalog: Catalog, folder: ProbedFolder, label: str | None, job: Job) -> Drive:
    """A drive of its own, unless it looks like a known one and nobody said that it is another."""
    drives = catalog.drives(look=False)
    known = next((drive for drive in drives if _moved(catalog, drive, folder) and _is_gone(drive)), None)
    if known is not None and not label:
        raise HeldByAnother(
            f"{shown(folder.path)} looks like the drive {known.label}, which was at {shown(known.base)} and is not "
            "there any more",
            hint=f"To go on with {known.label} there, scan it again with the label {known.label} "
            f"(--drive); to make it a drive of its own, give it another label.",
            code="drive.moved",
            context={"drive": known.label, "was": shown(known.base), "is": shown(folder.path)},
        )
    alike = None if known else _alike(drives, folder)
    if alike is not None and not label:
        if alike[1].verdict is Verdict.ASK:
            raise doubtful(alike[0], folder.path, folder.passport, alike[1])
        raise not_new(alike[0], folder.path, folder.passport, alike[1])
    _refuse_overlap(catalog, folder)
    passport = folder.passport
    if alike is not None:
        passport = _stamped(passport, alike[1])
        origin = alike[0].id
        if alike[1].verdict is Verdict.CLONE:
            passport = replace(passport, clone_of=origin)
        elif alike[1].verdict is Verdict.REFORMATTED:
            passport = replace(passport, replaces=origin)
    drive = catalog.add_drive(label or _free_label(catalog, folder.path), folder.path, passport)
    if known is not None:
        job.notice(
            "drive.looks_moved",
            f"{drive.label} is a new drive, though it looks like {known.label}, which was at {shown(known.base)}.",
        )
    if alike is not None and alike[1].verdict is not Verdict.ASK:
        what = "a byte clone of" if alike[1].verdict is Verdict.CLONE else "on the re-formatted disk of"
        job.notice(f"drive.{alike[1].verdict}", f"{drive.label} is a new drive, {what} {alike[0].label}.")
    return drive


def _alike(drives: Sequence[Drive], folder: ProbedFolder) -> tuple[Drive, Recognition] | None:
    """A known drive of which the folder is a byte clone, or whose disk was re-formatted, or perhaps that drive itself.

    Only where the folder lies in its volume as the drive's base does: other folders of a volume are other drives.
    """
    found = []
    for drive in drives:
        if path_in_volume(drive.base, drive.passport) != path_in_volume(folder.path, folder.passport):
            continue
        recognition = _recognised(drive, folder.passport)
        if recognition.verdict in (Verdict.CLONE, Verdict.REFORMATTED) or (_perhaps(drive, folder) and _is_gone(drive)):
            found.append((drive, recognition))
    return min(
        found, key=lambda pair: (pair[1].verdict is not Verdict.CLONE, bool(pair[0].passport.clone_of)), default=None
    )


def _elsewhere(drive: Drive, folder: ProbedFolder) -> bool:
    """Whether a folder is the drive's base by volume and place in it, under another mount."""
    return (
        drive.passport.mount != folder.passport.mount
        and path_in_volume(drive.base, drive.passport) == path_in_volume(folder.path, folder.passport)
        and _recognised(drive, folder.passport).verdict is Verdict.ELSEWHERE
    )


def _perhaps(drive: Drive, folder: ProbedFolder) -> bool:
    """Whether a folder may be the drive's base under another name: a server that is called otherwise, a marker."""
    told = folder.passport.network or bool(folder.passport.marker)
    same_place = path_in_volume(drive.base, drive.passport) == path_in_volume(folder.path, folder.passport)
    return told and same_place and _recognised(drive, folder.passport).verdict is Verdict.ASK


def _moved(catalog: Catalog, drive: Drive, folder: ProbedFolder) -> bool:
    """Whether a folder looks like the drive's base, moved or renamed on its volume.

    It is the same folder to the file system and something is left in it of what the base had (a file system gives the
    number of a folder that is gone to a new one), or all of that is in it. A copy looks the same: see `_is_gone`.
    """
    if not may_be_same_place(drive.passport, folder.passport):
        return False
    try:
        with catalog.open_shard(drive) as database:
            known = {decoded(name) for name in top_names(database)}
    except AppError:
        return False
    if drive.passport.folder_id and drive.passport.folder_id == folder.passport.folder_id and known & folder.names:
        return True
    return known <= folder.names and (len(known) >= _ENOUGH_NAMES or known == folder.names) and bool(known)


def _same_volume_elsewhere(catalog: Catalog, folder: ProbedFolder, job: Job) -> Drive | None:
    """A known drive whose old base is gone and whose volume and place in it are those of the folder; now moved."""
    for drive in catalog.drives(look=False):
        if _elsewhere(drive, folder) and _is_gone(drive):
            return _move(catalog, drive, folder, job)
    return None


def _refuse_unmounted(catalog: Catalog, folder: ProbedFolder) -> None:
    """Do not take the empty folder on which a known drive is usually mounted for that drive, or for one of its own."""
    for drive in catalog.drives(look=False):
        if drive.base == folder.path and not folder.names and not may_be_mounted(drive):
            raise DriveGone(
                f"{drive.label} is not mounted: {shown(folder.path)} is an empty folder of another volume",
                hint="Mount the drive and scan again. Nothing was marked missing.",
            )


def _refuse_overlap(catalog: Catalog, folder: ProbedFolder, beside: Drive | None = None) -> None:
    """A base may neither hold nor lie in the base of another drive whose volume is the same one."""
    base = folder.path
    for drive in catalog.drives(look=False):
        below = _holds(base, drive.base)
        if (beside and drive.id == beside.id) or not (below or _holds(drive.base, base)):
            continue
        found = passport_by_table(drive.base) if below and base != drive.base else folder.passport
        if not may_be_mounted(drive) or _recognised(drive, found).verdict in _NOT_IT:
            continue
        if below and base != drive.base:
            what = f"{shown(base)} holds the drive {drive.label} at {shown(drive.base)}"
            hint = (
                f"Scan {shown(drive.base)} to bring {drive.label} up to date. What lies beside it needs drives of its "
                "own: scan those folders one by one."
            )
        else:
            what = f"{shown(base)} overlaps the drive {drive.label} at {shown(drive.base)}"
            hint = f"Scan it as a part of {drive.label} (leave --drive away), or choose a folder outside it."
        raise HeldByAnother(what, hint=hint, code="drive.overlap")


def _free_label(catalog: Catalog, base: str) -> str:
    """The folder's name as a label of one line, with a number where it is taken."""
    name = visible(" ".join(shown(Path(base).name).split())) or "root"
    label, number = name, 1
    while catalog.find_drive(label) is not None:
        number += 1
        label = f"{name} {number}"
    return label
