"""The samples of OpenEXR chunks that are not packed, run-length packed or deflated, unpacked by ourselves.

Slower than a library and exact: sub-sampled channels, deep data, and chunks too large to be held whole go this way.
Nothing grows beyond what the header announces. Source: OpenEXR file layout, version 2 ("Predictor", "RLE").
"""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.exr import Channel
from app.media.exrlayout import SAMPLE_BYTES, Chunk, samples_of
from app.media.opening import OpenFile

#: Numbers of the compressions that are unpacked here: none, rle, zips, zip.
OWN_COMPRESSIONS = frozenset((0, 1, 2, 3))
DTYPES: dict[int, np.dtype[Any]] = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}
_FEED = 1 << 16
_AT_ONCE = 1 << 20
_CORRUPT = "the chunk cannot be unpacked"

Bytes = NDArray[np.uint8]
Plane = NDArray[Any]


def unpack(compression: int, packed: bytes, size: int) -> Bytes:
    """The samples of a chunk as the bytes they were before packing.

    Args:
        compression: one of OWN_COMPRESSIONS.
        packed: as they lie in the file; as long as `size` where packing did not pay.
        size: bytes of the samples.

    Raises:
        MediaError: they cannot be unpacked to that size.
    """
    if compression == 0 or len(packed) == size:
        if len(packed) != size:
            raise _corrupt(f"it has {len(packed)} bytes instead of {size}")
        return np.frombuffer(packed, np.uint8)
    found: bytes | bytearray = _unrolled(packed, size) if compression == 1 else _inflated(packed, size)
    summed = _summed(np.frombuffer(found, np.uint8), 0, first=True)
    del found
    return _woven(summed)


def _corrupt(why: str) -> MediaError:
    return MediaError(f"{_CORRUPT}: {why}", code="pixels.damaged")


