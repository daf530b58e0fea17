"""Brings the verdicts of sidecars that a scan met into the shard."""

import os
from pathlib import Path

from app.catalog.database import Database
from app.catalog.verdicts import VerdictRow, forget_verdicts_without_sidecar, save_verdicts
from app.errors import AppError
from app.files.sidecar import SUBDIR, Record, read_sidecar
from app.files.sidecarfolder import asset_of, newest
from app.jobs.job import Job
from app.model.kinds import Category
from app.model.names import raw, shown
from app.scanning.problems import note_problem

_CACHE_SUFFIX = b"hashcache.json"


def verdict_row(folder: bytes, record: Record) -> VerdictRow:
    """The row of a record; `folder` is that of the asset, relative to the drive's base."""
    inside = record.path.parent.name == SUBDIR
    name = raw(record.path.name)
    return VerdictRow(
        folder=folder,
        asset=asset_of(record),
        result=record.verdict,
        operator=record.operator,
        time_us=record.time_us,
        note=record.note,
        reasons=record.reasons,
        policy_version=record.policy_version,
        content_hash=record.content_hash,
        size=record.size,
        mtime_ns=record.mtime_ns,
        fingerprint=record.fingerprint,
        sidecar=SUBDIR.encode() + b"/" + name if inside else name,
        record={key: value for key, value in record.document.items() if key != "history"},
    )


def import_sidecars(database: Database, base: str, scan_id: int, job: Job) -> None:
    """Read every sidecar that is new or changed in this generation; a broken one costs a row with its reason."""
    found = list(
        database.rows(
            "SELECT d.id, d.path, f.name FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.category = ?1"
            " AND f.missed_scan IS NULL AND (f.first_scan = ?2 OR f.changed_scan = ?2)",
            (int(Category.QC), scan_id),
        )
    )
    records: dict[tuple[bytes, bytes], Record] = {}
    failures: list[tuple[int, bytes, AppError]] = []
    for folder_id, folder, name in found:
        if name.endswith(_CACHE_SUFFIX):
            continue
        job.check()
        path = os.path.join(raw(base), folder, name)  # noqa: PTH118 - raw bytes
        try:
            record = read_sidecar(Path(os.fsdecode(path)))
            home = folder.rpartition(b"/")[0] if folder.rpartition(b"/")[2] == SUBDIR.encode() else folder
            asset = (home, asset_of(record))
            records[asset] = newest(filter(None, [records.get(asset), record])) or record
        except AppError as error:
            job.item_failed(shown(path), error.message, error.code)
            failures.append((folder_id, name, error))
    with database.transaction():
        save_verdicts(database, (verdict_row(home, record) for (home, name), record in records.items() if name))
        forget_verdicts_without_sidecar(database, scan_id)
        for folder_id, name, failure in failures:
            note_problem(database, folder_id, name, failure.code, failure.message, scan_id)
