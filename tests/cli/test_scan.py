import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from tests.unprivileged import REPOSITORY, document, reelmark


@pytest.fixture
def media(tmp_path: Path) -> Path:
    base = tmp_path / "media"
    (base / "sub").mkdir(parents=True)
    for number in range(3):
        (base / f"a.{number:04d}.abc").write_bytes(b"x" * number)
    (base / "sub" / "note.txt").write_bytes(b"note")
    return base


def shard_of(home: Path) -> Path:
    (shard,) = (home / "shards").glob("*.db")
    return shard


def test_the_document_has_every_key_it_promises(tmp_path: Path, media: Path) -> None:
    process = reelmark("--home", tmp_path / "h", "scan", media, "--drive", "Card", "--json")
    found = document(process)
    assert process.returncode == 0
    assert process.stderr == b""
    assert set(found) == {
        "drive",
        "scan_id",
        "mode",
        "inventory_only",
        "counts",
        "sequences",
        "hashed",
        "categories",
        "seconds",
        "resumed",
        "failed",
        "pictures",
        "profile",
    }
    assert found["drive"]["label"] == "Card"
    assert Path(found["drive"]["shard"]) == shard_of(tmp_path / "h")
    assert found["counts"] == {
        "files": 4,
        "directories": 2,
        "bytes": 7,
        "new": 4,
        "changed": 0,
        "touched": 0,
        "moved": 0,
        "missing": 0,
        "unchanged": 0,
        "unreadable": 0,
        "skipped": dict.fromkeys(
            ("permission", "long_path", "ignored", "hidden", "link", "special", "mount", "placeholder", "timeout"), 0
        ),
    }
    assert (found["sequences"], found["hashed"]) == (1, {"files": 4, "bytes": 7})
    assert found["categories"] == {"project": {"files": 3, "bytes": 3}, "document": {"files": 1, "bytes": 4}}


def test_a_person_reads_one_line_of_totals_and_the_counts(tmp_path: Path, media: Path) -> None:
    process = reelmark("--home", tmp_path / "h", "scan", media, "--inventory-only")
    lines = process.stdout.decode().splitlines()
    assert lines[0].startswith("media: 4 files in 2 folders, 7 B, 1 sequence (")
    assert "new 4" in lines[1]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["nowhere"], 3, "scan.path"),
        (["media/a.0000.abc"], 3, "scan.path"),
        ([], 2, "request.invalid"),
        (["media", "--mode", "some"], 2, "request.invalid"),
        (["media", "--threads", "0"], 2, "request.invalid"),
        (["media", "--long-paths", "maybe"], 2, "request.invalid"),
    ],
)
def test_wrong_use_is_told_apart_from_wrong_input(
    tmp_path: Path, media: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, error: str
) -> None:
    paths = [str(tmp_path / part) if part in ("nowhere", "media", "media/a.0000.abc") else part for part in arguments]
    process = reelmark("--home", tmp_path / "h", "scan", *paths, "--json")
    assert (process.returncode, document(process)["error"]["code"]) == (code, error)


def test_the_second_scan_of_a_drive_at_once_is_refused_and_names_the_first(tmp_path: Path, media: Path) -> None:
    home = tmp_path / "h"
    reelmark("--home", home, "scan", media, "--inventory-only")
    first = subprocess.Popen(
        [sys.executable, "-m", "app", "--home", home, "scan", media, "--inventory-only"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **slow_children(tmp_path)},
    )
    lock = shard_of(home).with_suffix(".lock")
    try:
        wait_for(lambda: lock.exists() and lock.read_text().startswith(f"{first.pid} "))
        process = reelmark("--home", home, "scan", media, "--json")
        error = document(process)["error"]
        assert (process.returncode, error["code"]) == (4, "shard.locked")
        assert f"process {first.pid} since 20" in error["message"] and "records of media" in error["message"]
        searched = reelmark("--home", home, "search", "note", "--json")
        assert document(searched)["total"] == 1, "readers need not wait"
    finally:
        first.kill()
        first.communicate()
    assert document(reelmark("--home", home, "scan", media, "--inventory-only", "--json"))["resumed"] is True
    assert not lock.exists()


def slow_children(folder: Path) -> dict[str, str]:
    """An environment in which no child ever lists a folder."""
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import os, sys, time\n"
        "parent = os.getppid()\n"
        "while any('files.listing' in part for part in sys.orig_argv) and os.getppid() == parent:\n"
        "    time.sleep(0.05)\n"
    )
    return {"PYTHONPATH": str(site)}


