"""How many tiles each level of a tiled OpenEXR part has."""

from collections.abc import Iterator
from math import ceil

LEVEL_MODES = {0: "one", 1: "mipmap", 2: "ripmap"}


def level_tiles(width: int, height: int, tiles: tuple[int, int, int, int]) -> Iterator[tuple[int, int]]:
    """Tiles across and down of each level of a tiled part, largest level first."""
    tile_width, tile_height, mode, rounding = tiles
    across = [ceil(size / tile_width) for size in _level_sizes(width, mode, rounding)]
    down = [ceil(size / tile_height) for size in _level_sizes(height, mode, rounding)]
    if mode == 2:
        yield from ((a, d) for d in down for a in across)
        return
    for level in range(max(len(across), len(down))):
        yield across[min(level, len(across) - 1)], down[min(level, len(down) - 1)]


def _level_sizes(size: int, mode: int, rounding: int) -> list[int]:
    sizes = [size]
    while mode and sizes[-1] > 1:
        sizes.append(ceil(size / 2 ** len(sizes)) if rounding else size >> len(sizes))
    return sizes
