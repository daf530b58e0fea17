"""`reelmark disk`: what shots take up, show by show, against a threshold."""

from typing import Annotated, Any

import typer

from app.cli.front import JsonOption, front_of, watched_job
from app.cli.output import count_of, print_lines, say
from app.cli.shows import ConfigOption, LogDirOption, RootArgument, ShowsRootOption, nothing_found, show_config
from app.errors import UsageError
from app.model.names import posix, shown
from app.model.sizes import MEGABYTE
from app.production.disk import DiskRequest, DiskResult
from app.production.disk import disk as measure

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")

app = typer.Typer()


@app.command()
def disk(
    ctx: typer.Context,
    root: RootArgument = None,
    config: ConfigOption = None,
    shows_root: ShowsRootOption = None,
    log_dir: LogDirOption = None,
    warn_mb: Annotated[
        float | None,
        typer.Option("--warn-mb", metavar="MB", min=0, max=1e12, help="Megabytes from which a shot is told."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where a shot is over the threshold.")] = False,
    json: JsonOption = False,
) -> int:
    """Add up what the shots of shows take up on disk. Nothing is written."""
    front = front_of(ctx)
    known, folder = show_config(front, root, config, shows_root, log_dir)
    limit = known.warn_bytes if warn_mb is None else round(warn_mb * MEGABYTE)
    if strict and not limit:
        raise UsageError("--strict needs a threshold", hint="Give --warn-mb, or thresholds.disk_warning_mb.")
    with watched_job() as job:
        result: DiskResult = measure(None, DiskRequest(folder, known.layout, limit), job)
    place = str(folder.absolute())
    if json:
        front.emit(_document(place, limit, result))
    else:
        _print(str(folder), limit, result)
    if not any(usages for _, usages in result.shows):
        say(nothing_found(folder, known.layout))
    unread = any(usage.problems for usage in result.shots)
    return 1 if unread or (strict and any(usage.warning for usage in result.shots)) else 0


def _document(root: str, limit: int, result: DiskResult) -> dict[str, Any]:
    shows = [
        {
            "show": shown(show),
            "bytes": sum(usage.bytes for usage in usages),
            "files": sum(usage.files for usage in usages),
            "shots": [
                {
                    "shot": shown(usage.place.shot),
                    "path": posix(f"{root}/{usage.place.path}"),
                    "there": usage.place.there,
                    "bytes": usage.bytes,
                    "files": usage.files,
                    "warning": usage.warning,
                    "unreadable": usage.problems,
                }
                for usage in usages
            ],
        }
        for show, usages in result.shows
    ]
    return {"root": posix(root), "threshold_bytes": limit or None, "shows": shows}


def _print(root: str, limit: int, result: DiskResult) -> None:
    print_lines(f"Disk usage under: {shown(root)}")
    if not result.shows:
        print_lines("", "No shows found.")
    for show, usages in result.shows:
        print_lines("", f"Show: {shown(show)}")
        if not usages:
            print_lines("  No shots")
        for usage in usages:
            used = f"{result.measured}={_size(usage.bytes)} ({count_of(usage.files, 'file')})"
            if not usage.place.there:
                used = f"no folder {shown(usage.place.path)}"
            warning = f"  [WARN >= {limit / MEGABYTE:g} MB]" if usage.warning else ""
            print_lines(f"  Shot: {shown(usage.place.shot)}  {used}{warning}")
            print_lines(*(f"    Cannot be read: {why}" for why in usage.problems))


def _size(size: float) -> str:
    """A size in decimal units with one decimal: `512.0 MB`."""
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} B"
