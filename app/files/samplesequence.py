"""Makes a synthetic file sequence: numbered files with random bytes, and gaps where they are wanted."""

import errno
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from app.errors import InputError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.names import shown

_CHUNK_BYTES = 1 << 20
_MAX_PAD = 10
_MAX_FRAME = 10**_MAX_PAD - 1
_MAX_FRAMES = 10_000_000
_FORBIDDEN = re.compile(r'[/\\\0<>:"|?*]')


@dataclass(frozen=True, slots=True)
class SampleSequenceRequest:
    """What to make.

    Attributes:
        out: a folder, made where it does not exist: the files are called after it (`shot_A/shot_A.0001.tif`). A path
            that ends with `.`, `_` or `-` is the beginning of the file names instead (`plates/sh010_` makes
            `plates/sh010_0001.tif`).
        start: number of the first frame; may be negative.
        frames: how many files are made.
        pad: digits of the numbers, 1 to 10.
        ext: extension, with or without its dot.
        holes: how many frames are missing between the first and the last, beside `frames`. None: as many as `ranges`
            asks for, one a gap.
        ranges: how many runs of frames there are, so one gap fewer. None: each missing frame is a gap of its own,
            as long as there are frames to stand between them.
        bytes: random bytes a file. None: one short line that names the frame.
    """

    out: Path
    start: int = 1
    frames: int = 100
    pad: int = 4
    ext: str = "tif"
    holes: int | None = None
    ranges: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class SampleSequenceResult:
    """What was made: the files in the order of their frames, and the frame numbers that were left out, ascending."""

    files: tuple[Path, ...]
    missing: tuple[int, ...]


def make_sample_sequence(request: SampleSequenceRequest, job: Job) -> SampleSequenceResult:
    """Write the files of a synthetic sequence. Which frames are missing depends on the request alone.

    Each file appears whole or not at all. Where one of the files is there already nothing is written.

    Raises:
        UsageError: the numbers contradict each other or are out of bounds.
        InputError: a file exists already, or the place cannot be written.
        Cancelled: what was written by then stays.
    """
    gaps = _gaps(request)
    folder, prefix, extension = _place(request)
    frames, missing = _numbers(request.start, _lengths(request.frames, len(gaps) + 1), gaps)
    files = [folder / f"{prefix}{_number(frame, request.pad)}{extension}" for frame in frames]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_existing(folder, files)
        for frame, file in zip(frames, job.each(Stage.GENERATE, files, total=len(files)), strict=True):
            _write(file, f"{prefix}{frame}\n".encode("utf-8", "surrogateescape"), request.bytes, job)
    except OSError as error:
        place = error.filename2 or error.filename or folder
        raise InputError(
            f"{shown(os.fspath(place))} cannot be written: {error.strerror or type(error).__name__}",
            hint="Choose another place with --out.",
            code="output.unwritable",
        ) from error
    return SampleSequenceResult(tuple(files), tuple(missing))


def _gaps(request: SampleSequenceRequest) -> list[int]:
    """The lengths of the gaps, in order."""
    _check_bounds(request)
    holes, ranges = request.holes, request.ranges
    if holes is None:
        holes = 0 if ranges is None else ranges - 1
    if ranges is None:
        ranges = min(holes, request.frames - 1) + 1
    if ranges > request.frames:
        raise UsageError(
            f"{request.frames} frames cannot make {ranges} ranges", hint="Ask for fewer ranges or more frames."
        )
    if ranges == 1 and holes:
        raise UsageError(
            f"{holes} missing frames need at least 2 ranges and 2 frames",
            hint="A gap lies between two ranges: ask for more ranges, or leave --ranges out.",
        )
    if holes < ranges - 1:
        raise UsageError(
            f"{ranges} ranges need at least {ranges - 1} missing frames, not {holes}",
            hint="Ask for more holes or fewer ranges.",
        )
    last = request.start + request.frames + holes - 1
    if abs(request.start) > _MAX_FRAME or last > _MAX_FRAME:
        raise UsageError(f"Frame numbers go to {_MAX_FRAME}", hint="Begin lower, or make fewer frames.")
    return _lengths(holes, ranges - 1)


