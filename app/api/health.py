"""`/v1/health`: whether it works, and what is served."""

import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import __version__
from app.api.service import Asked, Served

routes = APIRouter(tags=["health"])


@routes.get("/v1/health")
async def health(request: Request, service: Served) -> Response:
    """Whether the server works: its version, whether it only reads, and how much the catalogue holds."""
    facts = {
        "status": "ok",
        "version": __version__,
        "read_only": not service.allow_write,
        "uptime_seconds": round(time.monotonic() - service.started, 3),
    }
    return await service.answer(request, lambda asked: facts | _held(asked))


def _held(asked: Asked) -> dict[str, Any]:
    drives = asked.drives.all()
    return {
        "drives": len(drives),
        "files": sum(drive.files for drive in drives),
        "bytes": sum(drive.bytes for drive in drives),
    }
