"""The tables of chunks of an OpenEXR file: whether all that the header promises can be in the file.

Nothing is decoded: damage inside a chunk stays unseen.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import MediaError
from app.media.exr import MULTIPART, Header, Part
from app.media.exrstream import Bytes

_TABLE_BLOCK = 1 << 20
_ABSURD = 1 << 48
_MOST_CHUNKS = 1 << 27
_FEW = 64 * 8


@dataclass(frozen=True, slots=True)
class ChunkFault:
    """Why not all chunks of a file can be there.

    Attributes:
        code: `chunks.cut_off`, `chunks.absent` or `chunks.outside`.
        message: the reason as a sentence.
        part: index of the part that it is about.
    """

    code: str
    message: str
    part: int


@dataclass(slots=True)
class _Table:
    """What one part's table says: its chunks, how many have no offset, the lowest and the highest offset."""

    part: Part
    chunks: int
    absent: int = 0
    lowest: int = _ABSURD
    highest: int = 0


def missing_data(source: Bytes, header: Header) -> str:
    """Why not all chunks can be in the file; empty where all may be.

    Raises:
        MediaError: the header does not tell how many chunks there are.
    """
    fault = chunk_fault(source, header, [part.chunk_count() for part in header.parts])
    return fault.message if fault else ""


def chunk_fault(source: Bytes, header: Header, counts: list[int | None]) -> ChunkFault | None:
    """The first thing that speaks against all chunks being in the file; None where nothing does or can be known.

    Args:
        source: the file.
        header: its header.
        counts: the chunks of each part; None where they are not known.

    Raises:
        MediaError: the file became shorter.
    """
    tables: list[_Table] = []
    at = header.size
    for index, (part, count) in enumerate(zip(header.parts, counts, strict=True)):
        if count is None:
            return None
        if at + 8 * count > source.size:
            return ChunkFault("chunks.cut_off", "the file is cut off: it ends inside the table of chunks", index)
        if count > _MOST_CHUNKS:
            return ChunkFault("chunks.outside", f"a table of {count:,} chunks is not believable", index)
        table = _Table(part, count)
        for offsets in _blocks(source, at, count):
            _count(table, offsets)
        tables.append(table)
        at += 8 * count
    return _judge(source, header, tables, at)


def _judge(source: Bytes, header: Header, tables: list[_Table], end: int) -> ChunkFault | None:
    """What the tables, which end at `end`, say against the file."""
    last, highest, total, absent = 0, 0, 0, 0
    for index, table in enumerate(tables):
        total += table.chunks
        absent += table.absent
        if table.highest > highest:
            last, highest = index, table.highest
    if highest >= _ABSURD:
        return ChunkFault("chunks.outside", "the table of chunks is damaged", last)
    if highest >= source.size:
        where = f"it ends at byte {source.size} and the last of its {total} chunks begins at {highest}"
        return ChunkFault("chunks.cut_off", f"the file is cut off: {where}", last)
    for index, table in enumerate(tables):
        if table.absent:
            return ChunkFault("chunks.absent", f"{absent} of {total} chunks were never written", index)
        if table.chunks and table.lowest < end:
            return ChunkFault("chunks.outside", "the table of chunks points into the header", index)
    reason = _cut_chunk(source, header, tables[last].part, highest) if total else ""
    return ChunkFault("chunks.cut_off", reason, last) if reason else None


def _blocks(source: Bytes, at: int, count: int) -> Iterator[bytes]:
    """The bytes of a chunk table, a bounded number at a time."""
    end = at + 8 * count
    while at < end:
        wanted = min(_TABLE_BLOCK, end - at)
        block = source.read_at(at, wanted)
        if len(block) < wanted:
            raise MediaError("the file is shorter than it was a moment ago", code="media.short")
        yield block
        at += wanted


def _count(table: _Table, block: bytes) -> None:
    """Add a stretch of little-endian offsets. Small tables do not wait for numpy to be loaded."""
    if len(block) <= _FEW:
        offsets = struct.unpack(f"<{len(block) // 8}Q", block)
        absent, highest = offsets.count(0), max(offsets)
        lowest = min(filter(None, offsets), default=_ABSURD)
    else:
        import numpy as np

        values = np.frombuffer(block, "<u8")
        absent, highest = len(values) - int(np.count_nonzero(values)), int(values.max())
        lowest = int((values if not absent else values[values > 0]).min()) if highest else _ABSURD
    table.absent += absent
    table.lowest = min(table.lowest, lowest)
    table.highest = max(table.highest, highest)


def _cut_chunk(source: Bytes, header: Header, part: Part, offset: int) -> str:
    """Whether the chunk at `offset` has all its bytes."""
    lead = (4 if header.flags & MULTIPART else 0) + (16 if part.tiled else 4)
    deep = part.deep
    head = source.read_at(offset, lead + (24 if deep else 4))
    if len(head) < lead + (24 if deep else 4):
        return "the file is cut off: it ends inside its last chunk"
    if deep:
        table, packed = struct.unpack_from("<QQ", head, lead)
        length = table + packed
    else:
        length = int.from_bytes(head[lead : lead + 4], "little")
    if offset + len(head) + length > source.size:
        return "the file is cut off: it ends inside its last chunk"
    return ""
