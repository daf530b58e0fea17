"""The shard of the drive that covers a folder learns of its verdicts."""

from pathlib import Path

import pytest

from app.catalog.assets import ShardAssets
from app.catalog.shard import open_reader, open_writer
from app.jobs.events import JobEvent, Noticed
from app.jobs.job import CancelToken, Job
from app.qc.clean import CleanRequest, qc_clean
from app.qc.crawl import CrawlRequest, qc_crawl
from app.scanning.request import ScanRequest
from app.scanning.scan import scan
from tests.qc.conftest import CLIP_NS, Reviewer, frames, media


@pytest.fixture
def drive(reviewer: Reviewer, tmp_path: Path) -> Path:
    """A catalogued folder with a clip and a sequence."""
    base = tmp_path / "drive"
    media(base / "clip.mov", b"one clip\n")
    frames(base / "plates", 1001, 1002)
    scan(reviewer.engine, ScanRequest((str(base),), drive="shelf", inventory_only=True), Job())
    return base


def shard(reviewer: Reviewer) -> Path:
    (found,) = reviewer.engine.catalog.drives()
    return reviewer.engine.catalog.shard_path(found.id)


def verdicts(reviewer: Reviewer) -> list[tuple[object, ...]]:
    with open_reader(shard(reviewer)) as database:
        return list(
            database.rows(
                "SELECT f.path, v.asset, v.result, v.operator, v.sidecar FROM verdict v"
                " JOIN folder f ON f.id = v.folder_id ORDER BY 1, 2"
            )
        )


def test_a_crawl_and_a_sign_off_reach_the_shard(reviewer: Reviewer, drive: Path) -> None:
    reviewer.crawl(drive)
    reviewer.sign(drive / "clip.mov", "fail", "bob")
    assert verdicts(reviewer) == [
        (b"", b"clip.mov", "fail", "bob", b".qc/clip.mov.qc.json"),
        (b"plates", b"sh010.####.exr", "pending", "", b".qc/sh010.####.exr.qc.json"),
    ]
    with open_reader(shard(reviewer)) as database:
        assert database.value("SELECT mtime_ns FROM verdict WHERE asset = ?", (b"clip.mov",)) == CLIP_NS


def test_what_is_cleaned_away_is_no_verdict_any_more(reviewer: Reviewer, drive: Path) -> None:
    reviewer.crawl(drive)
    reviewer.sign(drive / "clip.mov", "fail", "bob")
    qc_clean(reviewer.engine, CleanRequest(drive), Job())
    assert [row[1:4] for row in verdicts(reviewer)] == [(b"clip.mov", "fail", "bob")]
    qc_clean(reviewer.engine, CleanRequest(drive, dry_run=True, with_verdicts=True), Job())
    assert len(verdicts(reviewer)) == 1
    qc_clean(reviewer.engine, CleanRequest(drive, with_verdicts=True), Job())
    assert verdicts(reviewer) == []


def test_a_verdict_behind_one_that_was_cleaned_away_stands_again(reviewer: Reviewer, drive: Path) -> None:
    reviewer.sign(drive / "clip.mov", "fail", "bob", sidecar_mode="inline")
    content = (drive / "clip.mov.qc.json").read_bytes()
    (drive / "clip.mov.qc.json").unlink()
    reviewer.crawl(drive)
    (drive / "clip.mov.qc.json").write_bytes(content)
    qc_clean(reviewer.engine, CleanRequest(drive), Job())
    assert verdicts(reviewer) == [(b"", b"clip.mov", "fail", "bob", b"clip.mov.qc.json")]


def test_a_signed_file_of_no_media_kind_is_an_asset_of_its_drive(reviewer: Reviewer, drive: Path) -> None:
    media(drive / "notes.pdf", b"%PDF-1.4 approved\n")
    media(drive / "other.pdf", b"%PDF-1.4\n")
    reviewer.sign(drive / "notes.pdf", "pass")
    scan(reviewer.engine, ScanRequest((str(drive),), inventory_only=True), Job())
    with open_reader(shard(reviewer)) as database:
        found = dict(ShardAssets(database, reviewer.engine.judge).after())
    assert [(asset.name, asset.state) for asset in found[b""]] == [(b"clip.mov", "pending"), (b"notes.pdf", "pass")]


def test_a_dry_run_tells_nothing(reviewer: Reviewer, drive: Path) -> None:
    reviewer.crawl(drive, dry_run=True)
    assert verdicts(reviewer) == []


def test_a_shard_that_is_busy_learns_later(reviewer: Reviewer, drive: Path) -> None:
    events: list[JobEvent] = []
    with open_writer(shard(reviewer), CancelToken()):
        found = qc_crawl(reviewer.engine, CrawlRequest((drive,)), Job(events.append))
    assert found.written == 2 and not found.failed
    assert [event.code for event in events if isinstance(event, Noticed)] == ["qc.shard_not_told"]
    reviewer.crawl(drive)
    assert len(verdicts(reviewer)) == 2, "also of sidecars that were not written again"
