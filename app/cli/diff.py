"""`reelmark diff`: in what two pictures, or two sequences, differ."""

from typing import Annotated, Any

import typer

from app.cli.attributetext import compared_text, cut, error_text
from app.cli.front import JsonOption, front_of, run_operation
from app.cli.output import count_of, print_lines
from app.cli.table import print_table
from app.inspection.diff import DiffRequest
from app.model.frames import frames_called

_LETTERS = 60

app = typer.Typer()


@app.command()
def diff(
    ctx: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="A picture, or a sequence as sh010.####.exr.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    pixels: Annotated[bool, typer.Option("--pixels", help="Compare the pixels too.")] = False,
    tolerance: Annotated[
        float | None,
        typer.Option("--tolerance", metavar="X", help="Errors up to this are none; 0-1 for integer formats."),
    ] = None,
    picture: Annotated[
        str, typer.Option("--picture", metavar="F.png", help="Write a picture of where the pixels differ.")
    ] = "",
    offset: Annotated[
        int, typer.Option("--offset", metavar="N", help="Compare frame F of A with frame F + N of B.")
    ] = 0,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="NAME", help="Let this attribute differ; * for any letters.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Tell in what two pictures or two sequences differ.

    Headers are compared attribute by attribute; with --pixels, --tolerance or --picture the pixels too. Ends with 1
    where something differs, or could not be compared.
    """
    front = front_of(ctx)
    _ = front.settings
    request = DiffRequest(a, b, pixels, tolerance, picture, offset, tuple(ignore or ()))
    document = run_operation(front, "diff", request).document
    if json:
        front.emit(document)
    else:
        _print(document, pixels=document["pixels_compared"])
    return 0 if document["equal"] else 1


def _print(document: dict[str, Any], *, pixels: bool) -> None:
    """The differences as tables, and in a sentence what they come to."""
    frames = document.get("frames")
    if document["header"]:
        columns = ("part", "attribute", "A", "B", *(("frames",) if frames else ()))
        print_table(columns, [_header_row(entry, with_frames=bool(frames)) for entry in document["header"]])
    odd = [entry for entry in document["pixels"] if entry["differing"]]
    if odd:
        last = "frames" if frames else "first at"
        columns = ("part", "channel", "largest error", "mean error", "pixels", "NaN or Inf", last)
        print_table(columns, [_pixel_row(entry) for entry in odd])
    for error in document["errors"]:
        print_lines(f"not compared: {_said_of(document, error)}")
    for windows in document.get("windows", ()):
        if windows["only_a"] or windows["only_b"]:
            print_lines(
                f"part {windows['part']}: {count_of(windows['only_a'], 'pixel')} in A alone,"
                f" {count_of(windows['only_b'], 'pixel')} in B alone; they were not compared"
            )
    if frames:
        for key, word in (("only_a", "in A alone"), ("only_b", "in B alone")):
            if frames[key]:
                print_lines(f"{word}: {frames[key]}")
    if document["picture"]:
        of = ", ".join(document["picture_of"]["channels"]) or "all channels"
        print_lines(f"Picture of {of}: {document['picture']}")
    print_lines(_verdict(document, pixels=pixels))


def _said_of(document: dict[str, Any], error: dict[str, Any]) -> str:
    """An error with the file that it is about, or both, and what of it could not be compared."""
    sides = [error["side"]] if error.get("side") else ["a", "b"]
    return f"{' and '.join(document[side]['path'] for side in sides)}: {error_text(error)}"


def _verdict(document: dict[str, Any], *, pixels: bool) -> str:
    what = "headers and pixels" if pixels else "headers"
    if document["equal"] is None:
        return f"NOT TOLD: no difference was found, but not all {what} could be compared"
    verdict = f"EQUAL in {what}" if document["equal"] else "DIFFERENT"
    frames = document.get("frames")
    if not frames:
        return verdict
    if document["equal"]:
        return f"{verdict}, {frames_called(frames['compared'])}"
    if frames["different"]:
        return f"{verdict}, {frames_called(frames['different'])}"
    common = f"frames {frames['equal']} are equal in {what}" if frames["equal"] else "no frame is known to be equal"
    return f"{verdict}: {common}, and frames are in A or in B alone"


def _header_row(entry: dict[str, Any], *, with_frames: bool) -> tuple[Any, ...]:
    row = (entry["part"], entry["attribute"], _value(entry["a"]), _value(entry["b"]))
    return (*row, entry["frames"]) if with_frames else row


def _value(value: Any) -> str:
    return cut(value if isinstance(value, str) else compared_text(value), _LETTERS)


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _pixel_row(entry: dict[str, Any]) -> tuple[Any, ...]:
    place = entry["frames"] if "frames" in entry else _place(entry["first"])
    errors = f"{entry['max_error']:.6g}", f"{entry['mean_error']:.6g}"
    return (entry["part"], entry["channel"], *errors, entry["differing"], entry["non_finite"], place)


def _place(first: dict[str, Any]) -> str:
    return f"{first['x']}, {first['y']}: {_number(first['a'])} | {_number(first['b'])}"
