"""EXRs of every kind, put together byte by byte or written by the OpenEXR module, each with what its document must say.

Run by hand: python -m tests.app_media.exrmaker FOLDER    makes them all, inspects each and tells what is not as written
"""

import itertools
import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.media.document import document_of
from app.media.exrbytes import header_bytes
from app.model.inspecting import InspectOptions
from tests.app_media.exrattributes import ATTRIBUTES, MALFORMED, Written

KINDS = ("scanlineimage", "tiledimage", "deepscanline", "deeptile")
TILED, LONG_NAMES, DEEP, MULTIPART = 0x200, 0x400, 0x800, 0x1000
LINES = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256, 10: 256, 11: 32, 12: 256, 13: 1}
NAMES = ("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab", "htj2k256", "htj2k32", "lj2k",
         "zstd")  # fmt: skip
CHANNELS = ((b"B", 1, 0, 1, 1), (b"depth.Z", 2, 1, 1, 1), (b"id", 0, 0, 1, 1))
SAMPLED = ((b"BY", 1, 0, 2, 2), (b"RY", 1, 0, 4, 1), (b"Y", 2, 1, 1, 1))
ORDERS = ("increasingY", "decreasingY", "randomY")
MODES = ("one", "mipmap", "ripmap")
TYPES = ("uint", "half", "float")
TILE = (16, 8)


