"""Keeps what a check read and found on connected drives in their shards, for when the drives are on the shelf."""

import base64
import functools
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.assets import CataloguedAsset, ShardAssets
from app.catalog.catalog import Catalog
from app.catalog.database import Database
from app.catalog.inspections import store_document, store_findings, store_sequence
from app.catalog.shard import open_writer
from app.engine import Engine
from app.errors import AppError, HeldByAnother
from app.files.framerange import frame_range
from app.inspection.shardkeeping import keep_file
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import raw
from app.model.times import rfc3339_ns
from app.qc.facts import Document
from app.qc.livefacts import FoundAsset
from app.scanning.presence import is_there

_AT_ONCE = 50
_MOST_WAITING = 1000
_PATIENCE_S = 2.0
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is to be kept of an asset: where it lies below the base, its document, what the policy said, some frames.

    `ranges` are the frames of a sequence; empty for a single file.
    """

    folder: bytes
    name: bytes
    size: int
    ranges: str
    document: Document | None
    validation: dict[str, Any]
    frames: tuple[Document, ...]

    @property
    def documents(self) -> int:
        """How many documents may be in it."""
        return 1 + len(self.frames)


def catalogued_drives(catalog: Catalog, paths: Iterable[str]) -> tuple[Drive, ...]:
    """The connected drives that some of these paths lie on, or that lie below them; no other is touched."""
    places = {place for path in paths for place in (os.path.abspath(path), os.path.realpath(path))}  # noqa: PTH100
    near = [drive for drive in catalog.drives(look=False) if any(_are_nested(drive.base, path) for path in places)]
    return tuple(drive for drive in catalog.looked_at(near) if drive.online)


def _are_nested(one: str, other: str) -> bool:
    return Path(one).is_relative_to(other) or Path(other).is_relative_to(one)


class FindingsKeeper:
    """Keeps documents and findings, some at a time: between, others may write the shards. Close it at the end.

    Args:
        engine: knows the shards.
        drives: those of which something is kept; of what lies elsewhere nothing is.
        job: hears what could not be kept.
        has_turn: whether the caller has the turn of the drives' writer in this process. Else each write takes it, and
            nothing waits long for a scan: what cannot be written in time is lost.
        named: whether somebody asked for the drive; records that cannot be used are an error then, else a remark.
    """

    def __init__(
        self, engine: Engine, drives: Iterable[Drive], job: Job, *, has_turn: bool = False, named: bool = False
    ) -> None:
        self._job = job
        self._named = named
        deepest_first = sorted(drives, key=lambda drive: len(drive.base), reverse=True)
        usable = [drive for drive in deepest_first if engine.catalog.shard_path(drive.id).exists()]
        self._shards = [
            _ShardKeeper(engine, drive, job, takes_turns=not has_turn)
            for drive in (usable if engine.home.writable else ())
        ]
        self._real = functools.lru_cache(8)(os.path.realpath)

    def keep(
        self, found: FoundAsset, document: Document | None, validation: dict[str, Any], frames: Iterable[Document] = ()
    ) -> None:
        """Keep what is known of an asset, where it lies on one of the drives.

        Args:
            found: the asset.
            document: as it was read; None where only its name was looked at.
            validation: what the policy said.
            frames: documents of single frames that are worth being found.

        Raises:
            AppError: the records of a drive that was named cannot be used.
        """
        if not self._shards:
            return
        for folder in (raw(self._real(found.folder)), found.folder):
            for shard in self._shards:
                below = shard.below(folder)
                if below is not None:
                    ranges = frame_range(found.sequence.frames) if found.sequence else ""
                    kept = _Kept(below, found.name, found.size, ranges, document, validation, tuple(frames))
                    self._attempt(shard, kept)
                    return

    def close(self) -> None:
        """Keep the rest, and tell what could not be kept; raises as `keep`."""
        for shard in list(self._shards):
            self._attempt(shard)

    def _attempt(self, shard: "_ShardKeeper", kept: _Kept | None = None) -> None:
        try:
            shard.close() if kept is None else shard.keep(kept)
        except AppError as error:
            if self._named:
                raise
            self._shards.remove(shard)
            self._job.notice("check.not_kept", f"What was found was not kept: {error.message}", error.hint)


class _ShardKeeper:
    """Keeps what is found of one drive in its shard; `takes_turns`: each write has to take the turn of its writer."""

    def __init__(self, engine: Engine, drive: Drive, job: Job, *, takes_turns: bool) -> None:
        self._engine = engine
        self._drive = drive
        self._job = job
        self._lane = f"shard:{drive.id}"
        self._takes_turns = takes_turns
        bases = (raw(os.path.realpath(drive.base)), raw(drive.base))
        self._bases = tuple(dict.fromkeys(base.rstrip(b"/\\") for base in bases))
        self._shard = engine.catalog.shard_path(drive.id)
        self._waiting: list[_Kept] = []
        self._since = 0
        self._lost = 0
        self._unknown = 0
        self._gone = 0

    def below(self, folder: bytes) -> bytes | None:
        """The folder relative to the base, with `/`; None where it does not lie on the drive."""
        for base in self._bases:
            if folder == base or folder.startswith((base + b"/", base + os.sep.encode())):
                return folder[len(base) :].replace(os.sep.encode(), b"/").strip(b"/")
        return None

    def keep(self, kept: _Kept) -> None:
        """Keep what is known of an asset of the drive."""
        self._waiting.append(kept)
        self._since += kept.documents
        if self._since >= _AT_ONCE:
            self._since = 0
            if not self._written() and sum(one.documents for one in self._waiting) > _MOST_WAITING:
                self._lose()

    def close(self) -> None:
        """Keep the rest, and tell what could not be kept."""
        until = time.monotonic() + _PATIENCE_S
        while self._waiting and not self._written():
            if time.monotonic() > until or self._job.token.wait_cancelled(_PAUSE_S):
                self._lose()
        if self._lost:
            text = f"What was found of {_assets(self._lost)} was not kept: another job writes the records of the drive."
            self._job.notice("check.not_kept", text, "Check again when it has ended.")
        if self._gone:
            text = f"What was found of {_assets(self._gone)} was not kept: {self._drive.label} went away."
            self._job.notice("check.not_kept", text, "Connect the drive, then check again.")
        if self._unknown:
            text = (
                f"What was found of {_assets(self._unknown)} was not kept:"
                " new, changed since the last scan, or only some frames of a sequence."
            )
            self._job.notice("check.not_scanned", text, "Scan the drive, then check again.")

    def _lose(self) -> None:
        self._lost += len(self._waiting)
        self._waiting = []

    def _written(self) -> bool:
        """Write what waits; whether nobody else is writing. What went away meanwhile says nothing about the media."""
        if not is_there(self._drive):
            self._gone += len(self._waiting)
            self._waiting = []
            return True
        if self._takes_turns and self._engine.lanes.busy(self._lane):
            return False
        waiting, self._waiting = self._waiting, []
        try:
            with (
                self._engine.lanes.hold((self._lane,) if self._takes_turns else (), self._job.token),
                open_writer(self._shard, self._job.token, wal=self._engine.wal, label=self._drive.label) as database,
                database.transaction(),
            ):
                self._store_all(database, waiting)
        except HeldByAnother:
            self._waiting = waiting
            return False
        return True

    def _store_all(self, database: Database, waiting: list[_Kept]) -> None:
        assets = ShardAssets(database, self._engine.judge, everything=True)
        by_folder: dict[bytes, list[_Kept]] = {}
        for kept in waiting:
            by_folder.setdefault(kept.folder, []).append(kept)
        for folder, some in by_folder.items():
            found = assets.find_all(folder, [kept.name for kept in some])
            for kept in some:
                self._store(database, found.get(kept.name), kept)

    def _store(self, database: Database, asset: CataloguedAsset | None, kept: _Kept) -> None:
        if asset is None or not _is_as_scanned(asset, kept):
            self._unknown += 1
            return
        if kept.document is not None:
            document = dict(kept.document) | {"validation": kept.validation}
            if asset.sequence is not None:
                store_sequence(database, asset.sequence.id, document)
            elif asset.file_id is not None:
                store_document(database, asset.file_id, document)
        for frame in kept.frames:
            keep_file(database, b"/".join(filter(None, (kept.folder, _name_of(frame["file"])))), dict(frame))
        store_findings(database, asset.folder_id, kept.name, kept.validation)


def _name_of(file: dict[str, Any]) -> bytes:
    """The raw name of a file as its document tells it."""
    return base64.b64decode(file["raw_name"]) if "raw_name" in file else raw(str(file["name"]))


def _assets(count: int) -> str:
    return "1 asset" if count == 1 else f"{count:,} assets"


def _is_as_scanned(asset: CataloguedAsset, kept: _Kept) -> bool:
    """Whether the files are still those that the shard knows, as far as frames, size and time tell."""
    if asset.bytes != kept.size or kept.ranges != (asset.sequence.ranges if asset.sequence else ""):
        return False
    file = (kept.document or {}).get("file") or {}
    stamp = file.get("newest") or file.get("mtime")
    return stamp is None or stamp == rfc3339_ns(asset.newest_ns)
