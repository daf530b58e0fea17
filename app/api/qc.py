"""`/v1/qc`: verdicts as the catalogue has them, and the records of one asset."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.parameters import DriveLabel, Page, PageWish, Verdicts
from app.api.paths import relative_path
from app.api.service import Asked, Served
from app.catalog.assets import CataloguedAsset, ShardAssets
from app.catalog.database import Database
from app.catalog.verdicts import newest_record
from app.errors import InputError
from app.jobs.job import Job
from app.model.drives import Drive
from app.model.names import decoded, raw_name, shown
from app.model.times import rfc3339
from app.qc.damage import damage_of

routes = APIRouter(tags=["qc"])


@routes.get("/v1/qc/status")
async def status(
    request: Request,
    service: Served,
    page: Page,
    drive_label: DriveLabel,
    verdict: Verdicts,
    path: Annotated[str, Query(max_length=8000, description="Only below this folder of the drive.")] = "",
) -> Response:
    """Assets with a record as of the last scan, stale verdicts marked, in the order of folders and names."""
    return await service.answer(request, partial(_status, label=drive_label, path=path, words=verdict, page=page))


@routes.get("/v1/qc/history")
async def history(
    request: Request,
    service: Served,
    drive_label: DriveLabel,
    path: Annotated[str, Query(max_length=8000, description="A file, or the pattern of a sequence.")],
) -> Response:
    """Every record of one asset, oldest first; of a drive that is not connected only the newest (`complete` tells)."""
    return await service.answer(request, partial(_history, label=drive_label, path=path), media=True)


def _status(asked: Asked, label: str, path: str, words: tuple[str, ...], page: PageWish) -> dict[str, Any]:
    (drive,) = asked.drives.named([label])
    folder = relative_path(drive, path, folder=True)
    with asked.open_shard(drive) as database:
        total = 0
        rows: list[dict[str, Any]] = []
        for asset in _judged(database, asked, folder):
            word = asset.verdict.word if asset.verdict else ""
            if words and word not in words:
                continue
            if page.offset <= total < page.offset + page.limit:
                rows.append(_document(drive, asset) | _damage(database, asset))
            total += 1
    return {"assets": rows, "total": total, "limit": page.limit, "offset": page.offset}


def _judged(database: Database, asked: Asked, folder: bytes) -> Iterator[CataloguedAsset]:
    """Assets with a record in a folder and below it."""
    assets = ShardAssets(database, asked.engine.judge)
    below = folder + b"/" if folder else b""
    rows = database.rows(
        "SELECT d.id FROM folder d WHERE d.missed_scan IS NULL AND d.id IN (SELECT folder_id FROM verdict)"
        " AND (d.path = ?1 OR (d.path >= ?2 AND (?3 OR d.path < ?4))) ORDER BY d.path",
        (folder, below, not below, below[:-1] + b"0"),
    )
    for (folder_id,) in list(rows):
        yield from (asset for asset in assets.of_folder(folder_id) if asset.verdict is not None)


def _history(asked: Asked, label: str, path: str) -> dict[str, Any]:
    (drive,) = asked.drives.named([label])
    wanted = relative_path(drive, path)
    if drive.online:
        from app.qc.status import HistoryRequest, qc_history

        place = HistoryRequest(Path(drive.base) / decoded(wanted))
        return {"records": qc_history(asked.engine, place, Job(token=asked.token)), "complete": True}
    folder, _, name = wanted.rpartition(b"/")
    with asked.open_shard(drive) as database:
        record = newest_record(database, folder, name)
    if record is None:
        raise InputError(f"{shown(wanted)} has no record", hint="/v1/qc/status lists assets.", code="qc.no_record")
    return {"records": [record], "complete": False}


def _damage(database: Database, asset: CataloguedAsset) -> dict[str, str]:
    """What is wrong with an asset's media, as its record says of this very content."""
    record = newest_record(database, asset.folder, asset.name) or {}
    found = "" if asset.verdict is None or asset.verdict.stale else damage_of(record.get("findings"))
    return {"damaged": shown(found)} if found else {}


def _document(drive: Drive, asset: CataloguedAsset) -> dict[str, Any]:
    """As `reelmark qc status` tells an asset, with its drive."""
    verdict = asset.verdict
    assert verdict is not None
    base = shown(drive.base.replace("\\", "/").rstrip("/"))
    folder = asset.folder + b"/" if asset.folder else b""
    document: dict[str, Any] = {
        "path": f"{base}/{shown(folder + asset.name)}",
        "verdict": verdict.result,
        "operator": verdict.operator or None,
        "time": rfc3339(verdict.time_us) if verdict.time_us else None,
        "stale": verdict.stale,
        "signature": "unsigned",
        "sidecar": f"{base}/{shown(folder + verdict.sidecar)}",
        "drive": drive.label,
        "relative_path": shown(folder + asset.name),
        "note": verdict.note,
        "reasons": list(verdict.reasons),
        "missing_count": asset.sequence.missing_count if asset.sequence else 0,
    }
    if encoded := raw_name(folder + asset.name):
        document["raw_name"] = encoded
    return document
