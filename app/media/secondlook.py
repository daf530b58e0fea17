"""A second look at what first bytes say of a file whose name promises no media.

Two or three bytes make a sound or a picture of one in a few thousand files of any kind. Under a media suffix that is
good enough; elsewhere the structure behind them must agree: the next frame of a stream where the first one says that
it begins, the fields of a header within their bounds. A bare JPEG XL codestream has two such bytes and a header in
which nearly every bit may be anything: only its suffix tells.

Sources: ISO 11172-3 and 13818-3 (MPEG audio), 13818-7 (ADTS), ETSI TS 102 366 (AC-3), 13818-1 and 11172-1 (pack
headers), 13818-2 (sequence header), ITU T.81 (JPEG), SMPTE 360M (GXF); Netpbm's and Monkey's Audio's own headers.
"""

import re
from collections.abc import Callable

_TEXTUAL = ("pnm", "pfm", "svg", "hdr", "fits", "xpm", "y4m")
_FRAMES = 3
_SEGMENTS = 3
_START_OF_SCAN = 0xDA
_START_CODE = b"\0\0\1"
_SYNC_MARKS = 4
_L1 = (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448)
_L2 = (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_L3 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LOW_L1 = (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
#: Kilobits a second by version (3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5) and layer as the header codes it (3: layer I).
_RATES = {3: {3: _L1, 2: _L2, 1: _L3}, 2: {3: _LOW_L1, 2: _LOW, 1: _LOW}, 0: {3: _LOW_L1, 2: _LOW, 1: _LOW}}
_SAMPLING = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_AC3_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
_APP_NAMES = (b"JFIF", b"Exif", b"ICC_", b"Adob", b"http", b"Phot", b"MPF\0", b"JFXX", b"SPIF", b"Duck")
_NETPBM = re.compile(rb"P[1-6]\s(?:\s|#[^\n]*\n)*[0-9]{1,6}\s(?:\s|#[^\n]*\n)*[0-9]{1,6}\s|P7\n(?:#[^\n]*\n)*WIDTH ")
_FLOATMAP = re.compile(rb"P[Ff]\n[0-9]{1,6}\s[0-9]{1,6}\s-?[0-9.]+\s")


def stands(name: str, head: bytes, *, is_text: bool) -> bool:
    """Whether a file without a media suffix is the media format that its first bytes say.

    Args:
        name: the format.
        head: the first bytes (`HEAD_BYTES` of them, or all there are).
        is_text: they can be read as text, as a note can that begins with "MAC ".
    """
    if is_text and name not in _TEXTUAL:
        return False
    check = _CHECKS.get(name)
    return check is None or check(head)


def _jpeg(head: bytes) -> bool:
    """A known application segment, or three segments one behind the other."""
    if head[3:4] >= b"\xe0" and head[6:10] in _APP_NAMES:
        return True
    at = 2
    for segment in range(_SEGMENTS):
        if at >= len(head):
            return segment > 1
        mark, code = head[at : at + 1], int.from_bytes(head[at + 1 : at + 2])
        if mark != b"\xff" or not 0xC0 <= code <= 0xFE:
            return False
        if code == _START_OF_SCAN:
            return segment > 1
        at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return True


def _jpeg_xl(head: bytes) -> bool:
    return not head.startswith(b"\xff\x0a")


def _sgi(head: bytes) -> bool:
    dimensions = int.from_bytes(head[4:6])
    return head[2:3] in (b"\0", b"\1") and head[3:4] in (b"\1", b"\2") and 1 <= dimensions <= 3 and len(head) >= 512


def _icon(head: bytes) -> bool:
    """The first picture of the directory lies behind the directory."""
    count, offset = int.from_bytes(head[4:6], "little"), int.from_bytes(head[18:22], "little")
    return head[9:10] == b"\0" and 6 + 16 * count <= offset < 1 << 24 and int.from_bytes(head[14:18], "little") > 0


def _netpbm(head: bytes) -> bool:
    return _NETPBM.match(head) is not None


def _float_map(head: bytes) -> bool:
    return _FLOATMAP.match(head) is not None


def _mpeg_stream(head: bytes) -> bool:
    """A pack header or a sequence header with its marker bits, and another start code where it must come."""
    if len(head) < 14:
        return False
    if head[3] == 0xB3:
        wide, high = head[4] << 4 | head[5] >> 4, (head[5] & 15) << 8 | head[6]
        fields = wide and high and 1 <= head[7] >> 4 <= 14 and 1 <= head[7] & 15 <= 8 and head[10] & 0x20
        return bool(fields) and _START_CODE in head[12:]
    if head[4] & 0xF1 == 0x21:
        marks, size = head[6] & head[8] & head[9] >> 7 & head[11] & 1, 12
    else:
        second = head[4] & 0xC4 == 0x44 and head[12] & 3 == 3
        marks, size = second and head[6] & head[8] & 4 and head[9] & 1, 14 + (head[13] & 7)
    return bool(marks) and head[size : size + 3] == _START_CODE


def _transport_stream(head: bytes) -> bool:
    """Sync bytes at the same distance throughout."""
    for spacing, first in ((188, 0), (192, 4), (204, 0)):
        marks = head[first::spacing]
        if len(marks) >= _SYNC_MARKS and set(marks) == {0x47}:
            return True
    return False


def _gxf(head: bytes) -> bool:
    return head[14:16] == b"\xe1\xe2"


def _mpeg_audio(head: bytes) -> bool:
    """A tag with a sound header, or three frames of the same kind one behind the other."""
    if head[:3] == b"ID3":
        size = head[6:10]
        return len(size) == 4 and 2 <= head[3] <= 4 and head[4] < 0xFF and not head[5] & 15 and max(size) < 0x80
    return _chain(head, _mpeg_audio_size)


def _adts(head: bytes) -> bool:
    return _chain(head, adts_size)


def _ac3(head: bytes) -> bool:
    return _chain(head, ac3_size, 2)


def _chain(head: bytes, size_of: Callable[[bytes], int], frames: int = _FRAMES) -> bool:
    """Whether so many frames follow each other, all of the kind of the first."""
    at, kind = 0, head[:2]
    for _ in range(frames):
        frame = head[at : at + 8]
        if len(frame) < 6 or frame[:2] != kind or not (size := size_of(frame)):
            return False
        at += size
    return True


def _mpeg_audio_size(frame: bytes) -> int:
    version, layer, rate, sampling = (frame[1] >> 3) & 3, (frame[1] >> 1) & 3, frame[2] >> 4, (frame[2] >> 2) & 3
    if frame[0] != 0xFF or version == 1 or layer == 0 or not 1 <= rate <= 14 or sampling == 3:
        return 0
    bits, hertz, padding = _RATES[version][layer][rate - 1] * 1000, _SAMPLING[version][sampling], (frame[2] >> 1) & 1
    if layer == 3:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * bits // hertz + padding


def adts_size(frame: bytes) -> int:
    """Bytes of an ADTS frame, by its first eight; 0 where they begin none."""
    size = (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5
    known = frame[1] & 0xF6 == 0xF0 and (frame[2] >> 2) & 15 < 13
    return size if known and size > 7 else 0


def ac3_size(frame: bytes) -> int:
    """Bytes of a frame of AC-3 or E-AC-3, by its first eight; 0 where they begin none."""
    stream = frame[5] >> 3
    if 10 < stream <= 16:
        return (((frame[2] & 7) << 8 | frame[3]) + 1) * 2
    rate, sampling, code = (frame[4] & 63) >> 1, frame[4] >> 6, frame[4] & 1
    if stream > 10 or sampling == 3 or rate >= len(_AC3_RATES):
        return 0
    words = _AC3_RATES[rate] * 96000 // (48000, 44100, 32000)[sampling]
    return 2 * (words + (code if sampling == 1 else 0))


def _monkey(head: bytes) -> bool:
    """A version, and the size of the descriptor or, before 3.98, a compression level behind it."""
    version, level = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:8], "little")
    if version >= 3980:
        return version < 5000 and int.from_bytes(head[8:12], "little") == 52
    return version >= 3000 and level in range(1000, 6000, 1000)


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "jpeg": _jpeg, "jpegxl": _jpeg_xl, "sgi": _sgi, "ico": _icon, "cur": _icon, "pnm": _netpbm, "pfm": _float_map,
    "mpegps": _mpeg_stream, "mpegts": _transport_stream, "gxf": _gxf, "mp3": _mpeg_audio, "aac": _adts, "ac3": _ac3,
    "ape": _monkey,
}  # fmt: skip
