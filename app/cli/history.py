"""`reelmark history`: the generations of a drive, what changed between two, and the life of one file."""

from typing import Annotated, Any

import typer

from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.documents import drive_error, scan_document
from app.catalog.hashes import shown_hash
from app.catalog.history import GONE, Change, Moment, changes, count_changes, moments
from app.catalog.replicas import Replica, other_places
from app.catalog.shard import scans
from app.cli.front import JsonOption, front_of
from app.cli.output import human_bytes, local_time, print_lines
from app.cli.table import print_table
from app.errors import AppError, InputError, UsageError
from app.model.drives import Drive
from app.model.names import raw, raw_name, shown
from app.model.times import rfc3339, rfc3339_ns

app = typer.Typer()


@app.command()
def history(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id.")],
    before: Annotated[int | None, typer.Option("--from", metavar="SCAN", help="The earlier scan; 0 is none.")] = None,
    after: Annotated[int | None, typer.Option("--to", metavar="SCAN", help="The later scan; the newest.")] = None,
    path: Annotated[str | None, typer.Option("--path", metavar="P", help="The life of one file instead.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="At most so many; 0 for all.")] = 1000,
    json: JsonOption = False,
) -> int:
    """List the scans of a drive, and what became of its files between two of them.

    Works for drives on the shelf as well. Without --from it compares the two newest scans.
    """
    front = front_of(ctx)
    found = front.engine.catalog.drive(drive)
    try:
        with front.engine.catalog.open_shard(found) as database:
            if path is not None:
                document = _life(front.engine.catalog, found, database, path)
            else:
                document = _between(front.engine.catalog, found, database, before, after, limit)
    except AppError as error:
        raise error if isinstance(error, InputError) else drive_error(found, error) from error
    document = {"drive": {"id": found.id, "label": found.label}, **document}
    if json:
        front.emit(document)
    elif path is not None:
        _print_life(document)
    else:
        _print(found.label, document)
    return 0


def _between(
    catalog: Catalog, drive: Drive, database: Database, before: int | None, after: int | None, limit: int
) -> dict[str, Any]:
    rows = scans(database, 100_000)
    known = {row.id for row in rows}
    done = [row.id for row in rows if row.state == "done"]
    later = after if after is not None else (done[0] if done else 0)
    earlier = before if before is not None else next((number for number in done if number < later), 0)
    for option, number in (("--from", earlier), ("--to", later)):
        if number and number not in known:
            numbers = ", ".join(str(row.id) for row in reversed(rows)) or "none"
            raise UsageError(f"{option} {number} is no scan of this drive", hint=f"Its scans: {numbers}.")
    if earlier > later:
        raise UsageError(f"--from {earlier} is later than --to {later}")
    found = list(changes(database, earlier, later, limit))
    places = other_places(catalog, drive, (change.hash for change in found if change.change == GONE))
    listed = [_change_document(change, places) for change in found]
    return {
        "from": earlier,
        "to": later,
        "scans": [scan_document(row) for row in rows],
        "counts": count_changes(database, earlier, later),
        "changes": listed,
    }


def _life(catalog: Catalog, drive: Drive, database: Database, path: str) -> dict[str, Any]:
    found = moments(database, raw(path.strip("/")))
    if not found:
        raise InputError(
            f"{path} never was on this drive",
            hint="Write the path below the drive's base, as a search shows it in relative_path.",
            code="history.unknown",
        )
    digest = next((moment.hash for moment in found if moment.hash is not None), None)
    copies = other_places(catalog, drive, [digest]).get(digest or b"", [])
    return {
        "path": path,
        "moments": [_moment_document(moment) for moment in found],
        "elsewhere": [copy.document() for copy in copies],
    }


def _change_document(change: Change, places: dict[bytes, list[Replica]]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "change": change.change,
        "relative_path": shown(change.path),
        "was": shown(change.was) if change.was else None,
        "size": change.size,
        "size_before": change.size_before,
        "modified": rfc3339_ns(change.mtime_ns),
    }
    if change.change == GONE:
        document["elsewhere"] = [copy.document() for copy in places.get(change.hash or b"", [])]
    encoded = raw_name(change.path)
    return document if encoded is None else {**document, "raw_name": encoded}


def _moment_document(moment: Moment) -> dict[str, Any]:
    return {
        "scan_id": moment.scan_id,
        "time": rfc3339(moment.time_us),
        "change": moment.change,
        "relative_path": shown(moment.path),
        "size": moment.size,
        "modified": None if moment.mtime_ns is None else rfc3339_ns(moment.mtime_ns),
        "content_hash": shown_hash(moment.hash),
    }


def _print(label: str, document: dict[str, Any]) -> None:
    print_table(
        ("scan", "started", "mode", "state", "files", "bytes", "new", "changed", "moved", "missing"),
        [
            (
                row["scan_id"],
                local_time(row["started"]),
                "inventory" if row["inventory_only"] else row["mode"],
                row["state"],
                row["counts"].get("files"),
                human_bytes(row["counts"].get("bytes", 0)),
                *(row["counts"].get(name, 0) for name in ("new", "changed", "moved", "missing")),
            )
            for row in document["scans"]
        ],
    )
    told = ", ".join(f"{number:,} {name}" for name, number in document["counts"].items() if number) or "nothing"
    print_lines(f"{label} from scan {document['from']} to scan {document['to']}: {told}.")
    rows = [
        (change["change"], change["relative_path"], _sizes(change), change["was"] or _elsewhere(change))
        for change in document["changes"]
    ]
    if rows:
        print_table(("change", "file", "size", "was, or is now"), rows)
    if sum(document["counts"].values()) > len(rows):
        print_lines(f"{len(rows):,} of {sum(document['counts'].values()):,}. --limit 0 lists all of them.")


def _sizes(change: dict[str, Any]) -> str:
    before, now = change["size_before"], human_bytes(change["size"])
    return now if before in (None, change["size"]) else f"{human_bytes(before)} > {now}"


def _elsewhere(document: dict[str, Any]) -> str:
    """Where else the content of a file lies that is gone."""
    copies = [f"{copy['drive']}: {copy['relative_path']}" for copy in document.get("elsewhere", [])]
    return ", ".join(copies[:2]) + (f" and {len(copies) - 2} more" if len(copies) > 2 else "")


def _print_life(document: dict[str, Any]) -> None:
    print_table(
        ("scan", "when", "change", "file", "size", "modified", "hash"),
        [
            (
                moment["scan_id"],
                local_time(moment["time"]),
                moment["change"],
                moment["relative_path"],
                "" if moment["size"] is None else human_bytes(moment["size"]),
                "" if moment["modified"] is None else local_time(moment["modified"]),
                (moment["content_hash"] or "")[:23],
            )
            for moment in document["moments"]
        ],
    )
    if document["elsewhere"]:
        print_lines(f"The same content lies elsewhere: {_elsewhere(document)}.")
