"""Facts of still images, from their headers: no pixel is decoded here.

OpenEXR goes through our own header reader, other formats through OpenImageIO, what its wheel cannot read through
Pillow, drawings through their text.
"""

import contextlib
import re
import xml.parsers.expat as expat
from typing import Any

from app.errors import MediaError
from app.media import exr, exrvalues
from app.media.animation import moving
from app.media.complete import why_incomplete
from app.media.exrchunks import missing_data
from app.media.exrparts import SERIOUS, part_facts
from app.media.formats import Format
from app.media.lostpictures import why_fewer
from app.media.openimageio import oiio_reason, openimageio
from app.media.opening import OpenFile
from app.model.facts import MediaFacts

#: Pictures of a file (pages of a TIFF, frames of a GIF) that are told, counted and compared.
PICTURES_LIMIT = 256
_LONG = 2048
_LENGTH = re.compile(r"\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|)\s*$", re.IGNORECASE)
_PIXELS_PER_UNIT = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
_OUR_FACTS = ("oiio:subimages", "oiio:subimagename", "ICCProfile", "thumbnail_image")


def inspect_exr(file: OpenFile, form: Format) -> MediaFacts:
    """Facts of an OpenEXR file. Raises MediaError where not even its first part can be told."""
    header = exr.read_header(file)
    parts: list[dict[str, Any]] = []
    error = header.unknown or header.error
    for index, part in enumerate(header.parts):
        facts, problems = part_facts(index, part)
        serious = [problem["message"] for problem in problems if problem["code"] in SERIOUS]
        if facts["width"] is None and not parts:
            raise MediaError(serious[0], code="media.damaged")
        error = error or next(iter(serious), "")
        parts.append(facts)
    attributes = exrvalues.flat_attributes(
        [((attribute, exrvalues.brief(attribute)) for attribute in part.attributes) for part in header.parts]
    )
    error = error or missing_data(file, header)
    if header.deep:
        attributes = {**attributes, "deep": True}
    first = parts[0]
    return MediaFacts("image", form.name, form.mime, first["width"], first["height"], None, tuple(parts), attributes,
                      error)  # fmt: skip


def inspect_with_openimageio(file: OpenFile, form: Format) -> MediaFacts:
    """Facts of an image that OpenImageIO reads. Raises MediaError where it cannot."""
    oiio = openimageio()
    source = oiio.ImageInput.open(file.native_name)
    incomplete = why_incomplete(file, form.name)
    if source is None:
        reason = f"it cannot be read as {form.title}: {oiio_reason(file)}"
        raise MediaError(incomplete or reason, code="media.damaged")
    try:
        subimages: list[dict[str, Any]] = []
        while len(subimages) < PICTURES_LIMIT and source.seek_subimage(len(subimages), 0):
            subimages.append(_subimage_facts(len(subimages), source.spec()))
        lost = why_fewer(file, form, source, len(subimages)) if 0 < len(subimages) < PICTURES_LIMIT else ""
        source.seek_subimage(0, 0)
        attributes = _attributes(source.spec())
    finally:
        source.close()
    if (known := moving(file, form)) is not None:
        lost, channels = known.reason, subimages[0]["channels"] if known.wide else list("RGBA")
        alike = subimages[0] | {"channels": channels}
        subimages = [alike | {"index": index} for index in range(min(known.pictures, PICTURES_LIMIT))]
    size = subimages[0]["width"], subimages[0]["height"]
    return MediaFacts("image", form.name, form.mime, *size, None, tuple(subimages), attributes, incomplete or lost)


def _subimage_facts(index: int, spec: Any) -> dict[str, Any]:
    return {
        "index": index,
        "type": "image",
        "name": spec.get_string_attribute("oiio:subimagename"),
        "width": spec.width,
        "height": spec.height,
        "depth": str(spec.format),
        "channels": list(spec.channelnames),
        "tiled": bool(spec.tile_width),
        "compression": spec.get_string_attribute("compression") or None,
    }


