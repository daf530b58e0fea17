"""Statistics of the pixels of still images other than OpenEXR.

Integers are told as 0-1 (as the viewer's probe tells them), counted code by code and so exact; `code_max` times a value
is the code: 1023 in a ten-bit DPX, 255 in a JPEG. Alpha is a channel like the others, colours are not multiplied by it.
"""

import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import MediaError
from app.media.animationframes import CHANNELS, Frames, frames_of
from app.media.complete import why_incomplete
from app.media.counting import Counter, FloatCounter, UintCounter, code_counter, half_counter
from app.media.cutjpeg import check_not_filled_in, ended
from app.media.damagetold import Damage
from app.media.exrlayout import Chunk, not_supported, rows_text
from app.media.formats import Format
from app.media.image import PICTURES_LIMIT
from app.media.lostpictures import why_fewer
from app.media.openimageio import oiio_reason, openimageio
from app.media.opening import OpenFile
from app.media.sources import PILLOW_FORMATS, PIXEL_LIMIT, RANDOM_ACCESS, UNDECODED, pixel_source
from app.media.tiffstrips import Deflated, Tags, deflated, directories

Progress = Callable[[int, int], None]
Rows = Callable[[int, int], NDArray[Any]]

_BLOCK_BYTES = 2 << 20
_BEHIND = f"what lies behind the first {PICTURES_LIMIT} pictures of a file is not counted"
_RETRY_ROWS = 16
#: Formats of which the library tells the bits of a sample, not of a pixel, the index of a palette or alpha.
_TELLS_BITS = ("tiff", "dpx", "cineon", "png", "jpeg2000", "jpegxl")
_STRIP_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class _Page:
    """One part of an image: its rows from `top`, how they are read, and what its values are."""

    names: tuple[str, ...]
    top: int
    width: int
    height: int
    kind: str
    bits: int
    read: Rows
    together: int
    random_access: bool


