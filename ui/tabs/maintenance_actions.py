"""What can be done for databases, and why it cannot be done just now. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.maintenance.status import BROKEN, MISSING, NEWER, UNUSABLE, DatabaseStatus


@dataclass(frozen=True, slots=True)
class DatabaseAction:
    """A button of the Maintenance tab.

    Attributes:
        name: tells it apart.
        operation: what is run.
        words: its button.
        icon: name of its icon.
        help: its tool tip.
        done: what a toast says when it was done.
        full: the thorough form.
        writes: whether it writes the database.
        one: whether it is for a single database.
    """

    name: str
    operation: str
    words: str
    icon: str
    help: str
    done: str
    full: bool = False
    writes: bool = True
    one: bool = False


ACTIONS = (
    DatabaseAction(
        "check",
        "check_records",
        "Check",
        "pass",
        "A quick look whether the databases are sound. Nothing is written; a scan may go on meanwhile.",
        "Nothing wrong",
        writes=False,
    ),
    DatabaseAction(
        "full_check",
        "check_records",
        "Check thoroughly",
        "seal",
        "Also each index, the search index, and our own rows against each other. Takes longer; nothing is written.",
        "Nothing wrong",
        full=True,
        writes=False,
    ),
    DatabaseAction(
        "backup",
        "back_up_records",
        "Back up",
        "copy",
        "Keep a verified copy in the folder of backups.",
        "Backed up",
    ),
    DatabaseAction(
        "optimise",
        "optimise_records",
        "Optimise",
        "refresh",
        "Behind a fresh backup, renew what queries are planned with and merge the search index.",
        "Optimised",
    ),
    DatabaseAction(
        "full",
        "maintain_records",
        "Full maintenance",
        "settings",
        "Behind a fresh backup, make every index anew, then vacuum where enough is free for that to pay.",
        "Maintained",
    ),
    DatabaseAction(
        "vacuum",
        "vacuum_records",
        "Vacuum",
        "fit",
        "Behind a fresh backup, write the databases anew without what is free in them.",
        "Vacuumed",
    ),
    DatabaseAction(
        "restore",
        "restore_records",
        "Restore…",
        "undo",
        "Put a backup in the place of a database.",
        "Restored",
        one=True,
    ),
    DatabaseAction(
        "salvage",
        "salvage_records",
        "Salvage",
        "import",
        "Read what can be read of a damaged database into a new one; what was lost is listed.",
        "Salvaged",
        one=True,
    ),
)


def why_not(action: DatabaseAction, chosen: Sequence[DatabaseStatus], *, selected: bool = True) -> str:
    """Why an action cannot be done to the chosen databases now; empty where it can."""
    if not chosen:
        return "There is no database yet. Scan a drive first."
    if action.one and (len(chosen) != 1 or not selected):
        return "Select one database."
    held = [status for status in chosen if status.held_by]
    if action.writes and held and (len(held) == len(chosen) or action.one):
        return f"{_named(held[0])} is being written by {held[0].held_by}. Wait for it, or cancel it."
    if action.name == "salvage" and chosen[0].state != BROKEN:
        return "Salvaging is for damaged databases; a check found nothing wrong with this one so far."
    if action.name in ("backup", "optimise", "full", "vacuum"):
        unfit = [status for status in chosen if status.state in (BROKEN, MISSING, NEWER, UNUSABLE)]
        if len(unfit) == len(chosen):
            return f"{_named(unfit[0])} cannot be used as it is: {unfit[0].problem or 'it is damaged'}."
    return ""


def _named(status: DatabaseStatus) -> str:
    return status.target.name if status.target.drive else "The catalogue"
