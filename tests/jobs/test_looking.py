"""Looking at folders never waits for a share that is gone: here a mount whose server never answers."""

import subprocess
import sys
from pathlib import Path

from app.jobs.looking import folders_there
from tests.mounting import dead_share_script, needs_dead_share
from tests.unprivileged import REPOSITORY, document


def test_folders_here_are_asked_directly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wanted = [str(tmp_path), str(tmp_path / "file"), str(tmp_path / "nowhere")]
    assert list(folders_there(wanted).values()) == [True, False, False]


def in_dead_share(folder: Path, script: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs a shell script while a share that never answers is mounted at a folder."""
    return subprocess.run(
        [*dead_share_script(folder), script],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        timeout=120,
    )


@needs_dead_share
def test_a_share_that_never_answers_keeps_no_other_folder_back(tmp_path: Path) -> None:
    dead, alive = tmp_path / "dead", tmp_path / "alive"
    dead.mkdir()
    alive.mkdir()
    code = (
        "from app.jobs.looking import folders_there\n"
        f"found = folders_there([{str(dead)!r}, {str(alive)!r}], 1.0)\n"
        f"print(found[{str(dead)!r}], found[{str(alive)!r}])"
    )
    process = in_dead_share(dead, f"exec '{sys.executable}' -c \"{code}\"")
    assert process.stdout.split() == [b"None", b"True"]


@needs_dead_share
def test_a_dead_drive_keeps_no_scan_search_or_list_of_another_back(tmp_path: Path) -> None:
    dead, alive, home = tmp_path / "dead", tmp_path / "alive", tmp_path / "h"
    for folder in (dead, alive):
        folder.mkdir()
        (folder / "take.mov").touch()
    reelmark = f"'{sys.executable}' -m app --home '{home}'"
    subprocess.run(f"{reelmark} scan '{dead}' --inventory-only", shell=True, cwd=REPOSITORY, check=True)
    for command, code in (
        (f"scan '{alive}' --inventory-only --json", 0),
        ("search take --json", 0),
        ("drives list --json", 0),
        (f"scan '{tmp_path}' --json", 4),
        (f"scan '{dead}' --op-timeout 1 --json", 3),
    ):
        process = in_dead_share(dead, f"exec {reelmark} {command}")
        assert process.returncode == code, (command, process.stderr)
        found = document(process)
    assert found["error"]["code"] == "drive.gone" and "does not answer" in found["error"]["message"]
