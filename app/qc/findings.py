"""What judging gives: observations of checks, findings of rules, the result of an asset."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.errors import AppError

#: Code of the error of a fact that was never recorded.
NOT_RECORDED = "facts.not_recorded"


class Outcome(StrEnum):
    """What became of a rule. Only `PASS` says that it was checked and holds."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    WAIVED = "waived"
    SKIPPED = "skipped"
    ERROR = "error"


#: From the worst to the best: what several rules come to.
WORST_FIRST = (Outcome.FAIL, Outcome.ERROR, Outcome.WAIVED, Outcome.PASS, Outcome.SKIPPED)


def worst_of(outcomes: Collection[Outcome], severity: str) -> Outcome:
    """What a rule comes to by its findings; pass without any.

    Of a rule whose objections let an asset pass, what it could not look at counts for more than they do.
    """
    order = WORST_FIRST if severity == "error" else (Outcome.ERROR, *WORST_FIRST)
    return next((outcome for outcome in order if outcome in outcomes), Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that a check saw.

    Attributes:
        ok: whether it is as it should be.
        expected: what should be, in words.
        observed: what is.
        frames: in range notation; empty where it is about the whole asset.
        part: index and name of an EXR part.
        channel: name of a channel, or of a stream.
        region: rows or a window, in words.
        evidence: where it was seen, or why it could not be.
        nothing: there was nothing to look at.
        unable: it could not be looked at.
        unrecorded: it could not, since it was never recorded and the media is not there.
        moot: there is nothing to hold it against: the rule is skipped.
    """

    ok: bool
    expected: str = ""
    observed: str = ""
    frames: str = ""
    part: str = ""
    channel: str = ""
    region: str = ""
    evidence: str = ""
    nothing: bool = False
    unable: bool = False
    unrecorded: bool = False
    moot: bool = False


def unable_by(error: AppError) -> Observation:
    """What could not be looked at because of an error."""
    return Observation(False, evidence=error.message, unable=True, unrecorded=error.code == NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class Finding:
    """An objection of a rule, or why it could not be judged."""

    rule: str
    outcome: Outcome
    severity: str
    asset: str
    expected: str = ""
    observed: str = ""
    frames: str = ""
    part: str = ""
    channel: str = ""
    region: str = ""
    evidence: str = ""

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Finding":
        """The finding of its JSON form."""
        return cls(**{**document, "outcome": Outcome(document["outcome"])})

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "rule": self.rule,
            "outcome": self.outcome.value,
            "severity": self.severity,
            "expected": self.expected,
            "observed": self.observed,
            "frames": self.frames,
            "part": self.part,
            "channel": self.channel,
            "region": self.region,
            "evidence": self.evidence,
            "asset": self.asset,
        }


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of one rule: `findings` are empty where it passed."""

    rule: str
    title: str
    outcome: Outcome
    severity: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetResult:
    """What became of one asset.

    Attributes:
        asset: its path.
        results: one a rule that is about it, in the order of the policy.
        place: its path in raw bytes, where `asset` cannot tell it because it is no Unicode.
    """

    asset: str
    results: tuple[RuleResult, ...]
    place: bytes | None = None

    @property
    def outcome(self) -> Outcome:
        """The worst of its rules.

        A rule that fails with less than the severity `error` is told and lets the asset pass; one that could not run
        never does.
        """
        outcomes = {
            Outcome.PASS if result.outcome is Outcome.FAIL and result.severity != "error" else result.outcome
            for result in self.results
        }
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), Outcome.SKIPPED)

    @property
    def findings(self) -> list[Finding]:
        """All findings, in the order of the policy."""
        return [finding for result in self.results for finding in result.findings]


def counts_of(results: tuple[RuleResult, ...]) -> Mapping[str, int]:
    """How many rules came to each outcome; those that failed with less than the severity `error` are apart."""
    counts = {outcome.value: 0 for outcome in Outcome} | {"warnings": 0, "infos": 0}
    for result in results:
        if result.outcome is Outcome.FAIL and result.severity != "error":
            counts[f"{result.severity}s"] += 1
        else:
            counts[result.outcome.value] += 1
    return counts
