"""Telling the catalogue about records: the shard of the drive that covers their folder, where there is one.

The sidecar is the authority. A shard that cannot be written now learns of its verdicts with the next scan.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from app.catalog.entries import known_files
from app.catalog.shard import open_reader, open_writer
from app.catalog.verdicts import VerdictRow, forget_verdicts, save_verdicts
from app.engine import Engine
from app.errors import AppError
from app.files.sidecar import MODES, Record, sidecar_path
from app.files.sidecarfolder import asset_of, newest, read_all
from app.jobs.job import CancelToken, Job
from app.model.drives import Drive
from app.model.names import raw
from app.qc.assets import Asset

_ROWS_AT_ONCE = 1000


class ShardUpdates:
    """Collects records and hands them to shards in large turns. Use as a context manager.

    Args:
        engine: has the catalogue.
        job: hears of shards that could not be told.
    """

    def __init__(self, engine: Engine, job: Job) -> None:
        self._engine = engine
        self._job = job
        self._drives = sorted(engine.catalog.drives(look=False), key=lambda drive: len(raw(drive.base)), reverse=True)
        self._rows: dict[str, list[VerdictRow]] = {}
        self._gone: dict[str, list[tuple[bytes, bytes]]] = {}
        self._told: set[str] = set()

    def __enter__(self) -> "ShardUpdates":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.flush()

    def add(self, folder: Path, records: Sequence[tuple[Asset, Record]]) -> None:
        """Note the records of one folder as they stand now."""
        drive = self._drive_of(folder)
        if drive is None or not records:
            return
        rows = self._rows.setdefault(drive.id, [])
        rows += [_row(Path(drive.base), folder, asset.name, record) for asset, record in records]
        if len(rows) >= _ROWS_AT_ONCE:
            self.flush()

    def removed(self, folder: Path, records: Sequence[Record]) -> None:
        """Note records whose sidecars were removed from beside the assets of a folder; another one may stand now."""
        drive = self._drive_of(folder)
        if drive is None or not records:
            return
        base = Path(drive.base)
        gone = self._gone.setdefault(drive.id, [])
        gone += [(_relative(base, folder), _beside(folder, record.path)) for record in records]
        rows = self._rows.setdefault(drive.id, [])
        for name in {asset_of(record) for record in records} - {b""}:
            left = newest(read_all(sidecar_path(folder, name, mode) for mode in MODES)[0])
            if left is not None:
                rows.append(_row(base, folder, name, left))
        if len(gone) + len(rows) >= _ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what was collected. A shard that is busy or damaged is told about in a notice."""
        for drive_id in {**self._gone, **self._rows}:
            try:
                with (
                    open_writer(
                        self._engine.catalog.shard_path(drive_id), CancelToken(), wal=self._engine.wal
                    ) as database,
                    database.transaction(),
                ):
                    forget_verdicts(database, self._gone.get(drive_id, ()))
                    save_verdicts(database, self._rows.get(drive_id, ()))
            except AppError as error:
                if drive_id not in self._told:
                    self._told.add(drive_id)
                    self._job.notice(
                        "qc.shard_not_told",
                        f"The catalogue was not told: {error.message}",
                        "Scan the drive again to catch up.",
                    )
        self._gone.clear()
        self._rows.clear()

    def _drive_of(self, folder: Path) -> Drive | None:
        return next((drive for drive in self._drives if folder.is_relative_to(drive.base)), None)


def catalogued_names(engine: Engine, folder: Path) -> set[bytes]:
    """Raw names of the files that a shard has in a folder.

    Raises:
        NotACatalog: the shard that covers the folder cannot be read.
    """
    for drive in sorted(engine.catalog.drives(look=False), key=lambda drive: len(raw(drive.base)), reverse=True):
        if not folder.is_relative_to(drive.base):
            continue
        shard = engine.catalog.shard_path(drive.id)
        if not shard.exists():
            return set()
        with open_reader(shard) as database:
            folder_id = database.value("SELECT id FROM folder WHERE path = ?", (_relative(Path(drive.base), folder),))
            return set() if folder_id is None else set(known_files(database, folder_id))
    return set()


def _relative(base: Path, folder: Path) -> bytes:
    relative = folder.relative_to(base).as_posix()
    return b"" if relative == "." else raw(relative)


def _beside(folder: Path, sidecar: Path) -> bytes:
    return raw(sidecar.relative_to(folder).as_posix())


def _row(base: Path, folder: Path, asset: bytes, record: Record) -> VerdictRow:
    return VerdictRow(
        folder=_relative(base, folder),
        asset=asset,
        result=record.verdict,
        operator=record.operator,
        time_us=record.time_us,
        note=record.note,
        reasons=record.reasons,
        policy_version=record.policy_version,
        content_hash=record.content_hash,
        size=record.size,
        mtime_ns=record.mtime_ns,
        fingerprint=record.fingerprint,
        sidecar=_beside(folder, record.path),
        record={key: value for key, value in record.document.items() if key != "history"},
    )
