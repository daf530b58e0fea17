"""How fronts tell of a drive, its scans and a shard that cannot be used."""

from typing import Any

from app.catalog.shard import ScanRow
from app.errors import AppError
from app.model.drives import Drive, DriveHealth, Passport
from app.model.names import shown
from app.model.times import rfc3339


def drive_error(drive: Drive, error: AppError, *, others: int = 0) -> AppError:
    """The error of a command that cannot go on without a drive; it keeps the class, and so the exit code.

    Args:
        drive: the drive whose shard cannot be used.
        error: why.
        others: how many more drives cannot be used.
    """
    more = f", and {others} other drive{'s' if others > 1 else ''} cannot be used either" if others else ""
    return type(error)(
        f"{drive.label}: {shown(error.message)}{more}",
        hint=error.hint,
        code=error.code,
        context={**error.context, "drive": drive.label},
    )


def drive_problem(drive: Drive, error: AppError) -> dict[str, Any]:
    """The JSON of a drive that was passed over."""
    return {"drive": drive.label, "code": error.code, "message": shown(error.message), "hint": error.hint}


#: What a drive document says of the volume, beside the verdict.
_EVIDENCE = (
    *("filesystem_uuid", "filesystem_type", "device", "mount", "label", "partition_uuid", "table_uuid", "serial"),
    *("wwn", "model", "transport", "image", "server", "share", "marker", "root_digest"),
)


def drive_document(
    drive: Drive, problem: AppError | None = None, health: DriveHealth | None = None, *, suspected: int | None = None
) -> dict[str, Any]:
    """The JSON of a drive; what is not known is null, and so is `problem` where its shard can be used."""
    passport = drive.passport
    return {
        "id": drive.id,
        "label": drive.label,
        "base": shown(drive.base),
        "kind": drive.kind or ("network" if passport.network else None),
        "online": drive.online,
        "place": drive.place or None,
        "note": drive.note or None,
        "lent_to": drive.lent_to or None,
        "lent": rfc3339(drive.lent_us) if drive.lent_us else None,
        "capacity_bytes": passport.capacity_bytes or None,
        "free_bytes": passport.free_bytes or None,
        "files": drive.files,
        "bytes": drive.bytes,
        "last_scan": rfc3339(drive.last_scan) if drive.last_scan else None,
        "suspected_total": suspected,
        "problem": drive_problem(drive, problem) if problem else None,
        "passport": passport_document(passport),
        "health": health_document(health) if health else None,
    }


def passport_document(passport: Passport) -> dict[str, Any]:
    """The JSON of a passport: the evidence, and what it said when the drive was last scanned."""
    return {
        **{name: shown(getattr(passport, name)) for name in _EVIDENCE},
        "rotational": passport.rotational,
        "read_only": passport.read_only,
        "verdict": passport.verdict or None,
        "confidence": passport.confidence if passport.verdict else None,
        "reasons": [shown(reason) for reason in passport.reasons],
        "clone_of": passport.clone_of or None,
        "replaces": passport.replaces or None,
    }


def health_document(health: DriveHealth) -> dict[str, Any]:
    """The JSON of what a drive said of itself."""
    document = health.to_json()
    time_us = document.pop("time_us")
    return {**document, "reasons": list(health.reasons), "time": rfc3339(time_us) if time_us else None}


def scan_document(row: ScanRow) -> dict[str, Any]:
    """The JSON of one generation of a drive."""
    return {
        "scan_id": row.id,
        "started": rfc3339(row.started_us),
        "ended": rfc3339(row.ended_us) if row.ended_us else None,
        "mode": row.mode,
        "inventory_only": row.inventory_only,
        "state": row.state,
        "counts": row.counts,
    }
