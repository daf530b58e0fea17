"""`reelmark drives`: the library of drives."""

from typing import Annotated, Any

import typer

from app.catalog.shard import open_reader, scans
from app.cli.front import JsonOption, front_of
from app.cli.output import human_bytes, print_lines, print_table
from app.model.drives import Drive
from app.model.names import shown
from app.model.times import rfc3339

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
    json: JsonOption = False,
) -> int:
    """Show one drive with its evidence and its scans."""
    front = front_of(ctx)
    found = front.engine.catalog.drive(drive)
    document = drive_document(found)
    shard = front.engine.catalog.shard_path(found.id)
    rows = []
    if shard.exists():
        with open_reader(shard) as database:
            rows = scans(database)
    document["scans"] = [
        {
            "scan_id": row.id,
            "started": rfc3339(row.started_us),
            "ended": rfc3339(row.ended_us) if row.ended_us else None,
            "mode": row.mode,
            "inventory_only": row.inventory_only,
            "state": row.state,
            "counts": row.counts,
        }
        for row in rows
    ]
    if json:
        front.emit({"drives": [document]})
        return 0
    print_lines(f"{found.label}  {'online' if found.online else 'offline'}  {shown(found.base)}")
    evidence = ((name, value) for name, value in document["passport"].items() if value)
    print_table(("evidence", "value"), [(name, str(value)) for name, value in evidence])
    print_table(
        ("scan", "started", "mode", "state", "files"),
        [
            (row["scan_id"], row["started"][:19], row["mode"], row["state"], row["counts"].get("files"))
            for row in document["scans"]
        ],
    )
    return 0


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
