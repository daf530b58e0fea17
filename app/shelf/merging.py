"""Taking a shard that was made elsewhere into this catalogue, and saying what did not fit."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.catalog.shard import ScanRow, read_drive, scans, set_identity
from app.catalog.shardcopies import copy_shard, refuse_faults
from app.drives.identity import Match, compare, path_in_volume
from app.engine import Engine
from app.errors import AppError, HeldByAnother, InputError, NotACatalog
from app.jobs.events import Stage
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import folded_text, shown
from app.shelf.forgetting import move_aside
from app.shelf.oldshards import is_old_shard, take_over
from app.wholefile import cannot_write

_CATALOG_WAIT_S = 30.0
_MOST_SCANS = 100_000


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """A shard from elsewhere.

    Attributes:
        shard: its file, which is only read.
        label: what the drive is called here; None for what it is called there.
        replace: take it in place of what is known here of the same drive, whose records move to the backups.
    """

    shard: str
    label: str | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What came of it.

    Attributes:
        drive: as it is in the catalogue now.
        action: `added`, `updated` (the shard goes on from ours), `replaced`, or `unchanged` (ours is as new or newer).
        conflicts: what differed: `{"field", "ours", "theirs", "kept"}`.
        put_aside: where our own records lie now, if they were replaced.
    """

    drive: Drive
    action: str
    conflicts: tuple[dict[str, Any], ...] = ()
    put_aside: Path | None = None


def merge_shard(engine: Engine, request: MergeRequest, job: Job) -> MergeResult:
    """Take a shard into the catalogue, under its drive's id.

    Raises:
        InputError: the file is not there or no shard of ours.
        RecordsBroken: it is damaged.
        HeldByAnother: the drive is known here, and the two histories went apart or have nothing in common.
        Cancelled: the job was stopped; nothing was changed.
    """
    engine.home.prepare()
    source = Path(request.shard).expanduser().absolute()
    if not source.is_file():
        raise InputError(f"{shown(str(source))} does not exist", hint="Name the file of a shard, …db.")
    if is_old_shard(source):
        return MergeResult(take_over(engine, source, request.label, job), "added")
    job.stage(Stage.FINISH)
    with (
        _taken(engine, source, job) as copy,
        hold_file_lock(engine.home.catalog_lock, job.token, _CATALOG_WAIT_S),
    ):
        theirs, their_scans = _read(copy)
        ours = next((drive for drive in engine.catalog.drives(look=False) if drive.id == theirs.id), None)
        known = ours or _same_volume(engine, theirs)
        if known is None or (ours is None and request.label):
            return _add(engine, copy, theirs, request, job)
        if ours is not None:
            action = _relation(_scans_of(engine, ours), their_scans)
            if action == "unchanged" and not request.replace:
                return MergeResult(ours, action, _differences(ours, theirs))
            if action == "updated" or request.replace:
                return _put(engine, copy, theirs, ours, "updated" if action == "updated" else "replaced", job)
        elif request.replace:
            return _put(engine, copy, theirs, known, "replaced", job)
        raise _conflict(known, theirs, same_id=ours is not None)


@contextmanager
def _taken(engine: Engine, source: Path, job: Job) -> Iterator[Path]:
    """A copy of the shard in a folder of our own, checked page by page and of the present format."""
    folder = engine.home.tmp / f"merge-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    try:
        copy = folder / "shard.db"
        copy_shard(source, copy, job)
        refuse_faults(copy)
        Database(copy, SHARD, wal=False, token=job.token).close()
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(copy: Path) -> tuple[Drive, list[ScanRow]]:
    with Database(copy, SHARD, read_only=True) as database:
        drive, rows = read_drive(database), scans(database, _MOST_SCANS)
    if not drive.id:
        raise NotACatalog(f"{copy.name} does not say which drive it is of", hint="Scan the drive here instead.")
    return drive, rows


def _scans_of(engine: Engine, drive: Drive) -> list[ScanRow]:
    """The generations of a drive of ours; none where its shard cannot be used, for any other one is better then."""
    try:
        with engine.catalog.open_shard(drive) as database:
            return scans(database, _MOST_SCANS)
    except AppError:
        return []


