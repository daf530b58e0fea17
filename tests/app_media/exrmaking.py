"""OpenEXR files with known pixels, by the OpenEXR module; and ways to damage them."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from app.media.exr import Header, read_header
from app.media.exrlayout import ChunkTable, PartLayout
from app.media.opening import opened
from app.media.pixelstats import exr_statistics

Planes = dict[str, NDArray[Any]]
NUMBERS = {"none": "NO", "lj2k": "LJ2K"}


def compression(name: str) -> Any:
    """The OpenEXR module's constant of a compression."""
    return getattr(OpenEXR, f"{NUMBERS.get(name, name.upper())}_COMPRESSION")


def _tiles(side: int) -> Any:
    described = OpenEXR.TileDescription()
    described.xSize = described.ySize = side
    return described


def planes(kind: str, width: int = 70, height: int = 100, *, special: bool = False) -> Planes:
    """Three channels of a picture that is partly smooth, partly noise; with NaN, Inf, zeros and negatives if asked."""
    rng = np.random.default_rng(11)
    y, x = np.mgrid[0:height, 0:width]
    made: Planes = {}
    for index, name in enumerate("RGB"):
        values = 0.5 + 0.4 * np.sin(x / 9 + index) + np.where(y > height // 2, rng.random((height, width)), 0)
        if special:
            values[:3] = 0
            values[5, ::2] *= -1
        if kind == "uint":
            made[name] = (values * 1000).astype(np.uint32)
            continue
        made[name] = values.astype(np.float16 if kind == "half" else np.float32)
        if special:
            made[name][10, :7] = [np.nan, np.inf, -np.inf, np.nan, np.nan, np.inf, -0.0]
    return made


def write(path: Path, channels: Planes, packed: str = "zip", *, tile: int = 0, **header: Any) -> Path:
    """A part of scan lines, or of tiles of one level."""
    kind = OpenEXR.tiledimage if tile else OpenEXR.scanlineimage
    described = {"compression": compression(packed), "type": kind, **header}
    if tile:
        described["tiles"] = _tiles(tile)
    OpenEXR.File(described, dict(channels)).write(str(path))
    return path


def write_deep(path: Path, z: Any, *, tile: int = 0, packed: str = "zips", **more: Any) -> Path:
    """A deep part of the channel Z and others: arrays (rows × columns) of an array a pixel, or None."""
    kind = OpenEXR.deeptile if tile else OpenEXR.deepscanline
    described = {"compression": compression(packed), "type": kind}
    if tile:
        described["tiles"] = _tiles(tile)
    OpenEXR.File(described, {"Z": z, **more}).write(str(path))
    return path


def header_of(path: Path) -> Header:
    """The header as we read it."""
    with opened(path) as file:
        return read_header(file)


def chunk_places(path: Path, part: int = 0) -> list[tuple[int, int, int]]:
    """Of each chunk of a flat part: where it begins, where its samples begin, where they end."""
    with opened(path) as file:
        header = read_header(file)
        layout = PartLayout(header, part)
        table = ChunkTable(file, header, layout)
        places = []
        for index in range(table.needed):
            at = table.offset(index)
            samples = at + layout.head_bytes
            places.append((at, samples, samples + layout.packed_size(file.read_at(at, layout.head_bytes))))
    return places


def patched(path: Path, at: int, data: bytes) -> Path:
    """The file with other bytes at a place."""
    whole = bytearray(path.read_bytes())
    whole[at : at + len(data)] = data
    path.write_bytes(whole)
    return path


def repointed(path: Path, index: int, offset: int) -> Path:
    """The file with another offset in its first table of chunks."""
    return patched(path, header_of(path).size + 8 * index, struct.pack("<Q", offset))


def statistics(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The statistics of each part, and the errors."""
    with opened(path) as file:
        stats, errors = exr_statistics(file, read_header(file), **options)
    return stats["parts"], errors
