"""The operation `check`: judges files, sequences or a catalogued drive by a policy. It writes nothing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine import Engine
from app.errors import AppError, UsageError
from app.inspection.expected import Expected, expected_frames
from app.jobs.children import ChildPool
from app.jobs.events import Stage
from app.jobs.job import Job
from app.qc.facts import Facts
from app.qc.findings import WORST_FIRST, AssetResult, Finding, Outcome, RuleResult, counts_of
from app.qc.found import assets_below
from app.qc.judging import is_about, judge
from app.qc.livefacts import HANDLER, LiveFacts
from app.qc.policies import load_policy
from app.qc.policy import Policy
from app.qc.waivers import Waivers, read_waivers

_MEMORY_BYTES = 4 << 30
_MOST_CHILDREN = 8


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is checked.

    Attributes:
        paths: folders with all below them, files, patterns of sequences.
        policy: the id of a shipped policy, or a file.
        drive: a catalogued drive instead of paths, or whose part below the paths is meant; by label or id.
        range: the frames that each sequence should have (`1001-1100`).
        variables: name and value of variables of the policy.
        waivers: the file of waivers.
        report: `html`, `json` or `junit`: what is written to `out`; empty for nothing.
        out: the file that the report is written to.
    """

    paths: tuple[str, ...]
    policy: str
    drive: str = ""
    range: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    waivers: str = ""
    report: str = ""
    out: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a policy says of assets.

    Attributes:
        policy: the policy.
        assets: each asset that it is about, in the order in which they were found.
        others: how many assets it is not about.
        recorded: whether recorded facts were judged, not the media.
        report: the file of the report; empty where none was asked for.
    """

    policy: Policy
    assets: tuple[AssetResult, ...]
    others: int = 0
    recorded: bool = False
    report: str = ""

    @property
    def outcome(self) -> Outcome:
        """The worst of all assets; skipped where there was none."""
        outcomes = {asset.outcome for asset in self.assets}
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), Outcome.SKIPPED)

    @property
    def counts(self) -> dict[str, int]:
        """Assets that were judged, those the policy is not about, and rules by outcome."""
        totals = {"assets": len(self.assets), "others": self.others} | dict.fromkeys(counts_of(()), 0)
        for asset in self.assets:
            for name, number in counts_of(asset.results).items():
                totals[name] += number
        return totals

    @property
    def findings(self) -> list[Finding]:
        """Every finding."""
        return [finding for asset in self.assets for finding in asset.findings]

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "policy": self.policy.reference,
            "outcome": self.outcome.value,
            "counts": self.counts,
            "recorded": self.recorded,
            "assets": [{"asset": asset.asset, "outcome": asset.outcome.value} for asset in self.assets],
            "findings": [finding.document() for finding in self.findings],
        }


def check(engine: Engine, request: CheckRequest, job: Job) -> CheckResult:
    """Judge assets by a policy, one after the other.

    Raises:
        BadPolicy: the policy or the waivers cannot be used.
        InputError: a path is not there, or there is no such policy or drive.
        UsageError: a variable or the range cannot be read, or there is nothing to check.
        Cancelled: it was stopped.
    """
    if not request.paths and not request.drive:
        raise UsageError("There is nothing to check", hint="Name files, folders or patterns, or --drive D.")
    policy = load_policy(request.policy, dict(request.variables))
    waivers = read_waivers(request.waivers, policy) if request.waivers else Waivers()
    expected = expected_range(request.range)
    results: list[AssetResult] = []
    others = 0
    known = _Interned()
    job.stage(Stage.CHECK)
    children = min(_MOST_CHILDREN, os.cpu_count() or 1)
    with ChildPool(HANDLER, children, memory_bytes=_MEMORY_BYTES) as pool:
        for facts in _live(request.paths, expected, pool, job):
            if isinstance(facts, AssetResult):
                results.append(facts)
            elif is_considered(policy, facts):
                job.progress(len(results), current=facts.asset)
                results.append(known.result(judge(policy, facts, waivers.waive)))
            else:
                others += 1
    job.progress(len(results), last=True)
    return CheckResult(policy, tuple(results), others)


def expected_range(text: str) -> Expected | None:
    """The frames that sequences should have.

    Raises:
        UsageError: it is no range, or one with steps.
    """
    if not text:
        return None
    expected = expected_frames(text, "option")
    if not isinstance(expected.frames, range):
        raise UsageError(f"{text} is no range of all frames", hint="Write the first and the last: 1001-1100.")
    return expected


def is_considered(policy: Policy, facts: Facts) -> bool:
    """Whether an asset is judged: media, or whatever the policy names by its extension or path."""
    named = bool(policy.match.extensions or policy.match.paths)
    return (named or len(facts.kinds) > 1) and is_about(policy, facts)


def _live(
    paths: tuple[str, ...], expected: Expected | None, pool: ChildPool, job: Job
) -> Iterator[LiveFacts | AssetResult]:
    """The facts of each asset; a folder that cannot be read is the result of an asset that could not be judged."""
    for found in assets_below(paths, job):
        if isinstance(found, tuple):
            path, error = found
            job.item_failed(path, error.message, error.code)
            yield unreadable(path, error)
        else:
            yield LiveFacts(found, pool, job, expected if found.sequence else None)


def unreadable(path: str, error: AppError) -> AssetResult:
    """The result of what could not be looked at at all."""
    finding = Finding("readable", Outcome.ERROR, "error", path, "can be read", error.message, evidence=error.message)
    return AssetResult(path, (RuleResult("readable", "It can be read", Outcome.ERROR, "error", (finding,)),))


class _Interned:
    """Keeps one object for each rule that passed, however many assets there are."""

    def __init__(self) -> None:
        self._passed: dict[str, RuleResult] = {}

    def result(self, result: AssetResult) -> AssetResult:
        """The same result, with shared parts."""
        results = tuple(
            self._passed.setdefault(one.rule, one) if one.outcome is Outcome.PASS else one for one in result.results
        )
        return AssetResult(result.asset, results)
