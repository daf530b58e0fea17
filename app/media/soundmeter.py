"""Measures one sound stream while it is decoded: loudness, peaks, silence, clipping, phase.

Samples are counted as 32-bit floats, full scale is 1. Sources: EBU R 128 and Tech 3341/3342 with ITU-R BS.1770-4
(loudness: `app.media.loudness`; true peak by oversampling to at least 176.4 kHz, BS.1770-4 annex 2).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.media.loudness import LEAST_RATE, MOST_SAMPLES, NO_LOUDNESS, Loudness
from app.media.samples import Block, frame_of, resampler, samples_of
from app.media.stretches import Stretches
from app.model.measuring import MeasureOptions

#: Channels that FFmpeg's resampler can take.
CHANNEL_LIMIT = 64
_PHASE_BLOCK_S = 0.1
_TRUE_PEAK_RATE = 176400
_MOST_TIMES = 24
_UNNAMED = {1: "mono", 2: "stereo"}
_PAIRS = (("FL", "FR"), ("BL", "BR"), ("SL", "SR"), ("DL", "DR"))


class SoundMeter:
    """Takes the decoded frames of one stream.

    Args:
        stream: PyAV's audio stream.
        facts: what `audio_stream` tells of it.
        options: sets of thresholds; silence, clipping and phase are told by each of them.
    """

    def __init__(self, stream: Any, facts: dict[str, Any], options: Sequence[MeasureOptions]) -> None:
        self._index: int = stream.index
        self._options = options
        self._bits: int | None = facts["bits"]
        self._names: list[str] | None = facts["channel_names"]
        self._resampler: Any = None
        self._rate = 0
        self._samples = 0
        self._start_s: float | None = None
        self._non_finite = 0
        self._shape: tuple[str, str, int] = ("", "", 0)
        self._unmeasured: str | None = None

    def take(self, frame: Any) -> None:
        """The next frame. What changes its rate or layout on the way is brought to the first frame's.

        Raises:
            ValueError: FFmpeg cannot bring it there.
        """
        if frame.layout.nb_channels > CHANNEL_LIMIT:
            return
        if self._resampler is None:
            self._begin(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._shape = shape
            self._resampler = resampler(self._layout, self._rate)
        for piece in self._resampler.resample(frame):
            self._count(samples_of(piece))

    def _begin(self, frame: Any) -> None:
        self._layout, self._rate = frame.layout, frame.sample_rate
        self._shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        channels = frame.layout.nb_channels
        rate = self._rate
        exact = frame.format.name.rstrip("p") in ("s16", "s32", "u8")
        self._full = 1 - 2.0 ** -(min(self._bits, 24) - 1) if exact and self._bits else 1.0
        self._sum = np.zeros(channels)
        self._squares = np.zeros(channels)
        self._peak = np.zeros(channels)
        self._true_peak = np.zeros(channels)
        known = frame.pts is not None and frame.time_base
        self._start_s = round(float(frame.pts * frame.time_base), 6) if known else None
        pairs = self._pairs(channels)
        self._heard = [_Heard(one, rate, self._called(channels), pairs) for one in self._options]
        layout = self._layout.name if self._names else _UNNAMED.get(channels)
        self._unmeasured = _why_unmeasured(layout, channels, rate)
        self._loudness = Loudness(layout, rate) if layout and not self._unmeasured else None
        times = min(max(1, math.ceil(_TRUE_PEAK_RATE / rate)), _MOST_TIMES)
        self._over = resampler(self._layout, rate * times)
        self._resampler = resampler(self._layout, rate)

    def _pairs(self, channels: int) -> list[tuple[int, int]]:
        if not self._names:
            return [(0, 1)] if channels == 2 else []
        at = {name: index for index, name in enumerate(self._names[:channels])}
        return [(at[left], at[right]) for left, right in _PAIRS if left in at and right in at]

    def _count(self, block: Block) -> None:
        finite = np.isfinite(block)
        if not finite.all():
            self._non_finite += int(block.size - np.count_nonzero(finite))
            block = np.where(finite, block, np.float32(0))
        heights = np.abs(block)
        loudest, full = heights.max(axis=0, initial=0), heights >= self._full
        for heard in self._heard:
            heard.feed(block, loudest, full)
        self._peak = np.maximum(self._peak, heights.max(axis=1, initial=0))
        self._sum += block.sum(axis=1, dtype=np.float64)
        self._squares += np.square(block, dtype=np.float64).sum(axis=1)
        if self._loudness is not None:
            self._loudness.feed(block)
        self._oversample(block)
        self._samples += block.shape[1]

    def _oversample(self, block: Block | None) -> None:
        frame = None if block is None else frame_of(block, self._layout, self._rate)
        for piece in self._over.resample(frame):
            heights = np.abs(samples_of(piece)).max(axis=1, initial=0)
            self._true_peak = np.maximum(self._true_peak, heights)

    def result(self) -> dict[str, Any]:
        """What was measured, as JSON, by the first set of thresholds; call it once, at the end."""
        if self._resampler is None:
            return {"stream": self._index, **_NOTHING}
        for piece in self._resampler.resample(None):
            self._count(samples_of(piece))
        self._oversample(None)
        for heard in self._heard:
            heard.end()
        peak = max(float(self._peak.max(initial=0)), 0.0)
        true_peak = max(float(self._true_peak.max(initial=0)), peak)
        loudness = self._loudness.result() if self._loudness is not None else None
        return {
            "stream": self._index,
            "samples": self._samples,
            "sample_rate": self._rate,
            "start_s": self._start_s,
            "loudness": {
                **(loudness or NO_LOUDNESS), "not_measured": self._unmeasured,
                "true_peak_dbtp": decibels(true_peak), "sample_peak_dbfs": decibels(peak),
            },
            **self._by(self._heard[0]),
            "non_finite_samples": self._non_finite,
        }  # fmt: skip

    def others(self) -> list[dict[str, Any]]:
        """What is otherwise by each further set of thresholds, as JSON; call it after `result`."""
        if self._resampler is None:
            return [{"stream": self._index, **_UNHEARD} for _ in self._options[1:]]
        return [{"stream": self._index, **self._by(heard)} for heard in self._heard[1:]]

    def _by(self, heard: "_Heard") -> dict[str, Any]:
        """What follows from thresholds."""
        channels = [self._channel(number) | heard.channel(number, self._peak) for number in range(len(self._peak))]
        return {**heard.result(), "channels": channels}

    def _called(self, channels: int) -> list[str]:
        named = self._names or []
        return named[:channels] if len(named) >= channels else [str(number) for number in range(channels)]

    def _channel(self, number: int) -> dict[str, Any]:
        samples = max(1, self._samples)
        rms = math.sqrt(self._squares[number] / samples)
        return {
            "name": self._called(len(self._peak))[number],
            "peak_dbfs": decibels(float(self._peak[number])),
            "true_peak_dbtp": decibels(max(float(self._true_peak[number]), float(self._peak[number]))),
            "rms_dbfs": decibels(rms),
            "dc_offset": round(float(self._sum[number] / samples), 7),
        }


class _Heard:
    """Silence, clipping and phase by one set of thresholds.

    Args:
        options: the thresholds.
        rate: samples a second.
        names: of the channels.
        pairs: the channels that are compared.
    """

    def __init__(self, options: MeasureOptions, rate: int, names: list[str], pairs: list[tuple[int, int]]) -> None:
        self._rate, self._names = rate, names
        self._quiet = 10 ** (options.silence_db / 20)
        self._silent = Stretches(max(1, round(options.silence_s * rate)))
        self._clipped = [Stretches(max(1, options.clip_samples)) for _ in names]
        self._phase = [_Phase(left, right, rate, self._quiet, options) for left, right in pairs]

    def feed(self, block: Block, loudest: NDArray[np.float32], full: NDArray[np.bool_]) -> None:
        """The next samples, the largest magnitude of all channels at each, and which of them are at full scale."""
        for clipped, row in zip(self._clipped, full, strict=True):
            clipped.feed(row)
        self._silent.feed(loudest < self._quiet)
        for phase in self._phase:
            phase.feed(block)

    def end(self) -> None:
        self._silent.end()
        for clipped in self._clipped:
            clipped.end()

    def result(self) -> dict[str, Any]:
        return {
            "silent": [span(start, end, self._rate) for start, end in self._silent.found],
            "silent_s": round(self._silent.total / self._rate, 6),
            "silent_longest_s": round(self._silent.longest / self._rate, 6),
            "clipped": self._clipping(),
            "phase": _phases([phase.result(self._names) for phase in self._phase]),
        }

    def channel(self, number: int, peak: NDArray[np.float32]) -> dict[str, Any]:
        return {"clipped_samples": self._clipped[number].total, "silent": bool(peak[number] < self._quiet)}

    def _clipping(self) -> dict[str, Any]:
        runs: list[dict[str, Any]] = [
            {"channel": self._names[number], "samples": end - start, **span(start, end, self._rate)}
            for number, clipped in enumerate(self._clipped)
            for start, end in clipped.found
        ]
        return {
            "samples": sum(clipped.total for clipped in self._clipped),
            "count": sum(clipped.count for clipped in self._clipped),
            "runs": sorted(runs, key=lambda run: run["start_s"])[:1000],
        }


def _why_unmeasured(layout: str | None, channels: int, rate: int) -> str | None:
    """Why there is no loudness, for the reader; None where there can be.

    BS.1770-4 weighs a channel by the speaker it is for. Formats whose channels stand in a fixed order (FLAC, Vorbis,
    AC-3, AAC, …) have names from FFmpeg. WAVE without a channel mask, CAF and QuickTime without a layout leave it open;
    AIFF has two orders for four channels, and one for six that 5.1 does not have. Any weight would be a guess; one and
    two channels weigh alike wherever they play.
    """
    if layout is None:
        return f"the file does not say which speakers its {channels} channels are for, and BS.1770 weighs them by that"
    if rate < LEAST_RATE:
        return f"{rate} samples a second are too few for the filters of BS.1770"
    if rate * channels > MOST_SAMPLES:
        return f"{rate} samples a second of {channels} channels are more than are weighted"
    return None


def span(start: int, end: int, rate: int) -> dict[str, float]:
    """A stretch of samples in seconds from the first sample."""
    return {"start_s": round(start / rate, 6), "end_s": round(end / rate, 6)}


def decibels(value: float) -> float | None:
    """A level in decibels below full scale, to a hundredth; None for digital silence."""
    return round(20 * math.log10(value), 2) if value > 0 else None


_UNHEARD: dict[str, Any] = {
    "silent": [], "silent_s": 0.0, "silent_longest_s": 0.0, "clipped": {"samples": 0, "count": 0, "runs": []},
    "phase": {"correlation": None, "inverted": False, "pairs": []}, "channels": [],
}  # fmt: skip

_NOTHING: dict[str, Any] = {
    "samples": 0, "sample_rate": None, "start_s": None,
    "loudness": {**NO_LOUDNESS, "not_measured": None, "true_peak_dbtp": None, "sample_peak_dbfs": None},
    **_UNHEARD, "non_finite_samples": 0,
}  # fmt: skip


def _phases(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """The worst correlation of all pairs, whether one is inverted as a whole, and each pair."""
    known = [pair["correlation"] for pair in pairs if pair["correlation"] is not None]
    return {
        "correlation": min(known) if known else None,
        "inverted": any(pair["inverted"] for pair in pairs),
        "pairs": pairs,
    }


class _Phase:
    """The correlation of two channels, over all and in blocks of a tenth of a second."""

    def __init__(self, left: int, right: int, rate: int, quiet: float, options: MeasureOptions) -> None:
        self._left, self._right, self._limit = left, right, options.phase_limit
        self._rate = rate
        self._block = max(1, round(rate * _PHASE_BLOCK_S))
        self._quiet = quiet * quiet * self._block
        self._rest: Block = np.zeros((2, 0), np.float32)
        self._products = np.zeros(3)
        self._lowest: float | None = None
        self._inverted = Stretches(max(1, math.ceil(options.phase_s / _PHASE_BLOCK_S)))

    def feed(self, block: Block) -> None:
        pair = np.concatenate((self._rest, block[[self._left, self._right]]), axis=1)
        whole = pair.shape[1] // self._block * self._block
        self._rest = pair[:, whole:]
        if not whole:
            return
        left, right = pair[:, :whole].astype(np.float64).reshape(2, -1, self._block)
        products = np.stack([(left * right).sum(1), (left * left).sum(1), (right * right).sum(1)])
        self._products += products.sum(axis=1)
        heard = (products[1] > self._quiet) & (products[2] > self._quiet)
        scale = np.sqrt(products[1] * products[2])
        correlation = np.divide(products[0], scale, out=np.zeros_like(scale), where=heard)
        if heard.any():
            lowest = float(correlation[heard].min())
            self._lowest = lowest if self._lowest is None else min(self._lowest, lowest)
        self._inverted.feed(heard & (correlation <= self._limit))

    def result(self, names: list[str]) -> dict[str, Any]:
        self._inverted.end()
        both, left, right = self._products + (
            (self._rest[0] * self._rest[1]).sum(), (self._rest[0] ** 2).sum(), (self._rest[1] ** 2).sum(),
        )  # fmt: skip
        overall = both / math.sqrt(left * right) if left > 0 and right > 0 else None
        each = self._block
        return {
            "channels": [names[self._left], names[self._right]],
            "correlation": None if overall is None else round(float(overall), 4),
            "lowest": None if self._lowest is None else round(self._lowest, 4),
            "inverted": overall is not None and bool(overall <= self._limit),
            "out_of_phase": [span(start * each, end * each, self._rate) for start, end in self._inverted.found],
            "out_of_phase_s": round(self._inverted.total * each / self._rate, 6),
            "out_of_phase_longest_s": round(self._inverted.longest * each / self._rate, 6),
        }
