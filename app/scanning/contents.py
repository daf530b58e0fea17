"""The second half of a scan: hash what is new or changed, then read the facts of media.

Both take their work from the shard, a page of rows at a time, and commit results as they come, so that a scan that is
killed goes on with what is left.
"""

import time
from collections.abc import Iterator
from typing import Any

from app.catalog.database import Database
from app.catalog.entries import raise_newest
from app.catalog.hashes import stored_hash
from app.catalog.past import CHANGED, keep_past
from app.drives.profiles import Profile
from app.errors import AppError
from app.files.fileids import signed
from app.files.hashing import HEAD_BYTES, Hashed
from app.files.hashpool import HashPool
from app.files.mounts import os_path
from app.jobs.events import Stage
from app.jobs.job import Job
from app.media.formats import may_be_other
from app.media.magic import sniff
from app.model.kinds import MEDIA, Category
from app.model.names import decoded, folded, raw, shown
from app.scanning.changes import HASH_AGAIN, HASH_FAILED, HASH_GOOD, HASH_NONE, HASH_STALE, Tally
from app.scanning.diskorder import DiskOrder
from app.scanning.presence import SCAN_AGAIN, gone, is_there
from app.scanning.problems import entry_path, folders_with_problems, forget_problem, note_problem
from app.scanning.request import ScanRequest
from app.scanning.suspects import ROT, forget_suspect, note_suspect
from app.scanning.target import Target
from app.settings.values import Scan

#: What a file without a telling name is, by its first bytes.
_BY_MIME = {"image": Category.IMAGE, "video": Category.VIDEO, "audio": Category.AUDIO}
#: Folders that this generation listed: what it walked, less what it could not read.
LISTED = "SELECT id FROM folder WHERE listed_scan = ?"
_TO_HASH = (
    f"f.missed_scan IS NULL AND f.hash_state <> {HASH_GOOD} AND f.folder_id IN ({LISTED})"
    " AND f.id NOT IN (SELECT file_id FROM gone_file)"
)


def forget_contents(database: Database, scan_id: int) -> None:
    """Begin the second half of a full scan: everything that was walked is hashed and inspected again.

    What was measured of a file is forgotten where its bytes turn out to be others.
    """
    database.run(
        f"UPDATE file SET hash_state = {HASH_AGAIN} WHERE hash_state = {HASH_GOOD} AND missed_scan IS NULL"
        f" AND folder_id IN ({LISTED})",
        (scan_id,),
    )
    database.run(
        f"UPDATE facts SET version = 0 WHERE file_id IN (SELECT id FROM file WHERE folder_id IN ({LISTED}))", (scan_id,)
    )
    database.run(f"UPDATE sequence SET inspected = NULL WHERE folder_id IN ({LISTED})", (scan_id,))


