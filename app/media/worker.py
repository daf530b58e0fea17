"""What runs in the killable children: looking at files, decoding pictures, pixels and sound.

Handlers of `app.jobs.children`. A path is text with undecodable bytes as lone surrogates. The engine's side of these
is `app.media.inspectors` and `app.media.frames`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.errors import MediaError
from app.jobs.framing import Send
from app.media.complete import why_incomplete
from app.media.document import document_of
from app.media.exr import Box, read_header
from app.media.exrchunks import missing_data
from app.media.exrvalues import number, window
from app.media.formats import Format
from app.media.opening import OpenFile, opened
from app.media.registry import inspect as look
from app.media.registry import recognise
from app.media.telling import teller
from app.model.documents import json_text
from app.model.facts import facts_to_json
from app.model.inspecting import inspect_options

if TYPE_CHECKING:
    from app.media.pictures import Picture
    from app.media.sources import PixelSource

_open_movie: dict[tuple[str, int, int], Any] = {}


def inspect(request: dict[str, Any], send: Send) -> None:
    """Look at files.

    Request: `path` for one file, answered by `{"facts"}` or a MediaError; or `paths` for several, answered by one
    message each, in order: `index`, and `facts` or `problem` (an error's envelope).
    """
    if "path" in request:
        send({"facts": facts_to_json(look(request["path"]))})
        return
    for index, path in enumerate(request["paths"]):
        try:
            send({"index": index, "facts": facts_to_json(look(path))})
        except MediaError as problem:
            send({"index": index, "problem": problem.envelope()["error"]})


def document(request: dict[str, Any], send: Send) -> None:
    """Everything known of files.

    Request: the fields of `InspectOptions`, and `path` for one file, answered by `{"document"}` or a MediaError; or
    `paths` for several, answered by one message each, in order: `index` with the document as JSON for payload, or with
    `problem` (an error's envelope). Sends `{"progress": [done, total]}` while pixels or sound are decoded, at most ten
    times a second.
    """
    options = inspect_options(request)
    tell = teller(send)
    if "path" in request:
        send({"document": document_of(request["path"], options, tell)})
        return
    for index, path in enumerate(request["paths"]):
        try:
            found = document_of(path, options, tell)
        except MediaError as problem:
            send({"index": index, "problem": problem.envelope()["error"]})
        else:
            send({"index": index}, json_text(found, indent=None).encode())


def difference(request: dict[str, Any], send: Send) -> None:
    """Compare two pictures; see `app.media.comparing.compare`."""
    from app.media.comparing import compare

    compare(request, send)


def view(request: dict[str, Any], send: Send) -> None:
    """One handler for the viewer's requests: `what` names one of the functions below."""
    what = {"frame": frame, "probe": probe, "waveform": waveform, "release": release}
    what[request["what"]](request, send)


def frame(request: dict[str, Any], send: Send) -> None:
    """Decode one picture for the screen: a header, and RGBA8 rows as payload.

    Request: `path`; `part`, `layer` (images); `number` or `seconds` (movies); `max_width`, `max_height` (0: whole).
    """
    with _with_bytes(request["path"]) as file:
        form, _ = recognise(file)
        if form.kind != "video":
            _close_movies()
        if form.kind == "image":
            header, payload = _still(file, form, request)
        elif form.kind in ("video", "audio"):
            header, payload = _moving(file, form, request)
        else:
            raise MediaError("it is no picture", code="media.no_picture")
    send(header, payload)


def probe(request: dict[str, Any], send: Send) -> None:
    """The values of one pixel as they are stored: `values` by channel name, None outside the data window.

    Request: `path`, `part`, `x`, `y` in the coordinates of the display window. Integer pixels are told as 0-1.
    """
    from app.media.sources import pixel_source

    with _with_bytes(request["path"]) as file:
        form, _ = recognise(file)
        if form.kind != "image":
            raise MediaError("pixels are told of still images only", code="media.no_pixels")
        with pixel_source(file, form, request.get("part", 0), exact=True) as source:
            x, y = request["x"], request["y"]
            x0, y0, x1, y1 = source.data_window
            values = None
            if x0 <= x <= x1 and y0 <= y <= y1:
                row = source.read(y, y + 1, 0, len(source.channels))
                pairs = zip(source.channels, row[0, x - x0], strict=True)
                values = {name: number(float(value)) for name, value in pairs}
            send({"x": x, "y": y, "values": values, "type": source.kind})


def waveform(request: dict[str, Any], send: Send) -> None:
    """Peaks of the first sound stream: a header, and float32 channels × stretches × 2 as payload.

    Request: `path`, `stretches`.
    """
    from app.media.waveform import read_peaks

    with _with_bytes(request["path"]) as file:
        form, _ = recognise(file)
        if form.kind not in ("video", "audio"):
            raise MediaError("it holds no sound", code="media.no_sound")
        peaks = read_peaks(file, form, int(request["stretches"]))
    channels, stretches, _ = peaks.values.shape
    send(
        {"channels": channels, "stretches": stretches, "sample_rate": peaks.sample_rate, "samples": peaks.samples,
         "samples_each": peaks.samples_each, "problem": peaks.error},
        peaks.values.tobytes(),
    )  # fmt: skip


def release(_request: dict[str, Any], send: Send) -> None:
    """Let go of every file, so that its drive can be taken out."""
    _close_movies()
    send({})


def _close_movies() -> None:
    while _open_movie:
        _open_movie.popitem()[1].close()


@contextmanager
def _with_bytes(path: str) -> Iterator[OpenFile]:
    """Open a regular file that is not empty."""
    with opened(path) as file:
        if file.size == 0:
            raise MediaError("the file is empty", code="media.empty")
        yield file


def _still(file: OpenFile, form: Format, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from app.media.pictures import render
    from app.media.sources import pixel_source

    incomplete = _incomplete(file, form)
    limits = request.get("max_width", 0), request.get("max_height", 0)

    def decoded(*, filled: bool) -> "tuple[PixelSource, Picture]":
        with pixel_source(file, form, request.get("part", 0), filled=filled) as source:
            return source, render(source, *limits, request.get("layer", ""))

    try:
        source, picture = _sound_rows(decoded, form)
    except MediaError as problem:
        if incomplete and problem.code in ("media.damaged", "pixels.damaged"):
            raise MediaError(incomplete, code=problem.code) from problem
        raise
    height, width = picture.rgba.shape[:2]
    full_width, full_height = _size(source.display_window)
    if source.orientation >= 5:
        full_width, full_height = full_height, full_width
    header = {
        "width": width, "height": height, "format": "rgba8", "full_width": full_width, "full_height": full_height,
        "factor": picture.factor, "data_window": window(source.data_window), "pixel_aspect": source.pixel_aspect,
        "display_window": window(source.display_window), "part": source.part, "parts": list(source.parts),
        "shown_channels": list(picture.channels), "channels": list(source.channels), "source": form.name,
        "transform": "linear to sRGB" if source.linear else "as stored",
        "damaged_rows": [list(rows) for rows in picture.damaged_rows], "problem": incomplete or picture.error,
        "frames": None, "number": None, "seconds": None, "frame_rate": None,
    }  # fmt: skip
    return header, picture.rgba.tobytes()


def _sound_rows(decoded: "Callable[..., tuple[PixelSource, Picture]]", form: Format) -> "tuple[PixelSource, Picture]":
    """Without rows that a decoder makes up of a damaged JPEG, unless none would be left, as of a progressive one."""
    try:
        return decoded(filled=False)
    except MediaError as problem:
        if form.name != "jpeg" or problem.code != "pixels.damaged":
            raise
        return decoded(filled=True)


def _incomplete(file: OpenFile, form: Format) -> str:
    if form.name != "openexr":
        return why_incomplete(file, form.name)
    header = read_header(file)
    return header.error or missing_data(file, header)


def _size(box: Box) -> tuple[int, int]:
    return box[2] - box[0] + 1, box[3] - box[1] + 1


def _moving(file: OpenFile, form: Format, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    movie = _movie(file, form)
    asked = request.get("number")
    if asked is None:
        asked = movie.seconds_to_number(float(request.get("seconds") or 0.0))
    found = movie.frame(int(asked), request.get("max_width", 0), request.get("max_height", 0))
    height, width = found.rgba.shape[:2]
    whole = {"min": [0, 0], "max": [found.full_width - 1, found.full_height - 1]}
    header = {
        "width": width, "height": height, "format": "rgba8", "full_width": found.full_width,
        "full_height": found.full_height, "factor": found.full_width / width, "data_window": whole,
        "display_window": whole, "pixel_aspect": movie.pixel_aspect, "part": 0, "parts": [""],
        "shown_channels": ["R", "G", "B"], "channels": ["R", "G", "B"], "source": form.name, "transform": "as stored",
        "damaged_rows": [], "problem": found.error or why_incomplete(file, form.name), "frames": movie.frames,
        "number": found.number, "seconds": found.seconds, "frame_rate": str(movie.rate),
    }  # fmt: skip
    return header, found.rgba.tobytes()


def _movie(file: OpenFile, form: Format) -> Any:
    """The movie, kept open from the request before where it is the same one."""
    from app.media.movie import Movie

    key = (file.path, file.mtime_ns, file.size)
    if key not in _open_movie:
        _close_movies()
        _open_movie[key] = Movie(file, form)
    return _open_movie[key]
