"""The pixels of all frames of a sequence: statistics brought together, frames that repeat, frames that are black."""

import json
import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import AppError
from app.files.framerange import frame_range
from app.inspection.framereading import SequenceReader
from app.jobs.events import Stage
from app.jobs.inorder import in_order
from app.model.frames import Frame

_ERROR_LIMIT = 100
_WHERE = ("rows", "columns")
_OF_AN_ERROR = ("code", "part", "level", "message", *_WHERE)
_COUNTS = ("nan_count", "inf_count", "pos_inf_count", "neg_inf_count", "finite_count", "zero_count", "negative_count")
_FRAMES_WITH = {"nan_frames": "nan_count", "inf_frames": "inf_count", "negative_frames": "negative_count"}


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """What the pixels of a sequence say.

    Attributes:
        stats: per part and channel over all frames, as in the document of a file; also `nan_frames` and its like.
        repeated: frames that show the same as the readable frame before, as pairs of that one and itself, by index.
        black: black frames, by index.
        errors: what could not be decoded, with its frames.
    """

    stats: dict[str, Any]
    repeated: list[tuple[int, int]]
    black: list[int]
    errors: list[dict[str, Any]]


@dataclass(slots=True)
class _Channel:
    """One channel over all frames. Moments are pooled (Chan, Golub, LeVeque 1979)."""

    lowest: float | None = None
    highest: float | None = None
    total: int = 0
    mean: float = 0.0
    squares: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    frames: dict[str, list[Frame]] = field(default_factory=lambda: {name: [] for name in _FRAMES_WITH})
    histogram: dict[str, Any] | None = None
    has_histogram: bool = True
    there: list[Frame] = field(default_factory=list)

    def take(self, frame: Frame, told: dict[str, Any]) -> None:
        self.there.append(frame)
        for name in _COUNTS:
            self.counts[name] += told[name]
        for name, count in _FRAMES_WITH.items():
            if told[count]:
                self.frames[name].append(frame)
        self._add_histogram(told.get("histogram"))
        count = told["finite_count"]
        if not count:
            return
        self.lowest = told["min"] if self.lowest is None else min(self.lowest, told["min"])
        self.highest = told["max"] if self.highest is None else max(self.highest, told["max"])
        both = self.total + count
        step = told["mean"] - self.mean
        self.squares += told["stddev"] ** 2 * count + step * step * self.total * count / both
        self.mean += step * count / both
        self.total = both

    def _add_histogram(self, other: dict[str, Any] | None) -> None:
        """Add counts between the same edges; histograms of frames with other edges cannot be added."""
        if other is None or not self.has_histogram:
            self.has_histogram, self.histogram = False, None
        elif self.histogram is None:
            self.histogram = other
        elif self.histogram["edges"] != other["edges"]:
            self.has_histogram, self.histogram = False, None
        else:
            counts = [one + more for one, more in zip(self.histogram["counts"], other["counts"], strict=True)]
            outside = {side: self.histogram[side] + other[side] for side in ("below", "above")}
            self.histogram = {**self.histogram, "counts": counts, **outside}

    def document(self, read: Sequence[Frame]) -> dict[str, Any]:
        """The channel as JSON; `read` are the frames whose pixels were read, ascending."""
        absent = sorted(set(read).difference(self.there)) if len(self.there) < len(read) else []
        told = {name: frame_range(frames) for name, frames in self.frames.items()}
        moments = (self.mean, math.sqrt(self.squares / self.total)) if self.total else (None, None)
        return {
            "min": self.lowest, "max": self.highest, "mean": moments[0], "stddev": moments[1], **self.counts, **told,
            "absent_frames": frame_range(absent), "histogram": self.histogram,
        }  # fmt: skip


