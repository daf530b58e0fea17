"""One fault, one objection: rules that could not look at frames which another rule objects to as unreadable."""

from dataclasses import replace

from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.qc.findings import Finding, Outcome, RuleResult
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


def explained(results: tuple[RuleResult, ...], rules: tuple[Rule | Group, ...]) -> tuple[RuleResult, ...]:
    """The results, in which a rule is skipped that could not look at files another rule failed, and at those alone.

    The asset fails all the same: the rule that is named objects with the severity `error`.
    """
    checks = {rule.id: rule.check for rule in leaves(rules)}
    blamed: dict[Frame | None, str] = {}
    for result in results:
        if result.outcome is Outcome.FAIL and result.severity == "error" and checks.get(result.rule) in _OF_FILES:
            for finding in result.findings:
                for frame in _frames(finding):
                    blamed.setdefault(frame, result.rule)
    if not blamed:
        return results
    once = [_once(result, blamed, checks) for result in results]
    return tuple(_explained(result, blamed) for result in once)


def _once(result: RuleResult, blamed: dict[Frame | None, str], checks: dict[str, str]) -> RuleResult:
    """A rule about frames that cannot be read, without those to which a rule about just that fault objects."""
    if checks.get(result.rule) != "sequence.unreadable" or result.outcome is not Outcome.FAIL:
        return result
    left = [
        one
        for one in result.findings
        if not one.frames
        or any(checks.get(blamed.get(frame, "")) not in _ONE_FAULT for frame in parse_frames(one.frames))
    ]
    if left:
        return replace(result, findings=tuple(left))
    findings = tuple(
        replace(one, outcome=Outcome.SKIPPED, evidence=f"{one.observed}; see {blamed[parse_frames(one.frames)[0]]}")
        for one in result.findings
    )
    return replace(result, outcome=Outcome.SKIPPED, findings=findings)


def _frames(finding: Finding) -> tuple[Frame | None, ...]:
    return parse_frames(finding.frames) if finding.frames else (None,)


def _explained(result: RuleResult, blamed: dict[Frame | None, str]) -> RuleResult:
    """The result; skipped where all that it could not look at is somebody else's fault."""
    if result.outcome is not Outcome.ERROR or any(one.outcome is not Outcome.ERROR for one in result.findings):
        return result
    frames = [frame for finding in result.findings for frame in _frames(finding)]
    if not all(frame in blamed for frame in frames):
        return result
    findings = tuple(
        replace(one, outcome=Outcome.SKIPPED, evidence=f"{one.evidence}; see {blamed[_frames(one)[0]]}")
        for one in result.findings
    )
    return replace(result, outcome=Outcome.SKIPPED, findings=findings)
