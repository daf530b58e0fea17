"""`reelmark maintain`: looking after the catalogue and the shards."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.front import Front, JsonOption, front_of, run_operation
from app.cli.output import human_bytes, local_time, print_lines, say
from app.cli.table import print_table
from app.errors import RecordsBroken, UsageError
from app.maintenance.request import RestoreRequest, UpkeepRequest, UpkeepResult
from app.maintenance.status import BROKEN, DatabaseStatus, maintenance_status
from app.model.names import shown
from app.model.times import rfc3339

app = typer.Typer(help="Look after the catalogue and the shards.", no_args_is_help=True)

Targets = Annotated[
    list[str] | None, typer.Option("--target", metavar="T", help="catalog, shard:D or all-shards; may be repeated.")
]
Drives = Annotated[list[str] | None, typer.Option("--drive", metavar="D", help="The shard of that drive.")]
OnlyCatalog = Annotated[bool, typer.Option("--catalog", help="The catalogue.")]
All = Annotated[bool, typer.Option("--all", help="The catalogue and every shard; so without any of these.")]


@app.command("status")
def status(ctx: typer.Context, json: JsonOption = False) -> int:
    """Show size, format, last check and last backup of every database. Nothing is written."""
    front = _front(ctx)
    databases = maintenance_status(front.engine)
    if json:
        front.emit({"targets": [status_document(database) for database in databases]})
    elif databases:
        _print_status(databases)
    else:
        print_lines("There is no database yet. Begin with: reelmark scan FOLDER")
    return RecordsBroken.exit_code if any(database.state == BROKEN for database in databases) else 0


@app.command("check")
def check(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    full: Annotated[
        bool, typer.Option("--full", help="Also each index, the search index, and our own rows against each other.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Look whether databases are sound. Nothing in them is written."""
    return _run(_front(ctx), "check_records", replace(_request(target, drive, catalog, every), full=full))


@app.command("quick")
def quick(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    json: JsonOption = False,
) -> int:
    """Optimise: renew what queries are planned with, and merge the search index, behind a fresh backup."""
    return _run(_writing(ctx), "optimise_records", _request(target, drive, catalog, every))


@app.command("full")
def full(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    force: Annotated[
        bool, typer.Option("--force", help="Vacuum also where too little is free for that to pay.")
    ] = False,
    json: JsonOption = False,
) -> int:
    """Make every index anew, then vacuum where it pays, behind a fresh backup."""
    return _run(_writing(ctx), "maintain_records", replace(_request(target, drive, catalog, every), force=force))


@app.command("vacuum")
def vacuum(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    json: JsonOption = False,
) -> int:
    """Write databases anew without what is free in them, behind a fresh backup."""
    return _run(_writing(ctx), "vacuum_records", _request(target, drive, catalog, every))


@app.command("backup")
def backup(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    json: JsonOption = False,
) -> int:
    """Keep a verified copy of databases in the folder backups."""
    return _run(_writing(ctx), "back_up_records", _request(target, drive, catalog, every))


