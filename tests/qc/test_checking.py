"""`check` over whole folders: planted faults are found with their frames, and a clean folder gives no finding."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.engine import Engine
from app.errors import Cancelled, InputError, UsageError
from app.jobs.job import CancelToken, Job
from app.qc.checking import CheckRequest, CheckResult, check
from app.qc.findings import Finding, Outcome
from app.reports.checkwords import word_of
from tests.inspection.framekit import frames
from tests.qc.planted import write_faults, write_shot
from tests.ui.enginekit import make_engine


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_faults(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def final(faults: Path, tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    """What the policy of finals says of the faults."""
    return checked(make_engine(tmp_path_factory.mktemp("home")), faults, "netflix.vfx.final.exr")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    write_shot(folder, "0010")
    return folder


def checked(engine: Engine, folder: Path, policy: str, **more: object) -> CheckResult:
    return check(engine, CheckRequest((str(folder),), policy, **more), Job())  # type: ignore[arg-type]


def told(result: CheckResult) -> set[tuple[str, str, str, str]]:
    """Shot, rule, word and frames of each finding."""
    return {
        (shot_of(finding), finding.rule, word_of(finding), finding.frames)
        for finding in result.findings
        if finding.outcome is not Outcome.SKIPPED
    }


def shot_of(finding: Finding) -> str:
    """The shot, with the padding where it is not four digits."""
    name = finding.asset.rpartition("/")[2]
    shot = name.removeprefix("AGM_104_065_")[:4] if name.startswith("AGM_104") else name
    return shot if name.count("#") == 4 else f"{shot} {name.count('#')}"


def test_each_planted_fault_is_found_and_nothing_else(final: CheckResult) -> None:
    assert told(final) == {
        ("0020", "seq.complete", "FAIL", "1004"),
        ("0030 3", "seq.padding", "FAIL", ""),
        ("0040", "seq.one_padding", "FAIL", "1003-1004"),
        ("0040 5", "seq.one_padding", "FAIL", "1003-1004"),
        ("0050", "seq.zero_byte", "FAIL", "1005"),
        ("0060", "seq.truncated", "FAIL", "1006"),
        ("0060", "px.damaged", "FAIL", "1006"),
        ("0070", "exr.compression", "FAIL", "1003"),
        ("0070", "exr.same_header", "FAIL", "1003"),
        ("0080", "px.finite", "FAIL", "1002"),
        ("0090", "exr.half", "FAIL", ""),
        ("0100", "px.negative", "WARNING", "1007"),
        ("0110", "px.black", "WARNING", "1003-1004"),
        ("0120", "exr.timecode", "WARNING", "1005"),
        ("AGM shot 10 final.####.exr", "name.characters", "FAIL", ""),
        ("AGM shot 10 final.####.exr", "name.version", "FAIL", ""),
    }
    assert final.outcome is Outcome.FAIL
    assert final.counts["assets"] == 13


def test_findings_say_where_and_what(final: CheckResult) -> None:
    found = {(shot_of(finding), finding.rule): finding for finding in final.findings}
    assert (found["0080", "px.finite"].channel, found["0080", "px.finite"].observed) == ("R", "3 NaN")
    assert (found["0090", "exr.half"].channel, found["0090", "exr.half"].observed) == ("G", "float")
    assert (found["0100", "px.negative"].channel, found["0100", "px.negative"].observed) == ("B", "-0.5")
    assert found["0070", "exr.compression"].observed == "dwaa"
    assert found["0060", "px.damaged"].region.startswith("rows ")
    assert found["0050", "px.finite"].outcome is Outcome.SKIPPED
    assert "see seq.zero_byte" in found["0050", "px.finite"].evidence


def test_a_clean_folder_gives_no_finding(engine: Engine, clean: Path) -> None:
    for policy in ("netflix.vfx.final.exr", "sequence.hygiene"):
        result = checked(engine, clean, policy)
        assert (result.outcome, result.counts["assets"]) == (Outcome.PASS, 1), policy
        assert {(one.rule, one.outcome) for one in result.findings} <= {("seq.range", Outcome.SKIPPED)}, policy
    assert checked(engine, clean, "show.naming", variables=(("show", "AGM"),)).findings == []


def test_hygiene_needs_no_pixels_and_finds_what_headers_and_names_tell(engine: Engine, faults: Path) -> None:
    assert told(checked(engine, faults, "sequence.hygiene")) == {
        ("0020", "seq.complete", "FAIL", "1004"),
        ("0040", "seq.one_padding", "FAIL", "1003-1004"),
        ("0040 5", "seq.one_padding", "FAIL", "1003-1004"),
        ("0050", "seq.zero_byte", "FAIL", "1005"),
        ("0060", "seq.truncated", "FAIL", "1006"),
        ("0070", "exr.same_header", "FAIL", "1003"),
        ("0110", "seq.size", "WARNING", "1003-1004"),
        ("0120", "seq.timecode", "WARNING", "1005"),
    }


def test_the_expected_range_finds_what_lacks_at_head_and_tail(engine: Engine, clean: Path) -> None:
    result = checked(engine, clean, "sequence.hygiene", range="1000-1010")
    assert told(result) == {("0010", "seq.complete", "FAIL", "1000,1009-1010")}
    result = checked(engine, clean, "sequence.hygiene", range="1002-1008")
    assert told(result) == {("0010", "seq.range", "WARNING", "1001")}


@pytest.mark.parametrize("text", ["soon", "1001-1010x2", "1010-1001"])
def test_a_range_that_cannot_be_used_says_which_can(engine: Engine, clean: Path, text: str) -> None:
    with pytest.raises(UsageError) as raised:
        checked(engine, clean, "sequence.hygiene", range=text)
    assert raised.value.hint == "Write the first and the last: 1001-1100."


def test_another_show_in_the_name_is_found(engine: Engine, clean: Path) -> None:
    [finding] = checked(engine, clean, "show.naming", variables=(("show", "XYZ"),)).findings
    assert (finding.rule, finding.expected, finding.observed) == ("name.shot", "show XYZ", "show AGM")


def test_a_file_and_a_pattern_can_be_named_too(engine: Engine, clean: Path) -> None:
    [pattern] = [f"{place}/{place.name}.####.exr" for place in clean.iterdir()]
    result = check(engine, CheckRequest((pattern, pattern.replace("####", "1003")), "sequence.hygiene"), Job())
    assert (result.counts["assets"], result.counts["others"], result.outcome) == (1, 1, Outcome.PASS)


def test_a_path_that_is_not_there_is_an_error(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        checked(engine, tmp_path / "nowhere", "sequence.hygiene")


@pytest.mark.parametrize("drives", [(), ("D",)])
def test_an_empty_path_is_not_taken_for_everything(engine: Engine, drives: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="A PATH is empty"):
        check(engine, CheckRequest(("",), "sequence.hygiene", drives), Job())


def test_a_check_can_be_stopped(engine: Engine, faults: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        check(engine, CheckRequest((str(faults),), "netflix.vfx.final.exr"), Job(token=token))


def test_frozen_frames_are_found_by_their_pixels(engine: Engine, tmp_path: Path) -> None:
    def as_the_third(frame: int, _header: dict[str, Any], channels: dict[str, Any]) -> None:
        if frame in (1004, 1005):
            random = np.random.default_rng(1003)
            for name in ("B", "G", "R"):
                channels[name] = random.uniform(0.1, 0.9, channels[name].shape).astype(np.float16)

    write_shot(tmp_path / "shots", "0130", as_the_third)
    policy = tmp_path / "p.yaml"
    head = 'schema: qcpolicy/1\nid: p\nversion: "1"\nrules:\n'
    policy.write_text(f"{head}  - {{id: frozen, check: sequence.frozen}}\n")
    assert told(checked(engine, tmp_path / "shots", str(policy))) == {("0130", "frozen", "FAIL", "1004-1005")}


def test_only_the_frames_of_a_sample_are_looked_at(engine: Engine, faults: Path, tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    head = 'schema: qcpolicy/1\nid: p\nversion: "1"\nmatch: {path: "**/*_0080_*"}\nrules:\n'
    for sampled, found in (("[first, middle, last]", set()), ("every:2", set()), ("all", {"1002"})):
        policy.write_text(f"{head}  - {{id: nan, check: pixels.finite, sample: {{frames: {sampled}}}}}\n")
        assert {one[3] for one in told(checked(engine, faults, str(policy)))} == found, sampled


def test_of_tiles_none_is_missing(tmp_path: Path) -> None:
    frames(tmp_path / "wood", (1001, 1002, 1011), name="wood.{}.exr")
    request = CheckRequest((str(tmp_path / "wood" / "wood.<UDIM>.exr"),), "sequence.hygiene")
    assert check(make_engine(tmp_path / "home"), request, Job()).outcome is Outcome.PASS
