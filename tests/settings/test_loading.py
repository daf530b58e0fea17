"""Which layer decides, what is said about wrong values, and settings files that cannot be used."""

import json
import sys
from pathlib import Path

import pytest

from app.errors import BadSettings, UsageError
from app.paths import Home
from app.settings import LoadedSettings, Settings, load_settings, renewed, set_value
from app.settings.loading import known_field


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, text: str) -> None:
    home.settings.write_text(text, encoding="utf-8")


def policy(loaded: LoadedSettings) -> tuple[str, str]:
    return loaded.values.qc.policy_version, loaded.source("qc.policy_version")


def test_without_a_file_everything_is_at_its_default(home: Home) -> None:
    loaded = load_settings(home, {})
    assert loaded.values == Settings()
    assert set(loaded.sources.values()) == {"default"}
    assert not loaded.problems


def test_option_beats_environment_beats_dotenv_beats_file_beats_default(home: Home) -> None:
    environ, options = {"QC_POLICY_VERSION": "env"}, {"qc.policy_version": "option"}
    write(home, '{"qc": {"policy_version": "file"}}')
    assert policy(load_settings(home, {})) == ("file", str(home.settings))
    home.dotenv.write_text("QC_POLICY_VERSION=dotenv\n", encoding="utf-8")
    assert policy(load_settings(home, {})) == ("dotenv", f"{home.dotenv} QC_POLICY_VERSION")
    assert policy(load_settings(home, environ)) == ("env", "environment QC_POLICY_VERSION")
    assert policy(load_settings(home, environ, options)) == ("option", "option")


def test_the_own_variable_beats_its_alias_and_an_empty_one_says_nothing(home: Home) -> None:
    both = {"LOG_LEVEL": "DEBUG", "REELMARK_LOG_LEVEL": "error"}
    assert load_settings(home, both).values.log.level == "ERROR"
    assert load_settings(home, {**both, "REELMARK_LOG_LEVEL": ""}).values.log.level == "DEBUG"


def test_the_dotenv_of_the_current_folder_is_never_read(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".env").write_text("QC_POLICY_VERSION=stranger\n", encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    assert policy(load_settings(home, {}))[1] == "default"


def test_a_bundle_reads_the_dotenv_beside_its_executable(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / ".env").write_text("QC_POLICY_VERSION=bundle\n", encoding="utf-8")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(bundle / "reelmark"))
    assert policy(load_settings(home, {}))[0] == "bundle"
    home.dotenv.write_text("QC_POLICY_VERSION=home\n", encoding="utf-8")
    assert policy(load_settings(home, {}))[0] == "home"


def test_a_wrong_value_is_reported_and_the_next_layer_decides(home: Home) -> None:
    write(home, '{"qc": {"min_sequence": 1, "sidecar_mode": "dot"}, "scan": {"mode": 7}}')
    loaded = load_settings(home, {"REELMARK_QC_SIDECAR_MODE": "sideways"})
    assert loaded.values.qc.sidecar_mode == "dot"
    assert loaded.values.qc.min_sequence == 2
    said = {problem.key: (problem.value, problem.used) for problem in loaded.problems}
    assert said == {"qc.sidecar_mode": ("sideways", "dot"), "qc.min_sequence": (1, 2), "scan.mode": (7, "delta")}
    assert "environment REELMARK_QC_SIDECAR_MODE" in loaded.problems[1].sentence


def test_unknown_keys_are_told_apart_from_wrong_ones(home: Home) -> None:
    write(home, '{"semantic": {"enabled": true}, "qc": {"polcy_version": "x"}, "search": 5}')
    loaded = load_settings(home, {})
    assert loaded.unknown == ("semantic", "qc.polcy_version")
    assert [problem.key for problem in loaded.problems] == ["search"]
    assert loaded.values.search.limit == 1000


@pytest.mark.parametrize("content", [b"{oops", b"[1]", b"\xff\xfe\x00", b"", b"[" * 100_000], ids=str)
def test_a_file_that_is_not_json_leaves_the_defaults_for_reading_and_refuses_writing(
    home: Home, content: bytes
) -> None:
    home.settings.write_bytes(content)
    loaded = load_settings(home, {"LOG_LEVEL": "DEBUG"})
    assert loaded.values.log.level == "DEBUG"
    assert loaded.problems[0].key == ""
    assert str(home.settings) in loaded.problems[0].sentence
    with pytest.raises(BadSettings):
        loaded.require_readable()


def test_a_named_settings_file_must_be_there_and_readable(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="does not exist"):
        load_settings(home, {}, file=tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("no", encoding="utf-8")
    with pytest.raises(BadSettings, match="not JSON"):
        load_settings(home, {}, file=tmp_path / "bad.json")
    (tmp_path / "other.json").write_text(json.dumps({"search": {"limit": 7}}), encoding="utf-8-sig")
    assert load_settings(home, {}, file=tmp_path / "other.json").values.search.limit == 7


def test_a_wrong_option_is_the_users_mistake(home: Home) -> None:
    with pytest.raises(UsageError, match=r"log\.level"):
        load_settings(home, {}, {"log.level": "loud"})
    assert load_settings(home, {}, {"log.level": None}).source("log.level") == "default"


def test_a_mistyped_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        known_field("qc.polcy_version")
    assert "qc.policy_version" in caught.value.hint


def test_what_another_process_sets_is_taken_over(home: Home) -> None:
    before = load_settings(home, {"REELMARK_LOG_LEVEL": "DEBUG"})
    assert renewed(before) is before
    set_value(home, "qc.policy_version", "p2")
    now = renewed(before)
    assert policy(now) == ("p2", str(home.settings))
    assert now.values.log == before.values.log
    assert renewed(now) is now
    home.dotenv.write_text("QC_POLICY_VERSION=p3\n", encoding="utf-8")
    assert policy(renewed(now))[0] == "p3"


def test_a_file_that_was_broken_since_leaves_the_former_settings_in_force(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    set_value(home, "qc.policy_version", "p2")
    before = load_settings(home, {})
    write(home, "{")
    kept = renewed(before)
    assert kept.values == before.values
    assert "former settings" in caplog.text
    assert renewed(kept) is kept
    write(home, '{"qc": {"policy_version": "p4"}}')
    assert policy(renewed(kept))[0] == "p4"
