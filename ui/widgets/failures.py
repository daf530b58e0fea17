"""What a job could not read, with reasons."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTableView, QWidget

from ui import formats
from ui.widgets.buttons import KeyButton, answer_enter
from ui.widgets.dialogs import dialog_column
from ui.widgets.labels import DimLabel, SectionHead
from ui.widgets.tables import style_table

_Index = QModelIndex | QPersistentModelIndex


class _Failures(QAbstractTableModel):
    def __init__(self, rows: Sequence[tuple[str, str]], first: str) -> None:
        super().__init__()
        self.rows, self._heads = rows, (first, "Reason")

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        wanted = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._heads[section] if wanted else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()].replace("\n", "␊")
        return None


class FailuresDialog(QDialog):
    """A table of files and reasons that can be copied.

    Args:
        title: the job.
        rows: file and reason; the first ten thousand.
        total: how many there are.
        words: what happened to them.
        first: what the first column holds.
    """

    def __init__(
        self,
        title: str,
        rows: Sequence[tuple[str, str]],
        total: int,
        parent: QWidget | None = None,
        *,
        words: str = "could not be read",
        first: str = "File",
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(920, 480)
        self._rows = rows
        self.table = QTableView()
        self.table.setModel(_Failures(rows, first))
        style_table(self.table, "Failed items")
        self.table.setColumnWidth(0, 520 if first == "File" else 280)
        copy, close = KeyButton("Copy all", icon="copy"), KeyButton("Close", role="primary")
        copy.clicked.connect(self.copy)
        close.clicked.connect(self.accept)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table, self.copy)
        buttons = QHBoxLayout()
        more = f"the first {formats.count(len(rows))} of {formats.count(total)}" if total > len(rows) else ""
        buttons.addWidget(DimLabel(more))
        buttons.addStretch(1)
        buttons.addWidget(copy)
        buttons.addWidget(close)
        layout = dialog_column(self)
        layout.addWidget(SectionHead(f"{formats.count(total)} {words}"))
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        answer_enter(self, close)

    def copy(self) -> None:
        """Put every row on the clipboard, file and reason parted by a tab."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self._rows))
