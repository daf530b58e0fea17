"""`reelmark export`: the inventory of drives as CSV, JSON lines or Everything's file list; facts as tables."""

import dataclasses
import sys
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from app.cli.front import Front, JsonOption, front_of, run_operation, watched_job
from app.cli.output import count_of, human_bytes, output_errors, print_lines, say
from app.errors import UsageError
from app.model.drives import Drive
from app.model.names import shown
from app.model.times import parse_time
from app.reports.exports import FORMATS, ExportResult
from app.reports.factexport import ExportFactsRequest
from app.reports.inventory import ExportInventoryRequest, InventoryFilter, write_inventory

app = typer.Typer()

#: Facts as tables, beside the formats of files.
FACT_FORMS = ("parquet", "vast")


@app.command()
def export(
    ctx: typer.Context,
    form: Annotated[str, typer.Argument(metavar="csv|jsonl|efu|parquet|vast", help="The format.")],
    drive: Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="Only this drive.")] = None,
    include_deleted: Annotated[
        bool, typer.Option("--include-deleted", help="Also files that are not there any more.")
    ] = False,
    av_only: Annotated[bool, typer.Option("--av-only", help="Only movies and sound.")] = False,
    since: Annotated[str | None, typer.Option("--since", metavar="T", help="Modified at this time or later.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="F", help="The file, or folder of parquet; - for standard output.", allow_dash=True
        ),
    ] = None,
    json: JsonOption = False,
) -> int:
    """Write every file of the catalogue, or of some drives, to a file; what is known of them to tables elsewhere."""
    front = front_of(ctx)
    if form in FACT_FORMS:
        wanted = InventoryFilter(include_deleted, av_only, _since(since))
        return _export_facts(front, ExportFactsRequest(_sink(front, form, out), tuple(drive or ()), wanted), json)
    if form not in FORMATS:
        raise UsageError(f"{form} is none of {', '.join((*FORMATS, *FACT_FORMS))}")
    to_stdout = out is not None and str(out) == "-"
    if to_stdout and json:
        raise UsageError("--json and --out - both want standard output", hint="Leave one of them out.")
    drives = front.engine.catalog.drives_called(drive or (), look=False)
    ids = tuple(found.id for found in drives) if drive else ()
    wanted = InventoryFilter(include_deleted, av_only, _since(since))
    request = ExportInventoryRequest(form, ids, wanted, None if out is None or to_stdout else str(out))
    result = _written(front, request, drives, to_stdout)
    for label in result.left_out:
        say(f"warning: {label} was left out: its records cannot be read.")
    if json:
        front.emit(_document(result))
    elif not to_stdout:
        print_lines(f"{count_of(result.rows, 'file')} listed in {shown(result.path)} ({human_bytes(result.bytes)})")
    return int(bool(result.left_out))


def _written(front: Front, request: ExportInventoryRequest, drives: list[Drive], to_stdout: bool) -> ExportResult:
    if not to_stdout:
        if request.path is None:
            front.home.require_writable()
        done: ExportResult = run_operation(front, "export_inventory", request)
        return done
    with watched_job() as job, output_errors():
        result = write_inventory(front.engine, request, drives, _stdout(), job, "-")
        sys.stdout.flush()
    return result


def _sink(front: Front, form: str, out: Path | None) -> str:
    """What a sink is called; Parquet goes to one folder of the working directory where none is named."""
    if form == "vast":
        if out is not None:
            raise UsageError("--out names no place in a database", hint="Its variables do; docs/sinks.md lists them.")
        return form
    if out is None:
        front.home.require_writable()
        return f"parquet:{front.home.exports / 'facts'}"
    if str(out) == "-":
        raise UsageError("Parquet is a folder of files", hint="Name a folder with --out.")
    return f"parquet:{out}"


def _export_facts(front: Front, request: ExportFactsRequest, json: bool) -> int:
    result = run_operation(front, "export_facts", request)
    for label in result.left_out:
        say(f"warning: {label} was left out: its records cannot be read.")
    rows = {table: number for table, number in result.rows.items() if number}
    if json:
        front.emit(dataclasses.asdict(result) | {"rows": rows, "seconds": round(result.seconds, 3)})
        return int(bool(result.left_out))
    told = ", ".join(count_of(number, table.removesuffix("s")) for table, number in rows.items()) or "nothing"
    without = f"; nothing is recorded of {count_of(result.without, 'file')}" if result.without else ""
    print_lines(f"{told} in {shown(result.sink)}{without}")
    return int(bool(result.left_out))


def _document(result: ExportResult) -> dict[str, Any]:
    path = shown(result.path.replace("\\", "/")) if sys.platform == "win32" else shown(result.path)
    return {
        "file": path,
        "rows": result.rows,
        "bytes": result.bytes,
        "seconds": round(result.seconds, 3),
        "left_out": list(result.left_out),
    }


def _stdout() -> IO[bytes]:
    sys.stdout.flush()
    return sys.stdout.buffer


def _since(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise UsageError(f"--since {text} is no time", hint="Write 2026-11-20 or 2026-11-20T10:00:00Z.") from None
