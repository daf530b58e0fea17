"""What the last scan could not read, told of each asset."""

from pathlib import Path

from app.catalog.assets import ShardAssets
from app.catalog.shard import open_reader
from app.catalog.unreadable import READ, Unread, Unreadable
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine


def test_files_that_cannot_be_read_and_empty_frames_are_told_of_the_asset_they_belong_to(tmp_path: Path) -> None:
    engine, card = make_engine(tmp_path / "home"), tmp_path / "card"
    card.mkdir()
    for frame in range(1001, 1005):
        media.exr(card / f"sh010_v2.{frame}.exr", frame)
        media.exr(card / f"sh020_v2.{frame}.exr", frame)
    (card / "sh010_v2.1002.exr").write_bytes(b"")
    media.truncated(card / "cut.png", media.png)
    media.png(card / "good.png")
    media.empty(card / "void.png")
    run(engine, "scan", ScanRequest((str(card),), "A001"), Job())
    with open_reader(engine.catalog.shard_path(engine.catalog.drives()[0].id), CancelToken()) as database:
        unreadable, assets = Unreadable(database), ShardAssets(database, engine.judge)
        found = {asset.name: unreadable.of(asset) for _, some in assets.after() for asset in some}
    assert found == {
        b"sh010_v2.####.exr": Unread(empty=1), b"sh020_v2.####.exr": READ, b"cut.png": Unread(damaged=1),
        b"good.png": READ, b"void.png": Unread(empty=1),
    }  # fmt: skip
