"""May this card be wiped? Yes only where each file on it has its copies on other drives.

Copies are files with the same content hash on other drives, connected or not; of those on one drive one counts. Only a
copy counts whose bytes were all read and had that hash, and that is not suspected of rot.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.catalog.database import Database
from app.catalog.hashes import shown_hash
from app.catalog.replicas import Replica, Replicas
from app.drives.fates import share_a_fate
from app.engine import Engine
from app.errors import DriveGone, UsageError
from app.files.walk import LISTED, Folder, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.drives import Drive
from app.model.names import raw, raw_name, shown
from app.model.times import now_us, rfc3339
from app.scanning.located import drive_of
from app.scanning.problems import entry_path
from app.wholefile import cannot_write, new_whole_file

_AT_ONCE = 2000
_MOST_TOLD = 10_000
_GOOD = 1
_DAY_US = 86_400_000_000
_RECEIPT_SCHEMA = "reelmark.wipe-receipt/1"


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
        objections: path and reason of what has not, the first ten thousand; `unsafe` counts all.
        receipt: path of the receipt; None where it may not be wiped.
    """

    drive: Drive
    path: str
    wanted: int
    files: int = 0
    bytes: int = 0
    safe_files: int = 0
    unsafe: int = 0
    objections: list[dict[str, Any]] = field(default_factory=list)
    receipt: str | None = None
    copies_on: dict[str, int] = field(default_factory=dict)

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
            "counts": {"files": self.files, "bytes": self.bytes, "safe": self.safe_files, "unsafe": self.unsafe},
            "copies_on": self.copies_on,
            "files": self.objections,
            "receipt": self.receipt,
        }


def wipe(engine: Engine, request: WipeRequest, job: Job) -> WipeResult:
    """Tell whether a folder of a drive may be wiped: yes only where each file has its copies elsewhere.

    The folder is listed now. A file that the catalogue does not know as it lies there (new, written since, not hashed)
    has no known copy. Where nothing objects, a receipt names each file with its copies.

    Raises:
        UsageError: fewer than one copy is asked for.
        InputError: the path lies on no catalogued drive, or the receipt cannot be written.
        DriveGone: the drive is not connected, or goes away.
        Cancelled: the job was stopped.
    """
    if request.copies < 1:
        raise UsageError("a wipe without a copy is a loss", hint="Ask for one copy at least: --copies 1.")
    refuse_nonsense(request)
    drive, below = drive_of(engine.catalog, request.path, None)
    if not drive.online:
        raise DriveGone(f"{drive.label} is not connected", hint="Plug it in and ask again.")
    job.concerns(drive.id, drive.label)
    result = WipeResult(drive, entry_path(drive.base, raw(below), b""), request.copies)
    others = [other for other in engine.catalog.drives() if other.id != drive.id]
    path = _receipt_path(engine, request.receipt)
    with ExitStack() as open_now:
        database = open_now.enter_context(engine.catalog.open_shard(drive, job.token))
        replicas = open_now.enter_context(Replicas(engine.catalog, others, job.token, {}))
        with suppress(_NotSafe), new_whole_file(path) as file:
            receipt = _Receipt(file)
            receipt.begin(request, result)
            _Wipe(engine, database, replicas, drive, request, result, receipt, job).run(raw(below))
            if not result.safe:
                raise _NotSafe
            receipt.end(result)
            result.receipt = str(path)
    return result


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file that lies in the folder now, with the content it is known to have; or why none is known."""

    path: bytes
    size: int
    hash: bytes | None
    why: str = ""


class _Wipe:
    """One question, with the shards open."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        replicas: Replicas,
        drive: Drive,
        request: WipeRequest,
        result: WipeResult,
        receipt: "_Receipt",
        job: Job,
    ) -> None:
        self._engine, self._database, self._replicas = engine, database, replicas
        self._drive, self._request, self._result = drive, request, result
        self._receipt, self._job = receipt, job
        days = request.verified_within_days
        self._verified_since = 0 if days is None else now_us() - round(days * _DAY_US)

    def run(self, below: bytes) -> None:
        self._job.stage(Stage.COMPARE)
        robust = self._engine.settings.robust
        request = WalkRequest(raw(self._drive.base), (below,), long_paths=robust.long_paths)
        with closing(walk(request, self._job.token, timeout_s=float(robust.op_timeout_s or 30))) as folders:
            entries = (entry for folder in folders for entry in self._entries(folder))
            while batch := list(itertools.islice(entries, _AT_ONCE)):
                self._judge(batch)
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
            bytes(name): (size, mtime_ns, digest, state)
            for name, size, mtime_ns, digest, state in self._database.rows(
                "SELECT f.name, f.size, f.mtime_ns, f.hash, f.hash_state FROM folder d"
                " JOIN block b ON b.folder_id = d.id JOIN file f ON f.id BETWEEN b.first_id AND b.last_id"
                " WHERE d.path = ? AND f.missed_scan IS NULL",
                (folder.path,),
            )
        }
        for name, size, mtime_ns in zip(folder.names, folder.sizes, folder.mtimes, strict=True):
            row = known.get(name)
            path = _joined(folder.path, name)
            if row is None:
                yield _Entry(path, size, None, "it is not catalogued: scan the drive")
            elif row[:2] != (size, mtime_ns):
                yield _Entry(path, size, None, "it was written since the last scan: scan the drive")
            elif row[3] != _GOOD:
                yield _Entry(path, size, None, "it has no content hash: scan the drive without --inventory-only")
            else:
                yield _Entry(path, size, row[2])

    def _judge(self, batch: list[_Entry]) -> None:
        held = self._replicas.of([entry.hash for entry in batch if entry.hash is not None])
        for entry in batch:
            self._result.files += 1
            self._result.bytes += entry.size
            if entry.hash is None:
                self._object(entry.path, entry.why)
                continue
            good, weak = self._one_a_drive(held[entry.hash])
            if len(good) < self._request.copies:
                self._object(entry.path, _too_few(len(good), self._request.copies, weak), good)
                continue
            self._result.safe_files += 1
            for copy in good:
                self._result.copies_on[copy.drive.label] = self._result.copies_on.get(copy.drive.label, 0) + 1
            self._receipt.add(entry, good)

    def _one_a_drive(self, copies: Iterable[Replica]) -> tuple[list[Replica], list[tuple[Replica, str]]]:
        """The best copy of each other volume; and those that do not count, with the reason."""
        best: dict[str, Replica] = {}
        weak: list[tuple[Replica, str]] = []
        for copy in copies:
            why = self._objection(copy)
            if why:
                weak.append((copy, why))
                continue
            known = best.get(copy.drive.id)
            if known is None or (copy.verified_us or 0) > (known.verified_us or 0):
                best[copy.drive.id] = copy
        apart: list[Replica] = []
        for copy in best.values():
            if any(self._is_same_disk(copy.drive, other.drive) for other in apart):
                weak.append((copy, "is lost together with another one"))
            else:
                apart.append(copy)
        return apart, [pair for pair in weak if pair[0] not in apart]

    def _objection(self, copy: Replica) -> str:
        """Why a copy does not count; empty where it does."""
        if copy.suspect:
            return "is suspected of rot"
        if self._is_same_disk(copy.drive, self._drive):
            return "lies on the same disk"
        if not copy.verified_us:
            return "was never read whole"
        return "was not read whole lately" if copy.verified_us < self._verified_since else ""

    def _is_same_disk(self, one: Drive, other: Drive) -> bool:
        return not self._request.same_volume and share_a_fate(one, other)

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


