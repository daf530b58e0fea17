"""The tables of chunks of an OpenEXR file: whether all that the header promises can be in the file."""

import struct
from array import array
from collections.abc import Iterator

from app.media.exr import MULTIPART, TILED, Bytes, Header, Part

_TABLE_BLOCK = 1 << 20
_ABSURD = 1 << 48


def missing_data(source: Bytes, header: Header) -> str:
    """Why not all chunks can be in the file, as the chunk tables and the last chunk tell; empty where all may be.

    Nothing is decoded: damage inside a chunk stays unseen.
    """
    at, last, total, absent = header.size, 0, 0, 0
    last_part = header.parts[0]
    for part in header.parts:
        count = part.chunk_count()
        if count is None:
            return ""
        if at + 8 * count > source.size:
            return "the file is cut off: it ends inside the table of chunks"
        total += count
        for offsets in _tables(source, at, count):
            absent += offsets.count(0)
            highest = max(offsets)
            if highest > last:
                last, last_part = highest, part
        at += 8 * count
    if last >= _ABSURD:
        return "the table of chunks is damaged"
    if last >= source.size:
        return f"the file is cut off: it ends at byte {source.size} and the last of its {total} chunks begins at {last}"
    if absent:
        return f"{absent} of {total} chunks were never written"
    if total and last < at:
        return "the table of chunks points into the header"
    return _cut_chunk(source, header, last_part, last) if total else ""


def _tables(source: Bytes, at: int, count: int) -> "Iterator[array[int]]":
    """The offsets of a chunk table, a bounded number at a time."""
    end = at + 8 * count
    while at < end:
        offsets = array("Q", source.read_at(at, min(_TABLE_BLOCK, end - at)))
        if struct.pack("=H", 1) != b"\1\0":
            offsets.byteswap()
        yield offsets
        at += _TABLE_BLOCK


def _cut_chunk(source: Bytes, header: Header, part: Part, offset: int) -> str:
    """Whether the chunk at `offset` has all its bytes."""
    kind = part.text(b"type")
    tiled = kind in ("tiledimage", "deeptile") if kind else bool(header.flags & TILED)
    lead = (4 if header.flags & MULTIPART else 0) + (16 if tiled else 4)
    deep = kind.startswith("deep")
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