def _inflated(packed: bytes, size: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(packed, size + 1)
    except zlib.error as problem:
        raise _corrupt(str(problem).rpartition(": ")[2]) from problem
    if len(found) != size or not inflater.eof:
        raise _corrupt(f"it holds {'more' if len(found) > size else len(found)} bytes instead of {size}")
    return found


def _unrolled(packed: bytes, size: int) -> bytearray:
    """Runs: a count below 128 repeats the next byte once more than it says; another is of bytes that follow."""
    found, at, total = bytearray(size), 0, 0
    while at < len(packed) and total <= size:
        count = packed[at]
        if count > 127:
            piece = packed[at + 1 : at + 257 - count]
            at += 257 - count
        else:
            piece = packed[at + 1 : at + 2] * (count + 1)
            at += 2
        end = total + len(piece)
        if end <= size:
            found[total:end] = piece
        total = end
    if total != size or at > len(packed):
        raise _corrupt(f"its runs hold {'more' if total > size else total} bytes instead of {size}")
    return found


def _summed(differences: Bytes, before: int, *, first: bool = False) -> Bytes:
    """Undo the predictor: each byte is the difference to the one before, plus 128."""
    summed = np.empty_like(differences)
    before = 128 if first else before
    for at in range(0, len(differences), _AT_ONCE):
        steps = differences[at : at + _AT_ONCE] - np.uint8(128)
        steps[:1] += np.uint8(before)
        np.add.accumulate(steps, dtype=np.uint8, out=summed[at : at + _AT_ONCE])
        before = int(summed[at + len(steps) - 1])
    return summed


def _woven(halves: Bytes) -> Bytes:
    """Undo the split: the first half of the bytes are the even ones, the second half the odd ones."""
    woven = np.empty_like(halves)
    middle = (len(halves) + 1) // 2
    woven[0::2], woven[1::2] = halves[:middle], halves[middle:]
    return woven


def planes(raw: Bytes, channels: tuple[Channel, ...], chunk: Chunk) -> Iterator[tuple[int, Plane]]:
    """The samples of each channel in the unpacked bytes of a chunk: the channel's index, rows × columns.

    A channel that is sampled every few rows comes as one line after the other.
    """
    x0, top, x1, bottom = chunk.box
    if all(channel.y_sampling == 1 for channel in channels):
        widths = [samples_of(channel, chunk.box)[0] * SAMPLE_BYTES[channel.type] for channel in channels]
        lines = raw.reshape(chunk.height, sum(widths))
        at = 0
        for index, width in enumerate(widths):
            yield index, lines[:, at : at + width].view(DTYPES[channels[index].type])
            at += width
        return
    at = 0
    for y in range(top, bottom + 1):
        for index, channel in enumerate(channels):
            across, present = samples_of(channel, (x0, y, x1, y))
            width = across * present * SAMPLE_BYTES[channel.type]
            if width:
                yield index, raw[at : at + width].view(DTYPES[channel.type]).reshape(1, -1)
            at += width


class _Inflater:
    """Deflated bytes of a file as a stream that is read a little at a time, the predictor undone."""

    def __init__(self, file: OpenFile, offset: int, size: int) -> None:
        self._file, self._at, self._end = file, offset, offset + size
        self._inflater = zlib.decompressobj()
        self._fed = b""
        self._last = 0
        self._begun = False

    def read(self, count: int) -> Bytes:
        """The next `count` bytes. Raises MediaError where there are none."""
        found = bytearray()
        while len(found) < count:
            if not self._fed:
                self._fed = self._file.read_at(self._at, min(_FEED, self._end - self._at))
                self._at += len(self._fed)
                if not self._fed:
                    raise _corrupt("it ends too early")
            try:
                found += self._inflater.decompress(self._fed, count - len(found))
            except zlib.error as problem:
                raise _corrupt(str(problem).rpartition(": ")[2]) from problem
            self._fed = self._inflater.unconsumed_tail
            if self._inflater.eof and len(found) < count:
                raise _corrupt("it ends too early")
        summed = _summed(np.frombuffer(found, np.uint8), self._last, first=not self._begun)
        self._begun = True
        if count:
            self._last = int(summed[-1])
        return summed

    def skip(self, count: int, step: int) -> None:
        """Read and forget so many bytes."""
        while count:
            count -= len(self.read(min(step, count)))


def check_deflated(file: OpenFile, offset: int, packed: int, size: int) -> None:
    """Inflate a chunk to its end, a little at a time, and forget it: what is damaged is known before any of it is used.

    Args:
        file: the open file.
        offset: where the packed samples begin.
        packed: bytes of the packed samples.
        size: bytes of the samples.

    Raises:
        MediaError: they cannot be unpacked to that size.
    """
    inflater, end, found = zlib.decompressobj(), offset + packed, 0
    fed = b""
    try:
        while not inflater.eof and found <= size:
            if not fed:
                fed = file.read_at(offset, min(_FEED, end - offset))
                offset += len(fed)
            if not fed:
                break
            found += len(inflater.decompress(fed, _FEED))
            fed = inflater.unconsumed_tail
    except zlib.error as problem:
        raise _corrupt(str(problem).rpartition(": ")[2]) from problem
    if found != size or not inflater.eof:
        raise _corrupt(f"it holds {'more' if found > size else found} bytes instead of {size}")


def inflated_pieces(file: OpenFile, offset: int, packed: int, size: int, piece: int) -> Iterator[Bytes]:
    """The unpacked bytes of a deflated chunk, so many at a time: it is inflated twice, once for each half of the bytes.

    Args:
        file: the open file.
        offset: where the packed samples begin.
        packed: bytes of the packed samples.
        size: bytes of the samples.
        piece: bytes of each piece but the last; even.

    Raises:
        MediaError: they cannot be unpacked to that size.
    """
    even, odd = _Inflater(file, offset, packed), _Inflater(file, offset, packed)
    odd.skip((size + 1) // 2, piece)
    for at in range(0, size, piece):
        count = min(piece, size - at)
        woven = np.empty(count, np.uint8)
        woven[0::2], woven[1::2] = even.read((count + 1) // 2), odd.read(count // 2)
        yield woven


def stored_pieces(file: OpenFile, offset: int, size: int, piece: int) -> Iterator[Bytes]:
    """The bytes of a chunk that is not packed, so many at a time. Raises MediaError where the file ends before."""
    for at in range(0, size, piece):
        yield np.frombuffer(file.exactly(offset + at, min(piece, size - at)), np.uint8)
