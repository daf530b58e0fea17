"""Rules over frames of which some could not be judged: how many frames were, and pass."""

from collections.abc import Callable
from dataclasses import replace

from app.files.framerange import parse_frames
from app.model.frames import Frame
from app.qc.findings import Finding, Outcome, RuleResult

_NOT_JUDGED = (Outcome.ERROR, Outcome.SKIPPED)


def tallied(results: tuple[RuleResult, ...], asked: Callable[[str], int]) -> tuple[RuleResult, ...]:
    """The results, in which rules that judged some frames and object to none of them say how many those are.

    The outcome stays: that of a frame that was not judged is not known.

    Args:
        results: of the rules of one asset.
        asked: how many frames the rule of an id looks at; 0 where it is not about frames.
    """
    return tuple(_tallied(result, asked) for result in results)


def _tallied(result: RuleResult, asked: Callable[[str], int]) -> RuleResult:
    findings = result.findings
    if result.outcome not in _NOT_JUDGED or not all(one.frames and one.outcome in _NOT_JUDGED for one in findings):
        return result
    total = asked(result.rule)
    unseen = set[Frame]().union(*(parse_frames(one.frames) for one in findings))
    if len(unseen) >= total:
        return result
    passed = f"{total - len(unseen):,} of {total:,} {'frame' if total == 1 else 'frames'} pass; not judged"
    return replace(result, findings=tuple(_with_tally(one, passed) for one in findings))


def _with_tally(finding: Finding, passed: str) -> Finding:
    observed = finding.observed or finding.evidence
    return replace(
        finding, observed=f"{passed}: {observed}", evidence=f"{passed}: {finding.evidence}" if finding.evidence else ""
    )
