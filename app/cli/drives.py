"""`reelmark drives`: the library of drives."""

from typing import Annotated, Any

import typer

from app.catalog.shard import ScanRow, open_reader, scans
from app.cli.front import JsonOption, front_of
from app.cli.output import human_bytes, print_lines, print_table
from app.model.drives import Drive
from app.model.names import raw_name, shown
from app.model.times import rfc3339
from app.scanning.entrylists import EntryList, ListedEntry, count_entries, listed_entries
from app.scanning.problems import entry_path

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_drives(ctx: typer.Context, json: JsonOption = False) -> int:
    """List the catalogued drives."""
    front = front_of(ctx)
    drives = front.engine.catalog.drives()
    if json:
        front.emit({"drives": [drive_document(drive) for drive in drives]})
    elif drives:
        print_table(
            ("label", "online", "files", "bytes", "last scan", "base"),
            [
                (drive.label, drive.online, drive.files, human_bytes(drive.bytes), _when(drive), shown(drive.base))
                for drive in drives
            ],
        )
    else:
        print_lines("No drive is catalogued yet. Begin with: reelmark scan FOLDER")
    return 0


@app.command("show")
def show(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id.")],
    skipped: Annotated[bool, typer.Option("--skipped", help="List what was passed over, and why.")] = False,
    unreadable: Annotated[bool, typer.Option("--unreadable", help="List what could not be read, and why.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="List files that are not there any more.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="At most so many of each; 0 for all.")] = 1000,
    json: JsonOption = False,
) -> int:
    """Show one drive with its evidence and its scans, or list what its totals leave out."""
    front = front_of(ctx)
    found = front.engine.catalog.drive(drive)
    asked = [which for which, wanted in zip(EntryList, (skipped, unreadable, missing), strict=True) if wanted]
    document = drive_document(found)
    rows: list[ScanRow] = []
    lists: dict[EntryList, list[ListedEntry]] = {which: [] for which in asked}
    shard = front.engine.catalog.shard_path(found.id)
    if shard.exists():
        with open_reader(shard) as database:
            rows = scans(database)
            lists = {which: list(listed_entries(database, which, limit)) for which in asked}
            document.update({f"{which}_total": count_entries(database, which) for which in asked})
    document["scans"] = [_scan_document(row) for row in rows]
    document.update({which: [_entry_document(found, entry) for entry in entries] for which, entries in lists.items()})
    if json:
        front.emit({"drives": [document]})
    elif asked:
        for which, entries in lists.items():
            _print_entries(which, document.get(f"{which}_total", 0), found, entries)
    else:
        _print_drive(found, document)
    return 0


def _scan_document(row: ScanRow) -> dict[str, Any]:
    return {
        "scan_id": row.id,
        "started": rfc3339(row.started_us),
        "ended": rfc3339(row.ended_us) if row.ended_us else None,
        "mode": row.mode,
        "inventory_only": row.inventory_only,
        "state": row.state,
        "counts": row.counts,
    }


def _entry_document(drive: Drive, entry: ListedEntry) -> dict[str, Any]:
    path = "/".join([shown(part) for part in (entry.folder, entry.name) if part])
    invalid = raw_name(b"/".join([part for part in (entry.folder, entry.name) if part]))
    document = {"path": entry_path(drive.base, entry.folder, entry.name), "relative_path": path}
    if invalid:
        document["raw_name"] = invalid
    return {**document, "code": entry.code, "reason": entry.reason}


def _print_drive(drive: Drive, document: dict[str, Any]) -> None:
    print_lines(f"{drive.label}  {'online' if drive.online else 'offline'}  {shown(drive.base)}")
    evidence = ((name, value) for name, value in document["passport"].items() if value)
    print_table(("evidence", "value"), [(name, str(value)) for name, value in evidence])
    print_table(
        ("scan", "started", "mode", "state", "files"),
        [
            (row["scan_id"], row["started"][:19], row["mode"], row["state"], row["counts"].get("files"))
            for row in document["scans"]
        ],
    )


def _print_entries(which: EntryList, total: int, drive: Drive, entries: list[ListedEntry]) -> None:
    if not total:
        print_lines(f"Nothing is {which} on {drive.label}.")
        return
    rows = [(entry_path(drive.base, entry.folder, entry.name), entry.reason) for entry in entries]
    print_table((f"{which} on {drive.label}", "reason"), rows)
    if total > len(entries):
        print_lines(f"{len(entries):,} of {total:,}. --limit 0 lists all of them.")


@app.command("rename")
def rename(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new label.")],
    json: JsonOption = False,
) -> int:
    """Give a drive another label."""
    front = front_of(ctx)
    front.require_writing()
    renamed = front.engine.catalog.rename_drive(front.engine.catalog.drive(drive), new)
    if json:
        front.emit({"drives": [drive_document(renamed)]})
    else:
        print_lines(f"{renamed.label} is its name now.")
    return 0


def drive_document(drive: Drive) -> dict[str, Any]:
    """The JSON of a drive; what is not known is null."""
    passport = drive.passport
    return {
        "id": drive.id,
        "label": drive.label,
        "base": shown(drive.base),
        "kind": "network" if passport.network else None,
        "online": drive.online,
        "capacity_bytes": passport.capacity_bytes or None,
        "free_bytes": passport.free_bytes or None,
        "files": drive.files,
        "bytes": drive.bytes,
        "last_scan": rfc3339(drive.last_scan) if drive.last_scan else None,
        "passport": {
            "filesystem_uuid": passport.filesystem_uuid,
            "filesystem_type": passport.filesystem_type,
            "device": passport.device,
            "mount": passport.mount,
            "label": passport.label,
        },
    }


def _when(drive: Drive) -> str:
    return rfc3339(drive.last_scan)[:16].replace("T", " ") if drive.last_scan else "never"
