"""What a page says when it has nothing to show: what this is, and what to do first."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel, IconLabel, PlainLabel


class EmptyState(QWidget):
    """An icon, a title, a sentence or two, and up to two buttons.

    Args:
        icon: name of an icon.
        title: what is empty.
        text: what to do first.
        primary: words of the main button, or "" for none.
        secondary: words of the other one, or "".
    """

    primary_clicked = Signal()
    secondary_clicked = Signal()

    def __init__(
        self, icon: str, title: str, text: str, primary: str = "", secondary: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon, 48)
        self._title = PlainLabel(title)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title.setFont(theme.ui_font(1.25, bold=True))
        self._text = DimLabel(text)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._text.setFixedWidth(420)
        self._text.setMinimumHeight(self._text.heightForWidth(420))
        self.primary = KeyButton(primary, role="primary")
        self.secondary = KeyButton(secondary)
        self.primary.clicked.connect(self.primary_clicked)
        self.secondary.clicked.connect(self.secondary_clicked)
        self.primary.setVisible(bool(primary))
        self.secondary.setVisible(bool(secondary))
        self._lay_out()

    def set_text(self, title: str, text: str) -> None:
        """Say something else."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setMinimumHeight(self._text.heightForWidth(420))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.primary)
        buttons.addWidget(self.secondary)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._title)
        layout.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        layout.addStretch(3)
