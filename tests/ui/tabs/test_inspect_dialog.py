"""Files that somebody drops on the window are looked into, wherever they lie."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests import media
from tests.ui.enginekit import make_engine
from ui.desk import Desk
from ui.inspecting import Inspecting
from ui.main_window import MainWindow
from ui.tabs.inspect_dialog import InspectDialog
from ui.widgets.consistency import Trait
from ui.workers.job_controller import JobController

WAIT_MS = 20_000
Open = Callable[..., InspectDialog]


@pytest.fixture
def inspecting(qtbot: QtBot, tmp_path: Path) -> Iterator[Inspecting]:
    engine = make_engine(tmp_path / "home")
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    window.show()
    qtbot.waitExposed(window)
    made = Inspecting(Desk(engine, jobs, window))
    yield made
    for dialog in window.findChildren(InspectDialog):
        dialog.reject()
    jobs.stop_all()
    assert jobs.wait(10_000)
    engine.close()


@pytest.fixture
def opened(qtbot: QtBot, inspecting: Inspecting) -> Open:
    def open_over(*paths: Path) -> InspectDialog:
        dialog = inspecting.inspect([str(path) for path in paths])
        assert dialog is not None
        qtbot.waitExposed(dialog)
        qtbot.waitUntil(lambda: dialog.asset() is not None, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: dialog.documents.document() is not None, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: dialog.facts.model.rowCount() > 0, timeout=WAIT_MS)
        return dialog

    return open_over


def frames(folder: Path) -> list[Path]:
    found = [media.exr(folder / f"sh010.{number}.exr", number) for number in (1001, 1002, 1004, 1005)]
    (folder / "sh010.1006.exr").write_bytes(b"")
    return found


def test_a_dropped_file_shows_its_facts_and_can_be_measured(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened(media.multipart_exr(tmp_path / "still.exr"))
    assert dialog.name.fullText() == "still.exr"
    assert "Part 2 matte · 64 × 36 · zip" in dialog.facts.lines()
    assert dialog.facts.badge.fullText() == "Header proven lossless"
    assert not dialog.strip.isVisible()
    assert [row.name for row in dialog.channels.model.rows() if row.is_head] == ["rgba", "depth", "matte"]


def test_a_dropped_frame_shows_its_sequence_and_what_is_wrong_along_it(opened: Open, tmp_path: Path) -> None:
    dialog = opened(frames(tmp_path)[1])
    assert dialog.name.fullText() == "sh010.####.exr   1001-1002,1004-1006"
    assert dialog.strip.isVisible()
    assert {mark.trait: mark.first for mark in dialog.strip.marks()} == {Trait.MISSING: 1003, Trait.EMPTY: 1006}
    assert "Missing inside 1003" in dialog.facts.lines()


def test_a_dropped_folder_lists_its_media(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    frames(folder)
    media.wav(folder / "mix.wav")
    dialog = opened(folder)
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["mix.wav", "sh010.####.exr"]
    qtbot.waitUntil(lambda: any(line.startswith("Audio 1") for line in dialog.facts.lines()), timeout=WAIT_MS)
    dialog.list.setCurrentRow(1)
    qtbot.waitUntil(dialog.strip.isVisible, timeout=WAIT_MS)


def test_a_file_that_cannot_be_read_says_why(qtbot: QtBot, inspecting: Inspecting, tmp_path: Path) -> None:
    broken = tmp_path / "broken.exr"
    broken.write_bytes(b"")
    dialog = inspecting.inspect([str(broken)])
    assert dialog is not None
    qtbot.waitUntil(lambda: "empty" in dialog.notice.words(), timeout=WAIT_MS)
    gone = inspecting.inspect([str(tmp_path / "gone.exr")])
    assert gone is not None
    qtbot.waitUntil(lambda: "is not there" in gone.notice.words(), timeout=WAIT_MS)


def test_files_can_be_dropped_anywhere_on_the_window(qtbot: QtBot, inspecting: Inspecting, tmp_path: Path) -> None:
    window = inspecting.parent()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(media.exr(tmp_path / "still.exr")))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(lambda: bool(window.findChildren(InspectDialog)), timeout=WAIT_MS)
    dialog = window.findChildren(InspectDialog)[0]
    qtbot.waitUntil(lambda: dialog.name.fullText() == "still.exr", timeout=WAIT_MS)
    assert "Inspect a file…" in [action.text() for action in window.file_menu.actions()]


def test_a_file_that_cannot_be_read_says_so_once_and_is_not_measured(
    qtbot: QtBot, inspecting: Inspecting, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.exr"
    broken.write_bytes(media.exr(tmp_path / "whole.exr", 1).read_bytes()[:60])
    dialog = inspecting.inspect([str(broken)])
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.notice.words().startswith("broken.exr: "), timeout=WAIT_MS)
    dialog.documents.measure()
    assert not dialog.channels.is_measuring()
    assert dialog.channels.histogram.accessibleDescription() == ""
