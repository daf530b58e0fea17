"""What the reports are about: drive, rows, depth, days; Run, and the export menu."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSpinBox, QWidget

from app.model.drives import Drive
from app.reports.sections import ReportOptions
from ui.tabs.reports_runner import WantedReports
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import ElidedLabel, PlainLabel
from ui.window_state import WindowState

#: The most rows of a list in the window.
MOST_ROWS = 10_000_000

_DRIVE, _TOP, _DEPTH, _DAYS = "reports/drive", "reports/top", "reports/depth", "reports/days"


class ReportsBar(QWidget):
    """The row above the reports.

    Args:
        state: what the window remembers.
    """

    run_wanted = Signal()
    """Run was pressed, or Enter in a field."""

    def __init__(self, state: WindowState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._drive_ids: list[str] = [""]
        self._wished = state.text(_DRIVE)
        defaults = ReportOptions()
        self.drive = QComboBox()
        self.drive.setAccessibleName("Drive")
        self.drive.addItem("All drives")
        self.drive.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.drive.setMaximumWidth(280)
        self.top = _number("Top", 1, MOST_ROWS, _remembered(state, _TOP, defaults.top), "Rows of each ranking")
        self.folder_depth = _number(
            "Folder depth", 1, 64, _remembered(state, _DEPTH, defaults.depth), "How deep the table of folders looks"
        )
        self.days = _number(
            "Changed in days", 1, 36_500, _remembered(state, _DAYS, defaults.days), "How far back changes are shown"
        )
        self.run = KeyButton("Run", role="primary")
        self.run.setToolTip("Make the reports anew (F5)")
        self.status = ElidedLabel(dim=True)
        self.status.setAccessibleName("State of the reports")
        self.export = QPushButton("Export")
        self.run.clicked.connect(self.run_wanted)
        self._lay_out()

    def wanted(self) -> WantedReports:
        """What is chosen."""
        chosen = self._drive_ids[max(self.drive.currentIndex(), 0)]
        options = ReportOptions(self.top.value(), self.folder_depth.value(), self.days.value())
        return WantedReports((chosen,) if chosen else (), options)

    def set_drives(self, drives: Sequence[Drive]) -> None:
        """Offer these drives; the one chosen, or chosen the last time, stays so."""
        before = self._drive_ids[max(self.drive.currentIndex(), 0)] or self._wished
        self._drive_ids = ["", *(drive.id for drive in drives)]
        self.drive.blockSignals(True)
        self.drive.clear()
        self.drive.addItems(["All drives", *(drive.label for drive in drives)])
        self.drive.setCurrentIndex(self._drive_ids.index(before) if before in self._drive_ids else 0)
        self.drive.blockSignals(False)

    def choose(self, drive_id: str) -> None:
        """Choose a drive."""
        if drive_id in self._drive_ids:
            self.drive.setCurrentIndex(self._drive_ids.index(drive_id))

    def remember(self) -> None:
        """Begin with these choices the next time."""
        self._wished = self._drive_ids[max(self.drive.currentIndex(), 0)]
        self._state.set_text(_DRIVE, self._wished)
        for key, field in ((_TOP, self.top), (_DEPTH, self.folder_depth), (_DAYS, self.days)):
            self._state.set_text(key, str(field.value()))

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.drive)
        for field in (self.top, self.folder_depth, self.days):
            label = PlainLabel(field.accessibleName())
            label.setBuddy(field)
            row.addSpacing(4)
            row.addWidget(label)
            row.addWidget(field)
            field.lineEdit().returnPressed.connect(self.run_wanted)
        row.addSpacing(4)
        row.addWidget(self.run)
        row.addSpacing(4)
        row.addWidget(self.status, 1)
        row.addWidget(self.export)


def _number(name: str, least: int, most: int, value: int, tip: str) -> QSpinBox:
    field = QSpinBox(minimum=least, maximum=most, value=value)
    field.setAccessibleName(name)
    field.setToolTip(tip)
    field.setGroupSeparatorShown(True)
    field.setFixedWidth(96 if most > 100_000 else 76)
    field.lineEdit().setTextMargins(6, 0, 0, 0)
    return field


def _remembered(state: WindowState, key: str, default: int) -> int:
    text = state.text(key)
    return int(text) if text.isdigit() else default
