"""Signing one asset off, and taking that back. Either is a new record; what was before goes into its history."""

from dataclasses import dataclass
from pathlib import Path

from app.engine import Engine
from app.errors import InputError, UsageError
from app.files.sidecar import Document, Record
from app.jobs.job import Job
from app.model.names import shown
from app.qc.crawl import CrawlRequest, check_operator, review_options, verdict_of
from app.qc.damage import DamageCheck, with_findings
from app.qc.decisions import decide, decide_again
from app.qc.documents import undone
from app.qc.record import ShardUpdates
from app.qc.review import Review, ReviewOptions
from app.qc.reviewed import Reviewed, ReviewedFolder
from app.qc.writing import change_record, write_records


@dataclass(frozen=True, slots=True)
class SignOffRequest:
    """One asset's verdict.

    Attributes:
        path: a file, a frame of a sequence, or the pattern of a sequence; not a folder.
        operator: who says it; the setting when empty.
        result: `pass`, `fail` or `pending`.
        note: the operator's note.
        reasons: reason codes of the settings.
        sidecar_mode, min_sequence, policy_version: as in `CrawlRequest`.
    """

    path: Path
    operator: str
    result: str
    note: str = ""
    reasons: tuple[str, ...] = ()
    sidecar_mode: str = ""
    min_sequence: int = 0
    policy_version: str = ""


@dataclass(frozen=True, slots=True)
class UndoRequest:
    """Taking the latest verdict of an asset back.

    Attributes:
        path: as in `SignOffRequest`.
        operator: who takes it back; the setting when empty.
        min_sequence: as in `CrawlRequest`.
    """

    path: Path
    operator: str = ""
    min_sequence: int = 0


def sign_off(engine: Engine, request: SignOffRequest, job: Job) -> Record:
    """Sign one asset off: its content is hashed, or known from the folder's cache, and its record written.

    Returns:
        The record that stands now; the one before where the very same was signed already. `replaced_verdict` tells
        whose verdict it took the place of.

    Raises:
        UsageError: a folder, no operator, a result that is none, or a reason code that the settings do not have.
        InputError: the path is no asset, or the sidecar cannot be written.
        MediaError: the content cannot be read.
        RecordsBroken: the sidecar that lies there cannot be read.
        HeldByAnother: another process writes the folder's sidecars.
        Cancelled: the job was stopped.
    """
    crawl = CrawlRequest(
        (request.path,),
        request.operator,
        request.result,
        request.note,
        request.reasons,
        request.sidecar_mode,
        min_sequence=request.min_sequence,
        policy_version=request.policy_version,
    )
    verdict = verdict_of(engine, crawl)
    if not verdict.operator:
        raise UsageError("A sign-off needs an operator.", hint="Say who signs.", code="qc.operator_missing")
    options = review_options(engine, crawl)
    signed: list[tuple[Reviewed, Record]] = []

    def sign(folder: ReviewedFolder) -> None:
        for reviewed in folder.assets:
            if reviewed.problem is not None:
                raise reviewed.problem
            document = decide(reviewed, verdict).document
            record = reviewed.record
            if document is not None:
                damage.look([reviewed])
                todo = [(reviewed, with_findings(reviewed, document))]
                (written,) = write_records(folder, todo, options.sidecar_mode, job, again)
                if written.error is not None:
                    raise written.error
                record = written.record
            assert record is not None
            signed.append((reviewed, record))

    def again(reviewed: Reviewed) -> Document | None:
        document = decide_again(reviewed, verdict).document
        return None if document is None else with_findings(reviewed, document)

    review = Review(options, job, wants_content=_always, handle=sign)
    with DamageCheck(job, options.timeout_s) as damage:
        return _one(engine, request.path, options, job, review, signed)


def undo_sign_off(engine: Engine, request: UndoRequest, job: Job) -> Record:
    """Restore the record before the latest, on the content that one saw, as a new record.

    Raises:
        UsageError: a folder, or a name that cannot be read.
        InputError: the path is no asset, it has no earlier record, or the sidecar cannot be written.
        RecordsBroken, HeldByAnother, Cancelled: as `sign_off`.
    """
    options = review_options(engine, CrawlRequest((request.path,), min_sequence=request.min_sequence))
    operator = request.operator.strip() or engine.settings.qc.operator
    check_operator(operator)
    signed: list[tuple[Reviewed, Record]] = []

    def restore(record: Record) -> Document:
        document = undone(record, operator)
        if document is None:
            raise InputError(f"{shown(str(request.path))} has no earlier record", code="qc.nothing_to_undo")
        return document

    def undo(folder: ReviewedFolder) -> None:
        for reviewed in folder.assets:
            if reviewed.problem is not None:
                raise reviewed.problem
            signed.append((reviewed, change_record(reviewed, restore, options.sidecar_mode, job)))

    return _one(engine, request.path, options, job, Review(options, job, wants_content=_never, handle=undo), signed)


def _one(
    engine: Engine,
    path: Path,
    options: ReviewOptions,
    job: Job,
    review: Review,
    signed: list[tuple[Reviewed, Record]],
) -> Record:
    """Run a review of one asset, tell the shard, and give its record."""
    if path.is_dir():
        raise UsageError(
            f"{shown(str(path))} is a folder", hint="Crawl it to sign off all that lies in it.", code="qc.folder"
        )
    with ShardUpdates(engine, job) as shards:
        review.run((path,))
        for reviewed, record in signed:
            shards.add(reviewed.asset.folder, [(reviewed.asset, record)])
    return signed[0][1]


def _always(_reviewed: Reviewed) -> bool:
    return True


def _never(_reviewed: Reviewed) -> bool:
    return False
