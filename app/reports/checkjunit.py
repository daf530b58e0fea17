"""What a check found as JUnit XML: a suite for each asset, a case for each rule.

The form is the one that Jenkins' `xunit` plug-in publishes as junit-10.xsd and that other readers of test results
share: `testsuites` with `testsuite`, `testcase`, and in it `failure`, `error` or `skipped`, each with `message` and
`type`. Letters that XML 1.0 does not know are written as their code points.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from app.qc.checking import CheckResult
from app.qc.findings import AssetResult, Finding, Outcome, RuleResult
from app.reports.checkwords import told, where_of

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_lines(result: CheckResult, now: datetime | None = None) -> Iterator[str]:
    """The lines of the XML document.

    Args:
        result: what was found.
        now: when it was checked; the clock's time where omitted.
    """
    moment = f"{now or datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    policy = result.policy
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    totals = _attributes([one for asset in result.assets for one in asset.results])
    yield f'<testsuites name={_quoted(f"{policy.id} {policy.version}")} {totals} time="0">'
    for number, asset in enumerate(result.assets):
        yield from _suite(asset, number, result, moment)
    yield "</testsuites>"


def _suite(asset: AssetResult, number: int, result: CheckResult, moment: str) -> Iterator[str]:
    policy = result.policy
    yield (
        f'  <testsuite name={_quoted(asset.asset)} id="{number}" package={_quoted(policy.id)} hostname="localhost" '
        f'timestamp="{moment}" {_attributes(asset.results)} time="0">'
    )
    yield "    <properties>"
    for name, value in policy.reference.items():
        yield f"      <property name={_quoted(f'policy.{name}')} value={_quoted(value)}/>"
    yield "    </properties>"
    for rule in asset.results:
        yield from _case(asset, rule, policy.id)
    yield "  </testsuite>"


def _attributes(results: list[RuleResult] | tuple[RuleResult, ...]) -> str:
    """How many cases there are, and of each kind."""
    kinds = [_element(rule) for rule in results]
    return (
        f'tests="{len(kinds)}" failures="{kinds.count("failure")}" errors="{kinds.count("error")}"'
        f' skipped="{kinds.count("skipped")}"'
    )


def _element(rule: RuleResult) -> str:
    """What a case is told as; a warning and a waived finding pass, with words beside them."""
    if rule.outcome is Outcome.FAIL:
        return "failure" if rule.severity == "error" else ""
    return {Outcome.ERROR: "error", Outcome.SKIPPED: "skipped"}.get(rule.outcome, "")


def _case(asset: AssetResult, rule: RuleResult, policy: str) -> Iterator[str]:
    head = f'    <testcase name={_quoted(rule.rule)} classname={_quoted(f"{policy}.{asset.asset}")} time="0"'
    if not rule.findings:
        yield f"{head}/>"
        return
    yield f"{head}>"
    element = _element(rule)
    lines = "\n".join(_line(finding) for finding in rule.findings)
    if element == "skipped":
        yield f"      <skipped message={_quoted(told(rule.findings[0]))}/>"
    elif element:
        message = told(rule.findings[0])
        yield f"      <{element} message={_quoted(message)} type={_quoted(rule.rule)}>{_text(lines)}</{element}>"
    else:
        yield f"      <system-out>{_text(lines)}</system-out>"
    yield "    </testcase>"


def _line(finding: Finding) -> str:
    where = where_of(finding)
    parts = [f"{finding.severity} {finding.outcome.value}"]
    parts += [f"expected: {finding.expected}"] if finding.expected else []
    parts += [f"observed: {finding.observed}"] if finding.observed else []
    parts += [f"where: {where}"] if where else []
    parts += [f"evidence: {finding.evidence}"] if finding.evidence else []
    return "; ".join(parts)


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _text(text: str) -> str:
    return escape(_legal(text))


def _quoted(text: str) -> str:
    return quoteattr(_legal(text))
