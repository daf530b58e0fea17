"""Makes small real media with the libraries at hand: the demo library, and the files that tests read.

Pictures show a ball that rolls through a soft landscape under its frame number. They are drawn in scene-linear light;
integer formats get the sRGB curve, DPX a film logarithm.
"""

import contextlib
import math
import os
import secrets
import wave
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import InputError, MissingPart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.float32]

#: Draws a picture of a width, a height, a frame and a hue, in the shape that `picture` describes.
Draw = Callable[[int, int, int, float], "Pixels"]

WIDTH, HEIGHT = 480, 270
FRAMES_PER_TURN = 48
_MADE = "2026:01:05 09:30:00"
_DIGITS = {
    "0": "01110100011001110101110011000101110", "1": "00100011000010000100001000010001110",
    "2": "01110100010000100010001000100011111", "3": "11111000100010000010000011000101110",
    "4": "00010001100101010010111110001000010", "5": "11111100001111000001000011000101110",
    "6": "00110010001000011110100011000101110", "7": "11111000010001000100010000100001000",
    "8": "01110100011000101110100011000101110", "9": "01110100011000101111000010001001100",
}  # fmt: skip


def picture(width: int, height: int, frame: int, hue: float = 0.58) -> "Pixels":
    """Scene-linear pixels, rows × columns × (red, green, blue, alpha, depth in metres), float32.

    Args:
        width: pixels across.
        height: pixels down.
        frame: moves the ball, and is written into the picture.
        hue: tint of the landscape, 0-1 around the colour circle.
    """
    import numpy as np

    pixels = _landscape(width, height, round(hue, 3)).copy()
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = 2 * math.pi * (frame % FRAMES_PER_TURN) / FRAMES_PER_TURN
    centre_x, centre_y = width * (0.5 + 0.3 * math.sin(turn)), height * (0.56 + 0.05 * math.cos(2 * turn))
    radius = height * (0.19 + 0.05 * math.cos(turn))
    across, down = (x - centre_x) / radius, (y - centre_y) / radius
    ground = np.exp(-((across / 1.1) ** 2) - ((y - centre_y - radius) / (radius * 0.22)) ** 2)
    pixels[..., :3] *= 1 - 0.7 * ground[..., None]
    square = across**2 + down**2
    towards = np.sqrt(np.clip(1 - square, 0, 1))
    light = np.clip(-0.5 * across - 0.6 * down + 0.62 * towards, 0, 1)
    stripe = (np.sin(5 * np.arctan2(across, towards + 1e-3) + 2 * turn) > 0).astype(np.float32)
    ball = np.stack([0.75 - 0.45 * stripe, 0.12 + 0.3 * stripe, 0.08 + 0.02 * stripe], axis=-1)
    ball = ball * (0.05 + 1.1 * light)[..., None] + 3.0 * (light**40)[..., None]
    cover = np.clip((1 - np.sqrt(square)) * radius, 0, 1)[..., None]
    pixels[..., :3] = pixels[..., :3] * (1 - cover) + ball * cover
    pixels[..., 4] = np.where(cover[..., 0] > 0.5, 4 - 0.5 * towards, pixels[..., 4])
    burn_in(pixels, str(frame))
    return pixels


@cache
def _landscape(width: int, height: int, hue: float) -> "Pixels":
    import numpy as np

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / max(1, width - 1), y / max(1, height - 1)
    tint = np.array([0.5 + 0.5 * math.cos(2 * math.pi * (hue + third)) for third in (0, 2 / 3, 1 / 3)], np.float32)
    sky = (0.10 + 0.55 * y[..., None] ** 2) * (0.35 + 0.65 * tint) + 0.25 * (y[..., None] ** 3)
    sun = np.exp(-(((x - 0.78) * 16 / 9) ** 2 + (y - 0.24) ** 2) / 0.004)
    glow = 6.0 * sun + 0.35 * np.exp(-((x - 0.78) ** 2 + (y - 0.24) ** 2) / 0.06)
    sky += glow[..., None] * (1, 0.82, 0.5)
    pixels = np.ones((height, width, 5), np.float32)
    pixels[..., :3] = sky
    pixels[..., 4] = 1000.0
    for layer, (level, waves, shade) in enumerate(((0.60, 3.1, 0.20), (0.68, 5.3, 0.11), (0.76, 2.2, 0.06))):
        crest = level + 0.045 * np.sin(waves * 2 * np.pi * x + 1.7 * layer) + 0.02 * np.sin(waves * 9 * x + layer)
        inside = np.clip((y - crest) * height, 0, 1)[..., None]
        haze = shade * (0.6 + 0.8 * tint) * (1 + 0.8 * (y - level))[..., None]
        pixels[..., :3] = pixels[..., :3] * (1 - inside) + haze * inside
        pixels[..., 4] = np.where(inside[..., 0] > 0.5, 300.0 / (layer + 1) ** 2, pixels[..., 4])
    return pixels


