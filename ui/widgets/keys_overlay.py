"""F1: the keys of the current tab and of the window."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import KeyHint, SectionHead

_COLUMN_ROWS = 16


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
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(24, 20, 24, 12)
        columns.setSpacing(40)
        for group in self.groups:
            for start in range(0, len(group.keys), _COLUMN_ROWS):
                columns.addLayout(_column(group.title if start == 0 else "", group.keys[start : start + _COLUMN_ROWS]))
        columns.addStretch(1)
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
        hint = inside.sizeHint()
        self.resize(min(hint.width() + 32, 1100), min(hint.height() + 80, 720))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 closes what F1 opened."""
        if event.key() == Qt.Key.Key_F1:
            self.accept()
        else:
            super().keyPressEvent(event)


def _column(title: str, keys: Sequence[tuple[str, str]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(10)
    head = SectionHead(title)
    column.addWidget(head)
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    for row, (names, words) in enumerate(keys):
        caps = QHBoxLayout()
        caps.setSpacing(4)
        for name in names.split():
            caps.addWidget(KeyHint(name))
        caps.addStretch(1)
        grid.addLayout(caps, row, 0)
        label = QLabel(words)
        label.setFont(theme.ui_font())
        label.setAccessibleName(f"{names}: {words}")
        grid.addWidget(label, row, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column