def _too_few(found: int, wanted: int, weak: list[tuple[Replica, str]]) -> str:
    words = f"{found} of {wanted} copies on other drives" if found else "no copy on other drives"
    told = dict.fromkeys(f"that on {copy.drive.label} {why}" for copy, why in weak)
    return "; ".join([words, *list(told)[:2]])


class _Receipt:
    """The proof of a wipe that is safe: JSON lines, streamed into a file that gets its name only at the end.

    The first line says what was asked, each further one names a file with its copies, and the last one holds the totals
    and the SHA-256 of all lines before it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def begin(self, request: WipeRequest, result: WipeResult) -> None:
        drive = {"id": result.drive.id, "label": result.drive.label}
        asked = {"copies": request.copies, "verified_within_days": request.verified_within_days}
        made = rfc3339(now_us())
        self._write({"schema": _RECEIPT_SCHEMA, "made": made, "drive": drive, "path": result.path, **asked})

    def add(self, entry: _Entry, copies: list[Replica]) -> None:
        told = [{"drive_id": copy.drive.id, **copy.document()} for copy in copies]
        line = {"path": shown(entry.path), "size": entry.size, "content_hash": shown_hash(entry.hash), "copies": told}
        encoded = raw_name(entry.path)
        self._write(line if encoded is None else {**line, "raw_name": encoded})

    def end(self, result: WipeResult) -> None:
        digest = self._digest.hexdigest()
        self._write({"safe": True, "files": result.files, "bytes": result.bytes, "sha256": digest})

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self._digest.update(data)
        self._file.write(data)


def _receipt_path(engine: Engine, wanted: str | None) -> Path:
    if wanted is not None:
        return Path(wanted)
    folder = engine.home.exports / "receipts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder / f"wipe_{datetime.now(UTC):%Y%m%d_%H%M%SZ}_{os.urandom(2).hex()}.jsonl"


class _NotSafe(Exception):
    """Ends the writing of a receipt that is none."""
