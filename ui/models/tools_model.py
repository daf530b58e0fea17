"""External programs as rows."""

from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.diagnostics.overview import ToolStatus
from app.model.names import shown
from ui import icons, theme

_Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns, left to right."""

    NAME = 0
    VERSION = 1
    USED_FOR = 2
    PATH = 3


_HEADS = ("Tool", "Version", "Used for", "Path")


class ToolsModel(QAbstractTableModel):
    """Every program, found or not."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[ToolStatus] = []

    def set_rows(self, rows: list[ToolStatus]) -> None:
        """Show other rows; a selection stays where there are as many."""
        if len(rows) == len(self._rows):
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_HEADS) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def status(self, row: int) -> ToolStatus:
        """The program of a row."""
        return self._rows[row]

    def names(self) -> list[str]:
        """The names in their order."""
        return [row.tool.name for row in self._rows]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        wanted = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return _HEADS[section] if wanted else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        status, column = self._rows[index.row()], index.column()
        found = status.tool.found
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                version = status.tool.version if found else "not found" if not status.tool.path else "does not answer"
                return (status.tool.name, version, status.program.used_for, shown(status.tool.path))[column]
            case Qt.ItemDataRole.DecorationRole if column == Column.NAME:
                return icons.icon("pass" if found else "dash", "pass_text" if found else "dim")
            case Qt.ItemDataRole.ForegroundRole if column == Column.VERSION and not found:
                return theme.current().color("dim")
            case Qt.ItemDataRole.FontRole if column == Column.VERSION:
                return theme.ui_font(numbers=True)
        return None
