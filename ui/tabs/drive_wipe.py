"""Asks whether a card may be wiped, and shows the answer."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QTableView, QWidget

from app.model.drives import Drive
from app.model.names import shown
from app.reports.wipe import WipeRequest, WipeResult, suspected_words
from ui import formats, theme
from ui.models.plain_rows import PlainRow, PlainRows
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, ElidedLabel, IconLabel, PlainLabel, SectionHead
from ui.widgets.spin import spin_box
from ui.widgets.tables import style_table


class WipeDialog(QDialog):
    """One card, how many copies are wanted, and the answer. Nothing is ever deleted here.

    Args:
        drive: the card.
    """

    asked = Signal(object)
    """The `WipeRequest` to run; `show_result` or `show_error` is the answer."""

    def __init__(self, drive: Drive, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"May {drive.label} be wiped?")
        self.resize(900, 520)
        self._folder = drive.base
        self._receipt = ""
        self.path = ElidedLabel(shown(drive.base))
        self.copies = spin_box(1, 99, 2, "Copies on other drives", ("copy", "copies"))
        self.sign = IconLabel("help", 28)
        self.answer = PlainLabel("Not asked yet")
        self.answer.setFont(theme.ui_font(1.5, bold=True))
        self.details = DimLabel("Each file that lies there now must have its copies on other drives, read whole.")
        self.details.setWordWrap(True)
        self.rows = PlainRows(("Not safe", "Why"))
        self.table = QTableView()
        self.table.setModel(self.rows)
        style_table(self.table, "Files that object")
        self.table.setColumnWidth(0, 320)
        self.choose = KeyButton("Another folder of it…", icon="folder")
        self.ask = KeyButton("Ask", role="primary", icon="help")
        self.receipt = KeyButton("Open the receipt's folder", icon="folder-open")
        self.receipt.setVisible(False)
        self.close_button = KeyButton("Close")
        self._lay_out()
        answer_enter(self, self.ask)
        self.choose.clicked.connect(self._choose)
        self.ask.clicked.connect(self._ask)
        self.receipt.clicked.connect(self._open_receipt)
        self.close_button.clicked.connect(self.accept)

    def show_result(self, result: WipeResult) -> None:
        """Show the answer."""
        self.ask.setEnabled(True)
        what = f"{formats.many(result.files, 'file')}, {formats.size(result.bytes)}"
        if result.safe:
            self._say("pass", "pass_text", "Yes, it may be wiped")
            on = ", ".join(f"{label} ({formats.count(number)})" for label, number in sorted(result.copies_on.items()))
            self.details.setText(
                f"{what}: each with {_copies(result.wanted)}, on {on}. A receipt was written. From now on what lies "
                "there counts as a copy of nothing, until it is verified again."
                + (f" But of what lies there {suspected_words(result.suspected)}" if result.suspected else "")
            )
        elif not result.files and not result.unsafe:
            self._say("warning", "stale_text", "It is empty")
            self.details.setText("There is nothing to lose, or it is not mounted.")
        else:
            self._say("fail", "fail_text", "No, it may not be wiped")
            self.details.setText(
                f"{what}: {formats.count(result.safe_files)} safe, {formats.count(result.unsafe)} not."
                + "".join(f" The records of {problem['drive']} cannot be read." for problem in result.problems)
            )
        self.rows.set_rows([PlainRow((entry["path"], entry["reason"]), "fail", "fail") for entry in result.objections])
        self._receipt = result.receipt or ""
        self.receipt.setVisible(bool(self._receipt))

    def show_error(self, words: str) -> None:
        """Show why there is no answer."""
        self.ask.setEnabled(True)
        self._say("error", "fail_text", "No answer")
        self.details.setText(words)

    def _say(self, sign: str, color: str, words: str) -> None:
        self.sign.set_icon(sign, color)
        self.answer.setText(words)

    def _lay_out(self) -> None:
        asked = QHBoxLayout()
        asked.addWidget(self.path, 1)
        asked.addWidget(self.choose)
        asked.addWidget(DimLabel("with"))
        asked.addWidget(self.copies)
        asked.addWidget(self.ask)
        answer = QHBoxLayout()
        answer.setSpacing(10)
        answer.addWidget(self.sign)
        answer.addWidget(self.answer)
        answer.addStretch(1)
        layout = dialog_column(self, 10)
        layout.addWidget(SectionHead("May this card be wiped?"))
        layout.addLayout(asked)
        layout.addLayout(answer)
        layout.addWidget(self.details)
        layout.addWidget(self.table, 1)
        layout.addLayout(button_row(self.close_button, left=(self.receipt,)))

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder of the card", self._folder)
        if folder:
            self._folder = folder
            self.path.setFullText(shown(folder))

    def _ask(self) -> None:
        self.ask.setEnabled(False)
        self.receipt.setVisible(False)
        self.rows.set_rows([])
        self._say("clock", "dim", "Looking…")
        self.details.setText("The card is listed, and its files are looked up on all drives.")
        self.asked.emit(WipeRequest(self._folder, self.copies.value()))

    def _open_receipt(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._receipt).parent)))


def _copies(least: int) -> str:
    return f"{formats.count(least)} {'copy' if least == 1 else 'copies'} or more"
