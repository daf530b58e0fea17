"""A fault of ours costs the job or the pane that met it, is told with its details, and leaves the window as it is."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import CancelToken, Job
from app.operations import OPERATIONS
from app.qc.checking import CheckRequest
from tests.ui.frontkit import opened_front
from tests.ui.tabs.reviewkit import catalogued, wait_loaded
from ui.__main__ import catch_bugs
from ui.bug_dialog import Bug, BugDialog, BugReporter
from ui.front import Front
from ui.main_window import MainWindow
from ui.widgets.banner import _Strip
from ui.widgets.job_view import JobState
from ui.workers.reader import Reader

WAIT_MS = 20_000


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return catalogued(tmp_path)


@pytest.fixture
def front(
    qtbot: QtBot, qapp: QApplication, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Front]:
    window = MainWindow()
    for owner in (sys, threading):
        monkeypatch.setattr(owner, "excepthook", owner.excepthook)
    catch_bugs(qapp, window, tmp_path / "logs" / "reelmark.log")
    with opened_front(qtbot, engine, window) as front:
        yield front


def strips(window: MainWindow) -> list[_Strip]:
    return [strip for strip in window.banners.findChildren(_Strip) if strip.isVisible()]


def test_a_check_that_meets_a_bug_fails_alone_and_its_details_can_be_read(
    qtbot: QtBot, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_engine: Engine, _request: CheckRequest, _job: Job) -> None:
        raise TypeError("'<' not supported between 'NoneType' and 'str'")

    monkeypatch.setitem(OPERATIONS, "check", replace(OPERATIONS["check"], function=broken))
    window = front.window
    assert front.tabs is not None
    assert front.jobs is not None
    review = front.tabs[2]
    window.show_page(6)
    wait_loaded(qtbot, review, b"sh010.####.exr")
    review.checks.check("sequence.hygiene")
    said = review.inspector.findings.said
    qtbot.waitUntil(lambda: "TypeError" in said.text(), timeout=WAIT_MS)
    assert "What was saved stays saved." in said.text()
    qtbot.waitUntil(lambda: not front.jobs.running() and bool(strips(window)), timeout=WAIT_MS)
    (strip,) = strips(window)
    assert "TypeError" in strip.view.text
    assert "sh010" in strip.view.text
    assert [job.progress.view.state for job in front.jobs._jobs.values()] == [JobState.FAILED]
    strip.action.click()
    details = window.findChild(BugDialog)
    assert details is not None
    report = details.report.toPlainText()
    assert "Traceback" in report
    assert "thread job check" in report
    details.copy_button.click()
    assert QGuiApplication.clipboard().text() == report
    assert any("reelmark.log" in label.text() for label in details.findChildren(QLabel))
    details.end.click()
    assert window.isVisible()


def test_a_reader_that_meets_a_bug_goes_on_answering(qtbot: QtBot, front: Front) -> None:
    reader = Reader("trial", front.window)
    told: list[str] = []
    reader.failed.connect(lambda _kind, _number, error: told.append(error.message))
    reader.answered.connect(lambda _kind, _number, answer: told.append(answer))

    def broken(_token: CancelToken) -> str:
        raise KeyError("width")

    reader.ask("one", broken)
    qtbot.waitUntil(lambda: len(told) == 1, timeout=WAIT_MS)
    assert told[0].endswith("KeyError: 'width'")
    reader.ask("two", lambda _token: "an answer")
    qtbot.waitUntil(lambda: told[1:] == ["an answer"], timeout=WAIT_MS)
    assert len(strips(front.window)) == 1
    assert reader.stop()


def test_equal_faults_are_one_notice_and_many_do_not_fill_the_window(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    reporter = BugReporter(window)
    for line in ("A: 1", "A: 1", "B: 2", "C: 3", "D: 4"):
        reporter.happened.emit(Bug(line, line, in_window=False))
    qtbot.waitUntil(lambda: window.banners.ids() == ("fault.B: 2", "fault.C: 3", "fault.D: 4"), timeout=WAIT_MS)


def test_the_longest_fault_fits_its_dialogue(qtbot: QtBot) -> None:
    line = "TypeError: " + "an unsupported operand of a type with a very long name and_no_place_to_break " * 30
    dialog = BugDialog(Bug(line, line, in_window=True), Path("/home/op") / ("long" * 40) / "reelmark.log", closing=True)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    for label in dialog.findChildren(QLabel):
        assert label.geometry().right() <= dialog.width()
        assert label.heightForWidth(label.width()) <= label.height()
    assert dialog.go_on.isVisible()
