"""Whether streams of frames without any index have all bytes of their last frame.

A stream that was cut right between two frames looks like a whole one.
"""

import re
from collections.abc import Callable

from app.media.opening import OpenFile
from app.media.secondlook import ac3_size, adts_size

_TAIL = 65536
_CHAIN = 3
_HEAD = 8
_ENDS_INSIDE = "the file is cut off: it ends inside its last frame"
_MARK = b"FRAME"
_LAYOUT = re.compile(r"(mono|411|420|422|444)(alpha|jpeg|mpeg2|paldv)?p?([0-9]{1,2})?\Z")
#: How many columns and rows of a picture share a sample of colour.
_SHARED = {"411": (4, 1), "420": (2, 2), "422": (2, 1), "444": (1, 1)}


def y4m_end(file: OpenFile) -> str:
    """Why a YUV4MPEG2 file cannot be whole: frames of one size follow its header, each behind a line of its own."""
    head = file.read_at(0, 4096)
    start = head.find(b"\n") + 1
    size = _picture_bytes(head[:start].decode("latin-1")) if start else 0
    first = file.read_at(start, 256)
    line = first.find(b"\n") + 1
    if not size or not line or not first.startswith(_MARK):
        return ""
    stride = line + size
    whole, left = divmod(file.size - start, stride)
    last = file.read_at(start + whole * stride, len(_MARK))
    if not left or (whole and file.read_at(start + (whole - 1) * stride, len(_MARK)) != _MARK):
        return ""
    return _ENDS_INSIDE if _MARK.startswith(last) else ""


def _picture_bytes(header: str) -> int:
    """Bytes of a picture by the parameters of the header, as FFmpeg and mjpegtools write them; 0 where unsure."""
    told = {word[0]: word[1:] for word in reversed(header.split()[1:]) if word[0] in "WHC"}
    sampled = next((word[7:] for word in header.split() if word.startswith("XYSCSS=")), "420")
    layout = _LAYOUT.match(told.get("C", sampled).lower())
    width, height = (int(told[key]) if told.get(key, "").isdecimal() else 0 for key in "WH")
    if layout is None:
        return 0
    samples = width * height * (2 if layout[2] == "alpha" else 1)
    if layout[1] != "mono":
        across, down = _SHARED[layout[1]]
        samples += 2 * -(-width // across) * -(-height // down)
    return samples * (2 if int(layout[3] or 8) > 8 else 1)


def ac3_end(file: OpenFile) -> str:
    """Why a stream of AC-3 or E-AC-3 frames cannot be whole."""
    return _chained_end(file, b"\x0b\x77", ac3_size)


def adts_end(file: OpenFile) -> str:
    """Why a stream of AAC frames cannot be whole."""
    return _chained_end(file, b"\xff", adts_size)


def _chained_end(file: OpenFile, sync: bytes, size_of: Callable[[bytes], int]) -> str:
    """Follow frames through the end of the file: the last has all its bytes, or something else stands behind it."""
    base = max(0, file.size - _TAIL)
    tail = file.read_at(base, _TAIL)
    start = tail.find(sync)
    while start >= 0:
        at, frames = start, 0
        while tail.startswith(sync, at) and at + _HEAD <= len(tail) and (size := size_of(tail[at : at + _HEAD])):
            at, frames = at + size, frames + 1
        if frames >= (_CHAIN if base or start else 1):
            rest = tail[at:]
            begins_one = rest[: len(sync)] == sync[: len(rest)] and 0 < len(rest) < _HEAD
            return _ENDS_INSIDE if at > len(tail) or begins_one else ""
        start = tail.find(sync, start + 1)
    return ""
