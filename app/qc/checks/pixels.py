"""Checks of pixels, by the statistics of each frame that is looked at."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from app.errors import AppError
from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.model.inspecting import BLACK_CODES, BLACK_LINEAR, COLOUR
from app.qc.checks.check import Check, FrameJudge, Parameter
from app.qc.checks.completeness import (
    absent_channels,
    damages_of,
    is_summed,
    parts_of,
    unread_frames,
    why_unseen,
)
from app.qc.checks.framelists import FRAME_LIMITS, frames_in, of_frames, range_of
from app.qc.facts import Document, Need
from app.qc.findings import NOT_RECORDED, Observation
from app.qc.policy import Rule
from app.qc.values import number_of, words

_IMAGE = frozenset({"image"})
_SELECT = Parameter("select", "names", "the channels, by name or with `*` and `?`; all where nothing is said")


@dataclass(frozen=True, slots=True)
class _Fault:
    """Something wrong with one channel of one frame; how bad it is, for telling the worst of many frames.

    Faults that are not `is_alike` are other ones where other words tell them.
    """

    part: str
    channel: str
    expected: str
    observed: str
    amount: float
    region: str = ""
    unable: bool = False
    nothing: bool = False
    frames: str = ""
    is_alike: bool = True
    unrecorded: bool = False


@dataclass(slots=True)
class _Gathered:
    """The same fault over many frames."""

    worst: _Fault
    frames: list[Frame] = field(default_factory=list)


class FaultJudge:
    """Gathers what a function finds wrong in each frame.

    Args:
        rule: the rule.
        faults: what is wrong with a frame.
    """

    def __init__(self, rule: Rule, faults: Callable[[Rule, Document], Iterator[_Fault]]) -> None:
        self._rule = rule
        self._faults = faults
        self._gathered: dict[tuple[str, str, str, bool], _Gathered] = {}

    def see(self, frame: Frame | None, document: Document) -> None:
        """Take one frame."""
        for fault in self._faults(self._rule, document):
            sampled = _in_sample(self._rule, document, fault) if is_summed(document) else fault
            if sampled is not None:
                self.add(frame, sampled)

    def fail(self, frame: Frame | None, error: AppError) -> None:
        """Take note that a frame could not be read."""
        unrecorded = error.code == NOT_RECORDED
        told = _Fault("", "", "pixels that can be read", error.message, 0, unable=True, unrecorded=unrecorded)
        self.add(frame, told)

    def observations(self) -> Iterable[Observation]:
        """What is wrong, each fault with its frames and its worst value."""
        for gathered in self._gathered.values():
            fault = gathered.worst
            frames = range_of(gathered.frames) or fault.frames
            yield Observation(
                False,
                fault.expected,
                f"{fault.observed} at the worst" if fault.amount and len(gathered.frames) > 1 else fault.observed,
                frames,
                fault.part,
                fault.channel,
                fault.region,
                evidence=fault.observed if fault.unable else "",
                nothing=fault.nothing,
                unable=fault.unable,
                unrecorded=fault.unrecorded,
            )

    def add(self, frame: Frame | None, fault: _Fault) -> None:
        """Take one fault of a frame; None where it is one of all frames together, or of a single file."""
        reason = fault.region if fault.is_alike and not fault.unable else f"{fault.region}: {fault.observed}"
        key = (fault.part, fault.channel, fault.expected + reason, fault.unable)
        gathered = self._gathered.setdefault(key, _Gathered(fault))
        if fault.amount > gathered.worst.amount:
            gathered.worst = fault
        if frame is not None:
            gathered.frames.append(frame)


def _in_sample(rule: Rule, document: Document, fault: _Fault) -> _Fault | None:
    """A fault of all frames of a sequence together, as far as it is one of the frames that a rule looks at."""
    frames = parse_frames(str(document["sequence"]["ranges"]))
    asked = rule.sample.of(frames)
    if fault.frames:
        inside = frames_in(fault.frames).intersection(asked)
        return replace(fault, frames=range_of(inside)) if inside else None
    if fault.unable or fault.nothing or len(asked) == len(frames):
        return fault
    return replace(fault, unable=True, observed=f"{fault.observed}, in which frames is not known")


def _channels(rule: Rule, document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The statistics of each channel that a rule selects, with the name of its part."""
    for name, part in parts_of(document):
        for channel in part.get("channels") or []:
            if _is_selected(rule, str(channel.get("name", ""))):
                yield name, channel


def _unseen(rule: Rule, document: Document) -> Iterator[_Fault]:
    """Why a rule does not see all that it is about: pixels that were not decoded, channels that are not there."""
    yield from _unseen_pixels(rule, document)
    if is_summed(document) and (frames := unread_frames(rule, document)):
        why = "not all of its pixels could be decoded"
        yield _Fault("", "", "pixels that can be read", why, 0, unable=True, frames=frames)
    names = {str(channel.get("name", "")) for _, part in parts_of(document) for channel in part.get("channels") or []}
    wanted = rule.options.get("select", ()) if names else ()
    for part, statistics in parts_of(document):
        for name, frames in absent_channels(rule, document, statistics):
            if name in wanted:
                yield _Fault(part, name, f"a channel {name}", f"no channel {name}", 0, nothing=True, frames=frames)
    for pattern in wanted:
        if pattern not in names and not any(letter in pattern for letter in "*?["):
            yield _Fault("", pattern, f"a channel {pattern}", f"no channel {pattern}", 0, nothing=True)
    if names and not any(_is_selected(rule, name) for name in names):
        yield _Fault("", "", "channels to look at", "none of its channels is selected", 0, nothing=True)


