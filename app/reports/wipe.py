"""May this card be wiped? Yes only where each file on it has its copies on other drives.

Copies are files with the same content hash on other drives, connected or not; of those on one drive one counts. Only a
copy counts whose bytes were all read and had that hash, that is not suspected of rot, and that was there when its drive
was last scanned; on a connected drive it is looked at now (`app.reports.wipecopies`).
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.catalog.database import Database
from app.catalog.doubts import note_released
from app.catalog.replicas import Replica, Replicas
from app.catalog.shard import open_writer
from app.drives.rootprint import MARKER
from app.engine import Engine
from app.errors import AppError, DriveGone, HeldByAnother, UsageError
from app.files.walk import LISTED, Folder, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.drives import Drive
from app.model.names import raw, raw_name, shown
from app.model.times import now_us
from app.reports.receipts import Receipt, receipt_path
from app.reports.wipecopies import CopyJudge
from app.scanning.located import drive_of
from app.scanning.presence import is_there
from app.scanning.problems import entry_path
from app.scanning.target import refuse_other_volume
from app.wholefile import new_whole_file

_AT_ONCE = 2000
_MOST_TOLD = 10_000
_GOOD = 1
#: In the folder of shards: who asks whether something may be wiped.
_LOCK = "wipe.lock"


@dataclass(frozen=True, slots=True)
class WipeRequest:
    """What is to be wiped.

    Attributes:
        path: a folder of a catalogued drive, or its base.
        copies: on how many other drives each file must lie.
        verified_within_days: how long ago a copy may have been read whole; None for any time.
        same_volume: count drives that are lost together (folders of one volume, partitions of one disk) as two.
        receipt: where the receipt goes; None makes a new one under `exports/receipts`.
    """

    path: str
    copies: int = 2
    verified_within_days: float | None = None
    receipt: str | None = None
    same_volume: bool = False


@dataclass(slots=True)
class WipeResult:
    """Whether it may be wiped.

    Attributes:
        drive: the drive that the folder lies on.
        path: the folder, as it is shown.
        wanted: how many copies were asked for.
        files, bytes: what lies there now.
        safe_files: how many of them have their copies.
        suspected: how many of those did not read as they were hashed: the copies hold what was hashed, and nobody holds
            what lies there now.
        objections: path and reason of what has not, the first ten thousand; `unsafe` counts all.
        receipt: path of the receipt; None where it may not be wiped.
        copies_on: by label of a drive how many files have a copy there that counts.
        problems: drives whose records cannot be read, and why: what is there counts as no copy.
    """

    drive: Drive
    path: str
    wanted: int
    files: int = 0
    bytes: int = 0
    safe_files: int = 0
    suspected: int = 0
    unsafe: int = 0
    objections: list[dict[str, Any]] = field(default_factory=list)
    receipt: str | None = None
    copies_on: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def safe(self) -> bool:
        """Whether nothing would be lost; an empty folder is no proof of anything."""
        return self.files > 0 and self.unsafe == 0

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark copies wipe`."""
        return {
            "safe": self.safe,
            "drive": {"id": self.drive.id, "label": self.drive.label},
            "path": self.path,
            "copies": self.wanted,
            "counts": {
                "files": self.files,
                "bytes": self.bytes,
                "safe": self.safe_files,
                "unsafe": self.unsafe,
                "suspected": self.suspected,
            },
            "copies_on": self.copies_on,
            "files": self.objections,
            "receipt": shown(self.receipt) if self.receipt else None,
            "problems": self.problems,
        }


def suspected_words(number: int) -> str:
    """What a yes has to say of files that are not what was hashed."""
    files = "1 file does" if number == 1 else f"{number:,} files do"
    return (
        f"{files} not read as hashed: damaged since, or recorded anew with the old size and time. The copies hold what "
        "was hashed."
    )


