"""Lists of frames in range notation: how many they are, how long their longest run is, whether a rule takes them."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.files.framerange import frame_range, parse_frames
from app.model.frames import Frame
from app.qc.checks.check import Parameter
from app.qc.findings import Observation
from app.qc.policy import Rule

#: What checks that find frames may expect.
FRAME_LIMITS = (
    Parameter("max", "count", "how many frames it may find; 0 where nothing is said"),
    Parameter("max_run", "count", "how many of them may follow each other"),
)

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_CHUNK = re.compile(rf"({_NUMBER})(?:-({_NUMBER})(?:x({_NUMBER}))?)?\Z")


def counted(text: str) -> tuple[int, int]:
    """How many frames a range holds, and how many follow each other at most. Nothing is expanded."""
    count = longest = 0
    for chunk in filter(None, text.split(",")):
        match = _CHUNK.match(chunk)
        if match is None:
            continue
        first, last = Decimal(match[1]), Decimal(match[2] or match[1])
        step = Decimal(match[3] or 1)
        frames = int((last - first) / step) + 1
        count += frames
        longest = max(longest, frames if step == 1 else 1)
    return count, longest


def limits_told(rule: Rule, what: str) -> str:
    """What a rule expects of the frames that a check finds."""
    if "max_run" in rule.expect:
        run = f"at most {rule.expect['max_run']} {what} in a row"
        return f"at most {rule.expect['max']} {what}, {run}" if "max" in rule.expect else run
    most = rule.expect.get("max", 0)
    return f"at most {most} {what}" if most else f"no {what}"


def of_frames(rule: Rule, text: str, what: str, evidence: str = "", least: tuple[int, int] = (0, 0)) -> Observation:
    """Whether a rule takes so many frames.

    Args:
        rule: its `expect` has `max` or `max_run`.
        text: the frames in range notation.
        what: what they are, in the plural: `missing frames`.
        evidence: where it was seen.
        least: how many they are, and how many follow each other, where the text may not name all of them.
    """
    count, longest = map(max, counted(text), least)
    most = rule.expect.get("max", 0 if "max_run" not in rule.expect else count)
    ok = count <= most and longest <= rule.expect.get("max_run", longest)
    seen = f"{count} {_one(what) if count == 1 else what}: {text}" if count else "none"
    return Observation(ok, limits_told(rule, what), seen, text, evidence=evidence)


def _one(what: str) -> str:
    """The singular of what is counted: `frame of 0 bytes`."""
    return what.replace("frames", "frame", 1).replace("breaks", "break", 1)


def range_of(frames: Iterable[Frame | float]) -> str:
    """Frames in any order, in range notation; decimal ones may be as JSON has them."""
    return frame_range(sorted({Decimal(str(one)) if isinstance(one, float) else one for one in frames}))


def unwhole_frames(sequence: Mapping[str, Any]) -> dict[str, set[Frame]]:
    """The frames of a sequence that cannot be read whole, by the reason."""
    empty = frames_in(sequence.get("zero_byte"))
    told = {"the file is empty": empty}
    for entry in [*(sequence.get("unreadable") or []), *(sequence.get("incomplete") or [])]:
        told.setdefault(str(entry.get("reason") or "cannot be read"), set()).update(frames_in(entry["frames"]))
    known = set[Frame]().union(*told.values())
    told.setdefault("the file is cut off", set()).update(frames_in(sequence.get("truncated")) - known)
    return {reason: frames for reason, frames in told.items() if frames}


def frames_in(text: Any) -> set[Frame]:
    """The frames of a range; none where there is no text."""
    return set(parse_frames(str(text))) if text else set()
