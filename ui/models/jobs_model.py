"""The job history as a table."""

from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui import icons, theme
from ui.models.search_model import one_line

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Started", "Job", "Drive", "Files", "Took", "Outcome")
_FILES = 3
_SIGNS = {"pass": "pass", "stale": "warning", "fail": "error"}


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One line of the history, in words.

    `state` colours the outcome: "", "pass", "stale" or "fail"; `id` tells the line from the others.
    """

    started: str
    operation: str
    drive: str
    files: str
    took: str
    outcome: str
    state: str = ""
    id: int = 0

    def cells(self) -> tuple[str, ...]:
        """The texts in the order of the columns."""
        return (self.started, self.operation, self.drive, self.files, self.took, self.outcome)


class JobsModel(QAbstractTableModel):
    """The newest jobs, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[JobRecord, ...] = ()

    def set_rows(self, rows: tuple[JobRecord, ...]) -> None:
        """Show other rows, newest first; what is selected and in sight stays so while jobs come and go on."""
        if rows == self._rows:
            return
        before, now = [row.id for row in self._rows], [row.id for row in rows]
        new = now.index(before[0]) if before and before[0] in now else -1
        if new < 0 or now[new:] != before[: len(now) - new]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        if new:
            self.beginInsertRows(QModelIndex(), 0, new - 1)
            self._rows = rows[:new] + self._rows
            self.endInsertRows()
        if len(self._rows) > len(rows):
            self.beginRemoveRows(QModelIndex(), len(rows), len(self._rows) - 1)
            self._rows = self._rows[: len(rows)]
            self.endRemoveRows()
        self._rows = rows
        self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_COLUMNS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole and section == _FILES:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return one_line(row.cells()[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == _FILES:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == len(_COLUMNS) - 1 and row.state:
            return theme.current().color(f"{row.state}_text")
        if role == Qt.ItemDataRole.DecorationRole and index.column() == len(_COLUMNS) - 1 and row.state:
            return icons.icon(_SIGNS[row.state], f"{row.state}_text")
        if role == Qt.ItemDataRole.FontRole and index.column() in (0, _FILES, 4):
            return theme.ui_font(numbers=True)
        return None
