"""The file sequences and single files below a folder, read from the disk as they lie there."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import InputError, UsageError
from app.files.sequences import file_sequences
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.frames import FileSequence
from app.model.kinds import Category, category_of
from app.model.names import folded, raw, shown


@dataclass(frozen=True, slots=True)
class FolderSequencesRequest:
    """What to look for.

    Attributes:
        folder: looked through with every folder below it; links are not followed.
        udim: take 1001-1999 as UDIM tiles instead of frames.
        min_sequence: fewer frames than this are single files; at least 2.
    """

    folder: Path
    udim: bool = False
    min_sequence: int = 2


@dataclass(frozen=True, slots=True)
class SingleFile:
    """A file that belongs to no sequence; `name` is raw, `bytes` its size."""

    name: bytes
    bytes: int


@dataclass(frozen=True, slots=True)
class FolderListing:
    """What one folder holds: sequences and single files, each by name. `folder` is raw and absolute."""

    folder: bytes
    sequences: tuple[FileSequence, ...]
    singles: tuple[SingleFile, ...]


@dataclass(slots=True)
class FolderSequencesResult:
    """Folders that hold files, by path, and those that could not be read, with the reason."""

    folders: list[FolderListing] = field(default_factory=list)
    failed: list[tuple[bytes, str]] = field(default_factory=list)


def folder_sequences(request: FolderSequencesRequest, job: Job) -> FolderSequencesResult:
    """List the file sequences of a folder and of all folders below it.

    Regular files alone are looked at; sidecars and hash caches of ours are left out. A folder that cannot be read is
    noted and the rest goes on.

    Raises:
        UsageError: `min_sequence` is below 2.
        InputError: the folder is not there, is no folder, or cannot be read.
    """
    if request.min_sequence < 2:
        raise UsageError("A sequence has at least 2 frames", hint="Use --min-sequence 2 or more.")
    top = raw(str(request.folder.absolute()))
    result = FolderSequencesResult()
    waiting = [top]
    job.stage(Stage.GROUP)
    done = 0
    while waiting:
        folder = waiting.pop()
        job.progress(done, current=shown(folder))
        done += 1
        try:
            listing, below = _list_folder(folder, request)
        except InputError as error:
            if folder == top:
                raise
            reason = str(error.context.get("reason") or error.message)
            result.failed.append((folder, reason))
            job.item_failed(shown(folder), reason, error.code)
            continue
        waiting += sorted(below, reverse=True)
        if listing.sequences or listing.singles:
            result.folders.append(listing)
    job.progress(done, last=True)
    return result


def _list_folder(folder: bytes, request: FolderSequencesRequest) -> tuple[FolderListing, list[bytes]]:
    """One folder's files, grouped, and the folders in it."""
    names: list[bytes] = []
    sizes: list[int] = []
    mtimes_ns: list[int] = []
    below: list[bytes] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and category_of(folded(entry.name)) is not Category.QC:
                    size, mtime_ns = _size_and_time(entry)
                    names.append(entry.name)
                    sizes.append(size)
                    mtimes_ns.append(mtime_ns)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{shown(folder)} cannot be read: {reason}"
        raise InputError(message, hint="Give a folder that you may read.", context={"reason": reason}) from error
    found, lonely = file_sequences(names, sizes, mtimes_ns, min_frames=request.min_sequence, udim=request.udim)
    singles = sorted((SingleFile(names[i], sizes[i]) for i in lonely), key=lambda single: single.name)
    return FolderListing(folder, tuple(found), tuple(singles)), below


def _size_and_time(entry: os.DirEntry[bytes]) -> tuple[int, int]:
    """Size and modification time; zeros for a file that vanished since it was listed."""
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
