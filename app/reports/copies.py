"""What lies on one drive alone, and what has too few copies over all drives, connected or not.

A content is told by its stored hash; files without one are counted apart, since nothing can be said of them. Shards are
walked side by side in the order of their hashes, so that nothing but a page of rows is held in memory.
"""

import heapq
import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.doubts import DOUBT, LINKED, note_doubts
from app.catalog.hashes import shown_hash
from app.catalog.replicas import Replica
from app.drives.fates import fates, overwritten
from app.engine import Engine
from app.errors import AppError, UsageError
from app.jobs.events import Stage
from app.jobs.job import Job
from app.jobs.limits import refuse_nonsense
from app.model.drives import Drive

_PAGE = 2000
_GOOD = 1
_CONTENTS = (
    f"SELECT f.hash, d.path, f.name, f.size, f.verified_us, s.file_id IS NOT NULL, f.id, f.mtime_ns, {DOUBT}"
    " FROM file f INDEXED BY file_hash JOIN folder d ON d.id = f.folder_id LEFT JOIN suspect s ON s.file_id = f.id"
    f" WHERE f.hash IS NOT NULL AND f.missed_scan IS NULL AND f.hash_state = {_GOOD} AND f.size > 0"
    " AND substr(f.hash, 1, 9)"
)


@dataclass(frozen=True, slots=True)
class OnlyHereRequest:
    """What lies on this drive alone.

    Attributes:
        drive: label or id.
        limit: files that are listed, the largest first; 0 for all.
    """

    drive: str
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class AtRiskRequest:
    """What has too few copies.

    Attributes:
        copies: drives that a content must lie on; drives that are lost together count as one.
        places: shelf places that it must lie in; drives without a place count as one place together.
        limit: contents that are listed, the largest first; 0 for all.
    """

    copies: int = 2
    places: int = 1
    limit: int = 1000


#: Size, stored hash, and all files that hold it.
_Content = tuple[int, bytes, list[Replica]]


