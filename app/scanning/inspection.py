"""Reads the facts of media files that have none yet: of single files all, of a sequence the first, middle and last."""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

from app.catalog.database import Database
from app.errors import AppError
from app.files.mounts import os_path
from app.jobs.children import ChildPool
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

#: Raise it when an inspector learns more; facts of older versions are read again.
FACTS_VERSION = 1

_HANDLER = "app.media.worker:inspect"
_PAGE = 1000
_MEMORY_BYTES = 4 << 30
_KINDS = ", ".join(str(int(kind)) for kind in MEDIA)

_HAS_FACTS = f"EXISTS (SELECT 1 FROM facts x WHERE x.file_id = f.id AND x.version = {FACTS_VERSION})"
_SINGLES = (
    f"f.missed_scan IS NULL AND f.sequence_id IS NULL AND f.category IN ({_KINDS}) AND f.hash_state <> {HASH_FAILED}"
    f" AND NOT {_HAS_FACTS} AND f.folder_id IN ({LISTED}) AND f.id NOT IN (SELECT file_id FROM gone_file)"
)
_SEQUENCES = f"missed_scan IS NULL AND inspected IS NOT changed_scan AND folder_id IN ({LISTED})"

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
        self._done: list[tuple[_Row, list[Message] | AppError]] = []
        self._committed = time.monotonic()
        self._put_off: set[int] = set()

    def run(self) -> None:
        total = self._database.value(
            f"SELECT count(*) FROM file f WHERE {_SINGLES}", (self._scan_id,)
        ) + 3 * self._database.value(f"SELECT count(*) FROM sequence WHERE {_SEQUENCES}", (self._scan_id,))
        self._job.stage(Stage.INSPECT, int(total))
        if not total:
            return
        threads = int(self._request.threads or 0) or os.cpu_count() or 1
        done = 0
        with ChildPool(_HANDLER, min(threads, 8), memory_bytes=_MEMORY_BYTES) as pool:
            for row, answer in pool.map(self._requests(), self._job.token, float(self._request.op_timeout_s or 30)):
                self._done.append((row, answer))
                done += 1
                self._job.progress(done, current=shown(b"/".join(part for part in row[2:4] if part)))
                if len(self._done) >= 200 or time.monotonic() - self._committed > 2:
                    self._commit()
        self._commit()
        with self._database.transaction():
            self._database.run(f"UPDATE sequence SET inspected = changed_scan WHERE {_SEQUENCES}", (self._scan_id,))
            self._database.run_many(
                "UPDATE sequence SET inspected = NULL WHERE id = ?", [(number,) for number in self._put_off]
            )

    def _requests(self) -> Iterator[tuple[_Row, dict[str, Any]]]:
        for row in self._rows():
            if self._pause_s:
                self._job.token.wait_cancelled(self._pause_s)
            relative = row[2] + b"/" + row[3] if row[2] else row[3]
            yield row, {"path": decoded(os_path(self._base, relative, str(self._request.long_paths)))}

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
        """First, middle and last frame of each sequence that was not inspected since it changed."""
        last = 0
        while True:
            page = list(
                self._database.rows(
                    f"SELECT id, folder_id FROM sequence WHERE id > ? AND {_SEQUENCES} ORDER BY id LIMIT {_PAGE}",
                    (last, self._scan_id),
                )
            )
            if not page:
                return
            last = page[-1][0]
            for sequence_id, folder_id in page:
                yield from self._frames_of(sequence_id, folder_id)

    def _frames_of(self, sequence_id: int, folder_id: int) -> list[_Row]:
        """Those of the first, middle and last frame that have no facts yet (a changed file loses its own)."""
        frames = list(
            self._database.rows(
                f"SELECT f.id, f.folder_id, d.path, f.name, f.category, {_HAS_FACTS} FROM block b"
                " JOIN file f ON f.id BETWEEN b.first_id AND b.last_id JOIN folder d ON d.id = f.folder_id"
                " WHERE b.folder_id = ? AND f.sequence_id = ? AND f.missed_scan IS NULL"
                " ORDER BY length(f.name), f.name",
                (folder_id, sequence_id),
            )
        )
        chosen = {0, len(frames) // 2, len(frames) - 1} if frames else set()
        return [
            (file_id, folder, path, name, category)
            for file_id, folder, path, name, category, has_facts in (frames[at] for at in sorted(chosen))
            if category in MEDIA and not has_facts
        ]

    def _commit(self) -> None:
        done, self._done = self._done, []
        self._committed = time.monotonic()
        pulled = any(isinstance(answer, AppError) for _, answer in done) and not is_there(self._drive)
        with self._database.transaction():
            for row, answer in done:
                if not (pulled and isinstance(answer, AppError)):
                    self._store(row, answer)
        if pulled:
            raise gone(self._drive, SCAN_AGAIN)

    def _store(self, row: _Row, answer: list[Message] | AppError) -> None:
        file_id, category = row[0], row[4]
        if isinstance(answer, AppError) and answer.code in OF_THE_MOMENT:
            sequence_id = self._database.value("SELECT sequence_id FROM file WHERE id = ?", (file_id,))
            self._put_off |= set() if sequence_id is None else {sequence_id}
            self._tell(row, answer.message, answer.code)
            return
        if isinstance(answer, AppError):
            facts = {"kind": Category(category).label, "error": answer.message}
            error, code = answer.message, answer.code
        else:
            facts = answer[0][0]["facts"]
            error, code = str(facts.get("error", "")), "media.damaged"
        self._database.run(
            "INSERT OR REPLACE INTO facts (file_id, version, kind, facts, error) VALUES (?, ?, ?, ?, ?)",
            (file_id, FACTS_VERSION, facts.get("kind", ""), json.dumps(facts), error),
        )
        if error:
            self._tell(row, error, code)

    def _tell(self, row: _Row, reason: str, code: str) -> None:
        _, folder_id, folder, name, _ = row
        self._job.item_failed(entry_path(decoded(self._base), folder, name), reason, code)
        note_problem(self._database, folder_id, name, code, reason, self._scan_id)
