"""Frames of an AVI that are chunks without a byte: they repeat the frame before, and FFmpeg gives no packet for them.

Sources: Microsoft's AVI RIFF File Reference, and the OpenDML AVI File Format Extensions 1.02 for files with several
RIFF lists.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from app.media.opening import OpenFile

_HEAD = 12
_ENTRY = 16
_AT_ONCE = 1 << 20
#: RIFF lists and chunks beside the frames, and frames, that are looked at: enough for two days at 24 frames a second.
_MOST_LISTS, _MOST_FRAMES = 1000, 5_000_000
_LISTS = (b"RIFF", b"LIST")


def empty_frames(file: OpenFile, stream: int) -> int:
    """How many chunks of a stream of pictures hold no byte.

    Args:
        file: an AVI.
        stream: its number.
    """
    names = (b"%02ddc" % stream, b"%02ddb" % stream)
    return sum(not size and name in names for name, size in islice(_frames(file), _MOST_FRAMES))


def _frames(file: OpenFile) -> Iterator[tuple[bytes, int]]:
    """Name and size of every chunk of data: from the index of each RIFF list, or where it has none from the chunks."""
    for _, kind, start, length in islice(_chunks(file, 0, file.size), _MOST_LISTS):
        if kind not in (b"AVI ", b"AVIX"):
            continue
        found = {kind if name == b"LIST" else name: (at, size)
                 for name, kind, at, size in islice(_chunks(file, start, start + length), _MOST_LISTS)}  # fmt: skip
        if b"idx1" in found:
            yield from _indexed(file, *found[b"idx1"])
        elif b"movi" in found:
            at, size = found[b"movi"]
            yield from _listed(file, at, at + size)


def _chunks(file: OpenFile, at: int, end: int) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Name, kind of list, where its content begins, and how long that is, of the chunks side by side."""
    while at + 8 <= min(end, file.size):
        head = file.read_at(at, _HEAD).ljust(_HEAD, b"\0")
        name, size = head[:4], struct.unpack_from("<I", head, 4)[0]
        inside = 4 if name in _LISTS else 0
        yield name, head[8:12], at + 8 + inside, max(0, size - inside)
        at += 8 + size + (size & 1)


def _listed(file: OpenFile, at: int, end: int) -> Iterator[tuple[bytes, int]]:
    """The chunks of a list of data; some stand in lists of their own (`rec `)."""
    for name, _, start, size in _chunks(file, at, end):
        if name == b"LIST":
            yield from ((inner, length) for inner, _, _, length in _chunks(file, start, start + size))
        else:
            yield name, size


def _indexed(file: OpenFile, at: int, size: int) -> Iterator[tuple[bytes, int]]:
    end = min(at + size, file.size)
    while at + _ENTRY <= end:
        block = file.read_at(at, min(_AT_ONCE, end - at))
        whole = len(block) // _ENTRY * _ENTRY
        if not whole:
            return
        for name, _flags, _offset, length in struct.iter_unpack("<4sIII", block[:whole]):
            yield name, length
        at += whole