@dataclass(slots=True)
class AtRisk:
    """What was found.

    Attributes:
        contents: how many contents have too few copies.
        bytes: their sizes in all, each once.
        not_hashed: files of which nothing can be said.
        entries: the largest of them: size, stored hash, and all files that hold it.
        problems: drives whose records cannot be read, and why: what is there was not counted as a copy.
    """

    contents: int = 0
    bytes: int = 0
    not_hashed: int = 0
    entries: list[_Content] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark copies at-risk` and `copies only-here`."""
        return {
            "contents": self.contents,
            "bytes": self.bytes,
            "not_hashed": self.not_hashed,
            "files": [
                {
                    "path": copies[0].document()["path"],
                    "size": size,
                    "content_hash": shown_hash(digest),
                    "copies": [copy.document() for copy in copies],
                }
                for size, digest, copies in self.entries
            ],
            "problems": self.problems,
        }


def only_here(engine: Engine, request: OnlyHereRequest, job: Job) -> AtRisk:
    """What lies on one drive and on no other. One elsewhere that is suspected of rot, or was not seen since, is none.

    Raises:
        InputError: there is no such drive.
        RecordsBroken: its records cannot be read.
        Cancelled: the job was stopped.
    """
    refuse_nonsense(request)
    drive = engine.catalog.drive(request.drive)
    job.concerns(drive.id, drive.label)

    lost = overwritten(engine.catalog.drives(look=False))

    def is_wanted(copies: list[Replica]) -> bool:
        elsewhere = any(copy.drive.id != drive.id and _counts(copy, lost) for copy in copies)
        return not elsewhere and any(copy.drive.id == drive.id for copy in copies)

    engine.catalog.open_shard(drive).close()
    return _collect(engine, job, request.limit, is_wanted, drive)


def at_risk(engine: Engine, request: AtRiskRequest, job: Job) -> AtRisk:
    """What lies on fewer drives, or in fewer places, than it should.

    A file that is suspected of rot is no copy, nor is one that its drive's last scan did not see.

    Raises:
        UsageError: nothing is asked for.
        Cancelled: the job was stopped.
    """
    refuse_nonsense(request)
    if request.copies < 1 or request.places < 1:
        raise UsageError("--copies and --places begin at 1")

    known = engine.catalog.drives(look=False)
    lost_with, lost = fates(known), overwritten(known)

    def is_wanted(copies: list[Replica]) -> bool:
        good = [copy.drive for copy in copies if _counts(copy, lost)]
        drives = {lost_with.get(drive.id, drive.id) for drive in good}
        return len(drives) < request.copies or len({drive.place for drive in good}) < request.places

    return _collect(engine, job, request.limit, is_wanted)


def _collect(engine: Engine, job: Job, limit: int, is_wanted: Any, drive: Drive | None = None) -> AtRisk:
    found = AtRisk()
    job.stage(Stage.COMPARE)
    largest: list[_Content] = []
    with ExitStack() as open_now:
        shards = list(_open_shards(engine, job, open_now, found))
        for known, database in shards:
            if drive is None or known.id == drive.id:
                found.not_hashed += int(
                    database.value(f"SELECT count(*) FROM file WHERE missed_scan IS NULL AND hash_state <> {_GOOD}")
                )
        streams = [_contents(known, database) for known, database in shards]
        seen = 0
        for digest, group in itertools.groupby(heapq.merge(*streams, key=_hash_of), key=_hash_of):
            copies = [copy for _, copy in group]
            seen += len(copies)
            job.progress(seen)
            if not is_wanted(copies):
                continue
            if drive is not None:
                copies.sort(key=lambda copy: copy.drive.id != drive.id)
            size = copies[0].size
            found.contents += 1
            found.bytes += size
            if not limit or len(largest) < limit:
                heapq.heappush(largest, (size, digest, copies))
            elif size > largest[0][0]:
                heapq.heapreplace(largest, (size, digest, copies))
    job.progress(seen, last=True)
    found.entries = sorted(largest, key=lambda entry: (-entry[0], entry[2][0].path))
    return found


def _counts(copy: Replica, lost: frozenset[str]) -> bool:
    """Whether nothing says that a copy is gone or rotten."""
    return not copy.suspect and copy.doubt in ("", LINKED) and copy.drive.id not in lost


def _hash_of(pair: tuple[bytes, Replica]) -> bytes:
    return pair[0]


def _open_shards(engine: Engine, job: Job, open_now: ExitStack, found: AtRisk) -> Iterator[tuple[Drive, Database]]:
    for drive in engine.catalog.drives():
        try:
            database = open_now.enter_context(engine.catalog.open_shard(drive, job.token))
            note_doubts(database)
        except AppError as error:
            if error.code != ABSENT:
                found.problems.append({"drive": drive.label, "code": error.code, "message": error.message})
        else:
            yield drive, database


def _contents(drive: Drive, database: Database) -> Iterator[tuple[bytes, Replica]]:
    """The hashed files of a shard with their stored hashes, in the order of these; files without a byte left out."""
    last = b""
    while True:
        page = list(database.rows(f"{_CONTENTS} > ? ORDER BY substr(f.hash, 1, 9) LIMIT ?", (last, _PAGE)))
        more = len(page) == _PAGE
        if more:  # the last prefix may go on behind the page: it is read again with the next one
            end = bytes(page[-1][0])[:9]
            whole = [row for row in page if bytes(row[0])[:9] != end]
            page = whole or list(database.rows(f"{_CONTENTS} = ?", (end,)))
        page.sort(key=lambda row: bytes(row[0]))
        for digest, folder, name, *state in page:
            size, verified, suspect, file_id, mtime_ns, doubt = state
            path = folder + b"/" + name if folder else name
            yield bytes(digest), Replica(drive, path, size, verified, bool(suspect), file_id, mtime_ns, doubt)
        if not more:
            return
        last = bytes(page[-1][0])[:9]
