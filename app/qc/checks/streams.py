"""Streams of movies and sounds, and what was measured of them: what checks of video and audio share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from app.model.measuring import DEFAULTS
from app.qc.checks.check import all_told, broken
from app.qc.facts import Document, Facts, Need, NotRecorded
from app.qc.findings import Observation
from app.qc.policy import Match, Rule
from app.qc.values import words

Stream = Mapping[str, Any]
_MOST_STRETCHES = 5
_NOT_DECODED = "it was not decoded"
_OF_SEVERAL = "of several files only the first was looked at: name them one by one, or their folder"
#: What is told of broken packets, and of all streams that were not decoded to their end or lack frames.
_BROKEN = frozenset({"frames.damaged", "sound.damaged"})
_UNSEEN = _BROKEN.union(
    (
        "frames.none",
        "frames.missing",
        "sound.none",
        "sound.missing",
        "sound.non_finite",
        "media.damaged",
        "media.too_large",
        "media.unannounced",
    )
)


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


def values_of(kind: str, value_of: Callable[[Stream], Any]) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of one value of each stream of a kind, by the operators of the rule."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        streams = streams_of(facts.document(Need.HEADER), kind)
        expected = all_told(rule.expect)
        if "sequence" in facts.kinds:
            yield Observation(False, expected, evidence=_OF_SEVERAL, unable=True)
            return
        if not streams:
            yield Observation(False, expected, observed=f"no {kind} stream", nothing=True)
        for stream in streams:
            value = value_of(stream)
            if value is None:
                yield Observation(False, expected, "not told", channel=label(stream), nothing=True)
            elif broken(value, rule.expect):
                yield Observation(False, expected, words(value), channel=label(stream))

    return judge


def measured(
    kind: str, key: str, look: Callable[[Rule, Stream], Iterator[Observation]]
) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of what was measured, under a key, of each stream of a kind; one without it could not be judged."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        document = facts.document(Need.DECODED)
        stats = (document.get("stats") or {}).get(kind)
        if stats is None:
            yield Observation(False, evidence=_NOT_DECODED, unable=True)
            return
        if not stats and not streams_of(document, kind):
            yield Observation(False, f"a stream of {kind}", observed=f"no {kind} stream", nothing=True)
        for stream, why in undecoded(document, kind):
            yield Observation(False, f"{kind} that can be decoded", channel=label(stream), evidence=why, unable=True)
        decoded = [one for one in stats if not _is_empty(kind, one)]
        for one in _measured_by(rule, document["stats"], decoded, kind):
            stream = {**one, "type": kind}
            if one.get(key) is None:
                yield Observation(False, channel=label(stream), evidence="it was not measured", unable=True)
            else:
                yield from look(rule, stream)

    return judge


def _measured_by(rule: Rule, stats: Mapping[str, Any], streams: list[Stream], kind: str) -> list[Stream]:
    """What was measured of streams of a kind, by the thresholds of a rule.

    Raises:
        NotRecorded: it was measured by other thresholds alone.
    """
    why = otherwise_measured(rule, stats) if streams else ""
    if not why:
        return streams
    for other in stats.get("others") or []:
        if not otherwise_measured(rule, other):
            found = {one.get("stream"): one for one in other.get(kind) or []}
            return [{**one, **found.get(one.get("stream"), {})} for one in streams]
    raise NotRecorded(why)


def otherwise_measured(rule: Rule | Match, stats: Mapping[str, Any]) -> str:
    """In which thresholds something was not measured as a rule asks for; empty where it was."""
    used = stats.get("options") or {}
    wrong = [
        f"{name} {words(used.get(name, 'unknown'))}, not {words(wanted)}"
        for name, wanted in rule.measuring.items()
        if used.get(name) != wanted
    ]
    return f"it was measured with {', '.join(wrong)}: measure it again" if wrong else ""


def with_thresholds(rule: Rule, expected: str) -> str:
    """What a rule expects, with those of its thresholds that are not the usual ones."""
    usual = asdict(DEFAULTS)
    own = ", ".join(f"{name} {words(value)}" for name, value in rule.measuring.items() if value != usual[name])
    return f"{expected}, by {own}" if own else expected


def undecoded(document: Document, kind: str) -> Iterator[tuple[Stream, str]]:
    """The streams of a kind that were not decoded from end to end, and why."""
    measured_of = {one.get("stream"): one for one in (document.get("stats") or {}).get(kind) or []}
    streams = {stream.get("index"): stream for stream in streams_of(document, kind)}
    for index in dict.fromkeys([*streams, *measured_of]):
        stream = {**streams.get(index, {"index": index}), "type": kind}
        why = _why_undecoded(kind, measured_of.get(index), index, document)
        if why:
            yield stream, why


def _is_empty(kind: str, found: Stream) -> bool:
    return found.get("frames_decoded" if kind == "video" else "samples") == 0


def _why_undecoded(kind: str, found: Stream | None, index: Any, document: Document) -> str:
    """Why what was measured of a stream does not tell all of it; empty where it does."""
    if found is not None and _is_empty(kind, found):
        return "no frame could be decoded" if kind == "video" else "no sound could be decoded"
    told = [
        error
        for error in document.get("errors") or []
        if error.get("code") in _UNSEEN and error.get("stream") in (None, index)
    ]
    if told:
        broken_ones = [error for error in told if error["code"] in _BROKEN]
        others = [str(error.get("message") or error["code"]) for error in told if error["code"] not in _BROKEN]
        return "; ".join(dict.fromkeys([*others, *_broken_told(broken_ones, found or {})]))
    return _NOT_DECODED if found is None else ""


def _broken_told(errors: list[Mapping[str, Any]], found: Stream) -> Iterator[str]:
    """How many packets of a stream are broken, and where, in words."""
    if not errors:
        return
    count = found.get("broken_packets") or sum(int(error.get("packets") or 1) for error in errors)
    packets = found.get("packets")
    frames = ",".join(str(error["frames"]) for error in errors[:_MOST_STRETCHES] if error.get("frames"))
    more = " and more" if len(errors) > _MOST_STRETCHES else ""
    where = [f"frame{'s' * (not frames.isdigit())} {frames}{more}"] if frames else []
    if moment := _moment(errors[0].get("time_s")):
        where.append(f"the first {moment}")
    some = f"{count} of {packets} packets" if packets else "a packet" if count == 1 else f"{count} packets"
    said = str(errors[0].get("message") or errors[0]["code"])
    yield f"{', '.join([f'{some} cannot be decoded', *where])} ({said}); what was measured is of the rest"


def broken_packets(kind: str) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of what could not be decoded."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        document = facts.document(Need.DECODED)
        if (document.get("stats") or {}).get(kind) is None and not document.get("errors"):
            yield Observation(False, f"{kind} that can be decoded", evidence=_NOT_DECODED, unable=True)
            return
        indices = {stream.get("index") for stream in streams_of(document, kind)}
        general = kind == "video" or not streams_of(document, "video")
        told = set()
        for error in document.get("errors") or []:
            stream = error.get("stream")
            if stream in indices or (stream is None and general):
                told.add(stream)
                yield Observation(
                    False,
                    f"{kind} that can be decoded",
                    str(error.get("message") or error.get("code")),
                    str(error.get("frames") or ""),
                    channel=f"{kind} {stream}" if stream is not None else "",
                    region=_moment(error.get("time_s")),
                )
        for one, why in undecoded(document, kind) if None not in told else ():
            if one.get("index") not in told:
                expected = f"{kind} that can be decoded"
                yield Observation(False, expected, channel=label(one), evidence=why, unable=True)

    return judge


def _moment(time_s: Any) -> str:
    return "" if time_s is None else f"at {time_s:.3f} s"


def stretches(found: list[Mapping[str, Any]]) -> str:
    """Stretches of time in words."""
    told = ", ".join(f"{one['start_s']:.2f}-{one['end_s']:.2f} s" for one in found[:_MOST_STRETCHES])
    more = len(found) - _MOST_STRETCHES
    return f"{told} and {more} more" if more > 0 else told
