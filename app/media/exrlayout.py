"""Where the pixels of an OpenEXR part lie: its chunk table, the head of each chunk, what each chunk covers.

Nothing is believed: an offset, a part number, a coordinate or a size that
cannot be right is a reason, told with the rows of the chunk. Format: OpenEXR file layout, version 2.
"""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import ceil

from app.errors import MediaError
from app.media.exr import COMPRESSIONS, MULTIPART, PART_KINDS, Box, Channel, Header, Part
from app.media.exrholes import why_holed
from app.media.exrtiles import Level, levels_of
from app.media.opening import OpenFile

#: Bytes of a sample of each pixel type: uint, half, float.
SAMPLE_BYTES = {0: 4, 1: 2, 2: 4}
_BLOCK = 1 << 17
_DEEP_HEAD = struct.Struct("<QQQ")
#: How much smaller deflate and runs of at most 128 bytes can make something; others are not bounded by their format.
_MOST = {1: 64, 2: 1033, 3: 1033, 5: 1400}


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a part.

    Attributes:
        index: its place in the part's table.
        box: min x, min y, max x, max y of what it covers, in data window coordinates.
        at: its coordinates as its head tells them: (y,) of a scan-line chunk, (column, row, level across, level down)
            of a tile.
    """

    index: int
    box: Box
    at: tuple[int, ...]

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.box[2] - self.box[0] + 1

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.box[3] - self.box[1] + 1


class PartLayout:
    """How one level of a part is cut into chunks, and where they lie.

    Args:
        header: of the file.
        index: of the part.
        level: one of `smaller_levels`; the largest where it is not told.

    Attributes:
        index: of the part.
        part: its header.
        tiled, deep: what kind of part it is.
        channels: in the order in which their samples lie in the file.
        window: what the level covers: it begins where the data window does.
        lines: scan lines in a chunk, or rows in a tile.
        across: chunks side by side: 1 for scan lines.
        down: chunks one under the other.

    Raises:
        MediaError: its header does not say (`media.damaged`), or its pixels are packed in a way that is not known
            (`pixels.not_supported`).
    """

    def __init__(self, header: Header, index: int, level: Level | None = None) -> None:
        self.index = index
        self.level = (level.across, level.down) if level else (0, 0)
        self.first = level.first if level else 0
        self.part: Part = header.parts[index]
        self._multipart = bool(header.flags & MULTIPART)
        self.tiled, self.deep = self.part.tiled, self.part.deep
        if self.part.kind not in PART_KINDS:
            raise not_supported(f"parts of the type {self.part.kind} are not known")
        tiles = self.part.tiles
        self.channels = self.part.stored_channels
        x0, y0, x1, y1 = self.part.data_window
        if level is not None:
            x1, y1 = x0 + level.width - 1, y0 + level.height - 1
        self.window: Box = x0, y0, x1, y1
        self._channels_understood()
        if self.tiled:
            if tiles is None:
                raise MediaError("it is tiled and does not say how large its tiles are", code="media.damaged")
            self.columns, self.lines = tiles[:2]
        else:
            self.columns, self.lines = x1 - x0 + 1, self._lines_of_compression()
        self.across, self.down = ceil((x1 - x0 + 1) / self.columns), ceil((y1 - y0 + 1) / self.lines)

    def _channels_understood(self) -> None:
        if not self.channels:
            raise not_supported("it has no channel")
        strange = next((channel for channel in self.channels if channel.type not in SAMPLE_BYTES), None)
        if strange is not None:
            raise not_supported(f"the channel {named(strange)} has the unknown type {strange.type}")

    def _lines_of_compression(self) -> int:
        known = COMPRESSIONS.get(self.part.compression)
        if known is None:
            raise not_supported(f"the compression {self.part.compression} is not known")
        return known[1]

    def smaller_levels(self) -> Iterator[Level]:
        """The levels below the largest; none of what is not tiled."""
        tiles = self.part.tiles
        if self.tiled and tiles is not None and tiles[2]:
            x0, y0, x1, y1 = self.part.data_window
            yield from islice(levels_of(x1 - x0 + 1, y1 - y0 + 1, tiles), 1, None)

    @cached_property
    def subsampled(self) -> bool:
        """Whether some channel has not a sample for each pixel."""
        return any(channel.x_sampling != 1 or channel.y_sampling != 1 for channel in self.channels)

    @cached_property
    def _pixel_bytes(self) -> int:
        return sum(SAMPLE_BYTES[channel.type] for channel in self.channels)

    def row_of_chunks(self, row: int) -> Iterator[Chunk]:
        """The chunks of one row of chunks, left to right; `row` counts from 0 at the top."""
        x0, y0, x1, y1 = self.window
        top = y0 + row * self.lines
        bottom = min(top + self.lines - 1, y1)
        if not self.tiled:
            yield Chunk(row, (x0, top, x1, bottom), (top,))
            return
        for column, left in enumerate(range(x0, x1 + 1, self.columns)):
            right = min(left + self.columns - 1, x1)
            number = self.first + row * self.across + column
            yield Chunk(number, (left, top, right, bottom), (column, row, *self.level))

    def rows_from(self, row: int) -> Chunk:
        """All that lies in a row of chunks and below it, as if it were one chunk."""
        x0, y0, x1, y1 = self.window
        return Chunk(self.first + row * self.across, (x0, y0 + row * self.lines, x1, y1), (row,))

    def raw_bytes(self, chunk: Chunk) -> int:
        """Bytes of the chunk's samples before they were packed (not of deep data)."""
        if not self.subsampled:
            return self._pixel_bytes * chunk.width * chunk.height
        return sum(SAMPLE_BYTES[channel.type] * columns * rows
                   for channel in self.channels
                   for columns, rows in [samples_of(channel, chunk.box)])  # fmt: skip

    @property
    def head_bytes(self) -> int:
        """Bytes of a chunk before its packed samples."""
        return (4 if self._multipart else 0) + (16 if self.tiled else 4) + (_DEEP_HEAD.size if self.deep else 4)

    def why_not(self, head: bytes, chunk: Chunk) -> str:
        """Why the bytes before a chunk's samples cannot be that chunk's; empty where they can."""
        at = 0
        if self._multipart:
            number = int.from_bytes(head[:4], "little", signed=True)
            if number != self.index:
                return f"the table of chunks leads to a chunk of part {number}"
            at = 4
        found = struct.unpack_from(f"<{len(chunk.at)}i", head, at)
        if found == chunk.at:
            return ""
        if self.tiled:
            return f"the table of chunks leads to the tile {found[0]}, {found[1]} of level {found[2]}, {found[3]}"
        return f"the table of chunks leads to the chunk of row {found[0]}"

    def head_of(self, chunk: Chunk, size: int) -> bytes:
        """The bytes that should lie before the packed samples of a chunk (not of deep data)."""
        part = struct.pack("<i", self.index) if self._multipart else b""
        return part + struct.pack(f"<{len(chunk.at) + 1}i", *chunk.at, size)

    def packed_size(self, head: bytes) -> int:
        """Bytes of the packed samples, as the chunk's head says (not of deep data)."""
        return int.from_bytes(head[-4:], "little", signed=True)

    def deep_sizes(self, head: bytes) -> tuple[int, int, int]:
        """Bytes of the packed table of sample counts, of the packed samples, and of the samples unpacked."""
        table, packed, raw = _DEEP_HEAD.unpack(head[-_DEEP_HEAD.size :])
        return table, packed, raw


