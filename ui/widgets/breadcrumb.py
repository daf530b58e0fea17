"""A path as a row of links: where one is, and the way back up."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.widgets.buttons import KeyButton
from ui.widgets.labels import ElidedLabel, IconLabel
from ui.widgets.menus import menu_text
from ui.widgets.tips import tip

_MOST_LINKS = 4
_MOST_LETTERS = 22


class Breadcrumb(QWidget):
    """Links for the folders above, the last name as it is."""

    clicked = Signal(int)
    """The number of the link, 0 for the outermost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Folder shown")

    def names(self) -> tuple[str, ...]:
        """What it says."""
        return self._names

    def set_names(self, names: Sequence[str]) -> None:
        """Say another path, outermost first. The first and the last are always shown, those between where they fit."""
        self._names = tuple(names)
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        last = len(names) - 1
        hidden = range(1, max(last - _MOST_LINKS + 2, 1))
        for number, name in enumerate(names):
            if number in hidden and number != hidden[-1]:
                continue
            if number:
                self._row.addWidget(IconLabel("chevron-right", 12))
            if number == last:
                label = ElidedLabel(name)
                self._row.addWidget(label, 1)
            else:
                self._row.addWidget(self._link(number, "…" if number in hidden else name, name))
        if names:
            self._row.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _link(self, number: int, words: str, name: str) -> KeyButton:
        short = words if len(words) <= _MOST_LETTERS else words[: _MOST_LETTERS - 1] + "…"
        link = KeyButton(menu_text(short), role="link")
        link.setToolTip(tip(name))
        link.setAccessibleName(f"Up to {name}")
        link.clicked.connect(partial(self.clicked.emit, number))
        return link