class _HashRun:
    """Hashes what the shard says is to be hashed."""

    def __init__(
        self,
        database: Database,
        target: Target,
        scan_id: int,
        request: ScanRequest,
        tally: Tally,
        job: Job,
        profile: Profile,
    ) -> None:
        self._database = database
        self._drive = target.drive
        self._profile = profile
        self._base = raw(target.drive.base)
        self._scan_id = scan_id
        self._request = request
        self._tally = tally
        self._job = job
        self._bytes = 0
        self._with_problems = folders_with_problems(database)
        self._any_suspects = bool(database.value("SELECT EXISTS (SELECT 1 FROM suspect)"))
        self._done: list[tuple[tuple[Any, ...], Hashed | AppError]] = []
        self._others: list[tuple[int]] = []
        self._committed = time.monotonic()

    def run(self, xxh3: bool) -> None:
        total, size = self._database.row(
            f"SELECT count(*), coalesce(sum(f.size), 0) FROM file f WHERE {_TO_HASH}", (self._scan_id,)
        ) or (0, 0)
        self._job.stage(Stage.HASH, int(total), int(size))
        done = 0
        with HashPool[tuple[Any, ...]](
            int(self._request.threads or 0),
            silence_s=float(self._request.op_timeout_s or 30),
            xxh3=xxh3,
            head_bytes=HEAD_BYTES,
            follow=bool(self._request.follow_symlinks),
            chunk_bytes=int(self._request.chunk_bytes or 0),
            pause_s=self._profile.pause_s,
            from_medium=self._profile.kind != "ssd",  # what was just copied onto a drive counts only once it is there
        ) as pool:
            for row, answer in pool.run(self._in_order(), self._job, on_bytes=self._count_bytes):
                self._done.append((row, answer))
                done += 1
                self._job.progress(
                    done, bytes_done=self._bytes, current=shown(b"/".join(part for part in row[1:3] if part))
                )
                if len(self._done) >= int(self._request.batch_files or 1000) or (
                    time.monotonic() - self._committed > float(self._request.batch_seconds or 2)
                ):
                    self._commit()
        self._commit()
        self._job.progress(done, bytes_done=self._bytes, last=True)

    def _count_bytes(self, number: int) -> None:
        self._bytes += number
        self._job.check()

    def _in_order(self) -> Iterator[tuple[tuple[Any, ...], bytes, int]]:
        """The files to hash; page by page in the order in which they lie on a disk whose head has to move."""
        timeout_s = float(self._request.op_timeout_s or 30)
        with DiskOrder(self._job.token, timeout_s, wanted=self._profile.on_disk_order) as order:
            for page in self._pages():
                yield from order.sorted([self._item(row) for row in page], lambda item: item[1])

    def _item(self, row: tuple[Any, ...]) -> tuple[tuple[Any, ...], bytes, int]:
        relative = row[1] + b"/" + row[2] if row[1] else row[2]
        return row, os_path(self._base, relative, str(self._request.long_paths)), row[3]

    def _pages(self) -> Iterator[list[tuple[Any, ...]]]:
        last = 0
        while True:
            page = list(
                self._database.rows(
                    "SELECT f.id, d.path, f.name, f.size, f.mtime_ns, f.hash_state, f.hash, f.changed_scan,"
                    " f.folder_id, f.category"
                    f" FROM file f JOIN folder d ON d.id = f.folder_id WHERE f.id > ? AND {_TO_HASH}"
                    " ORDER BY f.id LIMIT ?",
                    (last, self._scan_id, int(self._request.queue_max or 10_000)),
                )
            )
            if not page:
                return
            last = page[-1][0]
            yield page

    def _commit(self) -> None:
        done, self._done = self._done, []
        self._committed = time.monotonic()
        if not done:
            return
        pulled = any(isinstance(answer, AppError) for _, answer in done) and not is_there(self._drive)
        if pulled:
            done = [(row, answer) for row, answer in done if isinstance(answer, Hashed)]
        with self._database.transaction():
            updates = [self._good(row, answer) for row, answer in done if isinstance(answer, Hashed)]
            self._database.run_many(
                "UPDATE file SET hash = ?, xxh3 = coalesce(?, xxh3), hash_state = ?, size = ?, mtime_ns = ?, mime = ?,"
                " changed_scan = ?, category = ?, verified_us = ?, file_id = ? WHERE id = ?",
                updates,
            )
            for row, answer in done:
                if isinstance(answer, AppError):
                    self._failed(row, answer)
            self._forget_others()
            self._database.run("UPDATE scan SET counts = ? WHERE id = ?", (self._tally.json(), self._scan_id))
        if pulled:
            raise gone(self._drive, SCAN_AGAIN)

    def _good(self, row: tuple[Any, ...], hashed: Hashed) -> tuple[Any, ...]:
        file_id, _, name, size, mtime_ns, state, old, changed_scan, folder_id, category = row
        digest = stored_hash(hashed.algorithm, hashed.digest)
        self._tally.add("hashed.files")
        self._tally.add("hashed.bytes", hashed.size)
        if state == HASH_STALE and changed_scan == self._scan_id and old == digest:
            self._tally.add("touched")
        elif state == HASH_AGAIN and old != digest:
            changed_scan = self._scan_id
            keep_past(self._database, str(file_id), self._scan_id, CHANGED)
            self._others.append((file_id,))
            self._tally.add("changed")
            self._tally.add("unchanged", -1)
        same_time = (hashed.size, hashed.mtime_ns) == (size, mtime_ns)
        if state == HASH_AGAIN and old != digest and same_time:
            note_suspect(self._database, file_id, ROT, old, digest)
        elif self._any_suspects:
            forget_suspect(self._database, file_id, None if state == HASH_STALE else digest)
        if not same_time:
            self._written_meanwhile(folder_id, file_id, hashed.size - size, hashed.mtime_ns)
        if folder_id in self._with_problems:
            forget_problem(self._database, folder_id, name)
        found, mime = sniff(hashed.head, folded(name))
        if category in MEDIA and may_be_other(folded(name), found):
            category = int(Category.OTHER)
        elif category == Category.OTHER:
            category = int(_BY_MIME.get(mime.partition("/")[0], Category.OTHER))
        number = signed(hashed.file_id) or None
        read = (digest, hashed.xxh3_128, HASH_GOOD, hashed.size, hashed.mtime_ns, mime, changed_scan, category)
        return (*read, hashed.hashed_ns // 1000, number, file_id)

    def _forget_others(self) -> None:
        """Forget what is known of files whose bytes are others; their sequences changed with them."""
        others, self._others = self._others, []
        self._database.run_many("DELETE FROM facts WHERE file_id = ?", others)
        changed = "UPDATE sequence SET changed_scan = ? WHERE id = (SELECT sequence_id FROM file WHERE id = ?)"
        self._database.run_many(changed, [(self._scan_id, file_id) for (file_id,) in others])

    def _written_meanwhile(self, folder_id: int, file_id: int, more_bytes: int, mtime_ns: int) -> None:
        """Keep totals and order right for a file that changed after it was listed; its folder is compared again."""
        self._database.run("UPDATE folder SET bytes = bytes + ?, digest = NULL WHERE id = ?", (more_bytes, folder_id))
        raise_newest(self._database, [(mtime_ns, file_id)])

    def _failed(self, row: tuple[Any, ...], error: AppError) -> None:
        file_id, folder, name, _, _, state, _, _, folder_id, _ = row
        self._job.item_failed(entry_path(decoded(self._base), folder, name), error.message, error.code)
        note_problem(self._database, folder_id, name, error.code, error.message, self._scan_id)
        self._with_problems.add(folder_id)
        if state in (HASH_NONE, HASH_FAILED):
            self._database.run("UPDATE file SET hash_state = ? WHERE id = ?", (HASH_FAILED, file_id))
        elif state == HASH_AGAIN:
            self._database.run("DELETE FROM facts WHERE file_id = ?", (file_id,))


def hash_files_of_scan(
    database: Database,
    target: Target,
    scan_id: int,
    request: ScanRequest,
    settings: Scan,
    tally: Tally,
    job: Job,
    profile: Profile,
) -> None:
    """Hash every file in scope that has no good hash, as the drive's profile allows."""
    _HashRun(database, target, scan_id, request, tally, job, profile).run(settings.hash == "blake3+xxh3")
