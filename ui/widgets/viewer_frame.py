"""What the frame viewer can be given to show. Plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect


class ViewerState(StrEnum):
    """What the viewer shows."""

    NOTHING = "nothing"
    LOADING = "loading"
    PICTURE = "picture"
    MISSING = "missing"
    ERROR = "error"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """The words and windows of a picture. Coordinates are pixels of the file, y downwards.

    Attributes:
        name: top left: name and format (`sh010_comp_v004   beauty · RGBA half`).
        size: top right, before the zoom: (`4096×2304`); made from the display window where empty.
        frame: bottom left: frame and timecode (`1047   00:00:43:15`).
        display_window: None for (0, 0, width, height) of the image.
        data_window: None where it equals the display window.
        image_window: the pixels that the image covers; None for the display window. The image may hold fewer
            pixels than its window (a proxy): it is drawn as large as the window.
        pixel_aspect: width of a pixel through its height.
    """

    name: str = ""
    size: str = ""
    frame: str = ""
    display_window: QRect | None = None
    data_window: QRect | None = None
    image_window: QRect | None = None
    pixel_aspect: float = 1.0


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """A waveform. `peaks` holds, for each channel, equal steps in time as (lowest, highest) in -1 to 1.

    Attributes:
        peaks: as above.
        seconds: how long all of it lasts.
        name: top left.
        size: top right (`48 kHz · 24 bit · 5.1`).
        channels: names of the channels (`L`, `R`), or empty.
        loudness: bottom right (`-23.1 LUFS`), or "".
    """

    peaks: tuple[Sequence[tuple[float, float]], ...]
    seconds: float
    name: str = ""
    size: str = ""
    channels: tuple[str, ...] = ()
    loudness: str = ""


def fit_scale(width: float, height: float, room_width: float, room_height: float) -> float:
    """The largest scale at which a picture of `width` by `height` lies wholly in the room."""
    if width <= 0 or height <= 0:
        return 1.0
    return max(min(room_width / width, room_height / height), 1e-4)


def readout(x: int, y: int, values: Sequence[float] | None, names: Sequence[str]) -> str:
    """`(1832, 911)  R 0.4182  G 0.3377  B 0.2210  A 1.0000`; the place alone where there are no values."""
    place = f"({x}, {y})"
    if values is None:
        return place
    return "  ".join([place, *(f"{name} {_number(value)}" for name, value in zip(names, values, strict=False))])


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    return f"{value:.4f}" if abs(value) < 1000 else f"{value:.4g}"
