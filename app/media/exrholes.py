"""Holes of zeros in packed OpenEXR chunks, where a decoder notices nothing.

A copy that lost blocks has zeros in their place. Deflate carries a checksum; PIZ, DWA and B44 do not, and decode zeros
to a plausible picture. But what an encoder writes there never holds so many zero bytes, so they are proof:

* Samples that did not become smaller are stored as they are; zeros alone would have become smaller.
* The Huffman codes of PIZ and of DWA's coefficients run together at most some 200 zero bits: equal symbols come as
  counted runs, and the code of zeros alone belongs to the rarest symbol.
* A block of B44 begins with its largest half, biased so that no number becomes 0.

Sources: ImfPizCompressor.cpp, ImfHuf.cpp, ImfDwaCompressor.cpp, ImfB44Compressor.cpp.
"""

import struct

from app.media.exr import Channel

_PIZ, _B44, _B44A, _DWAA, _DWAB = 4, 6, 7, 8, 9
_HALF = 1
#: More zero bytes than Huffman codes can run together, many times over.
_HOLE = bytes(256)
_STORED_ZEROS = 128
_DWA_HEAD = struct.Struct("<11Q")
_STATIC_HUFFMAN = 0


def why_holed(compression: int, channels: tuple[Channel, ...], packed: bytes, size: int) -> str:
    """Why no encoder can have written these packed samples; empty where one may have.

    Args:
        compression: its number.
        channels: of the part.
        packed: the samples as they lie in the file.
        size: their bytes when unpacked.
    """
    if compression == 0 or not packed:
        return ""
    if len(packed) == size:
        return _stored(compression, packed)
    start, end = _without_zeros(compression, channels, packed)
    at = packed.find(_HOLE, start, end)
    if at < 0:
        return ""
    rest = packed[at:end]
    count = len(rest) - len(rest.lstrip(b"\0"))
    return f"the chunk has a hole of {count} zero bytes"


def _stored(compression: int, packed: bytes) -> str:
    if compression in (_B44, _B44A) or len(packed) < _STORED_ZEROS or packed.count(0) < len(packed):
        return ""
    return "the chunk holds zeros alone"


def _without_zeros(compression: int, channels: tuple[Channel, ...], packed: bytes) -> tuple[int, int]:
    """From where to where an encoder writes no long run of zeros."""
    if compression == _PIZ and len(packed) >= 4:
        lowest, highest = struct.unpack_from("<HH", packed)
        return 4 + max(0, highest - lowest + 1), len(packed)
    if compression in (_B44, _B44A) and all(channel.type == _HALF for channel in channels):
        return 0, len(packed)
    if compression in (_DWAA, _DWAB) and len(packed) >= _DWA_HEAD.size + 2:
        return _coefficients(packed)
    return 0, 0


def _coefficients(packed: bytes) -> tuple[int, int]:
    """Where the Huffman codes of DWA's coefficients lie."""
    version, _, unknown, codes, *_, packed_by = _DWA_HEAD.unpack_from(packed)
    if packed_by != _STATIC_HUFFMAN:
        return 0, 0
    rules = struct.unpack_from("<H", packed, _DWA_HEAD.size)[0] if version >= 2 else 0
    start = _DWA_HEAD.size + rules + unknown
    return start, start + codes
