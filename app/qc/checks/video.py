"""Checks of the pictures of movies."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.model.measuring import DECIDING
from app.qc.checks.check import Check, Parameter, all_told, broken
from app.qc.checks.framelists import FRAME_LIMITS, of_frames
from app.qc.checks.streams import Stream, broken_packets, label, measured, streams_of, values_of, with_thresholds
from app.qc.facts import Facts, Need
from app.qc.findings import Observation
from app.qc.policy import Rule

_MOVIE = frozenset({"movie"})
_COLOURS = ("primaries", "transfer", "matrix", "range")


def _colour(rule: Rule, facts: Facts) -> Iterator[Observation]:
    streams = streams_of(facts.document(Need.HEADER), "video")
    if not streams:
        yield Observation(False, "a stream of video", "no video stream", nothing=True)
    for stream in streams:
        color = stream.get("color") or {}
        for key in _COLOURS:
            if key not in rule.expect:
                continue
            expected, found = f"{key} one of {', '.join(rule.expect[key])}", color.get(key)
            if found is None:
                yield Observation(False, expected, f"{key} not tagged", channel=label(stream), nothing=True)
            elif found not in rule.expect[key]:
                yield Observation(False, expected, f"{key} {found}", channel=label(stream))


def _frames(key: str, summary: str) -> Check:
    """A check of frames that were found by looking at pictures."""

    def look(rule: Rule, stream: Stream) -> Iterator[Observation]:
        found = stream[key]
        least = int(found.get("count") or 0), int(found.get("longest") or 0)
        seen = of_frames(rule, str(found.get("frames") or ""), f"{key} frames", least=least)
        yield replace(seen, expected=with_thresholds(rule, seen.expected), channel=label(stream))

    return Check(
        f"video.{key}",
        summary,
        Need.DECODED,
        _MOVIE,
        expects=FRAME_LIMITS,
        measures=DECIDING[key],
        judge=measured("video", key, look),
    )


def _interlace(rule: Rule, stream: Stream) -> Iterator[Observation]:
    found = stream.get("interlace") or {}
    detected = found.get("detected", "undetermined")
    if detected == "undetermined":
        yield Observation(False, all_told(rule.expect), "undetermined", channel=label(stream), nothing=True)
    elif broken(detected, rule.expect):
        counts = ", ".join(f"{found.get(key, 0)} {word}" for key, word in _FIELDS)
        yield Observation(False, all_told(rule.expect), str(detected), channel=label(stream), evidence=counts)


_FIELDS = (("top_first", "top field first"), ("bottom_first", "bottom field first"), ("progressive", "progressive"))


def _constant_rate(_rule: Rule, stream: Stream) -> Iterator[Observation]:
    times: dict[str, Any] = dict(stream.get("timestamps") or {})
    wrong = [
        f"{times[key]} {word}"
        for key, word in (("gap_count", "gaps"), ("missing", "frames missing"), ("duplicate_count", "times twice"))
        if times.get(key)
    ]
    if times.get("variable") or wrong:
        spread = f"{times.get('shortest_s')} to {times.get('longest_s')} s a frame"
        yield Observation(False, "one length for all frames", ", ".join([*wrong, spread]), channel=label(stream))


_VALUES = ("eq", "ne", "in", "not_in")
_NUMBERS = (*_VALUES, "min", "max", "multiple_of")


def _value(name: str, summary: str, key: str, operators: tuple[str, ...]) -> Check:
    judge = values_of("video", lambda stream: stream.get(key))
    return Check(name, summary, Need.HEADER, _MOVIE, operators=operators, default=None, judge=judge)


CHECKS = (
    _value("video.codec", "The codec, as FFmpeg names it.", "codec", (*_VALUES, "regex")),
    _value("video.rate", "Frames a second, exactly: `24000/1001`.", "frame_rate", _NUMBERS),
    _value("video.width", "Width in pixels.", "width", _NUMBERS),
    _value("video.height", "Height in pixels.", "height", _NUMBERS),
    _value("video.pixel_format", "The pixel format, as FFmpeg names it.", "pixel_format", (*_VALUES, "regex")),
    _value("video.bit_depth", "Bits of a component.", "bit_depth", _NUMBERS),
    Check(
        "video.colour",
        "The colour tags in the words of `inspect`: `bt709`, `bt2020nc`, `pq`, `hlg`.",
        Need.HEADER,
        _MOVIE,
        expects=tuple(Parameter(key, "names", f"values that `{key}` may have") for key in _COLOURS),
        default=None,
        judge=_colour,
    ),
    _frames("black", "Black frames."),
    _frames("frozen", "Frames that show what the frame before shows; black ones are not counted again."),
    Check(
        "video.interlace",
        "Fields that are seen in the pictures: `progressive`, `tff`, `bff` or `mixed`.",
        Need.DECODED,
        _MOVIE,
        operators=("eq", "in"),
        default={"eq": "progressive"},
        judge=measured("video", "interlace", _interlace),
    ),
    Check(
        "video.constant_rate",
        "Whether all frames last equally long, without gaps.",
        Need.DECODED,
        _MOVIE,
        judge=measured("video", "timestamps", _constant_rate),
    ),
    Check(
        "video.decode",
        "Frames that cannot be decoded, or are not there.",
        Need.DECODED,
        _MOVIE,
        judge=broken_packets("video"),
    ),
)
