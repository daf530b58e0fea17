"""What a check reads of single files before it judges them: in order, with progress, and at the cost of one file."""

from pathlib import Path

from app.engine import Engine
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import Job
from app.qc.checking import CheckRequest, check
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
