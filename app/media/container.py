"""Opening movies and sound through PyAV: only the file that was asked for, only known containers, nothing fetched."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.errors import MediaError
from app.media.complete import why_incomplete
from app.media.formats import Format
from app.media.opening import OpenFile

if TYPE_CHECKING:
    from av.container import InputContainer

# Containers and elementary streams; no playlists and scripts (hls, concat, dash, sdp), which name other files, and no
# devices or image patterns.
_DEMUXERS = (
    "mov,mp4,matroska,webm,avi,mxf,mpegts,mpeg,mpegvideo,flv,asf,ogg,gxf,lxf,rm,dv,ivf,yuv4mpegpipe,h264,hevc,av1,obu,m4v,"
    "h263,h261,vc1,wav,w64,aiff,flac,mp3,aac,ac3,eac3,dts,dtshd,truehd,mlp,caf,au,ape,wv,tta,dsf,iff,amr,amrnb,amrwb,"
    "mpegps,r3d,smk,bink,nut"
)
#: Pixels of the largest picture that is decoded.
PICTURE_LIMIT = 1 << 27
_OPTIONS = {
    "format_whitelist": _DEMUXERS,
    "protocol_whitelist": "file",
    "probesize": "5000000",
    "analyzeduration": "5000000",
    "threads": "1",
    "max_pixels": str(PICTURE_LIMIT),
}
_LISTED = re.compile(r"Stream #\d+:(\d+)[^ ]*: ((?:Video|Audio): .*)")
_MICROSECONDS = 1_000_000
_TAGS = 1000
_LENGTH = re.compile(r"(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)")
_MPEG2_LEVELS = {2: "High", 5: "Main", 4: "High", 6: "High 1440", 8: "Main", 10: "Low"}
#: FFmpeg's AV_DISPOSITION_* bits, in its own words.
_DISPOSITIONS = {
    1 << 0: "default", 1 << 1: "dub", 1 << 2: "original", 1 << 3: "comment", 1 << 4: "lyrics", 1 << 5: "karaoke",
    1 << 6: "forced", 1 << 7: "hearing_impaired", 1 << 8: "visual_impaired", 1 << 9: "clean_effects",
    1 << 10: "attached_picture", 1 << 11: "timed_thumbnails", 1 << 12: "non_diegetic", 1 << 16: "captions",
    1 << 17: "descriptions", 1 << 18: "metadata", 1 << 19: "dependent", 1 << 20: "still_image", 1 << 21: "multilayer",
}  # fmt: skip


@contextmanager
def container(file: OpenFile, form: Format) -> Iterator["InputContainer"]:
    """Open a movie or a sound; decoders get one thread each.

    Raises:
        MediaError: PyAV cannot make sense of it, while it is opened or inside the block.
    """
    import av

    av.logging.set_level(None)
    try:
        with av.open(f"file:{file.native_name}", options=dict(_OPTIONS), metadata_errors="replace") as opened:
            yield opened
    except (av.error.FFmpegError, UnicodeDecodeError) as problem:
        raise MediaError(why_incomplete(file, form.name) or _reason(problem, form), code="media.damaged") from problem


def packets_of(opened: "InputContainer", streams: Any) -> Iterator[Any]:
    """The packets of streams, then an empty one for each, which takes out what its decoder still holds.

    PyAV stumbles over streams that begin in the middle of a file, at the very end, when all others were given out.
    """
    with suppress(IndexError):
        yield from opened.demux(streams)


def unannounced(opened: "InputContainer") -> list[str]:
    """Streams of pictures and sound that the start of a file says nothing of, in words; only known once it was read."""
    import av

    av.logging.set_level(av.logging.INFO)
    try:
        listed: str = opened.dumps_format()  # type: ignore[attr-defined]
    finally:
        av.logging.set_level(None)
    found = ((int(index), words) for index, words in _LISTED.findall(listed))
    return [f"stream {index} ({words[:80].strip()})" for index, words in found if index >= len(opened.streams)]


def _reason(problem: Exception, form: Format) -> str:
    import av

    if isinstance(problem, av.error.EOFError):
        return f"it cannot be read as {form.title}: it ends too early"
    if isinstance(problem, MemoryError):
        return f"it cannot be read as {form.title}: it announces more than is read (1000 streams at most)"
    said = getattr(problem, "strerror", "") or "it is damaged"
    if isinstance(problem, av.error.InvalidDataError | av.error.ArgumentError):
        said = "it is damaged"
    return f"it cannot be read as {form.title}: {said}"


def limit_pictures(context: Any) -> None:
    """Let a decoder refuse pictures that say in their own headers that they are too large."""
    context.options = {**context.options, "max_pixels": str(PICTURE_LIMIT)}


def duration_s(opened: "InputContainer") -> float | None:
    """Seconds as the container tells, or of its longest stream; None where neither does."""
    if opened.duration is not None and opened.duration > 0:
        return round(opened.duration / _MICROSECONDS, 6)
    known = [float(stream.duration * stream.time_base) for stream in opened.streams
             if stream.duration and stream.time_base]  # fmt: skip
    return round(max(known), 6) if known else None


def rational(value: Fraction | None) -> str | None:
    """An exact rate as text (`24000/1001`, `25`); None for none."""
    return str(value) if value else None


def stream_facts(stream: Any) -> dict[str, Any]:
    """What all streams have in common, as JSON. Times are exact as ratios of seconds beside their `_s` forms."""
    context = stream.codec_context
    facts: dict[str, Any] = {"index": stream.index, "id": stream.id or None, "type": stream.type}
    facts |= dict.fromkeys(("codec", "codec_long_name", "codec_tag", "profile", "level", "bit_rate"))
    if context is not None:
        facts.update(codec=_codec_name(context), codec_long_name=str(context.codec.long_name or "") or None)
        facts.update(codec_tag=_codec_tag(context), profile=stream.profile, level=_level(context))
        facts["bit_rate"] = context.bit_rate or _told_rate(stream.metadata)
    base = stream.time_base
    metadata = tags(stream.metadata)
    length = stream.duration * base if stream.duration and stream.duration > 0 and base else _told_length(metadata)
    start = stream.start_time * base if stream.start_time is not None and base else None
    facts.update(
        duration_s=seconds(length), duration=rational(length), start_s=seconds(start), time_base=rational(base)
    )
    facts["language"] = metadata.pop("language", None)
    facts["timecode"] = metadata.pop("timecode", None)
    facts["dispositions"] = [word for bit, word in _DISPOSITIONS.items() if stream.disposition & bit]
    facts["tags"] = metadata
    return facts


def _told_length(metadata: dict[str, str]) -> Fraction | None:
    """Seconds by Matroska's DURATION tag (`00:01:02.500000000`), which lies with each stream."""
    found = _LENGTH.fullmatch(metadata.get("DURATION", "").strip())
    return (int(found[1]) * 60 + int(found[2])) * 60 + Fraction(found[3]) or None if found else None