class ChunkTable:
    """The chunk offsets of one part, read a bounded stretch at a time.

    Attributes:
        needed: entries that the table must have for the level of the layout and those before it.
        present: entries of the level that are in the file.
    """

    def __init__(self, file: OpenFile, header: Header, layout: PartLayout) -> None:
        self._file = file
        self._start = header.table_start(layout.index)
        self.needed = layout.first + layout.across * layout.down
        count = layout.part.chunk_count()
        self.count = self.needed if count is None else count
        self._there = min(self.count, self.needed, (file.size - self._start) // 8)
        self.present = max(0, self._there - layout.first)
        self.lowest = header.size
        self._stretch, self._first = array("Q"), 0

    def offset(self, index: int) -> int:
        """Where the chunk begins.

        Raises:
            MediaError: the table does not say, or leads to where no chunk of this file can be.
        """
        if not 0 <= index - self._first < len(self._stretch):
            self._load(index)
        offset = self._stretch[index - self._first]
        if offset == 0:
            raise MediaError("the chunk was never written", code="pixels.damaged")
        if offset >= self._file.size:
            raise MediaError("the table of chunks leads beyond the end of the file", code="pixels.damaged")
        if offset < self.lowest:
            raise MediaError("the table of chunks leads into the header", code="pixels.damaged")
        return offset

    def why_short(self) -> str:
        """Why the table has no entry for each chunk; empty where it has."""
        if self.count < self.needed:
            return f"the table of chunks has {self.count} entries and the picture needs {self.needed}"
        return "the file ends inside the table of chunks" if self._there < self.needed else ""

    def _load(self, index: int) -> None:
        first = index - index % _BLOCK
        found = self._file.read_at(self._start + 8 * first, 8 * min(_BLOCK, self.count - first))
        self._stretch, self._first = array("Q", found[: len(found) // 8 * 8]), first
        if struct.pack("=H", 1) != b"\1\0":
            self._stretch.byteswap()
        if index - first >= len(self._stretch):
            raise MediaError(self.why_short() or "the file ends early", code="pixels.damaged")


@dataclass(frozen=True, slots=True)
class Packed:
    """A chunk as it lies in the file: what it covers, and its samples still packed."""

    chunk: Chunk
    raw_size: int
    data: bytes


def read_chunk(file: OpenFile, layout: PartLayout, chunk: Chunk, offset: int) -> Packed:
    """Read a chunk's packed samples.

    Raises:
        MediaError: what lies there cannot be this chunk.
    """
    size, raw = chunk_size(file, layout, chunk, offset)
    packed = file.exactly(offset + layout.head_bytes, size)
    hole = why_holed(layout.part.compression, layout.channels, packed, raw)
    if hole:
        raise MediaError(hole, code="pixels.damaged")
    return Packed(chunk, raw, packed)


def chunk_size(file: OpenFile, layout: PartLayout, chunk: Chunk, offset: int) -> tuple[int, int]:
    """Bytes of a chunk's samples, packed and unpacked; its head is read and judged.

    Raises:
        MediaError: what lies there cannot be this chunk.
    """
    head = file.read_at(offset, layout.head_bytes)
    if len(head) < layout.head_bytes:
        raise MediaError("the file ends inside the chunk", code="pixels.damaged")
    reason = layout.why_not(head, chunk)
    size, raw = layout.packed_size(head), layout.raw_bytes(chunk)
    if not reason and not 0 <= size <= raw:
        reason = f"the chunk claims {size} bytes for samples of {raw} bytes"
    if not reason and offset + len(head) + size > file.size:
        reason = "the file ends inside the chunk"
    if not reason and size < raw:
        reason = _too_small(layout.part.compression, size, raw)
    if reason:
        raise MediaError(reason, code="pixels.damaged")
    return size, raw


def _too_small(compression: int, size: int, raw: int) -> str:
    """Why so few bytes cannot be unpacked to so many; empty where they may."""
    if compression == 0 or (compression in _MOST and size * _MOST[compression] + 64 < raw):
        return f"the chunk has {size} bytes, too few for its samples of {raw} bytes"
    return ""


def samples_of(channel: Channel, box: Box) -> tuple[int, int]:
    """Samples across and down that a channel has inside a box: those whose coordinates its sampling divides."""
    x0, y0, x1, y1 = box
    across = x1 // channel.x_sampling - -(-x0 // channel.x_sampling) + 1
    down = y1 // channel.y_sampling - -(-y0 // channel.y_sampling) + 1
    return max(0, across), max(0, down)


def not_supported(reason: str) -> MediaError:
    """The error about pixels that are packed in a way we do not read; not a word about damage."""
    return MediaError(f"pixels not supported: {reason}", code="pixels.not_supported")


def named(channel: Channel) -> str:
    """A channel's name as text."""
    return channel.name.decode("utf-8", "replace")


def rows_text(stretches: list[tuple[int, int]]) -> str:
    """Stretches of rows as text, adjacent ones joined: `512-527,560`."""
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in _joined(stretches))


def _joined(stretches: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    current: tuple[int, int] | None = None
    for first, last in sorted(stretches):
        if current is not None and first <= current[1] + 1:
            current = current[0], max(last, current[1])
        else:
            if current is not None:
                yield current
            current = first, last
    if current is not None:
        yield current
