"""The passport and the health of one drive."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive, DriveHealth
from app.shelf.health import DriveHealthRequest, DriveHealthResult
from app.shelf.marking import MarkDriveRequest
from ui.desk import Desk
from ui.reasons import said
from ui.tabs.drive_words import health_facts, passport_facts, trend_line
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.facts_grid import FactsGrid
from ui.widgets.labels import DimLabel, SectionHead
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

_AWAY = "The drive is not connected"
_MARKER = "A small file in the drive's base says which drive it is, whatever else changes"
_Read = tuple[Drive, list[Drive], list[DriveHealth]]


class DriveDialog(QDialog):
    """Shows a drive's evidence and what it said of itself, and asks it again.

    Args:
        desk: jobs and catalogue.
        drive: which.
    """

    def __init__(self, desk: Desk, drive: Drive, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Passport of {drive.label}")
        self.resize(640, 560)
        self._desk, self._drive = desk, drive
        self._job = ""
        self._reader = Reader("drive", self)
        self.passport, self.health = FactsGrid(), FactsGrid()
        self.trend, self.told = DimLabel(), DimLabel()
        self.told.setWordWrap(True)
        self.ask = KeyButton("Ask it after its health", icon="refresh")
        self.ask.setEnabled(drive.online)
        self.ask.setToolTip("" if drive.online else _AWAY)
        self.mark = KeyButton("Write a marker file")
        self.close_button = KeyButton("Close", role="primary")
        self.passport.set_facts(passport_facts(drive))
        self.health.set_facts(health_facts(None))
        self._offer_marker()
        self._lay_out()
        self._connect()
        answer_enter(self, self.close_button)
        self._reader.ask("drive", self._read)

    def done(self, result: int) -> None:
        """End the thread with the dialogue."""
        self._reader.leave()
        super().done(result)
        self.deleteLater()

    def _offer_marker(self) -> None:
        marked = bool(self._drive.passport.marker)
        self.mark.setText("Remove the marker file" if marked else "Write a marker file")
        self.mark.setEnabled(self._drive.online and not self._drive.passport.read_only)
        why_not = "It can only be read" if self._drive.online else _AWAY
        self.mark.setToolTip(_MARKER if self.mark.isEnabled() else why_not)

    def _read(self, _token: CancelToken) -> _Read:
        catalog = self._desk.engine.catalog
        return catalog.drive(self._drive.id), catalog.drives(look=False), catalog.health.trend(self._drive.id)

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if not isinstance(answer, tuple):
            return
        self._drive, drives, trend = answer
        self.passport.set_facts(passport_facts(self._drive, drives))
        self.health.set_facts(health_facts(trend[0] if trend else None))
        self.trend.setText(trend_line(trend))
        self.trend.setVisible(bool(self.trend.text()))
        self._offer_marker()

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self.told.setText(said(error))

    def _ask(self) -> None:
        self._run("drive_health", DriveHealthRequest(self._drive.label), "Asking the drive…")

    def _mark(self) -> None:
        remove = bool(self._drive.passport.marker)
        self._run("mark_drive", MarkDriveRequest(self._drive.label, remove), "Writing on the drive…")

    def _run(self, operation: str, request: object, words: str) -> None:
        self.told.setText(words)
        self.ask.setEnabled(False)
        self.mark.setEnabled(False)
        self._job = self._desk.jobs.start(operation, request)

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        if job_id != self._job:
            return
        self._job = ""
        self.ask.setEnabled(self._drive.online)
        self.told.setText("")
        if isinstance(outcome, Failed):
            self.told.setText(said(outcome.error))
        elif isinstance(outcome, Done) and isinstance(outcome.result, DriveHealthResult) and not outcome.result.kept:
            why = "; ".join(outcome.result.health.reasons)
            self.told.setText(f"It says nothing of its health: {why}. An administrator may learn more.")
        self._reader.ask("drive", self._read)

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self._desk.jobs.job_ended.connect(self._ended)
        self.ask.clicked.connect(self._ask)
        self.mark.clicked.connect(self._mark)
        self.close_button.clicked.connect(self.accept)

    def _lay_out(self) -> None:
        inside = QWidget()
        facts = QVBoxLayout(inside)
        facts.setContentsMargins(0, 0, 8, 0)
        facts.setSpacing(8)
        for widget in (SectionHead("Passport"), self.passport, SectionHead("Health"), self.health, self.trend):
            facts.addWidget(widget)
        facts.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        layout = dialog_column(self)
        layout.addWidget(area, 1)
        layout.addWidget(self.told)
        layout.addLayout(button_row(self.close_button, left=(self.ask, self.mark)))
