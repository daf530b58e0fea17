"""Reads files again and compares them with the hashes that are kept of them: silent damage shows only so.

A file of the same size and time with another hash is *suspected of rot*: nothing says that it was written. Where other
drives hold the same content, the bytes that most of them hold are the good ones. The kept hash is never replaced here;
a suspicion ends when the file reads right again, or is written and scanned.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from app.catalog.database import Database
from app.catalog.doubts import UNSEEN
from app.catalog.hashes import shown_hash, stored_hash
from app.catalog.replicas import Replica, Replicas
from app.catalog.shard import SHORT_WRITE_S, last_scan, open_writer
from app.engine import Engine
from app.errors import AppError, DriveGone, InputError, MissingPart, UsageError
from app.files.hashing import Hashed, algorithm
from app.files.hashpool import HashPool
from app.files.mounts import os_path
from app.jobs.events import Stage
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.drives import Drive
from app.model.names import raw, shown
from app.model.times import now_us
from app.scanning.changes import HASH_GOOD
from app.scanning.located import drive_of
from app.scanning.presence import gone, is_there
from app.scanning.problems import entry_path
from app.scanning.suspects import ROT, ROT_WORDS, UNREADABLE, forget_suspect, note_suspect
from app.scanning.target import refuse_other_volume

_PAGE = 5000
_MOST_TOLD = 10_000
_DAY_US = 86_400_000_000

#: Why a file cannot be read though its sectors can: it is something else by now, or nobody let us.
_OTHER_NOW = ("media.link", "media.special", "media.placeholder", "media.changed_while_read")
_NOT_ASKED = ("media.permission",)

_Row = tuple[int, bytes, bytes, int, int, bytes]


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What is read again: all that has a hash, or less.

    Attributes:
        path: a file or folder of a catalogued drive, absolute or relative to the current one; None for a whole drive.
        drive: its label or id; None finds it by the path.
        sample: part and number of parts: (3, 12) reads the third twelfth of the files.
        older_than_days: only what was last read whole longer ago, or never.
        threads: files read at once, 0 for one a processor; None leaves it to the settings.
    """

    path: str | None = None
    drive: str | None = None
    sample: tuple[int, int] | None = None
    older_than_days: float | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Suspected:
    """A file whose bytes are not those that were hashed.

    Attributes:
        path: as it is shown.
        stored, found: the kept hash and that of the present bytes (`blake3:...`).
        good_copies: files of the catalogue that hold the bytes that most drives agree on, this file aside.
        agree: how many other drives hold the kept content, and how many hold the present one.
    """

    path: str
    stored: str
    found: str
    good_copies: tuple[Replica, ...]
    agree: tuple[int, int]

    def document(self) -> dict[str, Any]:
        """Its JSON; `majority` says whether other drives speak for the kept hash or for the present bytes."""
        kept, present = self.agree
        return {
            "path": self.path,
            "stored": self.stored,
            "found": self.found,
            "good_copies": [copy.document() for copy in self.good_copies],
            "majority": "present" if present > kept else "stored" if kept else None,
        }


