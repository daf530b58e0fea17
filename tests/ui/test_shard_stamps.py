"""How the window tells that the records of a drive changed."""

from pathlib import Path

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from ui.shard_stamps import shard_stamp


def test_a_scan_changes_the_stamp_and_a_reader_does_not(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    base = make_tree(tmp_path / "card", 3)
    run(engine, "scan", ScanRequest((str(base),), inventory_only=True), Job())
    (drive,) = engine.catalog.drives()
    before = shard_stamp(engine, drive.id)
    with engine.catalog.open_shard(drive) as reader:
        assert reader.value("SELECT count(*) FROM file") == 3
        assert shard_stamp(engine, drive.id) == before
    assert shard_stamp(engine, drive.id) == before
    (base / "more.txt").write_text("more", encoding="utf-8")
    run(engine, "scan", ScanRequest((str(base),), inventory_only=True), Job())
    assert shard_stamp(engine, drive.id) != before
