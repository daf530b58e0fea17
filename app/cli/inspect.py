"""`reelmark inspect`: everything known of files and sequences, without a catalogue."""

import sys
from functools import partial
from typing import Annotated

import typer

from app.cli.check import objected, print_validation
from app.cli.front import Front, JsonOption, front_of, watched_job
from app.cli.inspected import print_document
from app.cli.output import count_of, local_time, print_json, print_lines, say
from app.inspection.inspect import Document, InspectRequest, inspect_each, recorded_on_shelf
from app.inspection.keeping import kept_in
from app.jobs.job import CancelToken
from app.qc.validating import validator
from app.services.protocols import Stored

app = typer.Typer()


@app.command()
def inspect(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, or sequences as sh010.####.exr.")],
    stats: Annotated[bool, typer.Option("--stats", help="Decode everything and count pixels or samples.")] = False,
    deep_stats: Annotated[bool, typer.Option("--deep-stats", help="Count the samples of deep pixels too.")] = False,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=1, help="Count every N-th line of pixels only.")
    ] = 1,
    range_: Annotated[str, typer.Option("--range", metavar="A-B", help="The frames that a sequence should have.")] = "",
    policy: Annotated[str, typer.Option("--policy", metavar="P", help="Judge what was found by a policy.")] = "",
    raw: Annotated[bool, typer.Option("--raw", help="Give attributes of any size as bytes.")] = False,
    sink: Annotated[
        str, typer.Option("--sink", metavar="S", help="Keep the facts as tables too: parquet:FOLDER or vast.")
    ] = "",
    json: JsonOption = False,
) -> int:
    """Tell everything that a file or a sequence says of itself.

    Headers are read without loss. Nothing is written unless --sink says where, and no catalogue is needed.
    """
    front = front_of(ctx)
    _ = front.settings
    request = InspectRequest(tuple(files), stats, deep_stats, sample, range_, policy, raw=raw)
    failed = 0
    validated = validator(policy)
    with watched_job() as job, kept_in(sink, job.token) as keep:
        found = [keep(validated(document)) for document in inspect_each(request, job, partial(_recorded, front))]
    if keep.stored is not None:
        say(f"Kept in {sink}: {_kept(keep.stored)}")
    if json and len(files) == 1:
        print_json(found[0])
        return int(objected(found))
    if json:
        print_json({"files": found})
    for number, document in enumerate(found):
        failed += document["kind"] is None
        if not json:
            if number:
                print_lines("")
            if recorded := document.get("recorded"):
                print_lines(f"(the drive is not connected; as it was recorded {local_time(recorded)})")
            print_document(document)
            print_validation(document["validation"])
    sys.stdout.flush()
    return int(failed > 0 or objected(found))


def _recorded(front: Front, path: str, token: CancelToken) -> Document | None:
    """Ask the catalogue, which is opened only now."""
    return recorded_on_shelf(front.engine, path, token)


def _kept(stored: Stored) -> str:
    """How many rows of each table, in words."""
    told = [count_of(number, table.removesuffix("s")) for table, number in stored.rows.items() if number]
    rows = ", ".join(told) or "nothing"
    return f"{rows}; {stored.kept} were known from a later inspection" if stored.kept else rows
