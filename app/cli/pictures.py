"""`reelmark pictures`: makes the small pictures of a connected drive that the scan did not make."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, human_bytes, print_lines
from app.scanning.pictures import MakePicturesRequest, PicturesResult

app = typer.Typer()


@app.command()
def pictures(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id of a connected drive.")],
    again: Annotated[bool, typer.Option("--again", help="Try also what could not be decoded before.")] = False,
    json: JsonOption = False,
) -> int:
    """Make the thumbnails, filmstrips and waveforms that a drive lacks."""
    front = front_of(ctx)
    front.require_writing()
    result: PicturesResult = run_operation(front, "make_pictures", MakePicturesRequest(drive, again))
    if json:
        front.emit({"drive": front.engine.catalog.drive(drive).label, **asdict(result)})
    else:
        _print(result)
    return int(bool(result.failed))


def _print(result: PicturesResult) -> None:
    print_lines(
        f"{count_of(result.made, 'picture')} made, {human_bytes(result.bytes)}; the drive has"
        f" {count_of(result.total, 'picture')}, {human_bytes(result.total_bytes)}."
    )
    if result.failed:
        print_lines(f"{count_of(result.failed, 'file')} could not be decoded.")
    if result.left_out:
        print_lines(f"{count_of(result.left_out, 'file')} left out: the pictures of the drive take no more room.")
