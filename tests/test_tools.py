"""External programs: real ones, made of a few lines of shell."""

import sys
import time
from pathlib import Path

import pytest

from app.paths import Home
from app.settings import LoadedSettings, load_settings
from app.tools import TOOL_NAMES, find_tool, find_tools

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are shell scripts")


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def settings(home: Path, named: str = "") -> LoadedSettings:
    return load_settings(Home(home), {}, {"tools.ffmpeg": named or None})


@pytest.fixture(autouse=True)
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """PATH with one folder of the test, the system's own behind it."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}")
    return tmp_path / "path"


def test_a_missing_tool_says_how_to_get_it(tmp_path: Path) -> None:
    tools = find_tools(settings(tmp_path))
    assert [tool.name for tool in tools] == list(TOOL_NAMES)
    assert not any(tool.found for tool in tools)
    assert "reelmark tools locate smartctl" in tools[3].hint


def test_settings_come_before_the_own_folder_and_that_before_path(tmp_path: Path, empty_path: Path) -> None:
    on_path = program(empty_path / "ffmpeg", "echo ffmpeg version 5.1.9-0+deb12u1 Copyright")
    assert find_tool("ffmpeg", settings(tmp_path)).path == str(on_path)
    own = program(tmp_path / "bin" / "ffmpeg" / "bin" / "ffmpeg", "echo ffmpeg version 6")
    assert find_tool("ffmpeg", settings(tmp_path)).path == str(own)
    named = program(tmp_path / "with space; $(touch bad)" / "ff", "echo ffmpeg version n7.0 >&2")
    tool = find_tool("ffmpeg", settings(tmp_path, str(named)))
    assert (tool.found, tool.version, tool.path) == (True, "n7.0", str(named))
    assert not (tmp_path / "bad").exists()


def test_a_named_path_that_is_no_program_is_not_replaced_by_another(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path / "ffmpeg", "echo ffmpeg version 5")
    tool = find_tool("ffmpeg", settings(tmp_path, str(tmp_path / "gone")))
    assert not tool.found
    assert str(tmp_path / "gone") in tool.hint


def test_the_current_folder_is_never_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "ffmpeg", "echo ffmpeg version 666")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ":.")
    assert not find_tool("ffmpeg", settings(tmp_path)).found


def test_a_program_that_hangs_or_does_not_start_or_says_nothing_is_not_found(
    tmp_path: Path, empty_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tools._VERSION_TIMEOUT_S", 0.3)
    program(empty_path / "ffmpeg", "/bin/sleep 60 & /bin/sleep 60")
    program(empty_path / "ffprobe", "echo hello")
    program(empty_path / "smartctl", "").write_bytes(b"\x00not a program")
    began = time.monotonic()
    assert "does not answer" in find_tool("ffmpeg", settings(tmp_path)).hint
    assert time.monotonic() - began < 10
    assert "does not say its version" in find_tool("ffprobe", settings(tmp_path)).hint
    assert "cannot be started" in find_tool("smartctl", settings(tmp_path)).hint


@pytest.mark.parametrize(
    ("name", "says", "version"),
    [
        ("ffmpeg", "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026", "5.1.9-0+deb12u1"),
        ("ffprobe", "ffprobe version n7.1 Copyright", "n7.1"),
        ("mediainfo", "MediaInfo Command line,\nMediaInfoLib - v23.04", "23.04"),
        ("smartctl", "smartctl 7.3 2022-02-28 r5338 [x86_64-linux] (local build)", "7.3"),
        ("fpcalc", "fpcalc version 1.5.1 (FFmpeg Lavc59)", "1.5.1"),
        ("s5cmd", "v2.2.2-48f7e59", "2.2.2-48f7e59"),
        ("exiftool", "12.57", "12.57"),
    ],
)
def test_each_tool_says_its_version_in_its_own_way(
    tmp_path: Path, empty_path: Path, name: str, says: str, version: str
) -> None:
    program(empty_path / name, f"cat <<'END'\n{says}\nEND")
    (empty_path / "cat").symlink_to("/bin/cat")
    tool = find_tool(name, settings(tmp_path))
    assert (tool.found, tool.version) == (True, version)


def test_an_unknown_name_is_a_fault_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sox"):
        find_tool("sox", settings(tmp_path))
