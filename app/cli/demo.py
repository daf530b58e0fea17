"""`reelmark demo`: makes a small media library, walks through it and opens the window on it."""

import shlex
import sys
from typing import Annotated, Any

import typer

from app.cli.front import Front, JsonOption, front_of, run_operation
from app.cli.main import has_display, open_window
from app.cli.output import human_bytes, print_lines, shown_cell
from app.cli.table import print_table
from app.demo.walkthrough import DemoRequest, DemoResult, Finding
from app.model.names import posix, shown
from app.qc.status import StatusResult, status_document

app = typer.Typer()


@app.command()
def demo(
    ctx: typer.Context,
    folder: Annotated[
        str | None, typer.Argument(metavar="[DIR]", help="Where the library goes; a folder of the working directory.")
    ] = None,
    no_window: Annotated[bool, typer.Option("--no-window", help="Do not open the window afterwards.")] = False,
    json: JsonOption = False,
) -> int:
    """Make a small media library, scan it, sign two assets off and tell what there is to see.

    A second call finds all of it there. On a terminal with a display the window opens afterwards.
    """
    front = front_of(ctx)
    front.require_writing()
    result: DemoResult = run_operation(front, "demo", DemoRequest(folder))
    if json:
        front.emit(demo_document(result))
        return 0
    _print(result, front)
    if no_window or not sys.stdout.isatty() or not has_display():
        return 0
    front.close()
    front.close_logging()
    return open_window(front.options.arguments())


def demo_document(result: DemoResult) -> dict[str, Any]:
    """The result as the command line prints it in JSON."""
    return {
        "library": {
            "path": posix(result.library.folder), "files_made": result.library.made, "files_kept": result.library.kept,
        },
        "drive": {"id": result.drive.id, "label": result.drive.label, "shard": posix(result.shard)},
        "scan": result.scan.document,
        "findings": [_finding_document(finding) for finding in result.findings],
        "verdicts": status_document(StatusResult(list(result.verdicts), {}))["assets"],
    }  # fmt: skip


def _finding_document(finding: Finding) -> dict[str, Any]:
    """Kind and path, and what that kind has to say."""
    document: dict[str, Any] = {"kind": finding.kind, "path": finding.path}
    more = {"frames": finding.frames, "reason": finding.reason, "copies": list(finding.copies)}
    return document | {key: value for key, value in more.items() if value}


def _print(result: DemoResult, front: Front) -> None:
    _print_library(result)
    rows = [
        (sequence.path, sequence.frames, sequence.frame_count, sequence.missing or "none", human_bytes(sequence.bytes))
        for sequence in result.sequences
    ]
    print_lines("")
    print_table(("file sequence", "frames", "files", "missing", "size"), rows)
    _print_findings(result)
    _print_verdicts(result)
    reelmark = shlex.join(["reelmark", *front.options.arguments()])
    failed = next((status.path for status in result.verdicts if status.verdict == "fail"), result.library.folder)
    print_lines(
        "", "Try next:", f"  {reelmark} search sh010_comp", f"  {reelmark} search abend",
        f"  {reelmark} qc status {shlex.quote(str(failed))}", f"  {reelmark}",
    )  # fmt: skip


def _print_library(result: DemoResult) -> None:
    made, kept = result.library.made, result.library.kept
    there = f"{made} files made, {kept} were there" if made and kept else f"{made} files made"
    counts = result.scan.document["counts"]
    told = [f"{shown_cell(counts[name])} {name}" for name in ("new", "changed", "unchanged", "missing")]
    print_lines(
        f"Library  {shown(str(result.library.folder))}",
        f"         {there if made else f'all {kept} files were there already'}",
        f"Drive    {result.drive.label}: {shown_cell(result.drive.files)} files, {human_bytes(result.drive.bytes)}",
        f"Shard    {shown(str(result.shard))}",
        f"Scan     {shown_cell(counts['files'])} files: {', '.join(told)}",
    )


def _print_findings(result: DemoResult) -> None:
    prefix = posix(result.library.folder).rstrip("/") + "/"
    damaged = [finding for finding in result.findings if finding.kind in ("damaged", "unreadable")]
    print_lines("", f"{len(damaged)} damaged files:" if len(damaged) != 1 else "1 damaged file:")
    for finding in damaged:
        print_lines(f"  {finding.path.removeprefix(prefix)}", f"    {finding.reason}")
    equal = [finding for finding in result.findings if finding.kind == "equal_content"]
    if equal:
        print_lines("", "Equal content under several names:")
    for finding in equal:
        first, *rest = [path.removeprefix(prefix) for path in (finding.path, *finding.copies)]
        print_lines(f"  {first}", *(f"    = {path}" for path in rest))


def _print_verdicts(result: DemoResult) -> None:
    judged = [status for status in result.verdicts if status.operator]
    print_lines("", f"{len(judged)} of {len(result.verdicts)} assets are signed off:")
    for status in judged:
        stale = " (stale: the content changed since)" if status.stale else ""
        before = "" if status.path in result.signed else ", as before"
        reasons = f" [{', '.join(status.reasons)}]" if status.reasons else ""
        print_lines(
            f"  {status.verdict}{stale}  {status.path.relative_to(result.library.folder).as_posix()}",
            f"    {status.operator}{before}: {status.note}{reasons}",
            f"    sidecar {status.sidecar}",
        )
