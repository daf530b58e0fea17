"""The queue of the review while it is read, filtered and judged at the same time: nothing of that is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.model.kinds import Category
from tests.ui.enginekit import make_engine
from ui.drive_watch import DriveWatch
from ui.models.queue_rows import QueueFilter, QueueRow, QueueRows
from ui.models.review_model import prepare
from ui.tabs.review_queue import QueuePanel

MANY = 3000


def rows(first: int, count: int, folder: str = "a") -> list[QueueRow]:
    names = [f"{number:05d}.exr" for number in range(first, first + count)]
    return [
        QueueRow(folder.encode(), name.encode(), name, f"{folder}/{name}".encode(), "pending", Category.IMAGE, 1)
        for name in names
    ]


@pytest.fixture
def panel(qtbot: QtBot, tmp_path: Path) -> Iterator[QueuePanel]:
    """The queue of no drive: a test says what was read."""
    engine = make_engine(tmp_path / "home")
    watch = DriveWatch(engine)
    panel = QueuePanel(engine, watch)
    qtbot.addWidget(panel)
    yield panel
    panel.stop()
    watch.stop()


def texts(panel: QueuePanel) -> list[str]:
    model = panel.model
    return [model.index(line).data(Qt.ItemDataRole.DisplayRole) for line in range(model.rowCount())]


def choose_state(panel: QueuePanel, state: str) -> None:
    panel.state_box.setCurrentIndex(panel.state_box.findData(state))


def test_assets_that_are_read_while_a_long_queue_is_filtered_are_not_lost(qtbot: QtBot, panel: QueuePanel) -> None:
    panel.model.append(rows(0, MANY))
    with qtbot.waitSignal(panel.model.modelReset):
        choose_state(panel, "all")
        panel.model.append(rows(MANY, 10) + rows(0, 5, "b"))
        panel.reader.answered.emit("load", 1, MANY + 15)
    assert panel.model.counts()["all"] == MANY + 15
    assert panel.model.rowCount() == MANY + 15 + 2


def test_a_verdict_given_while_a_long_queue_is_filtered_stays(qtbot: QtBot, panel: QueuePanel) -> None:
    panel.model.append(rows(0, MANY))
    judged = rows(7, 1)[0].id
    with qtbot.waitSignal(panel.model.modelReset):
        choose_state(panel, "all")
        panel.set_state(judged, "pass")
    row = panel.model.row_of(judged)
    assert row is not None
    assert (row.state, panel.model.counts()["pass"]) == ("pass", 1)


def test_a_filter_that_is_set_while_the_queue_is_read_again_holds(panel: QueuePanel) -> None:
    panel.model.append(rows(0, 20))
    read = prepare(QueueRows(rows(0, 30)), QueueFilter("pending"))
    panel.words.setText("00007")
    panel.go_to_first()
    panel.reader.answered.emit("again", 1, read)
    assert panel.model.counts()["all"] == 30
    assert [text for text in texts(panel) if text.endswith(".exr")] == ["00007.exr"]


def test_a_verdict_given_while_the_queue_is_read_again_stays(panel: QueuePanel) -> None:
    panel.model.append(rows(0, 20))
    judged = rows(7, 1)[0].id
    panel.set_state(judged, "fail")
    panel.reader.answered.emit("again", 1, prepare(QueueRows(rows(0, 21)), panel.model.filter, {judged}))
    row = panel.model.row_of(judged)
    assert row is not None
    assert (row.state, panel.model.counts()["fail"], panel.model.counts()["pending"]) == ("fail", 1, 20)


def test_what_was_read_again_while_a_long_queue_is_filtered_takes_its_place(qtbot: QtBot, panel: QueuePanel) -> None:
    panel.model.append(rows(0, MANY))
    with qtbot.waitSignal(panel.model.modelReset):
        choose_state(panel, "all")
        panel.reader.answered.emit("again", 1, prepare(QueueRows(rows(0, MANY + 40)), QueueFilter("pending")))
        panel.words.setText("exr")
        panel.go_to_first()
        panel.set_state(rows(3, 1)[0].id, "fail")
    assert panel.model.rowCount() == MANY + 40 + 1
    assert panel.model.counts()["fail"] == 1
