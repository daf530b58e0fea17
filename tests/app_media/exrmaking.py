"""OpenEXR files with known pixels, by the OpenEXR module; and ways to damage them."""

import struct
import zlib
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


def with_attribute(path: Path, name: bytes, kind: bytes, raw: bytes) -> Path:
    """The file of one part with one more attribute, its chunks moved up for it."""
    header = header_of(path)
    whole = path.read_bytes()
    added = name + b"\0" + kind + b"\0" + struct.pack("<i", len(raw)) + raw
    end = header.size + 8 * (header.parts[0].chunk_count() or 0)
    table = np.frombuffer(whole[header.size : end], "<u8") + np.uint64(len(added))
    path.write_bytes(whole[: header.size - 1] + added + b"\0" + table.astype("<u8").tobytes() + whole[end:])
    return path


def statistics(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The statistics of each part, and the errors."""
    with opened(path) as file:
        stats, errors = exr_statistics(file, read_header(file), **options)
    return stats["parts"], errors


def packed_bytes(raw: bytes, packed: str) -> bytes:
    """Bytes as a chunk holds them: split into even and odd ones, differences, then deflated or as literal runs."""
    if packed == "none":
        return raw
    split = np.frombuffer(raw[0::2] + raw[1::2], np.uint8)
    steps = np.diff(split, prepend=np.uint8(128)) + np.uint8(128)
    steps[0] = split[0]
    if packed != "rle":
        return min(zlib.compress(steps.tobytes()), raw, key=len)
    runs = [steps.tobytes()[at : at + 100] for at in range(0, len(steps), 100)]
    return min(b"".join(bytes([256 - len(run)]) + run for run in runs), raw, key=len)


def write_subsampled(path: Path, channels: Planes, packed: str) -> Path:
    """Scan lines of half channels, each sampled as its size says beside that of the first; put together by hand."""
    number, lines = {"none": (0, 1), "rle": (1, 1), "zips": (2, 1), "zip": (3, 16), "piz": (4, 32)}[packed]
    height, width = max(plane.shape for plane in channels.values())
    steps = {name: (width // plane.shape[1], height // plane.shape[0]) for name, plane in sorted(channels.items())}
    listed = b"".join(name.encode() + b"\0" + struct.pack("<iB3xii", 1, 0, *step) for name, step in steps.items())
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    header = struct.pack("<II", 20000630, 2)
    for name, kind, value in (
        (b"channels", b"chlist", listed + b"\0"), (b"compression", b"compression", bytes([number])),
        (b"dataWindow", b"box2i", window), (b"displayWindow", b"box2i", window), (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)), (b"screenWindowCenter", b"v2f", bytes(8)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    ):  # fmt: skip
        header += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    chunks = []
    for top in range(0, height, lines):
        raw = b"".join(
            channels[name][y // step[1]].tobytes()
            for y in range(top, min(top + lines, height))
            for name, step in steps.items()
            if y % step[1] == 0
        )
        data = packed_bytes(raw, packed)
        chunks.append(struct.pack("<ii", top, len(data)) + data)
    first = len(header) + 1 + 8 * len(chunks)
    offsets = np.cumsum([first] + [len(chunk) for chunk in chunks[:-1]])
    path.write_bytes(header + b"\0" + offsets.astype("<u8").tobytes() + b"".join(chunks))
    return path


def write_levels(path: Path, size: int, mode: int) -> Path:
    """Uncompressed tiles of 4 × 4 halves in all levels of a mipmap (1) or ripmap (2), by hand: 0.5 in each pixel."""
    window = struct.pack("<4i", -2, -2, size - 3, size - 3)
    attributes = [
        (b"channels", b"chlist", b"Y\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window), (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)), (b"screenWindowCenter", b"v2f", bytes(8)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
        (b"tiles", b"tiledesc", struct.pack("<IIB", 4, 4, mode)),
    ]  # fmt: skip
    header = struct.pack("<II", 20000630, 2 | 0x200)
    header += b"".join(
        name + b"\0" + kind + b"\0" + struct.pack("<i", len(raw)) + raw for name, kind, raw in attributes
    )
    sizes = [size >> level for level in range(size.bit_length())]
    levels = [(a, d) for d in range(len(sizes)) for a in range(len(sizes)) if mode == 2 or a == d]
    chunks = []
    for across, down in levels:
        for top in range(0, sizes[down], 4):
            for left in range(0, sizes[across], 4):
                pixels = min(4, sizes[across] - left) * min(4, sizes[down] - top)
                head = struct.pack("<5i", left // 4, top // 4, across, down, 2 * pixels)
                chunks.append(head + np.full(pixels, 0.5, np.float16).tobytes())
    first = len(header) + 1 + 8 * len(chunks)
    ends = np.cumsum([0, *map(len, chunks)])[:-1] + first
    path.write_bytes(header + b"\0" + ends.astype("<u8").tobytes() + b"".join(chunks))
    return path
