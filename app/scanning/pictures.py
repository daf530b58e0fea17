"""Small pictures of media, kept in the shard so that a drive on the shelf can still be looked at.

One picture a content, under its hash: copies share it, and a file that is moved or renamed keeps it. Of a sequence the
middle frame is taken. A content that cannot be decoded is noted, and not tried again before the makers are better.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.catalog.database import Database
from app.catalog.pictures import drop_unused_pictures, pictures_bytes
from app.catalog.shard import SHORT_WRITE_S, get_meta, open_writer, set_meta
from app.drives.identity import time_tolerance_ns
from app.engine import Engine
from app.errors import AppError, DriveGone
from app.files.mounts import os_path
from app.jobs.children import ChildPool
from app.jobs.events import PICTURELESS, Stage
from app.jobs.framing import Message
from app.jobs.job import Job
from app.media.strips import PICTURE_VERSION
from app.model.kinds import Category
from app.model.names import decoded, raw, shown
from app.model.times import now_us
from app.scanning.picturerows import PictureRow, PictureRows, PictureWork
from app.scanning.presence import SCAN_AGAIN, gone, is_there
from app.scanning.problems import OF_THE_MOMENT, entry_path
from app.scanning.request import ScanRequest
from app.scanning.suspects import UNREADABLE
from app.scanning.target import refuse_other_volume
from app.scanning.tuning import tuned

_HANDLER = "app.scanning.picturechild:serve"
_MEMORY_BYTES = 4 << 30
_BATCH, _BATCH_S = 100, 2.0
_META = "pictures"

#: The kind under which is noted that a content has no picture.
_KIND_OF = {Category.IMAGE: "thumbnail", Category.VIDEO: "filmstrip", Category.AUDIO: "waveform"}
#: Errors that are none: there is nothing to be seen, no decoder for it, or no file to look at.
_NO_PICTURE = (
    "media.no_picture", "media.no_sound", "media.not_decoded", "media.too_large", "media.empty", "media.placeholder",
    "pixels.not_supported",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MakePicturesRequest:
    """Pictures of a connected drive that have none yet.

    Attributes:
        drive: its label or id.
        again: try also what could not be decoded before.
    """

    drive: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class PicturesResult:
    """What was made.

    Attributes:
        made: pictures.
        bytes: of those that were made.
        failed: contents that could not be decoded.
        left_out: contents for which the shard has no room (`scan.pictures_bytes`).
        total, total_bytes: pictures of the drive and their bytes now.
    """

    made: int = 0
    bytes: int = 0
    failed: int = 0
    left_out: int = 0
    total: int = 0
    total_bytes: int = 0


def make_pictures(engine: Engine, request: MakePicturesRequest, job: Job) -> PicturesResult:
    """Make the pictures that a connected drive has none of yet.

    Raises:
        InputError: there is no such drive.
        DriveGone: it is not connected, or went away.
        HeldByAnother: its shard is being written, or another volume lies there.
        Cancelled: the job was stopped; what was made stays.
    """
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)
    if not drive.online and not is_there(drive):
        raise DriveGone(f"{drive.label} is not connected", hint=f"Connect it: it was last seen at {shown(drive.base)}.")
    refuse_other_volume(drive, job.token, engine.settings.robust.op_timeout_s)
    engine.catalog.open_shard(drive, job.token).close()
    robust = engine.settings.robust
    _, drive, profile = tuned(engine, ScanRequest((drive.base,)), drive, job)
    work = PictureWork(
        drive,
        profile.ffmpeg,
        robust.op_timeout_s,
        engine.settings.scan.pictures_bytes,
        robust.long_paths,
        pause_s=profile.pause_s,
    )
    shard = engine.catalog.shard_path(drive.id)
    with open_writer(shard, job.token, wal=engine.wal, label=drive.label, wait_s=SHORT_WRITE_S) as database:
        if request.again:
            database.run("DELETE FROM picture WHERE length(data) = 0")
        maker = Maker(database, work, job)
        result = maker.run()
        _note_state(database, complete=maker.complete)
        return result


def pictures_of_scan(database: Database, work: PictureWork, job: Job, *, changed: bool, whole: bool) -> PicturesResult:
    """The last stage of a scan: pictures of what is new.

    Args:
        database: the drive's shard.
        work: with the generation; its `changed_only` is decided here.
        job: progress out, cancel in.
        changed: whether the scan found anything new: else nothing is looked for, where nothing was left over.
        whole: whether the whole drive was scanned.

    Raises:
        DriveGone: the drive does not answer any more.
    """
    complete = _is_complete(database)
    if complete and not changed:
        return _result(database)
    work = replace(work, changed_only=complete)
    _note_state(database, complete=False)
    maker = Maker(database, work, job)
    result = maker.run()
    _note_state(database, complete=(complete or whole) and maker.complete)
    return result


def leave_pictures_out(database: Database) -> None:
    """Note that a scan found what is new and made no pictures of it: the next one that makes some looks at all."""
    if _is_complete(database):
        _note_state(database, complete=False)


def _is_complete(database: Database) -> bool:
    """Whether every file of the drive was tried by these makers."""
    state = json.loads(get_meta(database).get(_META, "{}"))
    return bool(state.get("complete")) and state.get("version") == PICTURE_VERSION


def _note_state(database: Database, *, complete: bool) -> None:
    with database.transaction():
        set_meta(database, **{_META: json.dumps({"complete": complete, "version": PICTURE_VERSION})})


def _result(database: Database, made: int = 0, size: int = 0, failed: int = 0, left_out: int = 0) -> PicturesResult:
    total, total_bytes = pictures_bytes(database)
    return PicturesResult(made, size, failed, left_out, total, total_bytes)


class Maker:
    """Takes its work from the shard and commits pictures as they come.

    Args:
        database: the drive's shard, open for writing.
        work: what is to be done, and how.
        job: progress out, cancel in.
        handler: dotted name of what runs in the children.
    """

    def __init__(self, database: Database, work: PictureWork, job: Job, *, handler: str = _HANDLER) -> None:
        self._database = database
        self._work = work
        self._job = job
        self._handler = handler
        self._base = raw(work.drive.base)
        self._rows = PictureRows(database, work)
        self._under_way: set[bytes] = set()
        self._done: list[tuple[PictureRow, list[Message] | AppError]] = []
        self._committed = time.monotonic()
        self._made = self._bytes = self._failed = self._left_out = self._put_off = 0
        self._room = 0

    @property
    def complete(self) -> bool:
        """Whether nothing was left for another time: for want of room, or since it cannot be read now."""
        return not (self._left_out or self._put_off)

    def run(self) -> PicturesResult:
        """Make every picture that is wanted and not there.

        Raises:
            DriveGone: the drive does not answer any more; what was made stays.
            Cancelled: the job was stopped; what was made stays.
        """
        total = self._rows.count()
        self._job.stage(Stage.PICTURES, total)
        if not total:
            return _result(self._database)
        self._find_room()
        tolerance = time_tolerance_ns(self._work.drive.passport)
        threads = self._work.threads or os.cpu_count() or 1
        done = 0
        with ChildPool(self._handler, min(threads, 8), memory_bytes=_MEMORY_BYTES) as pool:
            for row, answer in pool.map(self._requests(tolerance), self._job.token, self._work.timeout_s):
                self._done.append((row, answer))
                if not isinstance(answer, AppError):
                    self._room -= len(answer[0][1])
                done += 1
                self._job.progress(done, bytes_done=self._bytes, current=shown(row.relative))
                if len(self._done) >= _BATCH or time.monotonic() - self._committed > _BATCH_S:
                    self._commit()
        self._commit()
        self._job.progress(done, bytes_done=self._bytes, last=True)
        if self._left_out:
            self._say_left_out()
        return _result(self._database, self._made, self._bytes, self._failed, self._left_out)

    def _find_room(self) -> None:
        """How many bytes more the shard takes; what nothing needs any more makes room first."""
        limit = self._work.limit_bytes
        _, used = pictures_bytes(self._database)
        if limit and used >= limit:
            with self._database.transaction():
                drop_unused_pictures(self._database)
            _, used = pictures_bytes(self._database)
        self._room = limit - used if limit else 1 << 62

    def _say_left_out(self) -> None:
        self._job.notice(
            "pictures.no_room",
            f"{self._left_out:,} files of {self._work.drive.label} got no picture: its pictures fill the"
            f" {self._work.limit_bytes:,} bytes that they may take.",
            "Raise scan.pictures_bytes in the settings, then make its pictures again.",
        )

    def _requests(self, tolerance: int) -> Iterator[tuple[PictureRow, dict[str, Any]]]:
        for row in self._rows.rows():
            if row.hash in self._under_way or self._rows.is_known(row.hash):
                continue
            if self._room <= 0:
                self._left_out += 1
                continue
            if self._work.pause_s:
                self._job.token.wait_cancelled(self._work.pause_s)
            self._under_way.add(row.hash)
            path = decoded(os_path(self._base, row.relative, self._work.long_paths))
            yield row, {"path": path, "size": row.size, "mtime_ns": row.mtime_ns, "tolerance_ns": tolerance}

    def _commit(self) -> None:
        done, self._done = self._done, []
        self._committed = time.monotonic()
        if not done:
            return
        if any(isinstance(answer, AppError) for _, answer in done):
            self._refuse_gone_drive([pair for pair in done if not isinstance(pair[1], AppError)])
        with self._database.transaction():
            for row, answer in done:
                self._store(row, answer)
        self._under_way.difference_update(row.hash for row, _ in done)

    def _refuse_gone_drive(self, good: list[tuple[PictureRow, list[Message] | AppError]]) -> None:
        """What a drive that was pulled makes fail is no fault of the files: keep what is good, and end."""
        if is_there(self._work.drive):
            return
        with self._database.transaction():
            for row, answer in good:
                self._store(row, answer)
        raise gone(self._work.drive, SCAN_AGAIN)

    def _store(self, row: PictureRow, answer: list[Message] | AppError) -> None:
        if isinstance(answer, AppError):
            if answer.code in OF_THE_MOMENT or self._is_unreadable(row):
                self._put_off += 1
            else:
                self._keep(row, _KIND_OF[Category(row.category)], 0, 0, answer.message, b"")
            if answer.code not in _NO_PICTURE:
                self._failed += 1
                self._tell(row, answer)
            return
        header, data = answer[0]
        self._keep(row, header["kind"], header["width"], header["height"], header["problem"], data)
        self._made += 1
        self._bytes += len(data)

    def _is_unreadable(self, row: PictureRow) -> bool:
        """Whether a verification could not read the file: its decoder sees damage that is the disk's, not its own."""
        found = self._database.value("SELECT 1 FROM suspect WHERE file_id = ? AND code = ?", (row.file_id, UNREADABLE))
        return found is not None

    def _keep(self, row: PictureRow, kind: str, width: int, height: int, error: str, data: bytes) -> None:
        self._database.run("DELETE FROM picture WHERE hash = ?", (row.hash,))
        self._database.run(
            "INSERT INTO picture (hash, kind, version, width, height, made_us, error, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (row.hash, kind, PICTURE_VERSION, width, height, now_us(), error, data),
        )

    def _tell(self, row: PictureRow, error: AppError) -> None:
        """Say that a file has no picture, unless it is known already that it cannot be read."""
        known = self._database.value(
            "SELECT 1 FROM problem WHERE folder_id = ? AND name = ?"
            " UNION ALL SELECT 1 FROM facts WHERE file_id = ? AND error <> ''",
            (row.folder_id, row.name, row.file_id),
        )
        if known is None:
            path = entry_path(decoded(self._base), row.folder, row.name)
            self._job.item_failed(path, f"no picture of it: {error.message}", f"{PICTURELESS}{error.code}")
