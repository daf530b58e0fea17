"""Portable copies, from files and from a real server on loopback."""

import hashlib
import io
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.diagnostics.installing import InstallRequest, install_tool
from app.engine import Engine
from app.errors import AppError, Cancelled, InputError, UsageError
from app.jobs.job import CancelToken, Job
from app.tools import find_tool

FFMPEG = b"#!/bin/sh\necho ffmpeg version 7.1-static Copyright\n"
OTHER = b"#!/bin/sh\necho I am something else\n"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def install(engine: Engine, source: str | Path, data: bytes, token: CancelToken | None = None) -> str:
    request = InstallRequest("ffmpeg", source=str(source), sha256=sha(data))
    return install_tool(engine, request, Job(token=token)).tool.path


def zipped(entries: dict[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
        if link:
            info = zipfile.ZipInfo("build/ffmpeg")
            info.external_attr = 0o120777 << 16
            packed.writestr(info, link)
    return buffer.getvalue()


def tarred(entries: dict[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as packed:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("build/ffmpeg")
            info.type, info.linkname = tarfile.SYMTYPE, link
            packed.addfile(info)
    return buffer.getvalue()


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


GOOD = {
    "plain": FFMPEG,
    "zip": zipped({"ffmpeg-7.1/bin/ffmpeg": FFMPEG, "ffmpeg-7.1/bin/ffprobe": OTHER, "ffmpeg-7.1/README": b"hello"}),
    "tar.xz": tarred({"ffmpeg-7.1/ffmpeg": FFMPEG, "ffmpeg-7.1/model/ffmpeg.txt": b"hello"}),
    "climbing zip": zipped({"../../../../tmp/ffmpeg": FFMPEG, "..\\..\\evil.txt": b"evil"}),
    "climbing tar": tarred({"/etc/ffmpeg": FFMPEG, "../../evil.txt": b"evil"}),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_portable_copy_lands_in_bin_and_nowhere_else(engine: Engine, tmp_path: Path, kind: str) -> None:
    download = tmp_path / f"download.{kind}"
    download.write_bytes(GOOD[kind])
    before = everything(tmp_path)
    path = install(engine, download, GOOD[kind])
    assert path == str(engine.home.bin / "ffmpeg")
    assert everything(tmp_path) - before == {"home/bin/ffmpeg", *_catalogue(engine)}
    tool = find_tool("ffmpeg", engine.loaded)
    assert (tool.found, tool.version, tool.path) == (True, "7.1-static", path)
    assert os.access(path, os.X_OK)


def _catalogue(engine: Engine) -> set[str]:
    return {f"home/{path.name}" for path in engine.home.root.glob("catalog.db*")}


BAD = {
    "other program": OTHER,
    "no program": b"\x00\x01\x02 nothing that runs",
    "empty": b"",
    "zip without it": zipped({"README": b"hello"}),
    "zip with two": zipped({"a/ffmpeg": FFMPEG, "b/ffmpeg": FFMPEG}),
    "zip with a link": zipped({"README": b"hello"}, link="/bin/sh"),
    "torn zip": GOOD["zip"][:200],
    "tar with a link": tarred({"README": b"hello"}, link="/bin/sh"),
    "torn tar": GOOD["tar.xz"][:100],
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_such_program_leaves_the_one_before(engine: Engine, tmp_path: Path, kind: str) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(FFMPEG)
    bad.write_bytes(BAD[kind])
    install(engine, good, FFMPEG)
    before = everything(engine.home.root)
    with pytest.raises(InputError) as caught:
        install(engine, bad, BAD[kind])
    assert caught.value.exit_code == 3
    assert everything(engine.home.root) == before
    assert find_tool("ffmpeg", engine.loaded).version == "7.1-static"


def test_another_sha256_or_none_installs_nothing(engine: Engine, tmp_path: Path) -> None:
    download = tmp_path / "ffmpeg"
    download.write_bytes(FFMPEG)
    with pytest.raises(InputError, match="is not the file that was meant") as caught:
        install(engine, download, OTHER)
    assert sha(FFMPEG) in caught.value.message
    for wrong in ("", "abc", "g" * 64):
        with pytest.raises(UsageError, match="64 hexadecimal digits"):
            install_tool(engine, InstallRequest("ffmpeg", source=str(download), sha256=wrong), Job())
    assert not (engine.home.bin / "ffmpeg").exists()


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self._answer(302, b"", Location="/ffmpeg")
        elif self.path == "/to-file":
            self._answer(302, b"", Location="file:///bin/sh")
        elif self.path == "/ffmpeg":
            self._answer(200, FFMPEG)
        elif self.path == "/torn":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(FFMPEG)
        else:
            self._answer(404, b"no such file")

    def _answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("path", ["/ffmpeg", "/moved"])
def test_a_portable_copy_is_fetched_from_an_address(engine: Engine, address: str, path: str) -> None:
    install(engine, address + path, FFMPEG)
    assert find_tool("ffmpeg", engine.loaded).found


@pytest.mark.parametrize("path", ["/nothing", "/to-file", "/torn"])
def test_an_address_that_gives_something_else_installs_nothing(engine: Engine, address: str, path: str) -> None:
    with pytest.raises(InputError, match="could not be fetched"):
        install(engine, address + path, FFMPEG)
    assert everything(engine.home.root) <= _catalogue_names(engine)


def _catalogue_names(engine: Engine) -> set[str]:
    return {path.name for path in engine.home.root.glob("catalog.db*")}


@pytest.mark.parametrize("source", ["http://127.0.0.1:1/ffmpeg", "/nowhere/ffmpeg", "/", "http://"])
def test_a_source_that_is_not_there_is_told(engine: Engine, source: str) -> None:
    with pytest.raises(AppError) as caught:
        install(engine, source, FFMPEG)
    assert caught.value.exit_code == 3


def test_a_stopped_fetch_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    download = tmp_path / "ffmpeg"
    download.write_bytes(FFMPEG)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        install(engine, download, FFMPEG, token)
    assert everything(engine.home.root) == set()
