"""Judges one asset by a policy."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from app.errors import AppError
from app.model.frames import Frame
from app.qc.checks.check import FrameJudge
from app.qc.checks.framelists import range_of
from app.qc.checks.registry import CHECKS
from app.qc.checks.streams import otherwise_measured
from app.qc.explaining import explained
from app.qc.facts import Document, Facts, Need
from app.qc.findings import WORST_FIRST, AssetResult, Finding, Observation, Outcome, RuleResult, unable_by, worst_of
from app.qc.headerclasses import HeaderClass, has_header, header_classes, headerless, untold
from app.qc.matching import SlowExpression, begin_rule, searching
from app.qc.operators import EXPRESSIONS
from app.qc.policy import Group, Match, Policy, Rule, leaves
from app.qc.selecting import judge_selection
from app.qc.selectors import Selector
from app.qc.tallying import tallied

#: Findings that one rule may have about one asset; what is more is counted in the last.
MOST_FINDINGS = 200

#: Roots of selectors that find the same in a file without a header.
_OF_ANY_FILE = frozenset({"file", "kind", "schema_version"})

Waive = Callable[[Finding], Finding]


def judge(policy: Policy, facts: Facts, waive: Waive | None = None) -> AssetResult:
    """Judge an asset.

    Args:
        policy: the policy.
        facts: what is known of the asset; only as much is read as its rules need.
        waive: gives a finding back as waived where somebody may and did.

    Raises:
        Cancelled: as reading does. An asset that cannot be read is a result: its rules come to `error`.
    """
    judging = _Judging(facts)
    with searching():
        if why := _slow_match(policy.match, facts):
            return AssetResult(facts.asset, tuple(judging.failed(rule, why) for rule in policy.rules))
        judging.look_at_frames(policy.rules)
        results = tuple(result for rule in policy.rules if (result := judging.result(rule)) is not None)
    results = explained(results, policy.rules, frozenset(judging.unrecorded))
    results = tallied(results, judging.asked)
    if waive is not None:
        results = tuple(_waived(result, waive) for result in results)
    return AssetResult(facts.asset, results)


def is_about(policy: Policy, facts: Facts) -> bool:
    """Whether the policy is about an asset at all; it may be where an expression takes too long to tell."""
    with searching():
        return _slow_match(policy.match, facts) is not None or _fits(policy.match, facts)


def _slow_match(match: Match, facts: Facts) -> SlowExpression | None:
    """Why an expression cannot tell whether a match fits an asset; None where it can, or there is none."""
    begin_rule()
    try:
        if not match.expect.keys().isdisjoint(EXPRESSIONS):
            _fits(match, facts)
    except SlowExpression as error:
        return error
    return None


def _fits(match: Match, facts: Facts) -> bool:
    if not match.fits(facts.asset, facts.kinds):
        return False
    if match.select is None:
        return True
    try:
        if "sequence" in facts.kinds and match.select.need is Need.HEADER:
            documents = [kind.document for kind in header_classes(facts, match)]
        else:
            documents = [facts.document(match.select.need)]
    except AppError:
        return True  # it cannot be told: the rule runs, and says what is wrong
    if otherwise_measured(match, documents[0].get("stats") or {}):
        return True
    return any(match.holds(document) or _may_hold(match.select, document) for document in documents)


def _may_hold(select: Selector, document: Document) -> bool:
    """Whether what is asked for may be in the part of a header that is not known."""
    return _is_headerless(document) and all(one.absent for one in select.find(document))


def _is_headerless(document: Document) -> bool:
    """Whether the header is not, or not wholly, known: what is not in the document may be in the file."""
    codes = [str(error.get("code", "")) for error in document.get("errors") or ()]
    return not has_header(document) or any(code.startswith("header.") for code in codes)


def _may_fit_unseen(match: Match, facts: Facts) -> bool:
    """Whether a match fits no frame of a sequence whose header is known, but may fit one without a header."""
    select = match.select
    if select is None or select.need is not Need.HEADER or select.root in _OF_ANY_FILE:
        return False
    if not match.fits(facts.asset, facts.kinds):
        return False
    try:
        return bool(headerless(facts)) and not _fits(match, facts)
    except AppError:
        return False  # then it fits


class _Judging:
    """The rules of one policy over one asset.

    Attributes:
        unrecorded: the rules about something that was never recorded.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._seen: dict[str, FrameJudge] = {}
        self._sampled: dict[str, frozenset[Frame]] = {}
        self._over_frames: set[str] = set()
        self.unrecorded: set[str] = set()

    def look_at_frames(self, rules: tuple[Rule | Group, ...]) -> None:
        """Read the frames that rules about pixels ask for: each frame once for every share of rows."""
        by_rows: dict[int, list[tuple[FrameJudge, frozenset[Frame]]]] = defaultdict(list)
        numbers = tuple(self._facts.frame_numbers())
        for rule in leaves(rules):
            check = CHECKS.get(rule.check)
            if check is None or check.frames is None or _slow_match(rule.when, self._facts) is not None:
                continue
            if not self._applies(rule) or not _fits(rule.when, self._facts):
                continue
            judge = self._seen[rule.id] = check.frames(rule)
            asked = self._sampled[rule.id] = frozenset(rule.sample.of(numbers))
            by_rows[rule.sample.rows].append((judge, asked))
        for rows, judges in by_rows.items():
            wanted = frozenset[Frame]().union(*(frames for _, frames in judges))
            for frame, document in self._facts.frame_documents(sorted(wanted), rows):
                for judge, frames in judges:
                    if frame is not None and frame not in frames:
                        continue
                    if isinstance(document, AppError):
                        judge.fail(frame, document)
                    else:
                        judge.see(frame, document)

    def result(self, rule: Rule | Group) -> RuleResult | None:
        """What became of a rule; None where it is not about this asset."""
        if why := _slow_match(rule.when, self._facts):
            return self.failed(rule, why)
        if isinstance(rule, Group):
            return self._group(rule)
        if not self._applies(rule):
            return None
        if _is_of_headers(rule) and rule.when.select is None:
            self._over_frames.add(rule.id)
        try:
            observations = list(self._observations(rule))
        except AppError as error:
            observations = [unable_by(error)]
        return self._made(rule, observations)

    def failed(self, rule: Rule | Group, error: AppError) -> RuleResult:
        """The result of a rule of which it cannot be told whether it is about the asset."""
        finding = Finding(rule.id, Outcome.ERROR, rule.severity, self._facts.asset, evidence=error.message)
        return RuleResult(rule.id, rule.title, Outcome.ERROR, rule.severity, (finding,))

    def asked(self, rule_id: str) -> int:
        """How many frames of a sequence a rule, or a group of rules about headers, looks at; 0 where it is not told."""
        if rule_id in self._sampled:
            return len(self._sampled[rule_id])
        return len(self._facts.frame_numbers()) if rule_id in self._over_frames else 0

    def _applies(self, rule: Rule) -> bool:
        kinds = CHECKS[rule.check].kinds if rule.check else frozenset[str]()
        if kinds and not kinds & self._facts.kinds:
            return False
        return _fits(rule.when, self._facts) or _may_fit_unseen(rule.when, self._facts)

    def _observations(self, rule: Rule) -> Iterable[Observation]:
        if rule.id in self._seen:
            return self._seen[rule.id].observations()
        if _may_fit_unseen(rule.when, self._facts):
            return self._unseen_headers(rule)
        judge = CHECKS[rule.check].judge if rule.check else None
        if _is_of_headers(rule) and not has_header(self._facts.document(Need.HEADERS)):
            return self._unseen_headers(rule)
        seen = judge(rule, self._facts) if judge else judge_selection(rule, self._documents(rule))
        return [*seen, *self._unseen_headers(rule)] if _is_of_headers(rule) else seen

    def _untold(self, group: Group) -> RuleResult:
        """The result of a group of which it cannot be told whether it is about a frame without a header."""
        findings = tuple(
            Finding(group.id, Outcome.ERROR, group.severity, self._facts.asset, one.expected, one.observed, one.frames)
            for one in self._headerless()
        )
        return RuleResult(group.id, group.title, Outcome.ERROR, group.severity, findings)

    def _unseen_headers(self, rule: Rule) -> Iterator[Observation]:
        """What a rule about headers could not look at: frames without one, differences that are not told."""
        if why := untold(self._facts, rule):
            yield Observation(False, "headers that can be compared", evidence=why, unable=True)
        yield from self._headerless()

    def _headerless(self) -> Iterator[Observation]:
        for reason, frames in headerless(self._facts).items():
            yield Observation(
                False, "a header that can be read", reason, range_of(frames), evidence=reason, unable=True
            )

    def _documents(self, rule: Rule) -> list[HeaderClass]:
        """The documents that a selection looks at: one for each kind of header among the frames."""
        if rule.need is not Need.HEADER or "sequence" not in self._facts.kinds:
            return [HeaderClass(self._facts.document(rule.need))]
        return header_classes(self._facts, rule)

    def _made(self, rule: Rule, observations: list[Observation]) -> RuleResult:
        """The result of a rule from what it saw."""
        findings = [finding for one in observations if (finding := self._finding(rule, one)) is not None]
        findings = _merged(findings)
        outcome = worst_of({finding.outcome for finding in findings}, rule.severity)
        return RuleResult(rule.id, rule.title, outcome, rule.severity, tuple(_limited(findings)))

    def _finding(self, rule: Rule, seen: Observation) -> Finding | None:
        outcome = Outcome.ERROR if seen.unable else Outcome.FAIL
        if seen.moot:
            outcome = Outcome.SKIPPED
        elif seen.unrecorded:
            self.unrecorded.add(rule.id)
            outcome = Outcome.ERROR
        elif seen.nothing:
            if rule.missing == "pass":
                return None
            outcome = Outcome.SKIPPED if rule.missing == "skip" else Outcome.FAIL
        elif seen.ok:
            return None
        return Finding(
            rule.id,
            outcome,
            rule.severity,
            self._facts.asset,
            seen.expected,
            seen.observed or (f"no {seen.evidence}" if seen.nothing and seen.evidence else ""),
            seen.frames,
            seen.part,
            seen.channel,
            seen.region,
            seen.evidence,
        )

    def _group(self, group: Group) -> RuleResult | None:
        if _may_fit_unseen(group.when, self._facts):
            return self._untold(group)
        if not _fits(group.when, self._facts):
            return None
        results = [result for rule in group.rules if (result := self.result(rule)) is not None]
        counting = [result for result in results if result.outcome is not Outcome.SKIPPED]
        if not results:
            return None
        if not counting:
            skipped = tuple(replace(finding, rule=group.id) for finding in results[0].findings[:1])
            return RuleResult(group.id, group.title, Outcome.SKIPPED, group.severity, skipped)
        outcomes = [result.outcome for result in counting]
        outcome = _GROUPS[group.how](outcomes)
        if outcome is Outcome.FAIL and Outcome.ERROR in outcomes:
            outcome = worst_of(outcomes, group.severity)
        if outcome is Outcome.PASS:
            return RuleResult(group.id, group.title, outcome, group.severity)
        of_all = group.how != "none" and group.when.select is None
        if of_all and all(result.rule in self._over_frames for result in counting):
            self._over_frames.add(group.id)
        wrong = [finding for result in counting for finding in result.findings]
        if outcome is Outcome.ERROR:
            wrong = [finding for finding in wrong if finding.outcome is Outcome.ERROR]
        expected = f"{group.how} of: " + "; ".join(rule.title for rule in group.rules)
        observed = "; ".join(dict.fromkeys(one.observed or one.evidence for one in wrong))
        frames = {one.frames for one in wrong}
        if group.how == "none" and outcome is Outcome.FAIL:
            holding = [result.title for result in counting if result.outcome is Outcome.PASS]
            observed, frames = f"this holds: {'; '.join(holding)}", {""}
        finding = Finding(
            group.id,
            outcome,
            group.severity,
            self._facts.asset,
            expected,
            observed,
            frames.pop() if len(frames) == 1 else "",
        )
        return RuleResult(group.id, group.title, outcome, group.severity, (finding,))


