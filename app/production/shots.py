"""Reads what lies in each shot's folder: one walk over all of them, folder by folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.files.sequences import file_sequences
from app.files.walk import LISTED, Folder, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.frames import FileSequence
from app.model.kinds import Category, category_of
from app.model.names import folded, raw, shown
from app.model.production import Place


@dataclass(frozen=True, slots=True)
class ShotFolder:
    """One folder of a shot.

    Attributes:
        path: absolute, raw bytes.
        files: regular files in it, records of ours left out.
        size: bytes, the sum of theirs.
        sequences: of at least one frame.
        zero_byte: raw names of frames without a byte.
    """

    path: bytes
    files: int
    size: int
    sequences: tuple[FileSequence, ...] = ()
    zero_byte: frozenset[bytes] = frozenset()


def shot_folders(
    root: Path, places: list[Place], job: Job, *, grouped: bool = True
) -> Iterator[tuple[Place, ShotFolder | str]]:
    """Every folder of every shot, or the reason why something in it could not be read: a failed item of the job.

    Args:
        root: the folder that holds the shows.
        places: as `find_places` found them.
        job: progress and cancel; told of what cannot be read.
        grouped: whether sequences are wanted, or counts alone.

    Raises:
        DriveGone: the root went away.
    """
    by_path = {raw(place.path): place for place in places if place.there and place.shot}
    base = raw(str(root))
    job.stage(Stage.GROUP, len(by_path))
    if not by_path:
        return
    done, files = 0, 0
    for folder in walk(WalkRequest(base=base, folders=tuple(by_path)), job.token):
        place = _owner(folder.path, by_path)
        done += folder.path in by_path
        files += folder.file_count
        job.progress(done, current=shown(folder.path), counts={"files": files})
        for reason in _problems(folder):
            job.item_failed(shown(str(root / place.path)), reason, "folder.unreadable")
            yield place, reason
        if folder.status == LISTED:
            yield place, _shot_folder(base + b"/" + folder.path, folder, grouped=grouped)
    job.progress(done, last=True)


def _owner(path: bytes, by_path: dict[bytes, Place]) -> Place:
    """The shot in whose folder a folder lies."""
    while path not in by_path:
        path = path.rpartition(b"/")[0]
    return by_path[path]


def _problems(folder: Folder) -> Iterator[str]:
    """Why a folder, or something in it, could not be read."""
    if folder.status != LISTED:
        reason = next((reason for _, reason, _ in folder.errors), "it vanished while it was read")
        yield f"{shown(folder.path)} cannot be read: {reason}"
        return
    for name, reason, _ in folder.errors:
        yield f"{shown(name)}: {reason}"
    for name, reason in folder.passed_over:
        if reason == "mount":
            yield f"{shown(name)}: another volume is mounted there, it was not looked at"


def _shot_folder(path: bytes, folder: Folder, *, grouped: bool) -> ShotFolder:
    if not grouped:
        return ShotFolder(path, folder.file_count, folder.bytes)
    listed = zip(folder.names, folder.sizes, folder.mtimes, strict=True)
    kept = [row for row in listed if category_of(folded(row[0])) is not Category.QC]
    names = [name for name, _, _ in kept]
    sizes = [size for _, size, _ in kept]
    found, _ = file_sequences(names, sizes, [mtime for _, _, mtime in kept], min_frames=1)
    empty = frozenset(name for name, size, _ in kept if not size)
    return ShotFolder(path, len(kept), sum(sizes), tuple(found), empty)


def relative_to_shot(root: Path, place: Place, folder: bytes) -> str:
    """A folder of a shot relative to the shot's own, for people; empty for that one itself."""
    own = raw(str(root)) + b"/" + raw(place.path)
    return shown(folder[len(own) :].lstrip(b"/"))
