"""A real server in a process of its own, over a small catalogue, and asking it."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.engine import Engine, open_engine
from app.jobs.job import Job
from app.operations import run
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings

KEY = "a-key-that-nobody-guesses"
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Answer:
    """What came back; `document` is None where it is no JSON."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error of an envelope, which holds nothing else."""
        document = self.document
        assert list(document) == ["error"], document
        assert list(document["error"]) == ["code", "message", "hint", "context"]
        return document["error"]

    @property
    def code(self) -> str:
        return str(self.error["code"])


@dataclass(slots=True)
class Api:
    """A running server."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    address: str = field(init=False)

    def __post_init__(self) -> None:
        self.address = f"http://{self.host}:{self.port}"

    def ask(
        self,
        path: str,
        /,
        *,
        method: str = "GET",
        key: str | None = KEY,
        headers: dict[str, str] | None = None,
        body: Any = None,
        **query: Any,
    ) -> Answer:
        """One request; `body` is sent as JSON, bytes as they are."""
        sent = dict(headers or {})
        if key is not None:
            sent["X-API-Key"] = key
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            target = f"{path}?{urlencode(query, doseq=True)}" if query else path
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, /, **query: Any) -> Any:
        """The document of a request that is answered well."""
        answer = self.ask(path, **query)
        assert answer.status == 200, answer.body
        return answer.document


def command(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", "--home", str(home), "serve", *arguments]


def environment(**more: str) -> dict[str, str]:
    """That of the test, without keys of the developer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return kept | {"PYTHONPATH": str(ROOT)} | more


@contextmanager
def serving(home: Path, *arguments: str, environ: dict[str, str] | None = None) -> Iterator[Api]:
    """A server on a free port; it ends with the block, and well."""
    process = subprocess.Popen(
        command(home, "--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment(**(environ or {"REELMARK_API_KEY": KEY})),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline().decode()
        assert line.startswith("API listening on http://"), line + process.stderr.read().decode()
        host, _, port = line.strip().rpartition("/")[2].rpartition(":")
        yield Api(process, host, int(port))
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, process.stderr.read().decode()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def make_engine(folder: Path) -> Engine:
    """The engine over a working directory."""
    home = find_home(folder, {})
    return open_engine(load_settings(home, {}), home)


def scan(home: Path, tree: Path, label: str, *, inventory_only: bool = True) -> None:
    """Catalogue a folder as a drive."""
    run(make_engine(home), "scan", ScanRequest((str(tree),), label, inventory_only=inventory_only), Job())


def make_tree(folder: Path) -> Path:
    """A shot with a sequence that lacks frames, notes, and names that are no words."""
    (folder / "movies").mkdir(parents=True)
    (folder / "sh010").mkdir()
    for frame in (1001, 1002, 1005):
        (folder / "sh010" / f"sh010_hdr.{frame}.exr").write_bytes(b"x" * frame)
    (folder / "movies" / "clip.mp4").write_bytes(b"m" * 5000)
    (folder / "movies" / "HDR grade.txt").write_text("notes", encoding="utf-8")
    (folder / "=1+1.txt").write_text("formula", encoding="utf-8")
    (folder / "<b>bold & \x07.txt").write_text("html", encoding="utf-8")
    (folder / os.fsdecode(b"raw \xff.txt")).write_bytes(b"r")
    return folder
