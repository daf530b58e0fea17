"""`reelmark drives`: the library of drives."""

import shlex
from typing import Annotated, Any

import typer

from app.catalog.catalog import ShardStanding
from app.catalog.dberrors import ABSENT
from app.catalog.documents import drive_document, drive_error, health_document, scan_document
from app.catalog.shard import ScanRow, scans
from app.cli.front import JsonOption, front_of
from app.cli.output import human_bytes, local_time, print_lines, say
from app.cli.shelf import SHELF_COMMANDS, print_health
from app.cli.table import print_table
from app.drives.recognition import SENTENCES, Verdict
from app.errors import AppError
from app.model.drives import Drive
from app.model.names import shown
from app.model.times import rfc3339
from app.scanning.entrylists import EntryList, ListedEntry, count_entries, entry_document, listed_entries
from app.scanning.problems import entry_path

app = typer.Typer(help="The catalogued drives.", no_args_is_help=True)
for _name, _command in SHELF_COMMANDS:
    app.command(_name)(_command)

#: What of a passport's document is said in a sentence of its own.
_VERDICT = ("verdict", "confidence", "reasons", "clone_of", "replaces")


@app.command("list")
def list_drives(ctx: typer.Context, json: JsonOption = False) -> int:
    """List the catalogued drives."""
    front = front_of(ctx)
    catalog = front.engine.catalog
    drives = [(drive, catalog.standing(drive)) for drive in catalog.drives()]
    health = catalog.health.newest()
    if json:
        documents = [
            drive_document(drive, standing.error, health.get(drive.id), suspected=standing.suspected)
            for drive, standing in drives
        ]
        front.emit({"drives": documents})
    elif drives:
        print_table(
            ("label", "online", "kind", "place", "health", "files", "bytes", "last scan", "records", "base"),
            [
                (
                    drive.label,
                    drive.online,
                    drive.kind,
                    _place(drive),
                    health[drive.id].state if drive.id in health else "",
                    drive.files,
                    human_bytes(drive.bytes),
                    _when(drive),
                    _records(drive, standing),
                    shown(drive.base),
                )
                for drive, standing in drives
            ],
        )
    else:
        print_lines("No drive is catalogued yet. Begin with: reelmark scan FOLDER")
    for drive, standing in drives:
        if standing.error is not None:
            say(f"warning: {drive.label}: {shown(standing.error.message)}. {standing.error.hint}".rstrip())
        elif standing.suspected:
            say(f"warning: {_suspected_words(drive, standing.suspected)}")
    return int(any(standing.error for _, standing in drives))


def _records(drive: Drive, standing: ShardStanding) -> str:
    if standing.error is not None:
        return "BROKEN"
    return "good" if drive.last_scan else "unfinished" if drive.files else "none yet"


def _suspected_words(drive: Drive, number: int) -> str:
    files = f"{number:,} file{'s' if number > 1 else ''}"
    return (
        f"{drive.label}: {files} did not read as hashed when last verified:"
        f" reelmark drives show {shlex.quote(drive.label)} --suspected"
    )


@app.command("show")
def show(
    ctx: typer.Context,
    drive: Annotated[str, typer.Argument(metavar="D", help="Label or id.")],
    skipped: Annotated[bool, typer.Option("--skipped", help="List what was passed over, and why.")] = False,
    unreadable: Annotated[bool, typer.Option("--unreadable", help="List what could not be read, and why.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="List files that are not there any more.")] = False,
    suspected: Annotated[
        bool, typer.Option("--suspected", help="List files that did not read as hashed when last verified.")
    ] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="At most so many of each; 0 for all.")] = 1000,
    json: JsonOption = False,
) -> int:
    """Show one drive, or list what it leaves out.

    Its evidence and its scans; or entries that were passed over, that cannot be read, that are missing.
    """
    front = front_of(ctx)
    found = front.engine.catalog.drive(drive)
    wishes = (skipped, unreadable, missing, suspected)
    asked = [which for which, wanted in zip(EntryList, wishes, strict=True) if wanted]
    problem: AppError | None = None
    rows: list[ScanRow] = []
    lists: dict[EntryList, list[ListedEntry]] = {which: [] for which in asked}
    totals: dict[str, int] = {}
    try:
        with front.engine.catalog.open_shard(found) as database:
            rows = scans(database)
            lists = {which: list(listed_entries(database, which, limit)) for which in asked}
            totals = {f"{which}_total": count_entries(database, which) for which in (*asked, EntryList.SUSPECTED)}
            problem = front.engine.catalog.found_broken(found, database)
    except AppError as error:
        problem = None if error.code == ABSENT else error
    if problem is not None and asked and not rows:
        raise drive_error(found, problem)
    trend = front.engine.catalog.health.trend(found.id)
    document = {**drive_document(found, problem, trend[0] if trend else None), **totals}
    document["health_trend"] = [health_document(health) for health in trend]
    document["scans"] = [scan_document(row) for row in rows]
    document.update(
        {which: [entry_document(found.base, entry) for entry in entries] for which, entries in lists.items()}
    )
    if json:
        front.emit({"drives": [document]})
    elif asked:
        for which, entries in lists.items():
            _print_entries(which, document.get(f"{which}_total", 0), found, entries)
    else:
        _print_drive(found, document)
    if problem is not None:
        say(f"warning: {found.label}: {shown(problem.message)}. {problem.hint}".rstrip())
    return int(problem is not None)


def _print_drive(drive: Drive, document: dict[str, Any]) -> None:
    print_lines(f"{drive.label}  {'online' if drive.online else 'offline'}  {shown(drive.base)}")
    told = [(name, document[name]) for name in ("place", "note", "lent_to", "lent") if document[name]]
    if told:
        print_table(("", "what you told"), [(name.replace("_", " "), str(value)) for name, value in told])
    passport = {name: document[name] for name in ("kind", "capacity_bytes")} | document["passport"]
    evidence = ((name, value) for name, value in passport.items() if value and name not in _VERDICT)
    print_table(("evidence", "value"), [(name.replace("_", " "), str(value)) for name, value in evidence])
    if passport["verdict"]:
        print_lines(
            f"When it was last scanned: {SENTENCES[Verdict(passport['verdict'])]} ({passport['confidence']:.0%})"
        )
    if passport["clone_of"]:
        print_lines(f"It is a byte clone of the drive {passport['clone_of']}.")
    if passport["replaces"]:
        print_lines(f"Its disk was the drive {passport['replaces']} before it was re-formatted.")
    if document["suspected_total"]:
        print_lines(_suspected_words(drive, document["suspected_total"]))
    print_health(document["health_trend"])
    print_table(
        ("scan", "started", "mode", "state", "files"),
        [
            (row["scan_id"], local_time(row["started"]), row["mode"], row["state"], row["counts"].get("files"))
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


def _place(drive: Drive) -> str:
    """The shelf, and who has it where it is not there."""
    return f"lent to {drive.lent_to}" if drive.lent_to else drive.place


def _when(drive: Drive) -> str:
    return local_time(rfc3339(drive.last_scan)) if drive.last_scan else "never"
