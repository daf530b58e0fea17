"""Sidecars and caches of older tools: read in every place, kept as history, carried over into our form."""

from pathlib import Path

import pytest

from app.catalog.assets import ShardAssets
from app.catalog.shard import open_reader
from app.files.sidecar import record_hash
from app.jobs.job import Job
from app.scanning.request import ScanRequest
from app.scanning.scan import scan
from tests.qc.conftest import CLIP_NS, Frozen, Reviewer, document, edit, frames, media

PLATE = "sh010.####.exr"
POLICY = "2025.11.0"
PLACES = ("clip.mov.qc.json", ".clip.mov.qc.json", ".qc/clip.mov.qc.json", ".qc/.clip.mov.qc.json")
SEQUENCE_PLACES = tuple(
    f"{folder}{dot}{name}"
    for name in ("sequence.qc.json", "qc.sequence.json")
    for folder in ("", ".qc/")
    for dot in ("", ".")
)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media(tmp_path / "clip.mov", b"one clip\n")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["older_single", "older_single_sha256"])
def test_a_verdict_is_carried_over(reviewer: Reviewer, clip: Path, frozen: Frozen, name: str, place: str) -> None:
    put = frozen(name, clip.parent / place)
    old = document(put)
    assert reviewer.status(clip)["clip.mov"].verdict == old["qc_result"]
    found = reviewer.crawl(clip.parent, policy_version=POLICY)
    assert (found.assets, found.written, found.changed, found.missing) == (1, 1, 0, 0)
    now = document(clip.parent / ".qc" / "clip.mov.qc.json")
    for field in ("operator", "qc_result", "qc_time", "notes", "policy_version", "asset_id"):
        assert now[field] == old[field]
    assert now["schema"] == "reelmark-sidecar/1" and now["content_hash"].startswith("blake3:")
    assert (now["history"], now["previous_hash"]) == ([old], record_hash(old))
    assert reviewer.crawl(clip.parent, policy_version=POLICY).written == 0


@pytest.mark.parametrize("name", ["older_single", "older_single_sha256"])
def test_a_verdict_over_other_content_is_stale_and_stays(
    reviewer: Reviewer, clip: Path, frozen: Frozen, name: str
) -> None:
    put = frozen(name, clip.parent / ".qc" / "clip.mov.qc.json")
    before = put.read_bytes()
    edit(clip, b"two clip\n")
    found = reviewer.crawl(clip.parent, policy_version=POLICY)
    assert (found.stale, found.written) == (1, 0)
    assert reviewer.status(clip)["clip.mov"].stale
    assert put.read_bytes() == before


@pytest.mark.parametrize("place", SEQUENCE_PLACES)
def test_the_sequence_of_a_folder_is_carried_over(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen, place: str
) -> None:
    frames(frames(tmp_path, 1001, 1002, 1004, 1005), 1, 2, base="bg_")
    for path in tmp_path.glob("sh010.*"):
        media(path, path.read_bytes(), CLIP_NS)
    put = frozen("older_sequence", tmp_path / place)
    old = document(put)
    found = reviewer.crawl(tmp_path, policy_version=POLICY)
    assert (found.sequences, found.written, found.changed, found.missing) == (2, 2, 0, 0)
    now = document(tmp_path / ".qc" / f"{PLATE}.qc.json")
    assert (now["operator"], now["qc_result"], now["content_hash"]) == ("alice", "pass", old["content_hash"])
    assert now["unverifiable"] is True and now["history"] == [old]
    assert document(put) == old, "the older tool's file stays as it is"
    again = reviewer.crawl(tmp_path, policy_version=POLICY)
    assert (again.written, again.unchanged, again.missing) == (0, 2, 0)
    status = reviewer.status(tmp_path)[PLATE]
    assert (status.verdict, status.verifiable, status.stale) == ("pass", False, False)


def test_an_unverifiable_sequence_is_judged_by_its_cheap_fingerprint(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen
) -> None:
    frames(tmp_path, 1001, 1002, 1004, 1005)
    frozen("older_sequence", tmp_path / "sequence.qc.json")
    reviewer.crawl(tmp_path, policy_version=POLICY)
    edit(tmp_path / "sh010.1004.exr", b"frame 4001\n")
    assert reviewer.status(tmp_path)[PLATE].stale
    assert reviewer.crawl(tmp_path, policy_version=POLICY).stale == 1


def test_signing_an_unverifiable_sequence_makes_it_verifiable(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen
) -> None:
    frames(tmp_path, 1001, 1002, 1004, 1005)
    old = document(frozen("older_sequence", tmp_path / "sequence.qc.json"))
    said = reviewer.sign(tmp_path / PLATE, operator="alice", policy_version=POLICY)
    assert "unverifiable" not in said and said["history"] == [old]
    assert reviewer.status(tmp_path)[PLATE].verifiable


