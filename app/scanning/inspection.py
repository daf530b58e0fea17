"""Reads the facts of media files that have none yet: of single files all, of a sequence the first, middle and last.

Frames of 0 bytes are known from the listing alone; all of them are looked at, and so told as what cannot be read.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.catalog.database import Database
from app.catalog.factbundles import unbundled
from app.catalog.factparts import Inspected
from app.catalog.factstoring import FACTS_VERSION, store_failure, store_inspected
from app.catalog.shard import get_meta, set_meta
from app.errors import AppError
from app.files.mounts import os_path
from app.jobs.children import ChildPool, error_of
from app.jobs.events import Stage
from app.jobs.framing import Message
from app.jobs.job import Job
from app.model.kinds import MEDIA, Category
from app.model.names import decoded, raw, shown
from app.scanning.changes import HASH_FAILED
from app.scanning.contents import LISTED
from app.scanning.presence import SCAN_AGAIN, gone, is_there
from app.scanning.problems import OF_THE_MOMENT, entry_path, note_problem
from app.scanning.request import ScanRequest
from app.scanning.target import Target

_HANDLER = "app.inspection.recording:read"
_VERSION = "facts_version"
_PAGE = 1000
#: Seconds of work that a child is asked for at once, and files at most.
_BATCH_S = 0.05
_MOST_AT_ONCE = 64
_MEMORY_BYTES = 4 << 30
_KINDS = ", ".join(str(int(kind)) for kind in MEDIA)

_HAS_FACTS = f"EXISTS (SELECT 1 FROM facts x WHERE x.file_id = f.id AND x.version = {FACTS_VERSION})"
_SINGLES = (
    f"f.missed_scan IS NULL AND f.sequence_id IS NULL AND f.category IN ({_KINDS}) AND f.hash_state <> {HASH_FAILED}"
    f" AND NOT {_HAS_FACTS} AND f.folder_id IN ({LISTED}) AND f.id NOT IN (SELECT file_id FROM gone_file)"
)
_SEQUENCES = f"missed_scan IS NULL AND inspected IS NOT changed_scan AND folder_id IN ({LISTED})"
#: Those of which every frame is wanted and not every one was read.
_EXR = "lower(CAST(ext AS TEXT)) IN ('.exr', '.sxr')"
_NOT_WHOLE = (
    f"missed_scan IS NULL AND (inspected IS NOT changed_scan OR (whole = 0 AND {_EXR})) AND folder_id IN ({LISTED})"
)

_Row = tuple[int, int, bytes, bytes, int]


def inspect_files_of_scan(
    database: Database, target: Target, scan_id: int, request: ScanRequest, job: Job, pause_s: float = 0.0
) -> None:
    """Inspect every media file in scope that has no facts of this version, with a pause before each."""
    _Inspection(database, target, scan_id, request, job, pause_s).run()


class _Inspection:
    """Takes its work from the shard and commits facts as they come."""

    def __init__(
        self, database: Database, target: Target, scan_id: int, request: ScanRequest, job: Job, pause_s: float
    ) -> None:
        self._database = database
        self._drive = target.drive
        self._pause_s = pause_s
        self._base = raw(target.drive.base)
        self._scan_id = scan_id
        self._request = request
        self._job = job
        self._done: list[tuple[_Row, Inspected | AppError]] = []
        self._again: deque[_Row] = deque()
        self._at_once = 1
        self._committed = time.monotonic()
        self._put_off: set[int] = set()
        self._all_frames = bool(request.all_frames)
        self._sequences = _NOT_WHOLE if self._all_frames else _SEQUENCES

    def run(self) -> None:
        self._begin_version()
        wanted = f"sum(CASE WHEN {_EXR} THEN frame_count ELSE 3 END)" if self._all_frames else "3 * count(*)"
        total = self._database.value(f"SELECT count(*) FROM file f WHERE {_SINGLES}", (self._scan_id,)) + (
            self._database.value(f"SELECT {wanted} FROM sequence WHERE {self._sequences}", (self._scan_id,)) or 0
        )
        if total and not self._all_frames:
            total += self._database.value(f"SELECT count(*) FROM file f WHERE {self._empty()}", (self._scan_id,))
        self._job.stage(Stage.INSPECT, int(total))
        if not total and not self._all_frames:
            return
        threads = int(self._request.threads or 0) or os.cpu_count() or 1
        done = 0
        with ChildPool(_HANDLER, min(threads, 8), memory_bytes=_MEMORY_BYTES) as pool:
            for row, answer in self._answers(pool):
                self._done.append((row, answer))
                done += 1
                self._job.progress(done, current=shown(b"/".join(part for part in row[2:4] if part)))
                if len(self._done) >= 200 or time.monotonic() - self._committed > 2:
                    self._commit()
        self._commit()
        with self._database.transaction():
            whole = _EXR if self._all_frames else "0"
            self._database.run(
                f"UPDATE sequence SET inspected = changed_scan, whole = {whole} WHERE {self._sequences}",
                (self._scan_id,),
            )
            self._database.run_many(
                "UPDATE sequence SET inspected = NULL, whole = 0 WHERE id = ?", [(number,) for number in self._put_off]
            )
        if self._all_frames:
            from app.scanning.sequencefacts import keep_sequences

            keep_sequences(self._database, self._drive, self._scan_id, self._job.token)

    def _empty(self) -> str:
        """The condition of frames of 0 bytes in sequences that are looked at."""
        looked_at = f"SELECT id FROM sequence WHERE {self._sequences}"
        return f"f.size = 0 AND f.missed_scan IS NULL AND f.sequence_id IN ({looked_at})"

    def _begin_version(self) -> None:
        """Have sequences looked at again whose frames were read by an older version."""
        if get_meta(self._database).get(_VERSION) != str(FACTS_VERSION):
            with self._database.transaction():
                self._database.run("UPDATE sequence SET inspected = NULL, whole = 0 WHERE inspected IS NOT NULL")
                set_meta(self._database, **{_VERSION: str(FACTS_VERSION)})

    def _answers(self, pool: ChildPool) -> Iterator[tuple[_Row, Inspected | AppError]]:
        """What was learnt of each file, or why nothing was."""
        rows = self._rows()
        timeout_s = float(self._request.op_timeout_s or 30)
        while True:
            for batch, answer in pool.map(self._requests(rows), self._job.token, timeout_s):
                if not isinstance(answer, AppError):
                    yield from self._told(batch, answer[-1])
                elif len(batch) == 1:
                    yield batch[0], answer
                else:
                    self._again.extend(batch)
            if not self._again:
                return

    def _told(self, batch: list[_Row], message: Message) -> Iterator[tuple[_Row, Inspected | AppError]]:
        """What a child told of the files of a batch; what it left out is asked for again."""
        told = list(unbundled(message))
        self._again.extend(batch[len(told) :])
        a_second = len(told) / max(float(message[0]["seconds"]), 1e-6)
        self._at_once = max(1, min(round(_BATCH_S * a_second), 2 * self._at_once, _MOST_AT_ONCE))
        for row, one in zip(batch, told, strict=False):
            yield row, one if isinstance(one, Inspected) else error_of(one)

    def _requests(self, rows: Iterator[_Row]) -> Iterator[tuple[list[_Row], dict[str, Any]]]:
        """Files to look at: one alone where it crashed or hung its reader with others, else as many as are quick."""
        while True:
            at_once = 1 if self._pause_s else self._at_once
            batch = [self._again.popleft()] if self._again else list(islice(rows, at_once))
            if not batch:
                return
            if self._pause_s:
                self._job.token.wait_cancelled(self._pause_s)
            yield batch, {"paths": [self._path(row) for row in batch]}

    def _path(self, row: _Row) -> str:
        relative = row[2] + b"/" + row[3] if row[2] else row[3]
        return decoded(os_path(self._base, relative, str(self._request.long_paths)))

    def _rows(self) -> Iterator[_Row]:
        last = 0
        while True:
            page = list(
                self._database.rows(
                    "SELECT f.id, f.folder_id, d.path, f.name, f.category FROM file f JOIN folder d"
                    f" ON d.id = f.folder_id WHERE f.id > ? AND {_SINGLES} ORDER BY f.id LIMIT {_PAGE}",
                    (last, self._scan_id),
                )
            )
            if not page:
                break
            last = page[-1][0]
            yield from page
        yield from self._frames()

    def _frames(self) -> Iterator[_Row]:
        """First, middle, last and empty frames, or all, of each sequence that was not inspected since it changed."""
        last = 0
        while True:
            page = list(
                self._database.rows(
                    f"SELECT id, folder_id, {_EXR} FROM sequence WHERE id > ? AND {self._sequences}"
                    f" ORDER BY id LIMIT {_PAGE}",
                    (last, self._scan_id),
                )
            )
            if not page:
                return
            last = page[-1][0]
            for sequence_id, folder_id, is_exr in page:
                yield from self._frames_of(sequence_id, folder_id, whole=self._all_frames and bool(is_exr))

    def _frames_of(self, sequence_id: int, folder_id: int, *, whole: bool) -> list[_Row]:
        """Those of the first, middle, last and empty frames, or all, that have no facts (changed files lose theirs)."""
        frames = list(
            self._database.rows(
                f"SELECT f.id, f.folder_id, d.path, f.name, f.category, {_HAS_FACTS}, f.size FROM block b"
                " JOIN file f ON f.id BETWEEN b.first_id AND b.last_id JOIN folder d ON d.id = f.folder_id"
                " WHERE b.folder_id = ? AND f.sequence_id = ? AND f.missed_scan IS NULL"
                " ORDER BY length(f.name), f.name",
                (folder_id, sequence_id),
            )
        )
        ends = {0, len(frames) // 2, len(frames) - 1} if frames else set()
        empty = {at for at, frame in enumerate(frames) if not frame[-1]}
        chosen = set(range(len(frames))) if whole else ends | empty
        return [
            (file_id, folder, path, name, category)
            for file_id, folder, path, name, category, has_facts, _ in (frames[at] for at in sorted(chosen))
            if category in MEDIA and not has_facts
        ]

    def _commit(self) -> None:
        done, self._done = self._done, []
        self._committed = time.monotonic()
        pulled = any(isinstance(answer, AppError) for _, answer in done) and not is_there(self._drive)
        with self._database.transaction():
            store_inspected(self._database, [(row[0], answer) for row, answer in done if isinstance(answer, Inspected)])
            for row, answer in done:
                if isinstance(answer, Inspected):
                    if answer.error:
                        self._tell(row, answer.error, "media.damaged")
                elif not pulled:
                    self._store_failure(row, answer)
        if pulled:
            raise gone(self._drive, SCAN_AGAIN)

    def _store_failure(self, row: _Row, error: AppError) -> None:
        file_id, category = row[0], row[4]
        if error.code in OF_THE_MOMENT:
            sequence_id = self._database.value("SELECT sequence_id FROM file WHERE id = ?", (file_id,))
            self._put_off |= set() if sequence_id is None else {sequence_id}
        else:
            store_failure(self._database, file_id, Category(category).label, error.message)
        self._tell(row, error.message, error.code)

    def _tell(self, row: _Row, reason: str, code: str) -> None:
        _, folder_id, folder, name, _ = row
        self._job.item_failed(entry_path(decoded(self._base), folder, name), reason, code)
        note_problem(self._database, folder_id, name, code, reason, self._scan_id)
