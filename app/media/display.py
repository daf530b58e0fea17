"""From pixels to what a screen shows: eight bits red, green, blue and straight alpha.

Scene-linear values (half and float) get the sRGB curve; integer pictures are shown as they are, film logarithms
included. What is transparent is laid over a neutral grey; alpha says only where the picture has pixels.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The grey behind transparent pixels (0-255), the one the window shows behind a picture.
NEUTRAL = 22
_HALF_MAX = 65504.0

Pixels = NDArray[Any]


@cache
def _curve() -> NDArray[np.uint8]:
    """The sRGB byte of each of the 65,536 half codes; NaN is black. Source: IEC 61966-2-1."""
    linear = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    with np.errstate(invalid="ignore"):
        linear = np.clip(np.nan_to_num(linear, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    bent = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return (bent * 255 + 0.5).astype(np.uint8)


@cache
def _finite() -> NDArray[np.float32]:
    """The value of each half code, with 0 for NaN and the largest half for infinity."""
    values = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    return np.nan_to_num(values, nan=0.0, posinf=_HALF_MAX, neginf=-_HALF_MAX)


def _halves(pixels: Pixels) -> NDArray[np.float16]:
    if pixels.dtype == np.float16:
        return np.ascontiguousarray(pixels)
    clean = np.nan_to_num(pixels, nan=0.0, posinf=_HALF_MAX, neginf=-_HALF_MAX)
    halves: NDArray[np.float16] = np.clip(clean, -_HALF_MAX, _HALF_MAX).astype(np.float16)
    return halves


def to_rgba(pixels: Pixels, alpha: int | None, linear: bool) -> NDArray[np.uint8]:
    """Pixels as RGBA8, opaque, over neutral grey.

    Args:
        pixels: rows × columns × channels; uint8, or half or float where `linear`.
        alpha: index of the alpha channel, or None. Of linear pictures the colours are multiplied by it already.
        linear: scene-linear values.
    """
    colours = [index for index in range(pixels.shape[2]) if index != alpha][:3]
    if len(colours) < 3:
        colours = [colours[0] if colours else 0] * 3
    shown = np.empty((*pixels.shape[:2], 4), np.uint8)
    shown[..., 3] = 255
    wanted = pixels[..., colours]
    shown[..., :3] = _curve()[_halves(wanted).view(np.uint16)] if linear else wanted
    if alpha is not None and colours != [alpha] * 3:
        _over_neutral(shown, pixels[..., alpha], linear)
    return shown


def _over_neutral(shown: NDArray[np.uint8], alpha: Pixels, multiplied: bool) -> None:
    if alpha.dtype == np.uint8:
        opacity = alpha.astype(np.float32) / 255
    else:
        opacity = np.clip(np.nan_to_num(alpha.astype(np.float32), nan=1.0), 0.0, 1.0)
    if opacity.min(initial=1.0) >= 1.0:
        return
    colour = shown[..., :3].astype(np.float32)
    if not multiplied:
        colour *= opacity[..., None]
    colour += NEUTRAL * (1.0 - opacity[..., None])
    shown[..., :3] = np.minimum(colour + 0.5, 255).astype(np.uint8)


def shrink(pixels: Pixels, factor: int, row: int, column: int) -> tuple[Pixels, NDArray[np.float32]]:
    """The mean of each block of a grid of `factor` × `factor` pixels.

    Args:
        pixels: rows × columns × channels.
        factor: side of a block.
        row: of the grid, in pixels, where the first row lies; blocks at the edges may be covered partly.
        column: the same for the first column.

    Returns:
        The means as float32, and how much of each block is covered (0-1].
    """
    finite = _finite()[pixels.view(np.uint16)] if pixels.dtype == np.float16 else pixels
    if finite.dtype == np.float32 and pixels.dtype != np.float16:
        finite = np.clip(np.nan_to_num(finite, nan=0.0, posinf=_HALF_MAX, neginf=-_HALF_MAX), -_HALF_MAX, _HALF_MAX)
    lead = row % factor, column % factor
    blocks = [-(-(first + size) // factor) for first, size in zip(lead, pixels.shape[:2], strict=True)]
    edges = [(first, count * factor - first - size)
             for first, count, size in zip(lead, blocks, pixels.shape[:2], strict=True)]  # fmt: skip
    if any(map(any, edges)):
        finite = np.pad(finite, (*edges, (0, 0)))
    wide = np.uint32 if finite.dtype.kind == "u" else np.float32
    rows = np.zeros((blocks[0], *finite.shape[1:]), wide)
    for offset in range(factor):
        rows += finite[offset::factor]
    sums = np.zeros((blocks[0], blocks[1], finite.shape[2]), wide)
    for offset in range(factor):
        sums += rows[:, offset::factor]
    down, across = (_covered(first, size, factor, count)
                    for first, size, count in zip(lead, pixels.shape[:2], blocks, strict=True))  # fmt: skip
    counts = np.outer(down, across)
    return sums.astype(np.float32) / counts[..., None], counts / np.float32(factor**2)


def _covered(first: int, size: int, factor: int, count: int) -> NDArray[np.float32]:
    """How many of a block's pixels are there, for each of `count` blocks along one side."""
    covered = np.full(count, factor, np.float32)
    covered[0] -= first
    covered[-1] -= count * factor - first - size
    return covered


def upright(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A picture turned as its EXIF orientation (1-8) asks."""
    if orientation in (5, 6, 7, 8):
        picture = picture.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return np.ascontiguousarray(picture)
