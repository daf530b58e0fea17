"""What lies on one drive alone, and what has too few copies over all drives, connected or not."""

from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTableView, QWidget

from app.catalog.replicas import Replica
from app.model.drives import Drive
from app.model.names import shown
from app.reports.copies import AtRisk, AtRiskRequest, OnlyHereRequest
from ui import formats
from ui.desk import Desk
from ui.models.plain_rows import PlainRow, PlainRows
from ui.models.search_model import one_line
from ui.reasons import said
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.spin import spin_box
from ui.widgets.tables import style_table
from ui.workers.job_worker import Done, Failed, Outcome


class CopiesDialog(QDialog):
    """Asks the catalogue as a job, and lists the largest files that it names.

    Args:
        desk: jobs.
        drive: what lies on it alone; None for what has too few copies anywhere.
    """

    def __init__(self, desk: Desk, drive: Drive | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._drive = desk, drive
        self._job = ""
        self._paths: list[str] = []
        self._title = f"Only on {drive.label}" if drive else "Too few copies"
        self.setWindowTitle(self._title)
        self.resize(1000, 560)
        self.copies = spin_box(1, 99, 2, "Drives that a file should lie on", ("drive", "drives"))
        self.places = spin_box(1, 99, 1, "Shelf places that it should lie in", ("place", "places"))
        self.ask = KeyButton("Ask", role="primary", icon="help")
        self.told = DimLabel()
        self.told.setWordWrap(True)
        self.rows = PlainRows(("File", "Size", "On", "Verified"), (1,))
        self.table = QTableView()
        self.copy_button = KeyButton("Copy paths", icon="copy")
        self.close_button = KeyButton("Close", role="primary" if drive else "")
        self._lay_out()
        answer_enter(self, self.close_button if drive else self.ask)
        self.ask.clicked.connect(self.start)
        self.copy_button.clicked.connect(self.copy)
        self.close_button.clicked.connect(self.accept)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table, self.copy)
        desk.jobs.job_ended.connect(self._ended)
        self.start()

    def start(self) -> None:
        """Ask."""
        self.ask.setEnabled(False)
        self.rows.set_rows([])
        self.told.setText("The records of all drives are compared…")
        if self._drive is not None:
            self._job = self._desk.jobs.start("only_here", OnlyHereRequest(self._drive.label))
        else:
            request = AtRiskRequest(self.copies.value(), self.places.value())
            self._job = self._desk.jobs.start("at_risk", request)

    def done(self, result: int) -> None:
        """Qt: nobody waits for the answer any more."""
        if self._job:
            self._desk.jobs.cancel(self._job)
        super().done(result)
        self.deleteLater()

    def copy(self) -> None:
        """Put the paths of the chosen rows on the clipboard; of all that are listed where none is chosen."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        paths = [self._paths[row] for row in chosen] if chosen else self._paths
        QGuiApplication.clipboard().setText("\n".join(paths))

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        if job_id != self._job:
            return
        self._job = ""
        self.ask.setEnabled(True)
        if isinstance(outcome, Done) and isinstance(outcome.result, AtRisk):
            self._show(outcome.result)
        elif isinstance(outcome, Failed):
            self.told.setText(said(outcome.error))
        else:
            self.told.setText("It was stopped.")

    def _show(self, found: AtRisk) -> None:
        self._paths = [shown(copies[0].absolute) for _, _, copies in found.entries]
        self.rows.set_rows([_row(size, copies) for size, _, copies in found.entries])
        self.told.setText(" ".join(self._sentences(found)))

    def _sentences(self, found: AtRisk) -> list[str]:
        if found.contents:
            what = f"{formats.many(found.contents, 'content')}, {formats.size(found.bytes)}"
            told = [f"On no other drive: {what}." if self._drive else f"With too few copies: {what}."]
        else:
            told = ["All of it lies on another drive too." if self._drive else "Everything has its copies."]
        if len(found.entries) < found.contents:
            told.append(f"The {formats.count(len(found.entries))} largest are listed.")
        if found.not_hashed:
            have = "it has" if found.not_hashed == 1 else "they have"
            told.append(f"Of {formats.many(found.not_hashed, 'file')} nothing can be said: {have} no hash.")
        told += [f"{problem['drive']}: {problem['message']}. It counts as no copy." for problem in found.problems]
        return told

    def _lay_out(self) -> None:
        asked = QHBoxLayout()
        if self._drive is None:
            asked.addWidget(DimLabel("A file should lie on"))
            asked.addWidget(self.copies)
            asked.addWidget(DimLabel("in"))
            asked.addWidget(self.places)
        asked.addStretch(1)
        asked.addWidget(self.ask)
        self.ask.setVisible(self._drive is None)
        self.table.setModel(self.rows)
        style_table(self.table, "Files with too few copies", stretch=0)
        for column, width in ((1, 96), (2, 220), (3, 136)):
            self.table.setColumnWidth(column, width)
        layout = dialog_column(self, 10)
        layout.addWidget(SectionHead("Only on", self._drive.label) if self._drive else SectionHead("Too few copies"))
        layout.addLayout(asked)
        layout.addWidget(self.told)
        layout.addWidget(self.table, 1)
        layout.addLayout(button_row(self.close_button, left=(self.copy_button,)))


def _row(size: int, copies: list[Replica]) -> PlainRow:
    """A content by the path of its first file, the drives that it lies on, and its oldest reading."""
    labels = ", ".join(dict.fromkeys(copy.drive.label for copy in copies))
    read = [copy.verified_us for copy in copies]
    oldest = None if None in read else min((time for time in read if time is not None), default=None)
    more = f" and {len(copies) - 1} more" if len(copies) > 1 else ""
    return PlainRow((one_line(shown(copies[0].absolute)) + more, formats.size(size), labels, formats.last(oldest)))
