"""Whether a file has its end: cheap structural truths, never a decode.

Each check answers with why a file cannot be whole, or with an empty text where nothing speaks against it. That is not
proof of an undamaged file: what lies between the marks is not read.
"""

import struct
from collections.abc import Callable, Iterator

from app.media.opening import OpenFile
from app.media.rasterends import cineon_end, floatmap_end, netpbm_end, sgi_end
from app.media.streamends import ac3_end, adts_end, y4m_end
from app.media.tiffstrips import OFFSETS, directories

_TAIL = 65536
_SEARCH = 64 << 20
_SEARCH_BLOCK = 1 << 20
_BOX_LIMIT = 20000
_CUT = "the file is cut off"
_CONTAINERS = (b"moov", b"moof")
_ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")


def why_incomplete(file: OpenFile, format_name: str) -> str:
    """Why the file cannot be whole, by the structure of its format; empty where nothing says so."""
    check = _CHECKS.get(format_name)
    try:
        return check(file) if check else ""
    except struct.error:
        return f"{_CUT}: it ends inside its header"


def _png(file: OpenFile) -> str:
    if file.read_at(file.size - 12, 12)[4:8] == b"IEND":
        return ""
    at = 8
    for _ in range(_BOX_LIMIT):
        head = file.read_at(at, 8)
        if len(head) < 8:
            return f"{_CUT}: it has no end mark (IEND)"
        if head[4:] == b"IEND" and at + 12 <= file.size:
            return ""
        at += 12 + int.from_bytes(head[:4])
    return ""


def _jpeg(file: OpenFile) -> str:
    """An end-of-image mark behind the start of the scan: one before belongs to a thumbnail."""
    at = 2
    for _ in range(_BOX_LIMIT):
        head = file.read_at(at, 4)
        if len(head) < 4:
            break
        if head[0] != 0xFF or not head[1]:  # between segments, decoders pass it over
            junk = file.read_at(at + 1, _TAIL).find(b"\xff")
            at += 1 + (junk if junk >= 0 else _TAIL)
            continue
        if head[1] == 0xDA:
            return "" if _is_behind(file, at, b"\xff\xd9") else f"{_CUT}: it has no end-of-image mark"
        at += 1 if head[1] == 0xFF else 2 + int.from_bytes(head[2:])
    return f"{_CUT}: it ends before its first scan" if at >= file.size - 4 else ""


def _is_behind(file: OpenFile, start: int, mark: bytes) -> bool:
    """Whether two bytes occur behind `start`: near the end in most files, anywhere where more was appended."""
    if mark in file.read_at(max(start, file.size - _TAIL), _TAIL):
        return True
    for at in range(start, min(file.size, start + _SEARCH), _SEARCH_BLOCK):
        if mark in file.read_at(at, _SEARCH_BLOCK + 1):
            return True
    return False


def _gif(file: OpenFile) -> str:
    tail = file.read_at(max(0, file.size - _TAIL), _TAIL).rstrip(b"\0")
    return "" if b"\x3b" in tail[-16:] else f"{_CUT}: it has no trailer"


def _jpeg2000(file: OpenFile) -> str:
    tail = file.read_at(max(0, file.size - _TAIL), _TAIL)
    return "" if b"\xff\xd9" in tail else f"{_CUT}: it has no end-of-codestream mark"


def _says(file: OpenFile, expected: int) -> str:
    return f"{_CUT}: it should have {expected} bytes and has {file.size}" if expected > file.size else ""


def _bmp(file: OpenFile) -> str:
    return _says(file, int.from_bytes(file.exactly(0, 18)[2:6], "little"))


def _riff(file: OpenFile) -> str:
    """WAVE, AVI and WebP: the size of the form, and of a WAVE's sample data (64-bit sizes in `ds64`)."""
    head = file.exactly(0, 12)
    order = ">" if head[:4] == b"RIFX" else "<"
    form_size: int = struct.unpack_from(order + "I", head, 4)[0]
    wide = head[:4] in (b"RF64", b"BW64")
    if head[8:12] != b"WAVE":
        return _says(file, form_size + 8) if not wide else ""
    at, data_size = 12, 0
    for _ in range(_BOX_LIMIT):
        chunk = file.read_at(at, 36)
        if len(chunk) < 8:
            return f"{_CUT}: it has no sample data"
        size: int = struct.unpack_from(order + "I", chunk, 4)[0]
        if chunk[:4] == b"ds64" and len(chunk) >= 24:
            data_size = struct.unpack_from("<Q", chunk, 16)[0]
        if chunk[:4] == b"data":
            return _cut_samples(file, at + 8, data_size if wide and size == 0xFFFFFFFF else size)
        at += 8 + size + (size & 1)
    return ""


