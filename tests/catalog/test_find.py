"""Search over several drives: pages without gaps, broken shards left out on request."""

import os
import shutil
from pathlib import Path

import pytest

from app.catalog.find import Find, Found
from app.catalog.search import SearchQuery
from app.engine import Engine
from app.errors import AppError, RecordsBroken
from app.jobs.job import Job
from app.model.drives import Passport
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Two drives that are copies of each other: the same names, times and row numbers."""
    engine = make_engine(tmp_path / "home")
    tree = tmp_path / "one"
    (tree / "folder").mkdir(parents=True)
    for number in range(20):
        path = tree / "folder" / f"take {number}.mov"
        path.touch()
        os.utime(path, ns=(0, 10**18 + number // 4))
    shutil.copytree(tree, tmp_path / "two")
    for label in ("one", "two"):
        run(engine, "scan", ScanRequest((str(tmp_path / label),), drive=label, inventory_only=True), Job())
    return engine


@pytest.mark.parametrize("size", [1, 3, 7, 20])
def test_pages_hold_every_twin_once(engine: Engine, size: int) -> None:
    seen: list[Found] = []
    with Find(engine.catalog, engine.judge, engine.catalog.drives(), SearchQuery("take")) as find:
        while page := find.page(size, seen[-1] if seen else None):
            seen += page
        assert find.total() == 40
    assert len(seen) == len({hit.key for hit in seen}) == 40
    times = [hit.hit.mtime_ns for hit in seen]
    assert times == sorted(times, reverse=True)


def test_a_hit_knows_its_path(engine: Engine, tmp_path: Path) -> None:
    with Find(engine.catalog, engine.judge, engine.catalog.drives(), SearchQuery("take 19")) as find:
        assert {hit.path for hit in find.page(0)} == {
            str(tmp_path / label / "folder" / "take 19.mov") for label in ("one", "two")
        }


def test_a_damaged_shard_stops_a_search_unless_it_may_be_left_out(engine: Engine) -> None:
    drives = engine.catalog.drives()
    engine.catalog.shard_path(drives[0].id).write_bytes(b"no database" * 500)
    with pytest.raises(RecordsBroken):
        Find(engine.catalog, engine.judge, drives, SearchQuery("take"))
    broken: dict[str, AppError] = {}
    with Find(engine.catalog, engine.judge, drives, SearchQuery("take"), broken=broken) as find:
        assert {hit.drive.label for hit in find.page(0)} == {"two"}
        assert find.total() == 20
    assert list(broken) == [drives[0].id]


def test_a_shard_that_turns_out_damaged_while_it_is_read_is_left_out_too(engine: Engine) -> None:
    drives = engine.catalog.drives()
    path = engine.catalog.shard_path(drives[0].id)
    for beside in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        beside.unlink(missing_ok=True)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    broken: dict[str, AppError] = {}
    with Find(engine.catalog, engine.judge, drives, SearchQuery("take"), broken=broken) as find:
        assert {hit.drive.label for hit in find.page(0)} == {"two"}
        assert find.total() == 20
    assert [broken[drives[0].id].code] == ["catalog.damaged"]


def test_a_shard_that_was_deleted_is_told(engine: Engine) -> None:
    drives = engine.catalog.drives()
    for beside in engine.home.shards.glob(f"{drives[0].id}*"):
        beside.unlink()
    broken: dict[str, AppError] = {}
    with Find(engine.catalog, engine.judge, drives, SearchQuery("take"), broken=broken) as find:
        assert find.total() == 20
        assert find.searched == 1
    assert broken[drives[0].id].code == "shard.missing"
    engine.catalog.shard_path(drives[0].id).touch()
    assert "is empty" in str(engine.catalog.standing(drives[0]).error)


def test_a_shard_of_another_drive_is_not_taken_for_this_one(engine: Engine) -> None:
    one, two = engine.catalog.drives()
    shutil.copy(engine.catalog.shard_path(two.id), engine.catalog.shard_path(one.id))
    error = engine.catalog.standing(one).error
    assert error is not None and error.code == "shard.other_drive" and "another drive, two" in error.message
    assert engine.catalog.standing(two).error is None
    before = engine.catalog.shard_path(one.id).read_bytes()
    with pytest.raises(RecordsBroken, match="another drive, two"):
        run(engine, "scan", ScanRequest((one.base,), drive="one", inventory_only=True), Job())
    assert engine.catalog.shard_path(one.id).read_bytes() == before, "nothing is written into it"


def test_a_drive_that_was_never_scanned_is_not_broken(engine: Engine) -> None:
    drive = engine.catalog.add_drive("new", "/nowhere", Passport())
    broken: dict[str, AppError] = {}
    with Find(engine.catalog, engine.judge, engine.catalog.drives(), SearchQuery("take"), broken=broken) as find:
        assert find.total() == 40
    assert not broken and engine.catalog.standing(drive).error is None
