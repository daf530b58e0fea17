"""Where the pixels of still images come from: OpenImageIO row by row, or Pillow for what its wheel cannot read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.errors import MediaError
from app.media.animationframes import CHANNELS, Frames, frames_of
from app.media.cutjpeg import check_not_filled_in, ended
from app.media.display import Pixels
from app.media.exr import COMPRESSIONS, Box, read_header
from app.media.formats import Format
from app.media.image import pillow_reasons
from app.media.openimageio import MOST_CHANNELS, oiio_reason, openimageio
from app.media.opening import OpenFile

#: A picture with more pixels than this is refused.
PIXEL_LIMIT = 1 << 31
_DEEP_LIMIT = 1 << 26
_MOST_NAMES = 1024
PILLOW_FORMATS = ("avif", "cur")
UNDECODED = {
    "rawphoto": "not decoded: camera raw", "heif": "not decoded: HEIF", "svg": "not decoded: a drawing, not pixels",
    "svgz": "not decoded: a drawing, not pixels", "xpm": "not decoded: XPM",
}  # fmt: skip
Read = Callable[[int, int, int, int], Pixels]
RANDOM_ACCESS = ("openexr", "tiff", "dpx", "cineon", "sgi", "bmp", "zfile", "fits")


@dataclass(frozen=True, slots=True)
class PixelSource:
    """One part of an open image.

    Attributes:
        channels: names of all its channels, as the reader orders them.
        data_window, display_window: min x, min y, max x, max y, corners included.
        linear: scene-linear values (half, float), else eight bits.
        read: rows from y0 up to but not y1, in data window coordinates, of channels from c0 up to but not c1:
            rows × columns × channels. Raises MediaError where they cannot be decoded.
        block_rows: rows that are best read at once.
        chunk_rows: rows that are packed together: damage to some of them is damage to all.
        random_access: whether rows after damaged ones may be sound.
        part, parts: index of the part, names of all parts.
        orientation: EXIF orientation.
        pixel_aspect: width of a pixel by its height.
    """

    channels: tuple[str, ...]
    data_window: Box
    display_window: Box
    linear: bool
    read: Read
    block_rows: int = 64
    chunk_rows: int = 1
    random_access: bool = True
    part: int = 0
    parts: tuple[str, ...] = ("",)
    orientation: int = 1
    pixel_aspect: float = 1.0
    kind: str = field(default="uint8")


@contextmanager
def pixel_source(
    file: OpenFile, form: Format, part: int = 0, *, exact: bool = False, filled: bool = True
) -> Iterator[PixelSource]:
    """Open the pixels of one part.

    Args:
        file: the open file.
        form: its format.
        part: index of the part (page, layer of a TIFF, frame of a GIF).
        exact: give integer pixels as normalised floats instead of eight bits, in 64 bits where 32 do not hold them,
            and no rows that the decoder of a JPEG makes up where the data ends.
        filled: give such rows, unless `exact`.

    Raises:
        MediaError: it cannot be decoded, has no such part, or is too large.
    """
    with opened_pixels(file, form, exact=exact, filled=filled) as pixels:
        yield pixels.part(part)


class OpenPixels:
    """The pixels of a file, opened once for all of its parts."""

    def __init__(
        self,
        file: OpenFile,
        form: Format,
        reader: Any,
        *,
        exact: bool,
        filled: bool = False,
        cut: bool = False,
        frames: Frames | None = None,
    ) -> None:
        self.file = file
        self.form = form
        self.exact = exact
        #: Whether rows are wanted that the decoder makes up.
        self.filled = filled and not exact
        #: Whether it is known to be cut off, where rows behind a cut are not wanted.
        self.cut = cut
        #: What OpenImageIO opened; None where Pillow reads the file.
        self.reader = reader
        #: Of a PNG or WebP that moves.
        self.frames = frames
        self._names: tuple[str, ...] | None = None

    def part(self, part: int) -> PixelSource:
        """One part; see `pixel_source`."""
        if self.frames is not None and self.frames.has(part):
            return _of_pillow(self.frames.pixels(part), part, self.frames.moving.pictures, self.exact)
        if self.reader is None:
            return _pillow_source(self.file, self.form, part, self.exact)
        return _openimageio_source(self, part)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts, of the first 1,024."""
        if self._names is None:
            parts: list[str] = []
            while len(parts) < _MOST_NAMES and self.reader.seek_subimage(len(parts), 0):
                parts.append(self.reader.spec().get_string_attribute("oiio:subimagename"))
            self._names = tuple(parts)
        return self._names


