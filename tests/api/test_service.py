"""What becomes of a query that nobody waits for, or that takes too long."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import APIRouter, Request
from starlette.responses import Response

import app.api.service
from app.api.connections import Connection
from app.api.server import make_app
from app.api.service import Asked, Served
from app.errors import Cancelled
from app.settings import Api as Settings
from tests.api.servekit import make_engine, make_tree, scan
from tests.api.test_shards import ENDLESS

routes = APIRouter()
begun, stopped = threading.Event(), threading.Event()


def count_for_ever(asked: Asked) -> None:
    (drive,) = asked.drives.all()
    begun.set()
    try:
        with asked.open_shard(drive) as database:
            database.value(ENDLESS)
    except Cancelled:
        stopped.set()
        raise


@routes.get("/endless")
async def endless(request: Request, service: Served) -> Response:
    return await service.answer(request, count_for_ever)


@routes.get("/fault")
async def fault(request: Request, service: Served) -> Response:
    return await service.answer(request, lambda _asked: 1 // 0)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[uvicorn.Server, int]]:
    """The real application with two more routes, in this process."""
    scan(folder / "home", make_tree(folder / "card"), "A001")
    application = make_app(make_engine(folder / "home"), Settings())
    application.include_router(routes)
    begun.clear()
    stopped.clear()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=Connection, ws="none", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield server, listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
    assert not thread.is_alive()


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    try:
        return response.status, response.read()
    finally:
        connection.close()


def test_a_query_stops_when_its_client_goes_away(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert begun.wait(20)
        assert stopped.wait(20)
        assert ask(port, "/v1/health")[0] == 200


def test_a_query_that_takes_too_long_is_stopped_and_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.api.service, "LIMIT_S", 0.3)
    with serving(tmp_path) as (_, port):
        status, body = ask(port, "/endless")
        assert (status, b"request.timeout" in body) == (504, True)
        assert stopped.wait(20)


def test_queries_that_never_end_do_not_keep_the_server_from_stopping(tmp_path: Path) -> None:
    with serving(tmp_path) as (server, port), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert begun.wait(20)
        server.should_exit = True
        assert stopped.wait(20)


def test_a_fault_of_ours_is_answered_without_its_details(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serving(tmp_path) as (_, port):
        status, body = ask(port, "/fault")
    assert status == 500
    assert b"internal.unexpected" in body
    assert b"by zero" not in body
    assert "ZeroDivisionError" in caplog.text


def test_what_hangs_at_a_drive_keeps_no_search_from_being_answered(tmp_path: Path) -> None:
    free = threading.Event()

    @routes.get("/hanging")
    async def hanging(request: Request, service: Served) -> Response:
        return await service.answer(request, lambda _asked: free.wait(20), media=True)

    with serving(tmp_path) as (_, port), ExitStack() as held:
        for _ in range(8):
            client = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(b"GET /hanging HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert ask(port, "/v1/search")[0] == 200
        free.set()
