"""Keeps what a check of a connected drive read and found in the drive's shard, for when the drive is on the shelf."""

from dataclasses import dataclass
from typing import Any

from app.catalog.assets import CataloguedAsset, ShardAssets
from app.catalog.database import Database
from app.catalog.inspections import store_document, store_findings, store_sequence
from app.catalog.shard import open_writer
from app.engine import Engine
from app.errors import HeldByAnother
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import raw
from app.model.times import rfc3339_ns
from app.qc.facts import Document
from app.qc.livefacts import FoundAsset

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is to be kept of one asset: where it lies below the base, its document, what the policy said."""

    folder: bytes
    name: bytes
    size: int
    document: Document | None
    validation: dict[str, Any]


class FindingsKeeper:
    """Keeps documents and findings, some at a time: between, others may write the shard. Close it at the end.

    Args:
        engine: knows the shards.
        drive: which one.
        job: hears what could not be kept.
        takes_turns: whether each write has to take the turn of the drive's writer in this process; the caller has it
            otherwise. Nothing waits for a scan then: what cannot be written at once is lost.
    """

    def __init__(self, engine: Engine, drive: Drive, job: Job, *, takes_turns: bool = False) -> None:
        self._engine = engine
        self._drive = drive
        self._job = job
        self._lane = f"shard:{drive.id}"
        self._takes_turns = takes_turns
        self._base = raw(drive.base.rstrip("/\\"))
        self._shard = engine.catalog.shard_path(drive.id)
        self._waiting: list[_Kept] = []
        self._lost = 0
        self._unknown = 0

    def keep(self, found: FoundAsset, document: Document | None, validation: dict[str, Any]) -> None:
        """Keep what is known of an asset of the drive.

        Args:
            found: the asset.
            document: as it was read; None where only its name was looked at.
            validation: what the policy said.
        """
        if not self._engine.home.writable or not self._shard.exists():
            return
        folder = found.folder[len(self._base) :].replace(b"\\", b"/").strip(b"/")
        self._waiting.append(_Kept(folder, found.name, found.size, document, validation))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def close(self) -> None:
        """Keep the rest, and tell what could not be kept."""
        if self._waiting:
            self._write()
        if self._lost:
            text = f"What was found of {self._lost} assets was not kept: another job writes the records of the drive."
            self._job.notice("check.not_kept", text, "Check again when it has ended.")
        if self._unknown:
            text = (
                f"What was found of {self._unknown} assets was not kept: they are new or changed since the last scan."
            )
            self._job.notice("check.not_scanned", text, "Scan the drive, then check again.")

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._takes_turns and self._engine.lanes.busy(self._lane):
            self._lost += len(waiting)
            return
        try:
            with (
                self._engine.lanes.hold((self._lane,) if self._takes_turns else (), self._job.token),
                open_writer(self._shard, self._job.token, wal=self._engine.wal, label=self._drive.label) as database,
                database.transaction(),
            ):
                for kept in waiting:
                    self._store(database, kept)
        except HeldByAnother:
            self._lost += len(waiting)

    def _store(self, database: Database, kept: _Kept) -> None:
        asset = ShardAssets(database, self._engine.judge).find(kept.folder, kept.name)
        if asset is None or not _is_as_scanned(asset, kept):
            self._unknown += 1
            return
        if kept.document is not None:
            document = dict(kept.document) | {"validation": kept.validation}
            if asset.sequence is not None:
                store_sequence(database, asset.sequence.id, document)
            elif asset.file_id is not None:
                store_document(database, asset.file_id, document)
        store_findings(database, asset.folder_id, kept.name, kept.validation)


def _is_as_scanned(asset: CataloguedAsset, kept: _Kept) -> bool:
    """Whether the files are still those that the shard knows, as far as size and time tell."""
    if asset.bytes != kept.size:
        return False
    file = (kept.document or {}).get("file") or {}
    time = file.get("newest") or file.get("mtime")
    return time is None or time == rfc3339_ns(asset.newest_ns)
