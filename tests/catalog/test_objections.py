"""Which assets failed the last check that was recorded of them."""

from pathlib import Path

from app.catalog.assets import ShardAssets
from app.catalog.objections import Objections
from app.catalog.shard import open_reader
from app.engine import Engine
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.qc.checking import CheckRequest
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.tabs.reviewkit import make_library, write_policy


def objected(engine: Engine) -> dict[bytes, tuple[str, ...]]:
    with open_reader(engine.catalog.shard_path(engine.catalog.drives()[0].id), CancelToken()) as database:
        objections = Objections(database)
        assets = ShardAssets(database, engine.judge)
        return {asset.name: objections.of(asset) for _, found in assets.after() for asset in found}


def test_an_asset_that_failed_is_told_until_it_changes(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    library = make_library(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(library),), "A001"), Job())
    assert set(objected(engine).values()) == {()}
    run(engine, "check", CheckRequest((), write_policy(tmp_path), ("A001",)), Job())
    fails = ("test.whole 1.0.0: fail",)
    assert objected(engine) == {b"sh010.####.exr": fails, b"still.exr": (), b"mix.wav": fails}
    media.exr(library / "shots" / "sh010.1004.exr", 1004)
    run(engine, "scan", ScanRequest((str(library),), "A001"), Job())
    found = objected(engine)
    assert found[b"mix.wav"] == fails
    assert found[b"sh010.####.exr"] == ()
