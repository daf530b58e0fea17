"""The document of a movie or a sound as a person reads it."""

from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from app.cli.output import count_of, human_bytes, print_lines
from app.model.frames import frames_called
from app.model.measuring import DEFAULTS, silent_channels

_SHOWN_TAGS = 24
_SHOWN_SPANS = 8
_FIELDS = {"tt": "top field first", "bb": "bottom field first", "tb": "top field first", "bt": "bottom field first"}
_SEEN = {"tff": "top field first", "bff": "bottom field first", "progressive": "progressive", "mixed": "mixed fields"}

Facts = dict[str, Any]


def print_movie(document: Facts) -> None:
    """Print what it is, its streams, what was measured and what is wrong with it."""
    file, attributes = document["file"], document["attributes"]
    size = human_bytes(file["size_bytes"]) if "size_bytes" in file else "not read"
    print_lines(f"{file['path']}  {size}")
    print_lines("  " + "  ".join(_container(document)))
    for stream in document["streams"]:
        print_lines(f"  {stream['index']} {stream['type']:<5}  " + "  ".join(_stream(stream)))
    for line in (*_extras(attributes), *_measured(document["stats"] or {})):
        print_lines(f"  {line}")
    for error in document["errors"]:
        print_lines(f"  ! {_error(error)}")


def _container(document: Facts) -> Iterator[str]:
    attributes = document["attributes"]
    yield str(attributes.get("container_long_name") or attributes.get("container") or document["file"].get("format"))
    if document["duration_s"] is not None:
        yield _time(document["duration_s"])
    if attributes.get("bit_rate"):
        yield _rate(attributes["bit_rate"])
    if attributes.get("timecode"):
        yield f"time code {attributes['timecode']}" + (" drop frame" if attributes.get("timecode_drop") else "")


def _stream(stream: Facts) -> Iterator[str]:
    profile = " ".join(str(stream[key]) for key in ("profile", "level") if stream.get(key))
    tag = f"({stream['codec_tag']})" if stream.get("codec_tag") else ""
    yield " ".join(word for word in (stream.get("codec") or "", profile, tag) if word)
    if stream["type"] == "video":
        yield from _pictures(stream)
    elif stream["type"] == "audio":
        yield from _sound(stream)
    if stream.get("bit_rate"):
        yield _rate(stream["bit_rate"])
    if stream.get("language") not in (None, "und"):
        yield str(stream["language"])
    yield from (word for word in stream.get("dispositions") or () if word != "default")


def _pictures(stream: Facts) -> Iterator[str]:
    if stream.get("width"):
        shape = f" ({stream['display_aspect'].replace('/', ':')})" if stream.get("display_aspect") else ""
        yield f"{stream['width']} x {stream['height']}{shape}"
    if stream.get("rotation"):
        yield f"turned by {stream['rotation']}°"
    if stream.get("frame_rate"):
        exact = f" ({stream['frame_rate']})" if "/" in stream["frame_rate"] else ""
        yield f"{float(Fraction(stream['frame_rate'])):.5g} fps{exact}"
    if stream.get("frames"):
        yield count_of(stream["frames"], "frame")
    if stream.get("bit_depth"):
        yield f"{stream['bit_depth']} bit {stream.get('chroma_subsampling') or stream['pixel_format']}"
    color = "/".join(value for value in stream["color"].values() if value)
    if color:
        yield color
    if stream.get("hdr"):
        yield _hdr(stream["hdr"])
    if stream.get("field_order"):
        yield _FIELDS.get(stream["field_order"], str(stream["field_order"]))
    if stream.get("closed_captions"):
        yield "closed captions"


def _hdr(hdr: Facts) -> str:
    told = [" ".join(hdr["formats"]) or "HDR"]
    display, light, dolby = hdr["mastering_display"] or {}, hdr["content_light"], hdr["dolby_vision"] or {}
    if display.get("max_luminance") is not None:
        told.append(f"mastered at {display['min_luminance']:g}-{display['max_luminance']:g} cd/m²")
    if light:
        told.append(f"MaxCLL {light['max_cll']}, MaxFALL {light['max_fall']}")
    if dolby.get("profile") is not None:
        told.append(f"profile {dolby['profile']}")
    return ", ".join(told)


