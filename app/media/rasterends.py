"""Whether pictures without any mark at their end have all bytes that their header asks for.

Where a header leaves open how rows are padded, the fewest bytes that they can take count.
Sources: Kodak's Cineon file format, Netpbm's and PFM's own descriptions, the SGI image file format.
"""

import re
import struct

from app.media.opening import OpenFile

_FIELD = rb"(?:\s|#[^\n]*\n)+"
_NETPBM = re.compile(rb"P(?:(4)%b([0-9]{1,9})%b([0-9]{1,9})|([56])%b([0-9]{1,9})%b([0-9]{1,9})%b([0-9]{1,5}))\s"
                     % ((_FIELD,) * 5))  # fmt: skip
_FLOATS = re.compile(rb"P([Ff])\s+([0-9]{1,9})\s+([0-9]{1,9})\s+-?[0-9.eE+-]{1,30}\s")
_SGI_HEAD = 512
_MOST_ROWS = 1 << 19


def cineon_end(file: OpenFile) -> str:
    """The start of the picture and the bytes of its samples, both from the header."""
    head = file.exactly(0, 1024)
    order = ">" if head[:4] == b"\x80\x2a\x5f\xd7" else "<"
    start = struct.unpack_from(order + "I", head, 4)[0]
    in_words = head[681] in (5, 6)
    thirds_of_bits = 0
    for at in range(196, 196 + 28 * min(head[193], 8), 28):
        depth, columns, rows = head[at + 2], *struct.unpack_from(order + "II", head, at + 4)
        thirds_of_bits += columns * rows * (32 if depth == 10 and in_words else 3 * depth)
    return _says(file, start + -(-thirds_of_bits // 24))


def netpbm_end(file: OpenFile) -> str:
    """Rows of the binary forms (P4, P5, P6); those of text take what they take."""
    found = _NETPBM.match(file.read_at(0, 4096))
    if found is None:
        return ""
    if found[1]:
        return _says(file, found.end() + -(-int(found[2]) // 8) * int(found[3]))
    samples = int(found[5]) * int(found[6]) * (3 if found[4] == b"6" else 1)
    return _says(file, found.end() + samples * (2 if int(found[7]) > 255 else 1))


def floatmap_end(file: OpenFile) -> str:
    """Three floats a pixel, or one."""
    found = _FLOATS.match(file.read_at(0, 4096))
    if found is None:
        return ""
    return _says(file, found.end() + int(found[2]) * int(found[3]) * (12 if found[1] == b"F" else 4))


def sgi_end(file: OpenFile) -> str:
    """Rows as they are, or where the tables say that packed ones lie."""
    head = file.exactly(0, _SGI_HEAD)
    packed, bytes_each, dimension, columns, rows, channels = struct.unpack_from(">BBHHHH", head, 2)
    count = (rows if dimension > 1 else 1) * (channels if dimension > 2 else 1)
    if not packed:
        return _says(file, _SGI_HEAD + count * columns * bytes_each)
    if _SGI_HEAD + 8 * count > file.size or count > _MOST_ROWS:
        return _says(file, _SGI_HEAD + 8 * count)
    tables = struct.unpack(f">{2 * count}I", file.exactly(_SGI_HEAD, 8 * count))
    return _says(file, max(map(sum, zip(tables[:count], tables[count:], strict=True)), default=0))


def _says(file: OpenFile, expected: int) -> str:
    return f"the file is cut off: it should have {expected} bytes and has {file.size}" if expected > file.size else ""
