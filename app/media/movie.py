"""Frames of a movie by number or time, exact: seek to the key frame before, decode forward."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.container import PICTURE_LIMIT, container, duration_s, limit_pictures, packets_of
from app.media.displayorder import DisplayOrder, is_counted, is_numbered_by_decoding, is_start_untold
from app.media.formats import Format
from app.media.opening import OpenFile
from app.media.video import first_picture, nominal_rate

_FORWARD_S = 2
#: How much earlier it is sought where what was found lies behind: streams without an index are sought by bytes.
_EARLIER_S = (1, 5, 30)
_DAMAGED_LIMIT = 500
_COUNTED_BYTES = 1 << 30
_TAIL = 3000
#: From where on the end is looked at. The pictures may end before the sound does.
_BEFORE_END_S = (2, 20, 200)
#: Containers whose duration is a guess, or that of their longest stream.
_VAGUE = frozenset({"mpeg", "asf"})
_HD_HEIGHT = 720


@dataclass(frozen=True, slots=True)
class MovieFrame:
    """One frame.

    Attributes:
        rgba: rows × columns × 4 bytes, opaque.
        number: counted from 0 at the movie's own rate.
        seconds: from the start of the movie.
        full_width, full_height: pixels before it was reduced, upright.
        error: why another frame than the one asked for is shown, or what was damaged on the way.
    """

    rgba: NDArray[np.uint8]
    number: int
    seconds: float
    full_width: int
    full_height: int
    error: str = ""


class Movie:
    """A movie that stays open, so that the next frame is decoded and not sought. Use `close`.

    Raises:
        MediaError: it cannot be opened or holds no picture.
    """

    def __init__(self, file: OpenFile, form: Format) -> None:
        self._open = ExitStack()
        self._again, self._size = partial(container, file, form), file.size
        self._reopen()
        stream = self._stream
        self._by_counting = is_counted(stream)
        self.rate: Fraction = nominal_rate(stream) or Fraction(25)
        self._base: Fraction = stream.time_base or Fraction(1, 90000)
        self._unordered = is_numbered_by_decoding(stream)
        if self._by_counting:
            self._start = 0
        elif self._unordered or is_start_untold(stream):
            self._start = self._first_number()
        else:
            self._start = (stream.start_time or 0) + self._delay()
        self._frames: Iterator[Any] = self._decoded()
        self._last: Any = None
        self._fresh = True
        self._damaged = 0

    def _reopen(self) -> None:
        """Open it anew, from its start."""
        self._open.close()
        try:
            self._container = self._open.enter_context(self._again())
            self._stream: Any = self._picture_stream()
        except BaseException:
            self._open.close()
            raise

    def _picture_stream(self) -> Any:
        stream = first_picture(self._container) or next(iter(self._container.streams.video), None)
        if stream is None or stream.codec_context is None:
            raise MediaError("it holds no picture", code="media.no_picture")
        if stream.width * stream.height > PICTURE_LIMIT:
            raise MediaError(f"the picture is too large: {stream.width} x {stream.height}", code="media.too_large")
        limit_pictures(stream.codec_context)
        stream.codec_context.thread_count = 2
        return stream

    def _delay(self) -> int:
        """Ticks by which reordered frames come late in an AVI: it knows when they are decoded, not when shown."""
        return int(self._container.format.name == "avi" and bool(self._stream.codec_context.has_b_frames))

    def _first_number(self) -> int:
        """The number, or time stamp, of the first chunk with a picture."""
        first = self._next_packet()
        self._container.seek(0, stream=self._stream, backward=True)
        return int(first.pts) if first is not None and first.pts is not None else 0

    def _next_packet(self) -> Any:
        return next((packet for packet in packets_of(self._container, self._stream) if packet.size), None)

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()

    @property
    def frames(self) -> int | None:
        """How many frames it has: as the container counts, else by its duration; None where neither is known."""
        if self._stream.disposition & 0x400:
            return 1
        if self._stream.frames:
            return int(self._stream.frames)
        if self._by_counting:
            return self._counted
        length = self._stream.duration
        if length and self._container.format.name not in _VAGUE:
            return max(1, round(Fraction(length) * self._base * self.rate))
        seconds = duration_s(self._container)
        return self._number_at_end or (max(1, round(seconds * self.rate)) if seconds else None)

    @cached_property
    def _counted(self) -> int | None:
        """Pictures that can only be counted, counted without being decoded; None where that takes too long."""
        if self._size > _COUNTED_BYTES:
            return None
        with self._again() as opened:
            pictures = first_picture(opened) or opened.streams.video[0]
            return sum(1 for packet in packets_of(opened, pictures) if packet.size)

    @cached_property
    def _number_at_end(self) -> int | None:
        """How many frames there are up to the last one: a container's duration may be that of its sound.

        None where the end cannot be sought, or lies too far behind the last key frame.
        """
        stamps: list[int] = []
        try:
            with self._again() as opened:
                pictures: Any = first_picture(opened) or opened.streams.video[0]
                for earlier in _BEFORE_END_S:
                    end = max(0, (duration_s(opened) or 0) - earlier)
                    opened.seek(self._start + round(end / self._base), stream=pictures, backward=True)
                    packets = list(islice(packets_of(opened, pictures), _TAIL))
                    moments = packets if opened.format.name != "mpeg" else _decoded_of(packets)
                    stamps = [moment.pts for moment in moments if moment.pts is not None]
                    if stamps:
                        break
        except MediaError:
            return None
        if not stamps or len(packets) == _TAIL:
            return None
        last = Fraction(max(stamps) - self._start) * self._base
        return max(1, round(last * self.rate) + 1)

    @property
    def pixel_aspect(self) -> float:
        """Width of a pixel by its height."""
        return float(self._stream.sample_aspect_ratio or 1)

    def frame(self, number: int, max_width: int, max_height: int) -> MovieFrame:
        """Decode one frame.

        Args:
            number: counted from 0; behind the end gives the last frame and says so.
            max_width: it is reduced to fit, keeping its shape; 0 for no limit.
            max_height: the same, downwards.

        Raises:
            MediaError: no frame could be decoded at all.
        """
        if number < 0:
            raise MediaError(f"there is no frame {number}", code="media.no_frame")
        target = self._start + round(Fraction(number) / self.rate / self._base)
        try:
            found = self._find(target)
            return self._shown(found, number, max_width, max_height)
        except MediaError:
            raise
        except (ValueError, OSError, RuntimeError) as problem:
            raise MediaError(f"the frame cannot be decoded: {problem}", code="pixels.damaged") from problem

    def glimpse(self, seconds: float, max_width: int, max_height: int, limit_s: float) -> MovieFrame:
        """A frame near a time: as near as decoding forward from the key frame before it comes in `limit_s` seconds.

        Raises:
            MediaError: as `frame`.
        """
        number = self.seconds_to_number(seconds)
        target = self._start + round(Fraction(number) / self.rate / self._base)
        try:
            if not (self._fresh and target - self._start <= _FORWARD_S / self._base):
                self._seek(target)
            found = self._forward(target, time.monotonic() + limit_s) or self._find(target)
            return self._shown(found, number, max_width, max_height)
        except MediaError:
            raise
        except (ValueError, OSError, RuntimeError) as problem:
            raise MediaError(f"the frame cannot be decoded: {problem}", code="pixels.damaged") from problem

    def _forward(self, target: int, deadline: float) -> Any:
        """The last frame up to a time stamp that can be decoded before the deadline; None where there is none."""
        for frame in self._frames:
            self._last, self._fresh = frame, False
            if frame.pts is None or frame.pts >= target or time.monotonic() > deadline:
                break
        return self._last

    def seconds_to_number(self, seconds: float) -> int:
        """The number of the frame that is shown at a time."""
        return max(0, int(Fraction(seconds).limit_denominator(1_000_000) * self.rate + Fraction(1, 1000)))

    def _find(self, target: int) -> Any:
        tolerance = int(1 / (2 * self.rate * self._base))
        near = _FORWARD_S / self._base
        last = self._last.pts if self._last is not None and self._last.pts is not None else None
        if last is not None and abs(last - target) <= tolerance:
            return self._last
        at_start = self._fresh and target - self._start <= near
        sought = not at_start and (last is None or not last < target <= last + near)
        if sought:
            self._seek(target)
        found = self._reached(target, tolerance)
        for earlier in _EARLIER_S if sought else ():
            late = found is not None and found.pts is not None and found.pts > target + tolerance
            if not late and self._last is not None:
                break
            self._seek_earlier(target - int(earlier / self._base))
            found = self._reached(target, tolerance) or found
        if found is not None:
            return found
        if self._last is None and target > self._start:
            self._seek(self._start)
            for frame in self._frames:
                self._last = frame
        if self._last is None:
            raise MediaError("not one frame can be decoded", code="pixels.damaged")
        return self._last

    def _reached(self, target: int, tolerance: int) -> Any:
        """The frame at a time stamp, or the one before where none begins there; None where there are none so far on."""
        for frame in self._frames:
            previous, self._last, self._fresh = self._last, frame, False
            if frame.pts is None or frame.pts >= target - tolerance:
                skipped = frame.pts is not None and frame.pts > target + tolerance
                return previous if skipped and previous is not None and previous.pts <= target else frame
        return None

    def _seek_earlier(self, target: int) -> None:
        """Seek to before a frame, also to before the first one where the container can."""
        import av

        try:
            self._seek(target)
        except av.error.FFmpegError:
            self._seek(self._start)

    def _seek(self, target: int) -> None:
        if self._by_counting:
            self._reopen()
        else:
            self._container.seek(target, stream=self._stream, backward=True)
        if self._unordered:
            key = self._next_packet()
            before = key.dts - 1 if key is not None and key.dts is not None and key.pts > self._start else 0
            self._container.seek(max(0, before), stream=self._stream, backward=True)
        self._frames, self._last, self._fresh, self._damaged = self._decoded(), None, False, 0

    def _decoded(self) -> Iterator[Any]:
        """Frames in order with the times at which they are shown, by counting them where a stream has none."""
        for number, frame in enumerate(self._decoded_as_stamped()):
            if self._by_counting:
                frame.pts = round(number / self.rate / self._base)
            yield frame

    def _decoded_as_stamped(self) -> Iterator[Any]:
        """Frames in order; packets that cannot be decoded are counted and left out."""
        import av

        order = DisplayOrder(self._start) if self._unordered else None
        for packet in packets_of(self._container, self._stream):
            if order is not None and packet.size and packet.pts is not None:
                order.sent(packet.pts)
            try:
                yield from (frame for frame in packet.decode() if order is None or _is_placed(frame, order))
            except av.error.FFmpegError as problem:
                if isinstance(problem, av.error.EOFError):
                    return
                self._damaged += 1
                if self._damaged > _DAMAGED_LIMIT:
                    return

    def _shown(self, frame: Any, asked: int, max_width: int, max_height: int) -> MovieFrame:
        width, height = frame.width, frame.height
        scale = min(1.0, max_width / width if max_width else 1.0, max_height / height if max_height else 1.0)
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        matrix = frame.colorspace
        if matrix not in (1, 4, 5, 6, 7, 9):
            matrix = 1 if height >= _HD_HEIGHT else 5
        converted = frame.reformat(wide, high, "rgba", src_colorspace=matrix, dst_colorspace=1, threads=1)
        rgba: NDArray[np.uint8] = converted.to_ndarray()
        turns = round(frame.rotation / 90) % 4
        if turns:
            rgba = np.ascontiguousarray(np.rot90(rgba, turns))
            width, height = (height, width) if turns % 2 else (width, height)
        offset = (frame.pts - self._start) * self._base if frame.pts is not None else Fraction(asked) / self.rate
        number = round(offset * self.rate)
        error = ""
        if number < asked and self.frames is not None and asked >= self.frames:
            error = f"frame {asked} is behind the last one, {number}"
        elif self._damaged:
            error = f"{self._damaged} packets before it could not be decoded"
        return MovieFrame(rgba, number, float(offset), width, height, error)


def _is_placed(frame: Any, order: DisplayOrder) -> bool:
    """Whether it is known when a frame is shown; its time stamp says so then."""
    if frame.pts is not None:
        frame.pts = order.shown(frame.pts, key=frame.key_frame)
    return frame.pts is not None


def _decoded_of(packets: list[Any]) -> list[Any]:
    return [frame for packet in packets for frame in packet.decode()]
