"""What the API answers: documents as JSON, and every error in the envelope that the command line prints too."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.errors import AppError, HeldByAnother, InputError, MissingPart, ServiceError, UsageError
from app.model.documents import json_text

JSON_TYPE = "application/json"


class Refused(AppError):
    """A request that the API itself turns down; it knows its own status.

    Args:
        status: of HTTP.
        code: dotted identifier for programs.
        message: what is wrong with the request.
        hint: what to do about it.
        headers: further headers of the answer.
        context: JSON-ready details.
    """

    exit_code = 2

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        hint: str = "",
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> None:
        super().__init__(message, hint=hint, code=code, context=context)
        self.status = status
        self.headers = headers or {}


def status_of(error: AppError) -> int:
    """The status of HTTP that tells what kind of error it is."""
    if isinstance(error, Refused):
        return error.status
    if error.code.endswith((".not_found", ".no_record", ".no_asset")):
        return HTTPStatus.NOT_FOUND
    statuses: tuple[tuple[type[AppError], HTTPStatus], ...] = (
        (UsageError, HTTPStatus.UNPROCESSABLE_ENTITY),
        (HeldByAnother, HTTPStatus.CONFLICT),
        (ServiceError, HTTPStatus.BAD_GATEWAY),
        (MissingPart, HTTPStatus.NOT_IMPLEMENTED),
        (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    )
    found = (status for kind, status in statuses if isinstance(error, kind))
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def error_answer(error: AppError) -> Response:
    """An error as an answer."""
    headers = error.headers if isinstance(error, Refused) else {}
    text = json_text(error.envelope(), indent=None)
    return Response(text.encode(), status_of(error), headers, JSON_TYPE)


def document_answer(body: bytes, status: int = HTTPStatus.OK) -> Response:
    """A document that was made into JSON already."""
    return Response(body, status, media_type=JSON_TYPE)


def json_bytes(document: Any) -> bytes:
    """A document as the body of an answer."""
    return json_text(document, indent=None).encode()


def answer_errors(app: FastAPI) -> None:
    """Let every error of an application be answered in the envelope."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


async def _app_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return error_answer(error)


async def _wrong_parameters(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [_wrong(found) for found in error.errors()]
    first = wrong[0] if wrong else {"parameter": "", "message": "it cannot be read"}
    message = f"{first['parameter'] or 'The request'}: {first['message']}"
    return error_answer(
        Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY, "request.invalid", message, "/docs lists the parameters.", errors=wrong
        )
    )


def _wrong(found: Any) -> dict[str, str]:
    """One wrong parameter, or field of the body."""
    if found["type"] == "json_invalid":
        return {"parameter": "", "message": f"the body is no JSON (at character {found['loc'][-1]})"}
    return {"parameter": ".".join(str(part) for part in found["loc"][1:]), "message": found["msg"]}


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "GET")
        return error_answer(refused_method(request.method, allowed))
    if error.status_code == HTTPStatus.NOT_FOUND:
        return error_answer(
            Refused(HTTPStatus.NOT_FOUND, "route.not_found", f"There is nothing at {request.url.path}", "See /docs.")
        )
    return error_answer(Refused(HTTPStatus.UNPROCESSABLE_ENTITY, "request.invalid", "The body is no JSON"))


def refused_method(method: str, allowed: str, hint: str = "") -> Refused:
    """The error for a method that a route does not have, or not now."""
    return Refused(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "request.method",
        f"{method} is not possible here",
        hint or f"Use {allowed}.",
        {"Allow": allowed},
    )


async def _bug(_request: Request, error: Exception) -> Response:
    return error_answer(
        AppError(f"This is a fault of the program: {type(error).__name__}", hint="The details are in the server's log.")
    )
