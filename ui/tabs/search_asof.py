"""The menu of the chip that searches drives as they were at the end of a day."""

from datetime import timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.tabs.search_popups import FormMenu, mark_field, parse_day
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import PlainLabel


class AsOfMenu(FormMenu):
    """Asks for a day: what the last scan until its end left on each drive is searched."""

    chosen = Signal(str, object)
    """Words for the chip, and the end of the day in microseconds since 1970."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.date = QLineEdit(placeholderText="2026-01-31")
        self.date.setAccessibleName("As of")
        self.date.setFixedWidth(160)
        self.date.textEdited.connect(self._check)
        self.date.returnPressed.connect(self._apply)
        apply = KeyButton("Apply", key="Enter")
        apply.clicked.connect(self._apply)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(PlainLabel("As the drives were on"))
        column.addWidget(self.date)
        column.addWidget(apply)
        self.first = self.date

    def _apply(self) -> None:
        day = parse_day(self.date.text())
        if day is not None:
            self.close()
            end = day + timedelta(days=1)
            self.chosen.emit(f"{day:%Y-%m-%d}", round(end.timestamp() * 1_000_000) - 1)

    def _check(self) -> None:
        wrong = bool(self.date.text().strip()) and parse_day(self.date.text()) is None
        mark_field(self.date, wrong=wrong, advice="Write year, month and day: 2026-01-31.")
