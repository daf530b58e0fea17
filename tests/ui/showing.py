"""Widgets on the screen of a test."""

from typing import TypeVar

from PySide6.QtGui import QPicture
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

Shown = TypeVar("Shown", bound=QWidget)


def displayed(qtbot: QtBot, widget: Shown, width: int, height: int) -> Shown:
    """The widget, so large, exposed; it is closed with the test."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def strokes_of(widget: QWidget) -> int:
    """How many bytes of drawing commands a widget paints with: what it costs, told without a clock."""
    picture = QPicture()
    widget.render(picture)
    return picture.size()
