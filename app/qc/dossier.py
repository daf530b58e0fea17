"""Everything known of one asset at this moment: what its shard has, and what its sidecar says where it can be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.catalog.assetdetail import AssetDetail, read_detail
from app.catalog.assets import CataloguedAsset, ShardAssets
from app.catalog.shard import open_reader
from app.engine import Engine
from app.errors import InputError
from app.files.framerange import missing_ranges
from app.files.sidecar import MODES, Document, Record, sidecar_path
from app.files.sidecarfolder import newest, read_all
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.frames import Frame
from app.model.names import decoded, shown


@dataclass(frozen=True, slots=True)
class Dossier:
    """One asset in full.

    Attributes:
        drive: where it lies; `online` as it was when this was read.
        asset: as it is listed.
        detail: what the shard has.
        records: every record, oldest first, the one that stands last; without their histories. Of a drive that is
            not there only the last one, as the shard keeps it.
        sidecar: where the record that stands lies; None without one.
        sidecar_problem: why the sidecar cannot be read, and what to do; empty where all is well.
    """

    drive: Drive
    asset: CataloguedAsset
    detail: AssetDetail
    records: tuple[Document, ...]
    sidecar: Path | None
    sidecar_problem: str

    @property
    def folder(self) -> Path:
        """Absolute path of the folder it lies in, now or when it was last seen."""
        return Path(self.drive.base) / decoded(self.asset.folder)

    @property
    def path(self) -> Path:
        """Absolute path; of a sequence with its padding."""
        return self.folder / decoded(self.asset.name)

    @property
    def record(self) -> Record | None:
        """The record that stands."""
        if not self.records or self.sidecar is None:
            return None
        return Record(self.records[-1], self.sidecar)

    def missing(self) -> list[tuple[Frame, Frame]]:
        """Runs of frames that are absent, both ends included; none for single files and for tiles."""
        sequence = self.asset.sequence
        if sequence is None or not sequence.missing_count:
            return []
        return missing_ranges([member.frame for member in self.detail.members if member.frame is not None])


def read_dossier(engine: Engine, drive_id: str, folder: bytes, name: bytes, token: CancelToken) -> Dossier:
    """Read one asset of a drive.

    Args:
        engine: has the catalogue.
        drive_id: the drive's id.
        folder: relative to the drive's base, raw bytes.
        name: of the asset, raw bytes; of a sequence with its padding.
        token: stops the queries.

    Raises:
        InputError: there is no such asset.
        NotACatalog: the shard cannot be read.
    """
    drive = engine.catalog.drive(drive_id)
    with open_reader(engine.catalog.shard_path(drive_id), token) as database:
        asset = ShardAssets(database, engine.judge).find(folder, name)
        if asset is None:
            raise InputError(
                f"{shown(name)} is not catalogued any more", hint="Scan the drive again.", code="asset.not_found"
            )
        detail = read_detail(database, asset)
    kept = asset.verdict.sidecar if asset.verdict else b""
    home = Path(drive.base) / decoded(folder)
    if not drive.online:
        known = (detail.record,) if detail.record else ()
        return Dossier(drive, asset, detail, known, home / decoded(kept) if kept else None, "")
    record, problem = _read_records(home, name, kept)
    if record is None:
        return Dossier(drive, asset, detail, (), None, problem)
    latest = {key: value for key, value in record.document.items() if key != "history"}
    return Dossier(drive, asset, detail, (*record.history, latest), record.path, problem)


def find_asset_name(engine: Engine, drive_id: str, folder: bytes, name: bytes, token: CancelToken) -> bytes | None:
    """The asset that a file belongs to: its own name, or its sequence's; None where it is neither.

    Args:
        engine: has the catalogue.
        drive_id: the drive's id.
        folder: relative to the drive's base, raw bytes.
        name: of a file, a frame or an asset, raw bytes.
        token: stops the queries.
    """
    with open_reader(engine.catalog.shard_path(drive_id), token) as database:
        row = database.row(
            "SELECT f.sequence_id, f.folder_id FROM folder d JOIN block b ON b.folder_id = d.id JOIN file f"
            " ON f.id BETWEEN b.first_id AND b.last_id WHERE d.path = ? AND f.name = ?",
            (folder, name),
        )
        assets = ShardAssets(database, engine.judge)
        if row is not None and row[0] is not None:
            return assets.sequence(row[1], row[0]).asset_name
        asset = assets.find(folder, name)
    return asset.name if asset else None


def _read_records(folder: Path, name: bytes, kept: bytes) -> tuple[Record | None, str]:
    places: Iterable[Path] = [sidecar_path(folder, name, mode) for mode in MODES]
    if kept:
        places = [folder / decoded(kept), *places]
    records, error = read_all(dict.fromkeys(places))
    return newest(records), f"{error.message}. {error.hint}".strip() if error else ""
