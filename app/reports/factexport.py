"""The recorded facts of drives as tables in another store: whatever scans and inspections learnt, connected or not."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.catalog.assets import CataloguedSequence
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.inspections import findings_of, recorded_document, recorded_sequence
from app.catalog.shard import last_path
from app.engine import Engine
from app.errors import AppError
from app.inspection.factwriter import FactWriter
from app.jobs.events import Stage
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.kinds import Category
from app.model.names import raw_name, shown
from app.model.times import parse_time, rfc3339_ns
from app.reports.inventory import InventoryFilter
from app.services.sinks import open_sink

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class ExportFactsRequest:
    """Whose facts go where.

    Attributes:
        sink: `parquet:FOLDER` or `vast`.
        drive_ids: ids or labels of drives; empty for all.
        wanted: which files.
    """

    sink: str
    drive_ids: tuple[str, ...] = ()
    wanted: InventoryFilter = InventoryFilter()


@dataclass(frozen=True, slots=True)
class FactExportResult:
    """What was kept.

    Attributes:
        sink: where.
        rows: rows written by table.
        known_from_later: files that the store knows from a later inspection.
        without: files of which no facts are recorded: never inspected, or of no kind that has any.
        seconds: how long it took.
        left_out: labels of drives whose shards cannot be read.
    """

    sink: str
    rows: dict[str, int]
    known_from_later: int
    without: int
    seconds: float
    left_out: tuple[str, ...] = ()


def export_facts(engine: Engine, request: ExportFactsRequest, job: Job) -> FactExportResult:
    """Keep the recorded facts of files in a sink, a bounded lot at a time.

    A drive whose shard cannot be read is left out and reported as a failed item.

    Raises:
        UsageError: the text names no sink.
        InputError: there is no such drive, or files cannot be written.
        ServiceError: the store failed.
        MissingPart: a package is not installed.
        AppError: not one of the drives can be read.
        Cancelled: the token was set; lots that were committed stay.
    """
    started = time.monotonic()
    drives = engine.catalog.drives_called(request.drive_ids, look=False)
    if len(drives) == 1:
        job.concerns(drives[0].id, drives[0].label)
    job.stage(Stage.EXPORT, sum(drive.files for drive in drives) if request.wanted == InventoryFilter() else None)
    done = without = 0
    failed: list[tuple[Drive, AppError]] = []
    with open_sink(request.sink, token=job.token) as sink:
        writer = FactWriter(sink)
        for drive in drives:
            for found in _tried(engine, drive, request.wanted, job, failed):
                done += found is None or found["kind"] != "sequence"
                if found is None:
                    without += 1
                else:
                    recorded = parse_time(found.pop("recorded"))
                    writer.add(found, inspected_us=recorded, drive=(drive.id, drive.label))
                job.progress(done, current=drive.label)
        stored = writer.flush()
    if failed and len(failed) == len(drives):
        raise failed[0][1]
    job.progress(done, last=True)
    left_out = tuple(drive.label for drive, _ in failed)
    seconds = time.monotonic() - started
    return FactExportResult(request.sink, stored.rows, stored.kept, without, seconds, left_out)


def _tried(
    engine: Engine, drive: Drive, wanted: InventoryFilter, job: Job, failed: list[tuple[Drive, AppError]]
) -> Iterator[dict[str, Any] | None]:
    """The documents of a drive; where its shard cannot be read, it is noted and there are no more."""
    documents = _documents(engine, drive, wanted, job)
    while True:
        try:
            yield next(documents)
        except StopIteration:
            return
        except AppError as error:
            failed.append((drive, error))
            job.item_failed(drive.label, error.message, error.code)
            return


def _documents(engine: Engine, drive: Drive, wanted: InventoryFilter, job: Job) -> Iterator[dict[str, Any] | None]:
    """One for each file in the order of the shard, None where nothing is recorded of it; then those of sequences."""
    try:
        database = engine.catalog.open_shard(drive, job.token)
    except AppError as error:
        if error.code != ABSENT:
            raise
        return
    condition, bindings = wanted.condition()
    with database:
        last = 0
        while page := list(
            database.rows(
                f"SELECT id, folder_id, name, category, size, mtime_ns FROM file WHERE id > ? AND {condition}"
                f" ORDER BY id LIMIT {_PAGE}",
                (last, *bindings),
            )
        ):
            for row in page:
                yield _document(database, *row)
            last = page[-1][0]
        yield from _sequences(database, condition, bindings)


def _document(
    database: Database, file_id: int, folder_id: int, name: bytes, category: int, size: int, mtime_ns: int
) -> dict[str, Any] | None:
    """What is recorded of a file, judged as the latest policy judged it; also where it was but judged by its name."""
    document = recorded_document(database, file_id)
    judged = _judged(findings_of(database, folder_id, name, file_id=file_id))
    if document is not None and document.get("kind"):
        return document | judged
    if not judged:
        return None
    file = {"path": _path(database, folder_id, name), "name": shown(name), "size_bytes": size}
    if encoded := raw_name(name):
        file["raw_name"] = encoded
    kind = Category(category).name.lower()
    return {"kind": kind, "file": {**file, "mtime": rfc3339_ns(mtime_ns)}, **_only_judged(judged)}


def _sequences(database: Database, condition: str, bindings: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """The sequences of which something is recorded, or that a policy judged."""
    last = 0
    while page := list(
        database.rows(
            "SELECT id, base, ext, pad, first_frame, last_frame, frame_count, missing_count, ranges, folder_id, bytes,"
            " newest_ns FROM sequence WHERE id > ? AND missed_scan IS NULL AND id IN"
            f" (SELECT sequence_id FROM file WHERE sequence_id IS NOT NULL AND {condition}) ORDER BY id LIMIT {_PAGE}",
            (last, *bindings),
        )
    ):
        for row in page:
            sequence, (folder_id, size, newest_ns) = CataloguedSequence(*row[:9]), row[9:]
            name = sequence.asset_name
            judged = _judged(findings_of(database, folder_id, name, sequence_id=sequence.id))
            document = recorded_sequence(database, sequence.id)
            if document is None and not judged:
                continue
            file = {"path": _path(database, folder_id, name), "name": shown(name)}
            if document is not None:
                yield document | judged | {"file": {**(document.get("file") or {}), **file}}
                continue
            told = {"frame_count": sequence.frame_count, "missing_count": sequence.missing_count,
                    "ranges": sequence.ranges}  # fmt: skip
            file |= {"size_bytes": size, "newest": rfc3339_ns(newest_ns)}
            yield {"kind": "sequence", "file": file, "sequence": told, **_only_judged(judged)}
        last = page[-1][0]


def _judged(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What the latest policy said of the asset as it is now, as part of a document; empty where none did."""
    current = next((one for one in found if not one["outdated"]), None)
    return {} if current is None else {"validation": current}


def _only_judged(judged: dict[str, Any]) -> dict[str, Any]:
    """The same of an asset of which nothing else is recorded: it was judged by its name."""
    return {**judged, "recorded": judged["validation"]["recorded"], "errors": []}


def _path(database: Database, folder_id: int, name: bytes) -> str:
    """Where an asset was seen last."""
    folder = bytes(database.value("SELECT path FROM folder WHERE id = ?", (folder_id,)))
    return last_path(database, folder + b"/" + name if folder else name)
