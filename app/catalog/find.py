"""Searching one drive, several or all of them, connected or not."""

import heapq
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from app.catalog.assets import Judge, ShardAssets
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.search import Hit, SearchQuery, ShardSearch
from app.catalog.searchwords import path_below
from app.errors import AppError, UsageError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.kinds import Category
from app.model.names import decoded, raw_name, shown
from app.model.times import rfc3339, rfc3339_ns


@dataclass(frozen=True, slots=True)
class Found:
    """One file that was found.

    Attributes:
        drive: where it lies.
        folder: relative to the drive's base, raw bytes.
        hit: the file's row.
        verdict: `pass`, `fail`, `pending`, `stale`, or empty where no sidecar tells.
        frames: the frame range of the sequence it belongs to, or empty.
        suspect: whether its bytes are suspected of rot.
        asset: the name under which it is reviewed: its own, or that of the sequence it belongs to; raw bytes.
    """

    drive: Drive
    folder: bytes
    hit: Hit
    verdict: str
    frames: str = ""
    asset: bytes = b""
    suspect: bool = False

    @property
    def relative_path(self) -> bytes:
        """Path below the drive's base, raw bytes, with `/`."""
        return self.folder + b"/" + self.hit.name if self.folder else self.hit.name

    @property
    def path(self) -> str:
        """Absolute path as the system takes it; where it was last seen, if the drive is unplugged."""
        return os.path.normpath(f"{self.drive.base}/{decoded(self.relative_path)}")

    @property
    def key(self) -> tuple[str, int]:
        """Tells a file from every other one: its drive's id and its row."""
        return self.drive.id, self.hit.file_id

    def document(self) -> dict[str, Any]:
        """The JSON of `reelmark search`; for an unplugged drive `path` is where it was last seen."""
        base = self.drive.base.replace("\\", "/").rstrip("/")
        document: dict[str, Any] = {
            "name": shown(self.hit.name),
            "category": Category(self.hit.category).label,
            "size": self.hit.size,
            "modified": rfc3339_ns(self.hit.mtime_ns),
            "drive": self.drive.label,
            "path": f"{shown(base)}/{shown(self.relative_path)}",
            "relative_path": shown(self.relative_path),
            "online": self.drive.online,
            "verdict": self.verdict or None,
            "verified": rfc3339(self.hit.verified_us) if self.hit.verified_us else None,
            "suspect": self.suspect,
        }
        encoded = raw_name(self.relative_path)
        if encoded is not None:
            document["raw_name"] = encoded
        return document


class Shards(Protocol):
    """Opens the shards of drives: the catalogue itself, or whoever keeps them open between two searches."""

    def open_shard(self, drive: Drive, token: CancelToken | None = None) -> AbstractContextManager[Database]:
        """The shard of a drive, for queries; raises as `Catalog.open_shard`."""


