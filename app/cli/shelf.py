"""The commands of `reelmark drives` that change what is known of a drive."""

import shlex
import sys
from typing import Annotated, Any

import typer

from app.catalog.documents import drive_document, health_document
from app.cli.front import Front, JsonOption, front_of, run_operation
from app.cli.output import local_time, print_lines, say
from app.cli.table import print_table
from app.errors import Cancelled, UsageError
from app.model.drives import Drive
from app.model.names import posix, shown

DriveArgument = Annotated[str, typer.Argument(metavar="D", help="Label or id.")]


def rename(
    ctx: typer.Context,
    drive: DriveArgument,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The new label.")],
    json: JsonOption = False,
) -> int:
    """Give a drive another label."""
    renamed = _describe(ctx, drive, json, label=new)
    if not json:
        print_lines(f"{renamed.label} is its name now.")
    return 0


def place(
    ctx: typer.Context,
    drive: DriveArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The shelf; empty for none.")],
    json: JsonOption = False,
) -> int:
    """Note where a drive stands."""
    told = _describe(ctx, drive, json, place=text)
    if not json:
        print_lines(f"{told.label} stands at {told.place}." if told.place else f"{told.label} has no place now.")
    return 0


def note(
    ctx: typer.Context,
    drive: DriveArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; empty for none.")],
    json: JsonOption = False,
) -> int:
    """Note something of a drive."""
    told = _describe(ctx, drive, json, note=text)
    if not json:
        print_lines(f"Noted of {told.label}." if told.note else f"{told.label} has no note now.")
    return 0


def lend(
    ctx: typer.Context,
    drive: DriveArgument,
    who: Annotated[str, typer.Argument(metavar="WHO", help="Who takes it.")],
    json: JsonOption = False,
) -> int:
    """Note that somebody took a drive."""
    if not who.strip():
        raise UsageError("nobody was named", hint="Say who takes it; when it is back: reelmark drives return D")
    told = _describe(ctx, drive, json, lent_to=who)
    if not json:
        print_lines(f"{told.label} is lent to {told.lent_to}.")
    return 0


def give_back(ctx: typer.Context, drive: DriveArgument, json: JsonOption = False) -> int:
    """Note that a lent drive came back."""
    front = front_of(ctx)
    before = front.engine.catalog.drive(drive)
    told = _describe(ctx, drive, json, lent_to="")
    if not json:
        where = f" Its place is {told.place}." if told.place else ""
        print_lines(f"{told.label} is back.{where}" if before.lent_to else f"{told.label} was not lent.{where}")
    return 0


def mark(
    ctx: typer.Context,
    drive: DriveArgument,
    remove: Annotated[bool, typer.Option("--remove", help="Take the marker away.")] = False,
    json: JsonOption = False,
) -> int:
    """Write a small file with the drive's id into its base, so that it is known again whatever else changes."""
    from app.shelf.marking import MarkDriveRequest

    front = front_of(ctx)
    front.require_writing()
    marked: Drive = run_operation(front, "mark_drive", MarkDriveRequest(drive, remove))
    if json:
        _emit(front, marked)
    else:
        print_lines(f"{marked.label} is {'not marked any more' if remove else 'marked'}.")
    return 0


def forget(
    ctx: typer.Context,
    drive: DriveArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: JsonOption = False,
) -> int:
    """Take a drive out of the catalogue. Its records are moved to the backups, nothing on it is touched."""
    from app.shelf.forgetting import ForgetDriveRequest, ForgottenDrive

    front = front_of(ctx)
    front.require_writing()
    found = front.engine.catalog.drive(drive)
    if not yes:
        _confirm(found)
    gone: ForgottenDrive = run_operation(front, "forget_drive", ForgetDriveRequest(found.id))
    if json:
        front.emit(
            {"forgotten": {"id": gone.id, "label": gone.label, "shard": shown(str(gone.shard)) if gone.shard else None}}
        )
    elif gone.shard:
        print_lines(f"{gone.label} is forgotten. Its records lie in {shown(str(gone.shard))}")
    else:
        print_lines(f"{gone.label} is forgotten. It had no records.")
    return 0


def health(ctx: typer.Context, drive: DriveArgument, json: JsonOption = False) -> int:
    """Ask a connected drive after its health (SMART), and keep what it says.

    Most systems let only an administrator ask.
    """
    from app.shelf.health import DriveHealthRequest, DriveHealthResult

    front = front_of(ctx)
    result: DriveHealthResult = run_operation(front, "drive_health", DriveHealthRequest(drive))
    document = health_document(result.health)
    if json:
        _emit(front, result.drive, health=document)
    else:
        print_health([document])
    if result.health.state == "unknown":
        say(f"warning: {result.drive.label} says nothing of its health: {'; '.join(result.health.reasons)}")
        say("Reading SMART data usually needs the rights of an administrator (sudo).")
    return int(result.health.state == "failing")


