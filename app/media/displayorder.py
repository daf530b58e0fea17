"""When frames are shown that know only when they were decoded: H.264 in AVI.

An AVI numbers its chunks in the order of decoding and FFmpeg hands those numbers on, so that pictures that refer to
later ones come out of the decoder in the order of showing with their numbers mixed up. The first picture that is shown
has the smallest number of those that were sent, the next one the next: that holds from the start of a file on, and from
a key frame on once the pictures in front of it are known (those that are sent behind it and shown before it; right
after a jump they cannot be decoded). Behind a jump the second key frame is therefore the first whose number is sure.

Source: ITU-T H.264, C.4.5.3 (output order), D.2.8 (recovery points).
"""

from bisect import bisect_left, insort
from typing import Any

#: FFmpeg's names of streams without a container.
_BARE = frozenset({"h264", "hevc", "mpegvideo", "m4v", "obu", "vc1", "h263", "h261"})


def is_numbered_by_decoding(stream: Any) -> bool:
    """Whether the time stamps of a stream (PyAV's) count chunks as they are decoded, the first one as it may be."""
    return bool(stream.container.format.name == "avi" and stream.codec_context.name == "h264")


def is_counted(stream: Any) -> bool:
    """Whether frames of a stream can only be counted from its start.

    A stream without a container knows no times and no index; the times of H.264 in ASF are mixed up behind a jump.
    """
    name = stream.container.format.name
    return name in _BARE or (name == "asf" and stream.codec_context.name == "h264")


def is_start_untold(stream: Any) -> bool:
    """Whether its container does not say when a stream starts, which may be later than at 0: ASF."""
    return stream.start_time is None and bool(stream.container.format.name == "asf")


class DisplayOrder:
    """Gives decoded frames the numbers at which they are shown, from a key frame on.

    Args:
        first: the number of the first chunk of the file.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._sent: list[int] = []
        self._next = 0
        self._known = False
        self._since_key: list[int] = []

    def sent(self, number: int) -> None:
        """A chunk went to the decoder."""
        if not self._sent:
            self._known = number <= self._first
        insort(self._sent, number)

    def shown(self, number: int, *, key: bool) -> int | None:
        """The number at which a frame is shown; None where that cannot be known yet. Frames come as they are shown.

        Args:
            number: of the chunk that it was decoded from.
            key: whether it is a key frame.
        """
        if key and self._since_key:
            leading = sum(other > number for other in self._since_key)
            self._known = True
            self._next = bisect_left(self._sent, number) + leading
            del self._sent[: self._next]
            self._next = 0
            self._since_key = []
        self._since_key.append(number)
        if not self._known or self._next >= len(self._sent):
            return None if not self._known else number
        self._next += 1
        return self._sent[self._next - 1]
