"""Which frames a sequence should have, and which of them are not there: at its head, inside, at its tail."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.errors import UsageError
from app.files.framerange import (
    frame_range,
    gap_count,
    missing_count,
    missing_frames,
    parse_frames,
    range_text,
)
from app.files.sequencedocument import gaps_of
from app.files.showconfig import ShowConfig
from app.model.frames import Frame
from app.model.production import Named

_PLAIN = re.compile(r"\s*(-?[0-9]{1,18})\s*-\s*(-?[0-9]{1,18})\s*")


@dataclass(frozen=True, slots=True)
class Expected:
    """The frames that a sequence should have.

    Attributes:
        frames: ascending; a `range` of step 1 where they are whole and without a gap, however many they are.
        source: who says so: `option`, `pattern` or `settings`.
    """

    frames: range | tuple[Frame, ...]
    source: str

    @property
    def first(self) -> Frame:
        """The lowest of them."""
        return self.frames[0]

    @property
    def last(self) -> Frame:
        """The highest of them."""
        return self.frames[-1]


@dataclass(frozen=True, slots=True)
class Expectation:
    """Who says which frames sequences should have.

    Attributes:
        given: what the user said of all of them; it wins.
        shows: what is known of shots.
    """

    given: Expected | None = None
    shows: ShowConfig = ShowConfig()

    def of(self, folder: str, sequence: Named, *, there: bool = True) -> Expected | None:
        """The frames that a sequence should have; None where nobody said.

        Args:
            folder: where its frames lie, absolute.
            sequence: its name.
            there: whether the disk may be asked where links lead, should the path itself tell of no shot.
        """
        if self.given is not None:
            return self.given
        known = self.shows.expected_of(folder, sequence)
        if known is None and there and self.shows.ranges:
            known = self.shows.expected_of(os.path.realpath(folder), sequence)
        return None if known is None else Expected(range(known.first, known.last + 1), "settings")


@dataclass(frozen=True, slots=True)
class Missing:
    """Frames that are not there, in range notation.

    Attributes:
        head: before the first frame that is there.
        inner: between the first and the last.
        tail: behind the last.
        all: the three together.
        count: how many they are.
        gaps: how many runs of missing frames lie inside.
        unexpected: frames that are there and not expected.
    """

    head: str = ""
    inner: str = ""
    tail: str = ""
    all: str = ""
    count: int = 0
    gaps: int = 0
    unexpected: str = ""


def expected_frames(text: str, source: str) -> Expected:
    """The frames of a range as a user writes it (`1001-1100`, `1001-1100x2`).

    Raises:
        UsageError: it is no frame range, or ends before it begins.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return Expected(parse_frames(text), source)
    first, last = int(plain[1]), int(plain[2])
    if last < first:
        raise UsageError(f"The frame range {text} ends before it begins", hint="Write frames as 1001-1100.")
    return Expected(range(first, last + 1), source)


def missing_of(frames: Sequence[Frame], expected: Expected | None) -> Missing:
    """What is missing of ascending `frames`; without an expectation only what lies between the first and the last."""
    if expected is None:
        inner = missing_frames(frames)
        return Missing(inner=inner, all=inner, count=missing_count(frames), gaps=gap_count(frames))
    if isinstance(expected.frames, range) and set(map(type, frames)) <= {int}:
        return _missing_of_run(frames, expected.frames)
    return _missing_of_list(frames, expected.frames)


def _missing_of_run(frames: Sequence[Frame], wanted: range) -> Missing:
    """The same for whole frames without a step, counted in runs: a range of a thousand million costs nothing."""
    gaps = gaps_of(frames, (wanted[0], wanted[-1]))
    count = sum(int(last - first) + 1 for first, last in gaps.missing)
    parts = (gaps.head, gaps.inner, gaps.tail, gaps.missing)
    head, inner, tail, together = map(range_text, parts)
    return Missing(head, inner, tail, together, count, len(gaps.inner), frame_range(gaps.unexpected))


def _missing_of_list(frames: Sequence[Frame], wanted: Sequence[Frame]) -> Missing:
    """The same for frames with steps or fractions, one by one."""
    there, asked = set(frames), set(wanted)
    absent = [frame for frame in wanted if frame not in there]
    first, last = frames[0], frames[-1]
    inner = [frame for frame in absent if first < frame < last]
    lost = set(inner)
    gaps = sum(1 for before, after in pairwise(wanted) if after in lost and before not in lost)
    return Missing(
        frame_range([frame for frame in absent if frame < first]),
        frame_range(inner),
        frame_range([frame for frame in absent if frame > last]),
        frame_range(absent),
        len(absent),
        gaps,
        frame_range([frame for frame in frames if frame not in asked]),
    )
