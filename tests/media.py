"""Tiny real media for tests: whole ones through the makers of the demo library, and broken ones.

Everything is a few kilobytes. Each maker takes the path to write and gives it back.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from app import demomedia

SIZE = (64, 36)


def exr(path: Path, frame: int = 1001, **options: object) -> Path:
    """A scene-linear half RGBA EXR of 64 × 36 pixels."""
    demomedia.write_exr(path, *SIZE, frame, **options)
    return path


def multipart_exr(path: Path, frame: int = 1001) -> Path:
    """An EXR of the parts rgba, depth, matte."""
    demomedia.write_multipart_exr(path, *SIZE, frame)
    return path


def dpx(path: Path) -> Path:
    """A ten-bit log DPX."""
    demomedia.write_dpx(path, *SIZE)
    return path


def tiff(path: Path) -> Path:
    """A sixteen-bit TIFF."""
    demomedia.write_tiff(path, *SIZE)
    return path


def png(path: Path) -> Path:
    """An eight-bit PNG."""
    demomedia.write_png(path, *SIZE)
    return path


def jpeg(path: Path) -> Path:
    """A JPEG."""
    demomedia.write_jpeg(path, *SIZE)
    return path


def by_pillow(path: Path) -> Path:
    """A picture of 64 × 36 pixels in whatever format Pillow writes for the extension (AVIF, GIF, BMP, WebP, ...)."""
    from PIL import Image

    image = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    image.save(path)
    return path


def wav(path: Path, seconds: float = 0.25, **options: int) -> Path:
    """A 24-bit stereo WAV at 48 kHz."""
    demomedia.write_wav(path, seconds, **options)
    return path


def movie(path: Path, seconds: float = 1.0, **options: object) -> Path:
    """A movie of 64 × 36 pixels at 24 frames a second with a sound track."""
    demomedia.write_movie(path, seconds, **{"width": SIZE[0], "height": SIZE[1], **options})
    return path


def mxf(path: Path, frames: int = 25) -> Path:
    """An MXF of MPEG-2 pictures of 64 × 48 pixels, each of its own grey, whose clock ticks once a frame."""
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            grey = np.full((48, 64, 3), 40 + 6 * number, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        out.mux(stream.encode())
    return path


def sound(path: Path, codec: str, rate: int, seconds: float = 1.0) -> Path:
    """A soft noise in stereo, encoded by `codec`."""
    import av
    import numpy as np

    noise = np.random.default_rng(7).normal(0, 0.05, (2, round(rate * seconds))).astype(np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = rate, 0
        resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=rate, frame_size=stream.frame_size)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode())
    return path


def mpeg_movie(path: Path, frames: int = 12) -> Path:
    """An MPEG stream of 64 × 48 pixels, in whatever container the extension stands for."""
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg1video" if path.suffix == ".m1v" else "mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            noise = np.random.default_rng(number).integers(0, 255, (48, 64, 3), np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        out.mux(stream.encode())
    return path


def svg(path: Path, attributes: str = 'width="64px" height="36px"', before: str = "") -> Path:
    """A drawing."""
    path.write_text(f'<?xml version="1.0"?>\n{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}><g/></svg>\n')
    return path


def empty(path: Path) -> Path:
    """A file of no bytes."""
    path.touch()
    return path


def text(path: Path) -> Path:
    """Plain text, whatever the name says."""
    path.write_text("A note that somebody saved under the wrong name.\n")
    return path


def truncated(path: Path, make: Callable[[Path], Path], keep: float = 0.6) -> Path:
    """A file that lost its end: `keep` is the share of its bytes that stayed."""
    make(path)
    demomedia.truncate(path, keep)
    return path


def raw_exr(
    path: Path, *attributes: tuple[bytes, bytes, bytes], flags: int = 0, size: tuple[int, int] = (2, 1)
) -> Path:
    """An uncompressed one-channel EXR put together byte by byte, with any attributes beside the required ones.

    Args:
        path: where to.
        attributes: name, type and bytes of each.
        flags: bits of the version word.
        size: pixels across and down.
    """
    width, height = size
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    required = (
        (b"channels", b"chlist", b"Y\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    )
    header = struct.pack("<II", 20000630, 2 | flags)
    for name, kind, value in (*required, *attributes):
        header += name + b"\0" + kind + b"\0" + struct.pack("<i", len(value)) + value
    header += b"\0"
    row_bytes = 2 * width
    first = len(header) + 8 * height
    table = b"".join(struct.pack("<Q", first + y * (8 + row_bytes)) for y in range(height))
    rows = b"".join(struct.pack("<ii", y, row_bytes) + struct.pack("<e", 0.5) * width for y in range(height))
    path.write_bytes(header + table + rows)
    return path
