"""`reelmark report`: read-only summaries of what drives hold, connected or not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from app.catalog.documents import drive_error, drive_problem
from app.cli.front import Front, JsonOption, front_of, watched_job
from app.cli.output import count_of, human_bytes, local_time, print_lines, say
from app.cli.table import print_table
from app.errors import AppError, UsageError
from app.model.names import shown
from app.reports.reportfiles import REPORT_FORMATS, tree_levels, write_reports
from app.reports.sections import ALL, SECTIONS, Column, Kind, ReportOptions, ReportSet, make_reports
from app.reports.shows import shows_options

app = typer.Typer()

#: What a terminal has no room for beside a path.
_LEFT_OUT = ("hash", "relative_path", "depth", "category")


@app.command()
def report(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="REPORT", help=f"{', '.join(SECTIONS)}, or {ALL}.")],
    wanted: Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="Only this drive.")] = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=0, help="So many rows; 0 for all.")] = 20,
    depth: Annotated[int, typer.Option("--depth", metavar="N", min=1, max=64, help="Folders so many levels deep.")] = 2,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=36_500, help="So many days back, today counting as one.")
    ] = 30,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="PATH", help="Write CSV to this file, or into this folder.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="F", help="Write one self-contained HTML page with charts.")
    ] = None,
    export: Annotated[
        list[str] | None,
        typer.Option("--export", metavar="FORMAT", help="Write csv, json or html into the exports folder."),
    ] = None,
    json: JsonOption = False,
) -> int:
    """Summarise what drives hold, connected or not: totals, extensions, largest files, heaviest folders and more."""
    front = front_of(ctx)
    if name not in SECTIONS and name != ALL:
        raise UsageError(f"{name} is no report", hint=f"Choose one of {', '.join((*SECTIONS, ALL))}.")
    for form in export or ():
        if form not in REPORT_FORMATS:
            raise UsageError(f"--export {form} is none of {', '.join(REPORT_FORMATS)}")
    if export:
        front.require_writing()
    catalog = front.engine.catalog
    drives = catalog.drives_called(wanted or ())
    options = ReportOptions(top, depth, days, shows_options(front.engine.settings.production))
    broken: dict[str, AppError] = {}
    levels = tree_levels(options) if html or "html" in (export or ()) else 0
    with watched_job() as job:
        made = make_reports(
            catalog, drives, name, options, token=job.token, broken=broken, begun=lambda _: job.check(),
            tree_levels=levels,
        )  # fmt: skip
    problems = [(drive, broken[drive.id]) for drive in drives if drive.id in broken]
    if problems and len(problems) == len(drives):
        raise drive_error(*problems[0], others=len(problems) - 1)
    for drive, error in problems:
        say(f"warning: {drive.label} was left out: {shown(error.message)}. {error.hint}".rstrip())
    _write(front, made, csv, html, export or [])
    if json:
        front.emit({**made.document(), "problems": [drive_problem(drive, error) for drive, error in problems]})
    else:
        _print(made)
    return int(bool(problems))


def _write(front: Front, made: ReportSet, csv: Path | None, html: Path | None, export: list[str]) -> None:
    """Write the files that were asked for; each is named on standard error."""
    targets: list[tuple[str, Path | None]] = [(form, None) for form in export]
    targets += [(form, path) for form, path in (("csv", csv), ("html", html)) if path is not None]
    for form, path in targets:
        for file in write_reports(made, form, path, front.home):
            say(f"Written: {shown(str(file))}")


def _print(made: ReportSet) -> None:
    """Each table under its title, or without one where there is a single report."""
    for name, one in made.reports.items():
        document = one.document()
        for table in SECTIONS[name].tables:
            rows = [*table.rows(document)]
            if len(made.reports) > 1 or len(SECTIONS[name].tables) > 1:
                print_lines("", table.title)
            has_path = any(column.key == "path" for column in table.columns)
            columns = [column for column in table.columns if not (has_path and column.key in _LEFT_OUT)]
            if rows:
                print_table(
                    [column.head for column in columns],
                    [[_cell(column, row[column.key]) for column in columns] for row in rows],
                )
        print_lines(_last_line(name, document))


def _cell(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.kind is Kind.BYTES:
        return human_bytes(value)
    return local_time(value) if column.kind is Kind.TIME else value


def _last_line(name: str, document: Mapping[str, Any]) -> str:
    """What the rows do not say."""
    match name:
        case "overview":
            size = human_bytes(document["bytes"])
            return f"{count_of(document['files'], 'file')}, {size}; {human_bytes(document['average_bytes'])} on average"
        case "top-extensions":
            return f"{count_of(document['total'], 'extension')} in all"
        case "heaviest-folders":
            return f"{count_of(document['total'], 'folder')} down to depth {document['depth']}"
        case "recent":
            later = document["later"]["files"]
            more = f"; {count_of(later, 'file')} dated in the future" if later else ""
            total = f"{count_of(document['files'], 'file')}, {human_bytes(document['bytes'])}"
            return f"{total} modified since {document['since']}{more}"
        case "duplicates":
            unhashed = document["unhashed"]["files"]
            more = f"; {count_of(unhashed, 'file')} cannot be told: not hashed, or suspected of rot" if unhashed else ""
            return (
                f"{count_of(document['groups'], 'group')} of equal files; {human_bytes(document['wasted_bytes'])} "
                f"could be freed{more}"
            )
        case "shows" if document["note"]:
            return str(document["note"])
        case _:
            return f"{count_of(len(document['rows']), 'row')}"
