"""What the timeline draws, worked out without Qt: which pixel stands for which frames, and where numbers go."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice, pairwise

from ui import formats

Range = tuple[int, int]
_LISTED = 6


class Cell(IntEnum):
    """What a column of pixels shows; the higher wins where a column stands for several frames."""

    NOTHING = 0
    FRAME = 1
    MISSING = 2


@dataclass(frozen=True, slots=True)
class FindingTick:
    """A finding at a frame. `state` is "fail" or "stale" (a warning)."""

    frame: int
    state: str = "fail"


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of an asset.

    Attributes:
        existing: ranges of frames that exist, ascending, both ends included, not touching.
        cached: ranges that are decoded and ready.
        findings: what was found where, in any order.
        labels: what positions are called that are no frame numbers themselves (`1001.5`, or a tile).
    """

    existing: tuple[Range, ...] = ()
    cached: tuple[Range, ...] = ()
    findings: tuple[FindingTick, ...] = ()
    labels: Mapping[int, str] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, frames: Iterable[int], findings: Sequence[FindingTick] = ()) -> "Frames":
        """From ascending frame numbers."""
        return cls(formats.ranges_of(frames), (), tuple(findings))

    @property
    def first(self) -> int:
        """The lowest frame; 0 where there is none."""
        return self.existing[0][0] if self.existing else 0

    @property
    def last(self) -> int:
        """The highest frame; -1 where there is none."""
        return self.existing[-1][1] if self.existing else -1

    @property
    def length(self) -> int:
        """Frames from first to last, missing ones included."""
        return self.last - self.first + 1

    def label(self, frame: int) -> str:
        """How a frame is called."""
        return self.labels.get(frame, str(frame))

    def longest_label(self) -> str:
        """The label that is widest to write. Walks over all labels."""
        return max((self.label(self.first), self.label(self.last), *self.labels.values()), key=len)

    def count(self) -> int:
        """How many frames exist."""
        return sum(b - a + 1 for a, b in self.existing)

    def gaps(self) -> Iterator[Range]:
        """The gaps between the ranges that exist, one by one."""
        return ((before[1] + 1, after[0] - 1) for before, after in pairwise(self.existing))

    def missing(self) -> tuple[Range, ...]:
        """All gaps."""
        return tuple(self.gaps())

    def exists_throughout(self, a: int, b: int) -> bool:
        """Whether every frame from `a` to `b` exists."""
        place = bisect_left(self.existing, b, key=_end)
        return place < len(self.existing) and self.existing[place][0] <= a

    def is_missing(self, frame: int) -> bool:
        """Whether a frame between first and last has no file."""
        return self.first <= frame <= self.last and not self.exists_throughout(frame, frame)

    def legend(self) -> str:
        """`1001–1100   95 of 100 frames   missing 1014-1016, 1058, 1093`."""
        if not self.existing:
            return "No frames"
        if self.length == 1:
            return f"Frame {self.label(self.first)}"
        gaps = tuple(islice(self.gaps(), _LISTED))
        span = f"{self.label(self.first)}–{self.label(self.last)}"
        if not gaps:
            return f"{span}   {formats.count(self.length)} frames   none missing"
        count = self.count()
        unlisted = self.length - count - sum(b - a + 1 for a, b in gaps)
        more = f" … and {formats.count(unlisted)} more" if unlisted else ""
        there = f"{formats.count(count)} of {formats.count(self.length)} frames"
        return f"{span}   {there}   missing {', '.join(map(self._span_text, gaps))}{more}"

    def _span_text(self, span: Range) -> str:
        return self.label(span[0]) if span[0] == span[1] else f"{self.label(span[0])}-{self.label(span[1])}"


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps frames to pixels: `first` is drawn from `left`, all `length` frames share `width` pixels."""

    first: int
    length: int
    left: float
    width: float

    def x(self, frame: int) -> float:
        """Left edge of a frame."""
        return self.left + (frame - self.first) * self.width / max(self.length, 1)

    def frame(self, x: float) -> int:
        """The frame at a pixel, kept inside the range."""
        place = int((x - self.left) * self.length / max(self.width, 1e-9) // 1)
        return self.first + min(max(place, 0), self.length - 1)

    @property
    def frame_width(self) -> float:
        """Pixels of one frame."""
        return self.width / max(self.length, 1)


def columns(frames: Frames, width: int) -> list[tuple[int, int, Cell]]:
    """Runs of equal columns `(start, end, cell)`, `end` not included, over `width` pixels.

    A column stands for the frames that fall on it; missing wins, so no gap is ever too small to be seen.
    """
    if width <= 0 or frames.length <= 0:
        return []
    first, length = frames.first, frames.length
    row = [
        Cell.FRAME
        if frames.exists_throughout(first + x * length // width, first + max(x * length, (x + 1) * length - 1) // width)
        else Cell.MISSING
        for x in range(width)
    ]
    runs: list[tuple[int, int, Cell]] = []
    start = 0
    for place in range(1, width + 1):
        if place == width or row[place] != row[start]:
            runs.append((start, place, row[start]))
            start = place
    return runs


def ruler(scale: Scale, label_width: float) -> list[int]:
    """Round frame numbers to write below the strip, so far apart that they never touch.

    The first frame is always among them.
    """
    if scale.length <= 0:
        return []
    least = (label_width + 16) / max(scale.frame_width, 1e-9)
    step = 1
    while step < least:
        step = _next_step(step)
    start = -(-scale.first // step) * step
    numbers = list(range(start, scale.first + scale.length, step))
    if not numbers or numbers[0] != scale.first:
        numbers = [scale.first, *(n for n in numbers if n - scale.first >= least)]
    return [n for n in numbers if scale.x(n) + label_width <= scale.left + scale.width + 1 or n == scale.first]


def next_in(ranges: Sequence[Range], frame: int) -> int | None:
    """The first frame of the first range that starts after `frame`."""
    place = bisect_right(ranges, frame, key=_start)
    return ranges[place][0] if place < len(ranges) else None


def _next_step(step: int) -> int:
    lead = int(str(step)[0])
    return step * 5 // 2 if lead == 2 else step * 2


def _start(item: Range) -> int:
    return item[0]


def _end(item: Range) -> int:
    return item[1]
