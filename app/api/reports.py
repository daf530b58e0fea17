"""`/v1/reports`: summaries of what drives hold, connected or not."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.api.answers import Refused
from app.api.parameters import DriveLabels, Page, PageWish
from app.api.service import Asked, Served
from app.catalog.documents import drive_error, drive_problem
from app.errors import AppError
from app.reports.sections import SECTIONS, ReportOptions, make_reports
from app.reports.shows import shows_options

#: A report is a ranking: what comes so late in it is nobody's question.
_DEEPEST = 10_000

routes = APIRouter(tags=["reports"])


@routes.get("/v1/reports")
async def list_reports(request: Request, service: Served) -> Response:
    """The reports that there are."""
    reports = [
        {"report": section.name, "title": section.title, "path": f"/v1/reports/{section.name}"}
        for section in SECTIONS.values()
    ]
    return await service.answer(request, lambda _asked: {"reports": reports})


@routes.get("/v1/reports/{report}")
async def show_report(
    request: Request,
    service: Served,
    page: Page,
    drive_label: DriveLabels,
    report: Annotated[str, Path(description=f"One of {', '.join(SECTIONS)}.")],
    depth: Annotated[int, Query(ge=1, le=64, description="heaviest-folders: so many levels deep.")] = 2,
    days: Annotated[int, Query(ge=1, le=36_500, description="recent: so many days back, today counting as one.")] = 30,
) -> Response:
    """One report over all drives or some, as `reelmark report` tells it; `limit` and `offset` go over its `rows`."""
    work = partial(_make, name=report, labels=drive_label, page=page, depth=depth, days=days)
    return await service.answer(request, work)


def _make(asked: Asked, name: str, labels: list[str], page: PageWish, depth: int, days: int) -> dict[str, Any]:
    if name not in SECTIONS:
        raise Refused(
            HTTPStatus.NOT_FOUND, "report.not_found", f"There is no report {name}", f"There are {', '.join(SECTIONS)}."
        )
    offset = min(page.offset, _DEEPEST)
    drives = asked.drives.named(labels)
    broken: dict[str, AppError] = {}
    options = ReportOptions(page.limit + offset, depth, days, shows_options(asked.engine.settings.production))
    made = make_reports(asked.shards, drives, name, options, token=asked.token, broken=broken)
    problems = [(drive, broken[drive.id]) for drive in drives if drive.id in broken]
    if problems and len(problems) == len(drives):
        raise drive_error(*problems[0], others=len(problems) - 1)
    document = made.document()
    document["rows"] = [] if page.offset > offset else document["rows"][offset : offset + page.limit]
    return {
        **document,
        "problems": [drive_problem(drive, error) for drive, error in problems],
        "limit": page.limit,
        "offset": page.offset,
    }