def burn_in(pixels: "Pixels", text: str) -> None:
    """Write digits into the lower right corner, over a darkened plate."""
    height, width = pixels.shape[:2]
    size = max(1, height // 90)
    left, top = width - (len(text) * 6 + 3) * size, height - 11 * size
    if left < 0 or top < 0:
        return
    pixels[top - size : top + 9 * size, left - size : width - size, :3] *= 0.25
    for place, digit in enumerate(text):
        for index, lit in enumerate(_DIGITS.get(digit, "0" * 35)):
            row, column = top + index // 5 * size, left + (place * 6 + index % 5) * size
            if lit == "1":
                pixels[row : row + size, column : column + size, :3] = 0.9


def srgb(linear: "Pixels") -> "Pixels":
    """Linear light as sRGB code values 0-1. Source: IEC 61966-2-1."""
    import numpy as np

    linear = np.clip(linear, 0, 1)
    bent: Pixels = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)
    return bent


@contextlib.contextmanager
def _safely_named(path: Path) -> Iterator[str]:
    """A plain name beside `path`, renamed to it at the end: libraries read meaning into some names."""
    plain = path.parent / f"making-{secrets.token_hex(6)}{path.suffix.lower() if path.suffix.isascii() else ''}"
    try:
        yield str(plain)
        plain.replace(path)
    finally:
        plain.unlink(missing_ok=True)


def _write_image(path: Path, plugin: str, parts: Sequence[tuple[Any, "Pixels"]]) -> None:
    """Write one or more parts, each a specification and its pixels."""
    import numpy as np
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    with _safely_named(path) as name:
        out = oiio.ImageOutput.create(plugin)
        if out is None:
            raise MissingPart(f"this OpenImageIO writes no {plugin}")
        done = out.open(name, tuple(spec for spec, _ in parts)) if len(parts) > 1 else out.open(name, parts[0][0])
        for index, (spec, pixels) in enumerate(parts):
            if index and done:
                done = out.open(name, spec, "AppendSubimage")
            done = done and out.write_image(np.ascontiguousarray(pixels))
        reason = "" if done else out.geterror()
        out.close()
        if not done:
            raise InputError(f"{path} could not be written: {reason}", code="demo.not_written")


def _spec(width: int, height: int, names: Sequence[str], kind: str, attributes: dict[str, Any]) -> Any:
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    spec = oiio.ImageSpec(width, height, len(names), kind)
    spec.channelnames = tuple(names)
    for name, value in {"DateTime": _MADE, **attributes}.items():
        spec.attribute(name, value)
    return spec


def write_exr(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, hue: float = 0.58,
    compression: str = "zip", tile: int = 0, overscan: int = 0, attributes: dict[str, Any] | None = None,
    draw: Draw = picture,
) -> None:  # fmt: skip
    """A scene-linear half-float EXR with red, green, blue and alpha.

    Args:
        path: where to.
        width: of the display window.
        height: of the display window.
        frame: number in the picture; also the time code at 24 frames a second.
        hue: tint.
        compression: as OpenImageIO names it.
        tile: side of the tiles; 0 for scan lines.
        overscan: pixels that the data window goes beyond the display window on each side; negative for a crop.
        attributes: more header attributes.
        draw: what is in the picture.
    """
    whole = draw(width + 2 * overscan, height + 2 * overscan, frame, hue)
    described = {"compression": compression, "Software": "reelmark demo", **(attributes or {})}
    spec = _spec(whole.shape[1], whole.shape[0], "RGBA", "half", described)
    spec.attribute("framesPerSecond", "rational", (24, 1))
    spec.attribute("smpte:TimeCode", "timecode", (_timecode(frame), 0))
    spec.x = spec.y = -overscan
    spec.full_x, spec.full_y, spec.full_width, spec.full_height = 0, 0, width, height
    spec.tile_width = spec.tile_height = tile
    _write_image(path, "openexr", [(spec, whole[..., :4])])


