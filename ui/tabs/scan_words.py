"""What the Scan tab says of drives and jobs. No Qt."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from app.catalog.catalog import Catalog, ShardStanding
from app.catalog.jobs import JobEntry
from app.drives.recognition import recognise
from app.model.drives import Drive, DriveHealth, Passport
from app.model.names import shown
from app.model.times import now_us
from app.scanning.resume import UnfinishedScan
from ui import formats
from ui.models.jobs_model import JobRecord
from ui.outcomes import DONE, NEUTRAL, about, told
from ui.reasons import said
from ui.widgets.drive_list import DriveCard

_BROKEN = {
    "shard.missing": "Its records are gone: scan it again",
    "shard.other_drive": "Its records are another drive's",
    "catalog.damaged": "Its records are damaged",
    "catalog.newer": "Made by a newer version",
}
GO_ON = "Go on"

_SIGN_OFFS = ("sign_off", "undo_sign_off")
_SCANNING = ("scan", "demo")
#: Jobs whose title is the drive, which has a column of its own.
_ABOUT_DRIVES = ("demo", "describe_drive", "mark_drive", "forget_drive", "drive_health")
_NAMES = {
    "sign_off": "sign-off",
    "undo_sign_off": "undo",
    "qc_crawl": "crawl",
    "qc_clean": "clean",
    "demo": "demo",
    "describe_drive": "note",
    "mark_drive": "mark",
    "forget_drive": "forget",
    "drive_health": "health",
    "export_search": "export",
    "export_inventory": "export",
    "export_report": "export",
    "export_facts": "export",
    "check": "policy check",
    "travel_drive": "travel",
    "merge_shard": "take over",
    "wipe": "wipe check",
    "make_pictures": "pictures",
    "check_records": "check",
    "optimise_records": "optimise",
    "maintain_records": "full maintenance",
    "vacuum_records": "vacuum",
    "back_up_records": "backup",
    "restore_records": "restore",
    "salvage_records": "salvage",
    "install_tool": "install",
}

#: Which of its counts says how many files a job was about.
_FILES = {
    **dict.fromkeys(("scan", "demo", "wipe"), "files"),
    **dict.fromkeys(("export_search", "export_inventory", "travel_drive"), "rows"),
    "qc_crawl": "assets",
    "check": "judged",
    "qc_clean": "removed",
    "verify": "checked",
    "make_pictures": "made",
}
_STANDS_WELL = ShardStanding()


def busy_drives(jobs: Iterable[JobEntry], own: Iterable[str]) -> frozenset[str]:
    """Ids of the drives that are being scanned, by this window or by another process."""
    others = {job.drive_id for job in jobs if job.state == "running" and job.operation in _SCANNING and job.drive_id}
    return frozenset({*others, *own})


def drive_cards(
    catalog: Catalog,
    drives: Sequence[Drive],
    unfinished: Mapping[str, UnfinishedScan],
    busy: frozenset[str] = frozenset(),
) -> tuple[DriveCard, ...]:
    """The drives as cards; connected ones first."""
    health = catalog.health.newest()
    ordered = sorted(drives, key=lambda drive: (not drive.online, drive.label.casefold()))
    return tuple(
        drive_card(
            drive,
            unfinished.get(drive.id),
            catalog.standing(drive),
            busy=drive.id in busy,
            health=health.get(drive.id),
        )
        for drive in ordered
    )


def drive_card(
    drive: Drive,
    unfinished: UnfinishedScan | None = None,
    standing: ShardStanding = _STANDS_WELL,
    *,
    busy: bool = False,
    health: DriveHealth | None = None,
) -> DriveCard:
    """One drive as a card.

    Args:
        drive: the drive.
        unfinished: its last scan, where that did not come to its end.
        standing: how its shard stands.
        busy: whether it is being scanned.
        health: what it said of itself last.
    """
    passport, error = drive.passport, standing.error
    shelf, shelf_state = shelf_words(drive, health)
    capacity = passport.capacity_bytes
    stopped = unfinished if not busy and error is None else None
    note, state = _holding(drive), ""
    if error is not None:
        note, state = _BROKEN.get(error.code, "Its records cannot be used"), "fail"
    elif standing.suspected:
        note, state = f"{formats.many(standing.suspected, 'file')} did not verify", "fail"
    elif stopped is not None:
        note, state = stopped_words(stopped), "stale"
    return DriveCard(
        drive.id,
        drive.label,
        drive.online,
        capacity - passport.free_bytes if capacity else 0,
        capacity,
        drive.kind if drive.kind in ("usb", "network") else "network" if passport.network else "drive",
        _scanned(drive, under_way=busy or stopped is not None),
        note,
        state,
        busy,
        said(error) if error is not None else drive.note,
        GO_ON if stopped and drive.online else "",
        shelf,
        shelf_state,
    )


def _scanned(drive: Drive, *, under_way: bool) -> str:
    """`SSD · ext4 · scanned 2 h ago`."""
    when = "" if under_way else "never scanned"
    if drive.last_scan:
        when = f"scanned {formats.age(drive.last_scan, now_us())}"
    return " · ".join(part for part in (kind_words(drive), when) if part)


def kind_words(drive: Drive) -> str:
    """`HDD · exfat`, as far as it is known."""
    kind = drive.kind or ("network" if drive.passport.network else "")
    words = {"network": "network"}.get(kind, kind.upper())
    return " · ".join(part for part in (words, drive.passport.filesystem_type) if part) or "folder"


def shelf_words(drive: Drive, health: DriveHealth | None) -> tuple[str, str]:
    """Where a drive stands or who has it, its health, how sure its passport is; and the state of that line."""
    parts, state = [drive.place] if drive.place else [], ""
    if drive.lent_to:
        since = f", {formats.age(drive.lent_us, now_us())}" if drive.lent_us else ""
        parts.insert(0, f"lent to {drive.lent_to}{since}")
    if health is not None:
        parts.append(f"health {health.state}")
        state = {"failing": "fail", "worn": "stale"}.get(health.state, "")
    if drive.passport.clone_of:
        parts.append("a clone")
    if drive.passport.mount or drive.passport.server:
        parts.append(f"passport {formats.percent(round(certainty(drive.passport) * 100), 100)}")
    return " · ".join(parts), state


def certainty(passport: Passport) -> float:
    """How sure a drive was known when it was scanned last; of a new one, how sure it can be known again."""
    return passport.confidence if passport.verdict else recognise(passport, passport).confidence


def stopped_words(unfinished: UnfinishedScan) -> str:
    """`scan stopped at 12,345 files`."""
    how = "stopped" if unfinished.stopped else "broken off"
    return f"scan {how} at {formats.many(unfinished.files, 'file')}"


def _holding(drive: Drive) -> str:
    if not drive.last_scan:
        return shown(drive.base)
    return f"{formats.many(drive.files, 'file')} · {formats.size(drive.bytes)}"


def history(
    jobs: Sequence[JobEntry], drives: Sequence[Drive], live: Mapping[tuple[str, str], str]
) -> tuple[JobRecord, ...]:
    """The newest jobs in words; sign-offs of one drive that follow each other are one line.

    Args:
        jobs: newest first.
        drives: for their labels.
        live: how far running jobs of this window are, by operation and drive.
    """
    labels = {drive.id: drive.label for drive in drives}
    rows: list[JobRecord] = []
    for (folded, _), group in groupby(jobs, key=_fold):
        entries = list(group)
        if folded and len(entries) > 1:
            rows.append(_signed_row(entries, labels))
        else:
            rows += [_row(entry, labels, live) for entry in entries]
    return tuple(rows)


def _fold(entry: JobEntry) -> tuple[bool, str]:
    """What tells lines that are folded into one: only sign-offs that were written are."""
    folded = entry.operation in _SIGN_OFFS and entry.state == "done"
    return folded, entry.drive_id or "" if folded else ""


def _row(entry: JobEntry, labels: Mapping[str, str], live: Mapping[tuple[str, str], str]) -> JobRecord:
    end = told(entry.operation, entry.state, entry.summary)
    counts = entry.summary.get("counts", {})
    words, took, files = end.words, "", _FILES.get(entry.operation, "")
    if entry.ended_us:
        took = formats.duration((entry.ended_us - entry.started_us) / 1e6)
    elif entry.state == "running":
        took = formats.duration((now_us() - entry.started_us) / 1e6)
        words = live.get((entry.operation, entry.drive_id or ""), words)
    return JobRecord(
        formats.clock(entry.started_us, now_us()),
        _job_name(entry, labels),
        _drive_name(entry, labels),
        formats.count(counts[files]) if files in counts else "",
        took,
        words,
        end.level,
        entry.id,
    )


def _job_name(entry: JobEntry, labels: Mapping[str, str]) -> str:
    """`scan · delta`, `crawl · plates`; the drive has a column of its own."""
    if entry.operation == "scan":
        mode = "inventory" if entry.summary.get("inventory_only") else entry.summary.get("mode")
        return f"scan · {mode}" if mode else "scan"
    name = _NAMES.get(entry.operation, entry.operation)
    told_already = entry.operation in _ABOUT_DRIVES or entry.title in (entry.drive_id, labels.get(entry.drive_id or ""))
    title = "" if told_already else about(entry.operation, entry.title)
    return f"{name} · {title}" if title else name


def _drive_name(entry: JobEntry, labels: Mapping[str, str]) -> str:
    return labels.get(
        entry.drive_id or "", entry.title if entry.operation == "scan" or entry.operation in _ABOUT_DRIVES else ""
    )


def _signed_row(entries: Sequence[JobEntry], labels: Mapping[str, str]) -> JobRecord:
    """Sign-offs in one line, from the first to the last."""
    first, last = entries[-1], entries[0]
    verdicts = [entry.summary.get("verdict", "") for entry in entries if entry.operation == "sign_off"]
    undone = len(entries) - len(verdicts)
    parts = [f"{formats.count(verdicts.count(name))} {name}" for name in ("pass", "fail", "pending")
             if name in verdicts]  # fmt: skip
    parts += [f"{formats.count(undone)} taken back"] if undone else []
    return JobRecord(
        formats.clock(first.started_us, now_us()),
        f"{formats.count(len(entries))} sign-offs",
        _drive_name(first, labels),
        formats.count(len({entry.summary.get("path") or entry.title for entry in entries})),
        formats.duration(((last.ended_us or last.started_us) - first.started_us) / 1e6),
        " · ".join(parts),
        DONE if parts else NEUTRAL,
        first.id,
    )
