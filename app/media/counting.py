"""Counts of pixel values, and the statistics that follow from them.

Half floats and integers of 8 or 16 bits are counted code by code: everything told of them is exact. Floats and 32-bit
integers are counted by their leading bits (`FloatCounter`, `UintCounter`), beside exact sums: only percentiles and the
histogram depend on the counting, and how far is said with the class.
"""

from functools import cache
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

#: The percentiles that are told: the smallest value that pixels have with at least that share at or below it.
PERCENTILES = (0.1, 1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0, 99.9)
#: Channels that are counted at once: a counter takes up to 1 MB.
CHANNELS_AT_ONCE = 512
#: Bins of a linear histogram.
LINEAR_BINS = 128
_STOPS = range(-14, 17)
_PARTS_OF_A_STOP = 4
_AT_ONCE = 1 << 19

Values = NDArray[np.float64]
Counts = NDArray[np.int64]


class Counter(Protocol):
    """What counts the values of one channel. It may be fed by several threads."""

    def add(self, values: NDArray[Any]) -> None:
        """Count an array of values of any shape."""

    def result(self) -> dict[str, Any]:
        """The statistics as JSON."""


def _pieces(values: NDArray[Any]) -> list[NDArray[Any]]:
    """The values as flat arrays that are small enough to be widened."""
    if values.ndim != 1:
        values = values.reshape(-1)
    return [values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE)]


class CodeCounter:
    """Counts each code of a type of 8 or 16 bits: exact.

    Args:
        values: what each code stands for, 256 or 65,536 of them; not finite ones included.
        whole: the range of a linear histogram; None where it follows from the values.
    """

    def __init__(self, values: Values, whole: tuple[float, float] | None = None) -> None:
        self._values, self._whole = values, whole
        self._counts: Counts = np.zeros(len(values), np.int64)
        self._lock = Lock()

    def add(self, values: NDArray[Any]) -> None:
        """Count codes (uint8, uint16) or half floats."""
        codes = values.view(np.uint16) if values.dtype == np.float16 else values
        for piece in _pieces(codes):
            found = np.bincount(piece)
            with self._lock:
                self._counts[: len(found)] += found

    def result(self) -> dict[str, Any]:
        """The statistics as JSON."""
        counts, values = self._counts, self._values
        finite = np.isfinite(values)
        seen = (counts > 0) & finite
        order = np.argsort(values[seen], kind="stable")
        pairs = values[seen][order], counts[seen][order]
        total = int(counts[finite].sum())
        mean = float((pairs[0] * pairs[1]).sum() / total) if total else 0.0
        spread = float((((pairs[0] - mean) ** 2) * pairs[1]).sum() / total) if total else 0.0
        return _result(
            *pairs, lowest=pairs[0][0] if total else None, highest=pairs[0][-1] if total else None, mean=mean,
            variance=spread, nan=int(counts[np.isnan(values)].sum()), positive=int(counts[values == np.inf].sum()),
            negative=int(counts[values == -np.inf].sum()), below=int(counts[finite & (values < 0)].sum()),
            zero=int(counts[values == 0].sum()), whole=self._whole,
        )  # fmt: skip


@cache
def half_values() -> Values:
    """The value of each of the 65,536 half codes."""
    with np.errstate(invalid="ignore"):
        values: Values = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float64)
    return values


def half_counter() -> CodeCounter:
    """A counter of half floats."""
    return CodeCounter(half_values())


def code_counter(bits: int) -> CodeCounter:
    """A counter of integers of 8 or 16 bits, told as 0-1."""
    most = (1 << bits) - 1
    return CodeCounter(np.arange(most + 1, dtype=np.float64) / most, (0.0, 1.0))


