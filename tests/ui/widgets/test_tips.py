"""Names that look like markup are shown as they are: in labels, in tips of tables, in menus and on buttons."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QTableView, QToolTip
from pytestqt.qtbot import QtBot

from ui.models.plain_rows import PlainRow, PlainRows
from ui.widgets.banner import BannerStrip, BannerView
from ui.widgets.drive_list import DriveCard, DriveList
from ui.widgets.labels import DimLabel, ElidedLabel, PlainLabel, SectionHead
from ui.widgets.menus import lock
from ui.widgets.tables import style_table
from ui.widgets.tips import tip

NAME = "<b>bold</b> & <img src=x>.exr"


def shown_tip(view: QAbstractItemView) -> str:
    """What the tip of the first cell says, as Qt got it."""
    place = view.visualRect(view.model().index(0, 0)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    return QToolTip.text()


@pytest.mark.parametrize("label", [PlainLabel, DimLabel, SectionHead, ElidedLabel])
def test_a_label_takes_no_name_for_markup(qtbot: QtBot, label: type[PlainLabel]) -> None:
    made = label(NAME)
    qtbot.addWidget(made)
    assert made.textFormat() == Qt.TextFormat.PlainText


def test_a_tip_says_a_name_as_it_is() -> None:
    assert tip("plain.exr") == "plain.exr"
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;img src=x&gt;.exr" in tip(NAME)


def test_the_tips_of_tables_do_too(qtbot: QtBot) -> None:
    rows = PlainRows(("File",))
    rows.set_rows([PlainRow((NAME,))])
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(rows)
    style_table(table, "Files")
    table.show()
    assert shown_tip(table) == tip(NAME)


def test_the_tips_of_drives_do_too(qtbot: QtBot) -> None:
    drives = DriveList()
    qtbot.addWidget(drives)
    drives.set_drives((DriveCard("1", NAME),))
    drives.show()
    assert shown_tip(drives) == tip(NAME)


def test_a_locked_action_says_why_and_a_button_shows_an_ampersand(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    lock(menu.addAction("Verify…"), "A001 is not connected.")
    (action,) = menu.actions()
    assert (action.isEnabled(), action.toolTip(), menu.toolTipsVisible()) == (False, "A001 is not connected.", True)
    strip = BannerStrip()
    qtbot.addWidget(strip)
    strip.show_banner(BannerView("1", "Is it the same drive?", action="It is R&D"))
    assert strip._strips["1"].action.text() == "It is R&&D"
    assert strip._strips["1"].action.accessibleName() == "It is R&D"
