"""Brings the verdicts of sidecars that a scan met into the shard."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.catalog.database import Database
from app.catalog.verdicts import VerdictRow, forget_verdicts_without_sidecar, save_verdicts
from app.errors import AppError, DriveGone
from app.files.sidecar import SUBDIR, Record, parse_sidecar
from app.files.sidecarfolder import asset_of, newest
from app.jobs.children import ChildFailed, ChildPool
from app.jobs.job import Job
from app.model.kinds import Category
from app.model.names import raw, shown
from app.scanning.presence import answers
from app.scanning.problems import note_problem

_CACHE_SUFFIX = b"hashcache.json"

_Entry = tuple[int, bytes, bytes]


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


def import_sidecars(database: Database, base: str, scan_id: int, job: Job, *, timeout_s: float = 30.0) -> None:
    """Read every sidecar that is new or changed in this generation; a broken one costs a row with its reason.

    Args:
        database: the drive's shard.
        base: the drive's base.
        scan_id: the generation.
        job: progress out, cancel in.
        timeout_s: seconds that reading one may take.

    Raises:
        DriveGone: the drive does not answer any more.
    """
    records: dict[tuple[bytes, bytes], Record] = {}
    failures: list[tuple[int, bytes, AppError]] = []
    for (folder_id, folder, name), path, answer in _contents(_found(database, scan_id), base, job, timeout_s):
        try:
            if isinstance(answer, AppError):
                raise answer
            record = parse_sidecar(answer, path)
        except AppError as error:
            job.item_failed(shown(str(path)), error.message, error.code)
            failures.append((folder_id, name, error))
            continue
        home = folder.rpartition(b"/")[0] if folder.rpartition(b"/")[2] == SUBDIR.encode() else folder
        asset = (home, asset_of(record))
        records[asset] = newest(filter(None, [records.get(asset), record])) or record
    with database.transaction():
        save_verdicts(database, (verdict_row(home, record) for (home, name), record in records.items() if name))
        forget_verdicts_without_sidecar(database, scan_id)
        for folder_id, name, failure in failures:
            note_problem(database, folder_id, name, failure.code, failure.message, scan_id)


def _found(database: Database, scan_id: int) -> list[_Entry]:
    """Folder id, folder and name of the sidecars to read."""
    rows = database.rows(
        "SELECT d.id, d.path, f.name FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.category = ?1"
        " AND f.missed_scan IS NULL AND (f.first_scan = ?2 OR f.changed_scan = ?2)",
        (int(Category.QC), scan_id),
    )
    return [(number, folder, name) for number, folder, name in rows if not name.endswith(_CACHE_SUFFIX)]


def _contents(
    entries: list[_Entry], base: str, job: Job, timeout_s: float
) -> Iterator[tuple[_Entry, Path, bytes | AppError]]:
    """The content of each sidecar or why it cannot be read, from a child; one that is gone by now is left out."""
    paths = {entry: Path(os.fsdecode(os.path.join(raw(base), *entry[1:]))) for entry in entries}  # noqa: PTH118 - bytes
    with ChildPool("app.files.sidecarreading:serve", 1) as pool:
        requests = ((entry, {"path": str(path)}) for entry, path in paths.items())
        for entry, answer in pool.map(requests, job.token, timeout_s):
            job.check()
            if isinstance(answer, AppError):
                if isinstance(answer, ChildFailed) and not answers(base):
                    raise DriveGone(
                        f"{shown(base)} does not answer any more",
                        hint="Check the connection to the drive and scan again: the scan goes on where it was.",
                    )
                yield entry, paths[entry], answer
            elif answer:
                yield entry, paths[entry], answer[0][1]
