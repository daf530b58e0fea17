"""Samples of sound between PyAV and NumPy, 32-bit floats with full scale 1.

They cross interleaved: of sound with eight channels and more PyAV (18) takes what lies in memory behind the last plane
for planes, and reads or writes it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: FFmpeg's name of the format in which they cross.
INTERLEAVED = "flt"

Block = NDArray[np.float32]


def resampler(layout: Any, rate: int) -> Any:
    """What brings frames to a layout, a rate and the format that `samples_of` takes."""
    import av

    return av.AudioResampler(format=INTERLEAVED, layout=layout, rate=rate)


def samples_of(frame: Any) -> Block:
    """The samples of a frame from `resampler`: channels × samples."""
    interleaved = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return np.ascontiguousarray(interleaved.T, np.float32)


def frame_of(block: Block, layout: Any, rate: int) -> Any:
    """A frame of samples, channels × samples."""
    import av

    interleaved = np.ascontiguousarray(block.T, np.float32).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(interleaved, format=INTERLEAVED, layout=layout)
    frame.sample_rate = rate
    return frame
