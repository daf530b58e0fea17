"""The directories of a TIFF, and whether its deflated strips and tiles are what their checksums say.

libtiff stops inflating when it has the bytes that it needs, often before the checksum: damage goes by in silence.
Sources: TIFF 6.0, BigTIFF, Adobe Photoshop TIFF Technical Notes (deflate), RFC 1950.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.media.opening import OpenFile

_MOST_DIRECTORIES = 256
_MOST_ENTRIES = 4096
_MOST_ITEMS = 1 << 20
_WHOLE_NUMBERS = {3: "H", 4: "I", 16: "Q"}
_LENGTH, _COMPRESSION, _ROWS_PER_STRIP, _TILE_LENGTH, _TILE_WIDTH, _WIDTH = 257, 259, 278, 323, 322, 256
_DEFLATED = (8, 32946)
_FEED = 1 << 16
#: Tags of the places of strips and tiles, each with that of their lengths.
OFFSETS = {273: 279, 324: 325}
_WANTED = frozenset((*OFFSETS, *OFFSETS.values(), _LENGTH, _COMPRESSION, _ROWS_PER_STRIP, _TILE_LENGTH, _TILE_WIDTH,
                     _WIDTH))  # fmt: skip

#: Whole numbers by tag.
Tags = dict[int, tuple[int, ...]]


def directories(file: OpenFile) -> Iterator[Tags | None]:
    """What the first directories say of where the pixels lie; None and the end where one lies behind the file's end.

    Raises:
        struct.error, MediaError: one is cut off.
    """
    head = file.exactly(0, 8)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", head, 2)[0] == 43
    at = struct.unpack(order + ("Q" if big else "I"), file.exactly(8, 8) if big else head[4:8])[0]
    seen: set[int] = set()
    while at and at not in seen and len(seen) < _MOST_DIRECTORIES:
        if at >= file.size:
            yield None
            return
        seen.add(at)
        tags, at = _directory(file, at, order, big)
        yield tags


def _directory(file: OpenFile, at: int, order: str, big: bool) -> tuple[Tags, int]:
    """The whole numbers of one directory, and where the next one is."""
    count_format, entry_format, next_format = ("Q", "HHQ", "Q") if big else ("H", "HHI", "I")
    count = struct.unpack(order + count_format, file.exactly(at, 8 if big else 2))[0]
    entry, inline = (20, 8) if big else (12, 4)
    at += 8 if big else 2
    count = min(count, _MOST_ENTRIES)
    block = file.exactly(at, count * entry)
    tags: Tags = {}
    for index in range(count):
        tag, kind, items = struct.unpack_from(order + entry_format, block, index * entry)
        code = _WHOLE_NUMBERS.get(kind)
        if tag not in _WANTED or code is None or items > _MOST_ITEMS:
            continue
        size = items * struct.calcsize("=" + code)
        value = block[index * entry + entry - inline : (index + 1) * entry]
        if size > inline:
            value = file.exactly(struct.unpack(order + next_format, value)[0], size)
        tags[tag] = struct.unpack(f"{order}{items}{code}", value[:size])
    following = file.read_at(at + count * entry, inline)
    return tags, struct.unpack(order + next_format, following)[0] if len(following) == inline else 0


@dataclass(slots=True)
class Deflated:
    """The deflated strips or tiles of one directory; each is looked at once, when its rows are asked for.

    Args:
        file: the open file.
        rows: of a strip or tile.
        down: strips or rows of tiles, one under the other.
        across: tiles side by side.
        places: offset and length of each; with planes apart, one plane behind the other.
    """

    file: OpenFile
    rows: int
    down: int
    across: int
    places: tuple[tuple[int, int], ...]
    _known: dict[int, str] = field(default_factory=dict)

    def why_damaged(self, first: int, end: int) -> str:
        """Why rows from `first` up to but not `end`, counted from 0, are damaged; empty where nothing speaks for it."""
        for row in range(max(0, first) // self.rows, min(-(-end // self.rows), self.down)):
            if row not in self._known:
                self._known[row] = self._look(row)
            if self._known[row]:
                return self._known[row]
        return ""

    def _look(self, row: int) -> str:
        plane = self.down * self.across
        for begin in range(row * self.across, len(self.places), plane):
            for number in range(begin, min(begin + self.across, len(self.places))):
                if reason := _why_not(self.file, *self.places[number]):
                    return f"strip or tile {number} {reason}"
        return ""


def deflated(file: OpenFile, tags: Tags) -> Deflated | None:
    """The strips or tiles of a directory, where they are deflated and it says where they lie."""
    offsets = next((tag for tag in OFFSETS if tag in tags), 0)
    length, width = tags.get(_LENGTH, (0,))[0], tags.get(_WIDTH, (0,))[0]
    if tags.get(_COMPRESSION, (0,))[0] not in _DEFLATED or not offsets or not length or OFFSETS[offsets] not in tags:
        return None
    tiled = _TILE_LENGTH in tags
    rows = max(1, min((tags[_TILE_LENGTH] if tiled else tags.get(_ROWS_PER_STRIP, (length,)))[0], length))
    across = -(-width // max(1, tags.get(_TILE_WIDTH, (width,))[0])) if tiled else 1
    places = tuple(zip(tags[offsets], tags[OFFSETS[offsets]], strict=False))
    return Deflated(file, rows, -(-length // rows), max(1, across), places)


def _why_not(file: OpenFile, offset: int, length: int) -> str:
    """What deflate says against the bytes of a strip; where the file ends among them, libtiff says it."""
    inflater, end, fed = zlib.decompressobj(), offset + length, b""
    try:
        while not inflater.eof:
            if not fed:
                fed = file.read_at(offset, min(_FEED, end - offset))
                offset += len(fed)
            if not fed:
                return "" if offset < end else "cannot be unpacked: its bytes have no end"
            inflater.decompress(fed, _FEED)
            fed = inflater.unconsumed_tail
    except zlib.error as problem:
        return f"cannot be unpacked: {str(problem).rpartition(': ')[2]}"
    return ""