class _Gathering:
    """Statistics as they come, in the order of the frames."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.channels: dict[tuple[int, str], _Channel] = {}
        self.reasons: dict[int, str] = {}
        self.digests = array("Q", bytes(8 * len(frames)))
        self.black: list[int] = []
        self.read: list[Frame] = []
        self.errors: dict[str, tuple[dict[str, Any], list[Frame]]] = {}

    def take(self, index: int, told: dict[str, Any]) -> None:
        """Add one frame."""
        frame = self.frames[index]
        self.digests[index] = told["digest"]
        if told["black"]:
            self.black.append(index)
        for part in told["stats"]["parts"]:
            if not part["supported"]:
                self.reasons.setdefault(part["index"], part.get("reason", ""))
            for channel in part["channels"]:
                self.channels.setdefault((part["index"], channel["name"]), _Channel()).take(frame, channel)
        self.read.append(frame)
        for error in told["errors"]:
            self.note(frame, {key: error[key] for key in _OF_AN_ERROR if key in error})

    def note(self, frame: Frame, error: dict[str, Any]) -> None:
        """Keep what could not be decoded; where there is much of it, without its rows, and then without its reason."""
        key = json.dumps(error, sort_keys=True)
        if key not in self.errors and len(self.errors) >= _ERROR_LIMIT:
            error = {name: value for name, value in error.items() if name not in _WHERE}
            key = json.dumps(error, sort_keys=True)
        if key not in self.errors and len(self.errors) >= 2 * _ERROR_LIMIT:
            key, error = "", {"code": "pixels.damaged", "message": "More is damaged, which is not told one by one."}
        frames = self.errors.setdefault(key, (error, []))[1]
        if not frames or frames[-1] != frame:
            frames.append(frame)

    def stats(self, sample: int) -> dict[str, Any]:
        """The statistics as JSON."""
        parts: dict[int, dict[str, Any]] = {
            index: {"index": index, "supported": False, "reason": reason, "channels": []}
            for index, reason in self.reasons.items()
        }
        for (index, name), channel in self.channels.items():
            part = parts.setdefault(index, {"index": index, "supported": True, "sample": sample, "channels": []})
            part["channels"].append({"name": name, **channel.document(self.read)})
        return {"parts": [parts[index] for index in sorted(parts)], "frames": frame_range(self.read)}


def read_pixels(reader: SequenceReader, indices: Sequence[int], sample: int) -> PixelFacts:
    """Decode frames and bring together what they say.

    Args:
        reader: reads the frames.
        indices: the frames that have a header, ascending.
        sample: count every so many rows only.

    Raises:
        Cancelled: the job was stopped.
    """
    found = _Gathering(reader.sequence.frames)
    reader.job.stage(Stage.DECODE, len(indices))
    requests = ((index, {"what": "stats", "name": reader.name(index), "sample": sample}) for index in indices)
    for done, (index, answer) in enumerate(in_order(reader.pixels(requests), indices), 1):
        if isinstance(answer, AppError):
            found.note(reader.sequence.frames[index], {"code": answer.code, "message": answer.message})
        else:
            found.take(index, answer[0][0])
        reader.job.progress(done)
    repeated, lost = _repeated(reader, found.digests, indices)
    for index in lost:
        text = "It could not be compared with the frame before."
        found.note(reader.sequence.frames[index], {"code": "pixels.not_compared", "message": text})
    errors = [{**error, "frames": frame_range(frames)} for error, frames in found.errors.values()]
    return PixelFacts(found.stats(sample), repeated, found.black, errors)


def _repeated(
    reader: SequenceReader, digests: Sequence[int], indices: Sequence[int]
) -> tuple[list[tuple[int, int]], list[int]]:
    """The frames that hold the same pixels as the one before, and those of which it cannot be told.

    Equal statistics alone are no proof.
    """
    pairs = [
        (before, after)
        for before, after in zip(indices, indices[1:], strict=False)
        if digests[before] and digests[before] == digests[after]
    ]
    requests = (
        ((before, after), {"what": "same", "a": reader.name(before), "b": reader.name(after)})
        for before, after in pairs
    )
    same: list[tuple[int, int]] = []
    lost: list[int] = []
    for pair, answer in reader.pixels(requests):
        if isinstance(answer, AppError):
            lost.append(pair[1])
        elif answer[0][0]["same"]:
            same.append(pair)
    return sorted(same), sorted(lost)


def runs_of(repeated: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The runs of frames that show the same, with the first of each, from ascending pairs."""
    runs: list[list[int]] = []
    for before, after in repeated:
        if runs and runs[-1][-1] == before:
            runs[-1].append(after)
        else:
            runs.append([before, after])
    return runs
