"""Streams of movies and sounds, and what was measured of them: what checks of video and audio share."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.qc.checks.check import all_told, broken
from app.qc.facts import Document, Facts, Need
from app.qc.findings import Observation
from app.qc.policy import Rule
from app.qc.values import words

Stream = Mapping[str, Any]
_MOST_STRETCHES = 5


def streams_of(document: Document, kind: str) -> list[Stream]:
    """The streams of a kind, without cover pictures."""
    return [
        stream
        for stream in document.get("streams") or []
        if stream.get("type") == kind and not stream.get("attached_picture")
    ]


def label(stream: Stream) -> str:
    """How a finding calls a stream."""
    return f"{stream.get('type', 'stream')} {stream.get('index', stream.get('stream', 0))}"


def values_of(
    kind: str, value_of: Callable[[Stream], Any], unit: str = ""
) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of one value of each stream of a kind, by the operators of the rule."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        streams = streams_of(facts.document(Need.HEADER), kind)
        expected = f"{all_told(rule.expect)}{unit}"
        if not streams:
            yield Observation(False, expected, observed=f"no {kind} stream", nothing=True)
        for stream in streams:
            value = value_of(stream)
            if value is None:
                yield Observation(False, expected, "not told", channel=label(stream), nothing=True)
            elif broken(value, rule.expect):
                yield Observation(False, expected, f"{words(value)}{unit}", channel=label(stream))

    return judge


def measured(
    kind: str, look: Callable[[Rule, Stream], Iterator[Observation]]
) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of what was measured of each stream of a kind."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        document = facts.document(Need.DECODED)
        stats = (document.get("stats") or {}).get(kind)
        if stats is None:
            yield Observation(False, evidence="it was not decoded", unable=True)
        elif not stats:
            yield Observation(False, f"a stream of {kind}", observed=f"no {kind} stream", nothing=True)
        for one in stats or []:
            if one.get("frames_decoded" if kind == "video" else "samples") == 0:
                seen = "not one frame" if kind == "video" else "not one sample"
                told = label({**one, "type": kind})
                yield Observation(False, channel=told, evidence=f"{seen} could be decoded", unable=True)
            else:
                yield from look(rule, {**one, "type": kind})

    return judge


def broken_packets(kind: str) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of what could not be decoded."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        document = facts.document(Need.DECODED)
        indices = {stream.get("index") for stream in streams_of(document, kind)}
        general = kind == "video" or not streams_of(document, "video")
        for error in document.get("errors") or []:
            stream = error.get("stream")
            if stream in indices or (stream is None and general):
                yield Observation(
                    False,
                    f"{kind} that can be decoded",
                    str(error.get("message") or error.get("code")),
                    str(error.get("frames") or ""),
                    channel=f"{kind} {stream}" if stream is not None else "",
                    region=_moment(error.get("time_s")),
                )
        if kind == "video":
            for one in (document.get("stats") or {}).get("video") or []:
                decoded, wanted = one.get("frames_decoded"), one.get("frames_expected")
                if wanted is not None and decoded is not None and decoded < wanted:
                    yield Observation(False, f"{wanted} frames", f"{decoded} frames", channel=f"video {one['stream']}")

    return judge


def _moment(time_s: Any) -> str:
    return "" if time_s is None else f"at {time_s:.3f} s"


def stretches(found: list[Mapping[str, Any]]) -> str:
    """Stretches of time in words."""
    told = ", ".join(f"{one['start_s']:.2f}-{one['end_s']:.2f} s" for one in found[:_MOST_STRETCHES])
    more = len(found) - _MOST_STRETCHES
    return f"{told} and {more} more" if more > 0 else told