@contextmanager
def opened_pixels(file: OpenFile, form: Format, *, exact: bool, filled: bool = True) -> Iterator[OpenPixels]:
    """Open the pixels of a file. `exact`, `filled` and what is raised are those of `pixel_source`."""
    if form.name in UNDECODED:
        raise MediaError(UNDECODED[form.name], code="media.not_decoded")
    if form.name in PILLOW_FORMATS:
        yield OpenPixels(file, form, None, exact=exact)
        return
    with frames_of(file, form) as frames:
        if frames is not None and frames.has(0):
            yield OpenPixels(file, form, None, exact=exact, frames=frames)
            return
        with _by_openimageio(file, form, frames, exact=exact, filled=filled and not exact) as pixels:
            yield pixels


@contextmanager
def _by_openimageio(
    file: OpenFile, form: Format, frames: Frames | None, *, exact: bool, filled: bool
) -> Iterator[OpenPixels]:
    oiio = openimageio(2)
    oiio.attribute("exr_threads", 2)
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    with nullcontext((file, False)) if filled else ended(file, form) as (there, cut):
        reader = oiio.ImageInput.open(there.native_name, config)
        if reader is None:
            raise _not_opened(there, form)
        try:
            yield OpenPixels(there, form, reader, exact=exact, filled=filled, cut=cut, frames=frames)
        finally:
            reader.close()


def _not_opened(file: OpenFile, form: Format) -> MediaError:
    """Why the library does not open a file: not every one that it refuses is damaged."""
    reason = f"it cannot be read as {form.title}: {oiio_reason(file)}"
    if form.name == "openexr":
        most = max(len(part.channels) for part in read_header(file).parts)
        if most > MOST_CHANNELS:
            reason = f"pictures are made of at most {MOST_CHANNELS} channels: it has {most}"
            return MediaError(reason, code="pixels.not_supported")
    return MediaError(reason, code="media.damaged")


def _openimageio_source(pixels: OpenPixels, part: int) -> PixelSource:
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    opened, file, form, parts = pixels.reader, pixels.file, pixels.form, pixels.names
    if not opened.seek_subimage(part, 0):
        raise MediaError(f"it has no part {part}: it has {len(parts)}", code="media.no_part")
    spec = opened.spec()
    width, height = max(spec.width, spec.full_width), max(spec.height, spec.full_height)
    if width * height > PIXEL_LIMIT or spec.width * spec.height * spec.nchannels > 4 * PIXEL_LIMIT:
        raise MediaError(f"the picture is too large: {width} x {height} pixels", code="media.too_large")
    linear = spec.format in (oiio.HALF, oiio.FLOAT, oiio.DOUBLE) or form.name == "openexr"
    wanted = oiio.UINT8
    if pixels.exact:
        wide = spec.format in (oiio.UINT32, oiio.INT32, oiio.DOUBLE) and form.name != "openexr"
        wanted = spec.format.basetype if wide else oiio.FLOAT
    elif linear:
        wanted = oiio.HALF if spec.format == oiio.HALF else oiio.FLOAT
    if spec.deep:
        read = _deep_reader(file, part, spec)
    elif spec.tile_width:
        read = _tile_reader(opened, file, part, spec, wanted)
    else:
        read = _row_reader(pixels, part, spec, wanted)
    x0, y0, full_x0, full_y0 = spec.x, spec.y, spec.full_x, spec.full_y
    packing = spec.get_string_attribute("compression").partition(":")[0] if form.name == "openexr" else ""
    chunk = spec.tile_height or dict(COMPRESSIONS.values()).get(packing, 1)
    return PixelSource(
        channels=tuple(spec.channelnames),
        data_window=(x0, y0, x0 + spec.width - 1, y0 + spec.height - 1),
        display_window=(full_x0, full_y0, full_x0 + spec.full_width - 1, full_y0 + spec.full_height - 1),
        linear=linear,
        read=read,
        chunk_rows=chunk,
        block_rows=max(64, min(chunk, 4096)),
        random_access=form.name in RANDOM_ACCESS,
        part=part,
        parts=parts,
        orientation=1 if form.name == "openexr" else spec.get_int_attribute("Orientation", 1),
        pixel_aspect=spec.get_float_attribute("PixelAspectRatio", 1.0),
        kind=str(spec.format),
    )  # fmt: skip


