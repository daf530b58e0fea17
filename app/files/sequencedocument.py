"""A file sequence as JSON gives it, and what is missing from it against the frames that were expected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.files.framerange import bare_base, frame_range, gap_count, missing_count, missing_frames, sequence_pattern
from app.files.framerange import missing_ranges as _inner_gaps
from app.model.frames import FileSequence, Frame
from app.model.names import posix, raw_name, shown


def sequence_document(folder: bytes, sequence: FileSequence) -> dict[str, Any]:
    """One sequence. Of tiles none is missing; `raw_name` holds the bytes of `pattern` where they are no text.

    Args:
        folder: absolute, raw bytes.
        sequence: in that folder.
    """
    tiles = sequence.udim
    pattern = sequence_pattern(sequence)
    document = {
        "directory": posix(folder),
        "base": shown(bare_base(sequence)),
        "ext": shown(sequence.ext[1:]),
        "pad": sequence.pad,
        "first": shown(sequence.names[0]),
        "last": shown(sequence.names[-1]),
        "frame_min": sequence.first,
        "frame_max": sequence.last,
        "frame_count": len(sequence.frames),
        "missing_count": 0 if tiles else missing_count(sequence.frames),
        "missing": "" if tiles else missing_frames(sequence.frames),
        "ranges": frame_range(sequence.frames),
        "gap_count": 0 if tiles else gap_count(sequence.frames),
        "bytes": sequence.bytes,
        "pattern": shown(pattern),
        "udim": tiles,
        "findings": [{"rule": "duplicate_frame", "frame": frame} for frame in sequence.duplicate_frames],
    }
    return document | raw_parts(folder, pattern)


def raw_parts(folder: bytes, name: bytes) -> dict[str, str]:
    """Base64 of the folder and the name, each where it is not valid Unicode."""
    parts = {"raw_directory": raw_name(folder), "raw_name": raw_name(name)}
    return {key: value for key, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Gaps:
    """The frames that a sequence lacks, as first and last of each run, and those that nobody expected.

    Attributes:
        head, tail: before its first and behind its last frame; empty where no range was expected.
        inner: between the two.
        unexpected: frames outside the range that was expected.
    """

    head: tuple[tuple[Frame, Frame], ...] = ()
    inner: tuple[tuple[Frame, Frame], ...] = ()
    tail: tuple[tuple[Frame, Frame], ...] = ()
    unexpected: tuple[Frame, ...] = ()

    @property
    def missing(self) -> tuple[tuple[Frame, Frame], ...]:
        """All runs of missing frames, ascending."""
        return self.head + self.inner + self.tail


def gaps_of(frames: Sequence[Frame], expected: tuple[int, int] | None = None) -> Gaps:
    """What ascending `frames` lack.

    Args:
        frames: ascending, at least one.
        expected: first and last frame that should be there; None where only what lies between the frames is known.
    """
    inner = tuple(_inner_gaps(frames))
    if expected is None:
        return Gaps(inner=inner)
    first, last = expected
    unexpected = tuple(frame for frame in frames if not first <= frame <= last)
    within = [frame for frame in frames if first <= frame <= last]
    if not within:
        return Gaps(head=((first, last),), unexpected=unexpected)
    head = ((first, int(within[0]) - 1),) if within[0] > first else ()
    tail = ((int(within[-1]) + 1, last),) if int(within[-1]) < last else ()
    return Gaps(head, tuple(_inner_gaps(within)), tail, unexpected)


def padded_runs(runs: Sequence[tuple[Frame, Frame]], pad: int) -> str:
    """Runs of frames as an artist reads them: `0003, 0005-0007`."""
    return ", ".join(_padded_run(first, last, pad) for first, last in runs)


def _padded_run(first: Frame, last: Frame, pad: int) -> str:
    text = _padded(first, pad)
    return text if first == last else f"{text}-{_padded(last, pad)}"


def _padded(frame: Frame, pad: int) -> str:
    whole, dot, fraction = f"{abs(frame):f}".partition(".") if not isinstance(frame, int) else (str(abs(frame)), "", "")
    return "-" * (frame < 0) + whole.zfill(pad) + dot + fraction


def merged_runs(runs: Sequence[tuple[Frame, Frame]]) -> list[tuple[Frame, Frame]]:
    """Runs of whole frames in order, those that touch or overlap joined."""
    return list(_merge(sorted(runs)))


def _merge(runs: list[tuple[Frame, Frame]]) -> Iterator[tuple[Frame, Frame]]:
    if not runs:
        return
    first, last = runs[0]
    for start, end in runs[1:]:
        if start <= last + 1:
            last = max(last, end)
            continue
        yield first, last
        first, last = start, end
    yield first, last