def _check_bounds(request: SampleSequenceRequest) -> None:
    """Refuse numbers that make no sequence."""
    if not 1 <= request.frames <= _MAX_FRAMES:
        raise UsageError(f"A sample sequence has 1 to {_MAX_FRAMES} frames, not {request.frames}")
    if not 1 <= request.pad <= _MAX_PAD:
        raise UsageError(f"Frame numbers are padded to 1 to {_MAX_PAD} digits, not {request.pad}")
    if not 0 <= (request.holes or 0) <= _MAX_FRAMES:
        raise UsageError(f"The number of missing frames is 0 to {_MAX_FRAMES}, not {request.holes}")
    if request.ranges is not None and request.ranges < 1:
        raise UsageError(f"A sample sequence has at least one range, not {request.ranges}")
    if (request.bytes or 0) < 0:
        raise UsageError(f"A file cannot hold {request.bytes} bytes")


def _lengths(total: int, parts: int) -> list[int]:
    """`total` shared out to `parts` as evenly as whole numbers allow, the longer ones first."""
    if not parts:
        return []
    length, longer = divmod(total, parts)
    return [length + 1] * longer + [length] * (parts - longer)


def _numbers(start: int, runs: list[int], gaps: list[int]) -> tuple[list[int], list[int]]:
    """The frames that exist and those that are missing: runs with a gap after each but the last."""
    frames: list[int] = []
    missing: list[int] = []
    for run, gap in zip(runs, [*gaps, 0], strict=True):
        frames += range(start, start + run)
        missing += range(start + run, start + run + gap)
        start += run + gap
    return frames, missing


def _place(request: SampleSequenceRequest) -> tuple[Path, str, str]:
    """The folder, the beginning of the file names and the extension with its dot."""
    extension = request.ext.removeprefix(".")
    if not extension or _FORBIDDEN.search(extension) or extension.isspace():
        raise UsageError(f"{request.ext!r} is not an extension", hint="Use tif, dpx, exr, jpg or png.")
    out = request.out.absolute()
    if out.name.endswith((".", "_", "-")) and out.name != ".." and not out.is_dir():
        return out.parent, out.name, f".{extension}"
    return out, f"{out.resolve().name or 'sample'}.", f".{extension}"


def _number(frame: int, pad: int) -> str:
    """The frame number as it stands in the file name; the sign counts for no digit."""
    return f"{'-' * (frame < 0)}{abs(frame):0{pad}d}"


def _refuse_existing(folder: Path, files: list[Path]) -> None:
    """Raise where one of the files is there already, as a file, a folder or a link to nowhere."""
    present = set(os.listdir(folder))  # noqa: PTH208 - names alone, of a folder that may hold a million
    for file in files:
        if file.name in present:
            raise _exists(file)


def _exists(file: Path) -> InputError:
    """The refusal to overwrite."""
    return InputError(
        f"{shown(os.fspath(file))} exists already",
        hint="Choose another place with --out, or remove it.",
        code="output.exists",
        context={"path": shown(os.fspath(file))},
    )


def _write(file: Path, line: bytes, size: int | None, job: Job) -> None:
    """Write one file whole: under a passing name first, then linked to its own, which must be free."""
    passing = file.with_name(f".{os.getpid()}.sample-sequence.tmp")
    try:
        with passing.open("wb") as stream:
            if size is None:
                stream.write(line)
            for start in range(0, size or 0, _CHUNK_BYTES):
                job.check()
                stream.write(os.urandom(min(_CHUNK_BYTES, (size or 0) - start)))
        _settle(passing, file)
    except FileExistsError as error:
        raise _exists(file) from error
    finally:
        passing.unlink(missing_ok=True)


def _settle(passing: Path, file: Path) -> None:
    """Give the file its name, without overwriting one that appeared meanwhile."""
    if sys.platform == "win32":
        passing.rename(file)
        return
    try:
        os.link(passing, file)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise
        file.touch(exist_ok=False)
        passing.replace(file)