def _told_rate(metadata: dict[str, str]) -> int | None:
    """Bits a second by Matroska's BPS tag."""
    told = metadata.get("BPS", metadata.get("BPS-eng", ""))
    return int(told) or None if told.isascii() and told.isdigit() and len(told) < 16 else None


def seconds(value: Fraction | None) -> float | None:
    """Seconds to the microsecond; None for none."""
    return None if value is None else round(float(value), 6)


def tags(metadata: dict[str, str]) -> dict[str, str]:
    """Metadata as JSON, long values cut, and cut off after a thousand."""
    return {str(key)[:256]: str(value)[:2048] for key, value in islice(metadata.items(), _TAGS)}


def _level(context: Any) -> str | None:
    """The level of a codec as the field writes it (`4.1`, `High 1440`); None where it has none."""
    level = getattr(context, "level", None)
    if level is None or level <= 0:
        return None
    name = _codec_name(context)
    if name == "h264":
        return "1b" if level == 9 else f"{level / 10:.1f}"
    if name in ("hevc", "vvc"):
        return f"{level / (30 if name == 'hevc' else 16):.1f}"
    if name == "av1":
        return f"{2 + (level >> 2)}.{level & 3}"
    return _MPEG2_LEVELS.get(level, str(level)) if name == "mpeg2video" else str(level)


def _codec_tag(context: Any) -> str | None:
    """The four letters of the codec; None where they are no letters."""
    try:
        text = str(context.codec_tag or "").strip()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and text.strip("\0") else None


def container_attributes(opened: "InputContainer") -> dict[str, Any]:
    """The container itself as JSON."""
    attributes: dict[str, Any] = {
        "container": opened.format.name,
        "container_long_name": opened.format.long_name,
        "bit_rate": opened.bit_rate or None,
    }
    if opened.start_time:
        attributes["start_s"] = round(opened.start_time / _MICROSECONDS, 6)
    metadata = tags(opened.metadata)
    attributes.update(_timecode(opened, metadata))
    attributes["tags"] = metadata
    chapters = opened.chapters()
    if chapters:
        attributes["chapters"] = [
            {"start_s": seconds(chapter["start"] * chapter["time_base"]),
             "end_s": seconds(chapter["end"] * chapter["time_base"]),
             "title": str(chapter["metadata"].get("title", ""))[:200]}
            for chapter in chapters[:1000] if chapter["time_base"]
        ]  # fmt: skip
    return attributes


def _timecode(opened: "InputContainer", metadata: dict[str, str]) -> dict[str, Any]:
    """The time code of the first frame: the container's, else of its time code track, else of another stream."""
    found, source = metadata.get("timecode"), "container"
    for stream in sorted(opened.streams, key=lambda stream: stream.type != "data") if not found else ():
        found = stream.metadata.get("timecode")
        if found:
            source = f"stream {stream.index}"
            break
    return timecode_attributes(found, source) if found else {}


def timecode_attributes(text: str, source: str) -> dict[str, Any]:
    """A time code as attributes: `timecode`, whether it drops numbers, and where it comes from."""
    return {"timecode": text, "timecode_drop": ";" in text or "." in text, "timecode_source": source}


def _codec_name(context: Any) -> str:
    """The name of the codec, not of the decoder that happens to serve it (`mp3`, not `mp3float`)."""
    return str(getattr(context.codec, "canonical_name", "") or context.name)