def wipe(engine: Engine, request: WipeRequest, job: Job) -> WipeResult:
    """Tell whether a folder of a drive may be wiped: yes only where each file has its copies elsewhere.

    The folder is listed now. A file that the catalogue does not know as it lies there (new, written since, not hashed)
    has no known copy. Where nothing objects, a receipt names each file with its copies, and the files of the folder are
    no copies of others any more until they are verified again: somebody is about to wipe them.

    Raises:
        UsageError: fewer than one copy is asked for, or the receipt would be wiped too.
        InputError: the path lies on no catalogued drive, or the receipt cannot be written.
        DriveGone: the drive is not connected, or goes away.
        HeldByAnother: the records of the drive are being written, another volume lies there, or another job asks the
            same of any drive.
        Cancelled: the job was stopped.
    """
    if request.copies < 1:
        raise UsageError("a wipe without a copy is a loss", hint="Ask for one copy at least: --copies 1.")
    refuse_nonsense(request)
    drive, below = drive_of(engine.catalog, request.path, None)
    if not drive.online and not is_there(drive):
        raise DriveGone(f"{drive.label} is not connected", hint="Plug it in and ask again.")
    job.concerns(drive.id, drive.label)
    refuse_other_volume(drive, job.token, engine.settings.robust.op_timeout_s)
    result = WipeResult(drive, entry_path(drive.base, raw(below), b""), request.copies)
    path = receipt_path(engine, request.receipt, f"{drive.base.rstrip('/')}/{below}".rstrip("/") or "/")
    engine.catalog.open_shard(drive).close()
    engine.home.prepare()
    with hold_file_lock(engine.home.shards / _LOCK, job.token, refuse=_refuse):
        _answer(engine, request, raw(below), path, result, job)
    return result


def _answer(engine: Engine, request: WipeRequest, below: bytes, path: Path, result: WipeResult, job: Job) -> None:
    """Open the shards and judge each file; the receipt gets its name, and the folder is set free, only with a yes."""
    drive, catalog = result.drive, engine.catalog
    others = [other for other in catalog.drives() if other.id != drive.id]
    broken: dict[str, AppError] = {}
    with (
        open_writer(catalog.shard_path(drive.id), job.token, wal=engine.wal, label=drive.label) as database,
        Replicas(catalog, others, job.token, broken) as replicas,
        CopyJudge(
            engine, drive, others, job, same_volume=request.same_volume, within_days=request.verified_within_days
        ) as judge,
    ):
        result.problems += [
            {"drive": other.label, "code": broken[other.id].code, "message": broken[other.id].message}
            for other in others
            if other.id in broken
        ]
        with suppress(_NotSafe), new_whole_file(path) as file:
            receipt = Receipt(file)
            receipt.begin(_asked(request, result))
            _Wipe(engine, database, replicas, judge, result, receipt, job).run(below)
            if not result.safe:
                raise _NotSafe
            receipt.end(result.files, result.bytes)
            note_released(database, below, now_us())
            result.receipt = path.as_posix()


def _refuse(holder: str) -> HeldByAnother:
    """Two drives that hold the same would each be told that the other one has the copy."""
    return HeldByAnother(
        f"another job ({holder or 'of an unknown process'}) asks whether something may be wiped",
        hint="Wait for its answer, then ask again.",
        code="wipe.locked",
    )


