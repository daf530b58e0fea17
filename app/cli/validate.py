"""`reelmark validate`: missing frames, show by show and shot by shot."""

from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, watched_job
from app.cli.output import print_lines, say
from app.cli.shows import ConfigOption, LogDirOption, RootArgument, ShowsRootOption, nothing_found, show_config
from app.model.names import posix, shown
from app.model.production import expected_range
from app.production.validate import ShotReport, ValidateRequest, ValidateResult
from app.production.validate import validate as find_missing

app = typer.Typer()


@app.command()
def validate(
    ctx: typer.Context,
    root: RootArgument = None,
    config: ConfigOption = None,
    shows_root: ShowsRootOption = None,
    log_dir: LogDirOption = None,
    frames: Annotated[
        str | None, typer.Option("--range", metavar="A-B", help="First and last frame that every shot should have.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Remarks count as failures too.")] = False,
    json: JsonOption = False,
) -> int:
    """Look for missing frames in the shots of shows.

    Nothing is written. Exit code 1 where frames are missing, or there is no shot.
    """
    front = front_of(ctx)
    known, folder = show_config(front, root, config, shows_root, log_dir)
    ranges = (expected_range(frames),) if frames else known.ranges
    request = ValidateRequest(folder, known.layout, known.naming, ranges)
    with watched_job() as job:
        result: ValidateResult = find_missing(None, request, job)
    if json:
        front.emit(_document(str(folder.absolute()), result))
    else:
        _print(result)
    if not result.reports:
        say(nothing_found(folder, known.layout))
    return 1 if result.failed or not result.reports or (strict and result.remarked) else 0


def _document(root: str, result: ValidateResult) -> dict[str, Any]:
    return {
        "root": posix(root),
        "shows": [
            {"show": shown(show), "shots": [_shot(report, root) for report in reports]}
            for show, reports in result.shows
        ],
    }


def _shot(report: ShotReport, root: str) -> dict[str, Any]:
    return {
        "shot": shown(report.place.shot),
        "path": posix(f"{root}/{report.place.path}"),
        "status": report.status,
        "missing": report.missing_text,
        "missing_count": sum(int(last - first) + 1 for first, last in report.missing),
        "sequences": report.sequences,
        "remarks": [{"code": remark.code, "message": remark.message} for remark in report.remarks],
        "unreadable": report.unreadable,
    }


def _print(result: ValidateResult) -> None:
    if not result.shows:
        print_lines("No shows found.")
    for place, (show, reports) in enumerate(result.shows):
        print_lines(*([""] if place else []), f"Show: {shown(show)}")
        if not reports:
            print_lines("  No shots")
        for report in reports:
            print_lines(f"  Shot: {shown(report.place.shot)}", *(f"    {line}" for line in _lines(report)))


def _lines(report: ShotReport) -> list[str]:
    several = len(report.sequences) > 1
    lines = [f"Cannot be read: {why}" for why in report.unreadable]
    lines += [
        f"Missing frames: {frames}" + (f"  ({name})" if several and name else "") for name, frames in report.lines
    ]
    if report.lines and not report.sequences:
        lines[-1] += "  (no frames)" if report.place.there else f"  (no folder {shown(report.place.path)})"
    if not lines:
        words = {"no_renders": f"No folder {shown(report.place.path)}", "no_frames": "No frames"}
        lines.append(words.get(report.status, "OK (no missing frames)"))
    return [*lines, *(f"Note: {remark.message}" for remark in report.remarks)]
