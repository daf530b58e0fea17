"""`reelmark search`: names and paths over all drives, connected or not."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from app.catalog.documents import drive_error, drive_problem
from app.catalog.find import Find, Found
from app.catalog.search import SearchQuery
from app.catalog.where import conditions_of
from app.cli.front import Front, JsonOption, front_of
from app.cli.output import human_bytes, local_time, output_errors, print_lines, say, shown_cell
from app.cli.table import print_table
from app.errors import AppError, UsageError
from app.model.kinds import Category
from app.model.names import shown
from app.model.sizes import parse_size
from app.model.times import parse_time
from app.reports.exports import all_hits, stream_hits, write_hits

_NOTHING = SearchQuery("")

app = typer.Typer()


@app.command()
def search(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEXT", help="Words that a name or path has, * and ?, or a whole path."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", metavar="CONDITION", help='On what was learnt: "attr:owner=ILM", "width>=1920".'),
    ] = None,
    wanted: Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="Only this drive.")] = None,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="C", help="Only image, video, audio, document, ...")
    ] = None,
    ext: Annotated[list[str] | None, typer.Option("--ext", metavar="E", help="Only this extension.")] = None,
    min_size: Annotated[str | None, typer.Option("--min-size", metavar="B", help="At least so large: 500MB.")] = None,
    max_size: Annotated[str | None, typer.Option("--max-size", metavar="B", help="At most so large: 1.5G.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="T", help="Modified at this time or later.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="T", help="As the last scan before this time left the drives.")
    ] = None,
    verdict: Annotated[
        list[str] | None, typer.Option("--verdict", metavar="V", help="Only pass, fail, pending or stale.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", help="Newest hits; 0 for all.")] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="F", help="Write the hits to a CSV file; - prints them.")
    ] = None,
    jsonl_file: Annotated[
        Path | None, typer.Option("--jsonl", metavar="F", help="Write the hits to a file of JSON lines; - prints them.")
    ] = None,
    efu_file: Annotated[
        Path | None, typer.Option("--efu", metavar="F", help="Write the hits to a file list of Everything.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Find files by their names and paths, and by what was learnt of them, newest first."""
    front = front_of(ctx)
    if limit is not None and limit < 0:
        raise UsageError("--limit must be 0 or more", hint="0 gives all hits.")
    query = SearchQuery(
        " ".join(text or ()),
        _categories(category or []),
        tuple(ext or ()),
        _size("--min-size", min_size),
        _size("--max-size", max_size),
        _time("--since", since),
        _verdicts(verdict or []),
        front.settings.values.search.limit if limit is None else limit,
        as_of_us=_time("--as-of", as_of),
        where=conditions_of(where or []),
    )
    if not text and query == replace(_NOTHING, limit=query.limit):
        raise UsageError("search for what?", hint='Give a TEXT ("" for everything) or a filter, such as --ext exr.')
    asked = (("csv", csv_file), ("jsonl", jsonl_file), ("efu", efu_file))
    files = [(form, file) for form, file in asked if file is not None]
    printed = [form for form, file in files if str(file) == "-"]
    if len(printed) + front.json > 1:
        raise UsageError("only one thing can be printed", hint="Write the others to files.")
    return _answer(front, query, wanted or [], files)


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
            _write(form, file, all_hits(find) if streamed else found)
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
    elif not any(str(file) == "-" for _, file in files):
        _print(total, seconds, found)
    return int(bool(problems))


def _write(form: str, file: Path, hits: Iterable[Found]) -> None:
    """Write hits to a file, or to standard output where it is `-`."""
    if str(file) != "-":
        write_hits(file, form, hits)
        return
    with output_errors():
        sys.stdout.flush()
        stream_hits(sys.stdout.buffer, form, hits)
        sys.stdout.flush()


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


def _size(option: str, text: str | None) -> int | None:
    size = None if text is None else parse_size(text)
    if text is not None and size is None:
        raise UsageError(f"{option} {text} is no size", hint="Write 500MB, 1.5G, 2GiB or a number of bytes.")
    return size


def _time(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no time", hint="Write 2026-11-20 or 2026-11-20T10:00:00Z.") from None