def _is_of_headers(rule: Rule) -> bool:
    """Whether a rule asks something of the header of each frame."""
    if rule.check:
        return rule.check.startswith("exr.") or rule.check in ("sequence.constant", "sequence.timecode_continuous")
    return rule.need is Need.HEADER


def _any(outcomes: list[Outcome]) -> Outcome:
    if Outcome.PASS in outcomes:
        return Outcome.PASS
    return Outcome.ERROR if Outcome.ERROR in outcomes else Outcome.FAIL


def _all(outcomes: list[Outcome]) -> Outcome:
    return next(outcome for outcome in WORST_FIRST if outcome in outcomes)


def _none(outcomes: list[Outcome]) -> Outcome:
    if Outcome.PASS in outcomes:
        return Outcome.FAIL
    return Outcome.ERROR if Outcome.ERROR in outcomes else Outcome.PASS


_GROUPS: Mapping[str, Callable[[list[Outcome]], Outcome]] = {"any": _any, "all": _all, "none": _none}


def _merged(findings: list[Finding]) -> list[Finding]:
    """Findings that say the same of other frames, as one."""
    from app.files.framerange import parse_frames

    by_words: dict[Finding, list[str]] = defaultdict(list)
    for finding in findings:
        by_words[replace(finding, frames="")].append(finding.frames)
    merged = []
    for finding, frames in by_words.items():
        text = frames[0]
        if len(frames) > 1 and all(frames):
            text = range_of(frame for one in frames for frame in parse_frames(one))
        merged.append(replace(finding, frames=text))
    return merged


def _limited(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= MOST_FINDINGS:
        return findings
    findings = sorted(findings, key=lambda finding: finding.outcome is not Outcome.ERROR)
    last = findings[MOST_FINDINGS - 1]
    more = len(findings) - MOST_FINDINGS + 1
    return [*findings[: MOST_FINDINGS - 1], replace(last, evidence=f"and {more - 1} more like this")]


def _waived(result: RuleResult, waive: Waive) -> RuleResult:
    """The result with findings waived: it is waived where nothing else is left of it."""
    if not any(finding.outcome is Outcome.FAIL for finding in result.findings):
        return result
    findings = tuple(waive(finding) for finding in result.findings)
    outcome = worst_of({finding.outcome for finding in findings}, result.severity)
    return replace(result, findings=findings, outcome=outcome)
