"""A file sequence and the numbers of its frames."""

from dataclasses import dataclass
from decimal import Decimal

#: A frame number: an int, or a Decimal for sub-frames (`1001.25`).
Frame = int | Decimal


@dataclass(frozen=True, slots=True)
class FileSequence:
    """Frames on disk that differ in their number alone.

    Attributes:
        base: everything before the frame number, raw bytes (`sh010.`; the separator belongs to it).
        ext: everything after the number, raw bytes with its dot (`.exr`).
        pad: digits of the shortest-padded frame (4 for `0998`…`10001`); a minus counts for one only where it takes
            the place of a digit (`-003` beside `0001`).
        frames: ascending frame numbers, each once.
        names: raw file names, in the order of `frames`.
        bytes: sum of the sizes, where they were given.
        newest_mtime_ns: newest modification time, where they were given.
        duplicate_frames: numbers that another sequence of the same base and ext, in another padding, has too.
        udim: the numbers are UDIM tiles (1001 + u + 10 v), not frames: none of them is ever missing.
    """

    base: bytes
    ext: bytes
    pad: int
    frames: tuple[Frame, ...]
    names: tuple[bytes, ...]
    bytes: int = 0
    newest_mtime_ns: int = 0
    duplicate_frames: tuple[Frame, ...] = ()
    udim: bool = False

    @property
    def first(self) -> Frame:
        """The lowest frame number."""
        return self.frames[0]

    @property
    def last(self) -> Frame:
        """The highest frame number."""
        return self.frames[-1]


def frames_called(ranges: str) -> str:
    """Frames in range notation with the word for one or several: `frame 1004`, `frames 1001-1003,1006`."""
    alone = "," not in ranges and "-" not in ranges[1:]
    return f"frame {ranges}" if alone else f"frames {ranges}"
