"""What the job history and the drive cards say."""

from app.catalog.jobs import JobEntry
from app.model.drives import Drive, Passport
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
