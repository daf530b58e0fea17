"""Two pictures compared, in a killable child: headers, pixels, and a picture of where they differ."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from app.errors import MediaError
from app.jobs.framing import Send
from app.media.exr import Header, read_header
from app.media.formats import Format
from app.media.headerdiff import exr_differences, general_differences, is_ignored, paired_parts, part_names
from app.media.image import PICTURES_LIMIT
from app.media.opening import OpenFile, opened
from app.media.registry import inspect_open, recognise
from app.media.telling import teller
from app.model.facts import MediaFacts

_BLOCK = 1 << 20
_BEHIND = f"pictures behind the first {PICTURES_LIMIT} of a file are not compared"


def compare(request: dict[str, Any], send: Send) -> None:
    """Compare two pictures.

    Request: paths `a` and `b`; `ignore`, patterns of attribute names; `pixels`; `tolerance`; `picture`, empty, `png` or
    `rgba8`. Sends `{"progress": [rows, of]}`, at most ten times a second. Answer: `difference{equal,
    header, pixels, windows, errors}`; `picture{width, height, factor, channels, format, part, box}` or None, and the
    picture as payload, of the channels that it names (none for all). `equal` is None where no difference was found
    and not everything could be compared.
    """
    with ExitStack() as stack:
        pair = [_known(stack, request[side], side) for side in "ab"]
        header, errors, parts = _headers(pair, request["ignore"])
        found: dict[str, Any] = {"header": header, "pixels": [], "windows": [], "errors": errors}
        picture, payload = _pixels(pair, parts, request, found, send) if request["pixels"] else (None, b"")
    differs = bool(header) or any(entry["differing"] for entry in found["pixels"])
    equal = False if differs else None if found["errors"] else True
    send({"difference": {"equal": equal, **found}, "picture": picture}, payload)


class _Known:
    """An open picture, its format, and its header where it is an OpenEXR."""

    def __init__(self, file: OpenFile, form: Format) -> None:
        self.file = file
        self.form = form
        self.header: Header | None = read_header(file) if form.name == "openexr" else None


def _known(stack: ExitStack, path: str, side: str) -> _Known:
    """Open one of the two. Raises MediaError that says which."""
    with _saying(side):
        file = stack.enter_context(opened(path))
        return _Known(file, _still_form(file))


@contextmanager
def _saying(side: str) -> Iterator[None]:
    """Let a MediaError say on which side it happened."""
    try:
        yield
    except MediaError as problem:
        raise MediaError(problem.message, code=problem.code, context={"side": side}) from problem


def _still_form(file: OpenFile) -> Format:
    if not file.size:
        raise MediaError("the file is empty", code="media.empty")
    form, _ = recognise(file)
    if form.kind != "image":
        raise MediaError("it is no still picture", code="media.no_picture")
    return form


def _headers(
    pair: list[_Known], ignore: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[int | None, int | None]]]:
    """The differences of the headers, what is wrong with them, and which parts belong together."""
    a, b = pair
    errors: list[dict[str, Any]] = []
    if a.header is not None and b.header is not None:
        entries = list(exr_differences(a.header, b.header))
        for side, known in (("a", a.header), ("b", b.header)):
            if known.error:
                errors.append({"code": "header.damaged", "side": side, "message": known.error})
        parts = paired_parts(part_names(a.header), part_names(b.header))
    else:
        facts = []
        for side, still in zip("ab", pair, strict=True):
            with _saying(side):
                facts.append(inspect_open(still.file))
        entries = list(general_differences(*facts))
        for side, fact in zip("ab", facts, strict=True):
            if fact.error:
                errors.append({"code": "media.damaged", "side": side, "message": fact.error})
            if (said := fact.attributes.get("not_decoded")) and not _same_bytes(a.file, b.file):
                errors.append({"code": "media.not_decoded", "side": side, "message": said})
        parts = [(index, index) for index in range(min(map(_pictures, facts)))]
    return [entry for entry in entries if not is_ignored(entry, ignore)], errors, parts


def _same_bytes(a: OpenFile, b: OpenFile) -> bool:
    """Whether two files are the same byte for byte."""
    places = range(0, a.size, _BLOCK)
    return a.size == b.size and all(a.read_at(at, _BLOCK) == b.read_at(at, _BLOCK) for at in places)


def _pictures(facts: MediaFacts) -> int:
    """How many pictures of a file are compared: its pages, or the frames of one that moves."""
    frames = facts.streams[0].get("frames", 1) if facts.streams else 0
    return max(len(facts.streams), min(frames, PICTURES_LIMIT))


def _pixels(
    pair: list[_Known],
    parts: list[tuple[int | None, int | None]],
    request: dict[str, Any],
    found: dict[str, Any],
    send: Send,
) -> tuple[dict[str, Any] | None, bytes]:
    """Compare the pixels of all parts that have a partner; the picture is of the one that differs most."""
    from app.media.pixeldiff import Picture, compare_parts

    tolerance, wanted = float(request["tolerance"]), request["picture"]
    worst, there = None, 0
    tell = teller(send)
    with ExitStack() as stack:
        pictures = [stack.enter_context(Picture(known.file, known.form)) for known in pair]
        for index_a, index_b in parts:
            if index_a is None or index_b is None:
                continue
            try:
                with _sides(pictures, (index_a, index_b)) as (a, b):
                    part = compare_parts(a, b, index_a, tolerance, heat=bool(wanted), progress=tell)
                    there = min(len(side.source.parts) for side in (a, b))
            except MediaError as problem:
                error = {"code": problem.code, "part": index_a, **problem.context, "message": problem.message}
                found["errors"].append(error)
                continue
            found["pixels"] += part.pixels
            found["windows"].append(part.windows)
            found["errors"] += part.errors
            if part.heats and (worst is None or part.worst > worst.worst):
                worst = part
    if there > len(parts):
        found["errors"].append({"code": "parts.not_compared", "part": len(parts), "message": _BEHIND})
    return _picture(worst, tolerance, wanted) if worst is not None else (None, b"")


@contextmanager
def _sides(pictures: list[Any], parts: tuple[int, int]) -> Iterator[tuple[Any, Any]]:
    """A part of each picture, open for reading. Raises MediaError that says which is not."""
    with ExitStack() as stack:
        sides = []
        for side, picture, part in zip("ab", pictures, parts, strict=True):
            with _saying(side):
                sides.append(stack.enter_context(picture.side(part)))
        yield sides[0], sides[1]


def _picture(worst: Any, tolerance: float, wanted: str) -> tuple[dict[str, Any], bytes]:
    from app.media.heatpicture import heat_rgba, png

    heat = worst.heat(tolerance)
    rgba = heat_rgba(heat, tolerance)
    x0, y0, x1, y1 = heat.box
    header = {
        "width": rgba.shape[1], "height": rgba.shape[0], "format": wanted, "factor": heat.factor,
        "channels": list(heat.channels),
        "part": worst.windows["part"], "box": {"min": [x0, y0], "max": [x1, y1]},
    }  # fmt: skip
    return header, png(rgba) if wanted == "png" else rgba.tobytes()
