"""The crawl: a sidecar for each new or changed asset; with an operator, the sign-off of what lies there."""

from dataclasses import dataclass, field
from pathlib import Path

from app.engine import Engine
from app.errors import AppError, UsageError
from app.files.atomic import remove_leftovers
from app.files.sidecar import MODES, VERDICTS, Document, Record
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.names import shown
from app.qc.assets import Asset
from app.qc.damage import DamageCheck, damage_of, with_findings
from app.qc.decisions import Decision, decide, decide_again, wants_content
from app.qc.documents import Verdict
from app.qc.record import ShardUpdates
from app.qc.review import Review, ReviewOptions
from app.qc.reviewed import Reviewed, ReviewedFolder
from app.qc.verdicts import Replaced, replaced_verdict
from app.qc.writing import place_of, write_records


@dataclass(frozen=True, slots=True)
class CrawlRequest:
    """What to crawl, and how.

    Attributes:
        paths: folders (with all below them), files, or patterns of sequences.
        operator: who signs off; empty for a plain crawl.
        result: `pass`, `fail` or `pending`; needs an operator unless it is `pending`; empty for a plain crawl.
        note: the operator's note.
        reasons: reason codes of the settings.
        sidecar_mode: `subdir`, `dot` or `inline`; the setting when empty. A sidecar of ours stays where it is.
        workers: files hashed at once; the setting when 0.
        min_sequence: fewer frames than this are single files; the setting when 0.
        policy_version: the policy verdicts are given under; the setting when empty.
        dry_run: write nothing, say what would be written.
        list_sidecars: name each sidecar in the result; without, memory stays flat in any library.
    """

    paths: tuple[Path, ...]
    operator: str = ""
    result: str = ""
    note: str = ""
    reasons: tuple[str, ...] = ()
    sidecar_mode: str = ""
    workers: int = 0
    min_sequence: int = 0
    policy_version: str = ""
    dry_run: bool = False
    list_sidecars: bool = True


@dataclass(slots=True)
class CrawlResult:
    """What a crawl found and did.

    Attributes:
        assets: single files and sequences that were looked at.
        written: sidecars written (with `dry_run`: that would be).
        unchanged: assets whose record holds as it is.
        changed: assets whose content differs from what their record saw.
        stale: those of them under an operator's verdict, which stays as it is.
        missing: sidecars whose asset is gone.
        sequences, singles: how many assets are which.
        failed: path and reason of what could not be done.
        damaged: path and reason of assets whose media can be read byte by byte, but is damaged.
        replaced: path and verdict of each other person whose verdict was followed by this one.
        sidecars: paths of the sidecars in `written`.
    """

    assets: int = 0
    written: int = 0
    unchanged: int = 0
    changed: int = 0
    stale: int = 0
    missing: int = 0
    sequences: int = 0
    singles: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    damaged: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, Replaced]] = field(default_factory=list)
    sidecars: list[str] = field(default_factory=list)


def qc_crawl(engine: Engine, request: CrawlRequest, job: Job) -> CrawlResult:
    """Crawl folders; see `CrawlRequest`.

    Raises:
        UsageError: an operator without a result, a result without an operator, a word that is none of the choices,
            a reason code that the settings do not have.
        InputError: a path cannot be used.
        Cancelled: the job was stopped; what was written stays.
    """
    verdict = verdict_of(engine, request)
    options = review_options(engine, request)
    with ShardUpdates(engine, job) as shards, DamageCheck(job, options.timeout_s) as damage:
        run = _Crawl(request, verdict, options.sidecar_mode, job, shards, damage)
        review = Review(
            options, job, wants_content=lambda reviewed: wants_content(reviewed, verdict), handle=run.handle
        )
        review.run(request.paths)
    return run.result


def verdict_of(engine: Engine, request: CrawlRequest) -> Verdict:
    """The verdict a crawl records, checked."""
    if request.operator.strip() and not request.result:
        raise UsageError(
            "An operator needs a result.", hint="Add --result pass, fail or pending.", code="qc.result_missing"
        )
    if request.result and request.result not in VERDICTS:
        raise UsageError(f"{request.result} is no result.", hint="Say pass, fail or pending.", code="qc.result_invalid")
    operator = request.operator.strip() or (engine.settings.qc.operator if request.result in ("pass", "fail") else "")
    if not operator and (request.result in ("pass", "fail") or request.note or request.reasons):
        raise UsageError("A verdict needs an operator.", hint="Add --operator NAME.", code="qc.operator_missing")
    _check_reasons(engine, request.reasons)
    check_operator(operator)
    policy = request.policy_version or engine.settings.qc.policy_version
    reasons = tuple(dict.fromkeys(request.reasons))
    return Verdict(policy, request.result or "pending", operator, _text(request.note), reasons)


def check_operator(operator: str) -> None:
    """Refuse a name that nobody could read in a record or a terminal.

    Raises:
        UsageError: it holds line breaks, control characters or what is no Unicode.
    """
    if not operator.isprintable():
        raise UsageError(
            f"{operator!r} is no name of an operator.",
            hint="Leave out line breaks and control characters.",
            code="qc.operator_invalid",
        )


