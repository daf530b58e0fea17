"""The demo: makes the library, scans it, crawls it, signs two assets off and gathers what there is to tell."""

from dataclasses import dataclass
from pathlib import Path

from app.catalog.shard import open_reader
from app.demo.findings import SequenceFound, equal_files_below, sequences_below
from app.demo.library import BEAUTY, COMP, WIDTH, Library, make_library
from app.engine import Engine
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import raw, shown
from app.qc.crawl import CrawlRequest, CrawlResult, qc_crawl
from app.qc.signoff import SignOffRequest, sign_off
from app.qc.status import AssetStatus, StatusRequest, qc_status
from app.scanning.request import ScanRequest, ScanResult
from app.scanning.scan import scan

LABEL = "Demo"
OPERATOR = "demo operator"


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """Where the library goes.

    Attributes:
        folder: absolute or relative to the current one; `demo-library` in the working directory when None.
        width: of the pictures, in pixels, a multiple of 32.
    """

    folder: str | None = None
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell of the library.

    Attributes:
        kind: `missing_frames`, `damaged`, `unreadable` or `equal_content`.
        path: absolute, with `/`; of a sequence the name without frames.
        frames: the missing ones, in fileseq's notation.
        reason: why a file counts as damaged.
        copies: other files with the same content hash.
    """

    kind: str
    path: str
    frames: str = ""
    reason: str = ""
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made and found.

    Attributes:
        library: the folder, and how much of it was made now.
        drive: the drive that holds it.
        shard: the drive's file.
        scan: the scan of the library; the sidecars that were written after it were catalogued by another.
        crawl: the crawl behind it.
        sequences: its file sequences.
        findings: what there is to tell.
        verdicts: every asset's verdict as it stands.
        signed: paths of the assets that were signed off now, not by an earlier call.
    """

    library: Library
    drive: Drive
    shard: Path
    scan: ScanResult
    crawl: CrawlResult
    sequences: tuple[SequenceFound, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[AssetStatus, ...]
    signed: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _SignOff:
    """A verdict that the demo gives."""

    asset: str
    result: str
    note: str
    reasons: tuple[str, ...] = ()


_SIGN_OFFS = (
    _SignOff(BEAUTY, "pass", "Night light approved. Keep the stars."),
    _SignOff(COMP, "fail", "1013-1015 and 1031 never arrived: render them again.", ("missing_frame",)),
)


def demo(engine: Engine, request: DemoRequest, job: Job) -> DemoResult:
    """Make the demo library and walk through it. A second call makes, writes and signs only what is not there.

    Raises:
        InputError: the folder holds something else, or cannot be written.
        HeldByAnother: the library's shard is being written, or its folder overlaps another drive.
        Cancelled: the job was stopped; a later call goes on from there.
    """
    engine.home.prepare()
    folder = Path(request.folder) if request.folder is not None else engine.home.root / "demo-library"
    library = make_library(folder.resolve(), job, width=request.width)
    scanned = _scan(engine, library.folder, job)
    crawled = qc_crawl(engine, CrawlRequest((library.folder,)), job)
    signed = _sign_off(engine, library.folder, job)
    if crawled.written or signed:
        scan(engine, ScanRequest((str(library.folder),), mode="delta"), job)
    verdicts = qc_status(engine, StatusRequest((library.folder,)), job).assets
    drive = engine.catalog.drive(scanned.drive_id)
    shard = engine.catalog.shard_path(drive.id)
    base = Path(drive.base)
    below = b"" if library.folder == base else raw(library.folder.relative_to(base).as_posix())
    with open_reader(shard, job.token) as database:
        sequences = sequences_below(database, engine.judge, below)
        copies = equal_files_below(database, below)
    findings = _findings(base.as_posix().rstrip("/"), library.folder, sequences, copies, scanned)
    return DemoResult(
        library, drive, shard, scanned, crawled, tuple(sequences), tuple(findings), tuple(verdicts), tuple(signed)
    )


def _scan(engine: Engine, folder: Path, job: Job) -> ScanResult:
    """Scan into the drive that holds the library; a new one called `Demo`, or `Demo 2` where that is taken."""
    known = engine.catalog.drives(look=False)
    if any(folder.is_relative_to(drive.base) for drive in known):
        return scan(engine, ScanRequest((str(folder),), mode="delta"), job)
    label, number = LABEL, 1
    while engine.catalog.find_drive(label) is not None:
        number += 1
        label = f"{LABEL} {number}"
    return scan(engine, ScanRequest((str(folder),), label, mode="full"), job)


def _sign_off(engine: Engine, folder: Path, job: Job) -> list[Path]:
    """Sign off what nobody has judged yet: a verdict that stands is a person's."""
    signed = []
    known = {reason.code for reason in engine.settings.qc.reasons}
    paths = tuple(folder / wanted.asset for wanted in _SIGN_OFFS)
    standing = {status.path: status for status in qc_status(engine, StatusRequest(paths), job).assets}
    for wanted, path in zip(_SIGN_OFFS, paths, strict=True):
        status = standing.get(path)
        if status is None or status.error or status.operator or status.verdict not in ("", "pending"):
            continue
        reasons = tuple(code for code in wanted.reasons if code in known)
        sign_off(engine, SignOffRequest(path, OPERATOR, wanted.result, wanted.note, reasons), job)
        signed.append(path)
    return signed


def _findings(
    base: str, folder: Path, sequences: list[SequenceFound], copies: list[tuple[str, ...]], scanned: ScanResult
) -> list[Finding]:
    shown_base, below = shown(base), shown(folder.as_posix()).rstrip("/") + "/"
    found = [
        Finding("missing_frames", f"{shown_base}/{sequence.path}", frames=sequence.missing)
        for sequence in sequences if sequence.missing
    ]  # fmt: skip
    for entry in scanned.document["failed"]:
        if entry["path"].startswith(below):
            kind = "damaged" if entry["code"].startswith("media.") else "unreadable"
            found.append(Finding(kind, entry["path"], reason=entry["reason"]))
    for group in copies:
        first, *rest = [f"{shown_base}/{path}" for path in group]
        found.append(Finding("equal_content", first, copies=tuple(rest)))
    return found
