"""`reelmark search`: names and paths over all drives, connected or not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.catalog.documents import drive_error, drive_problem
from app.catalog.find import Find, Found
from app.catalog.search import SearchQuery
from app.cli.front import Front, JsonOption, front_of
from app.cli.output import human_bytes, local_time, print_lines, say, shown_cell
from app.cli.table import print_table
from app.errors import AppError, UsageError
from app.model.kinds import Category
from app.model.names import shown
from app.model.times import parse_time
from app.reports.exports import all_hits, write_hits

app = typer.Typer()


@app.command()
def search(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Part of a name or path; one or two letters: its start.")],
    wanted: Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="Only this drive.")] = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="C", help="Only image, video, audio, document, ...")
    ] = None,
    ext: Annotated[list[str] | None, typer.Option("--ext", metavar="E", help="Only this extension.")] = None,
    min_size: Annotated[int | None, typer.Option("--min-size", metavar="B", help="At least so many bytes.")] = None,
    max_size: Annotated[int | None, typer.Option("--max-size", metavar="B", help="At most so many bytes.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="T", help="Modified at this time or later.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="T", help="As the last scan before this time left the drives.")
    ] = None,
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", metavar="V", help="Only pass, fail, pending or stale.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", help="Newest hits; 0 for all.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", metavar="F", help="Write the hits to a CSV file.")] = None,
    jsonl_file: Annotated[
        Path | None, typer.Option("--jsonl", metavar="F", help="Write the hits to a file of JSON lines.")
    ] = None,
    efu_file: Annotated[
        Path | None, typer.Option("--efu", metavar="F", help="Write the hits to a file list of Everything.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Find files by part of their name or path, newest first."""
    front = front_of(ctx)
    if limit is not None and limit < 0:
        raise UsageError("--limit must be 0 or more", hint="0 gives all hits.")
    query = SearchQuery(
        text,
        _categories(category or []),
        tuple(ext or ()),
        min_size,
        max_size,
        _time("--since", since),
        _verdicts(verdict or []),
        front.settings.values.search.limit if limit is None else limit,
        as_of_us=_time("--as-of", as_of),
    )
    asked = (("csv", csv_file), ("jsonl", jsonl_file), ("efu", efu_file))
    return _answer(front, query, wanted or [], [(form, file) for form, file in asked if file is not None])


def _answer(front: Front, query: SearchQuery, wanted: list[str], files: Sequence[tuple[str, Path]]) -> int:
    """Search, write the files, and print what was found; the exit code."""
    catalog = front.engine.catalog
    drives = catalog.drives_called(wanted)
    broken: dict[str, AppError] = {}
    streamed = bool(files) and not query.limit and not front.json  # then all hits go to the files, never into memory
    with Find(catalog, front.engine.judge, drives, query, broken=broken) as find:
        found = find.page(front.settings.values.search.limit if streamed else query.limit)
        seconds = find.seconds
        total = find.total()
        if broken and not find.searched:
            problems = [(drive, broken[drive.id]) for drive in drives if drive.id in broken]
            raise drive_error(*problems[0], others=len(problems) - 1)
        for form, file in files:
            write_hits(file, form, all_hits(find) if streamed else found)
    problems = [(drive, broken[drive.id]) for drive in drives if drive.id in broken]
    for drive, error in problems:
        say(f"warning: {drive.label} was not searched: {shown(error.message)}. {error.hint}".rstrip())
    if front.json:
        front.emit(
            {
                "query": query.text,
                "total": total,
                "seconds": round(seconds, 6),
                "results": [hit.document() for hit in found],
                "problems": [drive_problem(drive, error) for drive, error in problems],
            }
        )
    else:
        _print(total, seconds, found)
    return int(bool(problems))


def _print(total: int, seconds: float, found: Sequence[Found]) -> None:
    documents = [hit.document() for hit in found]
    if documents:
        print_table(
            ("name", "size", "modified", "drive", "verdict", "path"),
            [
                (
                    row["name"],
                    human_bytes(row["size"]),
                    local_time(row["modified"]),
                    row["drive"] + ("" if row["online"] else " (offline)"),
                    row["verdict"] or "",
                    row["path"],
                )
                for row in documents
            ],
        )
    print_lines(f"{shown_cell(total)} found, {shown_cell(len(documents))} shown ({seconds * 1000:.1f} ms)")


def _categories(labels: list[str]) -> tuple[str, ...]:
    known = {category.label for category in Category}
    for label in labels:
        if label.lower() not in known:
            raise UsageError(f"--category {label} is none of {', '.join(sorted(known))}")
    return tuple(label.lower() for label in labels)


def _verdicts(words: list[str]) -> tuple[str, ...]:
    known = ("pass", "fail", "pending", "stale")
    for word in words:
        if word not in known:
            raise UsageError(f"--verdict {word} is none of {', '.join(known)}")
    return tuple(words)


def _time(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no time", hint="Write 2026-11-20 or 2026-11-20T10:00:00Z.") from None