class _Moments:
    """Count, exact lowest and highest, mean and squared deviation of what was added (Chan, Golub, LeVeque 1979)."""

    def __init__(self) -> None:
        self.total, self.mean, self.squares = 0, 0.0, 0.0
        self.lowest: float | None = None
        self.highest: float | None = None

    def add(self, values: Values) -> None:
        count = len(values)
        if not count:
            return
        mean = float(values.mean())
        squares = float(np.square(values - mean).sum())
        self.lowest = min(float(values.min()), values[0] if self.lowest is None else self.lowest)
        self.highest = max(float(values.max()), values[0] if self.highest is None else self.highest)
        step = mean - self.mean
        both = self.total + count
        self.squares += squares + step * step * self.total * count / both
        self.mean += step * count / both
        self.total = both

    @property
    def variance(self) -> float:
        return self.squares / self.total if self.total else 0.0


class FloatCounter:
    """Counts 32-bit floats by sign, exponent and the first 7 bits of the mantissa.

    Exact: lowest, highest, mean, deviation, every count. A percentile is the mean of the values that share those bits
    with it: off by less than 1/128 of itself, and exact where they are one value. 1 MB a channel.
    """

    def __init__(self) -> None:
        self._counts: Counts = np.zeros(65536, np.int64)
        self._sums: Values = np.zeros(65536, np.float64)
        self._moments = _Moments()
        self._nan = self._positive = self._negative = self._zero = self._below = 0
        self._lock = Lock()

    def add(self, values: NDArray[Any]) -> None:
        """Count floats."""
        for piece in _pieces(values):
            floats = np.ascontiguousarray(piece, np.float32)
            sound = np.isfinite(floats)
            finite = floats if sound.all() else floats[sound]
            codes = (finite.view(np.uint32) >> np.uint32(16)).astype(np.intp)
            wide = finite.astype(np.float64)
            counts, sums = np.bincount(codes), np.bincount(codes, wide)
            with self._lock:
                self._counts[: len(counts)] += counts
                self._sums[: len(sums)] += sums
                self._moments.add(wide)
                self._zero += len(wide) - int(np.count_nonzero(wide))
                self._below += int(np.count_nonzero(wide < 0))
                if len(finite) != len(floats):
                    self._nan += int(np.count_nonzero(np.isnan(floats)))
                    self._positive += int(np.count_nonzero(floats == np.inf))
                    self._negative += int(np.count_nonzero(floats == -np.inf))

    def result(self) -> dict[str, Any]:
        """The statistics as JSON."""
        seen = np.flatnonzero(self._counts)
        means = self._sums[seen] / self._counts[seen]
        order = np.argsort(means, kind="stable")
        found = self._moments
        return _result(
            means[order], self._counts[seen][order], lowest=found.lowest, highest=found.highest, mean=found.mean,
            variance=found.variance, nan=self._nan, positive=self._positive, negative=self._negative,
            below=self._below, zero=self._zero, whole=None,
        )  # fmt: skip


class UintCounter:
    """Counts 32-bit integers (object numbers, sample counts) by their length and 11 bits behind the first.

    Exact: lowest, highest, mean, deviation, every count, and percentiles of values below 4,096; of larger ones a
    percentile is off by less than 1/2,048 of itself.
    """

    _BINS = 33 << 11

    def __init__(self) -> None:
        self._counts: Counts = np.zeros(self._BINS, np.int64)
        self._sums: Values = np.zeros(self._BINS, np.float64)
        self._moments = _Moments()
        self._lock = Lock()

    def add(self, values: NDArray[Any]) -> None:
        """Count unsigned integers."""
        for piece in _pieces(values):
            wide = piece.astype(np.float64)
            codes = ((wide + (wide == 0) * 0.5).view(np.int64) >> 41) - (1022 << 11)
            counts, sums = np.bincount(codes), np.bincount(codes, wide)
            with self._lock:
                self._counts[: len(counts)] += counts
                self._sums[: len(sums)] += sums
                self._moments.add(wide)

    def result(self) -> dict[str, Any]:
        """The statistics as JSON."""
        seen = np.flatnonzero(self._counts)
        found = self._moments
        return _result(
            self._sums[seen] / self._counts[seen], self._counts[seen], lowest=found.lowest, highest=found.highest,
            mean=found.mean, variance=found.variance, nan=0, positive=0, negative=0, below=0,
            zero=int(self._counts[0]), whole=None,
        )  # fmt: skip


