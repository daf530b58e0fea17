"""Whether a PNG or WebP moves, how many pictures it announces, and how many of them its chunks speak for.

Sources: PNG (third edition) with its chunks acTL, fcTL and fdAT; the WebP container specification.
"""

import zlib
from dataclasses import dataclass

from app.media.formats import Format
from app.media.opening import OpenFile

_CHUNKS = 100_000
_FEED = 1 << 20
_MOVES = 2
_OF_PICTURES = (b"IDAT", b"fcTL", b"fdAT")


@dataclass(frozen=True, slots=True)
class Moving:
    """Pictures that move.

    Attributes:
        pictures: how many the file announces, at least two; a still that players without movement show is one of them.
        sound: how many lie before the first damage that its chunks show.
        wide: sixteen bits a sample.
        reason: what is wrong behind the sound ones; empty where nothing is.
    """

    pictures: int
    sound: int
    wide: bool = False
    reason: str = ""


def moving(file: OpenFile, form: Format, *, checked: bool = False) -> Moving | None:
    """The pictures of a PNG or WebP that has several; None of any other file.

    Args:
        file: the open file.
        form: its format.
        checked: whether to compare the chunks of a PNG with their checksums; else their heads alone are read.
    """
    if form.name == "png":
        return _png(file, checked)
    return _webp(file) if form.name == "webp" else None


def _png(file: OpenFile, checked: bool) -> Moving | None:
    announced, at = _announced(file)
    if announced < 2:
        return None
    sound, why = _sound(file, at, announced, checked)
    reason = f"at most {sound} of its {announced} pictures can be read: {why}" if why else ""
    return Moving(announced, sound, file.read_at(24, 1) == b"\x10", reason)


def _announced(file: OpenFile) -> tuple[int, int]:
    """How many pictures a PNG announces, and where the data of the first begin; 0 pictures where it does not move."""
    at, frames, still = 8, 0, 1
    for _ in range(_CHUNKS):
        head = file.read_at(at, 12)
        kind = head[4:8]
        if kind == b"IDAT" or len(head) < 12:
            break
        if kind == b"acTL":
            frames = int.from_bytes(head[8:])
        still = 0 if kind == b"fcTL" else still
        at += 12 + int.from_bytes(head[:4])
    return (frames + still if frames else 0), at


def _sound(file: OpenFile, at: int, announced: int, checked: bool) -> tuple[int, str]:
    """How many pictures lie before the first damage, and what that is."""
    pictures = 1
    for _ in range(_CHUNKS):
        head = file.read_at(at, 8)
        length, kind = int.from_bytes(head[:4]), head[4:]
        if len(head) < 8 or at + 12 + length > file.size or not (kind.isascii() and kind.isalpha()):
            return min(pictures, announced - 1), "what follows is no chunk of a PNG"
        if kind == b"IEND":
            break
        pictures += kind == b"fcTL"
        if checked and kind in _OF_PICTURES and not _fits(file, at, length):
            return min(pictures, announced) - 1, "the checksum of the next one does not fit"
        at += 12 + length
    return (announced, "") if pictures >= announced else (pictures, "there are no more")


def _fits(file: OpenFile, at: int, length: int) -> bool:
    """Whether a chunk is what its checksum says, which counts its kind too."""
    found, place, end = 0, at + 4, at + 8 + length
    while place < end:
        block = file.read_at(place, min(_FEED, end - place))
        if not block:
            return False
        found = zlib.crc32(block, found)
        place += len(block)
    return found == int.from_bytes(file.read_at(end, 4))


def _webp(file: OpenFile) -> Moving | None:
    head = file.read_at(12, 9)
    if head[:4] != b"VP8X" or len(head) < 9 or not head[8] & _MOVES:
        return None
    at, pictures = 12, 0
    for _ in range(_CHUNKS):
        head = file.read_at(at, 8)
        if len(head) < 8:
            break
        pictures += head[:4] == b"ANMF"
        length = int.from_bytes(head[4:], "little")
        at += 8 + length + (length & 1)
    return Moving(pictures, pictures) if pictures > 1 else None
