"""`reelmark inspect`: everything known of files and sequences, without a catalogue."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import typer

from app.cli.documentprinting import JsonPrinter, Printer, TextPrinter
from app.cli.front import Front, JsonOption, front_of, stop_on_signal
from app.cli.output import OutputFailed, count_of, say
from app.cli.progress import JobDisplay
from app.cli.shows import ConfigOption, configured
from app.cli.variables import VarOption, variables_of
from app.errors import AppError, Cancelled, UsageError
from app.files.showconfig import ShowConfig
from app.inspection.filedocuments import DocumentText
from app.inspection.finding import means_sequence
from app.inspection.inspect import Document, InspectRequest, inspect_as_text, recorded_on_shelf
from app.inspection.keeping import Keeper, kept_in
from app.inspection.shardkeeping import SHARD_SINK, kept_in_shards
from app.jobs.job import CancelToken, Job
from app.model.measuring import MeasureOptions
from app.services.protocols import Stored

app = typer.Typer()

_ADVICE = "add --stats, or use reelmark check, which measures what a policy asks for"


@app.command()
def inspect(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, or sequences as sh010.####.exr.")],
    stats: Annotated[bool, typer.Option("--stats", help="Decode everything and count pixels or samples.")] = False,
    deep_stats: Annotated[bool, typer.Option("--deep-stats", help="Count the samples of deep pixels too.")] = False,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=1, help="Count every N-th block of lines or row of tiles only.")
    ] = 1,
    range_: Annotated[str, typer.Option("--range", metavar="A-B", help="The frames that a sequence should have.")] = "",
    config: ConfigOption = None,
    policy: Annotated[
        str,
        typer.Option(
            "--policy", metavar="P", help="Judge what was found by a policy; rules about pixels and sound need --stats."
        ),
    ] = "",
    var: VarOption = None,
    raw: Annotated[bool, typer.Option("--raw", help="Give attributes of any size as bytes.")] = False,
    sink: Annotated[
        str, typer.Option("--sink", metavar="S", help="Keep the facts as tables too: shard, parquet:FOLDER or vast.")
    ] = "",
    json: JsonOption = False,
) -> int:
    """Tell everything that a file or a sequence says of itself.

    Headers are read without loss. Nothing is written unless --sink says where, and no catalogue is needed.
    """
    front = front_of(ctx)
    if var and not policy:
        raise UsageError("A variable belongs to a policy", hint="Add --policy P.")
    thresholds = front.settings.values.inspection.measuring
    asks = not range_ and any(map(means_sequence, files))
    shows = configured(front, config) if asks or config is not None else ShowConfig()
    request = InspectRequest(
        tuple(files), stats, deep_stats, sample, range_, policy, raw=raw, measuring=(thresholds,), shows=shows
    )
    printer = JsonPrinter(len(files)) if json else TextPrinter()
    try:
        objected, kept = _inspect_and_print(front, request, variables_of(var), sink, printer)
    except (Cancelled, KeyboardInterrupt):
        stopped = AppError("Stopped before the last file.", code="job.cancelled")
        if not printer.end(stopped):
            raise
        return Cancelled.exit_code
    except OutputFailed:
        raise
    except AppError as error:
        if not printer.end(error):
            raise
        return error.exit_code
    printer.end()
    if kept is not None:
        say(f"Kept in {sink}: {_kept(kept)}")
    return int(objected)


def _inspect_and_print(
    front: Front, request: InspectRequest, variables: tuple[tuple[str, str], ...], sink: str, printer: Printer
) -> tuple[bool, Stored | None]:
    """Print each document as it comes; whether one is to be objected to, and what was kept in a sink."""
    measuring, judged = _judgement(request.policy, variables, request.measuring[0])
    request = replace(request, measuring=measuring)
    passed_on = printer.take_text if isinstance(printer, JsonPrinter) and len(request.paths) > 1 else None
    objected = False
    token = CancelToken()
    display = JobDisplay(sys.stderr)
    with stop_on_signal(token), display, _searching(request.policy, token), _keeping(front, sink, token) as keep:
        for told in inspect_as_text(request, Job(display.hear, token), partial(_recorded, front)):
            if isinstance(told, DocumentText) and passed_on and not (request.policy or sink):
                passed_on(told.text)
                continue
            document, bad = judged(told.parsed() if isinstance(told, DocumentText) else told)
            objected |= bad or document["kind"] is None
            keep(document)
            with display.aside():
                printer.take(document)
    return objected, keep.stored


def _keeping(front: Front, sink: str, token: CancelToken) -> AbstractContextManager[Keeper]:
    """The sink; that of the drives' own records needs the catalogue."""
    if sink != SHARD_SINK:
        return kept_in(sink, token)
    front.require_writing()
    return kept_in_shards(front.engine, token)


def _recorded(front: Front, path: str, token: CancelToken) -> Document | None:
    """Ask the catalogue, which is opened only now."""
    return recorded_on_shelf(front.engine, path, token)


def _searching(policy: str, token: CancelToken) -> AbstractContextManager[None]:
    """Keep the process that searches for expressions of a policy from one document to the next."""
    if not policy:
        return nullcontext()
    from app.qc.matching import searching

    return searching(token)


Judged = Callable[[dict[str, Any]], tuple[dict[str, Any], bool]]


def _judgement(
    policy: str, variables: tuple[tuple[str, str], ...], thresholds: MeasureOptions
) -> tuple[tuple[MeasureOptions, ...], Judged]:
    """What judges documents by a policy, and tells whether it objects; loaded only where there is one.

    Before it the thresholds by which movies and sound have to be measured for that.
    """
    if not policy:
        return (thresholds,), lambda document: (document, False)
    from app.cli.check import objected
    from app.qc.validating import Validator

    validator = Validator(policy, thresholds, dict(variables), _ADVICE)

    def judged(document: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        found = validator(document)
        return found, objected([found])

    return validator.measuring, judged


def _kept(stored: Stored) -> str:
    """How many rows of each table, in words."""
    told = [count_of(number, table.removesuffix("s")) for table, number in stored.rows.items() if number]
    rows = ", ".join(told) or "nothing"
    return f"{rows}; {stored.kept} were known from a later inspection" if stored.kept else rows
