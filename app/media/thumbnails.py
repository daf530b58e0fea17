"""Small pictures that are kept in the catalogue: what a file looks like when its drive is not there.

Runs in the killable children. A still becomes a thumbnail, a movie a filmstrip, a sound its waveform; each one WebP
image of some kilobytes.
"""

import io
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.jobs.framing import Send
from app.media.complete import why_incomplete
from app.media.display import NEUTRAL
from app.media.formats import Format
from app.media.image import pillow_reasons
from app.media.movie import Movie, MovieFrame
from app.media.opening import OpenFile, opened
from app.media.pictures import render
from app.media.registry import recognise
from app.media.sources import pixel_source
from app.media.strips import LEAST_STRIP_S, strip_times
from app.media.waveform import read_peaks, sample_peaks
from app.media.waves import WAVE_COLUMNS, draw_wave

_EDGE = 320
_STRIP_EDGE = 240
_DECODED_EDGE = 2 * _EDGE
_QUALITY = 70
_GLIMPSE_S = 1.5
_LONG_SOUND_S = 120.0

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Small:
    """A small picture.

    Attributes:
        kind: `thumbnail`, `filmstrip` or `waveform`.
        width, height: pixels of one picture: the image of a filmstrip holds several side by side, that of a waveform
            its channels below each other.
        data: WebP.
        problem: why it is not all there; empty where all is well.
    """

    kind: str
    width: int
    height: int
    data: bytes
    problem: str = ""


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: one picture as a header (`kind, width, height, problem`) and its WebP as payload.

    Request: `path`; `size`, `mtime_ns` and `tolerance_ns`: what the file was when its content was hashed.
    """
    with opened(request["path"]) as file:
        late = abs(file.mtime_ns - request["mtime_ns"]) > request["tolerance_ns"]
        if late or file.size != request["size"]:
            raise MediaError("it was written since it was scanned", code="media.changed")
        small = make_small(file)
    header = {"kind": small.kind, "width": small.width, "height": small.height, "problem": small.problem}
    send(header, small.data)


def make_small(file: OpenFile) -> Small:
    """The small picture of an open file.

    Raises:
        MediaError: it cannot be decoded, or is nothing that is looked at or listened to.
    """
    form, _ = recognise(file)
    made = _made(file, form)
    return made if made.problem else replace(made, problem=why_incomplete(file, form.name))


def _made(file: OpenFile, form: Format) -> Small:
    if form.kind == "image":
        return _thumbnail(file, form)
    if form.kind == "audio":
        return _waveform(file, form)
    if form.kind != "video":
        raise MediaError("it is no picture", code="media.no_picture")
    try:
        return _filmstrip(file, form)
    except MediaError as problem:
        if problem.code != "media.no_picture":
            raise
    return _waveform(file, form)


def _thumbnail(file: OpenFile, form: Format) -> Small:
    if form.name == "jpeg":
        drafted = _drafted(file, form)
        if drafted is not None:
            return Small("thumbnail", drafted.shape[1], drafted.shape[0], _webp(drafted))
    with pixel_source(file, form) as source:
        picture = render(source, _DECODED_EDGE, _DECODED_EDGE)
        aspect = source.pixel_aspect if source.orientation < 5 else 1 / (source.pixel_aspect or 1.0)
    fitted = _fitted(_flat(picture.rgba), _EDGE, aspect)
    return Small("thumbnail", fitted.shape[1], fitted.shape[0], _webp(fitted), picture.error)


def _drafted(file: OpenFile, form: Format) -> Rgb | None:
    """A JPEG decoded straight to a fraction of its size, upright, many times as fast; None where it is damaged."""
    from PIL import Image, ImageOps

    try:
        with pillow_reasons(form), file.stream() as stream, Image.open(stream) as image:
            image.draft("RGB", (_DECODED_EDGE, _DECODED_EDGE))
            small = image.convert("RGB")
            small.thumbnail((_EDGE, _EDGE), Image.Resampling.LANCZOS)
            upright = ImageOps.exif_transpose(small)
    except MediaError:
        return None
    return np.asarray(upright)


def _filmstrip(file: OpenFile, form: Format) -> Small:
    movie = Movie(file, form)
    try:
        seconds = float((movie.frames or 1) / movie.rate)
        times = strip_times(seconds) if seconds >= LEAST_STRIP_S else (0.0,)
        frames = [movie.glimpse(time, _DECODED_EDGE, _DECODED_EDGE, _GLIMPSE_S) for time in times]
        aspect = movie.pixel_aspect
    finally:
        movie.close()
    tiles = [_fitted(frame.rgba[..., :3], _STRIP_EDGE, aspect) for frame in frames]
    height, width = tiles[0].shape[:2]
    row = np.concatenate([tile if tile.shape == tiles[0].shape else _sized(tile, width, height) for tile in tiles], 1)
    return Small("filmstrip", width, height, _webp(row), _problem_of(frames))


def _problem_of(frames: list[MovieFrame]) -> str:
    return next((frame.error for frame in frames if frame.error), "")


def _waveform(file: OpenFile, form: Format) -> Small:
    """Read whole where it is short; of a long sound a little at each of many places, not gigabytes of it."""
    peaks = sample_peaks(file, form, WAVE_COLUMNS, _LONG_SOUND_S) or read_peaks(file, form, 2 * WAVE_COLUMNS)
    picture, lane = draw_wave(peaks.values)
    return Small("waveform", picture.shape[1], lane, _webp(picture, exact=True), peaks.error)


def _flat(rgba: NDArray[np.uint8]) -> Rgb:
    """Without alpha, over the grey that the window shows behind a picture."""
    alpha = rgba[..., 3:].astype(np.uint16)
    if alpha.min(initial=255) == 255:
        return rgba[..., :3]
    mixed: Rgb = ((rgba[..., :3] * alpha + NEUTRAL * (255 - alpha) + 127) // 255).astype(np.uint8)
    return mixed


def _fitted(rgb: Rgb, edge: int, aspect: float) -> Rgb:
    """No longer than `edge` along its longer side, in the shape in which it is meant to be seen."""
    height, width = rgb.shape[:2]
    wide = width * (aspect if 0.1 <= aspect <= 10 else 1.0)
    scale = min(1.0, edge / max(wide, height))
    return _sized(rgb, max(1, round(wide * scale)), max(1, round(height * scale)))


def _sized(rgb: Rgb, width: int, height: int) -> Rgb:
    if rgb.shape[:2] == (height, width):
        return rgb
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(rgb))
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def _webp(rgb: Rgb, *, exact: bool = False) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(stream, "WEBP", quality=_QUALITY, lossless=exact, method=4)
    return stream.getvalue()