@dataclass(slots=True)
class VerifyResult:
    """What came of it. Counts are files; `failed` and `suspected` hold the first ten thousand each."""

    drive: Drive
    checked: int = 0
    ok: int = 0
    changed: int = 0
    rotten: int = 0
    missing: int = 0
    unreadable: int = 0
    not_hashed: int = 0
    bytes: int = 0
    seconds: float = 0.0
    suspected: list[Suspected] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    @property
    def objections(self) -> bool:
        """Whether anything was not as it is kept."""
        return bool(self.changed or self.rotten or self.missing or self.unreadable)

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark verify`."""
        return {
            "drive": {"id": self.drive.id, "label": self.drive.label},
            "checked": self.checked,
            "ok": self.ok,
            "changed": self.changed,
            "suspected_rot": [suspected.document() for suspected in self.suspected],
            "suspected": self.rotten,
            "missing": self.missing,
            "unreadable": self.unreadable,
            "not_hashed": self.not_hashed,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "failed": self.failed,
        }


def verify(engine: Engine, request: VerifyRequest, job: Job) -> VerifyResult:
    """Read files of one drive again and compare them with their kept hashes.

    Raises:
        UsageError: the sample is no part of anything, a number makes no sense, or neither a path nor a drive is named.
        InputError: the path lies on no catalogued drive.
        DriveGone: the drive is not connected, or went away; what was read until then is kept.
        HeldByAnother: its records are being written, or another volume lies there.
        MissingPart: its hashes are of a kind that this machine cannot make.
        Cancelled: the job was stopped; what was read until then is kept.
    """
    if request.sample and not 1 <= request.sample[0] <= request.sample[1]:
        raise UsageError("--sample is written N/T, with N from 1 to T", hint="For the third twelfth write 3/12.")
    refuse_nonsense(request)
    started = time.monotonic()
    drive, below = drive_of(engine.catalog, request.path, request.drive)
    if not drive.online and not is_there(drive):
        raise DriveGone(f"{drive.label} is not connected", hint="Plug it in, or mount its share, and try again.")
    job.concerns(drive.id, drive.label)
    refuse_other_volume(drive, job.token, engine.settings.robust.op_timeout_s)
    result = VerifyResult(drive)
    threads = request.threads if request.threads is not None else engine.settings.performance.worker_threads
    request = replace(request, threads=threads)
    shard = engine.catalog.shard_path(drive.id)
    if not shard.exists():
        raise InputError(f"{drive.label} was never scanned", hint="Scan it first: there is nothing to compare with.")
    with open_writer(shard, job.token, wal=engine.wal, label=drive.label, wait_s=SHORT_WRITE_S) as database:
        run = _Run(engine, database, drive, raw(below), request, result, job)
        run.whole()
    run.find_good_copies()
    result.seconds = time.monotonic() - started
    return result


class _Run:
    """One verification of one drive, with its shard open for writing."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        drive: Drive,
        below: bytes,
        request: VerifyRequest,
        result: VerifyResult,
        job: Job,
    ) -> None:
        self._engine, self._database, self._job = engine, database, job
        self._drive, self._request, self._result = drive, request, result
        self._where, self._bindings = _scope(below, request)
        scanned = last_scan(database)
        self._follow = bool(scanned and scanned.request.get("follow_symlinks"))
        self._suspects: list[tuple[_Row, bytes]] = []
        self._done: list[tuple[_Row, Hashed | AppError]] = []
        self._committed = time.monotonic()

    def whole(self) -> None:
        total, size = self._database.row(
            f"SELECT count(*), coalesce(sum(f.size), 0) FROM file f WHERE f.hash_state = {HASH_GOOD} AND {self._where}",
            self._bindings,
        ) or (0, 0)
        self._result.not_hashed = int(
            self._database.value(
                f"SELECT count(*) FROM file f WHERE f.hash_state <> {HASH_GOOD} AND {self._where}", self._bindings
            )
        )
        self._job.stage(Stage.VERIFY, int(total), int(size))
        for kind in self._algorithms():
            if kind not in ("sha256", algorithm()):
                raise MissingPart(
                    f"the hashes of {self._drive.label} were made with {kind}, which this machine cannot make",
                    hint=f"Install the Python package {kind}.",
                )
            self._read(kind)
        self._commit()
        self._job.progress(self._result.checked, bytes_done=self._result.bytes, last=True)

    def find_good_copies(self) -> None:
        """Name the good copies of what is suspected; the shard is not written any more."""
        with Replicas(self._engine.catalog, self._engine.catalog.drives(), self._job.token, {}) as replicas:
            for row, found in self._suspects[:_MOST_TOLD]:
                self._result.suspected.append(self._suspected(replicas, row, found))

    def _suspected(self, replicas: Replicas, row: _Row, found: bytes) -> Suspected:
        file_id, folder, name, _, _, stored = row
        held = replicas.of([stored, found])
        others = {
            digest: [
                copy
                for copy in copies
                if (copy.drive.id, copy.file_id) != (self._drive.id, file_id) and copy.doubt != UNSEEN
            ]
            for digest, copies in held.items()
        }
        agree = tuple(
            len({copy.drive.id for copy in others[digest] if not copy.suspect} - {self._drive.id})
            for digest in (stored, found)
        )
        good = others[found if agree[1] > agree[0] else stored]
        return Suspected(
            entry_path(self._drive.base, folder, name),
            shown_hash(stored) or "",
            shown_hash(found) or "",
            tuple(copy for copy in good if not copy.suspect),
            (agree[0], agree[1]),
        )

    def _algorithms(self) -> list[str]:
        """The algorithms of the kept hashes that are asked for."""
        rows = self._database.rows(
            "SELECT DISTINCT CASE WHEN length(f.hash) <= 32 THEN 'blake3' ELSE"
            " CAST(substr(f.hash, 1, instr(f.hash, x'3a') - 1) AS TEXT) END"
            f" FROM file f WHERE f.hash_state = {HASH_GOOD} AND {self._where}",
            self._bindings,
        )
        return [str(row[0]) for row in rows]

    def _read(self, kind: str) -> None:
        with HashPool[_Row](
            int(self._request.threads or 0),
            silence_s=float(self._engine.settings.robust.op_timeout_s or 30),
            use_algorithm=kind,
            chunk_bytes=self._engine.settings.performance.hash_chunk_bytes,
            follow=self._follow,
            from_medium=True,
        ) as pool:
            for row, answer in pool.run(self._rows(kind), self._job, on_bytes=self._count_bytes):
                self._done.append((row, answer))
                self._result.checked += 1
                current = shown(b"/".join(part for part in row[1:3] if part))
                self._job.progress(
                    self._result.checked, bytes_done=self._result.bytes, current=current, counts=self._counts()
                )
                if len(self._done) >= 1000 or time.monotonic() - self._committed > 2:
                    self._commit()

    def _count_bytes(self, number: int) -> None:
        self._result.bytes += number
        self._job.check()

    def _counts(self) -> dict[str, int]:
        result = self._result
        return {"ok": result.ok, "changed": result.changed, "suspected": result.rotten, "missing": result.missing}

    def _rows(self, kind: str) -> Iterator[tuple[_Row, bytes, int]]:
        of_kind = "length(f.hash) <= 32" if kind == "blake3" else "length(f.hash) > 32"
        last = 0
        while True:
            page: list[_Row] = list(
                self._database.rows(
                    "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.hash FROM file f"
                    " JOIN folder d ON d.id = f.folder_id"
                    f" WHERE f.id > {last} AND f.hash_state = {HASH_GOOD} AND {of_kind} AND {self._where}"
                    f" ORDER BY f.id LIMIT {_PAGE}",
                    self._bindings,
                )
            )
            if not page:
                return
            last = page[-1][0]
            for row in page:
                relative = b"/".join(part for part in row[1:3] if part)
                path = os_path(raw(self._drive.base), relative, self._engine.settings.robust.long_paths)
                yield row, path, row[3]

    def _commit(self) -> None:
        """Keep what was read; a drive that went away in between ends the job with nothing said of its files."""
        done, self._done = self._done, []
        self._committed = time.monotonic()
        if any(isinstance(answer, AppError) for _, answer in done):
            self._refuse_gone(done)
        with self._database.transaction():
            for row, answer in done:
                if isinstance(answer, AppError):
                    self._unreadable(row, answer)
                else:
                    self._compare(row, answer)

    def _refuse_gone(self, done: list[tuple[_Row, Hashed | AppError]]) -> None:
        if is_there(self._drive):
            return
        with self._database.transaction():
            for row, answer in done:
                if isinstance(answer, Hashed):
                    self._compare(row, answer)
        raise gone(self._drive, "Plug it in and verify again with --older-than 1: what was read is not read again.")

    def _not_as_read(self, file_id: int) -> None:
        """When it was read whole says nothing of what lies there now: it is no copy of anything until it is scanned."""
        self._database.run("UPDATE file SET verified_us = NULL WHERE id = ?", (file_id,))

    def _compare(self, row: _Row, hashed: Hashed) -> None:
        file_id, folder, name, size, mtime_ns, stored = row
        found = stored_hash(hashed.algorithm, hashed.digest)
        if found == stored:
            self._result.ok += 1
            self._database.run("UPDATE file SET verified_us = ? WHERE id = ?", (hashed.hashed_ns // 1000, file_id))
            forget_suspect(self._database, file_id, found)
            return
        path = entry_path(self._drive.base, folder, name)
        if (hashed.size, hashed.mtime_ns) != (size, mtime_ns):
            self._result.changed += 1
            self._not_as_read(file_id)
            self._tell(path, "written since its last scan: scan the drive to bring it up to date", "verify.changed")
            return
        self._result.rotten += 1
        self._suspects.append((row, found))
        note_suspect(self._database, file_id, ROT, stored, found)
        self._job.item_failed(path, ROT_WORDS, "verify.rot")

    def _unreadable(self, row: _Row, error: AppError) -> None:
        file_id, folder, name, _, _, stored = row
        path = entry_path(self._drive.base, folder, name)
        if error.code == "media.vanished":
            self._result.missing += 1
            self._not_as_read(file_id)
            self._tell(path, "not there any more", "verify.missing")
            return
        self._result.unreadable += 1
        if error.code in _OTHER_NOW:
            self._not_as_read(file_id)
        elif error.code not in _NOT_ASKED:
            note_suspect(self._database, file_id, UNREADABLE, stored, None, error.message)
        self._tell(path, error.message, error.code)

    def _tell(self, path: str, reason: str, code: str) -> None:
        if len(self._result.failed) < _MOST_TOLD:
            self._result.failed.append({"path": path, "reason": reason, "code": code})
        self._job.item_failed(path, reason, code)


def _scope(below: bytes, request: VerifyRequest) -> tuple[str, tuple[Any, ...]]:
    """SQL on `file f` for what is to be read, hashed or not, with its bindings."""
    where = "f.missed_scan IS NULL"
    bindings: list[Any] = []
    if below:
        where += (
            " AND (f.folder_id IN (SELECT id FROM folder WHERE path = ? OR (path > ? AND path < ?)) OR"
            " (f.name = ? AND f.folder_id = (SELECT id FROM folder WHERE path = ?)))"
        )
        folder, _, name = below.rpartition(b"/")
        bindings += [below, below + b"/", below + b"0", name, folder]
    if request.sample:
        where += f" AND f.id % {int(request.sample[1])} = {int(request.sample[0]) - 1}"
    if request.older_than_days is not None:
        where += " AND coalesce(f.verified_us, 0) < ?"
        bindings.append(now_us() - round(request.older_than_days * _DAY_US))
    return where, tuple(bindings)
