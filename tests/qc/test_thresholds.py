"""Rules that say what is black, frozen, silent or out of phase: each is judged by its own thresholds."""

import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.catalog.inspections import recorded_document
from app.engine import Engine
from app.errors import AppError
from app.inspection.inspect import InspectRequest, inspect
from app.jobs.job import Job
from app.model.measuring import DEFAULTS, MeasureOptions
from app.operations import run
from app.qc.checking import CheckRequest, CheckResult
from app.qc.findings import Outcome
from app.qc.policies import load_policy
from app.qc.policyreading import read_policy
from app.qc.validating import validate_document
from app.scanning.request import ScanRequest
from tests import movies
from tests.qc.policykit import HEAD, policy

DIM = 40
RULES = """
  - {id: dark, check: video.black}
  - {id: dim, check: video.black, black_level: 0.3}
  - {id: quiet, check: audio.silence, silence_db: -30}
  - {id: silent, check: audio.silence, silence_db: -60}
"""


def _draw(number: int) -> Any:
    """Bright pictures, of which the frames 10 to 14 are dim but not black."""
    return np.full((48, 64, 3), DIM, np.uint8) if 10 <= number < 15 else movies.picture(number)


def _movie(path: Path) -> Path:
    """A movie of a second with five dim frames and a tone of -40 dBFS."""
    return movies.movie(path, 25, _draw, codec="mjpeg", sound=movies.tone(1.0, -40))


def _policy(folder: Path, rules: str = RULES) -> str:
    file = folder / "mine.yaml"
    file.write_text(f"{HEAD}rules:{rules}")
    return str(file)


def _outcomes(result: CheckResult) -> dict[str, Outcome]:
    [asset] = result.assets
    return {one.rule: one.outcome for one in asset.results}


def _checked(engine: Engine, rules: str, path: Path, drive: str = "") -> CheckResult:
    result: CheckResult = run(engine, "check", CheckRequest((str(path),), rules, (drive,) if drive else ()), Job())
    return result


def test_two_rules_about_one_stream_are_each_right(engine: Engine, tmp_path: Path) -> None:
    result = _checked(engine, _policy(tmp_path), _movie(tmp_path / "a.mov"))
    assert _outcomes(result) == {"dark": "pass", "dim": "fail", "quiet": "fail", "silent": "pass"}
    dim, quiet = result.findings
    assert (dim.frames, dim.expected) == ("10-14", "no black frames, by black_level 0.3")
    assert (quiet.observed, quiet.expected) == (
        "1.00 s, the longest 1.00 s",
        "at most 0 s of silence, by silence_db -30",
    )


def test_inspect_with_a_policy_measures_as_its_rules_ask(engine: Engine, tmp_path: Path) -> None:
    request = InspectRequest((str(_movie(tmp_path / "a.mov")),), stats=True, policy=_policy(tmp_path))
    [document] = run(engine, "inspect", request, Job()).documents
    assert {one["rule"] for one in document["validation"]["findings"]} == {"dim", "quiet"}
    stats = document["stats"]
    assert (stats["options"]["black_level"], stats["video"][0]["black"]["frames"]) == (0.1, "")
    [other] = stats["others"]
    assert (other["options"]["black_level"], other["options"]["silence_db"]) == (0.3, -30)
    assert other["video"][0]["black"]["frames"] == "10-14"


def test_a_document_that_was_measured_otherwise_never_passes(engine: Engine, tmp_path: Path) -> None:
    request = InspectRequest((str(_movie(tmp_path / "a.mov")),), stats=True)
    [document] = run(engine, "inspect", request, Job()).documents
    found = validate_document(policy("  - {id: dim, check: video.black, black_level: 0.2, expect: {max: 9}}"), document)
    assert found["outcome"] == "error"
    assert "measured with black_level 0.1, not 0.2" in found["findings"][0]["evidence"]
    lenient = "  - {id: dim, check: video.black, black_level: 0.2, missing: skip}"
    assert validate_document(policy(lenient), document)["outcome"] == "error"


@pytest.mark.parametrize(
    ("select", "outcome"), [("stats.video[0].black.count", "error"), ("stats.video[0].frames_decoded", "pass")]
)
def test_a_selector_of_what_follows_from_thresholds_wants_those_of_the_settings(
    engine: Engine, tmp_path: Path, select: str, outcome: str
) -> None:
    otherwise = replace(DEFAULTS, black_level=0.01)
    request = InspectRequest((str(_movie(tmp_path / "a.mov")),), stats=True, measuring=(otherwise,))
    [document] = inspect(engine, request, Job()).documents
    rule = f"  - {{id: r, select: '{select}', expect: {{max: 25}}}}"
    assert validate_document(policy(rule), document)["outcome"] == outcome


def test_a_rule_whose_condition_cannot_be_told_runs(engine: Engine, tmp_path: Path) -> None:
    otherwise = replace(DEFAULTS, black_level=0.3)
    request = InspectRequest((str(_movie(tmp_path / "a.mov")),), stats=True, measuring=(otherwise,))
    [document] = inspect(engine, request, Job()).documents
    when = "when: {select: 'stats.video[0].black.count', expect: {max: 0}}"
    rule = f"  - {{id: r, check: video.codec, {when}, expect: {{eq: prores}}}}"
    assert validate_document(policy(rule), document)["outcome"] == "fail"


