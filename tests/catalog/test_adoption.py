"""A catalogue that is lost is made again from the shards."""

import os
import shutil
from pathlib import Path

import pytest

from app.engine import Engine, open_engine
from app.errors import RecordsBroken
from app.jobs.job import Job
from app.operations import run
from app.paths import find_home
from app.scanning.request import ScanRequest
from app.settings import load_settings
from tests.ui.enginekit import make_engine

ODD = os.fsdecode(b"caf\xe9")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Two drives, one at a folder whose name is no text."""
    engine = make_engine(tmp_path / "home")
    for folder, label in ((tmp_path / "one", "One"), (tmp_path / ODD, "Odd")):
        folder.mkdir()
        (folder / "take.mov").write_bytes(b"123")
        run(engine, "scan", ScanRequest((str(folder),), drive=label, inventory_only=True), Job())
    return engine


def again(engine: Engine) -> Engine:
    home = find_home(engine.home.root, {})
    return open_engine(load_settings(home, {}), home)


def lose(engine: Engine) -> None:
    for path in engine.home.root.glob("catalog.db*"):
        path.unlink()


def test_drives_come_back_as_they_were(engine: Engine) -> None:
    engine.catalog.rename_drive(engine.catalog.drive("One"), "Uno")
    before = engine.catalog.drives()
    lose(engine)
    found = again(engine)
    after = found.catalog.drives()
    assert [(d.id, d.label, d.base, d.passport, d.files, d.bytes, d.sequences, d.online) for d in after] == [
        (d.id, d.label, d.base, d.passport, d.files, d.bytes, d.sequences, d.online) for d in before
    ]
    assert all(drive.last_scan for drive in after)
    (notice,) = found.notices
    assert "shards of Odd, Uno" in notice and "history of jobs could not be brought back" in notice
    assert again(engine).notices == (), "it is said once"


def test_a_scan_goes_on_with_the_history_of_an_adopted_drive(engine: Engine, tmp_path: Path) -> None:
    lose(engine)
    found = again(engine)
    result = run(found, "scan", ScanRequest((str(tmp_path / ODD),), inventory_only=True), Job())
    assert (result.scan_id, result.counts["unchanged"]) == (2, 1)
    assert len(found.catalog.drives()) == 2


def test_shards_that_cannot_be_taken_over_are_named_and_left_alone(engine: Engine) -> None:
    one, odd = engine.catalog.drive("One"), engine.catalog.drive("Odd")
    shutil.copy(engine.catalog.shard_path(one.id), engine.home.shards / "copy of one.db")
    engine.catalog.shard_path(odd.id).write_bytes(b"no database" * 500)
    lose(engine)
    found = again(engine)
    assert [drive.label for drive in found.catalog.drives()] == ["One"]
    told = " ".join(found.notices)
    assert f"copy of one.db was not taken over into the new catalogue: it holds the records of {one.id}" in told
    assert f"{odd.id}.db was not taken over" in told and "is damaged" in told
    assert len(list(engine.home.shards.glob("*.db"))) == 3


def test_a_damaged_catalogue_is_told_with_a_way_out_that_keeps_the_drives(engine: Engine) -> None:
    path = engine.home.catalog
    for beside in engine.home.root.glob("catalog.db-*"):
        beside.unlink()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + os.urandom(len(whole) - 100))
    with pytest.raises(RecordsBroken, match="is damaged") as caught:
        again(engine)
    assert "Move it away: the drives are then taken over from their shards" in caught.value.hint
    path.rename(path.with_name("catalog.db.damaged"))
    assert [drive.label for drive in again(engine).catalog.drives()] == ["Odd", "One"]


def test_a_new_home_has_nothing_to_say_and_stays_empty(tmp_path: Path) -> None:
    home = find_home(tmp_path / "fresh", {})
    assert open_engine(load_settings(home, {}), home).notices == ()
    assert not (tmp_path / "fresh").exists()
