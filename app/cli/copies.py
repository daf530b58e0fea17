"""`reelmark copies`: what has copies on other drives, what has not, and what may be wiped."""

from typing import Annotated

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, human_bytes, print_lines, say
from app.cli.table import print_table
from app.model.names import shown
from app.reports.copies import AtRisk, AtRiskRequest, OnlyHereRequest
from app.reports.wipe import WipeRequest, WipeResult, suspected_words

app = typer.Typer(help="What has copies elsewhere, and what may be wiped.", no_args_is_help=True)

_SHOWN = 20

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="The N largest; 0 for all.")]


@app.command("wipe")
def wipe(
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A card, or a folder of a catalogued drive.")],
    copies: Annotated[
        int, typer.Option("--copies", metavar="N", help="On how many other drives each file must lie.")
    ] = 2,
    verified_within: Annotated[
        float | None, typer.Option("--verified-within", metavar="DAYS", help="How long ago a copy may have been read.")
    ] = None,
    receipt: Annotated[str | None, typer.Option("--receipt", metavar="F", help="Where the receipt goes.")] = None,
    same_volume: Annotated[
        bool, typer.Option("--same-volume", help="Count drives that are folders of one volume as different ones.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Tell whether a card may be wiped.

    Yes only where each file that lies there now has so many copies on other drives, each read whole and verified by its
    hash. Nothing is deleted. After a yes what lies there is a copy of nothing any more, until it is verified again.
    """
    front = front_of(ctx)
    front.require_writing()
    result: WipeResult = run_operation(front, "wipe", WipeRequest(path, copies, verified_within, receipt, same_volume))
    if json:
        front.emit(result.document())
    else:
        _print_wipe(result)
    _warn(result.problems)
    return int(not result.safe)


@app.command("only-here")
def only_here(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id.")],
    limit: Limit = 1000,
    json: JsonOption = False,
) -> int:
    """List what lies on one drive and on no other, the largest first."""
    front = front_of(ctx)
    found: AtRisk = run_operation(front, "only_here", OnlyHereRequest(drive, limit))
    return _told(ctx, found, "lie on no other drive", json=json)


@app.command("at-risk")
def at_risk(
    ctx: typer.Context,
    copies: Annotated[int, typer.Option("--copies", metavar="N", help="Drives that a file should lie on.")] = 2,
    places: Annotated[int, typer.Option("--places", metavar="N", help="Shelf places that it should lie in.")] = 1,
    limit: Limit = 1000,
    json: JsonOption = False,
) -> int:
    """List what has too few copies over all drives, connected or not, the largest first."""
    front = front_of(ctx)
    found: AtRisk = run_operation(front, "at_risk", AtRiskRequest(copies, places, limit))
    return _told(ctx, found, "have too few copies", json=json)


def _told(ctx: typer.Context, found: AtRisk, words: str, *, json: bool) -> int:
    document = found.document()
    if json:
        front_of(ctx).emit(document)
    else:
        print_lines(f"{count_of(found.contents, 'content')} ({human_bytes(found.bytes)}) {words}.")
        if found.not_hashed:
            print_lines(f"Of {count_of(found.not_hashed, 'file')} nothing can be said: they have no content hash.")
        rows = [
            (
                entry["path"],
                human_bytes(entry["size"]),
                ", ".join(dict.fromkeys(copy["drive"] for copy in entry["copies"])),
                min((copy["verified"] or "never" for copy in entry["copies"]), default="never")[:10],
            )
            for entry in document["files"]
        ]
        if rows:
            print_table(("file", "size", "on", "verified"), rows)
        if found.contents > len(rows):
            print_lines(f"{len(rows):,} of {found.contents:,}. --limit 0 lists all of them.")
    _warn(found.problems)
    return int(bool(found.contents or found.problems))


def _warn(problems: list[dict[str, str]]) -> None:
    for problem in problems:
        say(f"warning: {problem['drive']}: {shown(problem['message'])}. What is there counts as no copy.")


def _print_wipe(result: WipeResult) -> None:
    what = f"{count_of(result.files, 'file')}, {human_bytes(result.bytes)}"
    if result.safe:
        on = ", ".join(f"{label} {number:,}" for label, number in sorted(result.copies_on.items()))
        print_lines(f"YES, {result.path} may be wiped: {what}, each with {result.wanted} or more copies ({on}).")
        if result.suspected:
            print_lines(f"But of what lies there {suspected_words(result.suspected)}")
        print_lines(
            f"Receipt: {shown(result.receipt or '')}",
            "From now on what lies there counts as a copy of nothing, until it is verified again.",
        )
        return
    if not result.files and not result.unsafe:
        print_lines(f"NO: {result.path} is empty. Is the card mounted?")
        return
    print_lines(f"NO, {result.path} may not be wiped: {what}, {result.safe_files:,} safe, {result.unsafe:,} not.")
    print_table(("not safe", "why"), [(entry["path"], entry["reason"]) for entry in result.objections[:_SHOWN]])
    if result.unsafe > _SHOWN:
        print_lines(f"{_SHOWN} of {result.unsafe:,}. --json lists more.")
