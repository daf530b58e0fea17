"""Stretches of samples or frames for which something holds, found block by block in bounded memory."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

KEPT = 1000


@dataclass(slots=True)
class Stretches:
    """Collects where a condition holds without a break for at least so many samples.

    Attributes:
        least: samples that a stretch must have.
        found: start and end (behind the last) of the first thousand stretches, in samples from the start.
        count: how many there are in all.
        total: samples in all of them.
        longest: samples in the longest.
    """

    least: int = 1
    found: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    total: int = 0
    longest: int = 0
    _position: int = 0
    _open: int = -1

    def feed(self, holds: NDArray[np.bool_]) -> None:
        """The next samples: whether it holds for each."""
        if not len(holds):
            return
        if not holds.any():
            self._close(self._position)
        elif holds.all():
            self._open = self._position if self._open < 0 else self._open
        else:
            self._mixed(holds)
        self._position += len(holds)

    def end(self) -> None:
        """Nothing comes any more."""
        self._close(self._position)

    def _close(self, at: int) -> None:
        if self._open >= 0:
            self._keep(np.array([self._open]), np.array([at]))
        self._open = -1

    def _mixed(self, holds: NDArray[np.bool_]) -> None:
        steps = np.diff(holds.astype(np.int8), prepend=np.int8(self._open >= 0))
        starts = np.flatnonzero(steps > 0) + self._position
        ends = np.flatnonzero(steps < 0) + self._position
        if self._open >= 0:
            starts = np.concatenate(([self._open], starts))
        self._open = -1
        if len(starts) > len(ends):
            self._open = int(starts[-1])
            starts = starts[:-1]
        self._keep(starts, ends)

    def _keep(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        long = ends - starts >= self.least
        starts, ends = starts[long], ends[long]
        self.count += len(starts)
        self.total += int((ends - starts).sum())
        self.longest = max(self.longest, int((ends - starts).max(initial=0)))
        room = KEPT - len(self.found)
        self.found += zip(starts[:room].tolist(), ends[:room].tolist(), strict=True)