def _timecode(frame: int) -> int:
    """The time code of a frame at 24 frames a second, binary coded decimal as SMPTE 12M packs it."""
    fields = frame // 86400 % 24, frame // 1440 % 60, frame // 24 % 60, frame % 24
    return sum((field // 10 << 4 | field % 10) << shift for field, shift in zip(fields, (24, 16, 8, 0), strict=True))


def write_multipart_exr(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, draw: Draw = picture
) -> None:
    """An EXR of three parts: `rgba` (half), `depth` (float Z), `matte` (half, two mattes)."""
    import numpy as np

    whole = draw(width, height, frame, 0.08)
    near = (whole[..., 4] < 5).astype(np.float32)
    mattes = np.stack([near, 1 - near], axis=-1)
    common = {"compression": "zip", "Software": "reelmark demo"}
    parts = (
        ("rgba", ("R", "G", "B", "A"), "half", whole[..., :4]),
        ("depth", ("Z",), "float", whole[..., 4:5]),
        ("matte", ("matte.ball", "matte.rest"), "half", mattes),
    )
    described = [
        (_spec(width, height, channels, kind, {**common, "oiio:subimagename": name}), pixels)
        for name, channels, kind, pixels in parts
    ]
    _write_image(path, "openexr", described)


def write_dpx(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, hue: float = 0.3, draw: Draw = picture
) -> None:
    """A ten-bit DPX in printing density: 685 is white, 95 black, 0.002 density a code value."""
    import numpy as np

    linear = np.clip(draw(width, height, frame, hue)[..., :3], 1e-4, 13.5)
    codes = np.clip((685 + 300 * np.log10(linear)) / 1023, 0, 1).astype(np.float32)
    described = {"oiio:BitsPerSample": 10, "dpx:Transfer": "Printing density", "dpx:FrameRate": 24.0,
                 "Software": "reelmark demo"}  # fmt: skip
    _write_image(path, "dpx", [(_spec(width, height, "RGB", "uint16", described), codes)])


def write_tiff(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, hue: float = 0.75, draw: Draw = picture
) -> None:
    """A sixteen-bit sRGB TIFF."""
    spec = _spec(width, height, "RGB", "uint16", {"compression": "zip", "Software": "reelmark demo"})
    _write_image(path, "tiff", [(spec, srgb(draw(width, height, frame, hue)[..., :3]))])


def write_png(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, hue: float = 0.9, draw: Draw = picture
) -> None:
    """An eight-bit sRGB PNG."""
    spec = _spec(width, height, "RGB", "uint8", {})
    _write_image(path, "png", [(spec, srgb(draw(width, height, frame, hue)[..., :3]))])


def write_jpeg(
    path: Path, width: int = WIDTH, height: int = HEIGHT, frame: int = 1001, *, hue: float = 0.45, draw: Draw = picture
) -> None:
    """A JPEG of quality 92."""
    spec = _spec(width, height, "RGB", "uint8", {"CompressionQuality": 92})
    _write_image(path, "jpeg", [(spec, srgb(draw(width, height, frame, hue)[..., :3]))])


def write_wav(path: Path, seconds: float = 2.0, *, sample_rate: int = 48000, channels: int = 2, bits: int = 24) -> None:
    """A WAV of a tone that swells and fades, a fifth apart in each channel."""
    import numpy as np

    moment = np.arange(round(seconds * sample_rate)) / sample_rate
    swell = np.sin(np.pi * moment / max(seconds, 1e-9)) ** 2 * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * moment))
    tones = [0.7 * swell * np.sin(2 * np.pi * 220 * 1.5**channel * moment) for channel in range(channels)]
    samples = np.round(np.stack(tones, axis=-1) * (2 ** (bits - 1) - 1)).astype("<i4")
    lowest_bytes = samples.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, : bits // 8]
    with path.open("wb") as raw, wave.open(raw, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(bits // 8)
        out.setframerate(sample_rate)
        out.writeframes(np.ascontiguousarray(lowest_bytes).tobytes())


def write_movie(
    path: Path, seconds: float = 2.0, fps: Fraction | int = Fraction(24), *, width: int = WIDTH, height: int = HEIGHT,
    sound: bool = True, first_frame: int = 0, timecode: str = "", draw: Draw = picture,
) -> None:  # fmt: skip
    """A movie, H.264 where the encoder is there, else MPEG-4, with a tone beside it.

    Args:
        path: where to; its extension chooses the container (mp4, mov, mkv).
        seconds: length.
        fps: frames a second, exact.
        width: even number of pixels across.
        height: even number of pixels down.
        sound: whether there is a sound track.
        first_frame: number in the first picture.
        timecode: of the first frame, for QuickTime.
        draw: what is in the pictures.
    """
    import av
    import numpy as np

    options = {"preset": "veryfast", "crf": "20", "g": "12"} if "libx264" in av.codecs_available else {"g": "12"}
    with _safely_named(path) as name, av.open(f"file:{name}", "w") as out:
        if timecode:
            out.metadata["timecode"] = timecode
        video: Any = out.add_stream("libx264" if "preset" in options else "mpeg4", rate=fps, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.thread_count = 1
        audio: Any = out.add_stream("aac", rate=48000, layout="stereo") if sound else None
        for index in range(round(seconds * fps)):
            shown = srgb(draw(width, height, first_frame + index, 0.58)[..., :3])
            rgb = np.ascontiguousarray((shown * 255 + 0.5).astype(np.uint8))
            image = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            out.mux(video.encode(image.reformat(format="yuv420p", dst_colorspace="ITU601", threads=1)))
        out.mux(video.encode())
        if audio is not None:
            _mux_tone(out, audio, seconds)


def _mux_tone(out: Any, audio: Any, seconds: float) -> None:
    """Encode a stereo tone of the given length."""
    import av
    import numpy as np

    total, step = round(seconds * 48000), 1024
    for at in range(0, total, step):
        moment = np.arange(at, min(at + step, total)) / 48000
        tone = (0.4 * np.sin(2 * np.pi * 330 * moment) * np.sin(np.pi * moment / seconds)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.stack([tone, tone])), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, at, Fraction(1, 48000)
        out.mux(audio.encode(frame))
    out.mux(audio.encode())


def truncate(path: Path, keep: float) -> None:
    """Cut a file off: `keep` is the share of its bytes that stay (0-1)."""
    os.truncate(path, int(path.stat().st_size * keep))
