"""`reelmark sample-sequence`: makes a synthetic file sequence to try things on."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.front import JsonOption, front_of, stop_on_signal
from app.cli.output import print_lines, shown_cell
from app.files.framerange import frame_range
from app.files.samplesequence import SampleSequenceRequest, make_sample_sequence
from app.jobs.job import CancelToken, Job

_DEFAULTS = SampleSequenceRequest(Path())

app = typer.Typer()


@app.command()
def sample_sequence(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option("--out", metavar="P", help="A folder; ending in '.', '_' or '-', a beginning of the names.")
    ],
    start: Annotated[int, typer.Option("--start", metavar="N", help="The first frame.")] = _DEFAULTS.start,
    frames: Annotated[int, typer.Option("--frames", metavar="N", help="How many files are made.")] = _DEFAULTS.frames,
    pad: Annotated[int, typer.Option("--pad", metavar="N", help="Digits of the numbers.")] = _DEFAULTS.pad,
    ext: Annotated[str, typer.Option("--ext", metavar="E", help="The extension.")] = _DEFAULTS.ext,
    holes: Annotated[
        int | None, typer.Option("--holes", metavar="N", help="How many frames are missing; none by default.")
    ] = None,
    ranges: Annotated[
        int | None, typer.Option("--ranges", metavar="N", help="How many runs of frames the missing ones leave.")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--bytes", metavar="N", help="Random bytes a file; else one line of text.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Make a synthetic file sequence, with missing frames where wanted."""
    from app.cli.progress import JobDisplay

    front = front_of(ctx)
    _ = front.settings
    token = CancelToken()
    request = SampleSequenceRequest(out, start, frames, pad, ext, holes, ranges, size)
    with stop_on_signal(token), JobDisplay(sys.stderr) as display:
        made = make_sample_sequence(request, Job(display.hear, token))
    if json:
        front.emit({"files": list(made.files), "missing": frame_range(made.missing)})
    else:
        print_lines(f"{shown_cell(len(made.files))} files, {made.files[0]} to {made.files[-1].name}")
        print_lines(f"missing: {frame_range(made.missing) or 'none'}")
    return 0
