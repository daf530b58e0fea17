"""The time stamps of a movie's frames: gaps, repeats, and whether the rate varies."""

from array import array
from typing import Any

import numpy as np

_LISTED = 100
_VARIABLE_SHARE = 0.05
_OFF = 0.25
_TICK_S = 0.0011


def frames(first: int, last: int) -> str:
    """A range of frames as text (`7`, `7-9`)."""
    return str(first) if first == last else f"{first}-{last}"


class FrameTimes:
    """Takes number and time of each frame in the order in which they are shown."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._times = array("d")
        self._steps = array("q")
        self._since = 0

    def feed(self, number: int, time_s: float, *, stamped: bool) -> None:
        """The next frame; one without a stamp of its own only counts as a step towards the next that has one."""
        self._since += 1
        if not stamped:
            return
        self._numbers.append(number)
        self._times.append(time_s)
        self._steps.append(self._since)
        self._since = 0

    def result(self) -> dict[str, Any]:
        """Gaps and repeats against the usual step, as JSON; none are told where the rate varies.

        `gaps` have the frames that are not there, `start_s` of the frame before and `seconds` to the one behind.
        """
        if len(self._times) < 2:
            return {**_NOTHING, "gaps": [], "duplicates": []}
        numbers, steps = np.array(self._numbers), np.array(self._steps)[1:]
        times = np.array(self._times)
        spans = np.diff(times)
        usual = float(np.median(spans / steps))
        single = spans[steps == 1] if (steps == 1).any() else spans / steps
        off = np.abs(spans / steps - usual) > _OFF * abs(usual) + _TICK_S
        variable = bool(off.mean() > _VARIABLE_SHARE and off.sum() > 2) or usual <= 0
        gaps = np.flatnonzero(spans > (steps + 0.5) * usual) if not variable else np.zeros(0, np.int64)
        repeats = np.flatnonzero(spans < (steps - 0.5) * usual) if not variable else np.zeros(0, np.int64)
        missing = np.rint(spans[gaps] / usual).astype(np.int64) - steps[gaps] if len(gaps) else gaps
        return {
            "variable": variable,
            "usual_s": round(usual, 6),
            "shortest_s": round(float(single.min()), 6),
            "longest_s": round(float(single.max()), 6),
            "gaps": [
                {"frames": frames(int(numbers[at + 1]) - max(1, lost), int(numbers[at + 1]) - 1),
                 "start_s": round(float(times[at]), 6), "seconds": round(float(spans[at]), 6)}
                for at, lost in zip(gaps[:_LISTED].tolist(), missing.tolist(), strict=False)
            ],
            "gap_count": len(gaps),
            "missing": int(missing.sum()),
            "duplicates": [
                {"frames": str(int(numbers[at + 1])), "start_s": round(float(times[at + 1]), 6)}
                for at in repeats[:_LISTED].tolist()
            ],
            "duplicate_count": len(repeats),
        }  # fmt: skip


_NOTHING: dict[str, Any] = {
    "variable": False, "usual_s": None, "shortest_s": None, "longest_s": None, "gap_count": 0, "missing": 0,
    "duplicate_count": 0,
}  # fmt: skip
