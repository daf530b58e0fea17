"""`reelmark validate` and `reelmark disk` as a person and a script see them."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main

_CONFIG = """\
shows_root: "examples/shows"
naming:
  frame_prefix: "frame_"
  frame_padding: 4
  frame_ext: ".exr"
thresholds:
  disk_warning_mb: 0.00003
"""


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A show with one shot that lacks frame 3, its configuration in the current folder."""
    renders = tmp_path / "examples/shows/demo_show/shots/shot010/renders"
    renders.mkdir(parents=True)
    for number in (1, 2, 4):
        (renders / f"frame_{number:04}.exr").write_bytes(b"0123456789")
    (tmp_path / "toolkit.yaml").write_text(_CONFIG)
    monkeypatch.chdir(tmp_path)
    return renders


def call(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str, code: int) -> str:
    assert main(["--home", str(home), *arguments]) == code
    return capsys.readouterr().out


def test_the_missing_frame_is_printed(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = call(capsys, tmp_path / "home", "validate", code=1)
    assert printed == "Show: demo_show\n  Shot: shot010\n    Missing frames: 0003\n"


def test_a_whole_shot_is_ok(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example / "frame_0003.exr").write_bytes(b"x")
    printed = call(capsys, tmp_path / "home", "validate", code=0)
    assert printed.splitlines()[-1] == "    OK (no missing frames)"


def test_json_says_the_same(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document: dict[str, Any] = json.loads(call(capsys, tmp_path / "home", "validate", "--json", code=1))
    (show,) = document["shows"]
    (shot,) = show["shots"]
    assert (show["show"], shot["shot"], shot["status"]) == ("demo_show", "shot010", "missing_frames")
    assert (shot["missing"], shot["missing_count"], shot["sequences"][0]["frame_count"]) == ("0003", 1, 3)


def test_head_and_tail_with_a_range(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = call(capsys, tmp_path / "home", "validate", "--range", "0-6", code=1)
    assert "Missing frames: 0000, 0003, 0005-0006" in printed


def test_remarks_fail_only_when_strict(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example / "frame_0003.exr").write_bytes(b"")
    assert "Note: frame_####.exr: frames without a byte: 3" in call(capsys, tmp_path / "home", "validate", code=0)
    call(capsys, tmp_path / "home", "validate", "--strict", code=1)


def test_no_shot_at_all_is_no_pass(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    for folder in ("examples", "empty"):
        arguments = ("--home", str(tmp_path / "home"))
        assert main([*arguments, "validate", str(tmp_path / folder)]) == 1
        told = capsys.readouterr().err
        assert f"No shot was found below {tmp_path / folder} by the layout {{show}}/shots/{{shot}}/renders" in told
        assert main([*arguments, "disk", str(tmp_path / folder)]) == 0
        assert "No shot was found" in capsys.readouterr().err


def test_frames_below_zero_are_expected(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example / "frame_-0003.exr").write_bytes(b"x")
    printed = call(capsys, tmp_path / "home", "validate", "--range", "-5--2", "--json", code=1)
    assert json.loads(printed)["shows"][0]["shots"][0]["missing_count"]


@pytest.mark.parametrize("megabytes", ["inf", "nan", "1e300"])
def test_a_threshold_is_a_number_of_megabytes(example: Path, tmp_path: Path, megabytes: str) -> None:
    assert main(["--home", str(tmp_path / "h"), "disk", "--warn-mb", megabytes]) == 2


def test_disk_names_size_count_and_threshold(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    printed = call(capsys, tmp_path / "home", "disk", code=0)
    assert printed.splitlines() == [
        "Disk usage under: examples/shows",
        "",
        "Show: demo_show",
        "  Shot: shot010  renders=30 B (3 files)  [WARN >= 3e-05 MB]",
    ]
    call(capsys, tmp_path / "home", "disk", "--strict", code=1)
    assert "WARN" not in call(capsys, tmp_path / "home", "disk", "--warn-mb", "500", code=0)


def test_disk_as_json(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(call(capsys, tmp_path / "home", "disk", str(tmp_path / "examples/shows"), "--json", code=0))
    (show,) = document["shows"]
    assert (show["bytes"], show["files"]) == (30, 3)
    assert show["shots"][0] | {"path": ""} == {
        "shot": "shot010", "path": "", "there": True, "bytes": 30, "files": 3, "warning": True, "unreadable": [],
    }  # fmt: skip


def test_a_root_given_twice_is_a_wrong_use(example: Path, tmp_path: Path) -> None:
    assert main(["--home", str(tmp_path / "h"), "validate", "a", "--shows-root", "b"]) == 2


def test_a_wrong_configuration_names_its_line(
    example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    (tmp_path / "toolkit.yaml").write_text("naming:\n  frame_padding: four\n")
    assert main(["--home", str(tmp_path / "h"), "validate"]) == 3
    assert "toolkit.yaml:2:18" in capsys.readouterr().err


def test_the_log_goes_where_the_call_says(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(capsys, tmp_path / "home", "validate", "--log-dir", str(tmp_path / "mylogs"), code=1)
    assert list((tmp_path / "mylogs").iterdir())


def test_nothing_is_written_below_the_shows(example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted((tmp_path / "examples").rglob("*"))
    call(capsys, tmp_path / "home", "validate", code=1)
    assert sorted((tmp_path / "examples").rglob("*")) == before
