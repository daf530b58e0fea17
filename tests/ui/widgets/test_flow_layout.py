"""A row of widgets that breaks like words."""

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets.flow_layout import FlowLayout


def test_a_row_breaks_where_there_is_no_room_and_hidden_ones_take_none(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    layout = FlowLayout(host, spacing=10)
    buttons = [QPushButton(str(number)) for number in range(4)]
    for button in buttons:
        button.setFixedSize(100, 30)
        layout.addWidget(button)
    buttons[1].hide()
    host.resize(215, 100)
    host.show()
    assert [(button.x(), button.y()) for button in buttons if button.isVisible()] == [(0, 0), (110, 0), (0, 40)]
    assert layout.heightForWidth(215) == 70
    assert layout.heightForWidth(1000) == 30
    assert layout.takeAt(0) is not None
    assert layout.count() == 3