def _row_reader(pixels: OpenPixels, part: int, spec: Any, wanted: Any) -> Read:
    """Reads rows; none that the decoder makes up, unless these are wanted."""

    def read(y0: int, y1: int, c0: int, c1: int) -> Pixels:
        rows = pixels.reader.read_scanlines(part, 0, y0, y1, spec.z, c0, c1, wanted)
        found = _checked(rows, pixels.reader, pixels.file, (y1 - y0, spec.width, c1 - c0))
        if not pixels.filled:
            check_not_filled_in(pixels.reader, pixels.form, cut=pixels.cut)
        return found

    return read


def _tile_reader(opened: Any, file: OpenFile, part: int, spec: Any, wanted: Any) -> Read:
    def read(y0: int, y1: int, c0: int, c1: int) -> Pixels:
        first = spec.y + (y0 - spec.y) // spec.tile_height * spec.tile_height
        last = min(spec.y + -(-(y1 - spec.y) // spec.tile_height) * spec.tile_height, spec.y + spec.height)
        rows = opened.read_tiles(
            part, 0, spec.x, spec.x + spec.width, first, last, spec.z, spec.z + 1, c0, c1, wanted
        )  # fmt: skip
        return _checked(rows, opened, file, (last - first, spec.width, c1 - c0))[y0 - first : y1 - first]

    return read


def _checked(rows: Any, opened: Any, file: OpenFile, shape: tuple[int, int, int]) -> Pixels:
    if rows is None:
        raise MediaError(f"pixels cannot be decoded: {oiio_reason(file, opened)}", code="pixels.damaged")
    found: Pixels = np.asarray(rows)
    if found.dtype.kind in "ui" and found.itemsize > 2:  # the library would scale them by way of 32-bit floats
        found = found / np.iinfo(found.dtype).max
    return found.reshape(shape)


def _deep_reader(file: OpenFile, part: int, spec: Any) -> Read:
    """Deep pixels are composited front to back first, all at once."""
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    if spec.width * spec.height > _DEEP_LIMIT:
        raise MediaError(f"the deep picture is too large: {spec.width} x {spec.height} pixels", code="media.too_large")
    flat = oiio.ImageBufAlgo.flatten(oiio.ImageBuf(file.native_name, part, 0))
    pixels = None if flat.has_error else flat.get_pixels(oiio.FLOAT)
    if pixels is None:
        reason = oiio_reason(file, flat)
        if "alpha channel" in reason:
            raise MediaError("deep pixels without alpha make no flat picture", code="pixels.not_supported")
        raise MediaError(f"deep pixels cannot be decoded: {reason}", code="pixels.damaged")

    def read(y0: int, y1: int, c0: int, c1: int) -> Pixels:
        found: Pixels = pixels[y0 - spec.y : y1 - spec.y, :, c0:c1]
        return found

    return read


def _pillow_source(file: OpenFile, form: Format, part: int, exact: bool) -> PixelSource:
    from PIL import Image

    with pillow_reasons(form), file.stream() as stream, Image.open(stream) as image:
        count = getattr(image, "n_frames", 1)
        if part >= count:
            raise MediaError(f"it has no part {part}: it has {count}", code="media.no_part")
        image.seek(part)
        pixels: Pixels = np.asarray(image.convert("RGBA"))
    return _of_pillow(pixels, part, count, exact)


def _of_pillow(pixels: Pixels, part: int, count: int, exact: bool) -> PixelSource:
    if exact:
        pixels = pixels.astype(np.float32) / 255
    box = (0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1)
    return PixelSource(CHANNELS, box, box, linear=False, part=part, parts=("",) * count,
                       read=lambda y0, y1, c0, c1: pixels[y0:y1, :, c0:c1])  # fmt: skip
