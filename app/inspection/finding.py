"""Which file sequence a user means: by a pattern, or by the name of one of its frames."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import InputError, UsageError
from app.files.framerange import SequencePattern, is_pattern, parse_pattern
from app.files.sequences import file_sequences
from app.inspection.expected import Expected, expected_frames
from app.model.frames import FileSequence, Frame
from app.model.names import raw, shown

NamesIn = Callable[[bytes], list[bytes]]
"""Lists the names of the files of a folder, raw."""


@dataclass(frozen=True, slots=True)
class FoundSequence:
    """A sequence on a disk.

    Attributes:
        directory: raw and absolute.
        sequence: its frames as they lie there; sizes and times are not read.
        expected: the frames that a range or the pattern itself asks for, or None.
    """

    directory: bytes
    sequence: FileSequence
    expected: Expected | None = None


def means_sequence(path: str, frame_range: str = "") -> bool:
    """Whether a path stands for a file sequence: it holds a padding and is no file, or a range of frames is given.

    A file whose name happens to hold `#` or `%d` is that file.
    """
    if frame_range:
        return True
    return not os.path.lexists(path) and is_pattern(raw(Path(path).name))


def find_sequence(path: str, frame_range: str = "", names: NamesIn | None = None) -> FoundSequence:
    """The file sequence that a path stands for.

    Args:
        path: a pattern (`sh.####.exr`, `sh.%04d.exr`, `sh.1001-1100#.exr`, `sh.$F4.exr`, `sh.@@@@.exr`,
            `wood.<UDIM>.tx`), or the name of a frame, there or not.
        frame_range: the frames that are expected; empty for those that the pattern names, if any.
        names: `names_in`, or what has listed a folder before, where many sequences are looked for.

    Raises:
        UsageError: neither a pattern nor a name with a frame number; or the range cannot be read.
        InputError: the folder cannot be read, or no frame lies there.
    """
    wanted = expected_frames(frame_range, "option") if frame_range else None
    place = Path(os.path.abspath(path))  # noqa: PTH100 - by text alone
    directory, name = raw(str(place.parent)), raw(place.name)
    list_names = names or names_in
    if is_pattern(name) and not os.path.lexists(path):
        pattern = parse_pattern(name)
        sequence = _matching(directory, pattern, list_names(directory))
        if pattern.frames is not None and wanted is None:
            wanted = _written(pattern.frames)
    else:
        sequence = _sequence_of_frame(directory, name, list_names(directory))
    return FoundSequence(directory, sequence, None if sequence.udim else wanted)


def _written(frames: tuple[Frame, ...]) -> Expected:
    first, last = frames[0], frames[-1]
    whole = isinstance(first, int) and isinstance(last, int) and last - first == len(frames) - 1
    return Expected(range(int(first), int(last) + 1) if whole else frames, "pattern")


def names_in(directory: bytes) -> list[bytes]:
    """The names of the regular files of a folder, links to such ones too.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"The folder {shown(directory)} cannot be read: {reason}", hint="Name a sequence in a folder that is there."
        ) from error


def _matching(directory: bytes, pattern: SequencePattern, listed: list[bytes]) -> FileSequence:
    """The files that a pattern covers. A `#` that finds nothing stands for a number without padding."""
    names = [name for name in listed if name.startswith(pattern.base) and name.endswith(pattern.ext)]
    for tried in dict.fromkeys((pattern, replace(pattern, pad=1))):
        found: dict[Frame, bytes] = {}
        for name in sorted(names):
            frame = tried.frame_of(name)
            if frame is not None:
                found.setdefault(frame, name)
        if found:
            frames = sorted(found)
            twice = _in_other_paddings(names, tried, found)
            members = tuple(found[frame] for frame in frames)
            return FileSequence(tried.base, tried.ext, tried.pad, tuple(frames), members,
                                duplicate_frames=tuple(sorted(twice)), udim=tried.udim)  # fmt: skip
    written = shown(pattern.base + b"#" * pattern.pad + pattern.ext)
    raise InputError(
        f"No frame of {written} lies in {shown(directory)}",
        hint="See `reelmark sequences` for what lies there.",
        code="sequence.absent",
    )


def _in_other_paddings(names: list[bytes], pattern: SequencePattern, found: dict[Frame, bytes]) -> set[Frame]:
    """The frames that are there under another padding too."""
    taken = set(found.values())
    twice: set[Frame] = set()
    for name in names:
        number = name[len(pattern.base) : len(name) - len(pattern.ext)]
        digits = number.removeprefix(b"-")
        if name not in taken and digits.isdigit() and len(digits) <= 18 and int(number) in found:
            twice.add(int(number))
    return twice


def _sequence_of_frame(directory: bytes, name: bytes, names: list[bytes]) -> FileSequence:
    """The sequence in which a name is a frame; one that is not there is put into the one it would belong to."""
    there = name in names
    sequences, _ = file_sequences(names if there else [*names, name], min_frames=1)
    for sequence in sequences:
        if name in sequence.names:
            return sequence if there else _without(sequence, name, directory)
    raise UsageError(
        f"{shown(name)} is no frame of a sequence: no number stands before its extension",
        hint="Name the sequence by a pattern, such as sh010.####.exr.",
        code="pattern.invalid",
    )


def _without(sequence: FileSequence, name: bytes, directory: bytes) -> FileSequence:
    kept = [(frame, other) for frame, other in zip(sequence.frames, sequence.names, strict=True) if other != name]
    if not kept:
        raise InputError(
            f"Neither {shown(name)} nor another frame of its sequence lies in {shown(directory)}",
            hint="See `reelmark sequences` for what lies there.",
            code="sequence.absent",
        )
    frames, names = zip(*kept, strict=True)
    return replace(sequence, frames=frames, names=names)


def folder_named(path: str) -> InputError:
    """The error of a folder that is named where files or sequences are asked for."""
    return InputError(
        f"{shown(path)} is a folder",
        hint="Name files in it, or a sequence as sh010.####.exr; `reelmark sequences` lists the sequences of a folder.",
        code="input.is_folder",
    )
