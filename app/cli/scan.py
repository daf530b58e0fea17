"""`reelmark scan`: catalogues a folder into its drive's shard."""

from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import human_bytes, print_lines, print_table, shown_cell
from app.errors import UsageError
from app.scanning.request import ScanRequest, ScanResult

_SHOWN_FAILURES = 20

app = typer.Typer()


@app.command()
def scan(
    ctx: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders of one drive.")],
    drive: Annotated[str | None, typer.Option("--drive", metavar="LABEL", help="The drive's label.")] = None,
    mode: Annotated[str | None, typer.Option("--mode", metavar="delta|full", help="What is new, or all again.")] = None,
    inventory_only: Annotated[
        bool, typer.Option("--inventory-only", help="Names, sizes and times alone: nothing is hashed or inspected.")
    ] = False,
    resume: Annotated[
        bool | None, typer.Option("--resume/--no-resume", help="Go on with a scan that was interrupted.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", help="Files read at once.")] = None,
    chunk: Annotated[int | None, typer.Option("--chunk", metavar="BYTES", help="Bytes of one read.")] = None,
    batch_files: Annotated[int | None, typer.Option("--batch-files", metavar="N", help="Files a commit.")] = None,
    batch_seconds: Annotated[
        float | None, typer.Option("--batch-seconds", metavar="N", help="Seconds a commit, if that is sooner.")
    ] = None,
    queue_max: Annotated[
        int | None, typer.Option("--queue-max", metavar="N", help="Files that wait in memory to be hashed.")
    ] = None,
    skip_hidden: Annotated[
        bool | None, typer.Option("--skip-hidden/--no-skip-hidden", help="Leave out hidden and system files.")
    ] = None,
    skip_glob: Annotated[
        list[str] | None, typer.Option("--skip-glob", metavar="G", help="Leave out names or paths like this.")
    ] = None,
    follow_symlinks: Annotated[
        bool | None, typer.Option("--follow-symlinks/--no-follow-symlinks", help="Enter links; loops are cut.")
    ] = None,
    long_paths: Annotated[
        str | None, typer.Option("--long-paths", metavar="auto|force|off", help="Extended-length paths on Windows.")
    ] = None,
    op_timeout: Annotated[
        float | None, typer.Option("--op-timeout", metavar="S", help="Seconds one folder or read may take.")
    ] = None,
    accept_missing: Annotated[
        bool, typer.Option("--accept-missing", help="Mark files missing however many they are.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Catalogue folders: names, sizes, times, content hashes, media facts and sidecars."""
    front = front_of(ctx)
    front.require_writing()
    _check("--mode", mode, ("delta", "full"))
    _check("--long-paths", long_paths, ("auto", "force", "off"))
    _check_numbers(
        {
            "--threads": threads,
            "--chunk": chunk,
            "--batch-files": batch_files,
            "--queue-max": queue_max,
            "--batch-seconds": batch_seconds,
            "--op-timeout": op_timeout,
        }
    )
    request = ScanRequest(
        tuple(paths),
        drive,
        mode,
        inventory_only,
        resume,
        accept_missing,
        threads,
        chunk,
        skip_hidden,
        tuple(skip_glob or ()),
        follow_symlinks,
        long_paths,
        op_timeout,
        batch_files,
        batch_seconds,
        queue_max,
    )
    result: ScanResult = run_operation(front, "scan", request)
    if json:
        front.emit(result.document)
    else:
        _print(result.document)
    return int(result.objections)


def _check(option: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise UsageError(f"{option} {value} is not one of {', '.join(allowed)}")


def _check_numbers(values: dict[str, float | None]) -> None:
    for option, value in values.items():
        if value is not None and value <= 0:
            raise UsageError(f"{option} must be more than 0")


def _print(document: dict[str, Any]) -> None:
    counts, drive = document["counts"], document["drive"]
    print_lines(
        f"{drive['label']}: {shown_cell(counts['files'])} files in {shown_cell(counts['directories'])} folders, "
        f"{human_bytes(counts['bytes'])}, {shown_cell(document['sequences'])} sequences "
        f"({document['seconds']:.1f} s{', resumed' if document['resumed'] else ''})"
    )
    told = ("new", "changed", "touched", "missing", "unchanged", "unreadable")
    print_lines("  " + "  ".join(f"{name} {shown_cell(counts[name])}" for name in told))
    skipped = {name: number for name, number in counts["skipped"].items() if number}
    if skipped:
        print_lines("  skipped: " + ", ".join(f"{name} {shown_cell(number)}" for name, number in skipped.items()))
    if document["failed"]:
        shown = document["failed"][:_SHOWN_FAILURES]
        print_table(("could not be read", "why"), [(entry["path"], entry["reason"]) for entry in shown])
        if len(document["failed"]) > len(shown):
            print_lines(f"… and {shown_cell(len(document['failed']) - len(shown))} more (--json lists them)")
