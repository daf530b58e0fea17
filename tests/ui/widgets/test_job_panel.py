"""The job panel: what runs, how far it is, and buttons that say which job they mean."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.ui.showing import displayed
from ui.widgets.heartbeat import HeartbeatLabel
from ui.widgets.job_panel import JobPanel
from ui.widgets.job_view import JobState, JobView

SCAN = JobView(
    "7", "Scanning LTO-RESTORE-07", "hashing", done=255_114, total=418_220, items_per_s=1204, bytes_per_s=412e6,
    seconds_left=370, current="/media/x/" + "deep/" * 60 + "last.exr", failed=3,
)  # fmt: skip


@pytest.fixture
def panel(qtbot) -> JobPanel:
    return displayed(qtbot, JobPanel(linger_s=0.05), 1000, 60)


def test_a_row_says_stage_numbers_and_the_end_of_the_path(panel: JobPanel) -> None:
    panel.show_job(SCAN)
    row = panel.row("7")
    assert row is not None
    assert row.title.fullText() == "Scanning LTO-RESTORE-07 · hashing"
    words = row.numbers.fullText().replace("\N{NO-BREAK SPACE}", " ")
    assert words == "255,114 of 418,220 files · 1.20 k files/s · 412 MB/s · 6 min left"
    panel.grab()
    assert row.current.text().endswith("last.exr")
    assert "…" in row.current.text()
    assert row.bar.value() == 610


def test_cancel_pause_resume_and_failed_name_their_job(panel: JobPanel, qtbot) -> None:
    panel.show_job(SCAN)
    row = panel.row("7")
    assert row is not None
    for button, signal in (
        (row.pause, panel.pause_requested), (row.cancel, panel.cancel_requested),
        (row.failed, panel.failed_items_requested),
    ):  # fmt: skip
        with qtbot.waitSignal(signal) as heard:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert heard.args == ["7"]
    panel.show_job(JobView("7", "Scanning", state=JobState.PAUSED))
    assert row.pause.text() == "Resume"
    with qtbot.waitSignal(panel.resume_requested) as heard:
        row.pause.setFocus()
        qtbot.keyClick(row.pause, Qt.Key.Key_Space)
    assert heard.args == ["7"]


def test_cancel_cannot_be_pressed_twice(panel: JobPanel) -> None:
    panel.show_job(JobView("7", "Scanning", state=JobState.STOPPING))
    row = panel.row("7")
    assert row is not None
    assert not row.cancel.isEnabled()
    assert not row.pause.isVisible()


def test_a_job_that_ended_leaves_one_quiet_line(panel: JobPanel, qtbot) -> None:
    panel.show_job(SCAN)
    high = panel.sizeHint().height()
    panel.show_job(JobView("7", "Scan of LTO", state=JobState.DONE, message="418,220 files in 4 min"))
    qtbot.waitUntil(lambda: panel.row("7") is None)
    assert panel.idle_text() == "No job is running · Scan of LTO: 418,220 files in 4 min"
    assert panel.sizeHint().height() < high


SIGN_OFF = JobView("1", "Signing off plate.exr", state=JobState.RUNNING, small=True)


def ended(view: JobView, state: JobState, message: str) -> JobView:
    return replace(view, title="Signed off plate.exr", state=state, message=message, level="pass")


def test_a_quick_sign_off_takes_no_room_and_is_told_in_the_quiet_line(panel: JobPanel) -> None:
    high = panel.sizeHint().height()
    panel.show_job(SIGN_OFF)
    assert panel.sizeHint().height() == high
    assert panel.alive() == 1
    panel.show_job(ended(SIGN_OFF, JobState.DONE, "pass written to plate.exr.qc.json"))
    assert panel.sizeHint().height() == high
    assert panel.alive() == 0
    assert panel.idle_text() == "No job is running · Signed off plate.exr: pass written to plate.exr.qc.json"


def test_a_sign_off_that_lasts_gets_a_row_until_it_is_done(qtbot) -> None:
    panel = JobPanel(linger_s=60, patience_s=0.01)
    qtbot.addWidget(panel)
    panel.show_job(SIGN_OFF)
    qtbot.waitUntil(lambda: panel.row("1") is not None)
    panel.show_job(ended(SIGN_OFF, JobState.DONE, "pass written"))
    qtbot.waitUntil(lambda: panel.row("1") is None)


def test_a_failed_sign_off_stays_until_it_is_removed_by_hand(panel: JobPanel, qtbot) -> None:
    panel.show_job(ended(SIGN_OFF, JobState.FAILED, "failed: the folder is read-only"))
    panel.show_job(JobView("2", "Crawl", state=JobState.STOPPED))
    panel.show_job(JobView("3", "Scan", state=JobState.FAILED, message="failed: the drive vanished"))
    qtbot.waitUntil(lambda: panel.row("2") is None and panel.row("3") is None)
    row = panel.row("1")
    assert row is not None
    assert row.ended.fullText() == "failed: the folder is read-only"
    qtbot.mouseClick(row.dismiss, Qt.MouseButton.LeftButton)
    assert panel.row("1") is None


def test_many_jobs_scroll_instead_of_pushing_the_page_away(panel: JobPanel) -> None:
    for number in range(12):
        panel.show_job(JobView(str(number), f"Job {number}"))
    assert panel.alive() == 12
    assert panel.sizeHint().height() < 120


def test_a_job_without_a_total_moves_without_a_number(panel: JobPanel) -> None:
    panel.show_job(JobView("1", "Scan", "walking", done=88_310))
    row = panel.row("1")
    assert row is not None
    assert (row.bar.minimum(), row.bar.maximum()) == (0, 0)
    assert row.numbers.fullText() == "88,310 files"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_heartbeat_says_that_it_lives_when_nothing_new_comes(qtbot) -> None:
    clock = Clock()
    label = HeartbeatLabel(clock)
    qtbot.addWidget(label)
    assert label.text() == "Ready"
    label.set_running(1)
    assert label.text() == "Working"
    clock.now += 12
    label.refresh()
    assert label.text().replace("\N{NO-BREAK SPACE}", " ") == "I am still working — no new items for 12 s"
    label.beat()
    label.refresh()
    assert label.text() == "Working"
    label.set_running(1, paused=True)
    assert label.text() == "Paused"
    label.set_running(0)
    assert label.accessibleName() == "Ready"


def test_a_small_job_that_fails_again_and_again_is_one_row(panel: JobPanel) -> None:
    words = "failed: read-only: nothing can be written beside it"
    for number in range(3):
        panel.show_job(JobView(f"s{number}", "Sign-off of a.exr", state=JobState.RUNNING, small=True))
        panel.show_job(JobView(f"s{number}", "Sign-off of a.exr", state=JobState.FAILED, message=words, small=True))
    assert [panel.row(f"s{number}") is not None for number in range(3)] == [False, False, True]
    panel.show_job(JobView("s3", "Sign-off of b.exr", state=JobState.FAILED, message=words, small=True))
    assert panel.row("s2") is not None


def test_a_row_that_leads_to_a_result_stays(panel: JobPanel, qtbot) -> None:
    for job_id in ("8", "9"):
        panel.show_job(replace(SCAN, id=job_id))
        panel.show_job(replace(SCAN, id=job_id, state=JobState.DONE, message="done"))
    panel.offer_result("8", "Show what was found…")
    qtbot.waitUntil(lambda: panel.row("9") is None)
    row = panel.row("8")
    assert row is not None
    with qtbot.waitSignal(panel.result_requested) as heard:
        qtbot.mouseClick(row.result, Qt.MouseButton.LeftButton)
    assert heard.args == ["8"]
    row.dismiss.click()
    assert panel.row("8") is None


def test_of_several_results_the_newest_stands_for_all_and_leads_to_each(panel: JobPanel, qtbot) -> None:
    for job_id in ("1", "2", "3"):
        panel.show_job(JobView(job_id, f"Check {job_id}"))
        panel.show_job(JobView(job_id, f"Checked {job_id}", state=JobState.DONE, message=f"{job_id} fail"))
        panel.offer_result(job_id, "Show what was found…")
    newest = panel.row("3")
    assert newest is not None
    assert [job_id for job_id in "123" if panel.row(job_id).isVisible()] == ["3"]  # type: ignore[union-attr]
    assert panel._scroll.height() == newest.height()
    assert newest.earlier.text() == "2 earlier…"
    assert newest.earlier.isVisible()
    assert [action.text() for action in newest._menu.actions()] == ["Checked 2: 2 fail", "Checked 1: 1 fail"]
    with qtbot.waitSignal(panel.result_requested) as heard:
        newest._menu.actions()[1].trigger()
    assert heard.args == ["1"]
    panel.remove_job("1")
    assert newest.earlier.text() == "1 earlier…"
    newest.dismiss.click()
    assert [job_id for job_id in "123" if panel.row(job_id) is not None] == []


def fail(panel: JobPanel, job_id: str, title: str, message: str, kind: str) -> None:
    panel.show_job(JobView(job_id, title, small=True))
    panel.show_job(JobView(job_id, title, state=JobState.FAILED, message=message, small=True, kind=kind, level="fail"))


def rows_from_the_top(panel: JobPanel) -> list[str]:
    found = (panel._stack.itemAt(place) for place in range(panel._stack.count()))
    return [item.widget().title.fullText() for item in found if item is not None]  # type: ignore[attr-defined]


def test_failed_jobs_of_a_kind_share_a_row_whose_details_list_them(panel: JobPanel, qtbot) -> None:
    for name in "abca":
        fail(panel, f"s{name}", f"Sign-off of {name}.exr", f"failed: {name}.exr may not be read", "sign_off/media")
    fail(panel, "s9", "Sign-off of c.exr", "failed: c.exr may not be read", "sign_off/media")
    fail(panel, "full", "Sign-off of z.exr", "failed: the disk is full", "sign_off/room")
    assert rows_from_the_top(panel) == ["Sign-off of z.exr", "3 verdicts were not written"]
    row = panel.row("s9")
    assert row is not None
    assert row.ended.fullText() == "the last one: c.exr may not be read"
    assert [view.title for view in panel.folded("s9")] == [f"Sign-off of {name}.exr" for name in "cab"]
    assert row.failed.text() == "Details…"
    with qtbot.waitSignal(panel.failed_items_requested) as heard:
        qtbot.mouseClick(row.failed, Qt.MouseButton.LeftButton)
    assert heard.args == ["s9"]
    row.dismiss.click()
    assert rows_from_the_top(panel) == ["Sign-off of z.exr"]
    assert panel.folded("full") == ()


def test_what_failed_stands_on_top_then_what_runs_then_results_the_newest_first(panel: JobPanel) -> None:
    for job_id in ("1", "2"):
        panel.show_job(JobView(job_id, f"Check {job_id}"))
        panel.show_job(JobView(job_id, f"Checked {job_id}", state=JobState.DONE, message="done"))
        panel.offer_result(job_id, "Show what was found…")
    panel.show_job(JobView("3", "Scanning"))
    fail(panel, "4", "Sign-off of a.exr", "failed: no", "sign_off/x")
    fail(panel, "5", "Measurement of a.exr", "failed: no", "inspect/x")
    assert rows_from_the_top(panel) == [
        "Measurement of a.exr", "Sign-off of a.exr", "Scanning", "Checked 2", "Checked 1"
    ]  # fmt: skip