def _attributes(spec: Any) -> dict[str, Any]:
    """Metadata as JSON; long and binary values are left out."""
    found: dict[str, Any] = {}
    for attribute in spec.extra_attribs:
        with contextlib.suppress(UnicodeDecodeError, ValueError):
            name, value = str(attribute.name), attribute.value
            if not name.startswith("thumbnail") and name not in _OUR_FACTS:
                plain = _plain(value)
                if plain is not None:
                    found[name] = plain
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8") if len(value) <= _LONG else None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return exrvalues.number(value)
    if isinstance(value, tuple) and len(value) <= 64:
        return [_plain(item) for item in value]
    return None


def inspect_with_pillow(file: OpenFile, form: Format) -> MediaFacts:
    """Facts of an image that only Pillow reads (AVIF, cursors)."""
    from PIL import Image

    incomplete = why_incomplete(file, form.name)
    try:
        with pillow_reasons(form), file.stream() as stream, Image.open(stream) as image:
            width, height = image.size
            part = {"index": 0, "type": "image", "name": "", "width": width, "height": height, "depth": "uint8",
                    "channels": list(image.getbands()), "frames": getattr(image, "n_frames", 1)}  # fmt: skip
    except MediaError as problem:
        raise MediaError(incomplete or problem.message, code=problem.code) from problem
    return MediaFacts("image", form.name, form.mime, width, height, None, (part,), {}, incomplete)


@contextlib.contextmanager
def pillow_reasons(form: Format) -> Any:
    """What Pillow raises for a file it cannot read, as MediaError."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as problem:
        raise MediaError(f"the picture is too large: {problem}", code="media.too_large") from problem
    except UnidentifiedImageError as problem:
        raise MediaError(f"it cannot be read as {form.title}: it is damaged", code="media.damaged") from problem
    except (OSError, RuntimeError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as problem:
        raise MediaError(f"it cannot be read as {form.title}: {problem}", code="media.damaged") from problem


def not_decoded(file: OpenFile, form: Format) -> MediaFacts:
    """A format that is recognised but not decoded, and says so."""
    why = {"rawphoto": "camera raw"}.get(form.name, form.title.split(" ", 1)[-1])
    attributes = {"not_decoded": f"not decoded: {why}"}
    return MediaFacts(form.kind, form.name, form.mime, attributes=attributes, error=why_incomplete(file, form.name))


class _Found(Exception):
    """The root element of a drawing was read: the rest is of no interest."""


def inspect_svg(file: OpenFile, form: Format) -> MediaFacts:
    """Size of a drawing from its root element. Entities are refused, nothing else is read of the document."""
    root: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "svg":
            raise MediaError("this is not an SVG file: its root element is another", code="media.other_format")
        root.update(attributes)
        raise _Found

    def refuse(*_: object) -> None:
        raise MediaError("the drawing declares entities, which are not expanded", code="media.refused")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse
    try:
        for at in range(0, min(file.size, 1 << 20), 65536):
            parser.Parse(file.read_at(at, 65536), at + 65536 >= file.size)
        raise MediaError("the drawing's root element does not begin within 1 MiB", code="media.damaged")
    except _Found:
        width, height = _drawing_size(root)
    except expat.ExpatError as problem:
        reason = expat.ErrorString(problem.code)
        raise MediaError(f"the drawing is damaged: {reason}", code="media.damaged") from problem
    part = {"index": 0, "type": "drawing", "name": "", "width": width, "height": height,
            "view_box": root.get("viewBox")}  # fmt: skip
    return MediaFacts("image", form.name, form.mime, width, height, None, (part,))


def _drawing_size(root: dict[str, str]) -> tuple[int | None, int | None]:
    """Width and height in CSS pixels: from the attributes, else from the view box."""
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    sizes: list[int | None] = []
    for name, index in (("width", 2), ("height", 3)):
        match = _LENGTH.match(root.get(name, ""))
        if match is None and len(box) == 4:
            match = _LENGTH.match(box[index])
        size = float(match[1]) * _PIXELS_PER_UNIT[match[2].lower()] if match and match[1].strip(".") else 0.0
        sizes.append(round(size) if 0 < size < 1e9 else None)
    return sizes[0], sizes[1]
