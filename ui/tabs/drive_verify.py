"""Asks what of a drive is to be read again and compared with its hashes."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QRadioButton,
    QWidget,
)

from app.catalog.verified import VerifiedState, verified_state
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.times import now_us
from app.scanning.verify import VerifyRequest
from ui import formats
from ui.reasons import said
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, PlainLabel, SectionHead
from ui.widgets.spin import spin_box
from ui.workers.reader import Reader

_DAY_US = 86_400_000_000
_DAYS = 90
_PARTS = 12


class VerifyDialog(QDialog):
    """Everything, what was not read for some time, or a part.

    Args:
        engine: has the shards.
        drive: which drive.
    """

    asked = Signal(object)
    """The `VerifyRequest` to start."""

    def __init__(self, engine: Engine, drive: Drive, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Verify {drive.label}")
        self._engine, self._drive = engine, drive
        self._reader = Reader("verify", self)
        self.state_line = PlainLabel("…")
        self.state_line.setWordWrap(True)
        self.everything = QRadioButton("Everything")
        self.due = QRadioButton("What was not read whole for")
        self.part = QRadioButton("A part:")
        self.days = spin_box(1, 9999, _DAYS, "Days", ("day", "days"))
        self.number = spin_box(1, _PARTS, 1, "Which part")
        self.parts = spin_box(2, 999, _PARTS, "Of how many parts")
        self.start = KeyButton("Verify", role="primary", icon="check")
        self.cancel = KeyButton("Cancel")
        self.part.setToolTip("A drive verified part by part, one a month say, is read whole once a year")
        self.due.setChecked(True)
        self._lay_out()
        self._connect()
        self._ask()
        answer_enter(self, self.start)

    def request(self) -> VerifyRequest:
        """What is chosen."""
        if self.part.isChecked():
            return VerifyRequest(drive=self._drive.label, sample=(self.number.value(), self.parts.value()))
        days = float(self.days.value()) if self.due.isChecked() else None
        return VerifyRequest(drive=self._drive.label, older_than_days=days)

    def done(self, result: int) -> None:
        """End the thread with the dialogue."""
        self._reader.leave()
        super().done(result)
        self.deleteLater()

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        layout = dialog_column(self, 10)
        layout.addWidget(SectionHead("Verify", self._drive.label))
        why = DimLabel(
            "Reads files again and compares them with the hashes that the catalogue keeps. Finds silent damage, which "
            "no scan sees, and names the good copies on other drives."
        )
        why.setWordWrap(True)
        layout.addWidget(why)
        layout.addWidget(self.state_line)
        rows: tuple[tuple[QRadioButton, tuple[QWidget, ...]], ...] = (
            (self.due, (self.days,)),
            (self.part, (self.number, DimLabel("of"), self.parts)),
            (self.everything, ()),
        )
        for choice, fields in rows:
            group.addButton(choice)
            row = QHBoxLayout()
            row.addWidget(choice)
            for field in fields:
                row.addWidget(field)
            row.addStretch(1)
            layout.addLayout(row)
        layout.addStretch(1)
        layout.addLayout(button_row(self.cancel, self.start))
        self.setMinimumSize(560, 330)

    def _connect(self) -> None:
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self.days.valueChanged.connect(self._ask)
        self.parts.valueChanged.connect(self.number.setMaximum)
        for field, choice in ((self.days, self.due), (self.number, self.part), (self.parts, self.part)):
            field.valueChanged.connect(partial(_choose, choice))
        self.start.clicked.connect(self._start)
        self.cancel.clicked.connect(self.reject)

    def _ask(self, _days: int = 0) -> None:
        self._reader.ask("state", partial(self._read, now_us() - self.days.value() * _DAY_US))

    def _read(self, due_before_us: int, token: CancelToken) -> VerifiedState:
        with self._engine.catalog.open_shard(self._drive, token) as database:
            return verified_state(database, due_before_us)

    def _answered(self, _kind: str, _number: int, state: VerifiedState) -> None:
        self.everything.setText(f"Everything: {formats.many(state.files, 'file')}, {formats.size(state.bytes)}")
        self.due.setToolTip(f"{formats.many(state.due, 'file')}, {formats.size(state.due_bytes)}")
        lines = [f"Due: {formats.many(state.due, 'file')}, {formats.size(state.due_bytes)}."]
        if state.oldest_us is not None:
            lines.append(f"The file that waits longest was read on {formats.date(state.oldest_us)}.")
        if state.not_hashed:
            lines.append(_not_hashed(state.not_hashed))
        if state.suspects:
            files = "One file is" if state.suspects == 1 else f"{formats.count(state.suspects)} files are"
            lines.append(f"{files} suspected of rot.")
        self.state_line.setText(" ".join(lines))
        self.start.setEnabled(state.files > 0)
        self.start.setToolTip("" if state.files else "There is no hash yet that a file could be compared with")

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self.state_line.setText(said(error))
        self.start.setEnabled(False)

    def _start(self) -> None:
        self.asked.emit(self.request())
        self.accept()


def _not_hashed(files: int) -> str:
    have = "has" if files == 1 else "have"
    return f"{formats.many(files, 'file')} {have} no hash yet. A scan that is no inventory makes it."


def _choose(choice: QRadioButton, _value: int) -> None:
    choice.setChecked(True)
