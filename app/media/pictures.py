"""One picture of a still image, as a screen shows it: whole or reduced, damaged rows left out and told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.display import Pixels, shrink, to_rgba, upright
from app.media.sources import PixelSource

_CANVAS_LIMIT = 1 << 28
_RETRY_ROWS = 16


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels for the screen.

    Attributes:
        rgba: rows × columns × 4 bytes; alpha is 0 where the picture has no pixels.
        factor: how many pixels of the picture, along each side, one of these stands for.
        channels: names of the channels shown.
        damaged_rows: first and last row, in data window coordinates, of each stretch that could not be decoded.
        error: the first reason for that; empty where all is well.
    """

    rgba: NDArray[np.uint8]
    factor: int
    channels: tuple[str, ...]
    damaged_rows: tuple[tuple[int, int], ...] = ()
    error: str = ""


def render(source: PixelSource, max_width: int, max_height: int, layer: str = "") -> Picture:
    """Lay the data window into the display window and make it fit.

    Args:
        source: where the pixels come from.
        max_width: the picture is reduced by a whole factor until it fits; 0 for no limit.
        max_height: the same, downwards.
        layer: name of the layer to show (`diffuse`); empty for the main one.

    Raises:
        MediaError: not one row could be decoded, or it is too large.
    """
    x0, y0, x1, y1 = source.display_window
    width, height = x1 - x0 + 1, y1 - y0 + 1
    factor = max(-(-width // max_width) if max_width else 1, -(-height // max_height) if max_height else 1, 1)
    columns, rows = -(-width // factor), -(-height // factor)
    if columns * rows > _CANVAS_LIMIT:
        raise MediaError(f"the picture is too large to be shown: {width} x {height} pixels", code="media.too_large")
    indices = shown_channels(source.channels, layer)
    painter = _Painter(source, factor, indices)
    canvas = np.zeros((rows, columns, 4), np.uint8)
    step = max(1, source.block_rows // factor)
    for row in range(0, rows, step):
        painter.paint(canvas[row : row + step], y0 + row * factor)
    if painter.failures and not painter.decoded:
        raise MediaError(painter.reason, code="pixels.damaged")
    names = tuple(source.channels[index] for index in indices)
    stretches = _stretches(painter.failures)
    return Picture(upright(canvas, source.orientation), factor, names, stretches, _told(painter.reason, stretches))


def shown_channels(names: tuple[str, ...], layer: str = "") -> list[int]:
    """Indices of the channels that a screen shows: red, green, blue and alpha of a layer, else one grey channel."""
    prefix = f"{layer}." if layer else ""
    inside = {name[len(prefix) :].casefold(): index for index, name in reversed(list(enumerate(names)))
              if name.startswith(prefix) and "." not in name[len(prefix) :]}  # fmt: skip
    for colours_of in (("r", "g", "b", "a"), ("red", "green", "blue", "alpha"), ("x", "y", "z", "")):
        if all(name in inside for name in colours_of[:3]):
            return [inside[name] for name in colours_of if name in inside]
    colours = [index for name, index in inside.items() if name not in ("a", "alpha")]
    if "y" in inside:
        return [inside["y"]] + ([inside["a"]] if "a" in inside else [])
    if colours:
        return [min(colours)] + ([inside["a"]] if "a" in inside else [])
    return sorted(inside.values())[:1] or [0]


class _Painter:
    """Reads the rows of a source as they are needed and keeps account of what could not be decoded."""

    def __init__(self, source: PixelSource, factor: int, indices: list[int]) -> None:
        self._source = source
        self._factor = factor
        self._first, self._end = min(indices), max(indices) + 1
        self._order = [index - self._first for index in indices]
        names = [source.channels[index].rpartition(".")[2].casefold() for index in indices]
        self._alpha = len(indices) - 1 if len(indices) > 1 and names[-1] in ("a", "alpha") else None
        self._stopped = False
        self.failures: list[tuple[int, int]] = []
        self.decoded = 0
        self.reason = ""

    def paint(self, band: NDArray[np.uint8], top: int) -> None:
        """Fill a band of the canvas whose first row stands for row `top` of the display window."""
        source, factor = self._source, self._factor
        wx0, _, wx1, wy1 = source.display_window
        dx0, dy0, dx1, dy1 = source.data_window
        left, right = max(wx0, dx0), min(wx1, dx1) + 1
        first, end = max(top, dy0), min(top + band.shape[0] * factor, dy1 + 1, wy1 + 1)
        if left >= right or first >= end:
            return
        for y0, pixels in self._rows(first, end):
            window = pixels[:, left - dx0 : right - dx0]
            if factor == 1:
                band[y0 - top : y0 - top + len(window), left - wx0 : right - wx0] = self._rgba(window)
            else:
                self._reduce(band, window, y0 - top, left - wx0)

    def _rgba(self, pixels: Pixels) -> NDArray[np.uint8]:
        return to_rgba(pixels, self._alpha, self._source.linear)

    def _reduce(self, band: NDArray[np.uint8], pixels: Pixels, row: int, column: int) -> None:
        """Average whole blocks; a block that is only partly covered counts for what it has."""
        means, cover = shrink(pixels, self._factor, row, column)
        if not self._source.linear:
            means = (means + 0.5).astype(np.uint8)
        shown = self._rgba(means)
        shown[..., 3] = np.maximum(cover * 255 + 0.5, 1).astype(np.uint8)
        top, left = row // self._factor, column // self._factor
        band[top : top + shown.shape[0], left : left + shown.shape[1]] = shown

    def _rows(self, first: int, end: int) -> list[tuple[int, Pixels]]:
        """The rows that can be decoded, as pieces with their first row."""
        if self._stopped:
            self.failures.append((first, end - 1))
            return []
        try:
            return [(first, self._read(first, end))]
        except MediaError as problem:
            self.reason = self.reason or problem.message
        pieces = []
        for at in range(first, end, _RETRY_ROWS):
            until = min(at + _RETRY_ROWS, end)
            try:
                pieces.append((at, self._read(at, until)))
            except MediaError:
                self._stopped = not self._source.random_access
                self.failures.append((at, end - 1 if self._stopped else until - 1))
            if self._stopped:
                break
        return pieces

    def _read(self, first: int, end: int) -> Pixels:
        pixels = self._source.read(first, end, self._first, self._end)[..., self._order]
        self.decoded += end - first
        return pixels


def _stretches(failures: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for first, last in failures:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _told(reason: str, stretches: tuple[tuple[int, int], ...]) -> str:
    if not stretches:
        return ""
    rows = ", ".join(f"{first}-{last}" for first, last in stretches[:5])
    return f"rows {rows}{' and more' if len(stretches) > 5 else ''}: {reason}"