def _result(
    values: Values, counts: Counts, *, lowest: float | None, highest: float | None, mean: float, variance: float,
    nan: int, positive: int, negative: int, below: int, zero: int, whole: tuple[float, float] | None,
) -> dict[str, Any]:  # fmt: skip
    """The statistics as JSON: `values` finite and rising, with how often each occurs."""
    total = int(counts.sum())
    reached = np.cumsum(counts)
    percentiles = {}
    for share in PERCENTILES:
        at = int(np.searchsorted(reached, max(1.0, np.ceil(total * share / 100)))) if total else 0
        percentiles[f"{share:g}"] = float(min(max(values[at], lowest), highest)) if total else None
    return {
        "min": None if lowest is None else float(lowest), "max": None if highest is None else float(highest),
        "mean": mean if total else None, "stddev": float(np.sqrt(variance)) if total else None,
        "nan_count": nan, "inf_count": positive + negative, "pos_inf_count": positive, "neg_inf_count": negative,
        "finite_count": total, "zero_count": zero, "negative_count": below,
        "percentiles": percentiles, "histogram": _histogram(values, counts, below, whole),
    }  # fmt: skip


@cache
def stop_edges() -> tuple[float, ...]:
    """Edges of the scene-linear histogram: 0, then quarters of a stop from 2^-14 to 2^16."""
    quarters = range(_STOPS[0] * _PARTS_OF_A_STOP, _STOPS[-1] * _PARTS_OF_A_STOP + 1)
    return (0.0, *(2.0 ** (quarter / _PARTS_OF_A_STOP) for quarter in quarters))


def _histogram(values: Values, counts: Counts, below: int, whole: tuple[float, float] | None) -> dict[str, Any]:
    """Counts between edges; what lies outside the edges is told apart.

    Integers of 8 and 16 bits: linear from 0 to 1. Others: quarters of a stop, the same edges for every file, so that
    frames can be laid over each other; but where more than one value in a hundred is negative (normals, motion, a
    difference), linear from the lowest to the highest.
    """
    total = int(counts.sum())
    signed = below * 100 > total
    if whole is None and not signed:
        edges = np.asarray(stop_edges())
    else:
        lowest, highest = whole or (float(values[0]), float(values[-1]))
        edges = lowest + (highest - lowest) * (np.arange(LINEAR_BINS + 1) / LINEAR_BINS)
        edges[-1] = highest
    if edges[0] == edges[-1]:
        edges = np.asarray([edges[0], edges[-1]])
    inside = (values >= edges[0]) & (values <= edges[-1])
    bins = np.minimum(np.searchsorted(edges, values[inside], side="right") - 1, len(edges) - 2)
    found = np.bincount(bins, counts[inside], minlength=len(edges) - 1) if total else np.zeros(len(edges) - 1)
    return {
        "scale": "linear" if whole or signed else "stops",
        "edges": edges.tolist(),
        "counts": found.astype(np.int64).tolist(),
        "below": int(counts[values < edges[0]].sum()),
        "above": int(counts[values > edges[-1]].sum()),
    }


class Ignored:
    """Counts nothing: values that are decoded only to see whether they can be."""

    def add(self, values: NDArray[Any]) -> None:
        """Let the values go."""

    def result(self) -> dict[str, Any]:
        """Nothing."""
        return {}


def counter_of(kind: int) -> Counter:
    """A counter of an OpenEXR pixel type: 0 uint, 1 half, 2 float."""
    return half_counter() if kind == 1 else FloatCounter() if kind == 2 else UintCounter()
