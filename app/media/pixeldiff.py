"""In what the pixels of two pictures differ, block by block: bounded memory, whatever their size.

Pixels are compared where both pictures have some, in the coordinates of the display window. What is not finite comes
first: NaN, +Inf and -Inf must stand at the same pixels on both sides. Errors are counted over the pixels that are
finite on both sides. Samples of integer formats count as 0-1, those of `uint` channels of an OpenEXR as they are.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.display import Pixels
from app.media.exr import Box
from app.media.exrvalues import number, window
from app.media.formats import Format
from app.media.opening import OpenFile
from app.media.pairedrows import PairedRows
from app.media.pictures import shown_channels
from app.media.sources import OpenPixels, PixelSource, opened_pixels

_SAMPLES = 1 << 24
_CANVAS = 2048
_KEPT_OPEN = ("openexr", "png", "webp", "gif")

Progress = Callable[[int, int], None]
Errors = NDArray[np.float64]


@dataclass(slots=True)
class Side:
    """One part of one picture, open for reading.

    Attributes:
        source: where its pixels come from.
        integers: whole numbers of a channel, by its index, where the source would scale them.
    """

    source: PixelSource
    integers: dict[int, Callable[[int, int], Pixels]] = field(default_factory=dict)

    def rows(self, y0: int, y1: int, x0: int, x1: int) -> Callable[[int], Pixels]:
        """Decode rows y0 up to but not y1; gives columns x0 up to but not x1 of a channel."""
        source = self.source
        left = source.data_window[0]
        pixels = source.read(y0, y1, 0, len(source.channels))

        def channel(index: int) -> Pixels:
            whole = self.integers.get(index)
            found = whole(y0, y1) if whole else pixels[..., index]
            return found[:, x0 - left : x1 - left]

        return channel


class Picture:
    """A picture that is compared part by part. Use as a context manager.

    An OpenEXR is opened once for all of its parts: to open it is to read the headers of all; and so are pictures that
    move, each of which needs those before it. What else has several pictures is opened for each: its reader goes
    through them in their order, and stops at damage.
    """

    def __init__(self, file: OpenFile, form: Format) -> None:
        self._file = file
        self._form = form
        self._pixels: OpenPixels | None = None
        self._problem: MediaError | None = None
        self._stack = ExitStack()

    def __enter__(self) -> "Picture":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def side(self, part: int) -> Iterator[Side]:
        """Open one part. Raises MediaError where its pixels cannot be read at all."""
        if self._form.name in _KEPT_OPEN:
            yield _side(self._kept(), part)
            return
        with opened_pixels(self._file, self._form, exact=True) as pixels:
            yield _side(pixels, part)

    def _kept(self) -> OpenPixels:
        if self._problem is not None:
            raise self._problem
        if self._pixels is None:
            try:
                self._pixels = self._stack.enter_context(opened_pixels(self._file, self._form, exact=True))
            except MediaError as problem:
                self._problem = problem
                raise
        return self._pixels


def _side(pixels: OpenPixels, part: int) -> Side:
    source = pixels.part(part)
    return Side(source, _integers(pixels.reader, part) if pixels.form.name == "openexr" else {})


def _integers(reader: Any, part: int) -> dict[int, Callable[[int, int], Pixels]]:
    """Readers of the `uint` channels of an OpenEXR part: as floats they would be scaled and lose digits."""
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    reader.seek_subimage(part, 0)
    spec = reader.spec()
    if spec.deep:
        return {}
    formats = list(spec.channelformats) or [spec.format] * spec.nchannels
    return {
        index: _integer_reader(reader, spec, part, index)
        for index, kind in enumerate(formats)
        if kind.basetype == oiio.UINT
    }


def _integer_reader(opened: Any, spec: Any, part: int, channel: int) -> Callable[[int, int], Pixels]:
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    def read(y0: int, y1: int) -> Pixels:
        first, last = y0, y1
        if spec.tile_width:
            first = spec.y + (y0 - spec.y) // spec.tile_height * spec.tile_height
            last = min(spec.y + -(-(y1 - spec.y) // spec.tile_height) * spec.tile_height, spec.y + spec.height)
            box = spec.x, spec.x + spec.width, first, last, spec.z, spec.z + 1
            found = opened.read_tiles(part, 0, *box, channel, channel + 1, oiio.UINT)
        else:
            found = opened.read_scanlines(part, 0, y0, y1, spec.z, channel, channel + 1, oiio.UINT)
        if found is None:
            raise MediaError(f"pixels cannot be decoded: {opened.geterror()}", code="pixels.damaged")
        rows: Pixels = np.asarray(found).reshape(last - first, spec.width)
        return rows[y0 - first : y1 - first]

    return read


def _equal_bits(a: Pixels, b: Pixels) -> bool:
    """Whether two blocks are the same to the last bit, NaN included."""
    if a.dtype != b.dtype:
        return False
    bits = np.dtype(f"u{a.dtype.itemsize}")
    return bool((a.view(bits) == b.view(bits)).all())


@dataclass(slots=True)
class _Channel:
    """What is counted of one channel."""

    name: str
    compared: int = 0
    differing: int = 0
    non_finite: int = 0
    largest: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    first: dict[str, Any] | None = None
    region: list[int] | None = None

    def take(
        self, pixels_a: Pixels, pixels_b: Pixels, tolerance: float, x0: int, y0: int
    ) -> tuple[Errors, NDArray[np.bool_]] | None:
        """Count a block; its errors (0 where not finite) and where what is not finite differs; None for equal bits."""
        if _equal_bits(pixels_a, pixels_b):
            self.compared += int(np.isfinite(pixels_a).sum())
            return None
        a, b = pixels_a.astype(np.float64), pixels_b.astype(np.float64)
        finite = np.isfinite(a) & np.isfinite(b)
        with np.errstate(invalid="ignore"):
            errors = np.abs(a - b)
        odd = np.zeros_like(finite)
        if not finite.all():
            errors = np.where(finite, errors, 0.0)
            same = (a == b) | (np.isnan(a) & np.isnan(b))
            odd = ~finite & ~same
            self.non_finite += int(odd.sum())
        self.compared += int(finite.sum())
        self.largest = max(self.largest, float(errors.max(initial=0.0)))
        self.total += float(errors.sum())
        self.squares += float(np.square(errors).sum())
        differs = odd | (errors > tolerance)
        count = int(differs.sum())
        if count:
            self.differing += count
            self._place(differs, a, b, x0, y0)
        return errors, odd

    def _place(self, differs: NDArray[np.bool_], a: Errors, b: Errors, x0: int, y0: int) -> None:
        rows = np.flatnonzero(differs.any(axis=1))
        columns = np.flatnonzero(differs.any(axis=0))
        if self.first is None:
            row, column = int(rows[0]), int(np.flatnonzero(differs[rows[0]])[0])
            values = number(float(a[row, column])), number(float(b[row, column]))
            self.first = {"x": x0 + column, "y": y0 + row, "a": values[0], "b": values[1]}
        box = [x0 + int(columns[0]), y0 + int(rows[0]), x0 + int(columns[-1]), y0 + int(rows[-1])]
        was = self.region or box
        self.region = [min(was[0], box[0]), min(was[1], box[1]), max(was[2], box[2]), max(was[3], box[3])]

    def document(self, part: int) -> dict[str, Any]:
        """The entry of `pixels`."""
        count = max(1, self.compared)
        x0, y0, x1, y1 = self.region or [0, 0, 0, 0]
        return {
            "part": part, "channel": self.name, "max_error": self.largest, "mean_error": self.total / count,
            "rms_error": math.sqrt(self.squares / count), "differing": self.differing, "non_finite": self.non_finite,
            "compared": self.compared, "first": self.first,
            "region": {"min": [x0, y0], "max": [x1, y1]} if self.region else None,
        }  # fmt: skip


@dataclass(slots=True)
class Heat:
    """How large the errors are, reduced to a picture: the largest of each block.

    Attributes:
        errors: rows × columns; -1 where nothing was compared.
        odd: where what is not finite differs.
        factor: pixels that one of these stands for, along each side.
        box: the pixels that it covers.
        channels: the channels whose errors it shows; empty for all.
    """

    errors: NDArray[np.float32]
    odd: NDArray[np.bool_]
    factor: int
    box: Box
    channels: tuple[str, ...] = ()

    @classmethod
    def over(cls, box: Box, channels: tuple[str, ...] = ()) -> "Heat":
        """An empty one over a window."""
        width, height = box[2] - box[0] + 1, box[3] - box[1] + 1
        factor = max(1, -(-width // _CANVAS), -(-height // _CANVAS))
        shape = -(-height // factor), -(-width // factor)
        return cls(np.full(shape, -1, np.float32), np.zeros(shape, np.bool_), factor, box, channels)

    def differs(self, tolerance: float) -> bool:
        """Whether there is anything to be seen."""
        return bool(self.odd.any()) or float(self.errors.max(initial=0.0)) > tolerance

    def compared(self, box: Box) -> None:
        """Note that pixels were compared."""
        x0, y0, x1, y1 = (edge - self.box[place % 2] for place, edge in enumerate(box))
        factor = self.factor
        place = self.errors[y0 // factor : y1 // factor + 1, x0 // factor : x1 // factor + 1]
        np.maximum(place, 0, out=place)

    def take(self, name: str, errors: Errors, odd: NDArray[np.bool_], x0: int, y0: int) -> None:
        """Note a block of a channel whose first pixel is at x0, y0."""
        if self.channels and name not in self.channels:
            return
        rows = np.arange(errors.shape[0]) + (y0 - self.box[1])
        columns = np.arange(errors.shape[1]) + (x0 - self.box[0])
        for data, canvas in ((errors, self.errors), (odd, self.odd)):
            low = _largest(_largest(data, rows // self.factor, 0), columns // self.factor, 1)
            place = canvas[rows[0] // self.factor :, columns[0] // self.factor :][: low.shape[0], : low.shape[1]]
            np.maximum(place, low.astype(canvas.dtype), out=place)


def _largest(values: NDArray[Any], block_of: NDArray[Any], axis: int) -> NDArray[Any]:
    """The largest value of each block of rows or columns."""
    starts = np.flatnonzero(np.diff(block_of, prepend=block_of[0] - 1))
    found: NDArray[Any] = np.maximum.reduceat(values, starts, axis=axis)
    return found


@dataclass(slots=True)
class PartDifference:
    """What was found in one pair of parts.

    Attributes:
        pixels: an entry for each channel that both have.
        windows: what was compared, and how many pixels only one of the two has.
        heats: where they differ in the channels that a screen shows, and in all of them; empty where not asked for.
        errors: what could not be compared.
    """

    pixels: list[dict[str, Any]]
    windows: dict[str, Any]
    heats: tuple[Heat, ...]
    errors: list[dict[str, Any]]

    def heat(self, tolerance: float) -> Heat | None:
        """Where they differ: in the colours, or in any channel where those are the same."""
        return next((heat for heat in self.heats if heat.differs(tolerance)), self.heats[0] if self.heats else None)

    @property
    def worst(self) -> tuple[bool, float]:
        """For choosing among parts: whether something differs, and the largest error."""
        return any(entry["differing"] for entry in self.pixels), max((e["max_error"] for e in self.pixels), default=0.0)


def compare_parts(a: Side, b: Side, index: int, tolerance: float, *, heat: bool, progress: Progress) -> PartDifference:
    """Compare the pixels of two parts.

    Args:
        a: the first.
        b: the second.
        index: of the part, for the document.
        tolerance: an error up to this is none.
        heat: whether to keep where they differ.
        progress: hears rows done and rows in all.
    """
    boxes = a.source.data_window, b.source.data_window
    x0, y0, x1, y1 = (*map(max, boxes[0][:2], boxes[1][:2]), *map(min, boxes[0][2:], boxes[1][2:]))
    there = x1 >= x0 and y1 >= y0
    common = [name for name in a.source.channels if name in b.source.channels]
    channels = [_Channel(name) for name in common]
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in boxes]
    area = (x1 - x0 + 1) * (y1 - y0 + 1) if there else 0
    windows = {
        "part": index, "compared": window((x0, y0, x1, y1)) if there else None, "only_a": areas[0] - area,
        "only_b": areas[1] - area,
    }  # fmt: skip
    found = PartDifference([], windows, _heats(a.source, b.source, common) if heat else (), [])
    if there and channels:
        _compare_rows((a, b), channels, (x0, y0, x1, y1), tolerance, found, progress)
    found.pixels = [channel.document(index) for channel in channels] if there else []
    return found


def _heats(a: PixelSource, b: PixelSource, common: list[str]) -> tuple[Heat, ...]:
    """Pictures of the colours, and of all channels, over both display windows and what both data windows share."""
    shown = tuple(name for index in shown_channels(a.channels) if (name := a.channels[index]) in common)
    one, other = a.data_window, b.data_window
    both = (*map(max, one[:2], other[:2]), *map(min, one[2:], other[2:]))
    boxes = [a.display_window, b.display_window, both]
    boxes = [box for box in boxes if box[2] >= box[0] and box[3] >= box[1]]
    sides = list(zip(*boxes, strict=True))
    around = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
    return tuple(Heat.over(around, channels) for channels in dict.fromkeys((shown, ())))


def _compare_rows(
    sides: tuple[Side, Side],
    channels: list[_Channel],
    box: Box,
    tolerance: float,
    found: PartDifference,
    progress: Progress,
) -> None:
    """Go through the rows that both have, a block at a time."""
    x0, y0, x1, y1 = box
    width = max(side.source.data_window[2] - side.source.data_window[0] + 1 for side in sides)
    samples = width * max(len(side.source.channels) for side in sides)
    step = max(1, min(max(side.source.block_rows for side in sides), _SAMPLES // samples))
    indices = [[side.source.channels.index(channel.name) for channel in channels] for side in sides]
    rows = PairedRows(sides, indices, (x0, x1 + 1), found.windows["part"], found.errors)
    for top in range(y0, y1 + 1, step):
        if found.errors and not rows.goes_on:
            rows.give_up(top, y1)
            break
        progress(top - y0, y1 + 1 - y0)
        for first, end, pairs in rows.blocks(top, min(top + step, y1 + 1)):
            for channel, pair in zip(channels, pairs, strict=True):
                counted = channel.take(*pair, tolerance, x0, first)
                if counted is not None:
                    errors, odd = counted
                    for heat in found.heats:
                        heat.take(channel.name, errors, odd, x0, first)
            for heat in found.heats:
                heat.compared((x0, first, x1, end - 1))
