"""A number with its name, as the live counters of a scan show it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.widgets.labels import DimLabel


class StatCard(QFrame):
    """Label above, number below, in tabular figures.

    Args:
        label: what is counted.
        value: the text of the number.
        state: "", "accent", "pass", "fail" or "stale": colours a number that is not zero.
    """

    def __init__(self, label: str, value: str = "0", state: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._label = DimLabel(label)
        self._value = QLabel()
        self._value.setFont(theme.ui_font(1.2, bold=True, numbers=True))
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(2)
        layout.addWidget(self._label)
        layout.addWidget(self._value)
        self._state = state
        self.set_value(value)

    def set_value(self, value: str, state: str | None = None) -> None:
        """Show another number; `state` replaces the card's colour where given."""
        if state is not None:
            self._state = state
        shown_state = "" if value in ("", "0") else self._state
        self._value.setText(value or "–")
        if self._value.property("state") != shown_state:
            self._value.setProperty("state", shown_state)
            self._value.style().unpolish(self._value)
            self._value.style().polish(self._value)
        self.setAccessibleName(f"{self._label.text()}: {value or 'not known yet'}")

    def value(self) -> str:
        """The text of the number."""
        return self._value.text()
