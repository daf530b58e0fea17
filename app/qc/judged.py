"""Where a path is catalogued, and what policies said of the asset that it belongs to."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.catalog.assets import CataloguedAsset, ShardAssets
from app.catalog.database import Database
from app.catalog.dberrors import ABSENT
from app.catalog.inspections import findings_of, recorded_document, recorded_sequence
from app.catalog.shard import open_reader
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import raw
from app.scanning.located import drive_of

#: The code of the error of a path that lies on no drive.
_NO_DRIVE = "drive.not_found"


@dataclass(frozen=True, slots=True)
class JudgedAt:
    """What the catalogue knows of a path.

    Attributes:
        path: as its drive names it, absolute; a link may have led there.
        drive: where it lies; None where it lies on no catalogued drive.
        catalogued: whether the last scan met it.
        findings: what policies said of it, the newest first, as `findings_of`.
        recorded: the document that its drive has recorded of it, and what was measured; None for nothing.
    """

    path: str
    drive: Drive | None = None
    catalogued: bool = False
    findings: tuple[dict[str, Any], ...] = ()
    recorded: dict[str, Any] | None = None


def judged_at(engine: Engine, path: str, token: CancelToken) -> JudgedAt:
    """What policies said of the asset at a path: a single file, or a sequence by its pattern.

    Args:
        engine: its catalogue is asked.
        path: absolute or relative to the current folder.
        token: cancels.

    Raises:
        AppError: the shard of the drive cannot be used.
    """
    try:
        drive, below = drive_of(engine.catalog, path, None)
    except AppError as error:
        if error.code != _NO_DRIVE:
            raise
        return JudgedAt(path)
    folder, _, name = raw(below).rpartition(b"/")
    place = str(Path(drive.base) / below.replace("/", os.sep))
    try:
        with open_reader(engine.catalog.shard_path(drive.id), token) as database:
            asset = ShardAssets(database, engine.judge).find(folder, name)
            if asset is None:
                return JudgedAt(place, drive)
            findings, recorded = findings_of_asset(database, asset), document_of_asset(database, asset)
            return JudgedAt(place, drive, catalogued=True, findings=findings, recorded=recorded)
    except AppError as error:
        if error.code != ABSENT:
            raise
        return JudgedAt(place, drive)


def findings_of_asset(database: Database, asset: CataloguedAsset) -> tuple[dict[str, Any], ...]:
    """What policies said of an asset of a shard, the newest first, as `findings_of`."""
    sequence_id = None if asset.sequence is None else asset.sequence.id
    found = findings_of(database, asset.folder_id, asset.name, file_id=asset.file_id, sequence_id=sequence_id)
    return tuple(found)


def document_of_asset(database: Database, asset: CataloguedAsset) -> dict[str, Any] | None:
    """The document that a shard has recorded of an asset as a whole; None where there is none."""
    if asset.sequence is not None:
        return recorded_sequence(database, asset.sequence.id)
    return None if asset.file_id is None else recorded_document(database, asset.file_id)
