"""The header of an OpenEXR file, read by ourselves: bounded, streaming, every attribute's bytes kept.

The libraries rename, reorder and drop attributes; this reader keeps the order, the type names and the raw bytes, so
that a header can be told apart byte for byte. Format: OpenEXR file layout, version 2.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import NamedTuple

from app.errors import MediaError
from app.media.exrstream import ATTRIBUTE_LIMIT, Attribute, Bytes, HeaderReader, damaged, ended
from app.media.exrtiles import LEVEL_MODES, level_tiles

MAGIC = b"\x76\x2f\x31\x01"
TILED, LONG_NAMES, DEEP, MULTIPART = 0x200, 0x400, 0x800, 0x1000
_KNOWN_FLAGS = TILED | LONG_NAMES | DEEP | MULTIPART
_PART_LIMIT = 16384
_CHANNEL_LIMIT = 65536

#: Number, name and scan lines in a chunk of each compression; 12 and 13 as OpenEXR 3.5 writes them.
COMPRESSIONS = {
    0: ("none", 1), 1: ("rle", 1), 2: ("zips", 1), 3: ("zip", 16), 4: ("piz", 32), 5: ("pxr24", 16), 6: ("b44", 32),
    7: ("b44a", 32), 8: ("dwaa", 32), 9: ("dwab", 256), 10: ("htj2k256", 256), 11: ("htj2k32", 32), 12: ("lj2k", 256),
    13: ("zstd", 1),
}  # fmt: skip
PART_KINDS = ("scanlineimage", "tiledimage", "deepscanline", "deeptile")
LINE_ORDERS = {0: "increasingY", 1: "decreasingY", 2: "randomY"}
PIXEL_TYPES = {0: "uint", 1: "half", 2: "float"}
_REQUIRED = (
    b"channels", b"compression", b"dataWindow", b"displayWindow", b"lineOrder", b"pixelAspectRatio",
    b"screenWindowCenter", b"screenWindowWidth",
)  # fmt: skip
_TYPES = {
    b"channels": b"chlist", b"compression": b"compression", b"dataWindow": b"box2i", b"displayWindow": b"box2i",
    b"lineOrder": b"lineOrder", b"pixelAspectRatio": b"float", b"screenWindowCenter": b"v2f",
    b"screenWindowWidth": b"float", b"tiles": b"tiledesc", b"chunkCount": b"int", b"type": b"string",
    b"name": b"string",
}  # fmt: skip


class Channel(NamedTuple):
    """One channel of a part. `type` is 0 uint, 1 half, 2 float; other numbers are kept."""

    name: bytes
    type: int
    p_linear: int
    x_sampling: int
    y_sampling: int


Box = tuple[int, int, int, int]


class Part:
    """One part's header: its attributes in file order, and what follows from them.

    The properties raise MediaError where the attribute is absent or malformed.

    Args:
        attributes: in file order.
        flags: of the file's version word; they tell the kind of a part without a type.
    """

    def __init__(self, attributes: tuple[Attribute, ...], flags: int = 0) -> None:
        self.attributes = attributes
        self.flags = flags
        self._by_name = {attribute.name: attribute for attribute in attributes}

    def get(self, name: bytes) -> Attribute | None:
        """The attribute of that name, or None."""
        return self._by_name.get(name)

    def repeated(self) -> list[bytes]:
        """Names that more than one attribute has; the last one counts, as in the OpenEXR library."""
        if len(self._by_name) == len(self.attributes):
            return []
        counts = Counter(attribute.name for attribute in self.attributes)
        return [name for name, count in counts.items() if count > 1]

    @property
    def kind(self) -> str:
        """`scanlineimage`, `tiledimage`, `deepscanline`, `deeptile`, or what else the type says.

        In a plain file with one part the flags say it, as in the OpenEXR library: old programs copied the type of
        another file. A part without a type is what the flags say, too.
        """
        told = self.text(b"type") if self.flags & (MULTIPART | DEEP) else ""
        return told or ("tiledimage" if self.flags & TILED else "scanlineimage")

    @property
    def tiled(self) -> bool:
        """Whether its chunks are tiles."""
        return self.kind in ("tiledimage", "deeptile")

    @property
    def deep(self) -> bool:
        """Whether its pixels have any number of samples."""
        return self.kind in ("deepscanline", "deeptile")

    def absent(self) -> list[str]:
        """Names of required attributes that the part does not have."""
        required: tuple[bytes, ...] = _REQUIRED
        if self.flags & MULTIPART:
            required += (b"name", b"type")
        elif self.flags & DEEP:
            required += (b"type",)
        return [name.decode("ascii") for name in required if name not in self._by_name]

    def typed(self, name: bytes) -> Attribute:
        """An attribute of the layout, which is there and of its type. Raises MediaError where it is not."""
        attribute = self._by_name.get(name)
        if attribute is None:
            raise damaged(f"the required attribute {name.decode()} is absent")
        if attribute.type != _TYPES[name]:
            kind = attribute.type.decode("utf-8", "replace")
            raise damaged(f"the attribute {name.decode()} is of the type {kind}, not {_TYPES[name].decode()}")
        return attribute

    def _packed(self, name: bytes, layout: struct.Struct) -> tuple[int, ...]:
        attribute = self.typed(name)
        if len(attribute.raw) != layout.size:
            raise damaged(f"the attribute {name.decode()} has {len(attribute.raw)} bytes, not {layout.size}")
        return layout.unpack(attribute.raw)

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """The channels in file order."""
        return tuple(channels_of(self.typed(b"channels").raw))

    @cached_property
    def stored_channels(self) -> tuple[Channel, ...]:
        """The channels in the order in which their samples lie in the file: that of their names, however listed."""
        return tuple(sorted(self.channels, key=lambda channel: channel.name))

    @property
    def compression(self) -> int:
        """Number of the compression, known or not."""
        return self._packed(b"compression", _U8)[0]

    @property
    def line_order(self) -> int:
        """Number of the line order."""
        return self._packed(b"lineOrder", _U8)[0]

    @cached_property
    def data_window(self) -> Box:
        """Min x, min y, max x, max y of the stored pixels, corners included."""
        return self._window(b"dataWindow")

    @cached_property
    def display_window(self) -> Box:
        """Min x, min y, max x, max y of the picture as it is meant to be seen, corners included."""
        return self._window(b"displayWindow")

    def _window(self, name: bytes) -> Box:
        x0, y0, x1, y1 = self._packed(name, _BOX)
        if x1 < x0 or y1 < y0:
            raise damaged(f"the {name.decode()} has no pixels: ({x0} {y0})-({x1} {y1})")
        return x0, y0, x1, y1

    @property
    def tiles(self) -> tuple[int, int, int, int] | None:
        """Tile width and height, level mode, rounding (0 down, 1 up); None without the attribute."""
        if b"tiles" not in self._by_name:
            return None
        width, height, mode = self._packed(b"tiles", _TILES)
        if not width or not height:
            raise damaged("the tiles have no pixels")
        if mode & 0xF not in LEVEL_MODES or mode >> 4 > 1:
            raise damaged(f"the level mode {mode} of the tiles is not known")
        return width, height, mode & 0xF, mode >> 4

    def text(self, name: bytes) -> str:
        """A string attribute as text, bytes that are no UTF-8 replaced; empty where it is absent."""
        attribute = self._by_name.get(name)
        return attribute.raw.decode("utf-8", "replace") if attribute else ""

    def chunk_count(self) -> int | None:
        """Chunks that the table of the part has; None where that is not known.

        What windows and compression make goes before what `chunkCount` says, as in the OpenEXR library.
        """
        try:
            expected = self.expected_chunks()
        except MediaError:
            told = self.told_chunks()
            if told is None:
                raise
            return told
        return self.told_chunks() if expected is None else expected

    def told_chunks(self) -> int | None:
        """What `chunkCount` says; None where it is absent."""
        if b"chunkCount" not in self._by_name:
            return None
        count = self._packed(b"chunkCount", _I32)[0]
        if count < 0:
            raise damaged(f"the chunk count is {count}")
        return count

    def expected_chunks(self) -> int | None:
        """Chunks that windows, tiles and compression make; None where type or compression is one we do not know."""
        x0, y0, x1, y1 = self.data_window
        width, height = x1 - x0 + 1, y1 - y0 + 1
        if self.tiled:
            if self.tiles is None:
                raise damaged("the required attribute tiles is absent")
            return sum(across * down for across, down in level_tiles(width, height, self.tiles))
        known = COMPRESSIONS.get(self.compression)
        return ceil(height / known[1]) if known and self.kind in PART_KINDS else None


@dataclass(frozen=True)
class Header:
    """The header block of a file.

    Attributes:
        version: low byte of the version word (2).
        flags: the other bits of it.
        parts: in file order.
        size: bytes from the start of the file to the chunk tables.
        error: why later parts could not be read; empty where all were.
        unknown: what is not known about the version word; empty where all is.
        block: the bytes of it, where they are few; else empty.
    """

    version: int
    flags: int
    parts: tuple[Part, ...]
    size: int
    error: str = ""
    unknown: str = ""
    block: bytes = b""

    @property
    def deep(self) -> bool:
        """Whether some part holds deep data."""
        return bool(self.flags & DEEP) or any(part.deep for part in self.parts)

    def table_start(self, index: int) -> int:
        """Where the table of chunks of a part begins.

        Raises:
            MediaError: a part before it does not say how large its own is.
        """
        if index >= len(self._table_starts):
            self.parts[len(self._table_starts) - 1].chunk_count()
        return self._table_starts[index]

    @cached_property
    def _table_starts(self) -> list[int]:
        """Of each part, up to the first that does not say how large its table is."""
        starts = [self.size]
        with suppress(MediaError):
            for part in self.parts:
                starts.append(starts[-1] + 8 * (part.chunk_count() or 0))
        return starts


_U8 = struct.Struct("<B")
_I32 = struct.Struct("<i")
_BOX = struct.Struct("<4i")
_TILES = struct.Struct("<IIB")
_CHANNEL = struct.Struct("<iB3xii")


def read_header(source: Bytes) -> Header:
    """Read the header block, and nothing behind it.

    Raises:
        MediaError: not OpenEXR, or damaged before the first part is complete. Damage in a later part is told in
            the header's `error`.
    """
    reader = HeaderReader(source)
    if source.size < 8:
        raise ended()
    if reader.take(4) != MAGIC:
        raise MediaError("this is not an OpenEXR file", code="media.other_format")
    word = int.from_bytes(reader.take(4), "little")
    version, flags = word & 0xFF, word & ~0xFF
    unknown = ""
    if version != 2 or flags & ~_KNOWN_FLAGS or (flags & TILED and flags & (DEEP | MULTIPART)):
        unknown = f"version {version} with flags {flags:#x} is not known"
    parts: list[Part] = []
    error = ""
    try:
        error = _read_parts(reader, flags, parts)
    except MediaError as problem:
        if unknown:
            raise damaged(unknown) from problem
        raise
    reader.remember()
    return Header(version, flags, tuple(parts), reader.position, error, unknown, reader.block)


def _read_parts(reader: HeaderReader, flags: int, parts: list[Part]) -> str:
    """Read all parts into `parts`; why the later ones could not be read.

    Raises:
        MediaError: there is not even one.
    """
    room = ATTRIBUTE_LIMIT
    try:
        while attributes := reader.attributes(room):
            parts.append(Part(tuple(attributes), flags))
            room -= len(attributes)
            if not flags & MULTIPART:
                break
            if len(parts) >= _PART_LIMIT:
                raise damaged(f"it has more than {_PART_LIMIT:,} parts")
    except MediaError as problem:
        if not parts:
            raise
        return problem.message
    if not parts:
        raise damaged("it holds no attribute")
    return ""


def channels_of(raw: bytes) -> Iterator[Channel]:
    """The channels in the bytes of a `chlist`."""
    at = 0
    for _ in range(_CHANNEL_LIMIT + 1):
        end = raw.find(b"\0", at)
        if end < 0:
            raise damaged("the channel list has no end")
        if end == at:
            return
        if end + 1 + _CHANNEL.size > len(raw):
            raise damaged("the channel list is cut off")
        kind, p_linear, x_sampling, y_sampling = _CHANNEL.unpack_from(raw, end + 1)
        if x_sampling < 1 or y_sampling < 1:
            raise damaged(f"a channel is sampled every {x_sampling}, {y_sampling} pixels")
        yield Channel(raw[at:end], kind, p_linear, x_sampling, y_sampling)
        at = end + 1 + _CHANNEL.size
    raise damaged(f"the channel list has more than {_CHANNEL_LIMIT:,} channels")
