"""`/v1/sequences`: the file sequences of drives as the catalogue has them."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.parameters import DriveLabels, Page, PageWish
from app.api.service import Asked, Served
from app.catalog.dberrors import ABSENT
from app.catalog.documents import drive_error, drive_problem
from app.catalog.sequences import ListedSequence, SequenceQuery, count_sequences, listed_sequences
from app.errors import AppError
from app.model.drives import Drive
from app.model.names import raw_name, shown
from app.model.times import rfc3339_ns

routes = APIRouter(tags=["sequences"])


@dataclass(slots=True)
class _Rest:
    """What is still to be left out and to be taken, from drive to drive."""

    offset: int
    limit: int


@routes.get("/v1/sequences")
async def sequences(
    request: Request,
    service: Served,
    page: Page,
    drive_label: DriveLabels,
    q: Annotated[str, Query(max_length=4000, description="Part of the path below the drive's base.")] = "",
    missing: Annotated[bool, Query(description="Only those with missing frames.")] = False,
) -> Response:
    """File sequences with their frame ranges and missing frames, by drive, folder and name."""
    work = partial(_list, labels=drive_label, query=SequenceQuery(q, missing), page=page)
    return await service.answer(request, work)


def _list(asked: Asked, labels: list[str], query: SequenceQuery, page: PageWish) -> dict[str, Any]:
    rest = _Rest(page.offset, page.limit)
    total, rows = 0, []
    drives = asked.drives.named(labels)
    problems: list[tuple[Drive, AppError]] = []
    for drive in drives:
        try:
            with asked.open_shard(drive) as database:
                count = count_sequences(database, query)
                if rest.limit and rest.offset < count:
                    found = listed_sequences(database, query, rest.limit, rest.offset)
                    rows += [_document(drive, listed) for listed in found]
                    rest.limit -= len(found)
        except AppError as error:
            if error.code != ABSENT:
                problems.append((drive, error))
            continue
        total += count
        rest.offset = max(0, rest.offset - count)
    if problems and len(problems) == len(drives):
        raise drive_error(*problems[0], others=len(problems) - 1)
    return {
        "sequences": rows,
        "total": total,
        "problems": [drive_problem(drive, error) for drive, error in problems],
        "limit": page.limit,
        "offset": page.offset,
    }


def _document(drive: Drive, listed: ListedSequence) -> dict[str, Any]:
    sequence = listed.sequence
    base = shown(drive.base.replace("\\", "/").rstrip("/"))
    path = listed.folder + b"/" + sequence.asset_name if listed.folder else sequence.asset_name
    document: dict[str, Any] = {
        "drive": drive.label,
        "online": drive.online,
        "directory": f"{base}/{shown(listed.folder)}".rstrip("/"),
        "relative_path": shown(path),
        "pattern": shown(sequence.asset_name),
        "pad": sequence.pad,
        "frame_min": sequence.first_frame,
        "frame_max": sequence.last_frame,
        "frame_count": sequence.frame_count,
        "missing_count": sequence.missing_count,
        "gap_count": listed.gap_count,
        "ranges": sequence.ranges,
        "bytes": listed.bytes,
        "modified": rfc3339_ns(listed.newest_ns),
    }
    if encoded := raw_name(path):
        document["raw_name"] = encoded
    return document