def test_a_drive_on_the_shelf_is_judged_by_what_was_measured_and_by_nothing_else(
    engine: Engine, tmp_path: Path
) -> None:
    drive = tmp_path / "card"
    drive.mkdir()
    _movie(drive / "a.mov")
    run(engine, "scan", ScanRequest((str(drive),), drive="card"), Job())
    mine = _policy(tmp_path)
    assert _outcomes(_checked(engine, mine, drive, "card"))["dim"] == "fail"
    drive.rename(tmp_path / "away")
    shelved = _checked(engine, mine, drive, "card")
    assert shelved.recorded
    assert _outcomes(shelved) == {"dark": "pass", "dim": "fail", "quiet": "fail", "silent": "pass"}
    other = _policy(tmp_path, "\n  - {id: dim, check: video.black, black_level: 0.2, expect: {max: 99}}\n")
    assert _outcomes(_checked(engine, other, drive, "card")) == {"dim": "error"}


def test_what_policies_with_other_thresholds_measured_before_is_known_on_the_shelf_too(
    engine: Engine, tmp_path: Path
) -> None:
    drive = tmp_path / "card"
    drive.mkdir()
    _movie(drive / "a.mov")
    run(engine, "scan", ScanRequest((str(drive),), drive="card"), Job())
    levels = (0.3, 0.05, 0.1)
    rules = {
        level: f"\n  - {{id: dim, check: video.black, black_level: {level}}}\n"
        f"  - {{id: quiet, check: audio.silence, silence_db: {-30 if level == 0.3 else -60}}}\n"
        for level in levels
    }
    there = [_outcomes(_checked(engine, _policy(tmp_path, rules[level]), drive, "card")) for level in levels]
    assert there == [{"dim": "fail", "quiet": "fail"}, *[{"dim": "pass", "quiet": "pass"}] * 2]
    with engine.catalog.open_shard(engine.catalog.drive("card")) as shard:
        stats = recorded_document(shard, shard.value("SELECT id FROM file WHERE name = x'612e6d6f76'"))["stats"]
    assert [one["options"]["black_level"] for one in (stats, *stats["others"])] == [0.1, 0.05, 0.3]
    drive.rename(tmp_path / "away")
    assert [_outcomes(_checked(engine, _policy(tmp_path, rules[level]), drive, "card")) for level in levels] == there


def test_phase_may_be_opposite_for_so_long(engine: Engine, tmp_path: Path) -> None:
    sound = movies.tone(2.0, -12)
    sound[1, 24000:72000] *= -1
    path = movies.sound(tmp_path / "a.wav", sound)
    rules = """
  - {id: one, check: audio.phase, expect: {max_run_s: 0.8}}
  - {id: two, check: audio.phase, expect: {max_run_s: 1.2}}
  - {id: three, check: audio.phase, phase_s: 1.5, expect: {max_s: 0}}
"""
    result = _checked(engine, _policy(tmp_path, rules), path)
    assert _outcomes(result) == {"one": "fail", "two": "pass", "three": "pass"}
    assert result.findings[0].observed == "1.00 s in a row between FL and FR"


def test_loudness_of_channels_for_which_no_speakers_are_told_is_never_silence(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "six.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(6)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes((movies.tone(4.0, -20, channels=6).T * 32767).astype("<i2").tobytes())
    rules = """
  - {id: loud, check: audio.ebur128, missing: pass, expect: {integrated: [-24, -22], range_max: 20}}
  - {id: peak, check: audio.ebur128, expect: {true_peak_max: -1}}
"""
    result = _checked(engine, _policy(tmp_path, rules), path)
    assert _outcomes(result) == {"loud": "error", "peak": "pass"}
    assert "does not say which speakers its 6 channels are for" in result.findings[0].evidence


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("check: video.black, black_level: 7", "try.yaml:5:46: 7 is not between 0 and 0.5"),
        ("check: audio.silence, silence_db: 3", "try.yaml:5:47: 3 is not between -144 and -10"),
        ("check: audio.clipped, clip_samples: 2.5", "try.yaml:5:49: 2.5 is no count"),
        ("check: audio.clipped, clip_samples: 0", "try.yaml:5:49: 0 is not between 1 and 100000"),
        ("check: audio.silence, silence_db: quiet", "try.yaml:5:47: quiet is no number"),
        ("check: audio.silence, silence: -50", "try.yaml:5:35: "),
        ("check: video.black, silence_db: -50", "try.yaml:5:33: "),
    ],
)
def test_a_threshold_that_makes_no_sense_is_an_error_with_its_place(rule: str, said: str) -> None:
    with pytest.raises(AppError) as raised:
        read_policy(f"{HEAD}rules:\n  - {{id: r, {rule}}}\n".encode(), "try.yaml")
    assert raised.value.message.startswith(said)


def test_as_few_sets_are_measured_as_the_rules_need() -> None:
    base = MeasureOptions(silence_s=2.0)
    text = f"{HEAD}rules:{RULES}  - {{id: rate, check: video.rate, expect: {{eq: 25}}}}\n"
    sets = read_policy(text.encode(), "try.yaml", thresholds=base).measure_sets(base)
    assert sets == (base, replace(base, black_level=0.3, silence_db=-30.0))


def test_a_shipped_policy_judges_alike_whatever_the_settings_of_a_workstation_say() -> None:
    elsewhere = MeasureOptions(0.5, 0.3, 0.05, -30, 5, 100, 0.5, 9)
    here, there = (load_policy("broadcast.movie", None, thresholds) for thresholds in (DEFAULTS, elsewhere))
    measured = {rule.id: rule.measuring for rule in here.rules if rule.measuring}
    assert measured == {rule.id: rule.measuring for rule in there.rules if rule.measuring}
    assert set(measured) >= {"video.black", "video.frozen", "audio.clipped", "audio.silence", "audio.phase"}