def image_statistics(
    file: OpenFile, form: Format, *, sample: int = 1, progress: Progress,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:  # fmt: skip
    """Statistics of every part (page of a TIFF, frame of a GIF) of a still image.

    Args:
        file: the open file.
        form: its format.
        sample: read every so many blocks of rows.
        progress: is told how many rows of the part are done, and of how many.

    Returns:
        The `stats` of the document, and what belongs to its `errors`. Nothing that a file holds raises. Rows that the
        decoder of a JPEG makes up behind a cut are left out; of a file that is cut off `complete` is false in any case.
    """
    parts: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    cut_off = bool(why_incomplete(file, form.name))
    with ended(file, form) as (there, cut), frames_of(there, form) as frames, ExitStack() as stack:
        pages = _Pages(there, form, cut, frames, stack)
        for index in range(PICTURES_LIMIT + 1):
            damage = Damage(index)
            try:
                with pages.page(index) as page:
                    if page is None:
                        break
                    if index == PICTURES_LIMIT:
                        raise not_supported(_BEHIND)
                    parts.append({"index": index, **_statistics(page, damage, sample, progress)})
                    parts[-1]["complete"] &= not cut_off
            except MediaError as problem:
                damage.whole(problem)
                supported = problem.code not in ("pixels.not_supported", "media.not_decoded")
                parts.append({"index": index, "supported": supported, "reason": problem.message, "rows": "",
                              "channels": []})  # fmt: skip
            errors += damage.entries()
            if not parts[-1]["channels"]:
                break
    return {"parts": parts}, errors


class _Pages:
    """The parts of a file, asked for in their order.

    A GIF is opened once for all: each of its frames needs those before it. Any other file is opened for each part.
    """

    def __init__(self, file: OpenFile, form: Format, cut: bool, frames: Frames | None, stack: ExitStack) -> None:
        self._file = file
        self._stack = stack
        self._kept: Any = None
        self._form = form
        self._cut = cut
        self._frames = frames
        self._tags = _directories(file) if form.name == "tiff" else iter(())

    @contextmanager
    def page(self, index: int) -> Iterator[_Page | None]:
        """One part, open; None behind the last. Raises MediaError where there is one that cannot be read."""
        file, form = self._file, self._form
        if form.name in UNDECODED:
            raise not_supported(UNDECODED[form.name])
        if self._frames is not None and self._frames.has(index):
            yield self._frame(self._frames, index)
            return
        if form.name in PILLOW_FORMATS:
            yield _pillow_page(file, form, index)
            return
        with ExitStack() as stack:
            opened = self._kept or self._opened(stack)
            if opened.seek_subimage(index, 0):
                tags = next(self._tags, None)
                packed = deflated(file, tags) if tags is not None else None
                yield _openimageio_page(opened, openimageio(), file, form, index, self._cut, packed)
            elif why := why_fewer(file, form, opened, index):
                raise MediaError(f"pixels cannot be decoded: {why}", code="pixels.damaged")
            else:
                yield None

    def _opened(self, stack: ExitStack) -> Any:
        """A reader of the library, closed with `stack`, or with all parts where it is kept for them."""
        oiio = openimageio()
        config = oiio.ImageSpec()
        config.attribute("oiio:UnassociatedAlpha", 1)
        opened = oiio.ImageInput.open(self._file.native_name, config)
        if opened is None:
            reason = f"it cannot be read as {self._form.title}: {oiio_reason(self._file)}"
            raise MediaError(reason, code="pixels.damaged")
        self._kept = opened if self._form.name == "gif" else None
        (self._stack if self._kept is not None else stack).callback(opened.close)
        return opened

    def _frame(self, frames: Frames, index: int) -> _Page | None:
        if index == frames.moving.pictures:
            return None
        pixels = frames.pixels(index)
        return _Page(CHANNELS, 0, pixels.shape[1], pixels.shape[0], "uint8", 8,
                     lambda first, end: pixels[first:end], 1, random_access=True)  # fmt: skip


def _directories(file: OpenFile) -> Iterator[Tags | None]:
    """Those of a TIFF up to the first that cannot be read."""
    with suppress(struct.error, MediaError):
        yield from directories(file)


def _pillow_page(file: OpenFile, form: Format, index: int) -> _Page | None:
    try:
        with pixel_source(file, form, index) as source:
            x0, y0, x1, y1 = source.data_window
    except MediaError as problem:
        if index and problem.code == "media.no_part":
            return None
        raise
    names = source.channels
    return _Page(names, y0, x1 - x0 + 1, y1 - y0 + 1, "uint8", 8,
                 lambda first, end: source.read(first, end, 0, len(names)), 1, random_access=True)  # fmt: skip


def _openimageio_page(
    source: Any, oiio: Any, file: OpenFile, form: Format, index: int, cut: bool, packed: Deflated | None
) -> _Page:
    spec = source.spec()
    if spec.width * spec.height > PIXEL_LIMIT or spec.depth > 1:
        raise not_supported(f"the picture is too large: {spec.width} x {spec.height} x {spec.depth} pixels")
    native = {"uint8": oiio.UINT8, "uint16": oiio.UINT16, "uint": oiio.UINT, "half": oiio.HALF}
    kind = str(spec.format) if str(spec.format) in native else "float"
    wanted = native.get(kind, oiio.FLOAT)
    bottom = spec.y + spec.height

    def read(first: int, end: int) -> NDArray[Any]:
        if packed is not None and (why := packed.why_damaged(first - spec.y, end - spec.y)):
            raise MediaError(f"pixels cannot be decoded: {why}", code="pixels.damaged")
        if spec.tile_width:
            across = spec.x, spec.x + spec.width
            rows = source.read_tiles(index, 0, *across, first, end, spec.z, spec.z + 1, 0, spec.nchannels, wanted)
        else:
            rows = source.read_scanlines(index, 0, first, end, spec.z, 0, spec.nchannels, wanted)
        if rows is None:
            reason = oiio_reason(file, source)
            raise MediaError(f"pixels cannot be decoded: {reason}", code="pixels.damaged")
        check_not_filled_in(source, form, cut=cut)
        return np.asarray(rows).reshape(end - first, spec.width, spec.nchannels)

    told = spec.get_int_attribute("oiio:BitsPerSample", 0) if form.name in _TELLS_BITS else 0
    bits = told or {"uint8": 8, "uint16": 16, "uint": 32}.get(kind, 0)
    random_access = form.name in RANDOM_ACCESS
    return _Page(tuple(spec.channelnames), spec.y, spec.width, bottom - spec.y, kind, bits, read,
                 spec.tile_height or _strip_rows(spec), random_access)  # fmt: skip


def _strip_rows(spec: Any) -> int:
    """Rows that are best read at once: behind a damaged strip the library reads whole ones alone."""
    rows = min(spec.get_int_attribute("tiff:RowsPerStrip", 1), spec.height)
    return int(rows) if rows > 0 and rows * spec.scanline_bytes() <= _STRIP_BYTES else 1


def _statistics(page: _Page, damage: Damage, sample: int, progress: Progress) -> dict[str, Any]:
    counters = [_counter(page.kind) for _ in page.names]
    row_bytes = page.width * len(page.names) * {"uint8": 1, "uint16": 2, "half": 2}.get(page.kind, 4)
    step = max(1, _BLOCK_BYTES // max(1, row_bytes) // page.together) * page.together
    read: list[tuple[int, int]] = []
    bottom = page.top + page.height
    for first in range(page.top, bottom, step * sample):
        end = min(first + step, bottom)
        whole = _count(page, first, end, counters, read, damage)
        progress(end - page.top, page.height)
        if not whole and not page.random_access:
            if end < bottom:
                unread = MediaError("what follows damage in this format cannot be decoded", code="pixels.damaged")
                damage.chunk(_rows(page, end, bottom), unread)
            break
    progress(page.height, page.height)
    integer = page.kind.startswith("uint")
    return {
        "supported": True, "sample": sample, "rows": rows_text(read), "complete": sample == 1 and not damage.found,
        "type": page.kind, "bits": page.bits or None, "code_max": (1 << page.bits) - 1 if integer else None,
        "channels": [{"name": name, **counter.result()} for name, counter in zip(page.names, counters, strict=True)],
    }  # fmt: skip


def _count(
    page: _Page, first: int, end: int, counters: list[Counter], read: list[tuple[int, int]], damage: Damage
) -> bool:
    """Count rows; where they cannot be read, those that can be, a few at a time. Whether all could be."""
    try:
        rows = page.read(first, end)
    except MediaError as problem:
        if not page.random_access:
            _count_before_damage(page, first, end, counters, read, damage)
            return False
        few = max(page.together, _RETRY_ROWS // page.together * page.together)
        if end - first <= few:
            damage.chunk(_rows(page, first, end), problem)
            return False
        for at in range(first, end, few):
            _count(page, at, min(at + few, end), counters, read, damage)
        return False
    _take(rows, first, end, counters, read)
    return True


def _count_before_damage(
    page: _Page, first: int, end: int, counters: list[Counter], read: list[tuple[int, int]], damage: Damage
) -> None:
    """Count rows up to the first that cannot be read, in a format of which none behind it can be."""
    for at in range(first, end, page.together):
        try:
            rows = page.read(at, min(at + page.together, end))
        except MediaError as problem:
            damage.chunk(_rows(page, at, end), problem)
            return
        _take(rows, at, at + len(rows), counters, read)


def _take(rows: NDArray[Any], first: int, end: int, counters: list[Counter], read: list[tuple[int, int]]) -> None:
    for index, counter in enumerate(counters):
        counter.add(rows[..., index])
    read.append((first, end - 1))


def _rows(page: _Page, first: int, end: int) -> Chunk:
    return Chunk(0, (0, first, page.width - 1, end - 1), (first,))


def _counter(kind: str) -> Counter:
    if kind in ("uint8", "uint16"):
        return code_counter(8 if kind == "uint8" else 16)
    if kind == "half":
        return half_counter()
    return UintCounter() if kind == "uint" else FloatCounter()
