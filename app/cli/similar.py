"""`reelmark similar`: files that are made like another one."""

from typing import Annotated

import typer

from app.catalog.documents import drive_problem
from app.catalog.where import conditions_of
from app.cli.front import JsonOption, front_of, watched_job
from app.cli.output import count_of, print_lines, say
from app.cli.table import print_table
from app.inspection.differencewords import sentence_of
from app.inspection.similar import Neighbour, SimilarRequest, find_similar
from app.model.names import shown

app = typer.Typer()

_SHOWN = 4


@app.command()
def similar(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="An OpenEXR file; catalogued ones need not be connected.")
    ],
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Neighbours at most; 0 for all.")] = 20,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help='Only those of which this is so: "width>=1920".'),
    ] = None,
    drive: Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="Only this drive.")] = None,
    json: JsonOption = False,
) -> int:
    """List files of all drives that are made like an OpenEXR file, and in what they differ.

    Compared are channels, layers, attributes, compression, sizes, software and colour; not pixels.
    """
    front = front_of(ctx)
    request = SimilarRequest(file, limit, conditions_of(where or []), tuple(drive or ()))
    with watched_job() as job:
        result = find_similar(front.engine, request, job)
    for broken, error in result.problems:
        say(f"warning: {broken.label} was not searched: {shown(error.message)}. {error.hint}".rstrip())
    if json:
        front.emit(
            {
                "file": result.path,
                "compared": result.compared,
                "seconds": round(result.seconds, 6),
                "results": [neighbour.document() for neighbour in result.neighbours],
                "problems": [drive_problem(broken, error) for broken, error in result.problems],
            }
        )
    else:
        _print(result.neighbours, result.compared, result.seconds, narrowed=bool(request.where))
    return int(bool(result.problems))


def _print(neighbours: tuple[Neighbour, ...], compared: int, seconds: float, *, narrowed: bool) -> None:
    if neighbours:
        print_table(
            ("score", "drive", "path", "differs in"),
            [
                (
                    f"{neighbour.score:.3f}",
                    neighbour.drive.label + ("" if neighbour.drive.online else " (offline)"),
                    shown(neighbour.path) + (f"  {neighbour.frames}" if neighbour.frames else ""),
                    "; ".join(map(sentence_of, neighbour.why[:_SHOWN])) or "nothing",
                )
                for neighbour in neighbours
            ],
        )
    if not compared:
        fitting = " that fits --where" if narrowed else ""
        print_lines(f"There is nothing to compare it with: no OpenEXR file{fitting} was scanned on these drives.")
        return
    among = count_of(compared, "structure was", "structures were")
    print_lines(f"{count_of(len(neighbours), 'neighbour')}; {among} compared ({seconds * 1000:.0f} ms)")
