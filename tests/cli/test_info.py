"""`reelmark info` says what is so, and null where nobody looked."""

import json
import platform
from pathlib import Path

import pytest

from app import __version__
from app.cli.main import main
from app.tools import TOOL_NAMES


def test_info_describes_program_home_tools_and_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path / "h"), "info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {"version", "python", "platform", "home", "tools", "gpu", "services"} <= set(facts)
    assert (facts["version"], facts["python"]) == (__version__, platform.python_version())
    assert facts["home"]["path"] == (tmp_path / "h").as_posix()
    assert facts["home"]["exists"] is False
    assert [tool["name"] for tool in facts["tools"]] == list(TOOL_NAMES)
    assert facts["gpu"]["devices"] is None
    assert facts["machine"]["cores"] >= 1
    assert not (tmp_path / "h").exists()


def test_people_get_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path), "info"]) == 0
    said = capsys.readouterr().out
    assert f"Reelmark {__version__}" in said
    assert "smartctl" in said
