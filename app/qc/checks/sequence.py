"""Checks of file sequences: their numbers, their files, what is equal in all frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.files.framerange import missing_frames, parse_frames
from app.qc.checks.check import Check, Parameter, all_told, broken
from app.qc.checks.completeness import unseen_frames
from app.qc.checks.framelists import FRAME_LIMITS, of_frames, range_of, unwhole_frames
from app.qc.facts import Facts, Need
from app.qc.findings import Observation
from app.qc.policy import Rule

_SEQUENCE = frozenset({"sequence"})
_RANGE = Parameter(
    "range",
    "range",
    "`expected` (the default): the range that was given or that the shot should have, else from the first to the last"
    " frame; `file`: the latter; `tracker`: the former, and an error where there is none; or `[1001, 1100]`",
)


def _sequence(facts: Facts, need: Need = Need.NAMES) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.document(need).get("sequence") or {}
    return found


def _asked_range(rule: Rule, facts: Facts) -> tuple[int, int] | None | Observation:
    """First and last frame that should be there; None for those of the files; or why it is not known."""
    asked = rule.options.get("range", "expected")
    if isinstance(asked, tuple):
        return asked
    if asked == "file":
        return None
    if asked == "tracker" and facts.expected is None:
        return Observation(
            False,
            "a known frame range",
            evidence="no range was given, and none is known of its shot: use --range",
            unable=True,
        )
    return facts.expected


def _missing(rule: Rule, facts: Facts) -> Iterator[Observation]:
    sequence = _sequence(facts)
    asked = _asked_range(rule, facts)
    if isinstance(asked, Observation):
        yield asked
        return
    yield of_frames(rule, _missing_text(rule, sequence), "missing frames")


def _missing_text(rule: Rule, sequence: Mapping[str, Any]) -> str:
    """The missing frames: of those that are expected as the document tells them, which may be every second one."""
    asked = rule.options.get("range", "expected")
    if asked in ("expected", "tracker"):
        return str(sequence.get("missing") or "")
    present = parse_frames(str(sequence["ranges"]))
    if asked == "file":
        return "" if sequence.get("udim") else missing_frames(present)
    first, last = asked
    return missing_frames([first - 1, *(frame for frame in present if first <= frame <= last), last + 1])


def _unexpected(rule: Rule, facts: Facts) -> Iterator[Observation]:
    asked = _asked_range(rule, facts)
    if isinstance(asked, Observation):
        yield asked
    elif asked is not None:
        present = parse_frames(str(_sequence(facts)["ranges"]))
        outside = range_of(frame for frame in present if not asked[0] <= frame <= asked[1])
        yield of_frames(rule, outside, f"frames outside {asked[0]}-{asked[1]}")
    else:
        yield Observation(False, "a known frame range", evidence="no range was given, and none is known", moot=True)


def _padding(rule: Rule, facts: Facts) -> Iterator[Observation]:
    pad = _sequence(facts).get("pad")
    yield Observation(not broken(pad, rule.expect), f"{all_told(rule.expect)} digits", f"{pad} digits")


def _frames(key: str, what: str, need: Need) -> Callable[[Rule, Facts], Iterator[Observation]]:
    """A check of frames that the document lists under a key."""

    def judge(rule: Rule, facts: Facts) -> Iterator[Observation]:
        document = facts.document(need)
        found = (document.get("sequence") or {}).get(key)
        if need is Need.PIXELS:
            yield from unseen_frames(rule, document)
        if found is None and need is not Need.NAMES:
            yield Observation(False, f"no {what}", evidence="it was not looked at", unable=True)
        else:
            yield of_frames(rule, str(found or ""), what)

    return judge


def _unreadable(rule: Rule, facts: Facts) -> Iterator[Observation]:
    """Frames that cannot be read whole: those of 0 bytes, those that are cut off, and others, each reason apart."""
    reasons = unwhole_frames(_sequence(facts, Need.HEADERS))
    every = of_frames(rule, range_of(frame for frames in reasons.values() for frame in frames), "unreadable frames")
    if every.ok:
        yield every
        return
    for reason, frames in reasons.items():
        yield replace(every, observed=reason, frames=range_of(frames))


def _size_outliers(rule: Rule, facts: Facts) -> Iterator[Observation]:
    outliers = _sequence(facts, Need.HEADERS).get("size_outliers") or []
    if outliers:
        frames = range_of(entry["frame"] for entry in outliers)
        sizes = ", ".join(f"{entry['frame']}: {entry['size_bytes']} bytes" for entry in outliers[:5])
        median = outliers[0].get("median_bytes")
        yield of_frames(rule, frames, "frames of another size", evidence=f"{sizes}; others {median} bytes")


def _constant(rule: Rule, facts: Facts) -> Iterator[Observation]:
    from app.qc.headerclasses import header_classes

    classes = header_classes(facts, rule)
    for selector in rule.selectors:
        if all(found.absent for kind in classes for found in selector.find(kind.document)):
            yield Observation(False, "the same in all frames", evidence=selector.text, nothing=True)
        usual = {found.path: found.value for found in selector.find(classes[0].document)}
        for other in classes[1:]:
            yield from _differences(usual, selector, other)


def _differences(usual: dict[str, Any], selector: Any, other: Any) -> Iterator[Observation]:
    """Where a class of frames differs from the usual one, each value apart."""
    from app.qc.values import words

    found = {one.path: one for one in selector.find(other.document)}
    for path in dict.fromkeys([*usual, *found]):
        one = found.get(path)
        value = one.value if one else None
        if value != usual.get(path):
            yield Observation(
                False,
                f"{path} {words(usual.get(path))} in all frames",
                words(value),
                other.frames,
                one.part if one else "",
                one.channel if one else "",
                evidence=path,
            )


def _timecode(rule: Rule, facts: Facts) -> Iterator[Observation]:
    timecode = _sequence(facts, Need.HEADERS).get("timecode")
    if not timecode:
        yield Observation(False, "a time code in each frame", nothing=True)
        return
    if timecode.get("without"):
        yield Observation(False, "a time code in each frame", "none", str(timecode["without"]), nothing=True)
    breaks = timecode.get("breaks") or []
    if not breaks:
        yield Observation(bool(timecode.get("continuous")), "time code without a break", "a break")
        return
    first = breaks[0]
    seen = of_frames(
        rule,
        range_of(entry["frame"] for entry in breaks),
        "breaks of time code",
        evidence=f"frame {first['frame']} has {first['found']}, not {first['expected']}",
    )
    count = int(timecode.get("break_count") or 0)
    if count > len(breaks):  # the first hundred are told
        more = "max" in rule.expect and count > rule.expect["max"]
        seen = replace(seen, ok=seen.ok and not more, observed=f"{count}, the first of them {seen.frames}")
    yield seen


def _check(name: str, summary: str, need: Need, judge: Callable[[Rule, Facts], Iterator[Observation]]) -> Check:
    return Check(name, summary, need, _SEQUENCE, expects=FRAME_LIMITS, judge=judge)


CHECKS = (
    Check(
        "sequence.missing",
        "Frames of the range that have no file.",
        Need.NAMES,
        _SEQUENCE,
        expects=FRAME_LIMITS,
        options=(_RANGE,),
        judge=_missing,
    ),
    Check(
        "sequence.range",
        "Frames before or behind the range that was given or that the shot should have; skipped where there is none.",
        Need.NAMES,
        _SEQUENCE,
        expects=FRAME_LIMITS,
        options=(_RANGE,),
        judge=_unexpected,
    ),
    Check(
        "sequence.padding",
        "Digits of the frame number.",
        Need.NAMES,
        _SEQUENCE,
        operators=("eq", "in", "min", "max"),
        default=None,
        judge=_padding,
    ),
    _check(
        "sequence.duplicate_frames",
        "Frames that are there in another padding too.",
        Need.NAMES,
        _frames("duplicate_frames", "frames in two paddings", Need.NAMES),
    ),
    _check(
        "sequence.zero_byte",
        "Frames of 0 bytes.",
        Need.NAMES,
        _frames("zero_byte", "frames of 0 bytes", Need.NAMES),
    ),
    _check(
        "sequence.truncated",
        "Frames that end too early.",
        Need.HEADERS,
        _frames("truncated", "truncated frames", Need.HEADERS),
    ),
    _check(
        "sequence.unreadable",
        "Frames that cannot be read whole: empty, cut off, or damaged in header or table of chunks.",
        Need.HEADERS,
        _unreadable,
    ),
    _check("sequence.size_outliers", "Frames much smaller or larger than the rest.", Need.HEADERS, _size_outliers),
    Check(
        "sequence.constant",
        "Facts that have to be equal in all frames.",
        Need.HEADERS,
        _SEQUENCE,
        options=(Parameter("select", "selectors", "the facts"),),
        judge=_constant,
    ),
    _check("sequence.timecode_continuous", "Whether the time code goes up by one a frame.", Need.HEADERS, _timecode),
    _check(
        "sequence.frozen",
        "Frames whose pixels are those of the frame before.",
        Need.PIXELS,
        _frames("frozen", "frozen frames", Need.PIXELS),
    ),
)
