"""F1: the keys of the current tab and of the window."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import KeyHint, PlainLabel, SectionHead

_MOST_COLUMNS = 4
_EDGE = 48
_WIDEST_WORDS = 300
_BAR = 14
_Rows = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Keys that belong together: `(keys, what they do)` each. Several keys are parted by a space."""

    title: str
    keys: tuple[tuple[str, str], ...]


class KeysOverlay(QDialog):
    """A dialogue that lists keys. Escape, Enter and F1 close it."""

    def __init__(self, groups: Sequence[KeyGroup], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.groups = tuple(group for group in groups if group.keys)
        room = parent.window().size() - QSize(_EDGE, _EDGE) if parent is not None else QSize(1200, 800)
        inside = _inside(self.groups, room.width())
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        scroll.setAccessibleName("List of keys")
        close = KeyButton("Close", key="Esc")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 8, 24, 16)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        hint = inside.sizeHint()
        self.resize(hint.width() + _BAR, min(hint.height() + close.sizeHint().height() + 44, room.height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 closes what F1 opened."""
        if event.key() == Qt.Key.Key_F1:
            self.accept()
        else:
            super().keyPressEvent(event)


def _inside(groups: Sequence[KeyGroup], width: int) -> QWidget:
    """The groups in as many columns of the same height as there is width for."""
    for count in range(_MOST_COLUMNS, 0, -1):
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(24, 20, 24, 12)
        columns.setSpacing(32)
        for parts in _parted(groups, count):
            columns.addLayout(_column(parts))
        if inside.sizeHint().width() + _BAR <= width:
            break
    return inside


def _parted(groups: Sequence[KeyGroup], count: int) -> list[list[tuple[str, _Rows]]]:
    """The groups over at most `count` columns: of each column titles and rows; a title takes two rows itself.

    A group that goes on in the next column has no title there.
    """
    high = -(-sum(len(group.keys) + 2 for group in groups) // count)
    while len(columns := _filled(groups, high)) > count:
        high += 1
    return columns


def _filled(groups: Sequence[KeyGroup], high: int) -> list[list[tuple[str, _Rows]]]:
    """The groups over as many columns of a height as they need."""
    columns: list[list[tuple[str, _Rows]]] = [[]]
    free = high
    for group in groups:
        title, rows = group.title, list(group.keys)
        while rows:
            if free < 4 and columns[-1]:
                columns.append([])
                free = high
            take = max(free - 2, 1)
            columns[-1].append((title, rows[:take]))
            free -= len(rows[:take]) + 2
            title, rows = "", rows[take:]
    return columns


def _column(parts: Sequence[tuple[str, _Rows]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(10)
    for title, rows in parts:
        column.addWidget(SectionHead(title))
        column.addLayout(_grid(rows))
    column.addStretch(1)
    return column


def _grid(rows: _Rows) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for row, (names, words) in enumerate(rows):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for name in names.split():
            caps.addWidget(KeyHint(name.rstrip(",") or name))
        caps.addStretch(1)
        grid.addLayout(caps, row, 0)
        label = PlainLabel(words)
        label.setFont(theme.ui_font())
        label.setAccessibleName(f"{names}: {words}")
        label.setWordWrap(True)
        label.setMinimumWidth(min(_WIDEST_WORDS, label.fontMetrics().horizontalAdvance(words) + 4))
        grid.addWidget(label, row, 1)
    grid.setColumnStretch(1, 1)
    return grid
