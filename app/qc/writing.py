"""Writing the sidecars of a folder: under its lock, after one more look at what lies there."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import AppError, HeldByAnother, InputError
from app.files.atomic import make_folder
from app.files.hashcache import HashCache
from app.files.sidecar import MODES, SUBDIR, Document, Record, sidecar_path, write_sidecar
from app.files.sidecarfolder import newest, read_all
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.model.names import shown
from app.qc.judge import Sameness, compare, same_content
from app.qc.reviewed import Reviewed, ReviewedFolder

_LOCK_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Written:
    """One sidecar that was written, or why it was not.

    Attributes:
        reviewed: the asset.
        record: the record that stands now; None where writing failed.
        fresh: whether we wrote it; else another did so first, and nothing was left to write.
        error: why it failed.
    """

    reviewed: Reviewed
    record: Record | None = None
    fresh: bool = True
    error: AppError | None = None


Again = Callable[[Reviewed], Document | None]
"""Decides once more about an asset that has another record than before; may raise `HeldByAnother`."""


def place_of(reviewed: Reviewed, mode: str) -> Path:
    """Where an asset's record is written: where ours already lies, else where the mode says."""
    record = reviewed.record
    if record is not None and not record.legacy:
        return record.path
    return sidecar_path(reviewed.asset.folder, reviewed.asset.name, mode)


def write_records(
    folder: ReviewedFolder, todo: Sequence[tuple[Reviewed, Document]], mode: str, job: Job, again: Again
) -> list[Written]:
    """Write new documents beside their assets, holding the folder's lock.

    Where another changed an asset's record since it was looked at, `again` decides anew. An asset whose record cannot
    be written fails; the others go on.

    Raises:
        Cancelled: the job was stopped; what was written stays.
    """
    if not todo:
        return []
    outcomes: list[Written] = []
    try:
        with hold_file_lock(_lock_path(folder.path, todo, mode), job.token, _LOCK_WAIT_S):
            for reviewed, document in todo:
                job.check()
                outcomes.append(_write(reviewed, document, mode, again))
    except (InputError, HeldByAnother) as error:
        outcomes += [Written(reviewed, error=error) for reviewed, _ in todo[len(outcomes) :]]
    return outcomes


def change_record(reviewed: Reviewed, change: Callable[[Record], Document], mode: str, job: Job) -> Record:
    """Write what `change` makes of an asset's present record, holding the folder's lock.

    Raises:
        AppError: there is no record, it was changed by another meanwhile, or it cannot be written.
        Cancelled: the job was stopped while the lock was waited for.
    """
    if reviewed.record is None:
        raise InputError(f"{shown(str(reviewed.asset.path))} has no record yet", code="qc.no_record")
    todo = [(reviewed, change(reviewed.record))]
    folder = ReviewedFolder(reviewed.asset.folder)
    (written,) = write_records(folder, todo, mode, job, _refuse)
    if written.record is None:
        raise written.error or InputError("the record was not written")
    return written.record


def _lock_path(folder: Path, todo: Sequence[tuple[Reviewed, Document]], mode: str) -> Path:
    """The lock's file, in the folder that is written to; `.qc` is made where sidecars go into it."""
    inner = folder / SUBDIR
    if any(place_of(reviewed, mode).parent == inner for reviewed, _ in todo):
        if inner.is_symlink():
            raise InputError(
                f"{shown(str(inner))} is a symbolic link, which is not written through",
                code="disk.link",
                hint="Replace it by a folder.",
            )
        make_folder(inner)
        _hide(inner)
        return inner / ".lock"
    return folder / ".qc.lock"


def _hide(folder: Path) -> None:
    """Give a folder the hidden attribute where a leading dot does not hide it; it works without."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetFileAttributesW(str(folder), 0x2)


def _write(reviewed: Reviewed, document: Document, mode: str, again: Again) -> Written:
    try:
        now = _present(reviewed, mode)
        if (now.document if now else None) != (reviewed.record.document if reviewed.record else None):
            reviewed = replace(reviewed, record=now, same=_same(reviewed, now))
            anew = again(reviewed)
            if anew is None:
                return Written(reviewed, now, fresh=False)
            document = anew
        path = place_of(reviewed, mode)
        write_sidecar(path, document)
    except AppError as error:
        return Written(reviewed, error=error)
    return Written(reviewed, Record(document, path))


def _present(reviewed: Reviewed, mode: str) -> Record | None:
    """The asset's record as it lies there now, in any place."""
    before = [reviewed.record.path] if reviewed.record else []
    fresh = [sidecar_path(reviewed.asset.folder, reviewed.asset.name, place) for place in (mode, *MODES)]
    records, problem = read_all(dict.fromkeys([*before, *reviewed.sidecars, *fresh]))
    if problem is not None:
        raise problem
    return newest(records)


def _same(reviewed: Reviewed, record: Record | None) -> bool | None:
    """Whether the content that was read is what a record saw that was not there then."""
    if record is None:
        return None
    if reviewed.content is not None and record.verifiable:
        return same_content(record, reviewed.content)
    return compare(reviewed.asset, record, HashCache(0), {}) is Sameness.SAME


def _refuse(reviewed: Reviewed) -> Document | None:
    raise HeldByAnother(
        f"The record of {shown(reviewed.asset.name)} was changed by another meanwhile",
        code="qc.changed_meanwhile",
        hint="Look at it and try again.",
    )
