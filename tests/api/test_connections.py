"""What a client can do to the server with sockets alone."""

import contextlib
import http.client
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.api.servekit import KEY, Api, serving

WANTED = 10_000
GIGABYTE = 1_000_000_000
HEAD = b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n"
GET = HEAD + b"X-API-Key: " + KEY.encode() + b"\r\n"
POST = b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + KEY.encode() + b"\r\n"


@pytest.fixture(scope="module")
def writer(place: Path) -> Iterator[Api]:
    with serving(place / "home", "--allow-write") as running:
        yield running


@contextlib.contextmanager
def descriptors(wanted: int) -> Iterator[int]:
    """As many descriptors as this test may have, up to those wanted."""
    if sys.platform == "win32":
        yield wanted
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    try:
        yield max(soft, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(api: Api) -> int:
    return int(psutil.Process(api.process.pid).memory_info().rss)


@pytest.mark.parametrize(
    "beginning",
    [b"", HEAD + b"X-Sl", POST + b"Content-Length: 1000\r\n\r\n{"],
    ids=["silent", "half a head", "half a body with the key"],
)
def test_thousands_of_held_connections_do_not_keep_a_request_waiting(writer: Api, beginning: bytes) -> None:
    """Ten thousand, where the system lets this process have as many; else as many as it does."""
    before = memory(writer)
    with descriptors(WANTED + 200) as most, contextlib.ExitStack() as held:
        for number in range(min(WANTED, most - 200)):
            connection = held.enter_context(socket.create_connection((writer.host, writer.port), timeout=30))
            if beginning:
                connection.sendall(beginning)
            if number % 1000 == 0:
                assert writer.ask("/v1/health").status == 200
        assert [writer.ask("/v1/health").status for _ in range(20)] == [200] * 20
        assert len(psutil.Process(writer.process.pid).net_connections()) < 1000
    assert memory(writer) - before < 100_000_000


def send_much(api: Api, head: bytes, chunk: bytes) -> tuple[int, bytes]:
    """Send up to a gigabyte behind a head; how much the server let through, and what it answered."""
    sent = 0
    with socket.create_connection((api.host, api.port), timeout=30) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(head)
            while sent < GIGABYTE:
                sent += connection.send(chunk)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while got := connection.recv(65536):
                answer += got
    return sent, answer


@pytest.mark.parametrize("length", [b"Content-Length: 1000000000\r\n", b"Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize(
    "head", [POST, HEAD + b"X-API-Key: " + KEY.encode() + b"\r\n", HEAD], ids=["post", "get", "no key"]
)
def test_a_body_of_a_gigabyte_is_cut_off_early(writer: Api, head: bytes, length: bytes) -> None:
    before = memory(writer)
    block = b"x" * 65536
    chunk = b"10000\r\n" + block + b"\r\n" if b"chunked" in length else block
    sent, answer = send_much(writer, head + length + b"\r\n", chunk)
    assert sent < 50_000_000
    assert answer.startswith(b"HTTP/1.1 413" if KEY.encode() in head else b"HTTP/1.1 401") or not answer
    assert memory(writer) - before < 50_000_000
    assert writer.ask("/v1/health").status == 200


def test_a_body_over_the_limit_is_answered(writer: Api) -> None:
    refused = writer.ask("/v1/jobs", method="POST", body=b"x" * 70_000)
    assert (refused.status, refused.code) == (413, "request.too_large")
    assert refused.headers["connection"] == "close"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        HEAD * 2 + b"\r\n\r\n\r\n",
        b"\r\n" * 1000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_nonsense_ends_the_connection_and_nothing_else(api: Api, nonsense: bytes) -> None:
    with socket.create_connection((api.host, api.port), timeout=30) as connection:
        connection.sendall(nonsense)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while got := connection.recv(65536):
                answer += got
    assert answer[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 421")
    assert api.ask("/v1/health").status == 200


def test_one_connection_takes_several_requests(api: Api) -> None:
    connection = http.client.HTTPConnection(api.host, api.port, timeout=30)
    for _ in range(3):
        connection.request("GET", "/v1/health", headers={"X-API-Key": KEY})
        response = connection.getresponse()
        assert (response.status, b'"ok"' in response.read()) == (200, True)
    connection.close()


def test_many_clients_at_once_are_all_answered(api: Api) -> None:
    statuses: list[int] = []

    def ask() -> None:
        statuses.extend(api.ask("/v1/search", q="hdr").status for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 200
