"""`reelmark check`: files, sequences and drives against a policy."""

from typing import Annotated

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, print_lines, say
from app.cli.table import print_table
from app.errors import UsageError
from app.model.names import shown
from app.qc.checking import CheckRequest, CheckResult
from app.qc.findings import AssetResult, Outcome
from app.qc.policies import shipped_policies
from app.reports.checkwords import tally, told, word_of, worst_first

app = typer.Typer()

_MOST_FINDINGS = 20


@app.command()
def check(
    ctx: typer.Context,
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Folders, files, or sequences as sh010.####.exr.")
    ] = None,
    policy: Annotated[str, typer.Option("--policy", metavar="P", help="A policy by its id, or its file.")] = "",
    drive: Annotated[
        str, typer.Option("--drive", metavar="D", help="A catalogued drive; by recorded facts while it is not there.")
    ] = "",
    range_: Annotated[
        str, typer.Option("--range", metavar="A-B", help="The frames that each sequence should have.")
    ] = "",
    var: Annotated[
        list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="A variable of the policy; repeatable.")
    ] = None,
    waivers: Annotated[str, typer.Option("--waivers", metavar="F", help="A file of findings that are waived.")] = "",
    report: Annotated[str, typer.Option("--report", metavar="R", help="Write html, json or junit to --out.")] = "",
    out: Annotated[str, typer.Option("--out", metavar="F", help="The file of the report.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="List the policies that come with the program.")] = False,
    json: JsonOption = False,
) -> int:
    """Judge files and sequences by a policy.

    Nothing is written but the report that --out names.
    """
    front = front_of(ctx)
    if list_:
        return _list(ctx, json=json)
    if not policy:
        raise UsageError("Which policy?", hint="Add --policy P; `reelmark check --list` lists those that are shipped.")
    request = CheckRequest(
        tuple(paths or ()), policy, drive, range_, tuple(map(_variable, var or ())), waivers, report, out
    )
    found: CheckResult = run_operation(front, "check", request)
    if json:
        front.emit(found.document())
    else:
        _print(found)
    if found.report:
        say(f"Report: {shown(found.report)}")
    return int(found.outcome in (Outcome.FAIL, Outcome.ERROR))


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text} is no variable with its value", hint="Write --var show=AGM.")
    return name, value


def _list(ctx: typer.Context, *, json: bool) -> int:
    shipped = shipped_policies()
    if json:
        policies = [{"id": one.id, "version": one.version, "title": one.title} for one in shipped]
        front_of(ctx).emit({"policies": policies})
    else:
        print_table(("policy", "version", "title"), [(one.id, one.version, one.title) for one in shipped])
    return 0


def _print(found: CheckResult) -> None:
    """Each asset with something to say, the worst first, then the totals."""
    for asset in worst_first(found):
        if any(finding.outcome is not Outcome.SKIPPED for finding in asset.findings):
            _print_asset(asset)
    policy = found.policy
    counts = found.counts
    where = " by recorded facts" if found.recorded else ""
    print_lines(
        f"{found.outcome.value.upper()}: {count_of(counts['assets'], 'asset')} by {policy.id} {policy.version}{where}:"
        f" {tally(found)}"
    )
    if counts["others"]:
        print_lines(f"The policy is not about {count_of(counts['others'], 'other file or sequence', _OTHERS)}.")


_OTHERS = "other files or sequences"


def _print_asset(asset: AssetResult) -> None:
    print_lines(f"{asset.outcome.value.upper()}  {asset.asset}")
    findings = [finding for finding in asset.findings if finding.outcome is not Outcome.SKIPPED]
    for finding in findings[:_MOST_FINDINGS]:
        print_lines(f"    {word_of(finding):<8}{finding.rule}: {told(finding)}")
        if finding.outcome is Outcome.WAIVED:
            print_lines(f"            {finding.evidence}")
    if len(findings) > _MOST_FINDINGS:
        print_lines(f"    and {len(findings) - _MOST_FINDINGS} more; --json lists all")
