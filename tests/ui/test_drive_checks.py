"""Folders and whole drives are checked against a policy from the window, and what was found is seen and exported."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.model.drives import Drive, Passport
from app.model.kinds import Category
from app.operations import run
from app.qc.checking import CheckRequest
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.frontkit import opened_front
from tests.ui.hearing import Heard
from tests.ui.tabs.reviewkit import POLICY, WAIT_MS, catalogued, wait_loaded, write_policy
from ui.drive_checks import DriveChecks
from ui.front import Front
from ui.main_window import MainWindow
from ui.models.queue_rows import QueueRow
from ui.models.review_model import QueueRole, ReviewQueue
from ui.tabs.check_dialog import CheckDialog
from ui.tabs.check_summary import CheckSummary
from ui.tabs.check_targets import MOST_SHOWN, CheckTarget, shown_target
from ui.tabs.known_policies import USED_POLICY
from ui.widgets.job_view import JobState


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return catalogued(tmp_path)


@pytest.fixture
def front(qtbot: QtBot, engine: Engine, tmp_path: Path) -> Iterator[Front]:
    with opened_front(qtbot, engine, MainWindow(tmp_path / "window.ini")) as front:
        yield front


@pytest.fixture
def checks(front: Front) -> DriveChecks:
    assert front.checks is not None
    return front.checks


def drive(engine: Engine) -> Drive:
    return engine.catalog.drive("A001")


def opened(qtbot: QtBot, dialog: CheckDialog, policy: str = "") -> CheckDialog:
    qtbot.waitUntil(lambda: dialog.drive() is not None and dialog.policies.count() > 3, timeout=WAIT_MS)
    dialog.policies.choose(policy)
    return dialog


def ended(qtbot: QtBot, front: Front) -> str:
    jobs = front.jobs
    assert jobs is not None
    qtbot.waitUntil(lambda: bool(jobs._jobs) and not jobs.running(), timeout=WAIT_MS)
    job_id = list(jobs._jobs)[-1]
    qtbot.waitUntil(lambda: front.window.jobs.row(job_id) is not None, timeout=WAIT_MS)
    return job_id


def test_a_drive_is_checked_and_its_row_leads_to_what_was_found(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = write_policy(tmp_path)
    dialog = opened(qtbot, checks.ask(CheckTarget(drive(engine).id)), policy)
    assert "kept in the records of the drive" in dialog.told.text()
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    job_id = ended(qtbot, front)
    row = front.window.jobs.row(job_id)
    assert row is not None
    assert row.view.title == "Checked A001"
    assert row.view.message == "2 of 3 assets fail · 1 pass, by test.whole"
    assert front.window.state.text(USED_POLICY) == policy
    row.result.click()
    summary = front.window.findChild(CheckSummary)
    assert summary is not None
    qtbot.waitUntil(lambda: len(summary.rows.rows()) == 3, timeout=WAIT_MS)
    assert summary.head.text() == "2 of 3 assets fail"
    outcome, asset, words = summary.rows.rows()[0].cells
    assert (outcome, asset) == ("fail", "shots/sh010.####.exr")
    assert "1004" in words
    report = tmp_path / "report.json"
    proposed: list[str] = []

    def propose(_parent: object, _title: str, path: str, _kind: str) -> tuple[str, str]:
        proposed.append(Path(path).name)
        return str(report), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", propose)
    summary._choose_file("json")
    assert proposed == ["A001_test.whole.json"]
    qtbot.waitUntil(report.exists, timeout=WAIT_MS)
    assert json.loads(report.read_text(encoding="utf-8"))["outcome"] == "fail"
    heard = Heard(checks.review_requested)
    qtbot.keyClick(summary.table, Qt.Key.Key_Return)
    assert heard.last == ((drive(engine).id, b"shots", b"sh010.####.exr", "1004"),)
    row.dismiss.click()
    assert checks.last.isEnabled()
    checks.last.trigger()
    assert [one.isVisible() for one in front.window.findChildren(CheckSummary) if one is not summary] == [True]


@pytest.mark.skipif(os.sep == "\\", reason="names have no such character here")
def test_an_asset_of_an_odd_name_is_found_from_its_row_and_its_summary_opens_once(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    odd = media.exr(tmp_path / "card" / "shots" / "a\\b.exr")
    checks.start(CheckRequest((str(odd),), write_policy(tmp_path), ("A001",)), drive(engine), "A001")
    job_id = ended(qtbot, front)
    summary = checks.show_result(job_id)
    assert summary is not None
    qtbot.waitUntil(lambda: len(summary.rows.rows()) == 1, timeout=WAIT_MS)
    assert checks.show_result(job_id) is summary
    heard = Heard(checks.review_requested)
    summary.review.click()
    assert heard.last == ((drive(engine).id, b"shots", b"a\\b.exr", ""),)
    again = checks.show_result(job_id)
    assert again is not None
    assert again is not summary


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_assets_whose_names_are_no_unicode_are_found_from_their_rows_here_and_on_the_shelf(
    qtbot: QtBot, front: Front, checks: DriveChecks, tmp_path: Path
) -> None:
    base = tmp_path / os.fsdecode(b"k\xfche")
    folder = base / os.fsdecode(b"s\xfcd")
    folder.mkdir(parents=True)
    media.wav(folder / os.fsdecode(b"t\xf6n.wav"))
    assert front.engine is not None
    run(front.engine, "scan", ScanRequest((str(base),), "B"), Job())
    heard = Heard(checks.review_requested)
    for place in (base, tmp_path / "unplugged"):
        if not place.exists():
            base.rename(place)
        card = front.engine.catalog.drive("B")
        dialog = opened(qtbot, checks.ask(CheckTarget(card.id, b"s\xfcd", b"t\xf6n.wav")), write_policy(tmp_path))
        dialog.start.click()
        summary = checks.show_result(ended(qtbot, front))
        assert summary is not None
        qtbot.waitUntil(lambda summary=summary: len(summary.rows.rows()) == 1, timeout=WAIT_MS)
        assert summary.rows.rows()[0].cells[1] == "s\ufffdd/t\ufffdn.wav"
        summary.review.click()
        assert heard.last == ((card.id, b"s\xfcd", b"t\xf6n.wav", ""),)
    assert heard.times == 2
    assert front.tabs is not None
    wait_loaded(qtbot, front.tabs[2], b"t\xf6n.wav")
    asked = Heard(front.tabs[2].inspect_requested)
    front.tabs[2].inspect()
    assert os.fsencode(asked.last[0]).endswith(b"k\xfche/s\xfcd/t\xf6n.wav")


def test_a_report_that_cannot_be_written_says_why(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    checks.start(CheckRequest((), write_policy(tmp_path), ("A001",)), drive(engine), "A001")
    summary = checks.show_result(ended(qtbot, front))
    assert summary is not None
    summary.export_to("html", str(tmp_path / "nowhere" / "report.html"))
    qtbot.waitUntil(lambda: "its folder is not there" in summary.notice.words(), timeout=WAIT_MS)


def test_values_of_a_policy_are_asked_before_the_job_begins(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    named = tmp_path / "named.yaml"
    rule = "  - {id: name.show, check: name, expect: {regex: '^{show}'}}\n"
    named.write_text(POLICY.replace("rules:\n", f"vars: {{show: null}}\nrules:\n{rule}"), encoding="utf-8")
    dialog = opened(qtbot, checks.ask(CheckTarget(drive(engine).id, b"shots")), str(named))
    assert dialog.what.currentText() == "The folder shots"
    dialog.start.click()
    qtbot.waitUntil(lambda: dialog.asking is not None, timeout=WAIT_MS)
    assert front.jobs is not None
    assert not front.jobs._jobs
    assert dialog.asking is not None
    dialog.asking.lines["show"].setText("sh")
    dialog.asking.check.click()
    job_id = ended(qtbot, front)
    row = front.window.jobs.row(job_id)
    assert row is not None
    assert row.view.state == JobState.DONE
    assert row.view.title == "Checked shots on A001"
    assert len(checks._ended[job_id].result.assets) == 2


def test_the_frames_that_sequences_should_have_are_asked_for_and_a_mistake_is_told_as_it_is_typed(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    dialog = opened(qtbot, checks.ask(CheckTarget(drive(engine).id, b"shots")), write_policy(tmp_path))
    assert dialog.frames.accessibleName() == "Expected frames"
    qtbot.keyClicks(dialog.frames, "1001-")
    qtbot.waitUntil(lambda: "'1001-' is not a frame range" in dialog.told.text(), timeout=WAIT_MS)
    assert "Write the first and the last: 1001-1100." in dialog.told.text()
    assert not dialog.start.isEnabled()
    qtbot.keyClicks(dialog.frames, "1008")
    qtbot.waitUntil(lambda: "kept in the records of the drive" in dialog.told.text(), timeout=WAIT_MS)
    qtbot.keyClick(dialog.frames, Qt.Key.Key_Return)
    summary = checks.show_result(ended(qtbot, front))
    assert summary is not None
    qtbot.waitUntil(lambda: len(summary.rows.rows()) == 2, timeout=WAIT_MS)
    assert "1007" in summary.rows.rows()[0].cells[2]
    assert ("Expected frames", "1001-1008") in [(fact.name, fact.value) for fact in summary.facts.facts()]


def test_a_range_that_is_wrong_when_the_check_begins_is_told_and_can_be_mended(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    dialog = opened(qtbot, checks.ask(CheckTarget(drive(engine).id)), write_policy(tmp_path))
    dialog.frames.setText("1006-1001")
    dialog.start.click()
    qtbot.waitUntil(lambda: "ends before it begins" in dialog.told.text(), timeout=WAIT_MS)
    assert front.jobs is not None
    assert not front.jobs._jobs
    dialog.frames.clear()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=WAIT_MS)
    dialog.reject()


def test_a_policy_with_a_mistake_is_told_in_the_dialogue(
    qtbot: QtBot, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(POLICY.replace("check: sequence.missing", "check: sequence.mising"), encoding="utf-8")
    dialog = opened(qtbot, checks.ask(CheckTarget(drive(engine).id)), str(wrong))
    dialog.start.click()
    qtbot.waitUntil(lambda: "sequence.mising" in dialog.told.text(), timeout=WAIT_MS)
    assert dialog.isVisible()
    dialog.look_below(str(tmp_path))
    assert "does not lie on A001" in dialog.told.text()
    dialog.reject()


def test_a_drive_on_the_shelf_is_judged_by_its_records(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    shutil.move(tmp_path / "card", tmp_path / "unplugged")
    dialog = opened(qtbot, checks.ask(CheckTarget()), write_policy(tmp_path))
    assert "is not connected" in dialog.told.text()
    dialog.start.click()
    summary = checks.show_result(ended(qtbot, front))
    assert summary is not None
    assert "by" in [fact.name.lower() for fact in summary.facts.facts()]


def test_the_queue_offers_the_check_and_marks_what_failed(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    assert front.tabs is not None
    queue = front.tabs[2].queue
    front.window.show_page(6)
    wait_loaded(qtbot, front.tabs[2], b"sh010.####.exr")
    index = queue.model.index_of((b"shots", b"sh010.####.exr"))
    words = [action.text() for action in queue.menu.at(index).actions()]
    assert words == [
        "Check sh010.1001-1006.exr against a policy…",
        "Check the folder shots…",
        "Check the drive A001…",
    ]
    assert not index.data(QueueRole.OBJECTED)
    checks.start(CheckRequest((), write_policy(tmp_path), ("A001",)), drive(engine), "A001")
    ended(qtbot, front)
    row = (b"shots", b"sh010.####.exr")
    qtbot.waitUntil(lambda: queue.model.index_of(row).data(QueueRole.OBJECTED) is True, timeout=WAIT_MS)
    index = queue.model.index_of(row)
    assert "test.whole 1.0.0: fail" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "test.whole 1.0.0: fail" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    place = queue.state_box.findData("objected")
    assert queue.state_box.itemText(place) == "Failed check  2"
    queue.state_box.setCurrentIndex(place)
    rows = [queue.model.row_at(queue.model.index(n)) for n in range(queue.model.rowCount())]
    assert [row.name for row in rows if row is not None] == [b"sh010.####.exr", b"mix.wav"]


def test_what_the_queue_shows_is_checked_as_one(
    qtbot: QtBot, front: Front, checks: DriveChecks, engine: Engine, tmp_path: Path
) -> None:
    assert front.tabs is not None
    tab = front.tabs[2]
    queue = tab.queue
    front.window.show_page(6)
    wait_loaded(qtbot, tab, b"sh010.####.exr")
    queue.words.setText("shots")
    queue.go_to_first()
    index = queue.model.index_of((b"shots", b"sh010.####.exr"))
    words = [action.text() for action in queue.menu.at(index).actions()]
    assert words[2:] == ["Check the 2 assets shown…", "Check the drive A001…"]
    (tmp_path / "card" / "shots" / "still.exr").unlink()
    tab.actions_by_name["check_shown"].trigger()
    [dialog] = front.window.findChildren(CheckDialog)
    opened(qtbot, dialog, write_policy(tmp_path))
    assert dialog.what.currentText() == "The 2 assets that the queue shows"
    dialog.start.click()
    job_id = ended(qtbot, front)
    row = front.window.jobs.row(job_id)
    assert row is not None
    assert row.view.title == "Checked 2 assets on A001"
    summary = checks.show_result(job_id)
    assert summary is not None
    qtbot.waitUntil(lambda: len(summary.rows.rows()) == 2, timeout=WAIT_MS)
    assert [row.cells[:2] for row in summary.rows.rows()] == [
        ("fail", "shots/sh010.####.exr"),
        ("error", "shots/still.exr"),
    ]
    known = (b"shots", b"sh010.####.exr")
    qtbot.waitUntil(lambda: queue.model.index_of(known).data(QueueRole.OBJECTED) is True, timeout=WAIT_MS)
    assert not queue.model.row_of((b"sound", b"mix.wav")).objected


def test_of_a_queue_that_shows_one_asset_that_one_is_checked_and_of_none_it_says_so(
    qtbot: QtBot, front: Front, checks: DriveChecks
) -> None:
    assert front.tabs is not None
    tab = front.tabs[2]
    front.window.show_page(6)
    wait_loaded(qtbot, tab, b"sh010.####.exr")
    heard = Heard(tab.check_asked)
    tab.queue.words.setText("still")
    tab.queue.state_box.setCurrentIndex(tab.queue.state_box.findData("all"))
    tab.actions_by_name["check_shown"].trigger()
    drive_id = heard.last[0].drive_id
    assert heard.last == (CheckTarget(drive_id, b"shots", b"still.exr"),)
    tab.queue.words.setText("nothing is called so")
    tab.queue.go_to_first()
    tab.actions_by_name["check_shown"].trigger()
    assert heard.times == 1
    assert tab.bar.message.fullText() == "The queue shows no asset that could be checked."


def test_more_assets_than_can_be_looked_up_by_name_are_refused() -> None:
    card, model = Drive("d", "A", "/m", Passport()), ReviewQueue()
    rows = [
        QueueRow(b"a", b"%04d" % n, f"{n:04}", b"a/%04d" % n, "pending", Category.IMAGE, 1)
        for n in range(MOST_SHOWN + 1)
    ]
    model.append(rows[:-1])
    target = shown_target(card, model)
    assert target is not None
    assert len(target.assets) == MOST_SHOWN
    model.append(rows[-1:])
    assert shown_target(card, model) is None


def test_it_is_found_in_the_menus_and_in_the_palette(qtbot: QtBot, front: Front, engine: Engine) -> None:
    window = front.window
    in_menu = {action.text(): action.isEnabled() for action in window.file_menu.actions()}
    assert in_menu["Check a drive against a policy…"]
    assert not in_menu["What the last check found…"]
    assert front.tabs is not None
    menu = QMenu()
    qtbot.addWidget(menu)
    front.tabs[0].menu.fill(menu, drive(engine), stopped=False)
    action = next(action for action in menu.actions() if action.text() == "Check against a policy…")
    action.trigger()
    dialog = window.findChild(CheckDialog)
    assert dialog is not None
    opened(qtbot, dialog).reject()
