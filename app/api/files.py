"""`/v1/files`: everything the catalogue knows of one file. The media itself is not touched."""

import base64
import binascii
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.parameters import DriveLabel
from app.api.paths import relative_path
from app.api.service import Asked, Served
from app.catalog.details import FileDetails, file_details, find_file
from app.catalog.inspections import recorded_document
from app.errors import InputError, UsageError
from app.model.drives import Drive
from app.model.names import raw_name, shown
from app.model.times import rfc3339, rfc3339_ns

routes = APIRouter(tags=["files"])

BelowBase = Annotated[str, Query(max_length=8000, description="Its path below the drive's base.")]
RawName = Annotated[
    str, Query(max_length=12000, alias="raw_name", description="The same in base64, where it is not valid Unicode.")
]


@routes.get("/v1/files")
async def show_file(
    request: Request, service: Served, drive_label: DriveLabel, path: BelowBase = "", raw: RawName = ""
) -> Response:
    """One file: size, times, content hash, media facts, the sequence it belongs to, its verdict."""
    return await service.answer(request, partial(_show, label=drive_label, path=path, raw=raw))


@routes.get("/v1/files/facts")
async def show_facts(
    request: Request, service: Served, drive_label: DriveLabel, path: BelowBase = "", raw: RawName = ""
) -> Response:
    """The document of one file as the last scan recorded it: every part, channel and attribute."""
    return await service.answer(request, partial(_facts, label=drive_label, path=path, raw=raw))


def _facts(asked: Asked, label: str, path: str, raw: str) -> dict[str, Any]:
    (drive,) = asked.drives.named([label])
    wanted = relative_path(drive, _decoded(raw) if raw else path)
    with asked.open_shard(drive) as database:
        file_id = find_file(database, wanted)
        document = None if file_id is None else recorded_document(database, file_id)
    if document is None:
        told = "no facts are recorded of" if file_id is not None else "there is no file"
        raise InputError(
            f"{drive.label}: {told} {shown(wanted)}",
            hint="Of a sequence the first, middle and last frame are read, or all with `scan --all-frames`.",
            code="file.not_found" if file_id is None else "file.no_record",
        )
    return document


def _show(asked: Asked, label: str, path: str, raw: str) -> dict[str, Any]:
    (drive,) = asked.drives.named([label])
    wanted = relative_path(drive, _decoded(raw) if raw else path)
    with asked.open_shard(drive) as database:
        file_id = find_file(database, wanted)
        details = None if file_id is None else file_details(database, asked.engine.judge, file_id)
    if details is None:
        raise InputError(
            f"{drive.label} has no file {shown(wanted)}", hint="/v1/inventory lists its files.", code="file.not_found"
        )
    return {"file": _document(drive, wanted, details)}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("raw_name: it is no base64", hint="Send it as an answer gave it.") from None


def _document(drive: Drive, path: bytes, details: FileDetails) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": shown(path.rpartition(b"/")[2]),
        "category": details.category.label,
        "size": details.size,
        "modified": rfc3339_ns(details.mtime_ns),
        "drive": drive.label,
        "path": f"{shown(drive.base.replace(chr(92), '/').rstrip('/'))}/{shown(path)}",
        "relative_path": shown(path),
        "online": drive.online,
        "missing": details.missing,
        "mime": details.mime or None,
        "content_hash": details.content_hash or None,
        "facts": details.facts,
        "problem": shown(details.problem) or None,
        "sequence": None,
        "verdict": details.verdict.word if details.verdict else None,
        "review": None,
    }
    if details.sequence is not None:
        document["sequence"] = {
            "pattern": shown(details.sequence.asset_name),
            "frame_count": details.sequence.frame_count,
            "missing_count": details.sequence.missing_count,
            "ranges": details.sequence.ranges,
        }
    if details.verdict is not None:
        verdict = details.verdict
        document["review"] = {
            "result": verdict.result,
            "stale": verdict.stale,
            "operator": verdict.operator or None,
            "time": rfc3339(verdict.time_us) if verdict.time_us else None,
            "note": verdict.note,
            "reasons": list(verdict.reasons),
        }
    if encoded := raw_name(path):
        document["raw_name"] = encoded
    return document
