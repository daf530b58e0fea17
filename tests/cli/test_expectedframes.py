"""Frames that a show's configuration expects of its shots, in `inspect` and `check` of sequences."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.files.framerange import parse_pattern
from app.files.showconfig import ShowConfig
from app.model.production import ExpectedRange, Naming
from tests import media

_CONFIG = """\
shows_root: shows
layout: "{show}/shots/{shot}/renders"
naming: {frame_ext: .exr}
frame_ranges:
  demo/sh010: 1001-1004
  demo/sh*: 1001-1002
"""
_POLICY = """\
schema: qcpolicy/1
id: whole
version: "1"
rules:
  - {id: missing, check: sequence.missing, range: tracker}
  - {id: outside, check: sequence.range}
"""


@pytest.fixture
def shots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A show with two shots, of which one lacks its tail, and plates of no shot. The current folder is its parent."""
    for place, last in (("shots/sh010/renders/v1", 1003), ("shots/sh020/renders", 1002), ("plates", 1002)):
        folder = tmp_path / "shows/demo" / place
        folder.mkdir(parents=True)
        for frame in range(1001, last + 1):
            media.raw_exr(folder / f"comp.{frame}.exr")
    (tmp_path / "toolkit.yaml").write_text(_CONFIG)
    (tmp_path / "p.yaml").write_text(_POLICY)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "shows/demo"


def _told(tmp_path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["--home", str(tmp_path / "home"), *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _outcomes(found: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one["asset"].split("/")[-2], one["rule"]): (one["outcome"], one["frames"] or one["evidence"])
        for one in found["findings"]
    }


_WANTED = {
    ("v1", "missing"): ("fail", "1004"),
    ("plates", "missing"): ("error", "no range was given, and none is known of its shot: use --range"),
    ("plates", "outside"): ("skipped", "no range was given, and none is known"),
}


def test_inspect_tells_what_the_shot_lacks(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pattern = str(shots / "shots/sh010/renders/v1/comp.####.exr")
    told = _told(tmp_path, capsys, "inspect", pattern)["sequence"]
    assert told["expected"] == {"first": 1001, "last": 1004, "source": "settings"}
    assert (told["missing_head"], told["missing_tail"]) == ("", "1004")
    told = _told(tmp_path, capsys, "inspect", pattern, "--range", "1000-1003")["sequence"]
    assert (told["expected"]["source"], told["missing"]) == ("option", "1000")
    told = _told(tmp_path, capsys, "inspect", pattern.replace("####", "1001-1005#"))["sequence"]
    assert (told["expected"]["source"], told["missing"]) == ("pattern", "1004-1005")
    assert _told(tmp_path, capsys, "inspect", str(shots / "plates/comp.####.exr"))["sequence"]["expected"] is None


def test_check_judges_each_shot_by_its_own_frames(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _outcomes(_told(tmp_path, capsys, "check", str(shots), "--policy", "p.yaml")) == _WANTED
    pattern = str(shots / "shots/sh010/renders/v1/comp.1001-1005#.exr")
    assert _outcomes(_told(tmp_path, capsys, "check", pattern, "--policy", "p.yaml")) == {
        ("v1", "missing"): ("fail", "1004-1005")
    }
    found = _told(tmp_path, capsys, "check", str(shots), "--policy", "p.yaml", "--range", "1001-1002")
    assert _outcomes(found) == {("v1", "outside"): ("fail", "1003")}


def test_check_of_a_drive_does_so_too_while_it_is_away(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("check", "--drive", "D", "--policy", "p.yaml")
    main(["--home", str(tmp_path / "home"), "scan", str(shots.parent), "--drive", "D"])
    assert _outcomes(_told(tmp_path, capsys, *asked)) == _WANTED
    shots.parent.rename(tmp_path / "away")
    found = _told(tmp_path, capsys, *asked)
    assert found["recorded"]
    assert _outcomes(found) == _WANTED


def test_the_settings_alone_can_say_it(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "toolkit.yaml").unlink()
    home = ["--home", str(tmp_path / "home"), "settings", "set"]
    main([*home, "production.shows_root", str(shots.parent)])
    assert main([*home, "production.frame_ranges", "demo/sh010=1001-1004,demo/*=1001-1002"]) == 0
    assert _outcomes(_told(tmp_path, capsys, "check", str(shots), "--policy", "p.yaml")) == _WANTED
    assert main([*home, "production.frame_ranges", "demo/sh010=1001"]) != 0
    assert "production.frame_ranges" in capsys.readouterr().err


def test_a_wrong_configuration_stops_the_check_with_its_place(
    shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "toolkit.yaml").write_text("frame_ranges: {'*': 1009-1001}\n")
    error = _told(tmp_path, capsys, "check", str(shots), "--policy", "p.yaml")["error"]
    assert error["message"].startswith("toolkit.yaml:1:21")
    still = str(shots / "plates/comp.1001.exr")
    assert "error" not in _told(tmp_path, capsys, "inspect", still)


@pytest.mark.parametrize(
    ("folder", "name", "found"),
    [
        ("a/shots/s1/renders", "frame_####.exr", True),
        ("a/shots/s1/renders/beauty/v2", "frame_####.exr", True),
        ("a/shots/s1/renders", "other_####.exr", False),
        ("a/shots/s1/plates", "frame_####.exr", False),
        ("a/shots/s1", "frame_####.exr", False),
        ("b/shots/s1/renders", "frame_####.exr", False),
        (".a/shots/s1/renders", "frame_####.exr", False),
        ("../a/shots/s1/renders", "frame_####.exr", False),
        ("", "frame_####.exr", False),
    ],
)
def test_a_sequence_in_no_shot_or_of_another_name_has_no_expected_frames(
    folder: str, name: str, found: bool, tmp_path: Path
) -> None:
    naming, ranges = Naming("frame_", 4, ".exr"), (ExpectedRange("a/*", 1, 9),)
    config = ShowConfig(shows_root=tmp_path / "shows", naming=naming, ranges=ranges)
    pattern = parse_pattern(name.encode())
    known = config.expected_of(str(tmp_path / "shows" / folder), pattern)
    assert known == (ranges[0] if found else None)


def test_a_root_that_is_a_link_is_the_folder_it_leads_to(tmp_path: Path) -> None:
    real = tmp_path / "real/a/shots/s1/renders"
    real.mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    config = ShowConfig(shows_root=tmp_path / "link", ranges=(ExpectedRange("a/*", 1, 9),))
    assert config.expected_of(str(real), parse_pattern(b"x.####.exr")) is not None


def test_a_shot_is_known_through_a_link_too(shots: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "mine"
    link.symlink_to(shots / "shots/sh010")
    found = _told(tmp_path, capsys, "check", str(link), "--policy", str(tmp_path / "p.yaml"))
    assert {one: told for (_, one), told in _outcomes(found).items()} == {"missing": ("fail", "1004")}
    told = _told(tmp_path, capsys, "inspect", str(link / "renders/v1/comp.####.exr"))["sequence"]
    assert told["missing"] == "1004"