def _unseen_pixels(rule: Rule, document: Document) -> Iterator[_Fault]:
    """Pixels that cannot be decoded, or were not looked at: nothing can be said of them."""
    parts = list(parts_of(document))
    if not parts:
        yield _Fault("", "", "pixels that can be read", "there are no statistics of its pixels", 0, unable=True)
    for name, part in parts:
        if why := why_unseen(rule, document, part):
            yield _Fault(name, "", "pixels that can be read", why, 0, unable=True)


def _is_selected(rule: Rule, name: str) -> bool:
    default = COLOUR if rule.check == "pixels.black" else ("*",)
    return any(fnmatchcase(name, pattern) for pattern in rule.options.get("select", default))


def _number(value: Any) -> float:
    number = number_of(value)
    return math.nan if number is None else float(number)


_COUNTS = {"nan": ("nan_count", "NaN"), "inf": ("inf_count", "infinite"), "negative": ("negative_count", "negative")}


def _stats(rule: Rule, document: Document) -> Iterator[_Fault]:
    yield from _unseen(rule, document)
    for part, channel in _channels(rule, document):
        name = str(channel.get("name", ""))
        for key, (field_name, word) in _COUNTS.items():
            if key in rule.expect and channel.get(field_name) is None:
                yield _unknown(f"it is not known how many values are {word}", part, name)
            elif key in rule.expect and int(channel[field_name]) > rule.expect[key]:
                count, most = int(channel[field_name]), rule.expect[key]
                yield _Fault(
                    part,
                    name,
                    f"at most {most} {word} values",
                    f"{count} {word}",
                    count,
                    unable=bool(most) and is_summed(document),
                    frames=str(channel.get(f"{key}_frames") or ""),
                )
        yield from _bounds(rule, part, name, channel)
        if "mean" in rule.expect and is_summed(document):
            yield _Fault(part, name, "a mean of each frame", "only the mean of all frames is known", 0, unable=True)


def _bounds(rule: Rule, part: str, name: str, channel: Mapping[str, Any]) -> Iterator[_Fault]:
    """Values below, above, or with a mean outside what is expected. Infinite ones count unless `inf` allows them."""
    lowest, highest, mean = (_number(channel.get(key)) for key in ("min", "max", "mean"))
    asked = [key for key in ("min", "max", "mean") if key in rule.expect]
    if "inf" not in rule.expect:
        lowest = -math.inf if channel.get("neg_inf_count") else lowest
        highest = math.inf if channel.get("pos_inf_count") else highest
    if asked and channel.get("finite_count") == 0 and (channel.get("nan_count") or channel.get("inf_count")):
        yield _Fault(part, name, "finite values", "no finite value", 0)
    elif asked and (channel.get("nan_frames") or channel.get("inf_frames")):
        yield _unknown("whether each frame has finite values is not known", part, name)
    else:
        for key in asked:
            if number_of(channel.get(key)) is None:
                yield _unknown(f"{_FIGURES[key]} is not known", part, name)
    if "min" in rule.expect and lowest < _number(rule.expect["min"]):
        yield _Fault(part, name, f"at least {words(rule.expect['min'])}", words(lowest), -lowest)
    if "max" in rule.expect and highest > _number(rule.expect["max"]):
        yield _Fault(part, name, f"at most {words(rule.expect['max'])}", words(highest), highest)
    if "mean" in rule.expect and "nan_frames" not in channel:
        lowest, highest = map(_number, rule.expect["mean"])
        if mean < lowest or mean > highest:
            apart = max(lowest - mean, mean - highest)
            yield _Fault(part, name, f"a mean of {words(lowest)} to {words(highest)}", f"mean {words(mean)}", apart)


_FIGURES = {"min": "the lowest value", "max": "the highest value", "mean": "the mean"}


def _unknown(why: str, part: str = "", channel: str = "") -> _Fault:
    """Something that the statistics do not tell."""
    return _Fault(part, channel, "statistics that tell it", why, 0, unable=True)


def _finite(rule: Rule, document: Document) -> Iterator[_Fault]:
    yield from _unseen(rule, document)
    for part, channel in _channels(rule, document):
        name, nan, inf = str(channel.get("name", "")), channel.get("nan_count"), channel.get("inf_count")
        if nan is None or inf is None:
            yield _unknown("it is not known how many values are finite", part, name)
            continue
        if nan + inf:
            told = ", ".join(f"{count} {word}" for count, word in ((nan, "NaN"), (inf, "infinite")) if count)
            frames = ",".join(filter(None, (channel.get("nan_frames"), channel.get("inf_frames"))))
            frames = range_of(parse_frames(frames)) if frames else ""
            yield _Fault(part, name, "finite values alone", told, nan + inf, frames=frames)


