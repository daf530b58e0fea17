"""What the Scan tab says of drives, jobs and scans. No Qt."""

from collections.abc import Sequence
from typing import Any

from app.catalog.catalog import Catalog
from app.errors import AppError
from app.model.drives import Drive
from app.model.names import shown
from app.model.times import now_us
from app.scanning.request import ScanResult
from ui import formats
from ui.models.jobs_model import JobRecord
from ui.widgets.drive_list import DriveCard

_BROKEN = {
    "shard.missing": "Its records are gone: scan it again",
    "shard.other_drive": "Its records are another drive's",
    "catalog.damaged": "Its records are damaged",
    "catalog.newer": "Made by a newer version",
}
_OUTCOMES = {
    "done": ("done", "pass"),
    "cancelled": ("stopped", "stale"),
    "interrupted": ("interrupted; scan again to go on", "stale"),
    "running": ("running", ""),
}


def drive_cards(catalog: Catalog, drives: Sequence[Drive], busy: frozenset[str] = frozenset()) -> tuple[DriveCard, ...]:
    """The drives as cards; connected ones first."""
    ordered = sorted(drives, key=lambda drive: (not drive.online, drive.label.casefold()))
    return tuple(drive_card(drive, catalog.shard_error(drive), busy=drive.id in busy) for drive in ordered)


def drive_card(drive: Drive, error: AppError | None, *, busy: bool) -> DriveCard:
    """One drive as a card.

    Args:
        drive: the drive.
        error: why its shard cannot be used, or None.
        busy: whether a job runs on it.
    """
    note = f"{formats.count(drive.files)} files · {formats.size(drive.bytes)}" if drive.last_scan else shown(drive.base)
    if error is not None:
        note = _BROKEN.get(error.code, "Its records cannot be used")
    passport = drive.passport
    kind = "network" if passport.network else passport.filesystem_type or "folder"
    capacity = passport.capacity_bytes
    return DriveCard(
        drive.id,
        drive.label,
        drive.online,
        capacity - passport.free_bytes if capacity else 0,
        capacity,
        "network" if passport.network else "drive",
        f"{kind} · scanned {formats.age(drive.last_scan, now_us())}",
        note,
        "fail" if error is not None else "",
        busy,
        f"{shown(error.message)}. {error.hint}".rstrip() if error is not None else "",
    )


def history(catalog: Catalog, drives: Sequence[Drive]) -> tuple[JobRecord, ...]:
    """The newest jobs in words."""
    labels = {drive.id: drive.label for drive in drives}
    return tuple(_record(job, labels) for job in catalog.jobs())


def _record(job: dict[str, Any], labels: dict[str, str]) -> JobRecord:
    state, summary, now = job["state"], job["summary"], now_us()
    words, colour = _OUTCOMES.get(state, ("failed", "fail"))
    counts = summary.get("counts", {})
    if state == "failed" and summary.get("error"):
        words = f"failed: {summary['error']}"
    elif state == "done" and counts:
        words = counted(counts)
    took = formats.duration((job["ended_us"] - job["started_us"]) / 1e6) if job["ended_us"] else ""
    files = formats.count(counts["files"]) if "files" in counts else ""
    return JobRecord(
        formats.clock(job["started_us"], now),
        labels.get(job["drive_id"], job["title"]),
        job["operation"],
        files,
        took,
        words,
        colour,
    )


def counted(counts: dict[str, int]) -> str:
    """`1,204 new · 37 changed`, or that nothing changed."""
    parts = [
        f"{formats.count(counts[name])} {name}"
        for name in ("new", "changed", "missing", "unreadable")
        if counts.get(name)
    ]
    return " · ".join(parts) or "nothing changed"


def scan_summary(result: ScanResult) -> str:
    """How a scan ended, in one line."""
    counts = result.document["counts"]
    return f"{formats.count(counts['files'])} files · {counted(counts)}"
