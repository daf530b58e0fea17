"""Which frames a sequence should have, by whoever says so: what is missing is missing of those."""

from pathlib import Path

import pytest

from app.engine import Engine
from app.jobs.job import Job
from app.qc.checking import CheckRequest, check
from app.qc.checks.framelists import range_of
from app.qc.validating import validate_document
from app.yamlnodes import BadYaml
from tests.inspection.framekit import told
from tests.media import raw_exr
from tests.qc.policykit import HEAD, policy

_MISSING = "  - {id: r, check: sequence.missing%s}"


def frames(folder: Path, *numbers: int) -> Path:
    for number in numbers:
        raw_exr(folder / f"a.{number:04}.exr")
    return folder


@pytest.mark.parametrize(("asked", "missing"), [("", "1003"), ("file", "991,996-1000,1003")])
def test_a_rule_about_the_files_sees_gaps_before_the_range_that_was_given(
    engine: Engine, tmp_path: Path, asked: str, missing: str
) -> None:
    folder = frames(tmp_path, 990, 992, 993, 994, 995, 1001, 1002, 1004, 1005)
    file = tmp_path / "p.yaml"
    file.write_text(f"{HEAD}rules:\n{_MISSING % (asked and f', range: {asked}')}\n")
    request = CheckRequest((str(folder / "a.####.exr"),), str(file), range="1001-1005")
    assert [one.frames for one in check(engine, request, Job()).findings] == [missing]


@pytest.mark.parametrize(("numbers", "missing"), [((1, 3, 5, 7, 9), []), ((1, 3, 9), ["5,7"])])
def test_frames_that_a_step_leaves_out_are_not_missing(
    tmp_path: Path, numbers: tuple[int, ...], missing: list[str]
) -> None:
    document = told(frames(tmp_path, *numbers) / "a.####.exr", "1-9x2")
    validation = validate_document(policy(_MISSING % ""), document)
    assert [one["frames"] for one in validation["findings"]] == missing


@pytest.mark.parametrize("text", ["1001-1009x2", "1001,1009", "1001-1003x0.5"])
def test_a_range_of_a_policy_with_frames_left_out_is_refused(text: str) -> None:
    with pytest.raises(BadYaml, match="no range of all frames"):
        policy(_MISSING % f", range: '{text}'")
    assert policy(_MISSING % ", range: '1001-1009'").rules


def test_decimal_frames_of_json_keep_their_fraction() -> None:
    assert range_of([1002, 1001.25, 1001]) == "1001,1001.25,1002"