@app.command("restore")
def restore(
    ctx: typer.Context,
    target: Annotated[str | None, typer.Option("--target", metavar="T", help="catalog or shard:D.")] = None,
    drive: Annotated[str | None, typer.Option("--drive", metavar="D", help="The shard of that drive.")] = None,
    catalog: OnlyCatalog = False,
    backup_file: Annotated[
        str | None, typer.Option("--backup", metavar="FILE", help="Which backup; the newest without it.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Put a backup in the place of a database; what is there is backed up first."""
    asked = _request([target] if target else None, [drive] if drive else None, catalog, False)
    if asked.shards or len(asked.drives) + asked.catalog != 1:
        raise UsageError("name one database", hint="--target catalog, or --target shard:D.")
    request = RestoreRequest("" if asked.catalog else asked.drives[0], backup_file or "")
    return _run(_writing(ctx), "restore_records", request)


@app.command("salvage")
def salvage(
    ctx: typer.Context,
    target: Targets = None,
    drive: Drives = None,
    catalog: OnlyCatalog = False,
    every: All = False,
    force: Annotated[bool, typer.Option("--force", help="Also where a full check finds nothing wrong.")] = False,
    json: JsonOption = False,
) -> int:
    """Read damaged databases row by row into new ones, and list what was lost."""
    request = _request(target, drive, catalog, every)
    if request.all and not every:
        raise UsageError("name the databases", hint="--target catalog, --target shard:D or --all.")
    return _run(_writing(ctx), "salvage_records", replace(request, force=force))


def status_document(database: DatabaseStatus) -> dict[str, Any]:
    """The JSON of how a database stands; what is not known is null."""
    target = database.target

    def when(*actions: str) -> str | None:
        note = database.last(*actions)
        return rfc3339(note.time_us) if note else None

    return {
        "name": target.name,
        "kind": target.kind,
        "path": target.path,
        "state": database.state,
        "problem": shown(database.problem) or None,
        "hint": shown(database.hint) or None,
        "bytes": database.bytes,
        "log_bytes": database.log_bytes,
        "free_bytes": database.free_bytes,
        "format": database.format or None,
        "newest_format": len(target.schema.steps),
        "checked": when("check", "full_check"),
        "full_checked": when("full_check"),
        "optimised": when("optimise"),
        "vacuumed": when("vacuum"),
        "backups": [
            {
                "path": copy.path,
                "time": rfc3339(copy.time_us),
                "bytes": copy.bytes,
                "before_upgrade_from": copy.version or None,
            }
            for copy in database.backups
        ],
        "held_by": database.held_by or None,
    }


def _front(ctx: typer.Context) -> Front:
    front = front_of(ctx)
    front.repairing = True
    return front


def _writing(ctx: typer.Context) -> Front:
    front = _front(ctx)
    front.require_writing()
    return front


def _request(targets: list[str] | None, drives: list[str] | None, catalog: bool, every: bool) -> UpkeepRequest:
    """Which databases are meant: `--target`, or the shorter options beside it.

    Raises:
        UsageError: a target is none.
    """
    if every:
        return UpkeepRequest()
    named, shards = list(drives or ()), False
    for target in targets or ():
        kind, _, drive = target.partition(":")
        if kind == "shard" and drive:
            named.append(drive)
        elif target == "catalog":
            catalog = True
        elif target == "all-shards":
            shards = True
        else:
            raise UsageError(f"--target {target} is no database", hint="Write catalog, shard:D or all-shards.")
    return UpkeepRequest(tuple(named), catalog=catalog, shards=shards)


def _run(front: Front, operation: str, request: Any) -> int:
    """Run an operation, print what came of it, and return its exit code."""
    result: UpkeepResult = run_operation(front, operation, request)
    if front.json:
        front.emit({"targets": [target.document() for target in result.targets]})
        return result.exit_code
    print_table(
        ("database", "outcome", "before", "after", "copy"),
        [
            (
                target.name,
                "done" if target.ok else "FAILED" if target.error else "BROKEN",
                human_bytes(target.before_bytes),
                human_bytes(target.after_bytes),
                Path(target.backup).name,
            )
            for target in result.targets
        ],
    )
    for target in result.targets:
        if target.lost:
            print_lines("", f"What was salvaged of {target.name}:")
            print_table(("table", "rows kept", "rows lost", "why"), [_salvaged(table) for table in target.lost])
        for message in target.messages:
            say(f"{target.name}: {shown(message)}")
        if target.error is not None and target.error.hint:
            say(f"{target.name}: {target.error.hint}")
    return result.exit_code


def _salvaged(table: dict[str, Any]) -> tuple[Any, ...]:
    return table["table"], table["kept"], f"{table['lost']:,}{' or more' if table['more'] else ''}", table["reason"]


def _print_status(databases: list[DatabaseStatus]) -> None:
    print_table(
        ("database", "state", "size", "free", "format", "checked", "last backup", "backups", "held by"),
        [
            (
                database.target.name,
                database.state.upper() if database.state == BROKEN else database.state,
                human_bytes(database.bytes),
                human_bytes(database.free_bytes),
                database.format or None,
                _when(database.checked.time_us) if database.checked else "never",
                _when(database.backups[0].time_us) if database.backups else "none",
                len(database.backups),
                database.held_by,
            )
            for database in databases
        ],
    )
    for database in databases:
        if database.problem:
            say(f"warning: {database.target.name}: {shown(database.problem)}. {database.hint}".rstrip())


def _when(time_us: int) -> str:
    return local_time(rfc3339(time_us))
