"""Opening movies and sound through PyAV: only the file that was asked for, only known containers, nothing fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
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
_OPTIONS = {
    "format_whitelist": _DEMUXERS,
    "protocol_whitelist": "file",
    "probesize": "5000000",
    "analyzeduration": "5000000",
    "threads": "1",
}
_MICROSECONDS = 1_000_000


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


def _reason(problem: Exception, form: Format) -> str:
    import av

    if isinstance(problem, av.error.EOFError):
        return f"it cannot be read as {form.title}: it ends too early"
    said = getattr(problem, "strerror", "") or "it is damaged"
    if isinstance(problem, av.error.InvalidDataError | av.error.ArgumentError):
        said = "it is damaged"
    return f"it cannot be read as {form.title}: {said}"


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
    """What all streams have in common, as JSON."""
    context = stream.codec_context
    facts: dict[str, Any] = {"index": stream.index, "type": stream.type}
    if context is not None:
        facts.update(codec=_codec_name(context), codec_tag=_codec_tag(context), profile=stream.profile)
        facts["bit_rate"] = context.bit_rate or None
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
    facts["duration_s"] = round(seconds, 6) if seconds and seconds > 0 else None
    metadata = tags(stream.metadata)
    facts["language"] = metadata.pop("language", None)
    facts["timecode"] = metadata.pop("timecode", None)
    facts["tags"] = metadata
    return facts


def tags(metadata: dict[str, str]) -> dict[str, str]:
    """Metadata as JSON, long values cut."""
    return {str(key): str(value)[:2048] for key, value in metadata.items()}


def _codec_tag(context: Any) -> str | None:
    """The four letters of the codec; None where they are no letters."""
    try:
        text = str(context.codec_tag or "").strip()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and text.strip("\0") else None


def container_attributes(opened: "InputContainer") -> dict[str, Any]:
    """The container itself as JSON."""
    attributes: dict[str, Any] = {"container": opened.format.name, "bit_rate": opened.bit_rate or None}
    if opened.start_time:
        attributes["start_s"] = round(opened.start_time / _MICROSECONDS, 6)
    metadata = tags(opened.metadata)
    timecode = metadata.get("timecode") or _first(stream.metadata.get("timecode") for stream in opened.streams)
    if timecode:
        attributes["timecode"] = timecode
    attributes["tags"] = metadata
    chapters = opened.chapters()
    if chapters:
        attributes["chapters"] = [
            {"start_s": round(float(chapter["start"] * chapter["time_base"]), 6),
             "title": str(chapter["metadata"].get("title", ""))[:200]}
            for chapter in chapters[:1000] if chapter["time_base"]
        ]  # fmt: skip
    return attributes


def _first(values: Iterator[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _codec_name(context: Any) -> str:
    """The name of the codec, not of the decoder that happens to serve it (`mp3`, not `mp3float`)."""
    return str(getattr(context.codec, "canonical_name", "") or context.name)