def _sound(stream: Facts) -> Iterator[str]:
    if stream.get("sample_rate"):
        yield f"{stream['sample_rate'] / 1000:g} kHz"
    if stream.get("channels"):
        yield str(stream["layout"]) if stream.get("layout") else count_of(stream["channels"], "channel")
    if stream.get("bits"):
        yield f"{stream['bits']} bit"


def _extras(attributes: Facts) -> Iterator[str]:
    bext = attributes.get("bext")
    if bext:
        reference = f"time reference {bext['time_reference_samples']} samples"
        yield "bext: " + ", ".join(word for word in (bext["description"], bext["originator"], reference) if word)
    for chapter in attributes.get("chapters", ()):
        yield f"chapter {_time(chapter['start_s'])}  {chapter['title']}".rstrip()
    tags = list(attributes.get("tags", {}).items())
    for name, value in tags[:_SHOWN_TAGS]:
        yield f"{name}: {value}"
    if len(tags) > _SHOWN_TAGS:
        yield f"and {count_of(len(tags) - _SHOWN_TAGS, 'tag')} more"


def _measured(stats: Facts) -> Iterator[str]:
    for found in stats.get("video", ()):
        yield f"{found['stream']} video  " + "  ".join(_seen(found))
    for found in stats.get("audio", ()):
        yield f"{found['stream']} audio  " + "  ".join(_heard(found))
    usual = asdict(DEFAULTS)
    used = [f"{name} {value:g}" for name, value in stats.get("options", {}).items() if value != usual.get(name)]
    if used:
        yield "measured with " + ", ".join(used)


def _seen(found: Facts) -> Iterator[str]:
    expected = found["frames_expected"]
    if not found["frames_decoded"]:
        yield f"no frame could be decoded{f', of {expected}' if expected else ''}"
        return
    yield f"{found['frames_decoded']}{f' of {expected}' if expected else ''} frames decoded"
    for key in ("black", "frozen"):
        yield f"{key}: {found[key]['frames'] or 'none'}"
    if found["interlace"]["detected"] in _SEEN:
        yield f"seen as {_SEEN[found['interlace']['detected']]}"
    times = found["timestamps"]
    if times["variable"]:
        yield "variable frame rate"
    if times["gap_count"]:
        yield "not there: " + ",".join(gap["frames"] for gap in times["gaps"])
    if times["duplicate_count"]:
        yield count_of(times["duplicate_count"], "time stamp") + " twice"


def _heard(found: Facts) -> Iterator[str]:
    if not found["samples"]:
        yield "no sound could be decoded"
        return
    loudness = found["loudness"]
    words = (("integrated_lufs", "LUFS"), ("range_lu", "LU"), ("true_peak_dbtp", "dBTP"))
    told = [f"{loudness[key]:.1f} {unit}" for key, unit in words if loudness[key] is not None]
    yield ", ".join(told) or "digital silence"
    if loudness.get("not_measured"):
        yield f"no loudness: {loudness['not_measured']}"
    if found["silent"]:
        yield "silent: " + _spans(found["silent"])
    if silent := silent_channels(found):
        yield f"silent throughout: {', '.join(silent)}"
    if found["clipped"]["samples"]:
        yield count_of(found["clipped"]["samples"], "clipped sample") + ": " + _spans(found["clipped"]["runs"])
    for pair in found["phase"]["pairs"]:
        if pair["inverted"] or pair["out_of_phase"]:
            where = "" if pair["inverted"] else ": " + _spans(pair["out_of_phase"])
            yield f"{' and '.join(pair['channels'])} out of phase{where}"


def _spans(spans: list[Facts]) -> str:
    told = [f"{span['start_s']:.3f}-{span['end_s']:.3f} s" for span in spans[:_SHOWN_SPANS]]
    return ", ".join(told) + (f" and {len(spans) - _SHOWN_SPANS} more" if len(spans) > _SHOWN_SPANS else "")


def _error(error: Facts) -> str:
    where = [f"stream {error['stream']}"] if error.get("stream") is not None else []
    if error.get("frames"):
        where.append(frames_called(error["frames"]))
    elif error.get("time_s") is not None:
        where.append(f"{error['time_s']:.3f} s")
    return f"{', '.join(where)}: {error['message']}" if where else str(error["message"])


def _time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:06.3f}" if hours else f"{minutes}:{rest:06.3f}" if minutes else f"{rest:.3f} s"


def _rate(bits: int) -> str:
    return f"{bits / 1_000_000:.1f} Mb/s" if bits >= 1_000_000 else f"{bits / 1000:.0f} kb/s"
