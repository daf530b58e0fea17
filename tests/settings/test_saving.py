"""Changing the settings file keeps what it held."""

import json
from pathlib import Path

import pytest

from app.errors import BadSettings, UsageError
from app.paths import Home
from app.settings import load_settings, set_value
from app.settings.saving import default_document


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_first_change_makes_the_file_with_every_default(home: Home) -> None:
    assert set_value(home, "qc.operator", "Ångström") == "Ångström"
    document = json.loads(home.settings.read_text(encoding="utf-8"))
    expected = default_document()
    expected["qc"]["operator"] = "Ångström"
    assert document == expected
    assert load_settings(home, {}).values.qc.operator == "Ångström"


def test_a_change_backfills_keeps_the_unknown_and_the_previous_file(home: Home) -> None:
    home.root.mkdir()
    before = '{"later": {"kept": [1]}, "qc": {"operator": "ann", "future": true}}'
    home.settings.write_text(before, encoding="utf-8")
    set_value(home, "search.limit", "50")
    document = json.loads(home.settings.read_text(encoding="utf-8"))
    assert document["later"] == {"kept": [1]}
    assert document["qc"]["future"] is True
    assert document["qc"]["operator"] == "ann"
    assert document["qc"]["min_sequence"] == 2
    assert document["search"]["limit"] == 50
    assert home.settings.with_name("settings.json.bak").read_text(encoding="utf-8") == before


def test_a_broken_file_is_never_overwritten(home: Home) -> None:
    home.root.mkdir()
    home.settings.write_text("{oops", encoding="utf-8")
    with pytest.raises(BadSettings):
        set_value(home, "search.limit", "50")
    assert [path.name for path in home.root.iterdir()] == ["settings.json"]
    assert home.settings.read_text(encoding="utf-8") == "{oops"


def test_wrong_keys_and_values_change_nothing(home: Home) -> None:
    with pytest.raises(UsageError):
        set_value(home, "search.limits", "50")
    with pytest.raises(UsageError, match="below 0"):
        set_value(home, "search.limit", "-1")
    assert not home.root.exists()


def test_a_read_only_home_and_a_path_that_cannot_be_written_are_bad_settings(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be written"):
        set_value(Home(tmp_path, writable=False), "search.limit", "5")
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match="cannot be used"):
        set_value(Home(tmp_path), "search.limit", "5", file=tmp_path / "file" / "below.json")


def test_a_path_that_is_no_text_survives_and_a_name_that_is_none_is_refused(home: Home) -> None:
    set_value(home, "tools.ffmpeg", "/opt/\udcff/ffmpeg")
    home.settings.read_text(encoding="utf-8")
    assert load_settings(home, {}).values.tools.ffmpeg == "/opt/\udcff/ffmpeg"
    with pytest.raises(UsageError, match="no text"):
        set_value(home, "qc.operator", "ann\udce9")