@pytest.mark.parametrize("name", ["older_single_pending", "older_sequence_pending"])
def test_a_pending_record_is_refreshed_and_kept_as_history(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen, name: str
) -> None:
    sequence = "sequence" in name
    if sequence:
        frames(tmp_path, 1001, 1002, 1004, 1005)
    else:
        media(tmp_path / "clip.mov", b"one clip\n")
    old = document(frozen(name, tmp_path / ("sequence.qc.json" if sequence else "clip.mov.qc.json")))
    assert reviewer.crawl(tmp_path).written == 1
    now = document(tmp_path / ".qc" / f"{PLATE if sequence else 'clip.mov'}.qc.json")
    assert (now["qc_result"], now["operator"], now["history"]) == ("pending", None, [old])
    assert reviewer.crawl(tmp_path).written == 0


def test_a_verdict_given_while_the_clock_is_wrong_follows_the_older_record(
    reviewer: Reviewer, clip: Path, frozen: Frozen
) -> None:
    put = frozen("older_single", clip.parent / ".clip.mov.qc.json")
    ahead = put.read_text(encoding="utf-8").replace("2025-11-11T", "2099-11-11T")
    put.write_text(ahead, encoding="utf-8")
    reviewer.sign(clip, "fail", "bob")
    status = reviewer.status(clip)["clip.mov"]
    assert (status.verdict, status.operator) == ("fail", "bob")
    assert reviewer.crawl(clip.parent).written == 0


def test_a_new_policy_moves_an_older_verdict_into_history(reviewer: Reviewer, clip: Path, frozen: Frozen) -> None:
    old = document(frozen("older_single", clip.parent / "clip.mov.qc.json"))
    reviewer.crawl(clip, policy_version="2026.11.0")
    now = document(clip.parent / ".qc" / "clip.mov.qc.json")
    assert (now["qc_result"], now["operator"], now["history"]) == ("pending", None, [old])


def test_a_sequence_record_of_nothing_here_is_missing(reviewer: Reviewer, tmp_path: Path, frozen: Frozen) -> None:
    frames(tmp_path, 1, 2, base="other.")
    frozen("older_sequence", tmp_path / "sequence.qc.json")
    found = reviewer.crawl(tmp_path)
    assert (found.missing, found.written) == (1, 1)


def test_the_hash_cache_of_an_older_tool_is_not_believed(reviewer: Reviewer, clip: Path) -> None:
    cache = clip.parent / ".qc.hashcache.json"
    cache.write_text('{"clip.mov": {"size": 9, "mtime": 1762870000, "hash": "blake3:00"}}')
    before = cache.read_bytes()
    reviewer.crawl(clip)
    assert document(clip.parent / ".qc" / "clip.mov.qc.json")["content_hash"] != "blake3:00"
    assert cache.read_bytes() == before


def catalogued_states(reviewer: Reviewer, base: Path) -> list[str]:
    """What the catalogue says of each asset of a folder after a scan."""
    scan(reviewer.engine, ScanRequest((str(base),), mode="full"), Job())
    (drive,) = reviewer.engine.catalog.drives()
    with open_reader(reviewer.engine.catalog.shard_path(drive.id)) as database:
        return [asset.state for _, assets in ShardAssets(database, reviewer.engine.judge).after() for asset in assets]


def test_the_catalogue_judges_a_sequence_of_an_older_tool_by_its_cheap_fingerprint(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen
) -> None:
    frames(tmp_path / "base", 1001, 1002, 1004, 1005)
    frozen("older_sequence", tmp_path / "base" / "sequence.qc.json")
    assert catalogued_states(reviewer, tmp_path / "base") == ["pass"]
    reviewer.crawl(tmp_path / "base", policy_version=POLICY)
    assert catalogued_states(reviewer, tmp_path / "base") == ["pass"]
    edit(tmp_path / "base" / "sh010.1004.exr", b"frame 4001\n")
    assert catalogued_states(reviewer, tmp_path / "base") == ["stale"]


@pytest.mark.parametrize(("name", "then"), [("older_single", "stale"), ("older_single_sha256", None)])
def test_the_catalogue_judges_a_file_of_an_older_tool_by_what_it_knows(
    reviewer: Reviewer, tmp_path: Path, frozen: Frozen, name: str, then: str | None
) -> None:
    clip = media(tmp_path / "base" / "clip.mov", b"one clip\n")
    verdict = document(frozen(name, tmp_path / "base" / "clip.mov.qc.json"))["qc_result"]
    assert catalogued_states(reviewer, tmp_path / "base") == [verdict]
    edit(clip, b"two clip\n")
    assert catalogued_states(reviewer, tmp_path / "base") == [then or verdict]
