"""What a scan found, as the JSON of `reelmark scan`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.database import Database
from app.catalog.missing import UNACCEPTED
from app.catalog.totals import keep_totals
from app.files.walk import SKIPPED
from app.model.drives import Drive
from app.model.kinds import Category
from app.scanning.changes import EMPTY_BASE, Tally
from app.scanning.entrylists import EntryList, count_entries, entry_document, listed_entries
from app.scanning.request import ScanRequest

_COUNTS = ("files", "directories", "bytes", "new", "changed", "touched", "moved", "missing", "unchanged", "unreadable")
_MOST_FAILED = 10_000


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """Totals of a drive as its shard has them."""

    files: int
    bytes: int
    folders: int
    sequences: int


def summarise(database: Database) -> ShardSummary:
    """The totals of what is present."""
    files, size, folders = database.row(
        "SELECT coalesce(sum(files), 0), coalesce(sum(bytes), 0), count(*) FROM folder WHERE missed_scan IS NULL"
    ) or (0, 0, 0)
    sequences = database.value("SELECT count(*) FROM sequence WHERE missed_scan IS NULL")
    return ShardSummary(int(files), int(size), int(folders), int(sequences))


def kept_categories(database: Database, scan_id: int, tally: Tally) -> dict[str, dict[str, int]]:
    """Files and bytes of each category that is present, most files first; kept with the other totals for reports.

    A scan that found nothing changed does not read every row again.
    """
    counted = keep_totals(database, scan_id, changed=tally.has_changes).categories()
    found = sorted(counted.items(), key=lambda entry: (-entry[1][0], entry[0]))
    return {Category(kind).label: {"files": files, "bytes": size} for kind, (files, size) in found}


def scan_document(
    database: Database,
    drive: Drive,
    shard: Path,
    scan_id: int,
    request: ScanRequest,
    tally: Tally,
    *,
    resumed: bool,
    seconds: float,
) -> dict[str, Any]:
    """The result of a scan as its command prints it."""
    failed = [
        entry_document(drive.base, entry) for entry in listed_entries(database, EntryList.UNREADABLE, _MOST_FAILED)
    ]
    skipped = {name: tally[f"skipped.{name}"] for name in (*SKIPPED, "timeout")}
    counts: dict[str, Any] = {name: tally[name] for name in _COUNTS}
    counts["unreadable"] = count_entries(database, EntryList.UNREADABLE)
    document: dict[str, Any] = {
        "drive": {"id": drive.id, "label": drive.label, "shard": shard.as_posix()},
        "scan_id": scan_id,
        "mode": request.mode,
        "inventory_only": request.inventory_only,
        "counts": {**counts, "skipped": skipped},
        "sequences": summarise(database).sequences,
        "hashed": {"files": tally["hashed.files"], "bytes": tally["hashed.bytes"]},
        "categories": kept_categories(database, scan_id, tally),
        "seconds": round(seconds, 3),
        "resumed": resumed,
        "failed": failed,
    }
    if tally[UNACCEPTED]:
        document[UNACCEPTED] = tally[UNACCEPTED]
    if tally[EMPTY_BASE]:
        document[EMPTY_BASE] = True
    return document
