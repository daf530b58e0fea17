"""The levels of a tiled OpenEXR part: how large each is, how many tiles it has, where they stand in the table."""

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

LEVEL_MODES = {0: "one", 1: "mipmap", 2: "ripmap"}


class Level(NamedTuple):
    """One level of a part: its numbers across and down, its pixels, its first entry in the table of chunks."""

    across: int
    down: int
    width: int
    height: int
    first: int = 0


def levels_of(width: int, height: int, tiles: tuple[int, int, int, int]) -> Iterator[Level]:
    """The levels of a tiled part as they stand in its table of chunks: the largest first, across before down.

    Args:
        width: pixels of the largest.
        height: the same, downwards.
        tiles: width and height of a tile, level mode, rounding.
    """
    tile_width, tile_height, mode, rounding = tiles
    wide, high = _level_sizes(width, mode, rounding), _level_sizes(height, mode, rounding)
    if mode == 2:
        numbers = [(across, down) for down in range(len(high)) for across in range(len(wide))]
    else:
        numbers = [(level, level) for level in range(max(len(wide), len(high)))]
    first = 0
    for across, down in numbers:
        size = wide[min(across, len(wide) - 1)], high[min(down, len(high) - 1)]
        yield Level(across, down, *size, first)
        first += ceil(size[0] / tile_width) * ceil(size[1] / tile_height)


def level_tiles(width: int, height: int, tiles: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    """Tiles across and down of each level of a tiled part, largest level first."""
    for level in levels_of(width, height, tiles):
        yield ceil(level.width / tiles[0]), ceil(level.height / tiles[1])


def _level_sizes(size: int, mode: int, rounding: int) -> list[int]:
    sizes = [size]
    while mode and sizes[-1] > 1:
        sizes.append(ceil(size / 2 ** len(sizes)) if rounding else size >> len(sizes))
    return sizes
