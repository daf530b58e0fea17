"""Rows of a report as a table that sorts: folders, drives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui import theme

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """A column: its head, the words of a row in it, what it sorts by, and whether it is a number."""

    head: str
    words: Callable[[Any], str]
    key: Callable[[Any], Any]
    number: bool = False
    tip: Callable[[Any], str] | None = None


class ReportModel(QAbstractTableModel):
    """The rows, in the order that was chosen last.

    Args:
        columns: from left to right.
    """

    def __init__(self, columns: Sequence[ReportColumn]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._rows: list[Any] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None
        self._numbers = theme.ui_font(numbers=True)

    def row(self, row: int) -> Any:
        """What a row shows; None outside."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows, in the order chosen last."""
        self.beginResetModel()
        self._rows = list(rows)
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Qt: sort by a column."""
        if not 0 <= column < len(self._columns):
            return
        self.layoutAboutToBeChanged.emit()
        before = list(self._rows)
        old = self.persistentIndexList()
        self._sorted = (column, order)
        self._arrange()
        places = {id(row): place for place, row in enumerate(self._rows)}
        new = [self.index(places[id(before[index.row()])], index.column()) for index in old]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: rows of the table."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: columns of the table."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the head of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].head
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._columns[section].number else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: one cell."""
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.words(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.number else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(row) if column.tip is not None else column.words(row)
        return self._numbers if role == Qt.ItemDataRole.FontRole and column.number else None

    def _arrange(self) -> None:
        if self._sorted is not None:
            column, order = self._sorted
            self._rows.sort(key=self._columns[column].key, reverse=order == Qt.SortOrder.DescendingOrder)
