"""A movie that television would take, and the same with one fault each."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

RATE = Fraction(25)
SECONDS = 4
WIDTH, HEIGHT = 96, 64

Picture = Callable[[int], Any]
"""Frame number to grey picture (0-255)."""


def moving(frame: int) -> Any:
    """Stripes that wander, a little on from frame to frame."""
    across = np.arange(WIDTH)
    down = np.arange(HEIGHT)[:, None]
    return 128 + 60 * np.sin((down + across / 5 - 3 * frame) / 6)


def with_black(frame: int) -> Any:
    """The same with sixty black frames in it, from the twentieth on."""
    return np.zeros((HEIGHT, WIDTH)) + 16 if 20 <= frame < 80 else moving(frame)


def with_still(frame: int) -> Any:
    """The same, standing still from the twentieth to the eightieth frame."""
    return moving(20 if 20 <= frame <= 80 else frame)


def write_movie(
    path: Path, picture: Picture = moving, level_db: float = -23.0, right: float = 1.0, rate: int = 48000
) -> Path:
    """A QuickTime movie of MPEG-4 pictures and a stereo tone of 997 Hz.

    Args:
        path: where to.
        picture: makes each frame.
        level_db: peak of the tone; at -23 it has -23 LUFS (EBU Tech 3341, test 1).
        right: what the right channel is of the left one.
        rate: samples a second.
    """
    import av

    with av.open(str(path), "w") as out:
        video: Any = out.add_stream("mpeg4", rate=RATE, options={"g": "250", "qscale": "2", "flags": "+qscale"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # ITU-R BT.709
        audio: Any = out.add_stream("pcm_s24le", rate=rate, layout="stereo")
        for number in range(int(SECONDS * RATE)):
            grey = np.repeat(picture(number)[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(grey), format="rgb24")))
        out.mux(video.encode())
        for at in range(0, SECONDS * rate, 1024):
            moment = np.arange(at, min(at + 1024, SECONDS * rate)) / rate
            tone = 10 ** (level_db / 20) * np.sin(2 * np.pi * 997 * moment)
            samples = (np.stack([tone, right * tone], axis=1).reshape(1, -1) * (2**31 - 1)).astype(np.int32)
            frame = av.AudioFrame.from_ndarray(samples, format="s32", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
            out.mux(audio.encode(frame))
        out.mux(audio.encode())
    return path
