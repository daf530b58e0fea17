"""What a check reads of single files before it judges them: in order, with progress, and at the cost of one file."""

from pathlib import Path

import pytest

from app.engine import Engine
from app.errors import DriveGone
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import Job
from app.operations import run
from app.qc.checking import CheckRequest, check
from app.scanning.request import ScanRequest
from tests import media

POLICY = """\
schema: qcpolicy/1
id: try.sound
version: "1"
match: {kind: sound}
rules:
  - {id: silence, check: audio.silence}
"""


def test_sounds_are_judged_in_their_order_and_a_broken_one_costs_itself(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    media.wav(folder / "a.wav", 20)
    (folder / "b.wav").write_bytes(b"RIFF and nothing more")
    for name in ("c.wav", "d.wav", "e.wav"):
        media.wav(folder / name, 0.25)
    (tmp_path / "sound.yaml").write_text(POLICY)

    result = check(engine, CheckRequest((str(folder),), str(tmp_path / "sound.yaml")), Job())

    outcomes = [(Path(asset.asset).name, asset.outcome.value) for asset in result.assets]
    assert outcomes == [("a.wav", "pass"), ("b.wav", "error"), ("c.wav", "pass"), ("d.wav", "pass"), ("e.wav", "pass")]


def test_a_check_says_which_sound_it_measures_and_how_far_it_is(engine: Engine, tmp_path: Path) -> None:
    media.wav(tmp_path / "long.wav", 120)
    (tmp_path / "sound.yaml").write_text(POLICY)
    heard: list[JobEvent] = []

    check(engine, CheckRequest((str(tmp_path / "long.wav"),), str(tmp_path / "sound.yaml")), Job(heard.append))

    told = [event.current for event in heard if isinstance(event, Progressed)]
    assert any("long.wav (" in text and text.endswith(" %)") for text in told), told


def test_how_far_a_check_is_never_goes_back(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    for number in range(30):
        (folder / f"a{number}x.txt").write_text("no sound")
    for name in "bcd":
        media.wav(folder / f"{name}.wav", 60)
    (tmp_path / "sound.yaml").write_text(POLICY)
    heard: list[JobEvent] = []
    check(engine, CheckRequest((str(folder),), str(tmp_path / "sound.yaml")), Job(heard.append))
    told = [event.done for event in heard if isinstance(event, Progressed)]
    assert told == sorted(told) and told[-1] == 33, told


def test_a_catalogued_drive_that_goes_away_while_its_folder_is_checked_is_no_damage(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    for name in "abcd":
        media.wav(folder / f"{name}.wav", 20)
    (tmp_path / "sound.yaml").write_text(POLICY)
    run(engine, "scan", ScanRequest((str(folder),), "A001"), Job())

    def pulled(event: JobEvent) -> None:
        if isinstance(event, Progressed) and folder.is_dir():
            folder.rename(tmp_path / "away")

    with pytest.raises(DriveGone, match="A001 went away"):
        check(engine, CheckRequest((str(folder),), str(tmp_path / "sound.yaml")), Job(pulled))
