"""Sequences for the tests of this room: hand-made EXR frames with planted faults, in milliseconds."""

import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.inspection.finding import find_sequence
from app.inspection.framereaders import FrameReaders
from app.inspection.sequences import inspect_sequence
from app.jobs.job import Job
from app.model.inspecting import InspectOptions
from tests.media import raw_exr

Attribute = tuple[bytes, bytes, bytes]


def string(name: bytes, text: bytes) -> Attribute:
    return name, b"string", text


def timecode(text: str, *, drop: bool = False, field: bool = False) -> Attribute:
    """A time code `01:00:00:00` as SMPTE ST 12-1 packs it."""
    hours, minutes, seconds, frames = (int(part, 16) for part in text.replace(";", ":").split(":"))
    word = hours << 24 | minutes << 16 | seconds << 8 | frames | drop << 6 | field << 15
    return b"timeCode", b"timecode", struct.pack("<II", word, 0)


def rate(numerator: int, denominator: int = 1) -> Attribute:
    return b"framesPerSecond", b"rational", struct.pack("<iI", numerator, denominator)


def frames(
    folder: Path,
    numbers: Iterable[int | str],
    attributes: Callable[[Any], Iterable[Attribute]] = lambda number: (),
    *,
    name: str = "sh.{}.exr",
) -> Path:
    """Frames with these attributes; a number is written with four digits, a text as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        text = number if isinstance(number, str) else f"{number:04}"
        raw_exr(folder / name.format(text), *attributes(number), size=(4, 3))
    return folder


def told(path: Path | str, frame_range: str = "", job: Job | None = None, **options: Any) -> dict[str, Any]:
    """The document of a sequence."""
    found = find_sequence(str(path), frame_range)
    varying = options.pop("varying_values", False)
    with FrameReaders() as readers:
        return inspect_sequence(
            found.directory,
            found.sequence,
            InspectOptions(**options),
            found.expected,
            job or Job(),
            readers,
            varying_values=varying,
        )
