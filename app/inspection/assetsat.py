"""What somebody means who hands over paths to be looked into: files, the sequences that frames belong to, folders."""

import os
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError
from app.files.framerange import frame_range, sequence_name
from app.files.sequences import file_sequences
from app.jobs.job import CancelToken, Job
from app.model.frames import FileSequence, Frame
from app.model.kinds import MEDIA, category_of
from app.model.names import decoded, folded, raw, shown

#: So many assets are given at most.
MOST_ASSETS = 500
#: So many folders are looked into at most, where what lies below folders is wanted too.
MOST_FOLDERS = 5000
_CHECK_EVERY = 1000


@dataclass(frozen=True, slots=True)
class AssetAt:
    """A file, or a file sequence, at a place of the disk.

    Attributes:
        path: absolute; of a sequence its pattern (`/p/sh010.####.exr`). Undecodable bytes are lone surrogates.
        frames: the frames of a sequence in range notation; empty for a file.
        frame: the frame that was named; None for a file, and for a sequence of a folder.
    """

    path: str
    frames: str = ""
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class AssetsAt:
    """The assets in the order of the paths.

    Attributes:
        assets: those that are given.
        left_out: how many more there would have been.
        folders: how many folders below those that were named were not looked into.
    """

    assets: tuple[AssetAt, ...]
    left_out: int = 0
    folders: int = 0


def assets_at(paths: Iterable[str], token: CancelToken, *, below: bool = False) -> AssetsAt:
    """The assets that some paths stand for, each once.

    A frame stands for its whole sequence; a folder for the media right in it. A folder is listed once, however many of
    its files are named.

    Args:
        paths: files and folders.
        token: stops it.
        below: a folder stands for the media in the folders below it too, those near its top first. Links are not
            followed.

    Raises:
        InputError: a folder cannot be read, or a path is not there.
        Cancelled: it was stopped.
    """
    job = Job(token=token)
    folders: dict[str, _Folder] = {}
    found: dict[str, AssetAt] = {}
    waiting: deque[str] = deque()
    for path in paths:
        place = os.path.abspath(path)  # noqa: PTH100 - bytes that are no Unicode must stay as they are
        if os.path.isdir(place):  # noqa: PTH112 - the same
            folder = folders.setdefault(place, _Folder(place, job))
            found |= {asset.path: asset for asset in folder.media() if asset.path not in found}
            waiting += folder.below()
            continue
        home, name = os.path.split(place)
        asset = folders.setdefault(home, _Folder(home, job)).asset_of(raw(name))
        found.setdefault(asset.path, asset)
    left = _look_below(waiting, found, job) if below else len(waiting)
    assets = tuple(found.values())
    return AssetsAt(assets[:MOST_ASSETS], max(0, len(assets) - MOST_ASSETS), left)


def _look_below(waiting: deque[str], found: dict[str, AssetAt], job: Job) -> int:
    """Add what lies in folders and below them, up to the bounds; how many folders were not looked into."""
    unreadable = 0
    for _ in range(MOST_FOLDERS):
        if not waiting or len(found) >= MOST_ASSETS:
            break
        job.check()
        folder = _Folder(waiting.popleft(), job)
        try:
            found |= {asset.path: asset for asset in folder.media() if asset.path not in found}
        except InputError:
            unreadable += 1
        else:
            waiting += folder.below()
    return unreadable + len(waiting)


class _Folder:
    """The files of a folder, grouped when they are asked for."""

    def __init__(self, path: str, job: Job) -> None:
        self._path, self._job = path, job
        self._grouped: tuple[set[bytes], list[FileSequence], set[bytes]] | None = None
        self._below: list[str] = []
        self._by_name: dict[bytes, tuple[FileSequence, Frame]] = {}

    def media(self) -> list[AssetAt]:
        """Sequences and single media files, by name."""
        _, sequences, singles = self._group()
        assets = [self._sequence(sequence) for sequence in sequences]
        assets += [AssetAt(self._at(name)) for name in singles if category_of(folded(name)) in MEDIA]
        return sorted(assets, key=lambda asset: raw(asset.path))

    def below(self) -> list[str]:
        """The folders in it, by name, those that are links left out."""
        self._group()
        return sorted(self._below, key=raw)

    def asset_of(self, name: bytes) -> AssetAt:
        """The asset that a file of this folder belongs to."""
        names, sequences, _ = self._group()
        if not self._by_name:
            self._by_name = {
                member: (sequence, frame)
                for sequence in sequences
                for member, frame in zip(sequence.names, sequence.frames, strict=True)
            }
        if (known := self._by_name.get(name)) is not None:
            return self._sequence(*known)
        if name not in names and not os.path.lexists(self._at(name)):
            raise InputError(
                f"{shown(raw(self._at(name)))} is not there", hint="Is its drive connected?", code="input.not_found"
            )
        return AssetAt(self._at(name))

    def _at(self, name: bytes) -> str:
        return str(Path(self._path) / decoded(name))

    def _sequence(self, sequence: FileSequence, frame: Frame | None = None) -> AssetAt:
        return AssetAt(self._at(sequence_name(sequence)), frame_range(sequence.frames), frame)

    def _group(self) -> tuple[set[bytes], list[FileSequence], set[bytes]]:
        if self._grouped is None:
            names = list(self._names())
            sequences, lonely = file_sequences(names, min_frames=2)
            self._grouped = (set(names), list(sequences), {names[index] for index in lonely})
        return self._grouped

    def _names(self) -> Iterable[bytes]:
        try:
            with os.scandir(self._path) as entries:
                for number, entry in enumerate(entries):
                    if number % _CHECK_EVERY == 0:
                        self._job.check()
                    if entry.is_file():
                        yield raw(entry.name)
                    elif entry.is_dir(follow_symlinks=False):
                        self._below.append(entry.path)
        except OSError as error:
            raise InputError(
                f"{shown(raw(self._path))} cannot be read: {error.strerror or error}",
                hint="Check who may read it, and whether its drive is connected.",
                code="folder.unreadable",
            ) from error
