"""Pictures and sound for the viewer, decoded in a killable child. What to keep of them is the caller's affair."""

from dataclasses import dataclass
from typing import Any

from app.jobs.children import ChildPool
from app.jobs.job import CancelToken

HANDLER = "app.media.worker:view"
_TIMEOUT_S = 60.0
_MEMORY_BYTES = 8 << 30


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    """A picture as a screen shows it.

    Attributes:
        width, height: pixels of `rgba`.
        rgba: rows of four bytes a pixel, straight alpha: 0 where the picture has no pixels (outside the data window,
            or where rows are damaged).
        full_width, full_height: pixels of the whole display window, upright.
        factor: pixels of the picture, along each side, that one of these stands for.
        data_window, display_window: min x, min y, max x, max y, corners included.
        pixel_aspect: width of a pixel by its height.
        part: index of the part shown.
        parts: names of all parts.
        channels, shown_channels: names of all channels of the part, and of those shown.
        source: format of the file.
        transform: what was done to the values: `linear to sRGB`, `as stored`.
        damaged_rows: first and last row of each stretch that could not be decoded.
        frames: how many frames a movie has; None for still images or where it cannot be told.
        number, seconds: which frame of a movie it is, counted from 0; None for still images.
        frame_rate: exact, as text (`24000/1001`); None for still images.
        problem: why it is not all there; empty where all is well.
    """

    width: int
    height: int
    rgba: bytes
    full_width: int
    full_height: int
    factor: float
    data_window: tuple[int, int, int, int]
    display_window: tuple[int, int, int, int]
    pixel_aspect: float
    part: int
    parts: tuple[str, ...]
    channels: tuple[str, ...]
    shown_channels: tuple[str, ...]
    source: str
    transform: str
    damaged_rows: tuple[tuple[int, int], ...]
    frames: int | None
    number: int | None
    seconds: float | None
    frame_rate: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class Waveform:
    """Peaks of a sound.

    Attributes:
        channels, stretches: shape of `peaks`.
        peaks: float32 in native order: channels × stretches × (lowest, highest); full scale is 1.
        sample_rate: samples a second.
        samples: samples of each channel.
        samples_each: samples of one stretch.
        problem: what could not be decoded.
    """

    channels: int
    stretches: int
    peaks: bytes
    sample_rate: int
    samples: int
    samples_each: int
    problem: str

    @property
    def duration_s(self) -> float:
        """Seconds."""
        return self.samples / self.sample_rate if self.sample_rate else 0.0


@dataclass(frozen=True, slots=True)
class Probe:
    """One pixel as it is stored.

    Attributes:
        x, y: where, in display window coordinates.
        values: by channel name; numbers, or `"NaN"`, `"Infinity"`, `"-Infinity"`. None outside the data window.
        type: how the file stores it (`half`, `uint16`); integers are told as 0-1.
    """

    x: int
    y: int
    values: dict[str, float | str] | None
    type: str


class FrameReader:
    """Decodes pictures in a child that lives on from one to the next. Use as a context manager, from one thread.

    Args:
        size: children; one is enough for one viewer.
        timeout_s: seconds one answer may take before the child is killed.
        handler: dotted name of what runs in the child.
    """

    def __init__(self, size: int = 1, *, timeout_s: float = _TIMEOUT_S, handler: str = HANDLER) -> None:
        self._pool = ChildPool(handler, size, memory_bytes=_MEMORY_BYTES)
        self._timeout_s = timeout_s
        self._started = False

    def __enter__(self) -> "FrameReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        self._pool.close()

    def read(
        self, path: str, *, number: int | None = None, seconds: float | None = None, part: int = 0, layer: str = "",
        max_width: int = 0, max_height: int = 0, token: CancelToken | None = None,
    ) -> DecodedFrame:  # fmt: skip
        """Decode one picture.

        Args:
            path: the file; undecodable bytes of its name as lone surrogates.
            number: of a movie, the frame counted from 0.
            seconds: of a movie, the time instead of a number.
            part: of an image, the index of the part or page.
            layer: of an image, the name of the layer; empty for the main one.
            max_width: it is reduced until it fits; 0 for no limit. Images are reduced by whole factors.
            max_height: the same, downwards.
            token: cancels.

        Raises:
            MediaError: nothing can be shown; `ChildFailed` where the file crashed or hung the decoder.
            Cancelled: the token was set.
        """
        request = {"what": "frame", "path": path, "number": number, "seconds": seconds, "part": part, "layer": layer,
                   "max_width": max_width, "max_height": max_height}  # fmt: skip
        header, rgba = self._ask(request, token)
        header.pop("format")
        for name in ("data_window", "display_window"):
            header[name] = (*header[name]["min"], *header[name]["max"])
        for name in ("parts", "channels", "shown_channels"):
            header[name] = tuple(header[name])
        header["damaged_rows"] = tuple((first, last) for first, last in header["damaged_rows"])
        return DecodedFrame(rgba=rgba, **header)

    def probe(self, path: str, x: int, y: int, *, part: int = 0, token: CancelToken | None = None) -> Probe:
        """The stored values of one pixel of a still image. Raises as `read`."""
        header, _ = self._ask({"what": "probe", "path": path, "x": x, "y": y, "part": part}, token)
        return Probe(**header)

    def waveform(self, path: str, stretches: int = 2000, *, token: CancelToken | None = None) -> Waveform:
        """The waveform of a sound, in at most so many stretches. Raises as `read`."""
        header, peaks = self._ask({"what": "waveform", "path": path, "stretches": stretches}, token)
        return Waveform(peaks=peaks, **header)

    def release(self) -> None:
        """Let go of the movie that is kept open for its next frame, so that its drive can be taken out."""
        if self._started:
            self._ask({"what": "release"}, None)

    def _ask(self, request: dict[str, Any], token: CancelToken | None) -> tuple[dict[str, Any], bytes]:
        self._started = True
        (answer,) = self._pool.call(request, token or CancelToken(), self._timeout_s)
        return answer
