"""The waveform of a sound: lowest and highest sample of each stretch, read once, in bounded memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.container import container, packets_of
from app.media.formats import Format
from app.media.opening import OpenFile
from app.media.samples import resampler, samples_of

_FIRST_STRETCH = 64
_DAMAGED_LIMIT = 500
_CHANNEL_LIMIT = 64
_GLIMPSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Peaks:
    """A waveform.

    Attributes:
        values: channels × stretches × (lowest, highest), float32, full scale is 1.
        sample_rate: samples a second.
        samples: how many samples each channel has.
        samples_each: samples in one stretch; the last may have fewer.
        error: what could not be decoded; empty where all was.
    """

    values: NDArray[np.float32]
    sample_rate: int
    samples: int
    samples_each: int
    error: str = ""


def read_peaks(file: OpenFile, form: Format, stretches: int) -> Peaks:
    """Read the first sound stream of a file to its end.

    Args:
        file: the open file.
        form: its format.
        stretches: how many are wanted; the answer has at least half as many where the sound is long enough, and
            never more.

    Raises:
        MediaError: it holds no sound, or not one sample could be decoded.
    """
    import av

    with container(file, form) as opened:
        stream = next(iter(opened.streams.audio), None)
        if stream is None or stream.codec_context is None:
            raise MediaError("it holds no sound", code="media.no_sound")
        collector: _Collector | None = None
        plainer, rate, damaged = None, 0, 0
        for packet in packets_of(opened, stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                damaged += 1
                if damaged > _DAMAGED_LIMIT:
                    break
                continue
            for frame in frames:
                if plainer is None:
                    plainer = resampler(frame.layout, frame.sample_rate)
                    rate = frame.sample_rate
                for plain in plainer.resample(frame):
                    samples = samples_of(plain)
                    collector = collector or _Collector(min(len(samples), _CHANNEL_LIMIT), max(2, stretches))
                    collector.add(samples)
    if collector is None or not collector.samples:
        raise MediaError("not one sample can be decoded", code="media.damaged")
    error = f"{damaged} packets could not be decoded" if damaged else ""
    return Peaks(collector.values(), rate, collector.samples, collector.samples_each, error)


def sample_peaks(file: OpenFile, form: Format, stretches: int, longer_than_s: float) -> Peaks | None:
    """As `read_peaks`, but of a long sound only the beginning of each stretch is decoded.

    Returns:
        None where it is not that long, its length is unknown, or it cannot be sought in.

    Raises:
        MediaError: it holds no sound, or cannot be opened.
    """
    with container(file, form) as opened:
        stream = next(iter(opened.streams.audio), None)
        if stream is None or stream.codec_context is None:
            raise MediaError("it holds no sound", code="media.no_sound")
        length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        rate = int(stream.rate or 0)
        if length <= longer_than_s or not rate:
            return None
        found: list[NDArray[np.float32]] = []
        for place in range(stretches):
            peak = _peak_at(opened, stream, length * place / stretches)
            if peak is None or (found and peak.shape != found[0].shape):
                if not found:
                    return None
                peak = found[-1]
            found.append(peak)
    return Peaks(np.stack(found, axis=1), rate, round(length * rate), max(1, round(length * rate / stretches)))


def _peak_at(opened: Any, stream: Any, seconds: float) -> NDArray[np.float32] | None:
    """Lowest and highest sample of each channel in a tenth of a second from a time on; None where there is none."""
    import av

    start = int(seconds / stream.time_base) + (stream.start_time or 0)
    lows: list[NDArray[np.float32]] = []
    highs: list[NDArray[np.float32]] = []
    samples, plainer = 0, None
    try:
        opened.seek(start, stream=stream, backward=True)
        for frame in opened.decode(stream):
            plainer = plainer or resampler(frame.layout, frame.sample_rate)
            for plain in plainer.resample(frame):
                values = np.nan_to_num(samples_of(plain)[:_CHANNEL_LIMIT], nan=0.0)
                lows.append(values.min(axis=1))
                highs.append(values.max(axis=1))
                samples += values.shape[1]
            if samples >= frame.sample_rate * _GLIMPSE_S:
                break
    except av.error.FFmpegError:
        if not lows:
            return None
    if not lows:
        return None
    return np.stack((np.min(lows, axis=0), np.max(highs, axis=0)), axis=-1).astype(np.float32)


class _Collector:
    """Peaks of equal stretches, whose length doubles whenever there would be too many of them."""

    def __init__(self, channels: int, limit: int) -> None:
        self._channels = channels
        self._limit = limit + limit % 2
        self._peaks = np.zeros((channels, self._limit, 2), np.float32)
        self._filled = 0
        self._rest = np.zeros((channels, 0), np.float32)
        self.samples_each = _FIRST_STRETCH
        self.samples = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Take channels × samples."""
        samples = np.nan_to_num(samples[: self._channels].astype(np.float32), nan=0.0)
        self.samples += samples.shape[1]
        waiting = np.concatenate((self._rest, samples), axis=1)
        while waiting.shape[1] >= self.samples_each:
            count = min(waiting.shape[1] // self.samples_each, self._limit - self._filled)
            if not count:
                self._halve()
                continue
            taken = waiting[:, : count * self.samples_each].reshape(self._channels, count, self.samples_each)
            self._peaks[:, self._filled : self._filled + count, 0] = taken.min(axis=2)
            self._peaks[:, self._filled : self._filled + count, 1] = taken.max(axis=2)
            self._filled += count
            waiting = waiting[:, count * self.samples_each :]
        self._rest = waiting

    def _halve(self) -> None:
        pairs = self._peaks.reshape(self._channels, self._limit // 2, 2, 2)
        half = np.stack((pairs[..., 0].min(axis=2), pairs[..., 1].max(axis=2)), axis=-1)
        self._filled = self._limit // 2
        self._peaks[:, : self._filled] = half
        self.samples_each *= 2

    def values(self) -> NDArray[np.float32]:
        """The peaks, with what is left over as the last stretch."""
        peaks = self._peaks[:, : self._filled]
        if self._rest.shape[1] and self._filled < self._limit:
            last = np.stack((self._rest.min(axis=1), self._rest.max(axis=1)), axis=-1)[:, None]
            peaks = np.concatenate((peaks, last), axis=1)
        return np.ascontiguousarray(peaks)
