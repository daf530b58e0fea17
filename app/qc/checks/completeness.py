"""Whether statistics tell all that a rule is about: what was not seen is never taken as being in order."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.qc.checks.framelists import frames_in, range_of, unwhole_frames
from app.qc.checks.streams import label, otherwise_measured, undecoded
from app.qc.facts import Document
from app.qc.findings import Observation
from app.qc.policy import Rule
from app.qc.selectors import OF_PIXELS, Selector

_DAMAGE = ("pixels", "chunks", "media")
_PARTLY = "not all of its pixels could be decoded"


def parts_of(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The statistics of each part, with the name of the part."""
    stats = document.get("stats") or {}
    names = {part.get("index"): part.get("name") for part in document.get("parts") or []}
    for part in stats.get("parts") or []:
        index = part.get("index", 0)
        yield f"{index} {names[index]}" if names.get(index) else str(index), part


def why_unseen(rule: Rule, document: Document, part: Mapping[str, Any]) -> str:
    """Why statistics of a part are not those of all rows that a rule asks for; empty where they are."""
    sample = int(part.get("sample") or 1)
    if part.get("supported") is False:
        return "pixels not supported"
    if not part.get("channels"):
        return str(part.get("reason") or "no pixels could be decoded")
    if sample > rule.sample.rows:
        return f"only one of {sample} blocks of rows was looked at"
    if sample == 1:
        return _PARTLY if part.get("complete") is False else ""
    damaged = {error.get("part") for error in damages_of(document)} if not is_summed(document) else set()
    return _PARTLY if damaged & {None, part.get("index")} else ""


def unread_frames(rule: Rule, document: Document) -> str:
    """Frames of a sequence that a rule is about and that its statistics do not tell whole."""
    if not is_summed(document):
        return ""
    sequence = document["sequence"]
    asked = set(rule.sample.of(parse_frames(str(sequence["ranges"]))))
    unwhole = [frames_in(error.get("frames")) for error in damages_of(document)]
    unwhole += unwhole_frames(sequence).values()
    read = frames_in((document.get("stats") or {}).get("frames"))
    return range_of(asked - read | asked & set[Frame]().union(*unwhole))


def absent_channels(rule: Rule, document: Document, part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The channels of a part that some frames of a sequence that a rule is about do not have, and those frames."""
    if not is_summed(document):
        return
    asked = rule.sample.of(parse_frames(str(document["sequence"]["ranges"])))
    for channel in part.get("channels") or []:
        if frames := frames_in(channel.get("absent_frames")).intersection(asked):
            yield str(channel.get("name", "")), range_of(frames)


def damages_of(document: Document) -> Iterator[Mapping[str, Any]]:
    """What is told of pixels that could not be decoded."""
    for error in document.get("errors") or []:
        if str(error.get("code", "")).partition(".")[0] in _DAMAGE and error["code"] != "pixels.not_supported":
            yield error


def is_summed(document: Document) -> bool:
    """Whether the statistics are those of all frames of a sequence together."""
    return bool(document.get("sequence"))


def unseen_frames(rule: Rule, document: Document) -> Iterator[Observation]:
    """The frames of a sequence whose pixels are not, or not wholly, part of what is known of it."""
    if frames := unread_frames(rule, document):
        yield _unable(_PARTLY, frames=frames)


def unseen_statistics(rule: Rule, selector: Selector, document: Document) -> Iterator[Observation]:
    """Why statistics that a selector looks at do not tell everything; nothing where they do."""
    second = selector.steps[1].key if len(selector.steps) > 1 else ""
    if selector.root == "sequence" and second in OF_PIXELS:
        yield from unseen_frames(rule, document)
    if selector.root != "stats":
        return
    if second in ("video", "audio"):
        stats = document.get("stats") or {}
        if stats.get(second) and (why := otherwise_measured(rule, stats)):
            yield _unable(why)
        for stream, why in undecoded(document, second):
            yield _unable(why, channel=label(stream))
    elif second == "parts":
        parts = list(parts_of(document))
        if not parts:
            yield _unable("there are no statistics of its pixels")
        for name, part in parts:
            if why := why_unseen(rule, document, part):
                yield _unable(why, part=name)
            named = {channel for step in selector.steps for channel in step.names}
            for channel, frames in absent_channels(rule, document, part):
                if channel in named:
                    yield Observation(False, f"a channel {channel}", "none", frames, name, channel, nothing=True)
        yield from unseen_frames(rule, document)


def _unable(why: str, frames: str = "", part: str = "", channel: str = "") -> Observation:
    told = "pixels that can be read" if not channel else "a stream that can be decoded"
    return Observation(False, told, why, frames, part, channel, evidence=why, unable=True)
