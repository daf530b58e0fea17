"""What the last scan of a drive counted, as its shard has it."""

from dataclasses import dataclass
from typing import Any

from app.catalog.missing import UNACCEPTED, count_missing
from app.catalog.shard import last_scan
from app.engine import Engine
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.scanning.entrylists import EntryList, count_entries, listed_entries
from app.scanning.problems import entry_path
from ui import formats

_WORDS = {EntryList.UNREADABLE: "could not be read", EntryList.SKIPPED: "passed over"}


@dataclass(frozen=True, slots=True)
class DriveCounts:
    """The counters of a drive's last scan.

    Attributes:
        drive_id: the drive's id.
        about: which scan it is, in words.
        counts: its tally by name.
        missing: files that are missing now, whichever scan missed them.
        waiting: how many of them wait to be marked.
        unreadable: entries that cannot be read now.
        skipped: entries that were passed over.
    """

    drive_id: str
    about: str
    counts: dict[str, Any]
    missing: int
    waiting: int
    unreadable: int
    skipped: int


@dataclass(frozen=True, slots=True)
class DriveEntries:
    """Entries of a drive that its totals leave out: the first of `total`, path and reason."""

    label: str
    words: str
    rows: list[tuple[str, str]]
    total: int


def read_counts(engine: Engine, drive: Drive, token: CancelToken) -> DriveCounts:
    """Read the counters of the last scan of a drive; all zero where there is none."""
    with engine.catalog.open_shard(drive, token) as database:
        scan = last_scan(database)
        unreadable, missing = count_entries(database, EntryList.UNREADABLE), count_missing(database)
        skipped = count_entries(database, EntryList.SKIPPED)
    counts = dict(scan.counts) if scan is not None else {}
    waiting = int(counts.get(UNACCEPTED, 0))
    if waiting:
        counts["missing"] = waiting
    when = formats.date(scan.started_us) if scan is not None else ""
    state = "" if scan is None or scan.state == "done" else ", not finished"
    return DriveCounts(
        drive.id,
        f"Last scan of {drive.label}: {when}{state}" if when else f"{drive.label} was never scanned",
        {"new": 0, "changed": 0, "moved": 0, "missing": 0, **counts, "unreadable": unreadable},
        missing,
        waiting,
        unreadable,
        skipped,
    )


def read_entries(engine: Engine, drive: Drive, which: EntryList, most: int, token: CancelToken) -> DriveEntries:
    """Read what could not be read on a drive, or was passed over, and why."""
    with engine.catalog.open_shard(drive, token) as database:
        entries = listed_entries(database, which, most)
        rows = [(entry_path(drive.base, entry.folder, entry.name), entry.reason) for entry in entries]
        return DriveEntries(drive.label, _WORDS[which], rows, count_entries(database, which))
