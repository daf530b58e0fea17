"""Brings a drive's shard up to date with the drive: walk, then hash, then inspect, each batch committed as it goes."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from typing import Any

from app.catalog.database import Database
from app.catalog.missing import UNACCEPTED
from app.catalog.shard import SHORT_WRITE_S, ScanRow, begin_scan, last_scan, open_writer, set_identity, update_scan
from app.drives.identity import time_tolerance_ns
from app.drives.probing import probe_folders
from app.drives.profiles import Profile
from app.engine import Engine
from app.errors import AppError, Cancelled, DriveGone
from app.files.walk import LISTED, VANISHED, Folder, WalkRequest, walk
from app.jobs.events import Stage
from app.jobs.filelock import hold_file_lock
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.names import raw, shown
from app.model.times import now_us
from app.scanning.arrangement import SERVE
from app.scanning.changes import EMPTY_BASE, FolderComparison, Tally, queue_folders
from app.scanning.clock import undo_clock_shift
from app.scanning.contents import forget_contents, hash_files_of_scan
from app.scanning.inspection import inspect_files_of_scan
from app.scanning.missing import MissingLimits, apply_missing, expand_gone_folders, forget_gone
from app.scanning.moves import Moves
from app.scanning.picturerows import PictureWork
from app.scanning.pictures import PicturesResult, leave_pictures_out, pictures_of_scan
from app.scanning.presence import Watch
from app.scanning.problems import entry_path
from app.scanning.request import ScanRequest, ScanResult
from app.scanning.sidecars import import_sidecars
from app.scanning.summary import ShardSummary, scan_document, summarise
from app.scanning.target import Target, find_target
from app.scanning.tuning import profile_document, tuned

_CATALOG_WAIT_S = 30.0

_log = logging.getLogger(__name__)


def scan(engine: Engine, request: ScanRequest, job: Job) -> ScanResult:
    """Scan folders into the shard of their drive.

    Raises:
        UsageError: the request asks for what no scan can do.
        InputError: a folder cannot be read, or vanished while it was walked (`DriveGone`).
        HeldByAnother: the shard is being written by another process, or the drive conflicts.
        Cancelled: the job was stopped; what was committed stays, and a later scan goes on from there.
    """
    refuse_nonsense(request)
    request = with_settings(engine, request)
    engine.home.prepare()
    probed = probe_folders(request.paths, job.token, float(request.op_timeout_s or 30))
    with hold_file_lock(engine.home.catalog_lock, job.token, _CATALOG_WAIT_S):
        target = find_target(engine.catalog, probed, request.drive, job)
    job.concerns(target.drive.id, target.drive.label)
    started = time.monotonic()
    request, drive, profile = tuned(engine, request, target.drive, job)
    target = replace(target, drive=drive)
    shard = engine.catalog.shard_path(target.drive.id)
    with open_writer(shard, job.token, wal=engine.wal, label=target.drive.label, wait_s=SHORT_WRITE_S) as database:
        return _Run(engine, request, target, database, job, profile).whole(started)


def with_settings(engine: Engine, request: ScanRequest) -> ScanRequest:
    """The request with every open choice filled from the settings."""
    settings = engine.settings
    defaults: dict[str, Any] = {
        "mode": settings.scan.mode,
        "resume": settings.scan.resume,
        "pictures": settings.scan.pictures,
        "all_frames": settings.scan.all_frames,
        "skip_hidden": settings.robust.skip_hidden,
        "follow_symlinks": settings.robust.follow_symlinks,
        "long_paths": settings.robust.long_paths,
        "op_timeout_s": settings.robust.op_timeout_s,
        "batch_files": settings.robust.batch_files,
        "batch_seconds": settings.robust.batch_seconds,
        "queue_max": settings.robust.queue_max,
    }
    given = {name: value for name, value in defaults.items() if getattr(request, name) is None}
    ignore = (*settings.robust.ignore, *settings.robust.skip_globs, *request.ignore)
    return replace(request, **given, ignore=ignore)


class _Run:
    """One scan of one drive, with its shard open for writing."""

    def __init__(
        self, engine: Engine, request: ScanRequest, target: Target, database: Database, job: Job, profile: Profile
    ) -> None:
        self._engine = engine
        self._profile = profile
        self._request = request
        self._target = target
        self._database = database
        self._job = job
        self._scan_id = 0
        self._roots = tuple(raw(folder) for folder in target.folders)
        self._tally = Tally()

    def whole(self, started: float) -> ScanResult:
        interrupted = self._begin()
        self._tell("", last=True)
        with self._state_kept():
            if interrupted is None or interrupted.stage == "walk":
                self._walk()
                self._end_walk()
            if not self._request.inventory_only and not self._tally[EMPTY_BASE]:
                self._read_contents()
            if self._tally.has_changes:
                timeout_s = float(self._request.op_timeout_s or 30)
                import_sidecars(self._database, self._target.drive.base, self._scan_id, self._job, timeout_s=timeout_s)
        summary = self._finish()
        self._engine.catalog.summarise(self._target.drive.id, summary.files, summary.bytes, summary.sequences)
        pictures = self._make_pictures()
        document = scan_document(
            self._database,
            self._target.drive,
            self._engine.catalog.shard_path(self._target.drive.id),
            self._scan_id,
            self._request,
            self._tally,
            resumed=interrupted is not None,
            seconds=time.monotonic() - started,
        )
        document["pictures"] = asdict(pictures)
        document["profile"] = profile_document(self._profile)
        return ScanResult(
            self._target.drive.id, self._scan_id, dict(self._tally.counts), self._tally[UNACCEPTED], document
        )

    def _begin(self) -> ScanRow | None:
        """Start a generation, or go on with an interrupted one that was asked the same; that one."""
        wanted = {
            "folders": list(self._target.folders),
            "inventory_only": self._request.inventory_only,
            "mode": self._request.mode,
            "ignore": list(self._request.ignore),
            "skip_hidden": self._request.skip_hidden,
            "follow_symlinks": self._request.follow_symlinks,
        }
        with self._database.transaction():
            set_identity(self._database, self._target.drive)
        before = last_scan(self._database)
        if before and before.state != "done" and before.request == wanted and self._request.resume:
            self._scan_id, self._tally = before.id, Tally(before.counts)
            self._job.notice("scan.resumed", f"Going on with the scan of {self._target.drive.label} that was stopped.")
            update_scan(self._database, self._scan_id, self._tally.counts, state="running")
            return before
        forget_gone(self._database)
        with self._database.transaction():
            if before and before.state == "running":
                update_scan(self._database, before.id, before.counts, state="abandoned")
            self._scan_id = begin_scan(self._database, str(self._request.mode), self._request.inventory_only, wanted)
            queue_folders(self._database, self._scan_id, self._roots)
        return None

    @contextmanager
    def _state_kept(self) -> Iterator[None]:
        """Note in the generation how it stopped, where it did."""
        try:
            yield
        except BaseException as error:
            states = {Cancelled: "cancelled", DriveGone: "gone"}
            state = next((state for kind, state in states.items() if isinstance(error, kind)), "failed")
            self._database.outlive_token()
            update_scan(self._database, self._scan_id, self._saved(), state=state)
            self._count_so_far()
            raise

    def _count_so_far(self) -> None:
        """Tell the catalogue what the shard holds, as far as it can be told: why the scan stopped matters more."""
        drive = self._target.drive
        try:
            summary = summarise(self._database)
            self._engine.catalog.count_drive(drive.id, summary.files, summary.bytes, summary.sequences)
        except AppError as error:
            _log.warning("The catalogue was not told what %s holds so far: %s", drive.label, error.message)

    def _saved(self) -> dict[str, int]:
        """The tally as the last commit left it: what was counted after it is counted again."""
        row = last_scan(self._database)
        return row.counts if row else {}

    def _walk(self) -> None:
        folders = self._open_folders()
        if not folders:
            return
        request = WalkRequest(
            raw(self._target.drive.base),
            folders,
            bool(self._request.skip_hidden),
            self._request.ignore,
            bool(self._request.follow_symlinks),
            str(self._request.long_paths),
        )
        tolerance = time_tolerance_ns(self._target.drive.passport)
        self._job.stage(Stage.WALK)
        comparison = FolderComparison(self._database, self._scan_id, self._tally, tolerance)
        presence = Watch(self._target.drive)
        batch = _Batch(int(self._request.batch_files or 1000), float(self._request.batch_seconds or 2))
        timeout_s = float(self._request.op_timeout_s or 30)
        handler = {"handler": SERVE} if self._is_first_walk() else {}
        with closing(walk(request, self._job.token, timeout_s=timeout_s, **handler)) as listed:
            for folders_of_batch in batch.split(listed, self._job):
                presence.check()
                with self._database.transaction():
                    for folder in folders_of_batch:
                        self._take(folder, comparison)
                    comparison.flush()
                    update_scan(self._database, self._scan_id, self._tally.counts)
                self._tell(shown(folder.path))
        self._tell("", last=True)

    def _is_first_walk(self) -> bool:
        """Whether the shard knows no folder from an earlier scan: then all that is listed is new to it."""
        return not self._database.value(
            "SELECT EXISTS (SELECT 1 FROM folder WHERE listed_scan > 0 AND listed_scan < ?)", (self._scan_id,)
        )

    def _tell(self, current: str, *, last: bool = False) -> None:
        """Say how far the walk is, with the running counts. Nothing is read yet, so no bytes are done."""
        self._job.progress(self._tally["files"], current=current, counts=self._tally.counts, last=last)

    def _take(self, folder: Folder, comparison: FolderComparison) -> None:
        """Bring one folder into the shard, and say what in it cannot be read."""
        if folder.path in self._roots and self._is_suspiciously_empty(folder):
            return
        for name, reason, code in folder.errors if folder.status != VANISHED else ():
            self._job.item_failed(entry_path(self._target.drive.base, folder.path, name), reason, code)
        comparison.take(folder)

    def _open_folders(self) -> tuple[bytes, ...]:
        """The folders that are known but not listed yet: the roots at first, more where a walk was interrupted."""
        return tuple(
            row[0]
            for row in self._database.rows(
                "SELECT path FROM folder WHERE queued_scan = ? AND queued_scan > listed_scan ORDER BY path",
                (self._scan_id,),
            )
        )

    def _is_suspiciously_empty(self, folder: Folder) -> bool:
        """An empty base or mount under which the shard knows files: more likely unmounted than emptied."""
        if self._request.accept_missing or folder.status != LISTED:
            return False
        if folder.file_count or folder.subfolders or folder.errors or any(folder.skipped):
            return False
        known = self._database.value(
            "SELECT sum(files) FROM folder WHERE missed_scan IS NULL AND (path = ? OR (path > ? AND path < ?))",
            (folder.path, folder.path + b"/" if folder.path else b"", folder.path + b"0" if folder.path else b"\xff"),
        )
        if not known:
            return False
        self._tally.add(EMPTY_BASE)
        self._tally.add("directories")
        self._database.run("UPDATE folder SET queued_scan = 0 WHERE path = ?", (folder.path,))
        self._job.notice(
            "drive.empty",
            f"{entry_path(self._target.drive.base, folder.path, b'')} is empty, but {known:,} files were catalogued "
            "there. Nothing was marked missing.",
            "Check that the drive is mounted. If it was really emptied, scan again with --accept-missing.",
        )
        return True

    def _end_walk(self) -> None:
        """Decide what is missing and enter the second half, in one transaction."""
        with self._database.transaction():
            self._undo_clock_shift()
            expand_gone_folders(self._database)
        Moves(self._database, self._scan_id, self._tally).after_walk(self._target, self._request, self._job)
        with self._database.transaction():
            gone = apply_missing(self._database, self._scan_id, self._limits(), self._tally)
            self._tally.add(UNACCEPTED, gone)
            if self._request.mode == "full" and not self._request.inventory_only:
                forget_contents(self._database, self._scan_id)
            update_scan(self._database, self._scan_id, self._tally.counts, stage="contents")
        self._tell_unaccepted(gone)

    def _undo_clock_shift(self) -> None:
        drive = self._target.drive
        seconds = undo_clock_shift(self._database, self._scan_id, self._tally, time_tolerance_ns(drive.passport))
        if seconds:
            update_scan(self._database, self._scan_id, self._tally.counts)
            hours = f"{abs(seconds) / 3600:g} h {'later' if seconds > 0 else 'earlier'}"
            self._job.notice(
                "drive.clock",
                f"All times on {drive.label} are {hours} than at its last scan: a clock's doing. "
                "Its files are taken as unchanged.",
            )

    def _limits(self) -> MissingLimits:
        settings = self._engine.settings.scan
        return MissingLimits(settings.missing_share, settings.missing_files, self._request.accept_missing)

    def _recognise_contents(self) -> None:
        """Find moved files by what was hashed; what seemed to be missing may be less now, or nothing."""
        if Moves(self._database, self._scan_id, self._tally).after_hashing(self._job):
            with self._database.transaction():
                before = self._tally[UNACCEPTED]
                gone = apply_missing(self._database, self._scan_id, self._limits(), self._tally)
                self._tally.add(UNACCEPTED, gone - before)
                update_scan(self._database, self._scan_id, self._tally.counts)

    def _tell_unaccepted(self, gone: int) -> None:
        if gone:
            self._job.notice(
                "scan.many_missing",
                f"{gone:,} files of {self._target.drive.label} are not there any more. Nothing was marked missing.",
                "If that is right, scan again with --accept-missing.",
            )

    def _read_contents(self) -> None:
        settings = self._engine.settings.scan
        hash_files_of_scan(
            self._database,
            self._target,
            self._scan_id,
            self._request,
            settings,
            self._tally,
            self._job,
            self._profile,
        )
        self._recognise_contents()
        if settings.inspect:
            inspect_files_of_scan(
                self._database, self._target, self._scan_id, self._request, self._job, self._profile.pause_s
            )

    def _make_pictures(self) -> PicturesResult:
        """The last stage. The generation is done by then: what is left over when it is stopped, the next one makes."""
        changed = self._tally.has_changes
        if self._request.inventory_only or not self._request.pictures or self._tally[EMPTY_BASE]:
            if changed:
                leave_pictures_out(self._database)
            return PicturesResult()
        request = self._request
        work = PictureWork(
            self._target.drive,
            self._profile.ffmpeg,
            float(request.op_timeout_s or 30),
            self._engine.settings.scan.pictures_bytes,
            str(request.long_paths),
            self._scan_id,
            pause_s=self._profile.pause_s,
        )
        whole = b"" in self._roots
        return pictures_of_scan(self._database, work, self._job, changed=changed, whole=whole)

    def _finish(self) -> ShardSummary:
        """End the generation; what the drive holds now, which is kept with it to show how it grew."""
        self._job.stage(Stage.FINISH)
        summary = summarise(self._database)
        self._tally.counts.update({"total.files": summary.files, "total.bytes": summary.bytes})
        with self._database.transaction():
            update_scan(self._database, self._scan_id, self._tally.counts, state="done", ended_us=now_us())
        self._database.run("PRAGMA optimize")
        return summary


class _Batch:
    """Cuts a stream of folders into batches of some files or some seconds, whichever comes first."""

    def __init__(self, files: int, seconds: float) -> None:
        self._files = files
        self._seconds = seconds

    def split(self, folders: Iterator[Folder], job: Job) -> Iterator[list[Folder]]:
        """Yield lists of folders. What was not handed out when the walk stops is walked again."""
        batch: list[Folder] = []
        files, since = 0, time.monotonic()
        for folder in folders:
            batch.append(folder)
            files += folder.file_count + 1
            if files >= self._files or time.monotonic() - since >= self._seconds:
                yield batch
                batch, files, since = [], 0, time.monotonic()
                job.check()
        if batch:
            yield batch