def _cut_samples(file: OpenFile, at: int, size: int) -> str:
    if size == 0xFFFFFFFF or at + size <= file.size:
        return ""
    return f"{_CUT}: {size} bytes of samples are announced and {max(0, file.size - at)} are there"


def _aiff(file: OpenFile) -> str:
    return _says(file, int.from_bytes(file.exactly(4, 4)) + 8)


def _au(file: OpenFile) -> str:
    start, size = struct.unpack(">II", file.exactly(4, 8))
    return "" if size == 0xFFFFFFFF else _cut_samples(file, start, size)


def _dpx(file: OpenFile) -> str:
    """The start of the picture and, for the plain packings, its length, both from the header (SMPTE 268M)."""
    head = file.read_at(0, 832)
    if len(head) < 832:
        return f"{_CUT}: it ends inside its header"
    order = ">" if head[:4] == b"SDPX" else "<"
    start, (elements, width, height) = (
        struct.unpack_from(order + "I", head, 4)[0],
        struct.unpack_from(order + "HII", head, 770),
    )
    descriptor, _, _, bits, packing, encoding = struct.unpack_from(order + "BBBBHH", head, 800)
    samples = {50: 3, 51: 4, 52: 4, 6: 1, 0: 1, 1: 1, 2: 1, 3: 1, 4: 1}.get(descriptor, 0)
    if elements != 1 or encoding or not samples:
        return _says(file, start)
    count = width * samples
    words = -(-count * bits // 32)
    if packing in (1, 2):
        words = {10: -(-count // 3), 12: -(-count // 2)}.get(bits, words)
    row_bytes = words * 4 if bits not in (8, 16) else count * bits // 8
    return _says(file, start + height * row_bytes)


def _tiff(file: OpenFile) -> str:
    """Strips or tiles that lie behind the end of the file, in the first directories."""
    for tags in directories(file):
        if tags is None:
            return f"{_CUT}: its directory lies behind its end"
        for offsets, counts in OFFSETS.items():
            ends = [a + b for a, b in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)]
            if ends and max(ends) > file.size:
                behind = sum(end > file.size for end in ends)
                return f"{_CUT}: {behind} of {len(ends)} strips or tiles lie behind its end"
    return ""


def boxes(file: OpenFile) -> Iterator[tuple[bytes, int, int]]:
    """The outer boxes of an ISO base media file: type, offset, size as it is announced (0: to the end)."""
    at = 0
    for _ in range(_BOX_LIMIT):
        head = file.read_at(at, 16)
        if len(head) < 8:
            return
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16])
        yield kind, at, size
        if size < 8:
            return
        at += size


def _iso(file: OpenFile) -> str:
    index = False
    for kind, at, size in boxes(file):
        if at + size > file.size:
            name = kind.decode("latin-1")
            without = "" if index or kind in _CONTAINERS else ", and it has no index (moov)"
            return f"{_CUT}: {size} bytes of '{name}' are announced and {file.size - at} are there{without}"
        index = index or kind in _CONTAINERS
    return "" if index else f"{_CUT}: it has no index (moov), so nothing in it can be found"


def _matroska(file: OpenFile) -> str:
    """The announced size of the segment; live recordings announce none."""
    at = 0
    head = file.read_at(0, 4096)
    for _ in range(8):
        if at + 12 > len(head):
            return ""
        id_length = 9 - head[at].bit_length()
        length = 9 - head[at + id_length].bit_length() if id_length < 5 else 9
        if id_length > 4 or length > 8:
            return ""
        raw = int.from_bytes(head[at + id_length : at + id_length + length])
        size = raw & ((1 << 7 * length) - 1)
        data = at + id_length + length
        if head[at : at + id_length] == b"\x18\x53\x80\x67":
            unknown = size == (1 << 7 * length) - 1
            return "" if unknown else _says(file, data + size)
        at = data + size
    return ""