def wait_for(is_so: Any) -> None:
    """Looks until something is so, for half a minute at most."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_scan_cleanly_with_its_children(tmp_path: Path, media: Path, number: int) -> None:
    home = tmp_path / "h"
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--home", home, "scan", media, "--json"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **slow_children(tmp_path)},
    )
    wait_for(lambda: list((home / "shards").glob("*.db")) and psutil.Process(process.pid).children())
    children = psutil.Process(process.pid).children()
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(output)["error"]["code"] == "job.cancelled"
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    jobs = document(reelmark("--home", home, "drives", "show", "media", "--json"))["drives"][0]["scans"]
    assert [scan["state"] for scan in jobs] == ["cancelled"]


def test_two_first_scans_at_once_make_one_drive(tmp_path: Path, media: Path) -> None:
    home = tmp_path / "h"
    command = [sys.executable, "-m", "app", "--home", home, "scan", media, "--inventory-only", "--json"]
    both = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) for _ in range(2)]
    answers = [(json.loads(process.communicate()[0]), process.returncode) for process in both]
    assert {code for _, code in answers} <= {0, 4}
    assert 0 in [code for _, code in answers]
    assert len(document(reelmark("--home", home, "drives", "list", "--json"))["drives"]) == 1


@pytest.mark.parametrize(
    ("spoil", "code", "error"),
    [
        (lambda path: path.write_bytes(b"no database"), 6, "catalog.damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + os.urandom(40960)), 6, "catalog.damaged"),
        (lambda path: set_version(path, 99), 3, "catalog.newer"),
        (lambda path: set_foreign(path), 3, "catalog.unusable"),
    ],
)
def test_a_shard_that_cannot_be_used_is_told(tmp_path: Path, media: Path, spoil: Any, code: int, error: str) -> None:
    home = tmp_path / "h"
    reelmark("--home", home, "scan", media, "--inventory-only")
    spoil(shard_of(home))
    for arguments in (("scan", media, "--inventory-only"), ("search", "note")):
        process = reelmark("--home", home, *arguments, "--json")
        assert (process.returncode, document(process)["error"]["code"]) == (code, error)


def set_version(path: Path, version: int) -> None:
    with Database(path, SHARD) as database:
        database.run(f"PRAGMA user_version={version}")


def set_foreign(path: Path) -> None:
    with Database(path, SHARD) as database:
        database.run("PRAGMA application_id=1")


def test_a_full_disk_stops_the_scan_which_goes_on_later(tmp_path: Path) -> None:
    base, home = tmp_path / "media", tmp_path / "h"
    base.mkdir()
    for number in range(3000):
        (base / f"{number:05d}_{number * 7919 % 3000:x}_a_rather_long_name.txt").touch()
        if number % 100 == 0:
            (base / f"folder{number}").mkdir()
            (base / f"folder{number}" / "inside.txt").touch()
    scan = ("--home", home, "scan", base, "--inventory-only", "--json", "--batch-files", "100")
    process = reelmark(*scan, limit_file_bytes=150_000)
    assert process.returncode == 3, process.stderr
    assert document(process)["error"]["code"] in ("disk.full", "catalog.io")
    again = document(reelmark(*scan))
    assert (again["counts"]["files"], again["counts"]["new"]) == (3030, 3030)
    assert document(reelmark(*scan))["counts"]["unchanged"] == 3030


def test_a_read_only_home_can_be_searched_but_not_scanned_into(tmp_path: Path, media: Path) -> None:
    home = tmp_path / "h"
    reelmark("--home", home, "scan", media, "--inventory-only")
    folders = [home, *[path for path in home.iterdir() if path.is_dir()]]
    for folder in folders:
        folder.chmod(0o555)
    try:
        scanned = reelmark("--home", home, "scan", media, "--json", obey_permissions=True)
        searched = reelmark("--home", home, "search", "note", "--json", obey_permissions=True)
        listed = reelmark("--home", home, "drives", "list", "--json", obey_permissions=True)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert (scanned.returncode, document(scanned)["error"]["code"]) == (3, "home.read_only")
    assert document(searched)["total"] == 1
    assert document(listed)["drives"][0]["label"] == "media"


def test_what_cannot_be_read_is_named_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "bad\udcff.png").write_bytes(b"no picture")
    found = document(reelmark("--home", tmp_path / "h", "scan", tmp_path / "m", "--json"))
    (failed,) = found["failed"]
    assert base64.b64decode(failed["raw_name"]) == b"bad\xff.png"
    assert failed["relative_path"] == "bad\ufffd.png"


def test_a_scan_says_where_the_rest_is_listed(tmp_path: Path) -> None:
    (tmp_path / "My card").mkdir()
    (tmp_path / "My card" / "link").symlink_to("nowhere")
    lines = reelmark("--home", tmp_path / "h", "scan", tmp_path / "My card").stdout.decode().splitlines()
    assert lines[-1] == "All of them: reelmark drives show 'My card' --skipped"
