"""`reelmark demo` as a new user runs it: what is read, what a second call says, and the JSON."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app.cli.main import main

REPOSITORY = Path(app.__file__).parents[1]


class User:
    """Runs the command in a process of its own, with a working directory and a library of its own."""

    def __init__(self, folder: Path) -> None:
        self.home, self.library = folder / "home", folder / "my library"

    def demo(self, *options: str) -> str:
        command = [sys.executable, "-m", "app", "--home", str(self.home), "demo", str(self.library), *options]
        environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, capture_output=True, check=False, env=environ, timeout=300)
        assert (done.returncode, done.stderr.decode()) == (0, "")
        return done.stdout.decode()


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> User:
    return User(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def first(user: User) -> str:
    return user.demo()


def test_a_new_user_reads_everything_there_is_to_see(user: User, first: str) -> None:
    sidecar = user.library / "HRBR/seq010/sh020/lighting/v002/.qc/HRBR_sh020_beauty_v002.####.exr.qc.json"
    (shard,) = (user.home / "shards").glob("*.db")
    for told in (
        *(f"Library  {user.library}", "110 files made", "Drive    Demo", f"Shard    {shard}", "111 new"),
        *("HRBR_sh010_comp_v004.####.exr", "1013-1015,1031", "2 damaged files", "the file is cut off"),
        *("demo operator", f"sidecar {sidecar}", f"reelmark --home {user.home} search"),
    ):
        assert told in first
    assert sidecar.is_file()


@pytest.mark.usefixtures("first")
def test_a_second_call_says_that_all_is_there(user: User) -> None:
    second = user.demo("--no-window")
    assert "all 110 files were there already" in second
    assert "0 new, 0 changed" in second
    assert "demo operator, as before" in second


@pytest.mark.usefixtures("first")
def test_the_json_has_the_documented_keys(user: User) -> None:
    document = json.loads(user.demo("--json"))
    assert list(document) == ["library", "drive", "scan", "findings", "verdicts"]
    library = user.library.as_posix()
    assert document["library"] == {"path": library, "files_made": 0, "files_kept": 110}
    assert document["drive"] == document["scan"]["drive"]
    missing, cut_off, *_ = document["findings"]
    assert (missing["kind"], missing["frames"]) == ("missing_frames", "1013-1015,1031")
    assert (cut_off["kind"], cut_off["path"].startswith(library)) == ("damaged", True)
    judged = [verdict for verdict in document["verdicts"] if verdict["operator"] == "demo operator"]
    assert [verdict["verdict"] for verdict in judged] == ["fail", "pass"]
    assert all(Path(verdict["sidecar"]).is_file() for verdict in judged)


@pytest.mark.usefixtures("first")
def test_what_it_says_to_try_next_works(first: str, capfd: pytest.CaptureFixture[str]) -> None:
    lines = [shlex.split(line) for line in first.partition("Try next:")[2].splitlines() if line.strip()]
    assert len(lines) == 4
    for reelmark, *arguments in lines[:-1]:
        assert reelmark == "reelmark"
        assert main(arguments) == 0
        assert "HRBR" in capfd.readouterr().out


def test_a_folder_of_somebody_else_is_an_unusable_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "holiday.jpg").touch()
    assert main(["--home", str(tmp_path / "home"), "demo", str(tmp_path), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "demo.not_ours"
