"""The differences of two sequences, brought together: one entry for all frames that differ in the same way."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import AppError
from app.files.framerange import frame_range
from app.model.frames import Frame

_PAIRS_OF_VALUES = 8
_ENTRY_LIMIT = 1000
_ERROR_LIMIT = 100
_PIXEL_LIMIT = 4096


@dataclass(slots=True)
class _Attribute:
    """An attribute that differs in some frames: frames by pair of values, as JSON; None once they are too many."""

    first: dict[str, Any]
    first_frame: Frame
    frames: list[Frame] = field(default_factory=list)
    by_values: dict[str, tuple[dict[str, Any], list[Frame]]] | None = field(default_factory=dict)

    def take(self, frame: Frame, entry: dict[str, Any]) -> None:
        self.frames.append(frame)
        if frame < self.first_frame:
            self.first, self.first_frame = entry, frame
        if self.by_values is None:
            return
        key = json.dumps([entry["a"], entry["b"]], sort_keys=True)
        if key not in self.by_values and len(self.by_values) >= _PAIRS_OF_VALUES:
            self.by_values = None
            return
        self.by_values.setdefault(key, (entry, []))[1].append(frame)

    def entries(self) -> list[dict[str, Any]]:
        if self.by_values is None:
            return [self.first | {"frames": frame_range(sorted(self.frames)), "values": "of the first of these frames"}]
        return [entry | {"frames": frame_range(sorted(frames))} for entry, frames in self.by_values.values()]


@dataclass(slots=True)
class _Channel:
    """The errors of one channel over all frames."""

    part: int
    name: str
    largest: float = 0.0
    worst: Frame | None = None
    total: float = 0.0
    squares: float = 0.0
    compared: int = 0
    differing: int = 0
    non_finite: int = 0
    frames: list[Frame] = field(default_factory=list)

    def take(self, frame: Frame, entry: dict[str, Any]) -> None:
        self.compared += entry["compared"]
        self.total += entry["mean_error"] * entry["compared"]
        self.squares += entry["rms_error"] ** 2 * entry["compared"]
        self.differing += entry["differing"]
        self.non_finite += entry["non_finite"]
        if entry["differing"]:
            self.frames.append(frame)
        if entry["max_error"] > self.largest or (self.worst is None and entry["differing"]):
            self.largest, self.worst = max(self.largest, entry["max_error"]), frame

    def document(self) -> dict[str, Any]:
        count = max(1, self.compared)
        return {
            "part": self.part, "channel": self.name, "max_error": self.largest, "mean_error": self.total / count,
            "rms_error": math.sqrt(self.squares / count), "differing": self.differing, "non_finite": self.non_finite,
            "compared": self.compared, "frames": frame_range(sorted(self.frames)), "worst_frame": self.worst,
        }  # fmt: skip


class SequenceDifference:
    """What differs between two sequences; it grows with what differs, not with how many frames there are.

    Args:
        common: frames that both have, by the numbers of the first.
        only_a: frames of the first alone.
        only_b: frames of the second alone, by its own numbers.
    """

    def __init__(self, common: Sequence[Frame], only_a: Sequence[Frame], only_b: Sequence[Frame]) -> None:
        self._common, self._only_a, self._only_b = common, only_a, only_b
        self._attributes: dict[tuple[int, str], _Attribute] = {}
        self._channels: dict[tuple[int, str], _Channel] = {}
        self._errors: dict[str, tuple[dict[str, Any], list[Frame]]] = {}
        self._different: list[Frame] = []
        self._unsure: list[Frame] = []
        self._worst: tuple[bool, float, Frame] | None = None

    def take(self, frame: Frame, found: dict[str, Any]) -> None:
        """Add what differs in one frame."""
        if found["equal"] is False:
            self._different.append(frame)
        elif found["equal"] is None:
            self._unsure.append(frame)
        for entry in found["header"]:
            key = entry["part"], entry["attribute"]
            if key in self._attributes or len(self._attributes) < _ENTRY_LIMIT:
                self._attributes.setdefault(key, _Attribute(entry, frame)).take(frame, entry)
        for entry in found["pixels"]:
            key = entry["part"], entry["channel"]
            if key in self._channels or len(self._channels) < _PIXEL_LIMIT:
                self._channels.setdefault(key, _Channel(*key)).take(frame, entry)
        for error in found["errors"]:
            self._note(frame, error)
        differs = any(entry["differing"] for entry in found["pixels"])
        largest = max((entry["max_error"] for entry in found["pixels"]), default=0.0)
        if differs and (self._worst is None or (differs, largest) > self._worst[:2]):
            self._worst = differs, largest, frame

    def failed(self, frame: Frame, error: AppError) -> None:
        """Note that a pair could not be compared."""
        self._unsure.append(frame)
        self._note(frame, {"code": error.code, "message": error.message, **error.context})

    def _note(self, frame: Frame, error: dict[str, Any]) -> None:
        key = json.dumps(error, sort_keys=True)
        if key not in self._errors and len(self._errors) >= _ERROR_LIMIT:
            key, error = "", {"code": "diff.many_errors", "message": "More errors, which are not told."}
        self._errors.setdefault(key, (error, []))[1].append(frame)

    @property
    def equal(self) -> bool | None:
        """Whether both sequences are the same, frame by frame; None where that could not be told of all."""
        if self._different or self._only_a or self._only_b:
            return False
        return None if self._unsure or not self._common else True

    @property
    def worst_frame(self) -> Frame | None:
        """The frame whose pixels differ most."""
        return self._worst[2] if self._worst else None

    def document(self) -> dict[str, Any]:
        """What differs, as JSON."""
        apart = {*self._different, *self._unsure}
        return {
            "frames": {
                "compared": frame_range(self._common),
                "equal": frame_range([frame for frame in self._common if frame not in apart]),
                "different": frame_range(sorted(self._different)),
                "not_compared": frame_range(sorted(self._unsure)),
                "only_a": frame_range(self._only_a),
                "only_b": frame_range(self._only_b),
            },
            "header": [entry for attribute in self._attributes.values() for entry in attribute.entries()],
            "pixels": [channel.document() for channel in self._channels.values()],
            "errors": [{**error, "frames": frame_range(sorted(frames))} for error, frames in self._errors.values()],
        }
