"""`toolkit.yaml`: what it says overrides the settings, and what is wrong in it is told with its line."""

import sys
from pathlib import Path

import pytest

from app.errors import InputError
from app.files.showconfig import ShowConfig, config_of_settings
from app.files.toolkit import read_config
from app.model.production import ExpectedRange, Naming
from app.settings.values import Production

_WHOLE = """\
shows_root: "examples/shows"

naming:
  frame_prefix: "frame_"
  frame_padding: 4
  frame_ext: ".exr"

thresholds:
  disk_warning_mb: 500

tracking:
  backend: "json"
  json_path: "data/tracking_db.json"

publishing:
  publish_root: "published"

log_dir: logs
layout: "{show}/{shot}/comp"
frame_ranges:
  demo/sh010: 1001-1100
  "*": -5-10
"""


def read(tmp_path: Path, text: str) -> ShowConfig:
    file = tmp_path / "toolkit.yaml"
    file.write_text(text)
    return read_config(file, config_of_settings(Production(shows_root="/shows", frame_ext=".dpx")))


def test_a_whole_file(tmp_path: Path) -> None:
    config = read(tmp_path, _WHOLE)
    assert config.shows_root == tmp_path / "examples/shows"
    assert (config.naming, config.warn_bytes) == (Naming("frame_", 4, ".exr"), 500_000_000)
    assert (config.layout, config.log_dir) == ("{show}/{shot}/comp", str(tmp_path / "logs"))
    assert config.ranges == (ExpectedRange("demo/sh010", 1001, 1100), ExpectedRange("*", -5, 10))
    assert config.unknown == ()


def test_what_it_does_not_say_comes_from_the_settings(tmp_path: Path) -> None:
    config = read(tmp_path, "naming:\n  frame_padding: 5\n")
    assert (config.shows_root, config.naming) == (Path("/shows"), Naming("", 5, ".dpx"))


def test_unknown_keys_are_kept_to_be_told(tmp_path: Path) -> None:
    config = read(tmp_path, "colour: red\nnaming:\n  frame_case: lower\n")
    assert config.unknown == (("colour", 1), ("naming.frame_case", 3))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("naming: frame_\n", ":1:9: naming has to be keys and values, not 'frame_'"),
        ("naming:\n  frame_padding: four\n", ":2:18: frame_padding has to be a whole number from 0 to 20, not 'four'"),
        ("naming:\n  frame_padding: 4.5\n", "whole number"),
        ("naming:\n  frame_padding: true\n", "whole number"),
        ("naming:\n  frame_prefix: [a]\n", ":2:17: frame_prefix has to be a text, not a list"),
        ("thresholds: 500\n", ":1:13: thresholds has to be keys and values"),
        ("thresholds:\n  disk_warning_mb: -1\n", ":2:20:"),
        ("thresholds:\n  disk_warning_mb: .nan\n", ":2:20:"),
        ("shows_root:\n", ":1:12: shows_root has to be a text, not nothing"),
        ("layout: shots\n", ":1:9: 'shots' is no layout of shows"),
        ("frame_ranges:\n  sh010: 1100-1001\n", ":2:10: '1100-1001' is no first and last frame"),
        ("frame_ranges:\n  sh010:\n", ":2:9: a frame range has to be a text, not nothing"),
        ("tracking: json\n", ":1:11:"),
        ("- shows_root\n", ":1:1: the configuration has to be keys and values, not a list"),
    ],
)
def test_wrong_types_are_told_with_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in caught.value.message
    assert caught.value.message.count("toolkit.yaml") == 1


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_config(tmp_path / "no.yaml", ShowConfig())


def test_shots_and_prefixes_of_digits_stay_as_they_are_written(tmp_path: Path) -> None:
    file = tmp_path / "toolkit.yaml"
    file.write_text("naming:\n  frame_prefix: 0010\nframe_ranges:\n  0020: 1001-1100\n")
    config = read_config(file, ShowConfig())
    assert config.naming.prefix == "0010"
    assert config.ranges[0].shots == "0020"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows guesses the folders of other users")
@pytest.mark.parametrize("key", ["shows_root", "log_dir"])
def test_a_folder_that_cannot_be_is_told_with_its_line(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match=rf"toolkit.yaml:1:\d+: {key}"):
        read(tmp_path, f"{key}: ~nobody-is-called-so/shows\n")


def test_a_tilde_is_the_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "ann"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    config = read(tmp_path, "shows_root: ~/shows\nlog_dir: ~/logs\n")
    assert (config.shows_root, config.log_dir) == (home / "shows", str(home / "logs"))
