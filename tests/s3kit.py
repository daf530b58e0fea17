"""Real HTTP object stores on the loopback interface: moto's, one that serves sparse files, and a proxy that counts."""

import email.utils
import http.server
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import boto3

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


class Store:
    """A moto server with one bucket, reached through a proxy that counts what it sends."""

    bucket = "renders"

    def __init__(self, port: int) -> None:
        self.proxy = CountingProxy(port)
        self.direct = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="testing",
            aws_secret_access_key="testing", region_name="us-east-1",
        )  # fmt: skip
        self.direct.create_bucket(Bucket=self.bucket)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.proxy.port}"

    def put(self, key: str, data: bytes | Path) -> str:
        """Store an object; its ETag."""
        body = data.read_bytes() if isinstance(data, Path) else data
        return str(self.direct.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"])

    def clear(self) -> None:
        for found in self.direct.list_objects_v2(Bucket=self.bucket).get("Contents", ()):
            self.direct.delete_object(Bucket=self.bucket, Key=found["Key"])
        self.proxy.sent = 0
        self.proxy.requests = []


class CountingProxy:
    """Passes TCP on, and counts the bytes that come back and the request lines that go out."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sent = 0
        self.requests: list[str] = []
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open += [client, server]
            for one, other, heard in ((client, server, self._asked), (server, client, self._answered)):
                threading.Thread(target=_pump, args=(one, other, heard), daemon=True).start()

    def _asked(self, data: bytes) -> None:
        self.requests += [line.decode() for line in re.findall(rb"^(?:GET|HEAD) \S+", data, re.MULTILINE)]

    def _answered(self, data: bytes) -> None:
        self.sent += len(data)

    def close(self) -> None:
        self._listener.close()
        for each in self._open:
            each.close()


def _pump(one: socket.socket, other: socket.socket, heard: Callable[[bytes], None]) -> None:
    try:
        while data := one.recv(1 << 16):
            heard(data)
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def moto_store() -> Iterator[Store]:
    """A store for as long as the block lasts."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    store = Store(port)
    try:
        yield store
    finally:
        store.direct.close()
        store.proxy.close()
        server.stop()


class Shelf:
    """Objects as files of a folder, served as an S3 store serves them: `/bucket/key`, ranges, ETag, If-Match.

    Attributes:
        faults: what is answered to the next requests instead: a status with an error code, `cut` (half the body),
            `whole` (the range is ignored) or `replace` (the object changes after this answer).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Any] = []
        self.ranges: list[str] = []
        self.sent = 0
        self.etag = '"1"'
        self.heeds_conditions = True
        shelf = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shelf._get(self)

            def do_HEAD(self) -> None:
                shelf._get(self)

            def log_message(self, *_: object) -> None:
                """Stays silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _get(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        fault = self.faults.pop(0) if self.faults else None
        path = self.folder / unquote(handler.path.partition("?")[0]).lstrip("/")
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers.get("Range", ""))
        self.ranges.append(handler.headers.get("Range", ""))
        if isinstance(fault, tuple):
            self._error(handler, *fault)
        elif not path.is_file():
            self._error(handler, 404, "NoSuchKey")
        elif self.heeds_conditions and handler.headers.get("If-Match", self.etag) != self.etag:
            self._error(handler, 412, "PreconditionFailed")
        elif asked and int(asked[1]) >= path.stat().st_size:
            self._error(handler, 416, "InvalidRange")
        else:
            self._send(handler, path, asked if fault != "whole" else None, fault)

    def _send(
        self, handler: http.server.BaseHTTPRequestHandler, path: Path, asked: re.Match[str] | None, fault: Any
    ) -> None:
        size = path.stat().st_size
        start, end = (int(asked[1]), min(int(asked[2]) + 1, size)) if asked else (0, size)
        handler.send_response(206 if asked else 200)
        if asked:
            handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        handler.send_header("Content-Length", str(end - start))
        handler.send_header("ETag", self.etag)
        handler.send_header("Last-Modified", email.utils.formatdate(1_795_168_800, usegmt=True))
        handler.end_headers()
        if handler.command == "HEAD":
            return
        # All that a test may ask about is written down before the bytes go: after the last one its reader goes on.
        if fault == "cut":
            handler.close_connection = True
        if fault == "replace":
            self.etag = f'"{int(self.etag[1:-1]) + 1}"'
        with path.open("rb") as file:
            file.seek(start)
            left = end - start if fault != "cut" else (end - start) // 2
            while left > 0 and (data := file.read(min(left, 1 << 16))):
                self.sent += len(data)
                left -= len(data)
                try:
                    handler.wfile.write(data)
                except OSError:
                    handler.close_connection = True
                    return

    def _error(self, handler: http.server.BaseHTTPRequestHandler, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>told</Message></Error>".encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Content-Type", "application/xml")
        handler.end_headers()
        handler.wfile.write(body)
