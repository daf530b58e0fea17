"""The policy of broadcast movies over movies with one fault each, and one without."""

from pathlib import Path

from app.engine import Engine
from app.jobs.job import Job
from app.qc.checking import CheckRequest, CheckResult, check
from app.reports.checkwords import told, word_of
from tests import media
from tests.qc.plantedmovies import with_black, with_still, write_movie


def checked(engine: Engine, path: Path) -> CheckResult:
    return check(engine, CheckRequest((str(path),), "broadcast.movie"), Job())


def found(engine: Engine, path: Path) -> list[tuple[str, str, str]]:
    return [(one.rule, word_of(one), one.frames) for one in checked(engine, path).findings]


def test_a_movie_as_television_takes_it_gives_no_finding(engine: Engine, tmp_path: Path) -> None:
    result = checked(engine, write_movie(tmp_path / "good.mov"))
    assert [told(finding) for finding in result.findings] == []
    assert result.counts["pass"] == 16


def test_black_and_frozen_stretches_are_found_with_their_frames(engine: Engine, tmp_path: Path) -> None:
    black = found(engine, write_movie(tmp_path / "black.mov", with_black))
    assert ("video.black", "FAIL", "20-79") in black
    still = found(engine, write_movie(tmp_path / "still.mov", with_still))
    assert still == [("video.frozen", "WARNING", "21-80")]


def test_loud_sound_and_opposite_phase_are_found(engine: Engine, tmp_path: Path) -> None:
    loud = checked(engine, write_movie(tmp_path / "loud.mov", level_db=-0.5))
    assert [(one.rule, one.observed) for one in loud.findings] == [
        ("audio.loudness", "-0.51 LUFS"),
        ("audio.loudness", "-0.5 dBTP"),
    ]
    assert [one[0] for one in found(engine, write_movie(tmp_path / "phase.mov", right=-1.0))] == ["audio.phase"]


def test_silence_another_rate_and_a_cut_file_are_found(engine: Engine, tmp_path: Path) -> None:
    silent = {rule for rule, _, _ in found(engine, write_movie(tmp_path / "silent.mov", level_db=-120))}
    assert silent == {"audio.loudness", "audio.silence", "audio.silent_channels"}
    assert [one[0] for one in found(engine, write_movie(tmp_path / "rate.mov", rate=44100))] == ["audio.rate"]
    cut = write_movie(tmp_path / "cut.mov")
    cut.write_bytes(cut.read_bytes()[:5000])
    assert {word for _, word, _ in found(engine, cut)} >= {"FAIL"}


def test_a_movie_without_sound_is_one_objection(engine: Engine, tmp_path: Path) -> None:
    result = checked(engine, media.movie(tmp_path / "mute.mov", sound=False))
    assert [one.rule for one in result.findings if one.rule.startswith("audio") and one.outcome.value == "fail"] == [
        "audio.loudness"
    ]