def print_health(trend: list[dict[str, Any]]) -> None:
    """What a drive said of itself, newest first."""
    rows = [
        (
            local_time(entry["time"]) if entry["time"] else "now",
            entry["state"],
            entry["hours"],
            f"{entry['celsius']} °C" if entry["celsius"] is not None else "",
            entry["reallocated"],
            entry["pending"],
            f"{entry['percent_used']} %" if entry["percent_used"] is not None else "",
            "; ".join(entry["reasons"]),
        )
        for entry in trend
    ]
    if rows:
        print_table(("health", "state", "hours", "temperature", "reallocated", "pending", "used up", "why"), rows)


def travel(
    ctx: typer.Context,
    drive: DriveArgument,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The folder to write into.")],
    replace: Annotated[bool, typer.Option("--replace", help="Renew what an earlier call wrote there.")] = False,
    json: JsonOption = False,
) -> int:
    """Write a drive's records into a folder: its shard, and a page that any browser opens, offline."""
    from app.shelf.travelling import TravelRequest, TravelResult

    front = front_of(ctx)
    made: TravelResult = run_operation(front, "travel_drive", TravelRequest(drive, out, replace))
    if json:
        paths = {"shard": posix(made.shard), "page": posix(made.page)}
        front.emit({"drive": {"id": made.drive.id, "label": made.drive.label}, "files": made.files, **paths})
    else:
        print_lines(
            f"{made.drive.label}, {made.files:,} files:", f"  {shown(str(made.page))}", f"  {shown(str(made.shard))}"
        )
    return 0


def merge(
    ctx: typer.Context,
    shard: Annotated[str, typer.Argument(metavar="SHARD", help="The file of a shard made elsewhere.")],
    label: Annotated[str | None, typer.Option("--as", metavar="LABEL", help="What the drive is called here.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take it in place of our records of the drive.")] = False,
    json: JsonOption = False,
) -> int:
    """Take a shard that was made elsewhere into this catalogue. What did not fit is listed."""
    from app.shelf.merging import MergeRequest, MergeResult

    front = front_of(ctx)
    front.require_writing()
    result: MergeResult = run_operation(front, "merge_shard", MergeRequest(shard, label, replace))
    aside = shown(str(result.put_aside)) if result.put_aside else None
    if json:
        _emit(front, result.drive, action=result.action, conflicts=list(result.conflicts), put_aside=aside)
        return 0
    words = {
        "added": "is in the catalogue now",
        "updated": "was brought up to date",
        "replaced": "has the records of the shard now",
        "unchanged": "is as new here, or newer: nothing was taken",
    }
    print_lines(f"{result.drive.label} {words[result.action]}.")
    if aside:
        print_lines(f"Our own records lie in {aside}")
    if result.conflicts:
        rows = [(row["field"], row["ours"], row["theirs"], row["kept"]) for row in result.conflicts]
        print_table(("differs", "here", "there", "kept"), rows)
    return 0


SHELF_COMMANDS = (
    ("rename", rename),
    ("place", place),
    ("note", note),
    ("lend", lend),
    ("return", give_back),
    ("mark", mark),
    ("health", health),
    ("travel", travel),
    ("merge", merge),
    ("forget", forget),
)


def _describe(ctx: typer.Context, drive: str, json: bool, **told: str) -> Drive:
    from app.shelf.describing import DescribeDriveRequest

    front = front_of(ctx)
    front.require_writing()
    described: Drive = run_operation(front, "describe_drive", DescribeDriveRequest(drive, **told))
    if json:
        _emit(front, described)
    return described


def _emit(front: Front, drive: Drive, **more: Any) -> None:
    newest = front.engine.catalog.health.newest()
    front.emit({"drives": [{**drive_document(drive, None, newest.get(drive.id)), **more}]})


def _confirm(drive: Drive) -> None:
    """Ask a person; without one the command needs --yes."""
    if not sys.stdin.isatty():
        raise UsageError(
            f"{drive.label} is not forgotten without a word",
            hint=f"Say it: reelmark drives forget {shlex.quote(drive.label)} --yes",
        )
    sys.stderr.write(
        f"Forget {drive.label} with the records of {drive.files:,} files? They move to the backups. [y/N] "
    )
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Cancelled
