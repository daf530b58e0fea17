"""Verdicts as they stand, stale ones marked; and every record of an asset."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.errors import InputError
from app.files.sidecar import Document, Record
from app.files.sidecarfolder import asset_of
from app.jobs.job import CancelToken, Job
from app.model.names import decoded, posix, raw, raw_name, shown
from app.qc.crawl import CrawlRequest, review_options
from app.qc.damage import damage_of
from app.qc.review import Review
from app.qc.reviewed import Reviewed, ReviewedFolder
from app.qc.verdicts import is_verdict


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """Whose verdicts to tell.

    Attributes:
        paths: folders, files or patterns of sequences.
        min_sequence: fewer frames than this are single files; the setting when 0.
        workers: files hashed at once; the setting when 0.
    """

    paths: tuple[Path, ...]
    min_sequence: int = 0
    workers: int = 0


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Whose records to tell.

    Attributes:
        path: a file, a frame of a sequence, or the pattern of a sequence.
        min_sequence: as in `StatusRequest`.
    """

    path: Path
    min_sequence: int = 0


@dataclass(frozen=True, slots=True)
class AssetStatus:
    """One asset and its verdict.

    Attributes:
        path: absolute path; of a sequence with its padding.
        verdict: `pass`, `fail`, `pending`, or empty where no record tells.
        operator, time, note, reasons: of the record.
        stale: whether the content changed since a person gave the verdict.
        verifiable: whether the recorded hash can be made again; else the verdict is judged by times and sizes alone.
        sidecar: where the record lies; None without.
        missing: whether the asset is gone and only its record is left.
        damage: what is wrong with its media, as the record says of this very content; empty where nothing is.
        error: why nothing can be said; empty where all is well.
    """

    path: Path
    verdict: str = ""
    operator: str = ""
    time: str = ""
    note: str = ""
    reasons: tuple[str, ...] = ()
    stale: bool = False
    verifiable: bool = True
    sidecar: Path | None = None
    missing: bool = False
    damage: str = ""
    error: str = ""

    @property
    def signature(self) -> str:
        """Whether the record is signed; empty without a record."""
        return "unsigned" if self.sidecar and not self.error else ""


@dataclass(slots=True)
class StatusResult:
    """What stands.

    Attributes:
        assets: in the order of folders and names.
        counts: `assets`, `pass`, `fail`, `pending`, `none` (no record), `stale`, `missing`, `failed`. A stale verdict
            counts as stale alone. `damaged` counts beside them.
    """

    assets: list[AssetStatus] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Verdicts as JSON."""
        return status_document(self)


def qc_status(engine: Engine, request: StatusRequest, job: Job) -> StatusResult:
    """Tell the verdicts below some paths. Nothing is written; content is read only where times or sizes leave doubt.

    Raises:
        InputError: a path cannot be used.
        Cancelled: the job was stopped.
    """
    crawl = CrawlRequest(request.paths, min_sequence=request.min_sequence, workers=request.workers, dry_run=True)
    found: list[AssetStatus] = []

    def note(folder: ReviewedFolder) -> None:
        found.extend(AssetStatus(path, error=error.message) for path, error in folder.failed)
        found.extend(_status(reviewed) for reviewed in folder.assets)
        found.extend(_missing(folder.path, record) for record in folder.missing)

    Review(review_options(engine, crawl), job, wants_content=lambda _: False, handle=note).run(request.paths)
    found.sort(key=lambda status: status.path)
    return StatusResult(found, _counts(found))


def status_of(engine: Engine, path: Path, token: CancelToken) -> AssetStatus | None:
    """The status of one asset as it lies there now; None where it is gone.

    Args:
        engine: has the settings.
        path: a file, or the pattern of a sequence.
        token: stops the reading of content, which is read only where times or sizes leave doubt.

    Raises:
        InputError: the folder cannot be looked at.
        Cancelled: the token was set.
    """
    try:
        found = qc_status(engine, StatusRequest((path,)), Job(token=token)).assets
    except InputError as error:
        if error.code in ("input.not_found", "qc.no_asset"):
            return None
        raise
    return next((status for status in found if not status.missing), None)


def qc_history(engine: Engine, request: HistoryRequest, job: Job) -> list[Document]:
    """Every record of one asset, oldest first, the one that stands last; each without its own history.

    Raises:
        InputError: the path is no asset, or it has no record.
        RecordsBroken: its sidecar cannot be read.
    """
    path = request.path
    if path.is_dir():
        raise InputError(f"{shown(str(path))} is a folder", hint="Name a file or a sequence.", code="qc.folder")
    records: list[Record] = []

    def note(folder: ReviewedFolder) -> None:
        for reviewed in folder.assets:
            if reviewed.record is None and reviewed.problem is not None:
                raise reviewed.problem
            records.extend([reviewed.record] if reviewed.record else [])

    options = review_options(engine, CrawlRequest((path,), min_sequence=request.min_sequence, dry_run=True))
    Review(options, job, wants_content=lambda _: False, handle=note).run((path,))
    if not records:
        raise InputError(
            f"{shown(str(path))} has no record yet", hint="`reelmark qc crawl` makes one.", code="qc.no_record"
        )
    latest = {key: value for key, value in records[0].document.items() if key != "history"}
    return [*records[0].history, latest]


def status_document(found: StatusResult) -> dict[str, Any]:
    """Verdicts as JSON."""
    return {"assets": [_asset_document(status) for status in found.assets], "counts": found.counts}


def _asset_document(status: AssetStatus) -> dict[str, Any]:
    document: dict[str, Any] = {
        "path": posix(status.path),
        "verdict": status.verdict or None,
        "operator": status.operator or None,
        "time": status.time or None,
        "stale": status.stale,
        "signature": status.signature or None,
        "sidecar": posix(status.sidecar) if status.sidecar else None,
    }
    if encoded := raw_name(raw(status.path.name)):
        document["raw_name"] = encoded
    if status.missing:
        document["missing"] = True
    if not status.verifiable:
        document["unverifiable"] = True
    if status.damage:
        document["damaged"] = shown(status.damage)
    if status.error:
        document["error"] = status.error
    return document


def _status(reviewed: Reviewed) -> AssetStatus:
    record, path = reviewed.record, reviewed.asset.path
    if reviewed.problem is not None:
        return AssetStatus(path, sidecar=record.path if record else None, error=reviewed.problem.message)
    if record is None:
        return AssetStatus(path)
    return AssetStatus(
        path,
        record.verdict,
        record.operator,
        record.time,
        record.note,
        record.reasons,
        stale=reviewed.same is False and is_verdict(record),
        verifiable=record.verifiable,
        sidecar=record.path,
        damage="" if reviewed.same is False else damage_of(record.document.get("findings")),
    )


def _missing(folder: Path, record: Record) -> AssetStatus:
    name = asset_of(record)
    return AssetStatus(
        folder / decoded(name) if name else folder,
        record.verdict,
        record.operator,
        record.time,
        record.note,
        record.reasons,
        sidecar=record.path,
        missing=True,
    )


def _counts(found: list[AssetStatus]) -> dict[str, int]:
    counted = Counter(map(_kind, found))
    damaged = sum(bool(status.damage) for status in found)
    kinds = ("pass", "fail", "pending", "none", "stale", "missing", "failed")
    return {
        "assets": len(found) - counted["missing"],
        **{kind: counted[kind] for kind in kinds},
        "damaged": damaged,
    }


def _kind(status: AssetStatus) -> str:
    if status.error:
        return "failed"
    if status.missing:
        return "missing"
    return "stale" if status.stale else status.verdict or "none"
