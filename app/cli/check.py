"""`reelmark check`: files, sequences and drives against a policy."""

from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, print_lines, say
from app.cli.shows import ConfigOption, configured
from app.cli.table import print_table
from app.cli.variables import VarOption, variables_of
from app.errors import UsageError
from app.model.names import shown
from app.qc.checking import CheckRequest, CheckResult
from app.qc.findings import AssetResult, Finding, Outcome
from app.qc.policies import shipped_policies
from app.reports.checkwords import by_records, idle_waivers, tally, told, word_of, worst_first

app = typer.Typer()

_MOST_FINDINGS = 20
_NOT_JUDGED = (Outcome.ERROR, Outcome.SKIPPED)


@app.command()
def check(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Folders, files, or sequences as sh010.####.exr.")
    ] = None,
    policy: Annotated[str, typer.Option("--policy", metavar="P", help="A policy by its id, or its file.")] = "",
    drive: Annotated[
        list[str] | None,
        typer.Option(
            "--drive", metavar="D", help="A catalogued drive; by recorded facts while it is away; repeatable."
        ),
    ] = None,
    range_: Annotated[
        str, typer.Option("--range", metavar="A-B", help="The frames that each sequence should have.")
    ] = "",
    config: ConfigOption = None,
    var: VarOption = None,
    waivers: Annotated[str, typer.Option("--waivers", metavar="F", help="A file of findings that are waived.")] = "",
    report: Annotated[str, typer.Option("--report", metavar="R", help="Write html, json or junit to --out.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="F", help="The file of the report.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="List the policies that come with the program.")] = False,
    json: JsonOption = False,
) -> int:
    """Judge files and sequences by a policy.

    Nothing is written but the report that --out names, and what was read and found of catalogued, connected drives, in
    the records of the drives: with --drive, and of PATHs that lie on one.
    """
    front = front_of(ctx)
    if list_:
        return _list(ctx, json=json)
    if not policy:
        raise UsageError("Which policy?", hint="Add --policy P; `reelmark check --list` lists those that are shipped.")
    request = CheckRequest(
        tuple(paths or ()), policy, tuple(drive or ()), range_, variables_of(var), waivers, report, out,
        shows=None if range_ else configured(front, config),
    )  # fmt: skip
    found: CheckResult = run_operation(front, "check", request)
    if json:
        front.emit(found.document())
    else:
        _print(found)
    if found.report:
        say(f"Report: {shown(found.report)}")
    return int(found.outcome not in (Outcome.PASS, Outcome.WAIVED))


def _list(ctx: typer.Context, *, json: bool) -> int:
    shipped = shipped_policies()
    if json:
        policies = [{"id": one.id, "version": one.version, "title": one.title} for one in shipped]
        front_of(ctx).emit({"policies": policies})
    else:
        print_table(("policy", "version", "title"), [(one.id, one.version, one.title) for one in shipped])
    return 0


def _print(found: CheckResult) -> None:
    """Each asset with something to say, the worst first, then the totals; assets that pass with rules skipped count."""
    passing = 0
    for asset in worst_first(found):
        if asset.outcome is not Outcome.PASS or any(one.outcome is not Outcome.SKIPPED for one in asset.findings):
            _print_asset(asset)
        else:
            passing += bool(asset.findings)
    policy = found.policy
    counts = found.counts
    where = f" {by_records(found)}" if found.recorded else ""
    print_lines(
        f"{found.outcome.value.upper()}: {count_of(counts['assets'], 'asset')} by {policy.id} {policy.version}{where};"
        f" rules: {tally(found)}"
    )
    if passing:
        print_lines(f"{count_of(passing, 'asset')} without objections had rules skipped; --json lists them.")
    if counts["others"]:
        print_lines(f"The policy is not about {count_of(counts['others'], 'other file or sequence', _OTHERS)}.")
    if idle := idle_waivers(found):
        print_lines(f"{shown(found.waivers)}: {idle}")


_OTHERS = "other files or sequences"


def _print_asset(asset: AssetResult) -> None:
    print_lines(f"{asset.outcome.value.upper()}  {asset.asset}")
    titles = {result.rule: result.title for result in asset.results}
    _print_findings(list(asset.findings), titles)


def _print_findings(findings: list[Finding], titles: dict[str, str]) -> None:
    """Each rule once with its title, and under it what it found; rules that were not judged together, by the reason."""
    unable: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.outcome in _NOT_JUDGED:
            unable.setdefault((word_of(finding), told(finding)), []).append(finding.rule)
    objections = [finding for finding in findings if finding.outcome not in _NOT_JUDGED]
    before = "", ""
    for finding in objections[:_MOST_FINDINGS]:
        named = word_of(finding), finding.rule
        if named != before:
            print_lines(f"    {named[0]:<8} {_with_title(finding.rule, titles)}")
        before = named
        print_lines(f"             {told(finding)}")
        if finding.outcome is Outcome.WAIVED:
            print_lines(f"             {finding.evidence}")
    if len(objections) > _MOST_FINDINGS:
        print_lines(f"    and {len(objections) - _MOST_FINDINGS} more; --json lists all")
    for (word, reason), rules in sorted(unable.items(), key=lambda one: one[0][0]):
        named_rules = list(dict.fromkeys(rules))
        words = _with_title(named_rules[0], titles) if len(named_rules) == 1 else ", ".join(named_rules)
        print_lines(f"    {word:<8} {words}", f"             {reason}")


def _with_title(rule: str, titles: dict[str, str]) -> str:
    return f"{rule}  {titles[rule]}" if titles.get(rule) else rule


def print_validation(validation: dict[str, Any]) -> None:
    """What a policy says of one document, for people; nothing where none was named."""
    policy = validation.get("policy")
    if policy is None:
        return
    outcome = validation["outcome"]
    told_outcome = outcome.upper() if outcome else "is not about this"
    print_lines("", f"policy {policy['id']} {policy['version']}: {told_outcome}")
    _print_findings([Finding.from_document(one) for one in validation["findings"]], validation.get("titles", {}))


def objected(documents: list[dict[str, Any]]) -> bool:
    """Whether a policy objects to one of these documents, or could not judge it."""
    return any(document["validation"]["outcome"] in (Outcome.FAIL, Outcome.ERROR) for document in documents)
