"""What the job history and the drive cards say."""

import pytest

from app.catalog.jobs import JobEntry
from app.model.drives import Drive, Passport
from app.operations import OPERATIONS
from app.scanning.request import ScanRequest
from app.scanning.resume import UnfinishedScan
from ui.tabs.scan_words import drive_card, history

DRIVE = Drive("d1", "A001", "/media/a001", Passport(), online=True)


def signed(operation: str, title: str, verdict: str = "", state: str = "done", second: int = 0) -> JobEntry:
    at = second * 1_000_000
    return JobEntry(operation, title, "d1", state, at, at + 500_000, {"verdict": verdict}, second)


def test_sign_offs_that_follow_each_other_are_one_line_and_failures_stay_their_own() -> None:
    jobs = [
        signed("sign_off", "d.exr", "pass", second=9),
        signed("sign_off", "c.exr", state="failed", second=8),
        signed("undo_sign_off", "b.exr", "pending", second=7),
        signed("sign_off", "b.exr", "fail", second=6),
        signed("sign_off", "a.exr", "pass", second=5),
        JobEntry("scan", "A001", "d1", "done", 0, 60_000_000, {"counts": {"files": 12, "new": 12}, "mode": "full"}),
    ]
    rows = [(row.operation, row.files, row.outcome, row.state) for row in history(jobs, [DRIVE], {})]
    assert rows == [
        ("sign-off · d.exr", "", "pass", "pass"),
        ("sign-off · c.exr", "", "failed: see the log", "fail"),
        ("3 sign-offs", "2", "1 pass · 1 fail · 1 taken back", "pass"),
        ("scan · full", "12", "12 new", "pass"),
    ]


def test_assets_of_one_name_in_two_folders_are_two() -> None:
    jobs = [
        JobEntry("sign_off", "a.exr", "d1", "done", 0, 500_000, {"verdict": "pass", "path": f"/d/{folder}/a.exr"}, 1)
        for folder in ("one", "two", "one")
    ]
    [row] = history(jobs, [DRIVE], {})
    assert (row.operation, row.files) == ("3 sign-offs", "2")


@pytest.mark.parametrize(
    ("operation", "title", "counts", "job", "files"),
    [
        ("verify", "A001", {"checked": 1200, "ok": 1200}, "verify", "1,200"),
        ("verify", "reel 2", {"checked": 3, "ok": 3}, "verify · reel 2", "3"),
        ("make_pictures", "A001", {"made": 7}, "pictures", "7"),
        ("qc_crawl", "plates", {"assets": 5, "written": 5}, "crawl · plates", "5"),
        ("qc_clean", "plates", {"removed": 2, "kept": 1}, "clean · plates", "2"),
        ("wipe", "DCIM", {"files": 9, "unsafe": 9}, "wipe check · DCIM", "9"),
        ("export_search", "", {"rows": 4}, "export · all files", "4"),
        ("export_facts", "PARQUET", {"rows": 4}, "export · PARQUET", ""),
        ("check", "reel 2", {"judged": 5, "fail": 1, "pass": 4}, "policy check · reel 2", "5"),
        ("export_report", "", {"files": 1}, "export · all reports", ""),
        ("travel_drive", "A001", {"rows": 12}, "travel", "12"),
        ("merge_shard", "a001.db", {}, "take over · a001.db", ""),
        ("back_up_records", "A001", {"databases": 1}, "backup", ""),
    ],
)
def test_every_kind_of_job_has_a_name_and_says_how_many_files_it_was_about(
    operation: str, title: str, counts: dict[str, int], job: str, files: str
) -> None:
    (row,) = history([JobEntry(operation, title, "d1", "done", 0, 60_000_000, {"counts": counts})], [DRIVE], {})
    assert (row.operation, row.drive, row.files) == (job, "A001", files)


def test_every_operation_that_is_kept_has_words() -> None:
    for name, operation in OPERATIONS.items():
        (row,) = history([JobEntry(name, "x", None, "done", 0, 1)], [], {})
        assert operation.kept is None or "_" not in row.operation


def test_a_running_job_of_this_window_says_how_far_it_is() -> None:
    jobs = [JobEntry("scan", "A001", "d1", "running", 0)]
    (row,) = history(jobs, [DRIVE], {("scan", "d1"): "hashing · 61 %"})
    assert row.outcome == "hashing · 61 %"
    assert row.drive == "A001"


def test_a_stopped_scan_shows_on_its_card_with_a_way_to_go_on() -> None:
    stopped = UnfinishedScan("d1", 12_345, True, ScanRequest(("/media/a001",)))
    card = drive_card(DRIVE, stopped, busy=False)
    assert (card.note, card.action) == ("scan stopped at 12,345 files", "Go on")
    assert "never" not in card.line
    running = drive_card(DRIVE, stopped, busy=True)
    assert (running.busy, running.action) == (True, "")
