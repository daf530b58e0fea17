"""Names and values below each other."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.labels import PlainLabel

LONG = "parts[0].attributes.acesImageContainerFlag/and/more_of_it"


def test_a_long_word_breaks_to_be_seen_whole_and_is_copied_as_it_is(qtbot: QtBot) -> None:
    grid = displayed(qtbot, FactsGrid(), 240, 200)
    grid.set_facts([Fact("Observed", LONG)])
    value = next(label for label in grid.findChildren(PlainLabel) if label.accessibleName().startswith("Observed:"))
    assert value.minimumSizeHint().width() < value.fontMetrics().horizontalAdvance(LONG)
    value.setSelection(0, len(value.text()))
    qtbot.keyClick(value, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == LONG
