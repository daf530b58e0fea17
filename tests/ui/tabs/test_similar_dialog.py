"""Files that are made like one, over all drives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.tabs.reviewkit import scan
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.similar_dialog import SimilarDialog
from ui.workers.job_controller import JobController

WAIT_MS = 20_000


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    engine = make_engine(tmp_path / "home")
    window = MainWindow()
    qtbot.addWidget(window)
    yield Desk(engine, JobController(engine, window), window)
    for dialog in window.findChildren(SimilarDialog):
        dialog.reject()
    engine.close()


def test_the_nearest_come_first_and_say_what_differs(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    one = media.exr(folder / "one.exr", 1)
    media.exr(folder / "two.exr", 2)
    media.multipart_exr(folder / "parts.exr")
    scan(desk.engine, folder)
    dialog = SimilarDialog(desk, str(one), desk.window)
    dialog.show()
    qtbot.waitUntil(lambda: len(dialog.rows.rows()) == 2, timeout=WAIT_MS)
    assert [row.cells[1] for row in dialog.rows.rows()] == ["two.exr", "parts.exr"]
    assert [fact.state for fact in dialog.why.facts()] == ["pass"]
    wanted = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    dialog.table.selectionModel().setCurrentIndex(dialog.table.model().index(1, 0), wanted)
    assert len(dialog.why.facts()) > 1
    asked: list[object] = []
    dialog.compare_requested.connect(lambda a, b: asked.append((a, b)))
    dialog.review_requested.connect(asked.append)
    dialog.compare.click()
    dialog.review.click()
    assert asked[0] == (str(one), str(folder / "parts.exr"))
    assert asked[1][1:] == (b"", b"parts.exr")
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == str(folder / "parts.exr")


def test_a_file_that_is_no_openexr_is_refused_in_words(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    dialog = SimilarDialog(desk, str(media.png(tmp_path / "a.png")), desk.window)
    qtbot.waitUntil(lambda: bool(dialog.notice.words()), timeout=WAIT_MS)
    assert "a.png" in dialog.notice.words()
