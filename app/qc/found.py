"""The assets below paths, folder by folder: what a policy is checked on."""

import functools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.errors import AppError, InputError
from app.files.framerange import sequence_name
from app.files.sequences import file_sequences
from app.inspection.finding import FoundSequence, find_sequence, means_sequence, names_in
from app.jobs.job import Job
from app.model.frames import FileSequence
from app.model.kinds import Category, category_of
from app.model.names import decoded, folded, raw, shown
from app.qc.livefacts import FoundAsset

#: How many folders stay listed while the sequences that are named in them are looked for.
_MOST_LISTED = 2


def assets_below(
    paths: tuple[str, ...], job: Job, *, tell_absent: bool = False
) -> Iterator[FoundAsset | tuple[str, AppError]]:
    """The assets of folders with all below them, of files and of patterns of sequences.

    Hidden files and folders, links and sidecars of ours are left out. A folder that cannot be read comes as its path
    and the error. What several of the paths hold comes once.

    Args:
        paths: what is looked for.
        job: notices and cancel.
        tell_absent: a path that is not there comes as itself and the error.

    Raises:
        InputError: a path is not there.
    """
    _tell_of_frames(paths, job)
    found = _assets(paths, job, tell_absent=tell_absent)
    return found if len(paths) == 1 else _once(found)


def _tell_of_frames(paths: tuple[str, ...], job: Job) -> None:
    """Notice frames of one sequence that are named one by one, as a shell does: no rule looks at them together."""
    folders: dict[str, list[bytes]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        if category_of(folded(raw(name))) is Category.IMAGE and not means_sequence(path):
            folders.setdefault(folder, []).append(raw(name))
    for folder, names in folders.items():
        sequences, _ = file_sequences(sorted(set(names)), [0] * len(set(names)))
        for sequence in sequences:
            name = shown(sequence_name(sequence))
            job.notice(
                "check.frames",
                f"{len(sequence.names):,} frames of {name} are named one by one: each is checked as a file of its own.",
                f"For what they have to be together name the sequence: {os.path.join(shown(raw(folder)), name)}",  # noqa: PTH118
            )


def _once(found: Iterator[FoundAsset | tuple[str, AppError]]) -> Iterator[FoundAsset | tuple[str, AppError]]:
    real = functools.lru_cache(8)(os.path.realpath)
    seen = set()
    for one in found:
        key = (one[0], b"") if isinstance(one, tuple) else (real(one.folder), one.name)
        if key not in seen:
            seen.add(key)
            yield one


def _assets(paths: tuple[str, ...], job: Job, *, tell_absent: bool) -> Iterator[FoundAsset | tuple[str, AppError]]:
    names = functools.lru_cache(_MOST_LISTED)(names_in)
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - bytes that are no Unicode must stay as they are
            yield from _below(raw(os.path.abspath(path)), job)  # noqa: PTH100 - by text alone
            continue
        try:
            yield from _covered(find_sequence(path, names=names)) if means_sequence(path) else (_file(path),)
        except InputError as error:
            if not tell_absent:
                raise
            yield shown(path), error


def _covered(found: FoundSequence) -> Iterator[FoundAsset]:
    """What a pattern covers: a sequence; movies and sounds are assets of their own, as in a folder."""
    if category_of(folded(found.sequence.names[0])) not in (Category.VIDEO, Category.AUDIO):
        yield _sequence_asset(found)
        return
    for name in found.sequence.names:
        yield _file(f"{decoded(found.directory)}/{decoded(name)}")


def _file(path: str) -> FoundAsset:
    place = Path(os.path.abspath(path))  # noqa: PTH100 - by text alone
    try:
        size = place.stat().st_size
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{shown(path)}: {reason}", hint="Check the path.", code="input.not_found") from error
    if not place.is_file():
        raise InputError(f"{shown(path)} is no regular file", hint="Name files or folders.", code="input.special")
    return FoundAsset(raw(str(place.parent)), raw(place.name), size)


def _below(top: bytes, job: Job) -> Iterator[FoundAsset | tuple[str, AppError]]:
    """The assets of a folder with all below it; that there is none is told as an error: a gate asked for some."""
    waiting = [top]
    left_out = told = 0
    while waiting:
        job.check()
        folder = waiting.pop()
        try:
            files, below, special = _listed(folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            yield shown(folder), InputError(f"the folder cannot be read: {reason}", code="input.unreadable")
            told += 1
            continue
        left_out += special
        waiting += sorted(below, reverse=True)
        told += len(files)
        yield from _grouped(folder, files)
    if not told:
        yield shown(top), InputError("there is no file in it", code="input.empty")
    if left_out:
        what = "1 link or special file" if left_out == 1 else f"{left_out:,} links and special files"
        text = f"{what} below {shown(top)} {'was' if left_out == 1 else 'were'} left out."
        job.notice("check.links", text, "Name what they point to, or a sequence of links by its pattern.")


def _listed(folder: bytes) -> tuple[dict[bytes, int], list[bytes], int]:
    """Names and sizes of the files of a folder, the folders in it, and how many links and special files there are."""
    files: dict[bytes, int] = {}
    below: list[bytes] = []
    special = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(b"."):
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            elif entry.is_file(follow_symlinks=False) and category_of(folded(entry.name)) is not Category.QC:
                try:
                    files[entry.name] = entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
            elif not entry.is_file(follow_symlinks=False):
                special += 1
    return files, below, special


def _grouped(folder: bytes, files: dict[bytes, int]) -> Iterator[FoundAsset]:
    names = sorted(files)
    sequences, singles = file_sequences(names, [files[name] for name in names])
    assets = [_sized(folder, sequence, files) for sequence in sequences]
    assets += [FoundAsset(folder, names[index], files[names[index]]) for index in singles]
    yield from sorted(assets, key=lambda asset: asset.name)


def _sized(folder: bytes, sequence: FileSequence, files: dict[bytes, int]) -> FoundAsset:
    empty = tuple(frame for frame, name in zip(sequence.frames, sequence.names, strict=True) if not files[name])
    return FoundAsset(folder, sequence_name(sequence), sequence.bytes, sequence, empty)


def _sequence_asset(asked: FoundSequence) -> FoundAsset:
    folder, sequence = asked.directory, asked.sequence
    sizes: dict[bytes, int] = {}
    for name in sequence.names:
        try:
            sizes[name] = (Path(decoded(folder)) / decoded(name)).stat().st_size
        except OSError:
            sizes[name] = 0
    found = _sized(folder, sequence, sizes)
    return replace(found, size=sum(sizes.values()), written=asked.expected)
