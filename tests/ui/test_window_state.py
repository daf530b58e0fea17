"""Columns are remembered, and begin anew where a version has other ones."""

from pathlib import Path

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QMainWindow, QTableView
from pytestqt.qtbot import QtBot

from ui.widgets.tables import style_table
from ui.window_state import WindowState


def table_of(window: QMainWindow, columns: int) -> QTableView:
    table = QTableView(window)
    table.setModel(QStandardItemModel(2, columns, table))
    style_table(table, "Hits")
    return table


def test_widths_come_back_but_never_to_other_columns(qtbot: QtBot, tmp_path: Path) -> None:
    state = WindowState(tmp_path / "window.ini")
    window = QMainWindow()
    qtbot.addWidget(window)
    table_of(window, 3).setColumnWidth(0, 333)
    state.save(window)
    again, other = QMainWindow(), QMainWindow()
    qtbot.addWidget(again)
    qtbot.addWidget(other)
    same, more = table_of(again, 3), table_of(other, 4)
    before = more.columnWidth(0)
    for shown in (again, other):
        state.restore_parts(shown)
    assert same.columnWidth(0) == 333
    assert more.columnWidth(0) == before
    assert [more.horizontalHeader().visualIndex(column) for column in range(4)] == [0, 1, 2, 3]
    assert more.columnWidth(3) > 0
