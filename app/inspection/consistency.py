"""What is odd among the frames of one sequence: sizes that stand out, attributes that are not as in the rest.

The majority decides what an attribute should be. An attribute that varies by nature (a time code, a date, a counter)
is known by varying throughout: no value is in more than a third of the frames and there are at least four, or each
frame has its own. Of one that is known by its name no value may be in more than nine frames of ten. What says how
pixels are laid out never counts as varying by nature.
"""

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.inspection.framereading import FrameHeads, Key
from app.media.frameheads import ABSENT, WHOLE

#: Fewer frames than this do not say what size is usual.
LEAST_SIZES = 8

_ROBUST_SIGMA = 1.4826
_SIGMAS = 6.0
_LEAST_SHARE = 0.25
_LEAST_VALUES = 4
_MOSTLY = 0.9
#: What says how pixels lie and what they mean: it never varies by nature, and how it differs is told first.
LAYOUT = frozenset(
    ("", "parts", "channels", "compression", "lineOrder", "tiles", "type", "name", "view", "version", "displayWindow",
     "pixelAspectRatio", "chromaticities", "colorInteropID", "framesPerSecond", "multiView", "deepImageState", "width",
     "height", "depth", "format", "tiled")
)  # fmt: skip
_BY_NATURE = frozenset(
    ("timeCode", "keyCode", "imageCounter", "capDate", "utcOffset", "smpte:TimeCode", "smpte:KeyCode", "dpx:TimeCode",
     "dpx:FramePosition", "dpx:UserBits", "dpx:SourceImageFileName", "dpx:Time", "DateTime", "Exif:DateTimeOriginal",
     "Exif:DateTimeDigitized")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute that some frames have otherwise than the rest.

    Attributes:
        key: part and name.
        expected: a frame that has it as most have.
        odd: frames that have one other value.
        absent: whether the odd ones do not have it at all.
    """

    key: Key
    expected: int
    odd: list[int]
    absent: bool


@dataclass(frozen=True, slots=True)
class Consistency:
    """What the headers of all frames have in common, and what not."""

    differences: list[Difference]
    varying: list[Key]


def compared_headers(heads: FrameHeads) -> Consistency:
    """Sort the attributes that differ into those that should not, the layout first, and those that vary by nature."""
    differences: list[Difference] = []
    varying: list[Key] = []
    frames = [index for index, compared in enumerate(heads.compared) if compared]
    for key in sorted(heads.columns, key=lambda key: (key[1] not in LAYOUT, key)):
        column = heads.columns[key]
        often = Counter(column[index] for index in frames)
        if len(often) < 2:
            continue
        if _varies(key[1], often, len(frames)):
            varying.append(key)
        else:
            differences += _differences(key, [(index, column[index]) for index in frames], often)
    return Consistency(differences, varying)


def _varies(name: str, often: "Counter[int]", frames: int) -> bool:
    """Whether an attribute with values that are there so often varies by nature."""
    if name in LAYOUT:
        return False
    most = max(often.values())
    if name in _BY_NATURE:
        return most <= _MOSTLY * frames
    return (len(often) >= _LEAST_VALUES and 3 * most <= frames) or (most == 1 and frames > 2)


def _differences(key: Key, values: Sequence[tuple[int, int]], often: "Counter[int]") -> Iterator[Difference]:
    """One difference for each value that is not the commonest; of equally common ones the first counts."""
    usual = max(often, key=often.__getitem__)
    firsts: dict[int, int] = {}
    odd: dict[int, list[int]] = {}
    for index, value in values:
        firsts.setdefault(value, index)
        if value != usual:
            odd.setdefault(value, []).append(index)
    for value, indices in odd.items():
        yield Difference(key, firsts[usual], indices, value == ABSENT)


@dataclass(frozen=True, slots=True)
class SizeOutlier:
    """A frame whose size stands out, by index, and the median of all."""

    index: int
    size_bytes: int
    median_bytes: int


def size_outliers(heads: FrameHeads) -> list[SizeOutlier]:
    """Whole frames whose size is far from the usual one, and that are not reached by a gradual change.

    Far is six robust deviations (1.4826 × the median absolute deviation) and a quarter of the median. A run of such
    frames counts only where it begins or ends with a jump of a quarter: a fade makes small frames too, one after the
    other. Fewer than `LEAST_SIZES` frames do not tell what is usual.
    """
    frames = heads.indices(WHOLE)
    if len(frames) < LEAST_SIZES:
        return []
    sizes = [heads.sizes[index] for index in frames]
    median = statistics.median(sizes)
    deviation = statistics.median(abs(size - median) for size in sizes) * _ROBUST_SIGMA
    far = max(_SIGMAS * deviation, _LEAST_SHARE * median)
    found: list[SizeOutlier] = []
    run: list[int] = []
    for place in [*(i for i, size in enumerate(sizes) if abs(size - median) > far), len(sizes) + 1]:
        if run and place != run[-1] + 1:
            if _jumps(sizes, run[0], run[-1], median):
                found += [SizeOutlier(frames[i], sizes[i], round(median)) for i in run]
            run = []
        run.append(place)
    return found


def _jumps(sizes: Sequence[int], first: int, last: int, median: float) -> bool:
    """Whether the sizes of a run begin or end with a jump."""
    edges = [(first, first - 1)] if first else []
    edges += [(last, last + 1)] if last + 1 < len(sizes) else []
    return any(abs(sizes[inside] - sizes[outside]) > _LEAST_SHARE * median for inside, outside in edges)
