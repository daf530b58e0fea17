"""Crawling real folders: what gets a sidecar, what is left alone, what fails alone."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from app.errors import Cancelled, InputError, UsageError
from app.files.hashcache import CACHE_NAME
from app.files.sidecar import record_hash
from app.jobs.events import JobEvent, Noticed, Progressed
from app.jobs.job import CancelToken, Job
from app.qc.crawl import CrawlRequest, qc_crawl
from tests.media import empty, exr, truncated, wav
from tests.qc.conftest import Reviewer, document, edit, everything, frames, media

PLATE = "sh010.####.exr"
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such names or permissions on Windows")


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """Two sequences, a movie, and things that are no assets."""
    folder = frames(tmp_path / "plates", 1001, 1002, 1004, 1005)
    frames(folder, 1, 2, 3, base="bg_")
    media(folder / "clip.mov", b"one clip\n")
    media(folder / "notes.txt", b"no asset")
    media(folder / ".hidden.mov", b"no asset")
    media(folder / ".cache" / "deep.mov", b"no asset")
    return folder


def test_each_asset_gets_one_sidecar(reviewer: Reviewer, plates: Path) -> None:
    found = reviewer.crawl(plates)
    assert (found.assets, found.sequences, found.singles, found.written, found.unchanged) == (3, 2, 1, 3, 0)
    assert (found.changed, found.missing, found.failed) == (0, 0, [])
    names = {"bg_####.exr.qc.json", f"{PLATE}.qc.json", "clip.mov.qc.json"}
    assert {path.name for path in (plates / ".qc").iterdir()} == {*names, CACHE_NAME}
    assert sorted(found.sidecars) == sorted(str(plates / ".qc" / name) for name in names)


def test_what_a_sequence_sidecar_says(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    said = document(plates / ".qc" / f"{PLATE}.qc.json")
    assert (said["qc_result"], said["operator"], said["asset_kind"]) == ("pending", None, "sequence")
    assert said["asset_path"] == (plates / PLATE).as_posix()
    assert said["sequence"] | {"fingerprint": ""} == {
        "base": "sh010",
        "ext": "exr",
        "first": "sh010.1001.exr",
        "last": "sh010.1005.exr",
        "frame_count": 4,
        "frame_min": 1001,
        "frame_max": 1005,
        "pad": 4,
        "range_count": 2,
        "holes": 1,
        "missing_count": 1,
        "gap_count": 1,
        "ranges": "1001-1002,1004-1005",
        "fingerprint": "",
        "cheap_fp": {"files": 4, "bytes": 44, "newest_mtime": 1762870000},
    }


@pytest.mark.parametrize("mode", ["subdir", "dot", "inline"])
def test_a_second_crawl_writes_nothing(reviewer: Reviewer, plates: Path, mode: str) -> None:
    (plates / "fresh.mov").write_bytes(b"written this very moment")
    reviewer.crawl(plates, sidecar_mode=mode)
    place = {"subdir": ".qc/clip.mov.qc.json", "dot": ".clip.mov.qc.json", "inline": "clip.mov.qc.json"}[mode]
    assert (plates / place).is_file()
    before = everything(plates)
    folders = {path: path.stat().st_mtime_ns for path in (plates, plates / ".qc") if path.exists()}
    again = reviewer.crawl(plates, sidecar_mode=mode)
    assert (again.assets, again.written, again.unchanged, again.sidecars) == (4, 0, 4, [])
    assert everything(plates) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders


def test_a_sidecar_stays_where_it_is_when_the_mode_changes(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates, sidecar_mode="inline")
    assert reviewer.crawl(plates, sidecar_mode="subdir").written == 0
    reviewer.crawl(plates, operator="alice", result="pass", sidecar_mode="dot")
    assert document(plates / "clip.mov.qc.json")["qc_result"] == "pass"
    assert not (plates / ".clip.mov.qc.json").exists()


def test_unchanged_content_is_not_read_again(reviewer: Reviewer, plates: Path) -> None:
    read: list[int] = []

    def hear(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            read.append(event.bytes_done)

    qc_crawl(reviewer.engine, CrawlRequest((plates,)), Job(hear))
    assert read[-1] > 0
    (plates / ".qc" / "clip.mov.qc.json").unlink()
    read.clear()
    qc_crawl(reviewer.engine, CrawlRequest((plates,)), Job(hear))
    assert read[-1] == 0, "not even for a sidecar that is made again"
    assert (plates / ".qc" / "clip.mov.qc.json").is_file()


def test_a_pending_sidecar_is_refreshed_after_an_edit(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    before = document(plates / ".qc" / "clip.mov.qc.json")
    edit(plates / "clip.mov", b"two clip\n")
    found = reviewer.crawl(plates)
    assert (found.written, found.changed, found.unchanged) == (1, 1, 2)
    after = document(plates / ".qc" / "clip.mov.qc.json")
    assert after["content_hash"] != before["content_hash"] and after["history"] == []


def test_an_edit_that_keeps_size_and_time_is_seen(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    frame = plates / "sh010.1004.exr"
    stamp = frame.stat().st_mtime_ns
    frame.write_bytes(b"FRAME 1004\n")
    os.utime(frame, ns=(stamp, stamp))
    assert reviewer.crawl(plates).changed == 1


def test_a_touched_file_is_read_once_and_not_called_changed(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    edit(plates / "clip.mov", b"one clip\n")
    first = reviewer.crawl(plates)
    assert (first.changed, first.written) == (0, 1)
    assert reviewer.crawl(plates).written == 0


def test_frames_that_come_and_go_change_a_sequence(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    media(plates / "sh010.1003.exr", b"frame 1003\n")
    assert reviewer.crawl(plates).changed == 1
    assert document(plates / ".qc" / f"{PLATE}.qc.json")["sequence"]["missing_count"] == 0
    (plates / "sh010.1001.exr").unlink()
    assert reviewer.crawl(plates).changed == 1


def test_a_gone_asset_is_missing_and_its_sidecar_stays(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    (plates / "clip.mov").unlink()
    found = reviewer.crawl(plates)
    assert (found.assets, found.missing, found.written) == (2, 1, 0)
    assert (plates / ".qc" / "clip.mov.qc.json").is_file()


def test_a_verdict_is_never_overwritten(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates, operator="alice", result="pass", note="fine", reasons=("text",))
    edit(plates / "clip.mov", b"two clip\n")
    before = everything(plates / ".qc")
    found = reviewer.crawl(plates)
    assert (found.written, found.changed, found.stale, found.unchanged) == (0, 1, 1, 2)
    after = everything(plates / ".qc")
    assert {name: before[name] for name in before if name != CACHE_NAME} == {
        name: after[name] for name in after if name != CACHE_NAME
    }
    assert reviewer.status(plates)["clip.mov"].stale


def test_a_new_policy_keeps_the_verdict_whole_in_history(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates, operator="alice", result="fail", note="soft", policy_version="2026.1")
    verdict = document(plates / ".qc" / "clip.mov.qc.json")
    found = reviewer.crawl(plates, policy_version="2026.2")
    assert (found.written, found.changed) == (3, 0)
    now = document(plates / ".qc" / "clip.mov.qc.json")
    assert (now["qc_result"], now["operator"], now["policy_version"]) == ("pending", None, "2026.2")
    history = verdict.pop("history")
    assert now["history"] == [*history, verdict]
    assert (now["supersedes"], now["previous_hash"]) == (verdict["qc_id"], record_hash(verdict))
    assert reviewer.crawl(plates, policy_version="2026.2").written == 0


def test_signing_off_twice_writes_once(reviewer: Reviewer, plates: Path) -> None:
    assert reviewer.crawl(plates, operator="alice", result="pass", note="ok").written == 3
    assert reviewer.crawl(plates, operator="alice", result="pass", note="ok").written == 0
    assert reviewer.crawl(plates, operator="bob", result="pass", note="ok").written == 3
    assert len(document(plates / ".qc" / "clip.mov.qc.json")["history"]) == 1


def test_a_moved_library_stays_signed(reviewer: Reviewer, plates: Path, tmp_path: Path) -> None:
    reviewer.crawl(plates, operator="alice", result="pass")
    moved = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(plates, moved)
    found = reviewer.crawl(moved)
    assert (found.unchanged, found.written, found.changed) == (3, 0, 0)
    assert {status.verdict for status in reviewer.status(moved).values()} == {"pass"}


def test_unknown_fields_survive(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    path = plates / ".qc" / "clip.mov.qc.json"
    path.write_text(path.read_text().replace('"waivers"', '"studio_ticket": {"id": 77}, "waivers"'))
    reviewer.crawl(plates, operator="alice", result="pass")
    assert document(path)["studio_ticket"] == {"id": 77}


def test_a_dry_run_counts_and_writes_nothing(reviewer: Reviewer, plates: Path) -> None:
    before = everything(plates)
    found = reviewer.crawl(plates, dry_run=True)
    assert found.written == 3 and len(found.sidecars) == 3
    assert everything(plates) == before and not (plates / ".qc").exists()


@pytest.mark.parametrize(
    ("given", "assets"),
    [
        (["clip.mov"], ["clip.mov"]),
        (["notes.txt"], ["notes.txt"]),
        (["sh010.1002.exr"], [PLATE]),
        (["sh010.####.exr"], [PLATE]),
        (["sh010.1001-1005#.exr"], [PLATE]),
        (["sh010.%04d.exr", "clip.mov"], [PLATE, "clip.mov"]),
        ([".", "clip.mov"], [PLATE, "bg_####.exr", "clip.mov"]),
    ],
)
def test_what_a_path_may_be(reviewer: Reviewer, plates: Path, given: list[str], assets: list[str]) -> None:
    found = reviewer.crawl(*(plates / name for name in given))
    assert sorted(Path(path).name for path in found.sidecars) == sorted(f"{name}.qc.json" for name in assets)


def test_a_file_of_no_media_kind_that_was_signed_stays_signed(reviewer: Reviewer, plates: Path) -> None:
    reviewer.sign(plates / "notes.txt", "fail")
    found = reviewer.crawl(plates)
    assert (found.assets, found.missing, found.unchanged, found.written) == (4, 0, 1, 3)
    status = reviewer.status(plates)["notes.txt"]
    assert (status.verdict, status.stale, status.missing) == ("fail", False, False)
    edit(plates / "notes.txt", b"no more")
    assert reviewer.status(plates)["notes.txt"].stale
    assert (reviewer.crawl(plates).stale, document(plates / ".qc" / "notes.txt.qc.json")["qc_result"]) == (1, "fail")


def test_a_frame_that_was_judged_alone_is_not_missing_when_others_come(reviewer: Reviewer, tmp_path: Path) -> None:
    frames(tmp_path, 1001)
    frames(tmp_path, 1, base="bg_")
    reviewer.crawl(tmp_path)
    reviewer.sign(tmp_path / "sh010.1001.exr")
    frames(tmp_path, 1001, 1002)
    frames(tmp_path, 1, 2, base="bg_")
    found = reviewer.crawl(tmp_path)
    assert (found.missing, found.written, found.failed) == (0, 2, [])
    status = reviewer.status(tmp_path)
    assert (status["sh010.1001.exr"].verdict, status["sh010.1001.exr"].stale) == ("pass", False)
    assert set(status) == {"sh010.1001.exr", PLATE, "bg_####.exr"}, "a crawl's own word on a frame is dropped"
    edit(tmp_path / "sh010.1001.exr", b"FRAME 1001\n")
    assert reviewer.status(tmp_path)["sh010.1001.exr"].stale
    assert reviewer.sign(tmp_path / "sh010.1001.exr")["asset_name"] == PLATE, "a frame stands for its sequence"


def test_damaged_media_is_noted_in_its_record(reviewer: Reviewer, tmp_path: Path) -> None:
    exr(tmp_path / "sh010.1001.exr")
    for number in range(1002, 1006):
        truncated(tmp_path / f"sh010.{number}.exr", exr)
    empty(tmp_path / "empty.png")
    wav(tmp_path / "good.wav")
    found = reviewer.crawl(tmp_path)
    assert (found.written, found.failed) == (3, [])
    assert [Path(path).name for path, _ in found.damaged] == ["empty.png", PLATE]
    findings = document(tmp_path / ".qc" / f"{PLATE}.qc.json")["findings"]
    assert (findings["counts"], findings["worst"]) == ({"error": 4}, "error")
    assert [item["file"] for item in findings["items"]] == [f"sh010.{number}.exr" for number in range(1002, 1006)]
    assert document(tmp_path / ".qc" / "good.wav.qc.json")["findings"] == {"counts": {}, "worst": None}
    said = reviewer.sign(tmp_path / PLATE)
    assert said["findings"] == findings, "a verdict says it too"
    assert "3 more" in reviewer.status(tmp_path)[PLATE].damage


def test_a_file_that_is_mended_loses_its_findings_and_one_that_breaks_gets_them(
    reviewer: Reviewer, tmp_path: Path
) -> None:
    truncated(tmp_path / "clip.wav", wav)
    reviewer.crawl(tmp_path)
    wav(tmp_path / "clip.wav")
    assert reviewer.crawl(tmp_path).damaged == []
    reviewer.sign(tmp_path / "clip.wav")
    truncated(tmp_path / "clip.wav", wav)
    found = reviewer.crawl(tmp_path)
    assert (found.stale, found.written, len(found.damaged)) == (1, 0, 1), "also under a verdict, which stays"


@pytest.mark.parametrize("place", [".clip.mov.qc.json", ".qc/.clip.mov.qc.json", "..qc.hashcache.json"])
def test_what_a_killed_writer_left_is_removed_in_time(reviewer: Reviewer, plates: Path, place: str) -> None:
    (plates / ".qc").mkdir()
    old = media(plates / f"{place}.0123456789ab.reelmark.tmp", b"{")
    young = plates / f"{place}.ba9876543210.reelmark.tmp"
    young.write_bytes(b"{")
    foreign = [media(plates / name, b"x") for name in (".clip.mov.tmp", ".clip.mov.qc.json.0123456789ab.tmp")]
    reviewer.crawl(plates, dry_run=True)
    assert old.exists()
    reviewer.crawl(plates)
    assert not old.exists() and young.exists() and all(path.exists() for path in foreign)


@pytest.mark.parametrize("name", ["gone.mov", "other.####.exr", ".hidden.mov"])
def test_a_path_that_names_no_asset(reviewer: Reviewer, plates: Path, name: str) -> None:
    with pytest.raises(InputError):
        reviewer.crawl(plates / name)


@pytest.mark.parametrize(
    "options",
    [{"operator": "alice"}, {"result": "pass"}, {"note": "n"}, {"operator": "a", "result": "good"},
     {"operator": "a\nb", "result": "pass"}, {"operator": "\udce9", "result": "pass"},
     {"sidecar_mode": "beside"}],
)  # fmt: skip
def test_requests_put_wrongly(reviewer: Reviewer, plates: Path, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        reviewer.crawl(plates, **options)


def test_a_broken_sidecar_fails_alone_and_is_not_overwritten(reviewer: Reviewer, plates: Path) -> None:
    path = plates / ".qc" / "clip.mov.qc.json"
    path.parent.mkdir()
    path.write_bytes(b'{"qc_result": "pass", "operator": "alice"')
    found = reviewer.crawl(plates, operator="bob", result="fail")
    assert found.written == 2
    ((failed, reason),) = found.failed
    assert failed == str(plates / "clip.mov") and "clip.mov.qc.json" in reason
    assert path.read_bytes() == b'{"qc_result": "pass", "operator": "alice"'
    assert reviewer.status(plates)["clip.mov"].error


def test_a_broken_hash_cache_is_made_anew_with_a_notice(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    (plates / ".qc" / CACHE_NAME).write_bytes(b"\x00garbage")
    events: list[JobEvent] = []
    qc_crawl(reviewer.engine, CrawlRequest((plates,)), Job(events.append))
    assert [event.code for event in events if isinstance(event, Noticed)] == ["qc.cache_rebuilt"]
    events.clear()
    qc_crawl(reviewer.engine, CrawlRequest((plates,)), Job(events.append))
    assert not [event for event in events if isinstance(event, Noticed)]


@posix
def test_awkward_names_links_and_pipes(reviewer: Reviewer, tmp_path: Path) -> None:
    names = [
        b"line\nbreak.mov",
        b"caf\xe9\xff.mov",
        "cafe\u0301.mov".encode(),
        "caf\u00e9.mov".encode(),
        b"n" * 251 + b".mov",
        b"quote'\".mov",
        "\N{CLAPPER BOARD} 1.mov".encode(),
    ]
    if sys.platform == "darwin":
        names = [names[0], *names[3:]]
    for name in names:
        media(tmp_path / os.fsdecode(name), name)
    media(tmp_path / os.fsdecode(b"pl\xe4te.0001.exr"), b"1")
    media(tmp_path / os.fsdecode(b"pl\xe4te.0002.exr"), b"2")
    (tmp_path / "link.mov").symlink_to(os.fsdecode(names[0]))
    (tmp_path / "loop").symlink_to(".")
    os.mkfifo(tmp_path / "pipe.mov")
    found = reviewer.crawl(tmp_path)
    assert (found.assets, found.written, found.failed) == (len(names) + 1, len(names) + 1, [])
    assert reviewer.crawl(tmp_path).unchanged == len(names) + 1
    assert len(list((tmp_path / ".qc").glob("*.qc.json"))) == len(names) + 1
    signed = reviewer.sign(tmp_path / os.fsdecode(names[1]))
    assert signed["raw_name"] and reviewer.status(tmp_path)[os.fsdecode(names[1])].verdict == "pass"


def test_a_frame_that_leaves_before_it_is_read_costs_its_sequence(reviewer: Reviewer, plates: Path) -> None:
    def hear(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            (plates / "sh010.1004.exr").unlink(missing_ok=True)

    found = qc_crawl(reviewer.engine, CrawlRequest((plates,)), Job(hear))
    ((path, reason),) = found.failed
    assert path == str(plates / PLATE) and "sh010.1004.exr" in reason
    assert found.written == 2 and not (plates / ".qc" / f"{PLATE}.qc.json").exists()


def test_a_drive_that_is_full(reviewer: Reviewer, mounted: Path) -> None:
    media(mounted / "clip.mov", b"x" * 20_000)
    with suppress(OSError), (mounted / "rest").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    found = reviewer.crawl(mounted)
    assert found.written == 0
    ((path, reason),) = found.failed
    assert path == str(mounted / "clip.mov") and "no space left" in reason
    assert not list(mounted.rglob("*.tmp"))


def test_a_read_only_drive(reviewer: Reviewer, mounted: Path, tmp_path: Path) -> None:
    media(mounted / "clip.mov", b"one clip\n")
    reviewer.crawl(mounted)
    media(mounted / "new.mov", b"new\n")
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    media(tmp_path / "other" / "free.mov", b"x")
    found = reviewer.crawl(mounted, tmp_path / "other")
    assert (found.written, found.unchanged) == (1, 1)
    ((path, reason),) = found.failed
    assert path == str(mounted / "new.mov") and "may not be written" in reason
    assert reviewer.status(mounted)["clip.mov"].verdict == "pending"


def test_cancelling_keeps_what_was_hashed_and_ends_the_children(reviewer: Reviewer, plates: Path) -> None:
    reviewer.crawl(plates)
    with (plates / "long.mov").open("wb") as file:
        file.truncate(64 << 30)
    token = CancelToken()

    def hear(event: JobEvent) -> None:
        if getattr(event, "bytes_done", 0):
            token.cancel()

    with pytest.raises(Cancelled):
        qc_crawl(reviewer.engine, CrawlRequest((plates,), workers=1), Job(hear, token))
    assert not [child for child in psutil.Process().children() if "app.jobs.childmain" in " ".join(child.cmdline())]
    assert not (plates / ".qc" / "long.mov.qc.json").exists()
    assert len(list((plates / ".qc").glob("*.qc.json"))) == 3


def test_a_huge_folder_is_looked_at_in_parts(reviewer: Reviewer, plates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.qc.review._PART", 2)
    for number in range(4):
        media(plates / f"clip{chr(97 + number)}.mov", b"%d" % number)
    assert reviewer.crawl(plates).written == 7
    cached = document(plates / ".qc" / CACHE_NAME)["files"]
    assert len(cached) == 4 + 3 + 5, "the hashes of all parts are kept"
    before = everything(plates)
    assert reviewer.crawl(plates).unchanged == 7
    assert everything(plates) == before


def test_a_qc_folder_that_cannot_be_listed_decides_nothing(reviewer: Reviewer, plates: Path) -> None:
    (plates / ".qc").symlink_to(".qc")
    found = reviewer.crawl(plates)
    assert [Path(path).name for path, _ in found.failed] == [".qc"] and found.written == 0
    with pytest.raises(InputError):
        reviewer.sign(plates / "clip.mov")
