"""Missing files as rows: the pages read so far."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.catalog.missing import MissingFile
from ui import formats, theme
from ui.models.search_model import one_line

_Index = QModelIndex | QPersistentModelIndex
_HEADS = ("File", "Size", "Modified", "Missed by the scan of")
_SIZE = 1


class MissingModel(QAbstractTableModel):
    """Asks for a page when the view comes near the end of those it has."""

    page_wanted = Signal(object)
    """The last file read so far, or None; `add_page` is the answer."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[MissingFile] = []
        self._waiting = self._complete = False
        self._numbers = theme.ui_font(numbers=True)

    def rows(self) -> Sequence[MissingFile]:
        """The files read so far."""
        return self._rows

    def add_page(self, files: Sequence[MissingFile]) -> None:
        """Take the next page; an empty one is the end."""
        self._waiting = False
        if not files:
            self._complete = True
            return
        self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(files) - 1)
        self._rows += files
        self.endInsertRows()

    def canFetchMore(self, parent: _Index) -> bool:
        """Qt."""
        return not (parent.isValid() or self._waiting or self._complete)

    def fetchMore(self, _parent: _Index) -> None:
        """Qt."""
        self._waiting = True
        self.page_wanted.emit(self._rows[-1] if self._rows else None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == _SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        file = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return _cells(file)[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == _SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == len(_HEADS) - 1 and not file.marked:
            return theme.current().color("stale_text")
        return self._numbers if role == Qt.ItemDataRole.FontRole and index.column() > 0 else None


def _cells(file: MissingFile) -> tuple[str, ...]:
    missed = formats.date(file.missed_us)
    return (
        one_line(file.relative_path),
        formats.size(file.size),
        formats.date(file.mtime_ns // 1000),
        missed if file.marked else f"{missed}, not marked",
    )
