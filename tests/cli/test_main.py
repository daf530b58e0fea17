"""The program as a process: how fast it is there, what it loads, how it is started and stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app import __version__
from app.cli.main import main

REPOSITORY = Path(app.__file__).parents[1]


def environ(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **more}


def reelmark(*arguments: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments], capture_output=True, check=False, env=environ(**more), timeout=60
    )


def test_the_version_is_printed() -> None:
    for arguments in (["--version"], ["--home", "/nowhere", "--version"]):
        done = reelmark(*arguments)
        assert (done.returncode, done.stdout.decode()) == (0, f"reelmark {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--version"], "PySide6 OpenImageIO av PIL numpy peewee apsw typer rich logging json"),
        (["--help"], "PySide6 OpenImageIO av PIL numpy peewee apsw rich fileseq app.cli.info"),
        (["--home", "HOME", "settings", "path"], "PySide6 OpenImageIO av PIL numpy peewee apsw rich app.cli.info"),
    ],
    ids=["version", "help", "settings"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(tmp_path: Path, arguments: list[str], unwanted: str) -> None:
    code = (
        "import sys; from app.cli.main import main; code = main(sys.argv[2:]);"
        "sys.exit(code or ' '.join(set(sys.argv[1].split()) & set(sys.modules)) or 0)"
    )
    arguments = [str(tmp_path) if part == "HOME" else part for part in arguments]
    done = subprocess.run(
        [sys.executable, "-c", code, unwanted, *arguments], capture_output=True, text=True, check=False, env=environ()
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_display_the_window_is_refused_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert main([]) == 7
    assert "reelmark --help" in capsys.readouterr().err


def test_a_bundle_dispatches_on_the_names_that_python_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert main(["-m", "app", "--version"]) == 0
    assert capsys.readouterr().out == f"reelmark {__version__}\n"
    assert main(["-m", "os"]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_that_goes_away_ends_the_program_quietly(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [sys.executable, "-m", "app", "--home", str(tmp_path), "settings", "show"],
        stdout=write,
        stderr=subprocess.PIPE,
        env=environ(),
    ) as process:
        os.close(write)
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


def test_names_reach_any_terminal_and_json_is_utf8_on_all(tmp_path: Path) -> None:
    home = tmp_path / "Ö 日本"
    table = reelmark("--home", str(home), "settings", "path", PYTHONIOENCODING="latin-1")
    assert (table.returncode, table.stderr) == (0, b"")
    assert "Ö".encode("latin-1") in table.stdout
    assert rb"\u65e5" in table.stdout
    document = reelmark("--home", str(home), "settings", "path", "--json", PYTHONIOENCODING="ascii")
    assert "Ö 日本" in document.stdout.decode("utf-8")


STOPPED = """
import sys
from itertools import count
from app.cli.edge import _guarded
from app.cli.front import Front, stop_on_signal
import app.cli.edge
from app.jobs.events import Stage
from app.jobs.job import CancelToken, Job

def work(front, arguments):
    token = CancelToken()
    with stop_on_signal(token):
        for number in Job(token=token).each(Stage.WALK, count()):
            if not number:
                print("begun", flush=True)
            while arguments:
                pass

app.cli.edge._call = work
sys.exit(_guarded(Front(), sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "times", "arguments"),
    [(signal.SIGINT, 1, []), (signal.SIGTERM, 1, []), (signal.SIGINT, 2, ["deaf"])],
    ids=["ctrl-c", "sigterm", "twice"],
)
def test_ctrl_c_stops_cleanly_and_a_second_one_at_once(number: int, times: int, arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"begun\n"
        process.send_signal(number)
        if times == 2:
            while b"press Ctrl-C again" not in process.stderr.readline():
                pass
            process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"What was committed is kept." in said
    assert b"Traceback" not in said
