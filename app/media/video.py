"""Facts of movies, from the header and the first packets; and of sound that lies in a movie's container."""

from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.errors import MediaError
from app.media.audio import audio_stream
from app.media.beside import described, group_timecode, hdr_facts, of_first_frame
from app.media.broadcastwave import broadcast_attributes
from app.media.complete import why_incomplete
from app.media.container import (
    PICTURE_LIMIT,
    container,
    container_attributes,
    duration_s,
    limit_pictures,
    packets_of,
    rational,
    stream_facts,
    timecode_attributes,
)
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
_FIRST_PACKETS = 64
_TOLD_INSIDE = ("mpeg1video", "mpeg2video")
_UNSPECIFIED = (0, 2)
#: The tag with which a WebM says that each block carries a second picture for alpha; FFmpeg's own decoder leaves it.
_WEBM_ALPHA = "alpha_mode"
_SUBSAMPLINGS = {(1, 1): "4:4:4", (1, 2): "4:4:0", (2, 1): "4:2:2", (2, 2): "4:2:0", (4, 1): "4:1:1", (4, 4): "4:1:0"}
_FIELD_ORDERS = {1: "progressive", 2: "tt", 3: "bb", 4: "tb", 5: "bt"}


def inspect_movie(file: OpenFile, form: Format) -> MediaFacts:
    """Facts of a movie. What holds only sound is told as sound. Raises MediaError where it cannot be opened."""
    with container(file, form) as opened:
        known = described(opened)
        streams = tuple(_stream(stream, known.get(stream.index, {})) for stream in opened.streams)
        length_s = duration_s(opened)
        attributes = container_attributes(opened)
        _look_inside(opened, streams, attributes)
    if not streams:
        raise MediaError(why_incomplete(file, form.name) or f"it holds no stream, but is {form.title}",
                         code="media.damaged")  # fmt: skip
    pictures = [stream for stream in streams if stream["type"] == "video" and not stream.get("attached_picture")]
    sounds = [stream for stream in streams if stream["type"] == "audio"]
    kind = "video" if pictures else "audio" if sounds else "other"
    width, height = (pictures[0].get("width"), pictures[0].get("height")) if pictures else (None, None)
    if form.name == "wav":
        broadcast = broadcast_attributes(file, sounds[0].get("sample_rate") if sounds else None)
        if timecode := broadcast.pop("timecode", None):
            attributes.update(timecode_attributes(timecode, "iXML"))
        attributes.update(broadcast)
    error = why_incomplete(file, form.name)
    return MediaFacts(kind, form.name, form.mime, width, height, length_s, streams, attributes, error)


def _stream(stream: Any, known: dict[str, Any]) -> dict[str, Any]:
    if stream.type == "video" and stream.codec_context is not None:
        return video_stream(stream, known)
    if stream.type == "audio" and stream.codec_context is not None:
        return audio_stream(stream, known.get("raw_bits"))
    return {**stream_facts(stream), "codec_tag": known.get("codec_tag")}


def _look_inside(opened: "InputContainer", streams: tuple[dict[str, Any], ...], attributes: dict[str, Any]) -> None:
    """What only the first frame tells, decoded where it may tell something: HDR metadata, MPEG-2's time code."""
    picture = first_picture(opened)
    if picture is None or picture.codec_context is None or not picture.width:
        return
    facts = streams[picture.index]
    inside = facts["color"]["transfer"] in ("pq", "hlg") or facts["codec"] in _TOLD_INSIDE
    if not inside or picture.width * picture.height > PICTURE_LIMIT:
        return
    limit_pictures(picture.codec_context)
    known = _first_frame(opened, picture)
    timecode = known.pop("timecode", None)
    if timecode and "timecode" not in attributes:
        attributes.update(timecode_attributes(timecode, f"stream {picture.index}, picture"))
    facts["closed_captions"] = facts["closed_captions"] or known.get("closed_captions", False)
    record = (facts["hdr"] or {}).get("dolby_vision")
    facts["hdr"] = hdr_facts(facts["color"]["transfer"], {**known, **({"dolby_vision": record} if record else {})})


