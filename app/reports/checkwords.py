"""What a check found, sorted for people: assets from the worst to the best, with what is to be said of each."""

from app.model.names import shown
from app.qc.checking import CheckResult
from app.qc.findings import WORST_FIRST, AssetResult, Finding, Outcome
from app.qc.waivers import refusal_of

_ONE = {"warnings": "warning", "infos": "info"}
_MOST_WAIVERS = 5
_SEVERITY = {"error": 0, "warning": 1, "info": 2}


def worst_first(result: CheckResult) -> list[AssetResult]:
    """The assets, the worst first, those alike by path."""
    return sorted(result.assets, key=lambda asset: (_rank(asset), asset.asset))


def _rank(asset: AssetResult) -> tuple[int, int]:
    findings = [one for one in asset.findings if one.outcome is Outcome.FAIL]
    return WORST_FIRST.index(asset.outcome), min((_SEVERITY[one.severity] for one in findings), default=3)


def word_of(finding: Finding) -> str:
    """How a finding is called: FAIL, WARNING, INFO, ERROR, WAIVED or SKIPPED."""
    if finding.outcome is Outcome.FAIL and finding.severity != "error":
        return finding.severity.upper()
    return finding.outcome.value.upper()


def where_of(finding: Finding) -> str:
    """Where it is: frames, part, channel and region, as far as they are known."""
    parts = (
        ("frames" if any(sign in finding.frames.lstrip("-") for sign in ",-") else "frame", finding.frames),
        ("part", finding.part),
        ("channel", finding.channel),
        ("", finding.region),
    )
    return ", ".join(f"{word} {value}".strip() for word, value in parts if value)


def told(finding: Finding) -> str:
    """The finding in one line: what is, what should be, and where."""
    if finding.outcome is Outcome.ERROR:
        said = finding.evidence or finding.observed or "it could not be checked"
    elif finding.outcome is Outcome.SKIPPED and finding.observed and finding.evidence.startswith(finding.observed):
        said = finding.evidence
    elif finding.expected:
        said = f"{finding.observed or 'nothing'}; expected {finding.expected}"
    else:
        said = finding.observed or finding.evidence
    where = where_of(finding)
    said = f"{said} [{where}]" if where else said
    refused = refusal_of(finding)
    return f"{said}; {refused}" if refused and refused not in said else said


def tally(result: CheckResult) -> str:
    """How many rules came to what, in words: `3 fail, 1 warning, 240 pass`."""
    counts = result.counts
    words = [
        f"{counts[name]} {_ONE.get(name, name) if counts[name] == 1 else name}"
        for name in ("fail", "error", "warnings", "infos", "waived", "skipped", "pass")
        if counts[name]
    ]
    return ", ".join(words) or "nothing checked"


def idle_waivers(result: CheckResult) -> str:
    """Which waivers are about nothing that was found, as a sentence; empty for none."""
    if not result.idle:
        return ""
    told_ones = [f"{shown(one.rule)} on {shown(one.written)} (line {one.line})" for one in result.idle[:_MOST_WAIVERS]]
    more = len(result.idle) - len(told_ones)
    names = ", ".join(told_ones) + (f" and {more} more" if more else "")
    waivers = "1 waiver is" if len(result.idle) == 1 else f"{len(result.idle)} waivers are"
    return f"{waivers} about nothing that was found here: {names}."


def by_records(result: CheckResult) -> str:
    """Which drives were judged by recorded facts, in words: `by recorded facts of A001, B002`; empty for none."""
    return f"by recorded facts of {', '.join(result.recorded)}" if result.recorded else ""
