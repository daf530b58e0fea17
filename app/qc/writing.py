"""Writing the sidecars of a folder: under its lock, after one more look at what lies there."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import AppError, HeldByAnother, InputError
from app.files.atomic import make_folder
from app.files.sidecar import SUBDIR, Document, Record, sidecar_path, write_sidecar
from app.files.sidecarfolder import newest, read_all
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.model.names import shown
from app.qc.review import Reviewed, ReviewedFolder

_LOCK_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Written:
    """One sidecar that was written, or why it was not.

    Attributes:
        reviewed: the asset.
        record: the new record; None where it failed.
        error: why.
    """

    reviewed: Reviewed
    record: Record | None = None
    error: AppError | None = None


def place_of(reviewed: Reviewed, mode: str) -> Path:
    """Where an asset's record is written: where ours already lies, else where the mode says."""
    record = reviewed.record
    if record is not None and not record.legacy:
        return record.path
    return sidecar_path(reviewed.asset.folder, reviewed.asset.name, mode)


def write_records(
    folder: ReviewedFolder, todo: Sequence[tuple[Reviewed, Document]], mode: str, token: CancelToken,
) -> list[Written]:
    """Write new documents beside their assets, holding the folder's lock.

    An asset whose record was changed by another meanwhile is left as it is and fails; so does one that cannot be
    written. The others go on.

    Raises:
        Cancelled: the token was set while the lock was waited for.
    """
    if not todo:
        return []
    try:
        with hold_file_lock(_lock_path(folder.path, todo, mode), token, _LOCK_WAIT_S):
            return [_write(reviewed, document, mode) for reviewed, document in todo]
    except (InputError, HeldByAnother) as error:
        return [Written(reviewed, error=error) for reviewed, _ in todo]


def change_record(
    reviewed: Reviewed, change: Callable[[Record], Document], mode: str, token: CancelToken
) -> Record:
    """Write what `change` makes of an asset's present record, holding the folder's lock.

    Raises:
        AppError: there is no record, it was changed by another meanwhile, or it cannot be written.
        Cancelled: the token was set while the lock was waited for.
    """
    if reviewed.record is None:
        raise InputError(f"{shown(str(reviewed.asset.path))} has no record yet", code="qc.no_record")
    todo = [(reviewed, change(reviewed.record))]
    folder = ReviewedFolder(reviewed.asset.folder)
    (written,) = write_records(folder, todo, mode, token)
    if written.record is None:
        raise written.error or InputError("the record was not written")
    return written.record


def _lock_path(folder: Path, todo: Sequence[tuple[Reviewed, Document]], mode: str) -> Path:
    """The lock's file, in the folder that is written to; `.qc` is made where sidecars go into it."""
    inner = folder / SUBDIR
    if any(place_of(reviewed, mode).parent == inner for reviewed, _ in todo):
        if inner.is_symlink():
            raise InputError(f"{shown(str(inner))} is a symbolic link, which is not written through", code="disk.link",
                             hint="Replace it by a folder.")
        make_folder(inner)
        _hide(inner)
        return inner / ".lock"
    return folder / ".qc.lock"


def _hide(folder: Path) -> None:
    """Give a folder the hidden attribute where a leading dot does not hide it; it works without."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetFileAttributesW(str(folder), 0x2)


def _write(reviewed: Reviewed, document: Document, mode: str) -> Written:
    path = place_of(reviewed, mode)
    try:
        if not _still(reviewed, path):
            raise HeldByAnother(f"{shown(str(path))} was written by another meanwhile", code="qc.changed_meanwhile",
                                hint="Look at it and try again.")
        write_sidecar(path, document)
    except AppError as error:
        return Written(reviewed, error=error)
    return Written(reviewed, Record(document, path))


def _still(reviewed: Reviewed, path: Path) -> bool:
    """Whether the record that was decided upon is still the one that lies there."""
    before = reviewed.record
    paths = dict.fromkeys([*reviewed.sidecars, path, *([before.path] if before else [])])
    records, problem = read_all(paths)
    if problem is not None:
        raise problem
    now = newest(records)
    return (now.document if now else None) == (before.document if before else None)