@dataclass(frozen=True)
class Part:
    """What one part is made of."""

    kind: str = "scanlineimage"
    compression: int = 0
    order: int = 0
    mode: int = 0
    rounding: int = 0
    window: tuple[int, int, int, int] = (-3, 5, 39, 44)
    channels: tuple[tuple[bytes, int, int, int, int], ...] = CHANNELS
    name: bytes = b""
    told_kind: bool = True
    more: tuple[Written, ...] = ()

    @property
    def tiled(self) -> bool:
        return "tile" in self.kind

    @property
    def size(self) -> tuple[int, int]:
        x0, y0, x1, y1 = self.window
        return x1 - x0 + 1, y1 - y0 + 1

    def tiles(self) -> list[tuple[int, int, int, int]]:
        """Column, row, level across, level down of each tile, by plain counting."""
        width, height = self.size
        found = []
        for across, down in itertools.product(range(32), repeat=2):
            if (self.mode == 0 and (across or down)) or (self.mode == 1 and across != down):
                continue
            wide, high = (self._level(size, level) for size, level in ((width, across), (height, down)))
            last = across >= self._count(width) if self.mode == 2 else across >= self._count(max(width, height))
            if last or (self.mode == 2 and down >= self._count(height)):
                continue
            found += [(x, y, across, down) for y in range(-(-high // TILE[1])) for x in range(-(-wide // TILE[0]))]
        return found

    def _level(self, size: int, level: int) -> int:
        return max(1, -(-size // 2**level) if self.rounding else size // 2**level)

    def _count(self, size: int) -> int:
        count = 1
        while size > 1:
            size = -(-size // 2) if self.rounding else size // 2
            count += 1
        return count

    def chunks(self) -> int:
        if self.tiled:
            return len(self.tiles())
        return -(-self.size[1] // LINES[self.compression])

    def attributes(self, multipart: bool) -> list[Written]:
        window = struct.pack("<4i", *self.window)
        x0, y0, x1, y1 = self.window
        box = {"min": [x0, y0], "max": [x1, y1]}
        listed = b"".join(
            name + b"\0" + struct.pack("<iB3xii", kind, linear, x, y) for name, kind, linear, x, y in self.channels
        )
        channels = [
            {"name": name.decode(), "type": TYPES[kind], "p_linear": bool(linear), "x_sampling": x, "y_sampling": y}
            for name, kind, linear, x, y in self.channels
        ]
        compression = {"id": self.compression, "name": NAMES[self.compression]}
        found = [
            Written(b"channels", b"chlist", listed + b"\0", channels),
            Written(b"compression", b"compression", bytes((self.compression,)), compression),
            Written(b"dataWindow", b"box2i", window, box),
            Written(b"displayWindow", b"box2i", struct.pack("<4i", 0, 0, 63, 35), {"min": [0, 0], "max": [63, 35]}),
            Written(b"lineOrder", b"lineOrder", bytes((self.order,)), {"id": self.order, "name": ORDERS[self.order]}),
            Written(b"pixelAspectRatio", b"float", struct.pack("<f", 2), 2.0),
            Written(b"screenWindowCenter", b"v2f", bytes(8), [0.0, 0.0]),
            Written(b"screenWindowWidth", b"float", struct.pack("<f", 1), 1.0),
        ]
        if self.tiled:
            mode = self.mode | self.rounding << 4
            value = {
                "x_size": TILE[0],
                "y_size": TILE[1],
                "level": MODES[self.mode],
                "rounding": ("down", "up")[self.rounding],
            }
            found.append(Written(b"tiles", b"tiledesc", struct.pack("<IIB", *TILE, mode), value))
        if self.told_kind or multipart:
            found.append(Written(b"type", b"string", self.kind.encode(), self.kind))
        if self.name:
            found.append(Written(b"name", b"string", self.name, self.name.decode()))
        if "deep" in self.kind or multipart:
            found.append(Written(b"chunkCount", b"int", struct.pack("<i", self.chunks()), self.chunks()))
        if "deep" in self.kind:
            found += [
                Written(b"version", b"int", struct.pack("<i", 1), 1),
                Written(b"maxSamplesPerPixel", b"int", struct.pack("<i", -1), -1),
            ]
        return [*found, *self.more]


@dataclass(frozen=True)
class Made:
    """A file and what was written into it."""

    name: str
    parts: tuple[Part, ...]
    flags: int = 0
    errors: tuple[str, ...] = ()

    @property
    def multipart(self) -> bool:
        return bool(self.flags & MULTIPART)

    def header(self) -> bytes:
        block = struct.pack("<II", 20000630, 2 | self.flags)
        for part in self.parts:
            for name, kind, raw, _ in part.attributes(self.multipart):
                block += name + b"\0" + kind + b"\0" + struct.pack("<i", len(raw)) + raw
            block += b"\0"
        return block + b"\0" * self.multipart

    def write(self, folder: Path) -> Path:
        """The file, with chunks that say that they hold nothing."""
        block = self.header()
        at = len(block) + 8 * sum(part.chunks() for part in self.parts)
        table, chunks = b"", b""
        for number, part in enumerate(self.parts):
            for chunk in self._chunks(number, part):
                table += struct.pack("<Q", at + len(chunks))
                chunks += chunk
        path = folder / f"{self.name}.exr"
        path.write_bytes(block + table + chunks)
        return path

    def _chunks(self, number: int, part: Part) -> Iterator[bytes]:
        lead = struct.pack("<i", number) if self.multipart else b""
        empty = bytes(24) if "deep" in part.kind else bytes(4)
        if part.tiled:
            for place in part.tiles():
                yield lead + struct.pack("<4i", *place) + empty
            return
        for chunk in range(part.chunks()):
            yield lead + struct.pack("<i", part.window[1] + chunk * LINES[part.compression]) + empty


def flags_of(kind: str) -> int:
    """The flags of a file of one part of that kind."""
    return {"scanlineimage": 0, "tiledimage": TILED}.get(kind, DEEP)


def layouts() -> Iterator[Made]:
    """Every kind of part with every compression, level mode, rounding and line order."""
    for kind, compression in itertools.product(KINDS, LINES):
        yield Made(f"{kind}-{NAMES[compression]}", (Part(kind, compression),), flags_of(kind))
    for kind, mode, rounding in itertools.product(("tiledimage", "deeptile"), range(3), range(2)):
        yield Made(f"{kind}-{MODES[mode]}-{rounding}", (Part(kind, mode=mode, rounding=rounding),), flags_of(kind))
    for kind, order in itertools.product(KINDS, range(3)):
        yield Made(f"{kind}-{ORDERS[order]}", (Part(kind, order=order),), flags_of(kind))
    for kind in KINDS[:2]:
        yield Made(f"{kind}-untold", (Part(kind, told_kind=False),), flags_of(kind))
    yield Made("sampled", (Part(channels=SAMPLED, window=(-4, -6, 39, 43)),))
    several = tuple(Part(kind, compression=3, name=f"part {kind}".encode()) for kind in KINDS)
    yield Made("all-kinds", several, MULTIPART | DEEP)
    yield Made("many-parts", tuple(Part(name=b"p%d" % number) for number in range(40)), MULTIPART)


def attributes() -> Iterator[Made]:
    """Every type of attribute, known and unknown, with values that are easy to get wrong."""
    for number, written in enumerate(ATTRIBUTES):
        kind = written.type.decode("ascii", "replace")
        errors = ("attribute.damaged",) if written in MALFORMED else ()
        yield Made(f"attribute-{number:03}-{kind}", (Part(more=(written,)),), errors=errors)
    names = (Written(b"n" * 255, b"t" * 200, b"\1", None), Written(b"caf\xe9", b"string", b"x", "x"))
    yield Made("long-and-odd-names", (Part(more=names),), LONG_NAMES)
    twice = (Written(b"note", b"string", b"a", "a"), Written(b"note", b"int", bytes(4), 0))
    yield Made("repeated", (Part(more=twice),), errors=("attribute.repeated",))
    yield Made("unknown-flag", (Part(),), 0x2000, errors=("header.unknown",))


def everything() -> Iterator[Made]:
    """All of them."""
    yield from layouts()
    yield from attributes()


def differences(made: Made, path: Path) -> list[str]:
    """What the document of a file does not say as it was written; empty where all is right."""
    document = json.loads(json.dumps(document_of(str(path), InspectOptions())))
    found = []
    if not document["lossless"]:
        found.append("not lossless")
    if header_bytes(document) != made.header():
        found.append("another header follows from the document")
    if tuple(error["code"] for error in document["errors"]) != made.errors:
        found.append(f"errors {document['errors']}")
    for index, (part, told) in enumerate(zip(made.parts, document["parts"], strict=True)):
        found += [f"part {index}: {what}" for what in _part_differences(part, told, made.multipart)]
    return found


def _part_differences(part: Part, told: dict[str, Any], multipart: bool) -> Iterator[str]:
    width, height = part.size
    expected = {
        "type": part.kind, "width": width, "height": height, "line_order": ORDERS[part.order],
        "compression": {"id": part.compression, "name": NAMES[part.compression]}, "chunk_count": part.chunks(),
        "tiled": part.tiled, "tile_width": TILE[0] if part.tiled else None,
        "level_mode": MODES[part.mode] if part.tiled else None, "name": part.name.decode(), "pixel_aspect_ratio": 2.0,
    }  # fmt: skip
    for key, value in expected.items():
        if told[key] != value:
            yield f"{key} is {told[key]!r}, not {value!r}"
    written = part.attributes(multipart)
    names = [attribute.name.decode("utf-8", "replace") for attribute in written]
    if [attribute["name"] for attribute in told["attributes"]] != names:
        yield "other attributes, or in another order"
    for attribute, one in zip(told["attributes"], written, strict=True):
        if attribute["value"] != one.value or attribute["size"] != len(one.raw):
            yield f"{one.name!r} is {attribute['value']!r}, not {one.value!r}"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    number = wrong = 0
    for made in everything():
        number += 1
        for what in differences(made, made.write(folder)):
            wrong += 1
            print(f"{made.name}: {what}")  # noqa: T201
    print(f"{number} files in {folder}, {wrong} differences")  # noqa: T201


if __name__ == "__main__":
    main()
