"""Files that were moved or renamed are the same files."""

import os

import pytest

from app.catalog.assets import ShardAssets
from app.catalog.shard import open_reader
from app.jobs.job import Job
from app.mounts import filesystem_type, keeps_file_ids
from app.operations import run
from app.qc.crawl import CrawlRequest

from .conftest import Studio


def test_a_renamed_folder_is_moved_and_nothing_of_it_is_read_again(studio: Studio) -> None:
    if not keeps_file_ids(filesystem_type(studio.base)):
        pytest.skip("numbers of files mean nothing here: what the folder lies on is not known")
    for number in range(3):
        studio.write(f"shot/a.{number:04}.exr", bytes([number]) * 100)
    studio.write("shot/deep/b.txt", b"text")
    studio.scan(inventory_only=False)
    (studio.base / "shot").rename(studio.base / "moved")
    document = studio.scan(inventory_only=False)
    counts = document["counts"]
    assert (counts["moved"], counts["new"], counts["missing"]) == (4, 0, 0)
    assert document["hashed"]["files"] == 0
    assert studio.found("b.txt") == {b"moved/deep/b.txt"}
    assert studio.rows("SELECT DISTINCT evidence FROM moved") == [("file id",)]
    assert studio.rows("SELECT count(*) FROM file WHERE missed_scan IS NULL AND hash IS NULL") == [(0,)]
    assert studio.counts(inventory_only=False) == {"files": 4, "directories": 3, "unchanged": 4}


def test_a_file_that_was_copied_and_deleted_is_known_by_its_content(studio: Studio) -> None:
    path = studio.write("a.mov", b"the same bytes")
    studio.write("b.mov", b"other bytes")
    studio.write("empty", b"")
    studio.scan(inventory_only=False)
    path.unlink()
    (studio.base / "empty").unlink()
    studio.write("in/c.mov", b"the same bytes")
    studio.write("in/none", b"")
    counts = studio.scan(inventory_only=False)["counts"]
    assert (counts["moved"], counts["new"], counts["missing"]) == (1, 1, 1)
    assert studio.rows("SELECT evidence FROM moved") == [("content",)]
    assert studio.scan(inventory_only=False)["counts"]["unchanged"] == 3


def test_without_hashes_name_size_and_time_tell_where_they_are_the_only_ones(studio: Studio) -> None:
    alone = studio.write("x/alone.wav", b"1")
    for folder in ("x", "y"):
        os.utime(studio.write(f"{folder}/twice.wav", b"22"), ns=(5, 5))
    studio.scan()
    (studio.base / "in").mkdir()
    alone.rename(studio.base / "in" / "alone.wav")
    (studio.base / "x" / "twice.wav").rename(studio.base / "in" / "twice.wav")
    (studio.base / "y" / "twice.wav").unlink()
    counts = studio.scan()["counts"]
    assert (counts["moved"], counts["new"], counts["missing"]) == (1, 1, 2)


def test_a_file_that_goes_back_to_its_old_name_is_still_the_same(studio: Studio) -> None:
    path = studio.write("a.mov", b"abc")
    studio.scan(inventory_only=False)
    path.rename(studio.base / "b.mov")
    studio.scan(inventory_only=False)
    (studio.base / "b.mov").rename(path)
    counts = studio.scan(inventory_only=False)["counts"]
    assert (counts["moved"], counts["new"], counts["missing"]) == (1, 0, 0)
    assert studio.rows("SELECT count(*) FROM file WHERE missed_scan IS NULL") == [(1,)]


def test_a_folder_of_thousands_that_was_renamed_is_not_taken_for_a_loss(studio: Studio) -> None:
    for number in range(1200):
        studio.write(f"shot/{number}.txt", str(number).encode())
    studio.scan(inventory_only=False)
    (studio.base / "shot").rename(studio.base / "renamed")
    document = studio.scan(inventory_only=False)
    assert document["counts"]["moved"] == 1200
    assert "unaccepted_missing" not in document
    assert studio.found("1199.txt") == {b"renamed/1199.txt"}


def test_a_copy_of_a_file_that_stays_is_new_and_not_moved(studio: Studio) -> None:
    studio.write("a.mov", b"abc")
    studio.scan(inventory_only=False)
    studio.write("b.mov", b"abc")
    counts = studio.scan(inventory_only=False)["counts"]
    assert (counts["moved"], counts["new"]) == (0, 1)


def sign(studio: Studio, name: str) -> None:
    request = CrawlRequest((studio.base / name,), operator="Ann", result="pass")
    run(studio.engine, "qc_crawl", request, Job())


def states(studio: Studio) -> dict[bytes, tuple[str, bytes]]:
    """The word and the sidecar of each asset that has a verdict, by its path."""
    with open_reader(studio.shard) as database:
        assets = ShardAssets(database, studio.engine.judge)
        return {
            folder + b"/" + asset.name: (asset.state, asset.verdict.sidecar)
            for folder, found in assets.after()
            for asset in found
            if asset.verdict is not None
        }


def test_a_verdict_follows_what_was_moved_with_its_sidecar_or_without(studio: Studio) -> None:
    studio.write("in/take.mov", b"take")
    studio.write("in/other.mov", b"other")
    for number in range(1, 5):
        studio.write(f"in/sh.{number:04}.exr", bytes([number]) * 9)
    studio.scan(inventory_only=False)
    for name in ("in/take.mov", "in/sh.####.exr"):
        sign(studio, name)
    studio.scan(inventory_only=False)
    assert states(studio) == {
        b"in/take.mov": ("pass", b".qc/take.mov.qc.json"),
        b"in/sh.####.exr": ("pass", b".qc/sh.####.exr.qc.json"),
    }
    (studio.base / "in").rename(studio.base / "kept")
    studio.scan(inventory_only=False)
    assert states(studio)[b"kept/take.mov"] == ("pass", b".qc/take.mov.qc.json")
    (studio.base / "best").mkdir()
    for path in [studio.base / "kept" / "take.mov", *(studio.base / "kept").glob("*.exr")]:
        path.rename(studio.base / "best" / path.name)
    studio.scan(inventory_only=False)
    assert states(studio) == {
        b"best/take.mov": ("pass", b"../kept/.qc/take.mov.qc.json"),
        b"best/sh.####.exr": ("pass", b"../kept/.qc/sh.####.exr.qc.json"),
    }
    (studio.base / "best").rename(studio.base / "final")
    studio.scan(inventory_only=False)
    assert states(studio) == {
        b"final/take.mov": ("pass", b"../kept/.qc/take.mov.qc.json"),
        b"final/sh.####.exr": ("pass", b"../kept/.qc/sh.####.exr.qc.json"),
    }, "moved once more"
    frames = {b"final/sh.%04d.exr" % number for number in range(1, 5)}
    assert studio.found("final", verdicts=("pass",)) == {b"final/take.mov", *frames}
    studio.write("final/take.mov", b"edited")
    studio.scan(inventory_only=False)
    assert states(studio)[b"final/take.mov"][0] == "stale"
