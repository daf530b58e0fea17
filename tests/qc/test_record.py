"""The shard of the drive that covers a folder learns of its verdicts."""

from pathlib import Path

import pytest

from app.catalog.shard import open_reader, open_writer
from app.jobs.events import JobEvent, Noticed
from app.jobs.job import CancelToken, Job
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
