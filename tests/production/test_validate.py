"""Missing frames of shots, and what else a person should look at."""

from pathlib import Path

import pytest

from app.jobs.job import Job
from app.model.production import ExpectedRange, Naming
from app.production.validate import (
    ShotReport,
    ValidateRequest,
    ValidateResult,
    validate,
)


def frames(folder: Path, *names: str, size: int = 10) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x" * size)
    return folder


def shot(tmp_path: Path, name: str = "show/shots/sh010/renders") -> Path:
    return tmp_path / name


def run(root: Path, **given: object) -> ValidateResult:
    return validate(None, ValidateRequest(root, **given), Job())  # type: ignore[arg-type]


def only(result: ValidateResult) -> ShotReport:
    (report,) = result.reports
    return report


def test_an_inner_gap_is_missing(tmp_path: Path) -> None:
    frames(shot(tmp_path), "frame_0001.exr", "frame_0002.exr", "frame_0004.exr")
    result = run(tmp_path)
    assert (only(result).status, only(result).missing_text, result.failed) == ("missing_frames", "0003", True)


def test_a_whole_sequence_is_ok(tmp_path: Path) -> None:
    frames(shot(tmp_path), "frame_0001.exr", "frame_0002.exr")
    result = run(tmp_path)
    assert (only(result).status, result.failed, result.remarked) == ("ok", False, False)


def test_head_and_tail_are_missing_where_the_range_is_known(tmp_path: Path) -> None:
    frames(shot(tmp_path), "frame_0003.exr", "frame_0005.exr")
    report = only(run(tmp_path, ranges=(ExpectedRange("show/sh*", 1, 8),)))
    assert report.missing_text == "0001-0002, 0004, 0006-0008"
    (sequence,) = report.sequences
    parts = [sequence[f"missing_{part}"] for part in ("head", "inner", "tail")]
    assert parts == ["0001-0002", "0004", "0006-0008"]


def test_a_range_of_another_shot_says_nothing(tmp_path: Path) -> None:
    frames(shot(tmp_path), "frame_0003.exr", "frame_0004.exr")
    assert only(run(tmp_path, ranges=(ExpectedRange("show/sh999", 1, 8),))).status == "ok"


def test_frames_outside_the_range_are_a_remark(tmp_path: Path) -> None:
    frames(shot(tmp_path), *(f"f.{n:04}.exr" for n in range(999, 1004)))
    report = only(run(tmp_path, ranges=(ExpectedRange("*", 1001, 1003),)))
    assert (report.status, [remark.code for remark in report.remarks]) == ("ok", ["unexpected"])
    assert "999-1000" in report.remarks[0].message


def test_a_shot_without_a_frame_lacks_its_whole_range(tmp_path: Path) -> None:
    shot(tmp_path).mkdir(parents=True)
    assert only(run(tmp_path)).status == "no_frames"
    expected = run(tmp_path, ranges=(ExpectedRange("*", 1001, 1010),))
    assert (only(expected).status, only(expected).missing_text) == ("missing_frames", "1001-1010")


def test_layers_below_the_renders_are_looked_at_each(tmp_path: Path) -> None:
    frames(shot(tmp_path) / "beauty", "b.1001.exr", "b.1003.exr")
    frames(shot(tmp_path) / "depth", "d.1001.exr", "d.1002.exr", "d.1004.exr")
    report = only(run(tmp_path))
    assert report.lines == [("beauty/b.####.exr", "1002"), ("depth/d.####.exr", "1003")]
    assert report.missing_text == "1002-1003"


@pytest.mark.parametrize(
    ("naming", "fits"),
    [
        (Naming("frame_", 4, ".exr"), True),
        (Naming("comp_", 4, ".exr"), False),
        (Naming("frame_", 5, ".exr"), False),
        (Naming("frame_", 4, ".dpx"), False),
        (Naming(), True),
    ],
)
def test_names_are_held_against_the_rule(tmp_path: Path, naming: Naming, fits: bool) -> None:
    frames(shot(tmp_path), "frame_0001.exr", "frame_0002.exr")
    report = only(run(tmp_path, naming=naming))
    assert (report.sequences[0]["name_fits"], not report.remarks) == (fits, fits)


def test_where_no_frame_is_called_as_it_should_be_all_are_missing(tmp_path: Path) -> None:
    frames(shot(tmp_path), "preview_0001.exr", "preview_0003.exr")
    result = run(tmp_path, naming=Naming("frame_", 4, ".exr"), ranges=(ExpectedRange("*", 1, 10),))
    assert result.failed
    assert (only(result).status, only(result).missing_text) == ("missing_frames", "0001-0010")
    assert [frames for _, frames in only(result).lines] == ["0002", "0001-0010"]


def test_empty_frames_are_a_remark(tmp_path: Path) -> None:
    frames(shot(tmp_path), "f.0001.exr", "f.0003.exr")
    frames(shot(tmp_path), "f.0002.exr", size=0)
    report = only(run(tmp_path))
    assert (report.status, report.remarks[0].code, report.sequences[0]["zero_byte"]) == ("ok", "zero_byte", "2")


def test_the_same_frame_in_two_paddings_is_a_remark(tmp_path: Path) -> None:
    frames(shot(tmp_path), "f.001.exr", "f.002.exr", "f.0001.exr", "f.0002.exr")
    assert {remark.code for remark in only(run(tmp_path)).remarks} == {"duplicate_frame"}


def test_records_of_ours_are_no_frames(tmp_path: Path) -> None:
    folder = frames(shot(tmp_path), "f.0001.exr", "f.0002.exr")
    frames(folder / ".qc", "f.####.exr.qc.json")
    assert len(only(run(tmp_path)).sequences) == 1


def test_a_link_in_place_of_the_renders_is_followed(tmp_path: Path) -> None:
    real = frames(tmp_path / "disk2", "f.0001.exr", "f.0003.exr")
    folder = shot(tmp_path / "shows")
    folder.parent.mkdir(parents=True)
    folder.symlink_to(real, target_is_directory=True)
    assert only(run(tmp_path / "shows")).missing_text == "0002"
