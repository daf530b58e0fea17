"""The files of a drive that are not there any more, in a dialogue that reads them page by page."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QTableView, QWidget

from app.catalog.missing import MissingFile, count_missing, missing_files
from app.engine import Engine
from app.errors import AppError
from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import shown
from ui import formats
from ui.models.missing_model import MissingModel
from ui.reasons import said
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import button_row, dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table
from ui.workers.reader import Reader

_PAGE = 500


class MissingDialog(QDialog):
    """Lists missing files.

    Args:
        engine: has the shards.
        drive: whose files.
        waiting: whether there are files that a scan missed and did not mark: they can be accepted here.
    """

    accepted_missing = Signal()
    """It is right that those files are gone."""

    def __init__(self, engine: Engine, drive: Drive, *, waiting: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Missing from {drive.label}")
        self.resize(1000, 560)
        self._engine, self._drive = engine, drive
        self._reader = Reader("missing", self)
        self.model = MissingModel()
        self.head = SectionHead("Missing from", drive.label)
        self.note = DimLabel(f"Paths below {shown(drive.base)}. What is found again by a later scan leaves this list.")
        self.note.setWordWrap(True)
        self.table = QTableView()
        self.table.setModel(self.model)
        style_table(self.table, "Missing files", stretch=0)
        for column, width in ((1, 96), (2, 150), (3, 250)):
            self.table.setColumnWidth(column, width)
        self.copy = KeyButton("Copy paths", icon="copy")
        self.accept_all = KeyButton("Mark them missing")
        self.accept_all.setVisible(waiting)
        self.close_button = KeyButton("Close", role="primary")
        self._lay_out()
        self._connect()
        answer_enter(self, self.close_button)
        self._reader.ask("count", self._count)

    def done(self, result: int) -> None:
        """End the thread with the dialogue."""
        self._reader.leave()
        super().done(result)
        self.deleteLater()

    def copy_paths(self) -> None:
        """Put the paths of the chosen rows on the clipboard; of all that were read where none is chosen."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        rows = self.model.rows()
        files = [rows[row] for row in chosen] if chosen else rows
        base = shown(self._drive.base).rstrip("/")
        QGuiApplication.clipboard().setText("\n".join(f"{base}/{shown(file.relative_path)}" for file in files))
        more = " Those further down were not read yet: scroll there first." if self._has_more(files) else ""
        self.note.setText(f"{formats.many(len(files), 'path')} copied.{more}")

    def _has_more(self, files: Sequence[MissingFile]) -> bool:
        """Whether these are all that were read, but not all there are."""
        return len(files) == len(self.model.rows()) and self.model.canFetchMore(QModelIndex())

    def _lay_out(self) -> None:
        layout = dialog_column(self)
        layout.addWidget(self.head)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addLayout(button_row(self.accept_all, self.close_button, left=(self.copy,)))

    def _connect(self) -> None:
        self.model.page_wanted.connect(self._want_page)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._not_read)
        self.copy.clicked.connect(self.copy_paths)
        self.close_button.clicked.connect(self.accept)
        self.accept_all.clicked.connect(self._accept_all)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table, self.copy_paths)

    def _want_page(self, last: MissingFile | None) -> None:
        self._reader.ask("page", partial(self._page, last))

    def _page(self, last: MissingFile | None, token: CancelToken) -> list[MissingFile]:
        with self._engine.catalog.open_shard(self._drive, token) as database:
            return missing_files(database, _PAGE, last)

    def _count(self, token: CancelToken) -> int:
        with self._engine.catalog.open_shard(self._drive, token) as database:
            return count_missing(database)

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "page" and isinstance(answer, list):
            self.model.add_page(answer)
        elif isinstance(answer, int):
            self.head.set_head(f"{formats.count(answer)} missing from", self._drive.label)

    def _not_read(self, _kind: str, _number: int, error: AppError) -> None:
        self.note.setText(said(error))

    def _accept_all(self) -> None:
        self.accepted_missing.emit()
        self.accept()
