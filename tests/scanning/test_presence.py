"""A drive that is pulled in the middle: nothing is missing, nothing is damaged, and the scan goes on afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import DriveGone
from app.jobs.job import Job
from app.operations import run
from app.scanning.verify import VerifyRequest
from tests.mounting import needs_mounts
from tests.unprivileged import REPOSITORY

from .conftest import Studio

_PULL = """
import os, sys
if any("jobs.childmain" in part for part in sys.orig_argv):
    real = os.{call}
    def pulled(path, *rest, **named):
        if os.fsdecode(path).endswith({name!r}) and os.path.isdir({base!r}):
            os.rename({base!r}, {base!r} + ".away")
        return real(path, *rest, **named)
    os.{call} = pulled
"""
_STUMBLE = """
import errno, os, sys
def stumbling(real, end, times):
    left = [times]
    def call(path, *rest, **named):
        if os.fsdecode(path).endswith(end) and left[0]:
            left[0] -= 1
            raise OSError(errno.ESTALE, "Stale file handle")
        return real(path, *rest, **named)
    return call
if any("jobs.childmain" in part for part in sys.orig_argv):
    os.scandir, os.open = stumbling(os.scandir, "/b", 2), stumbling(os.open, "c/1.txt", 1)
"""


def in_children(studio: Studio, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let every child process run this before it begins."""
    site = studio.base.parent / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]))


def pull_at(studio: Studio, monkeypatch: pytest.MonkeyPatch, call: str, name: str) -> None:
    """Take the drive away in the moment when a child calls this for the file of that name."""
    in_children(studio, monkeypatch, _PULL.format(call=call, name=name, base=str(studio.base)))


def put_back(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    Path(f"{studio.base}.away").rename(studio.base)


@pytest.fixture
def card(studio: Studio) -> Studio:
    for folder in "abc":
        for number in range(6):
            studio.write(f"{folder}/{number}.txt", f"{folder}{number}".encode() * 50)
    return studio


@pytest.mark.parametrize(("call", "name"), [("scandir", "/b"), ("open", "b/3.txt")])
def test_a_drive_pulled_in_the_middle_of_a_scan_loses_nothing(
    card: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: str, name: str
) -> None:
    undisturbed = Studio(tmp_path / "other")
    for path in card.base.rglob("*.txt"):
        copy = undisturbed.write(str(path.relative_to(card.base)), path.read_bytes())
        os.utime(copy, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    undisturbed.scan(inventory_only=False)
    pull_at(card, monkeypatch, call, name)
    with pytest.raises(DriveGone):
        card.scan(inventory_only=False)
    put_back(card, monkeypatch)
    assert card.rows("SELECT state FROM scan") == [("gone",)]
    assert card.rows("SELECT count(*) FROM file WHERE missed_scan IS NOT NULL") == [(0,)]
    assert card.rows("SELECT count(*) FROM problem") == [(0,)]
    document = card.scan(inventory_only=False)
    assert document["resumed"] and not document["failed"]
    assert card.content() == undisturbed.content()


@needs_mounts
def test_what_is_listed_below_a_mount_that_is_gone_is_not_the_drive(tmp_path: Path) -> None:
    home, base, site = tmp_path / "h", tmp_path / "mnt", tmp_path / "site"
    base.mkdir()
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import os, subprocess, sys\n"
        "if any('listing' in part or 'arrangement' in part for part in sys.orig_argv):\n"
        f"    subprocess.run(['umount', '-l', {str(base)!r}])\n"
    )
    scan = f"'{sys.executable}' -m app --home '{home}' scan '{base}' --drive Card --json"
    script = (
        f"mount -t tmpfs card '{base}'; mkdir '{base}/a'; echo x > '{base}/a/x'\n"
        f"PYTHONPATH='{site}:{REPOSITORY}' {scan} > '{tmp_path}/first' || echo $? > '{tmp_path}/rc'\n"
        f"mount -t tmpfs card '{base}'; mkdir '{base}/a'; echo x > '{base}/a/x'\n{scan} > '{tmp_path}/second'\n"
    )
    subprocess.run(["unshare", "-m", "sh", "-ec", script], cwd=REPOSITORY, capture_output=True, check=True)
    assert json.loads((tmp_path / "first").read_text())["error"]["code"] == "drive.gone"
    assert (tmp_path / "rc").read_text() == "3\n"
    assert json.loads((tmp_path / "second").read_text())["counts"]["files"] == 1


def test_a_drive_pulled_while_it_is_verified_has_no_suspects(card: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    card.scan(inventory_only=False, drive="Card")
    pull_at(card, monkeypatch, "open", "b/3.txt")
    with pytest.raises(DriveGone, match="went away"):
        run(card.engine, "verify", VerifyRequest(drive="Card"), Job())
    put_back(card, monkeypatch)
    assert card.rows("SELECT count(*) FROM suspect") == [(0,)]
    assert run(card.engine, "verify", VerifyRequest(drive="Card"), Job()).ok == 18


@pytest.mark.skipif(sys.platform == "win32", reason="errors of a share as POSIX names them")
def test_a_share_that_stumbles_is_asked_again(card: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    in_children(card, monkeypatch, _STUMBLE)
    counts = card.scan(inventory_only=False)["counts"]
    assert (counts["files"], counts["unreadable"]) == (18, 0)
    assert card.rows("SELECT count(*) FROM file WHERE hash IS NULL") == [(0,)]