def _mxf(file: OpenFile) -> str:
    """The footer partition that the header partition names (SMPTE 377)."""
    head = file.read_at(0, 65536 + 128)
    at = head.find(b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02")
    if at < 0 or at + 96 > len(head):
        return ""
    first = head[at + 16]
    data = at + 17 + (first & 0x7F if first & 0x80 else 0)
    footer: int = struct.unpack_from(">Q", head, data + 24)[0]
    if footer and at + footer >= file.size:
        return f"{_CUT}: its footer lies behind its end"
    open_header = head[at + 14] in (1, 3)
    return "the recording was not closed: its header is still open" if open_header and not footer else ""


def _asf(file: OpenFile) -> str:
    """The header object, and the data object behind it; a live recording announces none of its packets."""
    header = int.from_bytes(file.exactly(16, 8), "little")
    data = file.read_at(header, 24)
    if len(data) < 24:
        return _says(file, header)
    size = int.from_bytes(data[16:], "little")
    return _says(file, header + size) if data.startswith(_ASF_DATA) else ""


def _boxed(file: OpenFile) -> str:
    """HEIF and AVIF: a box that is longer than the file."""
    for kind, at, size in boxes(file):
        if at + size > file.size:
            name = kind.decode("latin-1")
            return f"{_CUT}: {size} bytes of '{name}' are announced and {file.size - at} are there"
    return ""


def _ogg(file: OpenFile) -> str:
    """The last page: it has all its bytes, and is marked as the last one of its stream (RFC 3533)."""
    start = max(0, file.size - 2 * _TAIL)
    tail = file.read_at(start, 2 * _TAIL)
    at = tail.rfind(b"OggS\0")
    if at < 0:
        return f"{_CUT}: it has no last page" if file.size > 2 * _TAIL else ""
    page = tail[at : at + 27 + 255]
    count = page[26] if len(page) > 26 else 0
    if len(page) < 27 + count or at + 27 + count + sum(page[27 : 27 + count]) > len(tail):
        return f"{_CUT}: it ends inside its last page"
    return "" if page[5] & 4 else "the recording was not closed: its last page is not marked as that"


def _w64(file: OpenFile) -> str:
    size = int.from_bytes(file.exactly(16, 8), "little")
    return _says(file, size) if size < 1 << 63 else ""


def _caf(file: OpenFile) -> str:
    """The chunks up to the sample data, whose size is -1 while it is recorded."""
    at = 8
    for _ in range(_BOX_LIMIT):
        head = file.read_at(at, 12)
        if len(head) < 12:
            return f"{_CUT}: it has no sample data"
        size = int.from_bytes(head[4:], signed=True)
        if head[:4] == b"data":
            return _cut_samples(file, at + 12, size) if size >= 0 else ""
        at += 12 + max(0, size)
    return ""


def _mp3(file: OpenFile) -> str:
    """The bytes that the first frame announces, where an encoder left word there (`Xing`, `Info`).

    Some count their tags as well: only what the whole file does not have is missing for sure.
    """
    head = file.read_at(0, 10)
    start = 0
    if head[:3] == b"ID3" and len(head) == 10:
        start = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) + (10 if head[5] & 0x10 else 0)
    frame = file.read_at(start, 64)
    if len(frame) < 64 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return ""
    first, mono = (frame[1] >> 3) & 3 == 3, frame[3] >> 6 == 3
    at = 4 + ((17 if mono else 32) if first else (9 if mono else 17))
    if frame[at : at + 4] not in (b"Xing", b"Info") or not frame[at + 7] & 2:
        return ""
    at += 12 if frame[at + 7] & 1 else 8
    announced = int.from_bytes(frame[at : at + 4])
    there = file.size - start
    return f"{_CUT}: {announced} bytes of sound are announced and {there} are there" if announced > file.size else ""


_CHECKS: dict[str, Callable[[OpenFile], str]] = {
    "png": _png, "jpeg": _jpeg, "gif": _gif, "jpeg2000": _jpeg2000, "bmp": _bmp, "webp": _riff, "wav": _riff,
    "avi": _riff, "aiff": _aiff, "au": _au, "dpx": _dpx, "cineon": cineon_end, "tiff": _tiff, "mov": _iso, "mp4": _iso,
    "m4a": _iso, "braw": _iso, "matroska": _matroska, "matroska-audio": _matroska, "webm": _matroska, "mxf": _mxf,
    "asf": _asf, "wma": _asf, "avif": _boxed, "heif": _boxed, "ogg": _ogg, "ogv": _ogg, "w64": _w64, "caf": _caf,
    "mp3": _mp3, "y4m": y4m_end, "ac3": ac3_end, "eac3": ac3_end, "aac": adts_end,
    "pnm": netpbm_end, "pfm": floatmap_end, "sgi": sgi_end,
}  # fmt: skip