def _relation(ours: list[ScanRow], theirs: list[ScanRow]) -> str:
    """Which history goes on from the other: `updated` if theirs does, `unchanged` if ours does, `apart` if neither."""
    mine, other = ({(row.id, row.started_us) for row in rows} for rows in (ours, theirs))
    if mine < other:
        return "updated"
    if other <= mine:
        return "unchanged"
    return "apart"


def _same_volume(engine: Engine, theirs: Drive) -> Drive | None:
    """A drive of ours that is the same by its passport, though it has another id here."""
    place = path_in_volume(theirs.base, theirs.passport)
    for drive in engine.catalog.drives(look=False):
        same_place = path_in_volume(drive.base, drive.passport) == place
        if same_place and compare(drive.passport, theirs.passport) is Match.SAME:
            return drive
    return None


def _add(engine: Engine, copy: Path, theirs: Drive, request: MergeRequest, job: Job) -> MergeResult:
    taken = {folded_text(drive.label) for drive in engine.catalog.drives(look=False)}
    wanted = (request.label or theirs.label).strip() or "drive"
    label, number = wanted, 1
    while folded_text(label) in taken:
        number += 1
        label = f"{wanted} {number}"
    conflicts = () if label == wanted else ({"field": "label", "ours": wanted, "theirs": wanted, "kept": label},)
    drive = replace(theirs, label=label)
    _place(engine, copy, drive)
    engine.catalog.add_known([drive])
    job.concerns(drive.id, drive.label)
    return MergeResult(engine.catalog.drive(drive.id), "added", conflicts)


def _put(engine: Engine, copy: Path, theirs: Drive, ours: Drive, action: str, job: Job) -> MergeResult:
    """Their records in place of ours; what a person told here stays."""
    conflicts = _differences(ours, theirs)
    told = {
        name: getattr(ours, name) or getattr(theirs, name) for name in ("place", "note", "lent_to", "lent_us", "kind")
    }
    drive = replace(theirs, label=ours.label, base=ours.base, passport=ours.passport, **told)
    shard = engine.catalog.shard_path(ours.id)
    with hold_file_lock(shard.with_suffix(".lock"), job.token):
        aside = move_aside(engine, shard, ours.label) if shard.exists() else None
        try:
            _place(engine, copy, drive)
            engine.catalog.replace_drive(ours, drive)
        except BaseException:
            if aside is not None:
                aside.replace(shard)
            raise
    job.concerns(drive.id, drive.label)
    return MergeResult(engine.catalog.drive(drive.id), action, conflicts, aside)


def _place(engine: Engine, copy: Path, drive: Drive) -> None:
    """Put their shard where that of the drive belongs.

    Raises:
        InputError: it cannot be written.
    """
    with Database(copy, SHARD, wal=False) as database, database.transaction():
        set_identity(database, drive)
    shard = engine.catalog.shard_path(drive.id)
    try:
        shard.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(shard)
    except OSError as error:
        raise cannot_write(shard, error) from error


def _differences(ours: Drive, theirs: Drive) -> tuple[dict[str, Any], ...]:
    """What a person told here and there, where the two differ; ours is kept unless it is empty."""
    found = []
    for name in ("label", "place", "note", "lent_to"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine != other:
            found.append({"field": name, "ours": mine, "theirs": other, "kept": mine or other})
    return tuple(found)


def _conflict(known: Drive, theirs: Drive, *, same_id: bool) -> HeldByAnother:
    if same_id:
        what = f"{known.label} was scanned here and there since the two catalogues parted"
        hint = "Scan it here to bring it up to date, or take the other records instead with --replace."
    else:
        what = f"the shard is of a drive that is known here as {known.label}"
        hint = "Take it in place of our records with --replace, or as a drive of its own with --as LABEL."
    return HeldByAnother(
        what,
        hint=hint,
        code="drive.conflict",
        context={
            "ours": {"id": known.id, "label": known.label, "files": known.files, "last_scan_us": known.last_scan},
            "theirs": {"id": theirs.id, "label": theirs.label, "files": theirs.files, "last_scan_us": theirs.last_scan},
            "conflicts": list(_differences(known, theirs)),
        },
    )
