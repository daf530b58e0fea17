"""Where two pictures differ, as a picture: neutral grey where they do not, from dark red over orange to white."""

import io

import numpy as np
from numpy.typing import NDArray

from app.media.pixeldiff import Heat

_EQUAL = 119
_OUTSIDE = 40
_DECADES = 5.0
_STOPS = ((0.0, (96, 16, 24)), (0.35, (200, 40, 24)), (0.7, (250, 150, 30)), (1.0, (255, 255, 235)))
#: What is not finite on one side only: a colour that no error has.
ODD = (255, 0, 255)


def heat_rgba(heat: Heat, tolerance: float) -> NDArray[np.uint8]:
    """The picture: rows × columns × 4 bytes.

    Errors above the tolerance are coloured by their logarithm over five decades below the largest one; pixels that
    were not compared are dark; where NaN or infinity stands on one side only it is magenta.
    """
    errors = heat.errors
    shown = np.full((*errors.shape, 4), 255, np.uint8)
    shown[..., :3] = _EQUAL
    shown[errors < 0, :3] = _OUTSIDE
    largest = float(errors.max(initial=0.0))
    hot = errors > max(tolerance, 0.0)
    if hot.any():
        levels = 1 + np.log10(errors[hot] / largest) / _DECADES
        places = [place for place, _ in _STOPS]
        for index in range(3):
            shown[hot, index] = np.interp(levels, places, [colour[index] for _, colour in _STOPS]) + 0.5
    shown[heat.odd, :3] = ODD
    return shown


def png(rgba: NDArray[np.uint8]) -> bytes:
    """The picture as PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(rgba[..., :3]).save(out, "PNG")
    return out.getvalue()
