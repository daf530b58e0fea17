"""`/v1/jobs`: what ran and what runs; with writing allowed, starting and cancelling."""

import dataclasses
import difflib
import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.responses import Response

from app.api.answers import Refused, document_answer, json_bytes
from app.api.parameters import Page, PageWish
from app.api.service import Asked, Served
from app.catalog.jobs import JobEntry
from app.errors import InputError, UsageError
from app.model.times import rfc3339
from app.operations import OPERATIONS, Operation

_MOST_HISTORY = 100_000
_LONGEST_NUMBER = 18

#: Operations that nobody may ask for over a wire: they run programs of others.
_NOT_HERE = frozenset(("install_tool",))
#: Fields of requests that hold a place on a disk.
_PLACES = (
    "path", "paths", "folder", "receipt", "shard", "backup", "root", "a", "b", "picture", "policy", "waivers", "out",
    "sink",
)  # fmt: skip

routes = APIRouter(tags=["jobs"])

_log = logging.getLogger(__name__)


class JobWish(BaseModel):
    """A job to start: an operation and what it is asked."""

    model_config = ConfigDict(extra="forbid")

    operation: Annotated[str, Field(description="Name of an operation, such as scan.", max_length=100)]
    request: Annotated[dict[str, Any], Field(description="The fields of its request.", default_factory=dict)]


@routes.get("/v1/jobs")
async def list_jobs(request: Request, service: Served, page: Page) -> Response:
    """Jobs of every front as the catalogue remembers them, newest first, and those that this server runs (`here`)."""
    here = [job.brief() for job in service.jobs.all()]
    return await service.answer(request, lambda asked: _history(asked, page, here))


@routes.get("/v1/jobs/{job_id}")
async def show_job(request: Request, service: Served, job_id: str) -> Response:
    """One job: by the id that starting it answered, or by its number in the history."""
    job = service.jobs.find(job_id)
    if job is not None:
        return document_answer(json_bytes({"job": job.document()}))
    return await service.answer(request, lambda asked: {"job": _entry_document(_entry(asked, job_id))})


@routes.post("/v1/jobs", status_code=HTTPStatus.ACCEPTED)
async def start_job(service: Served, wish: Annotated[JobWish, Body()]) -> Response:
    """Start an operation in the background. Only with `serve --allow-write`."""
    service.engine.home.require_writable()
    operation = _operation(wish.operation)
    asked = _request_of(operation.request_type(), wish.request)
    _require_whole_paths(asked)
    job = service.jobs.start(wish.operation, asked)
    _log.info("job %s was asked for over the API: %s", wish.operation, job.id)
    answer = document_answer(json_bytes({"job": job.document()}), HTTPStatus.ACCEPTED)
    answer.headers["Location"] = f"/v1/jobs/{job.id}"
    return answer


@routes.delete("/v1/jobs/{job_id}", status_code=HTTPStatus.ACCEPTED)
async def cancel_job(request: Request, service: Served, job_id: str) -> Response:
    """Ask a job that this server runs to stop. Only with `serve --allow-write`."""
    job = service.jobs.find(job_id)
    if job is None:
        await service.answer(request, _exists(job_id))
        raise Refused(
            HTTPStatus.CONFLICT,
            "state.conflict",
            f"Job {job_id} was not started by this server",
            "Stop it in the program that runs it.",
        )
    job.token.cancel()
    return document_answer(json_bytes({"job": job.document()}), HTTPStatus.ACCEPTED)


def _exists(job_id: str) -> Callable[[Asked], Any]:
    return lambda asked: _entry_document(_entry(asked, job_id))


def _operation(name: str) -> Operation:
    """The operation of that name.

    Raises:
        UsageError: there is none.
        Refused: it is not done for other programs.
    """
    if name in _NOT_HERE:
        raise Refused(
            HTTPStatus.FORBIDDEN, "job.not_here", f"{name} is not done over the API", "Run it on the machine itself."
        )
    operation = OPERATIONS.get(name)
    if operation is None:
        known = [known for known in OPERATIONS if known not in _NOT_HERE]
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"there is no operation {name}",
            hint=f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}.",
        )
    return operation


def _require_whole_paths(request: Any) -> None:
    """Refuse paths that only mean something to who knows in which folder the server was started.

    A path below a drive that is named beside it is whole, and so are the name of a backup and the id of a policy.

    Raises:
        UsageError: one is relative, or no path at all.
    """
    for name in _PLACES:
        value = getattr(request, name, None)
        places = value if isinstance(value, tuple) else () if value is None else (value,)
        for place in map(str, places):
            if "\0" in place:
                raise UsageError(f"request.{name}: a path holds no NUL")
            if not (Path(place).is_absolute() or _is_whole(request, name, place)):
                raise UsageError(f"request.{name}: {place} is not an absolute path", hint="Send the whole path.")


def _is_whole(request: Any, name: str, place: str) -> bool:
    """Whether what is no absolute path stands for one all the same, or for none."""
    match name:
        case "path":
            return bool(getattr(request, "drive", None))
        case "backup":
            return Path(place).name == place
        case "policy":
            return Path(place).name == place and Path(place).suffix not in (".yaml", ".yml")
        case "sink":
            kind, _, folder = place.partition(":")
            return kind != "parquet" or Path(folder).is_absolute()
        case "picture" | "waivers" | "out":
            return not place
    return False


def _request_of(kind: type, given: dict[str, Any]) -> Any:
    """The request of an operation from its fields.

    Raises:
        UsageError: a field is not known, is missing, or has a wrong value.
    """
    known = [declared.name for declared in dataclasses.fields(kind)]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                f"request: there is no field {name}",
                hint=f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}.",
            )
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(str(part) for part in wrong["loc"])
        raise UsageError(f"request.{field}: {wrong['msg']}", hint=f"There are {', '.join(known)}.") from error


def _history(asked: Asked, page: PageWish, here: list[dict[str, Any]]) -> dict[str, Any]:
    entries = asked.engine.catalog.jobs.newest(min(page.limit + page.offset, _MOST_HISTORY))
    shown = entries[page.offset : page.offset + page.limit]
    return {
        "jobs": [_entry_document(entry) for entry in shown],
        "here": here,
        "limit": page.limit,
        "offset": page.offset,
    }


def _entry(asked: Asked, job_id: str) -> JobEntry:
    number = job_id.isascii() and job_id.isdigit() and len(job_id) <= _LONGEST_NUMBER
    found = asked.engine.catalog.jobs.find(int(job_id)) if number else None
    if found is None:
        raise InputError(f"there is no job {job_id}", hint="/v1/jobs lists them.", code="job.not_found")
    return found


def _entry_document(entry: JobEntry) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "operation": entry.operation,
        "title": entry.title,
        "drive_id": entry.drive_id,
        "state": entry.state,
        "started": rfc3339(entry.started_us),
        "ended": rfc3339(entry.ended_us) if entry.ended_us else None,
        "summary": entry.summary,
    }
