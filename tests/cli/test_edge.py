"""How a call ends: the exit code, what is said, and where."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import edge
from app.cli.main import CommandEntry, main
from tests.unprivileged import REPOSITORY

MODULE = '''
import typer
from app.cli.front import JsonOption, front_of
from app.errors import Cancelled, HeldByAnother

app = typer.Typer()


@app.command()
def probe(ctx: typer.Context, kind: str, json: JsonOption = False) -> int:
    """Ends in the way that was asked for."""
    front = front_of(ctx)
    if kind != "early":
        front.settings
    if kind == "held":
        raise HeldByAnother("The shard of A\\x1b[2J is locked.", hint="Wait.", context={"drive": "A"})
    if kind == "stop":
        raise Cancelled
    if kind in ("bug", "early"):
        raise RuntimeError("CUDA out of memory")
    if kind == "json":
        front.emit({"json": front.json, "note": float("nan")})
        return 0
    if kind == "exit":
        raise typer.Exit(4)
    return 1
'''


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Adds a command `probe` and returns the arguments before it."""
    (tmp_path / "probe_command.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "probe_command", raising=False)
    monkeypatch.setattr(edge, "COMMANDS", (CommandEntry("probe", "probe_command", "Ends."),))
    return ["--home", str(tmp_path / "home")]


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    captured = capsys.readouterr()
    return json.loads(captured.out)


def test_an_exit_code_is_what_the_command_returns(probe: list[str]) -> None:
    assert main([*probe, "probe", "other"]) == 1
    assert main([*probe, "probe", "exit"]) == 4


def test_an_error_is_said_with_its_hint_and_code(probe: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*probe, "probe", "held"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Error: The shard of A\\x1b[2J is locked.\nWait.\n"


def test_with_json_an_error_is_the_document(probe: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*probe, "probe", "held", "--json"]) == 4
    error = document(capsys)["error"]
    assert (error["code"], error["hint"], error["context"]) == ("catalog.locked", "Wait.", {"drive": "A"})


def test_stopping_is_130_in_both_forms(probe: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*probe, "probe", "stop"]) == 130
    assert "What was committed is kept." in capsys.readouterr().err
    assert main([*probe, "probe", "stop", "--json"]) == 130
    assert document(capsys)["error"]["code"] == "job.cancelled"


def test_a_fault_of_ours_is_70_with_the_traceback_in_the_log(
    probe: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*probe, "probe", "bug"]) == 70
    said = capsys.readouterr().err
    assert "CUDA out of memory" in said
    assert "Traceback" not in said
    log = tmp_path / "home" / "logs" / "reelmark.log"
    assert str(log) in said
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert main([*probe, "probe", "bug", "--json"]) == 70
    assert document(capsys)["error"]["code"] == "internal.unexpected"


def test_a_fault_before_there_is_a_log_shows_its_traceback(
    probe: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*probe, "probe", "early"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["probe"], ["probe", "x", "--bogus"], ["--bogus"], ["prob"], ["probe", "x", "y"]], ids=" ".join
)
def test_wrong_use_is_2_with_and_without_json(
    probe: list[str], arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*probe, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("Error: ")
    assert "help" in captured.err or "Did you mean probe?" in captured.err
    assert main([*probe, *arguments, "--json"]) == 2
    assert document(capsys)["error"]["code"] == "request.invalid"


def test_json_as_a_value_is_no_option(probe: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*probe, "probe", "json", "--json"]) == 0
    assert document(capsys) == {"json": True, "note": None}
    assert main([*probe, "probe", "--", "held"]) == 4
    assert main([*probe, "probe", "--", "--json"]) == 1
    assert capsys.readouterr().out == ""


def test_a_home_or_level_that_cannot_be_used_is_named(
    probe: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--home", str(tmp_path / "file"), "probe", "x", "--json"]) == 3
    assert document(capsys)["error"]["code"] == "home.unusable"
    assert main([*probe, "--log", "loud", "probe", "x"]) == 2
    assert "log.level" in capsys.readouterr().err
    assert main([*probe, "--settings", str(tmp_path / "none.json"), "probe", "x"]) == 3


def test_log_options_choose_level_and_folder(
    probe: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*probe, "--log", "debug", "--log-dir", str(tmp_path / "elsewhere"), "probe", "held"]) == 4
    assert "info: ended with catalog.locked" in capsys.readouterr().err
    assert "catalog.locked" in (tmp_path / "elsewhere" / "reelmark.log").read_text(encoding="utf-8")
    assert not (tmp_path / "home").exists()


def test_help_lists_the_table_without_loading_it(probe: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "probe  Ends." in capsys.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [("--version",), ("--help",), ("drives", "list"), ("drives", "list", "--json"), ("settings", "show", "--json")],
)
def test_output_that_cannot_be_written_is_told_and_is_no_fault(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "app", "--home", tmp_path / "h", *arguments],
            cwd=REPOSITORY,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    said = process.stderr.decode().splitlines()
    assert (process.returncode, said[0]) == (3, "Error: The output could not be written: No space left on device")
    assert len(said) <= 2


@pytest.mark.parametrize("group", ["drives", "qc", "settings"])
def test_a_group_without_a_command_shows_its_help(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([group]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"Usage: reelmark {group}")
    assert "Commands:" in lines


def test_a_wrong_value_is_told_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "search", "x", "--limit", "big"]) == 2
    assert "--limit must be a whole number." in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "drives", "show", "x", "--limit", "-1"]) == 2
    assert "--limit must be 0 or more." in capsys.readouterr().err


def test_what_begins_with_a_dash_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "search", "-dash"]) == 2
    assert "`reelmark search -- -x`" in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "search", "--", "-dash"]) == 0


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("inspect", "inspect [OPTIONS] FILE..."),
        ("check", "check [OPTIONS] [PATH...]"),
        ("qc crawl", "qc crawl [OPTIONS] PATH..."),
        ("similar", "similar [OPTIONS] FILE"),
        ("validate", "validate [OPTIONS] [ROOT]"),
    ],
)
def test_help_names_arguments_as_people_write_them(
    command: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == f"Usage: reelmark {usage}"
    assert not any(sign in said for sign in ("{", "<", "x>="))
