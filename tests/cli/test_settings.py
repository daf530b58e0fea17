"""`reelmark settings` as its user meets it."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main


class Caller:
    """Calls `reelmark --home H settings …` and reads its document."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys
        self.err = ""

    def __call__(self, *arguments: str, code: int = 0) -> Any:
        assert main(["--home", str(self.home), "settings", *arguments, "--json"]) == code
        captured = self._capsys.readouterr()
        self.err = captured.err
        return json.loads(captured.out)


@pytest.fixture
def settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Caller:
    return Caller(tmp_path / "home", capsys)


def test_show_tells_each_value_and_where_it_comes_from(settings: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QC_POLICY_VERSION", "2027.1.0")
    shown = settings("show")["settings"]
    assert shown["qc"]["policy_version"] == {"value": "2027.1.0", "source": "environment QC_POLICY_VERSION"}
    assert shown["robust"]["ignore"] == {"value": [], "source": "default"}
    assert shown["qc"]["reasons"]["value"][0] == {"code": "banding", "text": "Banding"}
    assert not settings.home.exists()


def test_set_writes_the_file_that_path_names(settings: Caller, tmp_path: Path) -> None:
    assert settings("path") == {"path": (settings.home / "settings.json").as_posix(), "exists": False}
    assert settings("set", "robust.ignore", "Thumbs.db,*.tmp")["value"] == ["Thumbs.db", "*.tmp"]
    assert settings("path")["exists"] is True
    assert settings("show")["settings"]["robust"]["ignore"]["source"] == str(settings.home / "settings.json")
    other = tmp_path / "other.json"
    assert main(["--home", str(settings.home), "--settings", str(other), "settings", "set", "search.limit", "7"]) == 0
    assert json.loads(other.read_text(encoding="utf-8"))["search"]["limit"] == 7


def test_set_says_when_the_environment_stands_above_it(settings: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "ERROR")
    settings("set", "log.level", "debug")
    assert "environment LOG_LEVEL stands above the file" in settings.err


def test_set_refuses_wrong_keys_values_and_broken_files(settings: Caller) -> None:
    assert settings("set", "qc.min_sequenc", "3", code=2)["error"]["hint"] == "Did you mean qc.min_sequence?"
    assert settings("set", "qc.min_sequence", "1", code=2)["error"]["code"] == "settings.value"
    settings.home.mkdir()
    (settings.home / "settings.json").write_text("{oops", encoding="utf-8")
    assert settings("set", "qc.min_sequence", "3", code=3)["error"]["code"] == "settings.unusable"


def test_check_ends_with_3_where_something_is_wrong(settings: Caller) -> None:
    assert settings("check")["problems"] == []
    settings.home.mkdir()
    file = settings.home / "settings.json"
    file.write_text('{"qc": {"min_sequence": 0}, "later": 1}', encoding="utf-8")
    found = settings("check", code=3)
    assert found["unknown"] == ["later"]
    assert found["problems"][0]["used"] == 2
    file.write_text("[]", encoding="utf-8")
    assert "not a JSON object" in settings("check", code=3)["problems"][0]["reason"]


def test_a_reading_command_goes_on_with_a_broken_file_and_says_so(settings: Caller) -> None:
    settings.home.mkdir()
    (settings.home / "settings.json").write_text("{oops", encoding="utf-8")
    assert settings("show")["settings"]["search"]["limit"]["value"] == 1000
    assert settings.err.count("cannot be used") == 1


def test_people_get_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path)]
    assert main([*home, "settings", "show"]) == 0
    assert "qc.policy_version" in capsys.readouterr().out
    assert main([*home, "settings", "check"]) == 0
    assert "Nothing is wrong." in capsys.readouterr().out
    (tmp_path / ".env").write_text("oops\nREELMARK_SEARCH_LIMIT=-1\n", encoding="utf-8")
    assert main([*home, "settings", "check"]) == 3
    said = capsys.readouterr().out
    assert "line 1 is not NAME=value" in said
    assert "using 1000" in said
