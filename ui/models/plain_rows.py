"""A table of texts that are all there: small results in dialogues."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui import icons, theme

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PlainRow:
    """Texts in the order of the columns.

    `state` colours the first one: "", "accent", "pass", "stale" or "fail"; `sign` is the icon before it, or "".
    """

    cells: tuple[str, ...]
    state: str = ""
    sign: str = ""


class PlainRows(QAbstractTableModel):
    """Rows of texts.

    Args:
        heads: the columns.
        numbers: the columns that hold numbers: they stand at the right, in tabular figures.
    """

    def __init__(self, heads: Sequence[str], numbers: Sequence[int] = ()) -> None:
        super().__init__()
        self._heads, self._number_columns = tuple(heads), frozenset(numbers)
        self._rows: tuple[PlainRow, ...] = ()
        self._figures = theme.ui_font(numbers=True)

    def set_rows(self, rows: Sequence[PlainRow]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rows(self) -> Sequence[PlainRow]:
        """What is shown."""
        return self._rows

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self._number_columns:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        row, column = self._rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.cells[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in self._number_columns:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and column in self._number_columns:
            return self._figures
        if column == 0 and row.state and role == Qt.ItemDataRole.ForegroundRole:
            return theme.current().color(f"{row.state}_text")
        if column == 0 and row.sign and role == Qt.ItemDataRole.DecorationRole:
            return icons.icon(row.sign, f"{row.state}_text" if row.state else "dim")
        return None