def _text(note: str) -> str:
    """A note as valid Unicode: what cannot be written as such becomes a question mark."""
    return note.encode("utf-8", "replace").decode()


def _check_reasons(engine: Engine, given: tuple[str, ...]) -> None:
    known = [reason.code for reason in engine.settings.qc.reasons]
    unknown = [code for code in given if code not in known]
    if unknown:
        raise UsageError(
            f"{shown(unknown[0])!r} is no reason code.",
            hint=f"Known are {', '.join(known)}." if known else "The setting qc.reasons has none.",
            code="qc.reason_unknown",
        )


def review_options(engine: Engine, request: CrawlRequest) -> ReviewOptions:
    """How a crawl looks at folders: what was asked, else the settings."""
    refuse_nonsense(request)
    qc, robust = engine.settings.qc, engine.settings.robust
    if request.sidecar_mode and request.sidecar_mode not in MODES:
        raise UsageError(f"{request.sidecar_mode} is no sidecar mode.", hint="It is subdir, dot or inline.")
    return ReviewOptions(
        min_sequence=request.min_sequence or qc.min_sequence,
        workers=request.workers or qc.workers,
        ignore=(*robust.ignore, *robust.skip_globs),
        timeout_s=robust.op_timeout_s,
        keep_hashes=not request.dry_run,
        sidecar_mode=request.sidecar_mode or qc.sidecar_mode,
    )


class _Crawl:
    """One crawl: decides about each folder and counts."""

    def __init__(
        self, request: CrawlRequest, verdict: Verdict, mode: str, job: Job, shards: ShardUpdates, damage: DamageCheck
    ) -> None:
        self.result = CrawlResult()
        self._shards = shards
        self._damage = damage
        self._request = request
        self._verdict = verdict
        self._mode = mode
        self._job = job

    def handle(self, folder: ReviewedFolder) -> None:
        """Decide about each asset of a folder, and write what is to be written."""
        for path, error in folder.failed:
            self._fail(path, error)
        self.result.missing += len(folder.missing)
        decided: list[tuple[Reviewed, Decision]] = []
        for reviewed in folder.assets:
            self._job.check()
            self._count(reviewed)
            if reviewed.problem is not None:
                self._fail(reviewed.asset.path, reviewed.problem)
                continue
            decision = decide(reviewed, self._verdict)
            self.result.changed += decision.changed
            self.result.stale += decision.stale
            self.result.unchanged += decision.document is None and not decision.changed
            decided.append((reviewed, decision))
        self._damage.look(one for one, decision in decided if decision.document is not None or decision.stale)
        records = self._write(folder, decided)
        for reviewed, decision in decided:
            self._count_damage(reviewed, decision)
        if not self._request.dry_run:
            remove_leftovers(folder.leftovers)
            self._shards.add(folder.path, records)

    def _write(self, folder: ReviewedFolder, decided: list[tuple[Reviewed, Decision]]) -> list[tuple[Asset, Record]]:
        """Write what was decided; the records as they stand now, old and new."""
        standing = [(one.asset, one.record) for one, decision in decided if decision.document is None and one.record]
        todo = [
            (one, with_findings(one, decision.document)) for one, decision in decided if decision.document is not None
        ]
        if self._request.dry_run:
            for reviewed, document in todo:
                self._count_written(reviewed, Record(document, place_of(reviewed, self._mode)))
            return standing
        for written in write_records(folder, todo, self._mode, self._job, self._again):
            if written.record is None:
                self._fail(written.reviewed.asset.path, written.error or AppError("it was not written"))
                continue
            standing.append((written.reviewed.asset, written.record))
            if written.fresh:
                self._count_written(written.reviewed, written.record)
            else:
                self.result.unchanged += 1
        return standing

    def _again(self, reviewed: Reviewed) -> Document | None:
        document = decide_again(reviewed, self._verdict).document
        return None if document is None else with_findings(reviewed, document)

    def _count(self, reviewed: Reviewed) -> None:
        self.result.assets += 1
        if reviewed.asset.sequence is None:
            self.result.singles += 1
        else:
            self.result.sequences += 1

    def _count_written(self, reviewed: Reviewed, record: Record) -> None:
        self.result.written += 1
        if self._request.list_sidecars:
            self.result.sidecars.append(str(record.path))
        if replaced := replaced_verdict(record):
            self.result.replaced.append((str(reviewed.asset.path), replaced))

    def _count_damage(self, reviewed: Reviewed, decision: Decision) -> None:
        """Note damaged media: as found now, else as the record has it, which still holds."""
        known = reviewed.record.document.get("findings") if reviewed.record and not decision.changed else None
        if reason := damage_of(reviewed.findings if reviewed.findings is not None else known):
            self.result.damaged.append((str(reviewed.asset.path), reason))
            self._job.item_failed(shown(str(reviewed.asset.path)), reason, "media.damaged")

    def _fail(self, path: Path, error: AppError) -> None:
        self.result.failed.append((str(path), error.message))
        self._job.item_failed(shown(str(path)), error.message, error.code)
