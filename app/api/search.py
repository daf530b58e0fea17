"""`/v1/search` and `/v1/inventory`: files over all drives, or those of one, connected or not."""

import base64
import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.answers import Refused, json_bytes
from app.api.parameters import DriveLabel, DriveLabels, Filters, Page, PageWish
from app.api.service import Asked, Served
from app.catalog.documents import drive_error, drive_problem
from app.catalog.find import Find, Found
from app.catalog.search import Hit, SearchQuery
from app.errors import AppError
from app.model.drives import Drive

#: Deeper pages go by `after`: leaving out costs as much as reading.
_DEEPEST = 10_000

routes = APIRouter(tags=["search"])

After = Annotated[str, Query(max_length=400, description="Go on behind a page: the `next` that it answered.")]
WithTotal = Annotated[bool, Query(description="Whether to count all hits.")]


@routes.get("/v1/search")
async def search(
    request: Request,
    service: Served,
    filters: Filters,
    page: Page,
    drive_label: DriveLabels,
    after: After = "",
    total: WithTotal = True,
) -> Response:
    """Files by part of their name or path, newest first, as `reelmark search` finds them."""
    work = partial(_answer, query=filters, labels=drive_label, page=page, after=after, with_total=total)
    return await service.answer(request, work)


@routes.get("/v1/inventory")
async def inventory(
    request: Request,
    service: Served,
    filters: Filters,
    page: Page,
    drive_label: DriveLabel,
    after: After = "",
    total: WithTotal = True,
) -> Response:
    """What one drive holds, newest first; `q` and the filters narrow it down."""
    work = partial(_answer, query=filters, labels=[drive_label], page=page, after=after, with_total=total)
    return await service.answer(request, work)


def _answer(
    asked: Asked, query: SearchQuery, labels: Sequence[str], page: PageWish, after: str, with_total: bool
) -> bytes:
    """The answer, from memory where nothing changed since and every drive could be searched."""
    drives = asked.drives.named(labels)
    problems: list[dict[str, Any]] = []

    def make() -> bytes:
        document = _search(asked, query, drives, page, after, with_total)
        problems.extend(document["problems"])
        return json_bytes(document)

    return asked.answers.of(drives, (query, page, after, with_total), make, keep=lambda: not problems)


def _search(
    asked: Asked, query: SearchQuery, drives: Sequence[Drive], page: PageWish, after: str, with_total: bool
) -> dict[str, Any]:
    behind = _place(after, drives) if after else None
    query = replace(query, limit=page.limit)
    broken: dict[str, AppError] = {}
    with Find(asked.shards, asked.engine.judge, drives, query, asked.token, broken) as find:
        counted: int | None = None
        offset = 0 if behind else page.offset
        if offset > _DEEPEST:
            counted = asked.totals.of(drives, replace(query, limit=0), find.total)
            offset = _reachable(offset, counted)
        found = find.page(page.limit, behind, offset)
        seconds = find.seconds
        if with_total and counted is None:
            whole = not behind and len(found) < page.limit and (found or not offset)
            counted = offset + len(found) if whole else asked.totals.of(drives, replace(query, limit=0), find.total)
        searched = find.searched
    problems = [(drive, broken[drive.id]) for drive in drives if drive.id in broken]
    if problems and not searched:
        raise drive_error(*problems[0], others=len(problems) - 1)
    return {
        "query": query.text,
        "total": counted,
        "seconds": round(seconds, 6),
        "results": [hit.document() for hit in found],
        "problems": [drive_problem(drive, error) for drive, error in problems],
        "limit": page.limit,
        "offset": offset,
        "next": _cursor(found[-1]) if len(found) == page.limit else None,
    }


def _reachable(offset: int, total: int) -> int:
    """An offset behind the last hit is lowered to it; one that is only deep is refused."""
    if offset < total:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "request.invalid",
            f"offset goes to {_DEEPEST}",
            "Deeper pages: send the `next` of a page as `after`.",
        )
    return total


def _cursor(last: Found) -> str:
    place = [last.drive.id, last.hit.mtime_ns, last.hit.file_id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(cursor: str, drives: Sequence[Drive]) -> Found:
    """The hit that a cursor stands for, as far as a page behind it needs it."""
    drive, mtime_ns, file_id = None, 0, 0
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        drive_id, mtime_ns, file_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        drive = next((drive for drive in drives if drive.id == drive_id), None)
    numbers = all(type(number) is int and abs(number) < 1 << 62 for number in (mtime_ns, file_id))
    if drive is None or not numbers:
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "request.invalid",
            "after: it is no `next` of this search",
            "Send it as it was answered, with the same drives.",
        )
    return Found(drive, b"", Hit(mtime_ns, file_id, 0, b"", 0, 0, None), "")