def _damaged(rule: Rule, document: Document) -> Iterator[_Fault]:
    names = dict(_part_names(document))
    damages = list(damages_of(document))
    for error in damages:
        rows = str(error.get("rows") or "")
        level = "level {}, {}, ".format(*error["level"]) if error.get("level") else ""
        yield _Fault(
            names.get(error.get("part"), ""),
            "",
            "pixels that can be decoded",
            str(error.get("message") or "damaged"),
            0,
            region=f"{level}rows {rows}" if rows else "",
            frames=str(error.get("frames") or ""),
            is_alike=False,
        )
    if not damages:
        yield from _unseen_pixels(rule, document)
        unread = unread_frames(rule, document) if is_summed(document) else ""
        if unread:
            yield _Fault("", "", "pixels that can be read", "they could not be read", 0, unable=True, frames=unread)
    elif any(int(part.get("sample") or 1) > rule.sample.rows for _, part in parts_of(document)):
        yield _Fault("", "", "pixels that can be read", "only some of its rows were looked at", 0, unable=True)


def _part_names(document: Document) -> Iterator[tuple[Any, str]]:
    for part in document.get("parts") or []:
        index, name = part.get("index"), part.get("name")
        yield index, f"{index} {name}" if name else str(index)


class BlackJudge:
    """Gathers frames whose colour is nowhere above a threshold."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._threshold = _number(rule.expect.get("threshold", BLACK_LINEAR))
        self._black: list[Frame] = []
        self._single = False
        self._unseen = FaultJudge(rule, _unseen)

    def see(self, frame: Frame | None, document: Document) -> None:
        """Take one frame."""
        self._unseen.see(frame, document)
        if is_summed(document):
            self._take_sequence(document)
            return
        highest = [_number(channel.get("max")) for _, channel in _channels(self._rule, document)]
        if highest and all(value <= self._threshold for value in highest):
            self._single = frame is None
            self._black += [] if frame is None else [frame]

    def _take_sequence(self, document: Document) -> None:
        """Take what is known of all frames together: which are black, by the limit and channels of `inspect`.

        By a lower threshold no others can be black, so none of them too many is enough.
        """
        sequence, limit = document["sequence"], BLACK_LINEAR if document.get("parts") else BLACK_CODES
        if sequence.get("black") is None:
            self._unseen.add(None, _unknown("it is not known which frames are black"))
            return
        asked = self._rule.sample.of(parse_frames(str(sequence["ranges"])))
        black = range_of(frames_in(sequence["black"]).intersection(asked))
        is_usual = "select" not in self._rule.options and self._threshold <= limit
        if is_usual and self._threshold == limit:
            self._black += frames_in(black)
        elif not is_usual or not of_frames(self._rule, black, "").ok:
            self._unseen.add(None, _unknown(f"which frames are black is known of all colours by {limit:g} alone"))

    def fail(self, frame: Frame | None, error: AppError) -> None:
        """Take note that a frame could not be read."""
        self._unseen.fail(frame, error)

    def observations(self) -> Iterable[Observation]:
        """The black frames."""
        yield from self._unseen.observations()
        if self._single:
            yield Observation(of_frames(self._rule, "1", "").ok, "a picture that is not black", "black")
        else:
            yield of_frames(self._rule, range_of(self._black), "black frames")


def _of(faults: Callable[[Rule, Document], Iterator[_Fault]]) -> Callable[[Rule], FrameJudge]:
    return lambda rule: FaultJudge(rule, faults)


CHECKS = (
    Check(
        "pixels.stats",
        "Statistics of the pixels of each channel.",
        Need.PIXELS,
        _IMAGE,
        expects=(
            Parameter("nan", "count", "how many values may be no number"),
            Parameter("inf", "count", "how many may be infinite"),
            Parameter("negative", "count", "how many may be below zero"),
            Parameter("min", "number", "the lowest value that may be"),
            Parameter("max", "number", "the highest value that may be"),
            Parameter("mean", "limits", "lowest and highest mean"),
        ),
        options=(_SELECT,),
        default=None,
        frames=_of(_stats),
    ),
    Check(
        "pixels.finite",
        "Values that are no number or infinite.",
        Need.PIXELS,
        _IMAGE,
        options=(_SELECT,),
        frames=_of(_finite),
    ),
    Check(
        "pixels.black",
        "Frames that are black all over.",
        Need.PIXELS,
        _IMAGE,
        expects=(*FRAME_LIMITS, Parameter("threshold", "number", "what counts as black: 0.0001 where nothing is said")),
        options=(Parameter("select", "names", "the channels; those of colour where nothing is said"),),
        frames=BlackJudge,
    ),
    Check(
        "pixels.damaged",
        "Chunks that cannot be decoded, with their rows.",
        Need.PIXELS,
        _IMAGE,
        frames=_of(_damaged),
    ),
)
