"""What the tests of sidecars and verdicts share: an engine over an empty home, plates to crawl."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.engine import Engine, open_engine
from app.jobs.job import Job
from app.paths import find_home
from app.qc.crawl import CrawlRequest, CrawlResult, qc_crawl
from app.qc.signoff import SignOffRequest, sign_off
from app.qc.status import AssetStatus, StatusRequest, qc_status
from app.settings import load_settings

CLIP_NS = 1_762_870_000_123_456_789
"""Modification time of the clip that the frozen sidecars speak of."""


def media(path: Path, data: bytes, mtime_ns: int = CLIP_NS) -> Path:
    """A file that was written long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def frames(folder: Path, *numbers: int, base: str = "sh010.") -> Path:
    """A sequence, as the frozen sidecars have it for 1001, 1002, 1004 and 1005."""
    for index, number in enumerate(numbers):
        media(folder / f"{base}{number:04d}.exr", b"frame %d\n" % number, CLIP_NS + index)
    return folder


def edit(path: Path, data: bytes) -> None:
    """Write something else, as a program would: the time moves on."""
    path.write_bytes(data)
    os.utime(path, ns=(CLIP_NS + 10**12, CLIP_NS + 10**12))


def document(path: Path) -> dict[str, Any]:
    """A sidecar's JSON."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Inode, time and content of each file below a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over a working directory that is empty."""
    home = find_home(str(tmp_path_factory.mktemp("home")), {})
    return open_engine(load_settings(home, {}, {}), home)


class Reviewer:
    """Crawls, signs and asks."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def crawl(self, *paths: Path, **options: Any) -> CrawlResult:
        return qc_crawl(self.engine, CrawlRequest(paths, workers=1, **options), Job())

    def sign(self, path: Path, result: str = "pass", operator: str = "alice", **options: Any) -> dict[str, Any]:
        return sign_off(self.engine, SignOffRequest(path, operator, result, **options), Job()).document

    def status(self, *paths: Path) -> dict[str, AssetStatus]:
        return {status.path.name: status for status in qc_status(self.engine, StatusRequest(paths), Job()).assets}


@pytest.fixture
def reviewer(engine: Engine) -> Reviewer:
    """Somebody at work with an engine of their own."""
    return Reviewer(engine)


Frozen = Callable[[str, Path], Path]


@pytest.fixture
def frozen() -> Frozen:
    """Puts a frozen sidecar beside media."""
    golden = Path(__file__).resolve().parents[1] / "golden" / "sidecars"

    def put(name: str, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((golden / f"{name}.qc.json").read_bytes())
        return path

    return put


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A drive of 64 kB."""
    folder = tmp_path / "drive"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True)
