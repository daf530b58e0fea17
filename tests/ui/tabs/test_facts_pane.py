"""The tree of facts with its search field, its badge and what it copies."""

import json
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui.models.fact_nodes import FactNode
from ui.tabs.document_facts import document_nodes
from ui.tabs.facts_pane import FactsPane

WAIT_MS = 10_000


def exr(attributes: int = 3, channels: int = 4) -> dict[str, object]:
    window = {"min": [0, 0], "max": [99, 49]}
    return {
        "lossless": True,
        "parts": [
            {
                "index": 0, "name": "rgba", "type": "scanlineimage", "width": 100, "height": 50,
                "compression": {"id": 3, "name": "zip"}, "display_window": window,
                "data_window": {"min": [10, 5], "max": [59, 24]},
                "channels": [{"name": f"c{n:04}", "layer": "", "type": "half"} for n in range(channels)],
                "attributes": [
                    {"name": f"name{n:06}", "type": "string", "size": 5, "value": f"value {n}"}
                    for n in range(attributes)
                ],
            }
        ],
    }  # fmt: skip


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[FactsPane]:
    made = displayed(qtbot, FactsPane("Facts"), 600, 700)
    yield made
    made.stop()


def show(pane: FactsPane, document: dict[str, object]) -> None:
    pane.show_nodes(document_nodes(document), document)


def index_of(pane: FactsPane, *names: str):
    index = pane.view.rootIndex()
    for name in names:
        rows = range(pane.model.rowCount(index))
        index = next(pane.model.index(row, 0, index) for row in rows if pane.model.index(row, 0, index).data() == name)
    return index


def test_a_search_narrows_the_tree_and_says_how_much_it_found(qtbot: QtBot, pane: FactsPane) -> None:
    show(pane, exr())
    assert pane.hits.isHidden()
    qtbot.keyClicks(pane.filter, "name000001")
    qtbot.waitUntil(lambda: pane.hits.text() == "1 line", timeout=WAIT_MS)
    assert pane.lines()[-1] == "name000001 value 1"
    assert pane.view.isExpanded(index_of(pane, "Part 0", "Attributes"))
    pane.filter.setText("nothing like it")
    qtbot.waitUntil(lambda: pane.hits.text() == "No line holds these words", timeout=WAIT_MS)
    pane.filter.clear()
    qtbot.waitUntil(pane.hits.isHidden, timeout=WAIT_MS)
    assert len(pane.lines()) > 5


def test_what_was_opened_stays_open_when_the_same_asset_is_read_again(pane: FactsPane) -> None:
    show(pane, exr())
    pane.view.expand(index_of(pane, "Part 0", "Attributes"))
    show(pane, exr())
    assert pane.view.isExpanded(index_of(pane, "Part 0", "Attributes"))
    assert not pane.view.isExpanded(index_of(pane, "Part 0", "Channels"))


def test_value_pair_line_and_everything_can_be_copied(qtbot: QtBot, pane: FactsPane) -> None:
    document = exr()
    show(pane, document)
    pane.view.setCurrentIndex(index_of(pane, "Part 0", "Attributes", "name000001"))
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "value 1"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(pane.view, Qt.Key.Key_C, both)
    assert clipboard.text() == "name000001\tvalue 1"
    actions = {action.text(): action for action in pane.view.actions()}
    actions["Copy this line as JSON"].trigger()
    qtbot.waitUntil(lambda: '"size": 5' in clipboard.text(), timeout=WAIT_MS)
    assert json.loads(clipboard.text())["name"] == "name000001"
    actions["Copy everything as JSON"].trigger()
    qtbot.waitUntil(lambda: '"parts"' in clipboard.text(), timeout=WAIT_MS)
    assert json.loads(clipboard.text()) == document


def test_the_windows_of_the_part_in_hand_are_drawn(pane: FactsPane) -> None:
    show(pane, exr())
    shown = pane.windows.windows()
    assert shown is not None
    assert shown.words == ("Display 100 × 50", "Data 50 × 20, at (10, 5), inside")
    pane.show_nodes((FactNode("File", "", (FactNode("Name", "a.wav"),)),))
    assert pane.windows.isHidden()


def test_the_badge_says_whether_the_header_was_proven(pane: FactsPane) -> None:
    pane.show_badge("Header proven lossless", "pass")
    assert pane.badge.isVisible()
    pane.show_badge("", "")
    assert not pane.badge.isVisible()


def test_a_hundred_thousand_attributes_and_five_thousand_channels_do_not_hold_the_window_up(pane: FactsPane) -> None:
    document = exr(100_000, 5000)
    nodes = document_nodes(document)
    slowest = 0.0
    for step in (
        lambda: pane.show_nodes(nodes, document),
        lambda: pane.view.expand(index_of(pane, "Part 0", "Attributes")),
        lambda: pane.view.expand(index_of(pane, "Part 0", "Attributes", "501–1,000")),
        lambda: pane.view.expand(index_of(pane, "Part 0", "Channels")),
        pane.view.scrollToBottom,
        pane.view.repaint,
    ):
        started = time.thread_time()
        step()
        QGuiApplication.processEvents()
        slowest = max(slowest, time.thread_time() - started)
    assert slowest < 0.25  # far below it on a free machine: 0.05 is what is felt


def test_names_are_shown_in_full_where_there_is_room(qtbot: QtBot, pane: FactsPane) -> None:
    inner = (FactNode("Frames decoded by the second video stream", "72"),)
    pane.resize(330, 700)
    pane.show_nodes((FactNode("Video 1", "", (FactNode("Frames decoded", "72"), FactNode("More", "", inner))),))
    assert pane.view.columnWidth(0) >= pane.view.sizeHintForColumn(0)
    pane.resize(900, 700)
    pane.view.expand(index_of(pane, "Video 1", "More"))
    qtbot.waitUntil(lambda: pane.view.columnWidth(0) > 200, timeout=WAIT_MS)
    assert pane.view.columnWidth(0) >= pane.view.sizeHintForColumn(0)


def test_an_attribute_is_found_and_copied_by_keys_alone(qtbot: QtBot, pane: FactsPane) -> None:
    show(pane, exr(300))
    pane.view.setFocus()
    qtbot.keyClicks(pane.view, "/")
    assert pane.filter.hasFocus()
    qtbot.keyClicks(pane.filter, "name000217")
    qtbot.keyClick(pane.filter, Qt.Key.Key_Return)
    qtbot.waitUntil(pane.view.hasFocus, timeout=WAIT_MS)
    assert pane.view.currentIndex().data() == "name000217"
    qtbot.keyClick(pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "value 217"