def _first_frame(opened: "InputContainer", picture: Any) -> dict[str, Any]:
    """What the first frame carries; nothing where none of the first packets can be decoded."""
    import av

    told: dict[str, Any] = {}
    for packet in islice(packets_of(opened, picture), _FIRST_PACKETS):
        if not told and picture.codec_context.name in _TOLD_INSIDE and (code := group_timecode(bytes(packet))):
            told["timecode"] = code
        try:
            for frame in packet.decode():
                return {**of_first_frame(frame), **told}
        except av.error.FFmpegError:
            continue
    return told


def video_stream(stream: Any, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """A video stream as JSON; rates and aspects are exact ratios as text.

    Args:
        stream: PyAV's.
        known: what `app.media.beside.described` says of it.
    """
    context = stream.codec_context
    known = known or {}
    transfer = _word(TRANSFERS, context.color_trc)
    return {
        **stream_facts(stream),
        "width": context.width or None,
        "height": context.height or None,
        "pixel_format": context.pix_fmt,
        **_samples(context.format),
        **({"alpha": True} if stream.metadata.get(_WEBM_ALPHA) == "1" else {}),
        "frame_rate": rational(nominal_rate(stream)),
        "average_rate": rational(stream.average_rate),
        "frames": stream.frames or _edit_units(stream),
        "pixel_aspect": rational(stream.sample_aspect_ratio),
        "display_aspect": rational(_display_aspect(stream)),
        "rotation": known.get("rotation", 0),
        "field_order": _FIELD_ORDERS.get(context.field_order),
        "color": {
            "primaries": _word(PRIMARIES, context.color_primaries),
            "transfer": transfer,
            "matrix": _word(MATRICES, context.colorspace),
            "range": RANGES.get(context.color_range),
        },
        "hdr": hdr_facts(transfer, known),
        "closed_captions": known.get("closed_captions", False),
        "attached_picture": bool(stream.disposition & 0x400),
    }


def _edit_units(stream: Any) -> int | None:
    """The frames of an MXF, whose tracks are as long as so many edit units (SMPTE 377-1)."""
    rate = nominal_rate(stream)
    known = stream.container.format.name == "mxf" and rate and stream.time_base and stream.duration
    return int(stream.duration) if known and stream.time_base * rate == 1 and stream.duration > 0 else None


def _display_aspect(stream: Any) -> Fraction | None:
    """Width by height as it is to be seen; None where the shape of a pixel is not told."""
    pixel, context = stream.sample_aspect_ratio, stream.codec_context
    if pixel and context.width and context.height:
        return Fraction(context.width, context.height) * Fraction(pixel)
    return None


def _word(words: dict[int, str], code: int | None) -> str | None:
    """A code point of H.273 in words, a reserved one as its number; None for unspecified."""
    return None if code is None or code in _UNSPECIFIED else words.get(code, f"reserved {code}")


def _samples(form: Any) -> dict[str, Any]:
    """Bits of a sample, chroma subsampling and alpha of a pixel format."""
    if form is None:
        return {"bit_depth": None, "chroma_subsampling": None, "alpha": None}
    alpha = any(component.is_alpha for component in form.components)
    planes = len(form.components) - alpha
    subsampling = None
    if planes == 3 and not form.is_rgb:
        across, down = 8 // max(1, form.chroma_width(8)), 8 // max(1, form.chroma_height(8))
        subsampling = _SUBSAMPLINGS.get((across, down))
    elif planes == 1 and not form.has_palette:
        subsampling = "4:0:0"
    bits = max((component.bits for component in form.components), default=0)
    return {"bit_depth": bits or None, "chroma_subsampling": subsampling, "alpha": alpha}


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
