"""`/v1/drives`: the library of drives."""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.api.parameters import Page, PageWish
from app.api.service import Asked, Served
from app.catalog.dberrors import ABSENT
from app.catalog.documents import drive_document, health_document, scan_document
from app.catalog.shard import ScanRow, scans
from app.errors import AppError
from app.model.drives import Drive, DriveHealth
from app.scanning.entrylists import EntryList, count_entries

routes = APIRouter(tags=["drives"])


@routes.get("/v1/drives")
async def list_drives(request: Request, service: Served, page: Page) -> Response:
    """The catalogued drives by label, connected or not, as `reelmark drives list` tells them."""
    return await service.answer(request, lambda asked: _list(asked, page))


@routes.get("/v1/drives/{drive_label:path}")
async def show_drive(request: Request, service: Served, drive_label: str) -> Response:
    """One drive, by label or id, with its scans, newest first."""
    return await service.answer(request, lambda asked: _show(asked, drive_label))


def _list(asked: Asked, page: PageWish) -> dict[str, Any]:
    drives = asked.drives.all()
    shown = drives[page.offset : page.offset + page.limit]
    health = asked.engine.catalog.health.newest()
    return {
        "drives": [_document(asked, drive, health.get(drive.id)) for drive in shown],
        "total": len(drives),
        "limit": page.limit,
        "offset": page.offset,
    }


def _show(asked: Asked, label: str) -> dict[str, Any]:
    (drive,) = asked.drives.named([label])
    trend = asked.engine.catalog.health.trend(drive.id)
    rows: list[ScanRow] = []
    with suppress(AppError), asked.open_shard(drive) as database:
        rows = scans(database)
    document = _document(asked, drive, trend[0] if trend else None)
    document["health_trend"] = [health_document(health) for health in trend]
    document["scans"] = [scan_document(row) for row in rows]
    return {"drives": [document]}


def _document(asked: Asked, drive: Drive, health: DriveHealth | None) -> dict[str, Any]:
    """The drive, with how its shard stands as far as opening it and its last check tell."""
    try:
        with asked.open_shard(drive) as database:
            suspected = count_entries(database, EntryList.SUSPECTED)
            broken = asked.engine.catalog.found_broken(drive, database)
    except AppError as error:
        return drive_document(drive, None if error.code == ABSENT else error, health)
    return drive_document(drive, broken, health, suspected=suspected)
