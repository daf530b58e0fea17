"""One fault, one objection: rules that could not look at frames which another rule objects to as unreadable."""

from dataclasses import dataclass, replace

from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.qc.findings import Finding, Outcome, RuleResult, worst_of
from app.qc.policy import Group, Rule, leaves

#: Checks that object to files which no other check can look at.
_OF_FILES = frozenset(
    {
        "files.zero_byte",
        "files.readable",
        "sequence.zero_byte",
        "sequence.truncated",
        "sequence.unreadable",
        "pixels.damaged",
        "video.decode",
        "audio.decode",
    }
)
#: Those among them that are about one kind of fault.
_ONE_FAULT = frozenset({"files.zero_byte", "sequence.zero_byte", "sequence.truncated"})


@dataclass(frozen=True, slots=True)
class _Place:
    """A frame (None: the whole asset) and a part and channel of it (empty: all of them)."""

    frame: Frame | None
    part: str = ""
    channel: str = ""

    def around(self) -> tuple["_Place", ...]:
        """Itself, and the larger places that it lies in."""
        parts, channels = dict.fromkeys((self.part, "")), dict.fromkeys((self.channel, ""))
        return tuple(_Place(self.frame, part, channel) for part in parts for channel in channels)


def explained(
    results: tuple[RuleResult, ...], rules: tuple[Rule | Group, ...], unrecorded: frozenset[str] = frozenset()
) -> tuple[RuleResult, ...]:
    """The results, in which that is skipped what a rule could not look at since another rule failed it, and that alone.

    The asset fails all the same: the rule that is named objects with the severity `error`.

    Args:
        results: of the rules of one asset.
        rules: of the policy.
        unrecorded: the rules about what was never recorded; damage is no reason for that.
    """
    checks = {rule.id: rule.check for rule in leaves(rules)}
    blamed: dict[_Place, str] = {}
    for result in results:
        if result.outcome is Outcome.FAIL and result.severity == "error" and checks.get(result.rule) in _OF_FILES:
            for finding in result.findings:
                for place in _places(finding):
                    blamed.setdefault(place, result.rule)
    if not blamed:
        return results
    once = [_once(result, blamed, checks) for result in results]
    return tuple(result if result.rule in unrecorded else _explained(result, blamed) for result in once)


def _once(result: RuleResult, blamed: dict[_Place, str], checks: dict[str, str]) -> RuleResult:
    """A rule about frames that cannot be read, without those to which a rule about just that fault objects."""
    if checks.get(result.rule) != "sequence.unreadable" or result.outcome is not Outcome.FAIL:
        return result
    left = [
        one
        for one in result.findings
        if not one.frames or any(checks.get(blamed.get(place, "")) not in _ONE_FAULT for place in _places(one))
    ]
    if left:
        return replace(result, findings=tuple(left))
    findings = tuple(
        replace(one, outcome=Outcome.SKIPPED, evidence=f"{one.observed}; see {blamed[_places(one)[0]]}")
        for one in result.findings
    )
    return replace(result, outcome=Outcome.SKIPPED, findings=findings)


def _places(finding: Finding) -> list[_Place]:
    frames = parse_frames(finding.frames) if finding.frames else (None,)
    return [_Place(frame, finding.part, finding.channel) for frame in frames]


def _explained(result: RuleResult, blamed: dict[_Place, str]) -> RuleResult:
    """The result; what it could not look at is skipped where that is somebody else's fault, else nothing of it."""
    if not result.findings:
        return result
    findings = []
    for one in result.findings:
        blames = [_blame(place, blamed) for place in _places(one)] if one.outcome is Outcome.ERROR else []
        if None in blames:
            return result
        told = f"{one.evidence or one.observed}; see {blames[0]}" if blames else one.evidence
        findings.append(replace(one, outcome=Outcome.SKIPPED, evidence=told) if blames else one)
    outcome = worst_of({one.outcome for one in findings}, result.severity)
    return replace(result, outcome=outcome, findings=tuple(findings))


def _blame(place: _Place, blamed: dict[_Place, str]) -> str | None:
    """The rule that objects to a place or to a larger one that it lies in."""
    return next((blamed[larger] for larger in place.around() if larger in blamed), None)