def _asked(request: WipeRequest, result: WipeResult) -> dict[str, Any]:
    return {
        "drive": {"id": result.drive.id, "label": result.drive.label},
        "path": result.path,
        "copies": request.copies,
        "verified_within_days": request.verified_within_days,
        "same_volume": request.same_volume,
    }


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that lies in the folder now, with the content it is known to have; or why none is known."""

    path: bytes
    size: int
    hash: bytes | None
    why: str = ""
    suspected: bool = False


class _Wipe:
    """One question, with the shards open."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        replicas: Replicas,
        judge: CopyJudge,
        result: WipeResult,
        receipt: Receipt,
        job: Job,
    ) -> None:
        self._robust, self._database, self._replicas = engine.settings.robust, database, replicas
        self._drive, self._judge, self._result = result.drive, judge, result
        self._receipt, self._job = receipt, job

    def run(self, below: bytes) -> None:
        self._job.stage(Stage.COMPARE)
        request = WalkRequest(raw(self._drive.base), (below,), long_paths=self._robust.long_paths)
        with closing(walk(request, self._job.token, timeout_s=float(self._robust.op_timeout_s or 30))) as folders:
            entries = (entry for folder in folders for entry in self._entries(folder))
            while batch := list(itertools.islice(entries, _AT_ONCE)):
                self._decide(batch)
                self._job.progress(self._result.files, current=shown(batch[-1].path))
        self._job.progress(self._result.files, last=True)

    def _entries(self, folder: Folder) -> Iterator[_Entry]:
        """The files of a listed folder; what could not be read or was passed over objects."""
        if folder.status != LISTED:
            self._object(folder.path, folder.errors[0][1] if folder.errors else "it could not be listed")
            return
        for name, reason, _ in folder.errors:
            self._object(_joined(folder.path, name), f"it could not be read: {reason}")
        for name, reason in folder.passed_over:
            if reason not in ("link", "special"):
                self._object(_joined(folder.path, name), f"it was not looked at ({reason})")
        known = {
            bytes(name): row
            for name, *row in self._database.rows(
                "SELECT f.name, f.size, f.mtime_ns, f.hash, f.hash_state, f.verified_us,"
                " EXISTS (SELECT 1 FROM suspect s WHERE s.file_id = f.id) FROM folder d"
                " JOIN block b ON b.folder_id = d.id JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
                " WHERE d.path = ? AND f.missed_scan IS NULL",
                (folder.path,),
            )
        }
        for name, size, mtime_ns in zip(folder.names, folder.sizes, folder.mtimes, strict=True):
            if (folder.path, name) != (b"", MARKER.encode()) or self._drive.passport.marker != self._drive.id:
                yield _entry(_joined(folder.path, name), size, mtime_ns, known.get(name))

    def _decide(self, batch: list[_Entry]) -> None:
        held = self._replicas.of([entry.hash for entry in batch if entry.hash is not None])
        judged = self._judge.judged(held)
        for entry in batch:
            self._result.files += 1
            self._result.bytes += entry.size
            if entry.hash is None:
                self._object(entry.path, entry.why)
                continue
            good, weak = judged[entry.hash].good, judged[entry.hash].weak
            if len(good) < self._result.wanted:
                self._object(entry.path, _too_few(len(good), self._result.wanted, weak), good)
                continue
            self._result.safe_files += 1
            self._result.suspected += entry.suspected
            for copy in good:
                self._result.copies_on[copy.drive.label] = self._result.copies_on.get(copy.drive.label, 0) + 1
            self._receipt.add(entry.path, entry.size, entry.hash, good)

    def _object(self, path: bytes, reason: str, copies: Iterable[Replica] = ()) -> None:
        self._result.unsafe += 1
        if len(self._result.objections) < _MOST_TOLD:
            told: dict[str, Any] = {"path": entry_path(self._drive.base, path, b""), "reason": reason}
            encoded = raw_name(path)
            if encoded is not None:
                told["raw_name"] = encoded
            self._result.objections.append({**told, "copies": [copy.document() for copy in copies]})


def _joined(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


def _entry(path: bytes, size: int, mtime_ns: int, row: list[Any] | None) -> _Entry:
    """A file with the content that its row (size, mtime_ns, hash, state, verified_us, suspected) tells; or why not."""
    why = ""
    if row is None:
        why = "it is not catalogued: scan the drive"
    elif row[:2] != [size, mtime_ns]:
        why = "it was written since the last scan: scan the drive"
    elif row[3] != _GOOD:
        why = "it has no content hash: scan the drive without --inventory-only"
    elif not row[4]:
        why = "it was not read whole as it lies there: verify the drive"
    if row is None or why:
        return _Entry(path, size, None, why)
    return _Entry(path, size, row[2], suspected=bool(row[5]))


def _too_few(found: int, wanted: int, weak: list[tuple[Replica, str]]) -> str:
    words = f"{found} of {wanted} copies on other drives" if found else "no copy on other drives"
    told = dict.fromkeys(f"that on {copy.drive.label} {why}" for copy, why in weak)
    return "; ".join([words, *list(told)[:2]])


class _NotSafe(Exception):
    """Ends the writing of a receipt that is none."""
