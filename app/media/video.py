"""Facts of movies, from the header and the first packets; and of sound that lies in a movie's container."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.errors import MediaError
from app.media.audio import audio_stream
from app.media.complete import why_incomplete
from app.media.container import container, container_attributes, duration_s, rational, stream_facts
from app.media.formats import Format
from app.media.opening import OpenFile
from app.model.facts import MediaFacts

if TYPE_CHECKING:
    from av.container import InputContainer

# ITU-T H.273 code points, in the words the field uses.
PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
             10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}  # fmt: skip
TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log",
             10: "log-sqrt", 11: "iec61966-2-4", 12: "bt1361e", 13: "srgb", 14: "bt2020-10", 15: "bt2020-12",
             16: "pq", 17: "smpte428", 18: "hlg"}  # fmt: skip
MATRICES = {0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
            9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 14: "ictcp"}  # fmt: skip
RANGES = {1: "limited", 2: "full"}
_FASTEST = 480
_FIELD_ORDERS = {1: "progressive", 2: "tt", 3: "bb", 4: "tb", 5: "bt"}


def inspect_movie(file: OpenFile, form: Format) -> MediaFacts:
    """Facts of a movie. What holds only sound is told as sound. Raises MediaError where it cannot be opened."""
    with container(file, form) as opened:
        streams = tuple(_stream(stream) for stream in opened.streams)
        seconds = duration_s(opened)
        attributes = container_attributes(opened)
    if not streams:
        raise MediaError(why_incomplete(file, form.name) or f"it holds no stream, but is {form.title}",
                         code="media.damaged")  # fmt: skip
    pictures = [stream for stream in streams if stream["type"] == "video" and not stream.get("attached_picture")]
    sounds = any(stream["type"] == "audio" for stream in streams)
    kind = "video" if pictures else "audio" if sounds else form.kind
    width, height = (pictures[0].get("width"), pictures[0].get("height")) if pictures else (None, None)
    error = why_incomplete(file, form.name)
    return MediaFacts(kind, form.name, form.mime, width, height, seconds, streams, attributes, error)


def _stream(stream: Any) -> dict[str, Any]:
    if stream.type == "video" and stream.codec_context is not None:
        return video_stream(stream)
    if stream.type == "audio" and stream.codec_context is not None:
        return audio_stream(stream)
    return stream_facts(stream)


def video_stream(stream: Any) -> dict[str, Any]:
    """A video stream as JSON; rates and aspects are exact ratios as text."""
    context = stream.codec_context
    bits = max((component.bits for component in context.format.components), default=0) if context.format else 0
    return {
        **stream_facts(stream),
        "width": context.width or None,
        "height": context.height or None,
        "pixel_format": context.pix_fmt,
        "bit_depth": bits or None,
        "frame_rate": rational(nominal_rate(stream)),
        "average_rate": rational(stream.average_rate),
        "frames": stream.frames or None,
        "pixel_aspect": rational(stream.sample_aspect_ratio),
        "display_aspect": rational(stream.display_aspect_ratio),
        "field_order": _FIELD_ORDERS.get(context.field_order),
        "color": {
            "primaries": PRIMARIES.get(context.color_primaries),
            "transfer": TRANSFERS.get(context.color_trc),
            "matrix": MATRICES.get(context.colorspace),
            "range": RANGES.get(context.color_range),
        },
        "attached_picture": bool(stream.disposition & 0x400),
    }


def nominal_rate(stream: Any) -> Fraction | None:
    """Frames a second, exact, as the stream was made: a constant rate where there is one, else the average.

    None where only nonsense is known, such as the ticks of the clock.
    """
    for rate in (stream.guessed_rate, stream.average_rate):
        if rate and rate <= _FASTEST:
            return Fraction(rate)
    return None


def first_picture(opened: "InputContainer") -> Any:
    """The video stream that is the movie; None where there is only a cover or none."""
    movies = [stream for stream in opened.streams.video if not stream.disposition & 0x400]
    return movies[0] if movies else None