class Find:
    """One search over drives. Use as a context manager: it keeps their shards open.

    Args:
        shards: opens the shards of drives.
        judge: tells stale verdicts.
        drives: which drives; those that were never scanned to an end and have no shard are left out.
        query: what is searched for.
        token: stops a running query.
        broken: where given, a drive whose shard cannot be read is left out and noted here with its error; else that
            error is raised.

    Raises:
        UsageError: the query has conditions and a time: what was learnt of files is known as it is now.
    """

    def __init__(
        self,
        shards: Shards,
        judge: Judge,
        drives: Sequence[Drive],
        query: SearchQuery,
        token: CancelToken | None = None,
        broken: dict[str, AppError] | None = None,
    ) -> None:
        if query.where and query.as_of_us is not None:
            raise UsageError(
                "What was learnt of files is known as it is today, not as it was then",
                hint="Search as of a time without a condition on facts, or by the condition without the time.",
                code="search.facts_then",
            )
        self._query = query
        self._broken = broken
        self._open = ExitStack()
        self._parts: list[tuple[Drive, ShardSearch, ShardAssets, _FolderPaths]] = []
        self.seconds = 0.0
        started = time.perf_counter()
        try:
            for drive in drives:
                with self._left_out(drive):
                    self._add(shards, drive, judge, token)
        except BaseException:
            self._open.close()
            raise
        self.seconds = time.perf_counter() - started

    def __enter__(self) -> "Find":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def searched(self) -> int:
        """How many drives could be searched so far without an error."""
        return sum(1 for part in self._parts if part[0].id not in (self._broken or {}))

    def page(self, limit: int, before: Found | None = None, skip: int = 0) -> list[Found]:
        """The newest hits over all drives, newest first.

        Hits of the same time and number stand in the order of drives: a copied drive has the same ones.

        Args:
            limit: how many at most; 0 for all.
            before: gives the page behind this hit.
            skip: leaves out so many first ones.
        """
        started = time.perf_counter()
        merged = heapq.merge(
            *(self._part(index, limit and limit + skip, before) for index in range(len(self._parts))),
            key=lambda pair: (pair[1].mtime_ns, pair[1].file_id),
            reverse=True,
        )
        page: list[Found] = []
        for index, hit in islice(merged, skip, None):
            if limit and len(page) >= limit:
                break
            with self._left_out(self._parts[index][0]):
                page.append(self._found(index, hit))
        self.seconds += time.perf_counter() - started
        return page

    def total(self) -> int:
        """How many files match over all drives, exactly."""
        total = 0
        for drive, search, _, _ in self._parts:
            with self._left_out(drive):
                total += search.total()
        return total

    def _add(self, shards: Shards, drive: Drive, judge: Judge, token: CancelToken | None) -> None:
        try:
            database = self._open.enter_context(shards.open_shard(drive, token))
        except AppError as error:
            if error.code != ABSENT:
                raise
            return
        assets = ShardAssets(database, judge)
        judged = assets.judged(self._query.verdicts) if self._query.verdicts else ((), ())
        below = None if self._query.literal else path_below(self._query.text, drive.base)
        search = ShardSearch(database, replace(self._query, below=below) if below is not None else self._query, judged)
        self._parts.append((drive, search, assets, _FolderPaths(database)))

    @contextmanager
    def _left_out(self, drive: Drive) -> Iterator[None]:
        """Note a shard that cannot be read, where the caller wants to go on without it."""
        try:
            yield
        except AppError as error:
            if self._broken is None:
                raise
            self._broken[drive.id] = error

    def _part(self, index: int, limit: int, before: Found | None) -> Iterator[tuple[int, Hit]]:
        bound = None
        if before is not None:
            shown_first = next(at for at, part in enumerate(self._parts) if part[0].id == before.drive.id)
            bound = (before.hit.mtime_ns, before.hit.file_id + (index > shown_first))
        drive, search, _, _ = self._parts[index]
        hits: list[Hit] = []
        with self._left_out(drive):
            hits = search.page(limit, bound)
        for hit in hits:
            yield index, hit

    def _found(self, index: int, hit: Hit) -> Found:
        drive, _, assets, folders = self._parts[index]
        verdict = assets.verdict_of_file(hit.file_id, hit.folder_id, hit.name, hit.sequence_id)
        suspect = hit.file_id in folders.suspects
        if hit.sequence_id is None:
            return Found(drive, folders[hit.folder_id], hit, verdict, asset=hit.name, suspect=suspect)
        sequence = assets.sequence(hit.folder_id, hit.sequence_id)
        return Found(drive, folders[hit.folder_id], hit, verdict, sequence.ranges, sequence.asset_name, suspect)


class _FolderPaths(dict[int, bytes]):
    """Paths of folders by id, read when first asked for."""

    def __init__(self, database: Any) -> None:
        super().__init__()
        self._database = database
        #: Files that are suspected of rot, which are few.
        self.suspects = {int(row[0]) for row in database.rows("SELECT file_id FROM suspect LIMIT 100000")}

    def __missing__(self, folder_id: int) -> bytes:
        path: bytes = self._database.value("SELECT path FROM folder WHERE id = ?", (folder_id,))
        self[folder_id] = path
        return path
