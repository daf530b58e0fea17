"""The picture of a waveform, and back from it: each channel a lane, so that any theme can draw it anew."""

import numpy as np
from numpy.typing import NDArray

from app.media.display import NEUTRAL

WAVE_COLUMNS = 640
_ROWS, _CHANNELS = 144, 8
_WAVE, _AXIS = (90, 162, 230), (56, 59, 64)

Rgb = NDArray[np.uint8]


def draw_wave(values: NDArray[np.float32]) -> tuple[Rgb, int]:
    """The channels below each other; the picture, and the rows of one lane.

    Args:
        values: channels × stretches × (lowest, highest), full scale is 1. Eight channels are drawn at most.
    """
    lane = _ROWS // min(len(values), _CHANNELS)
    lanes = [_draw_lane(channel, lane) for channel in values[:_CHANNELS]]
    return np.concatenate(lanes), lane


def read_wave(picture: Rgb, lane: int) -> NDArray[np.float32]:
    """Peaks as `draw_wave` took them, a stretch a column, as exactly as the rows of a lane allow."""
    lit = (picture.astype(np.int16) - _WAVE)[..., 2] > -40
    found = np.zeros((len(picture) // lane, picture.shape[1], 2), np.float32)
    for number in range(len(found)):
        band = lit[number * lane : (number + 1) * lane]
        there = band.any(axis=0)
        middle, half = (lane - 1) / 2, lane / 2 - 2
        bottom, top = lane - 1 - band[::-1].argmax(axis=0), band.argmax(axis=0)
        found[number, :, 0] = np.where(there, np.clip((middle - bottom) / half, -1, 1), 0)
        found[number, :, 1] = np.where(there, np.clip((middle - top) / half, -1, 1), 0)
    return found


def _draw_lane(channel: NDArray[np.float32], lane: int) -> Rgb:
    band = np.full((lane, WAVE_COLUMNS, 3), NEUTRAL, np.uint8)
    middle, half = (lane - 1) / 2, lane / 2 - 2
    low, high = _columns(channel)
    rows = np.arange(lane)[:, None]
    band[round(middle)] = _AXIS
    top, bottom = np.floor(middle - high * half), np.ceil(middle - low * half)
    band[(rows >= top) & (rows <= bottom) & (high > low)] = _WAVE
    return band


def _columns(channel: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Lowest and highest value of each column of the picture."""
    edges = np.linspace(0, len(channel), WAVE_COLUMNS + 1).astype(int)[:-1]
    clipped = np.clip(channel, -1.0, 1.0)
    if len(channel) < WAVE_COLUMNS:
        spread = clipped[np.minimum(edges, len(channel) - 1)]
        return spread[:, 0], spread[:, 1]
    return np.minimum.reduceat(clipped[:, 0], edges), np.maximum.reduceat(clipped[:, 1], edges)
