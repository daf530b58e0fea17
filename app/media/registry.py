"""Who inspects what: first bytes choose the format, the format chooses the inspector."""

from collections.abc import Callable
from pathlib import Path

from app.errors import MediaError
from app.media.formats import Format, format_named, format_of_extension, may_be_other, mime_of_extension
from app.media.generic import inspect_generic
from app.media.image import (
    inspect_exr,
    inspect_svg,
    inspect_with_openimageio,
    inspect_with_pillow,
    not_decoded,
)
from app.media.magic import HEAD_BYTES, sniff
from app.media.opening import OpenFile, opened
from app.media.secondlook import stands
from app.media.video import inspect_movie
from app.model.facts import MediaFacts

__all__ = ["HEAD_BYTES", "inspect", "inspect_open", "recognise", "sniff"]

Inspector = Callable[[OpenFile, Format], MediaFacts]
_PILLOW = ("avif", "cur")
_FAMILIES = (
    ("mov", "mp4", "m4a", "braw"), ("matroska", "matroska-audio", "webm"), ("ogg", "ogv"), ("asf", "wma"),
    ("ac3", "eac3"),
)  # fmt: skip
_UNDECODED = ("xpm", "rawphoto", "heif", "svgz", "r3d", "midi", "braw")


def _known(names: tuple[str, ...]) -> Callable[[Format], bool]:
    return lambda form: form.name in names


#: In this order; the first whose condition holds inspects the file.
INSPECTORS: tuple[tuple[Callable[[Format], bool], Inspector], ...] = (
    (_known(("openexr",)), inspect_exr),
    (_known(("svg",)), inspect_svg),
    (_known(_UNDECODED), not_decoded),
    (_known(_PILLOW), inspect_with_pillow),
    (lambda form: form.kind == "image", inspect_with_openimageio),
    (lambda form: form.kind in ("video", "audio"), inspect_movie),
    (lambda form: True, inspect_generic),
)


def inspect(path: str | Path, size_hint: int | None = None) -> MediaFacts:
    """Everything a quick look at a file's bytes tells: header, streams, whether its end is there.

    Args:
        path: the file; undecodable bytes of its name as lone surrogates.
        size_hint: its size as the walk saw it; a file that has become empty since is told as that.

    Raises:
        MediaError: nothing could be learnt: it is absent, unreadable, no regular file, empty, or not what its name
            promises. Where something could still be read, the facts carry the reason in `error` instead.
    """
    with opened(path) as file:
        promised = format_of_extension(file.key)
        if file.size == 0 and (promised is None or promised.kind == "other"):
            return MediaFacts("other", "", mime_of_extension(file.key))
        if file.size == 0:
            was = f" (it had {size_hint} bytes a moment ago)" if size_hint else ""
            raise MediaError(f"the file is empty{was}", code="media.empty")
        return inspect_open(file)


def inspect_open(file: OpenFile) -> MediaFacts:
    """The same for a file that is open already and not empty."""
    form, mime = recognise(file)
    inspector = next(inspector for fits, inspector in INSPECTORS if fits(form))
    return inspector(file, form) if form.kind != "other" else inspect_generic(file, form, mime)


def recognise(file: OpenFile) -> tuple[Format, str]:
    """The format of a file and its MIME type.

    Raises:
        MediaError: its name promises a picture, a movie or a sound, and its bytes are something else.
    """
    head = file.read_at(0, HEAD_BYTES)
    key = file.key
    name, mime = sniff(head, key)
    promised = format_of_extension(key)
    form = format_named(name) if name else None
    if form is not None and may_be_other(key, form.name):
        return form, mime
    if promised is not None and promised.kind != "other" and (form is None or form.kind == "other"):
        if promised.name == "svg" and name == "xml":
            return promised, promised.mime
        raise _another(file, promised, form, head)
    return form or Format("", "other", mime, "an unknown file", signed=False), mime


def misnamed(file: OpenFile, form: Format) -> str:
    """What to say where media have the name of another format; empty where their name is right or promises nothing."""
    promised = format_of_extension(file.key)
    if promised is None or promised is form or may_be_other(file.key, form.name):
        return ""
    kinds = promised.kind, form.kind
    if "other" in kinds or ("image" in kinds and not promised.signed):
        return ""
    if "image" not in kinds and (_related(promised, form) or not _is_sure(file, promised, form)):
        return ""
    return f"its name is that of {promised.title}, but it is {form.title}"


def _related(promised: Format, form: Format) -> bool:
    """Whether files of two formats rightly go by each other's names."""
    return any(promised.name in family and form.name in family for family in _FAMILIES)


def _is_sure(file: OpenFile, promised: Format, form: Format) -> bool:
    """Whether more than two bytes speak for a movie or sound; tags may stand before one that begins with no known."""
    head = file.read_at(0, HEAD_BYTES)
    return (promised.signed or not head.startswith(b"ID3")) and stands(form.name, head, is_text=False)


def _another(file: OpenFile, promised: Format, form: Format | None, head: bytes) -> MediaError:
    """The error about a file that is not what its name promises."""
    reason = f"this is not {promised.title}"
    if form is not None:
        reason += f" (it looks like {form.title})"
    elif not head.strip(b"\0"):
        reason += ": it begins with zeros"
    return MediaError(reason, code="media.other_format")
