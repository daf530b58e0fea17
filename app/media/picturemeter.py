"""Measures one video stream while it is decoded: black and repeated frames, interlacing, time stamps.

A frame is counted from 0 by its time at the stream's own rate, as the viewer counts (`app.media.movie`). Black and
repeated frames are told from the stored samples themselves; FFmpeg's `freezedetect` misses repeats of small pictures
and compares with the start of a stretch, not with the frame before. Interlacing: FFmpeg's `idet`.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.media.displayorder import is_counted, is_numbered_by_decoding, is_start_untold
from app.media.frametimes import FrameTimes, frames
from app.media.video import nominal_rate
from app.model.measuring import MeasureOptions

Plane = NDArray[np.uint8] | NDArray[np.uint16]
_RUNS = 1000
_EARLY_ROWS = 8
_FULL_RANGE = 2


class PictureMeter:
    """Takes the decoded frames of one stream.

    Args:
        stream: PyAV's video stream.
        facts: what `video_stream` tells of it.
        options: sets of thresholds; black and repeated frames are told by each of them.
    """

    def __init__(self, stream: Any, facts: dict[str, Any], options: Sequence[MeasureOptions]) -> None:
        self._index: int = stream.index
        self._facts = facts
        self._seen = [_Seen(one) for one in options]
        self._base: Fraction = stream.time_base or Fraction(1, 90000)
        self._start: int = stream.start_time or 0
        self._rate: Fraction = nominal_rate(stream) or Fraction(25)
        self._frames = 0
        self._flagged = 0
        self._previous: tuple[Any, list[Plane]] | None = None
        self._times = FrameTimes()
        self._interlace = _Interlace()
        self._sizes: list[list[int]] = []
        reordered = stream.container.format.name == "avi" and stream.codec_context.has_b_frames
        self._trusted = not reordered and not is_counted(stream)
        self._starts_at_first = is_numbered_by_decoding(stream) or is_start_untold(stream)
        self._last_pts = self._start - (1 << 62)
        self.next_number = 0

    def begin(self, pts: int | None) -> None:
        """The first packet has this time stamp; of some streams that alone says where they start."""
        if self._starts_at_first and pts is not None:
            self._start = pts

    def number_of(self, pts: int | None) -> int:
        """The number of the frame at a time stamp; behind the one before where there is none."""
        return self.next_number if pts is None else round((pts - self._start) * self._base * self._rate)

    def seconds_of(self, pts: int | None) -> float:
        """Seconds from the start of the stream at a time stamp."""
        at = self.next_number / self._rate if pts is None else (pts - self._start) * self._base
        return round(float(at), 6)

    def take(self, frame: Any, *, stamped: bool = True) -> int:
        """The next frame; gives its number.

        Args:
            frame: PyAV's.
            stamped: whether its time stamp is the file's and not guessed from its neighbours'.
        """
        stamped = stamped and self._trusted and frame.pts is not None and frame.pts >= self._last_pts
        pts = frame.pts if stamped else None
        self._last_pts = self._last_pts if pts is None else pts
        number, time_s = self.number_of(pts), self.seconds_of(pts)
        self._times.feed(number, time_s, stamped=stamped)
        self._frames += 1
        self._flagged += bool(frame.interlaced_frame)
        size = [frame.width, frame.height]
        if not self._sizes or self._sizes[-1] != size:
            self._sizes = [*self._sizes[-9:], size]
        shown, planes = _planes(frame)
        levels = _levels(shown)
        for seen in self._seen:
            seen.feed(number, time_s, self._previous[1] if self._previous else None, planes, levels)
        self._previous = shown, planes
        self._interlace.feed(frame)
        self.next_number = number + 1
        return number

    def result(self) -> dict[str, Any]:
        """What was measured, as JSON, by the first set of thresholds; call it once, at the end."""
        return {
            "stream": self._index,
            "frames_decoded": self._frames,
            "frames_expected": self._facts["frames"],
            "frame_rate": str(self._rate),
            **self._seen[0].result(1 / self._rate),
            "interlace": {
                "declared": self._facts["field_order"], "flagged_frames": self._flagged, **self._interlace.result(),
            },
            "timestamps": self._times.result(),
            "sizes": self._sizes,
        }  # fmt: skip

    def others(self) -> list[dict[str, Any]]:
        """What is otherwise by each further set of thresholds, as JSON."""
        return [{"stream": self._index, **seen.result(1 / self._rate)} for seen in self._seen[1:]]


class _Seen:
    """Black and repeated frames by one set of thresholds."""

    def __init__(self, options: MeasureOptions) -> None:
        self._options = options
        self._black, self._frozen = _Runs(), _Runs()

    def feed(
        self, number: int, time_s: float, before: list[Plane] | None, now: list[Plane], levels: tuple[float, float]
    ) -> None:
        black = _is_black(now[0], levels, self._options)
        repeats = before is not None and _repeats(before, now, levels[1], self._options)
        self._black.feed(number, time_s, holds=black)
        self._frozen.feed(number, time_s, holds=repeats and not black)

    def result(self, each: Fraction) -> dict[str, Any]:
        return {"black": self._black.result(each), "frozen": self._frozen.result(each)}


def _planes(frame: Any) -> tuple[Any, list[Plane]]:
    """The stored samples, rows × columns of each plane, and the frame that owns them; brought to YUV where needed."""
    form = frame.format
    bits = form.components[0].bits if form.components else 0
    plain = form.name.startswith(("yuv", "gray", "nv12")) and form.is_planar | (len(form.components) == 1)
    if not plain or not 8 <= bits <= 16 or form.is_big_endian or form.name.startswith("grayf"):
        frame = frame.reformat(format="yuv444p" if bits <= 8 else "yuv444p16le", threads=1)
    kind = np.uint8 if frame.format.components[0].bits <= 8 else np.uint16
    width = np.dtype(kind).itemsize
    planes: list[Plane] = []
    for plane in frame.planes:
        rows: Any = np.frombuffer(plane, kind).reshape(plane.height, plane.line_size // width)
        planes.append(rows[:, : plane.width])
    return frame, planes


def _levels(frame: Any) -> tuple[float, float]:
    """Black and the range to white of the luma samples."""
    bits = frame.format.components[0].bits
    if frame.color_range == _FULL_RANGE or frame.format.name.startswith(("yuvj", "gray")):
        return 0.0, float((1 << bits) - 1)
    return float(16 << (bits - 8)), float(219 << (bits - 8))


def _is_black(luma: Plane, levels: tuple[float, float], options: MeasureOptions) -> bool:
    highest = int(levels[0] + options.black_level * levels[1])
    least = options.black_ratio * luma.size
    early = luma[::_EARLY_ROWS]
    bright = np.count_nonzero(early > highest)
    if bright > luma.size - least:
        return False
    return bool(np.count_nonzero(luma <= highest) >= least)


def _repeats(before: list[Plane], now: list[Plane], white: float, options: MeasureOptions) -> bool:
    """Whether the mean difference of all samples stays below the noise; most frames are told by every eighth row."""
    if [plane.shape for plane in before] != [plane.shape for plane in now]:
        return False
    allowed = options.freeze_noise * white * sum(plane.size for plane in now)
    for first in range(_EARLY_ROWS):
        for a, b in zip(before, now, strict=True):
            allowed -= _difference(a[first::_EARLY_ROWS], b[first::_EARLY_ROWS])
        if allowed < 0:
            return False
    return True


def _difference(a: Plane, b: Plane) -> int:
    return int((np.maximum(a, b) - np.minimum(a, b)).sum(dtype=np.int64))


class _Runs:
    """Frames for which something holds, as runs."""

    def __init__(self) -> None:
        self._runs: list[list[float]] = []
        self._count = self._longest = self._length = self._run_count = 0

    def feed(self, number: int, time_s: float, *, holds: bool) -> None:
        if not holds:
            self._length = 0
            return
        self._count += 1
        self._length += 1
        self._longest = max(self._longest, self._length)
        if self._length == 1:
            self._run_count += 1
        if self._run_count > _RUNS:
            return
        if self._length == 1:
            self._runs.append([number, number, time_s, time_s])
        else:
            self._runs[-1][1], self._runs[-1][3] = number, time_s

    def result(self, each: Fraction) -> dict[str, Any]:
        runs: list[dict[str, Any]] = [
            {"frames": frames(int(first), int(last)), "start_s": start, "end_s": round(end + float(each), 6)}
            for first, last, start, end in self._runs
        ]
        return {
            "frames": ",".join(run["frames"] for run in runs),
            "count": self._count,
            "longest": self._longest,
            "run_count": self._run_count,
            "runs": runs,
        }


class _Interlace:
    """FFmpeg's `idet` over all frames; asked anew where their size or format changes."""

    def __init__(self) -> None:
        self._graph: Any = None
        self._shape: tuple[Any, ...] = ()
        self._sums = {"tff": 0.0, "bff": 0.0, "progressive": 0.0, "undetermined": 0.0}
        self._told: dict[str, str] = {}
        self._pushed = 0

    def feed(self, frame: Any) -> None:
        shape = (frame.width, frame.height, frame.format.name)
        if frame.height < 8 or frame.width < 8:
            return
        if shape != self._shape:
            self._flush()
            self._open(frame)
            self._shape = shape
        number, base = frame.pts, frame.time_base
        frame.pts, frame.time_base = self._pushed, Fraction(1, 1000)
        self._pushed += 1
        self._graph.vpush(frame)
        frame.pts, frame.time_base = number, base
        self._pull()

    def _open(self, frame: Any) -> None:
        import av

        graph = av.filter.Graph()
        graph.threads = 1
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format.name, time_base=Fraction(1, 1000)
        )
        graph.link_nodes(source, graph.add("idet"), graph.add("buffersink"))
        graph.configure()
        self._graph = graph

    def _pull(self) -> None:
        import av

        while True:
            try:
                told = self._graph.vpull().metadata
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if "lavfi.idet.multiple.tff" in told:
                self._told = dict(told)

    def _flush(self) -> None:
        if self._graph is None:
            return
        self._graph.vpush(None)
        self._pull()
        for name in self._sums:
            self._sums[name] += float(self._told.get(f"lavfi.idet.multiple.{name}", 0))
        self._graph, self._told = None, {}

    def result(self) -> dict[str, Any]:
        self._flush()
        counts = {name: round(value) for name, value in self._sums.items()}
        return {
            "detected": _verdict(counts),
            "top_first": counts["tff"],
            "bottom_first": counts["bff"],
            "progressive": counts["progressive"],
            "undetermined": counts["undetermined"],
        }


def _verdict(counts: dict[str, int]) -> str:
    """What most of the frames are of which it can be told; `mixed` where a twentieth is something else."""
    known = {name: counts[name] for name in ("tff", "bff", "progressive") if counts[name]}
    told = sum(known.values())
    if not told:
        return "undetermined"
    most = max(known, key=lambda name: known[name])
    return most if known[most] >= 0.95 * told else "mixed"
