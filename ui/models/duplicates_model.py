"""Groups of equal files as a tree: a row for each group, its copies below it."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.model.names import shown
from app.reports.duplicates import DuplicateGroup
from app.reports.rows import ReportedFile
from ui import formats, icons, theme
from ui.models.search_model import CATEGORY_ICONS, one_line

Index = QModelIndex | QPersistentModelIndex

_HEADS = ("Name", "Wasted", "Copies", "Size", "Drive", "Folder")
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_NUMBERS = (1, 2, 3)
_KEYS: tuple[Callable[[DuplicateGroup], Any], ...] = (
    lambda group: group.members[0].name.casefold() if group.members else "",
    lambda group: group.wasted_bytes,
    lambda group: group.copies,
    lambda group: group.size,
    lambda group: sorted({member.drive.label for member in group.members}),
    lambda group: group.members[0].relative_path if group.members else b"",
)


class DuplicatesModel(QAbstractItemModel):
    """Groups, and under each its copies. An index below the root has its group's number, from 1, as its id."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: list[DuplicateGroup] = []
        self._numbers = theme.ui_font(numbers=True)

    def set_groups(self, groups: Sequence[DuplicateGroup]) -> None:
        """Show other groups."""
        self.beginResetModel()
        self._groups = list(groups)
        self.endResetModel()

    def file(self, index: Index) -> ReportedFile | None:
        """The copy at an index; of a group its first."""
        if not index.isValid():
            return None
        number = index.internalId()
        if number:
            return self._groups[number - 1].members[index.row()]
        members = self._groups[index.row()].members
        return members[0] if members else None

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt: the index of a row below another."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, index: Any = None) -> Any:
        """Qt: the group of a copy; without an index the object that owns the model."""
        if index is None:
            return QObject.parent(self)
        number = index.internalId() if index.isValid() else 0
        return self.createIndex(number - 1, 0, 0) if number else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: groups, or the copies of one."""
        if not parent.isValid():
            return len(self._groups)
        if parent.internalId() or parent.column():
            return 0
        return len(self._groups[parent.row()].members)

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: columns of the tree."""
        return len(_HEADS)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Qt: sort the groups."""
        if 0 <= column < len(_KEYS):
            self.beginResetModel()
            self._groups.sort(key=_KEYS[column], reverse=order == Qt.SortOrder.DescendingOrder)
            self.endResetModel()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the head of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in _NUMBERS else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: one cell."""
        file = self.file(index)
        if file is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            group = None if index.internalId() else self._groups[index.row()]
            return _group_words(group, file, column) if group is not None else _copy_words(file, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column in _NUMBERS else _LEFT
        if role == Qt.ItemDataRole.FontRole:
            return self._numbers if column in _NUMBERS else None
        if role == Qt.ItemDataRole.ForegroundRole and index.internalId():
            return theme.current().color("dim")
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and not index.internalId():
            return icons.icon(CATEGORY_ICONS.get(file.category, "file"))
        return one_line(shown(file.path)) if role == Qt.ItemDataRole.ToolTipRole else None


def _group_words(group: DuplicateGroup, file: ReportedFile, column: int) -> str:
    drives = sorted({member.drive.label for member in group.members})
    match column:
        case 0:
            return one_line(file.name)
        case 1:
            return formats.size(group.wasted_bytes)
        case 2:
            return formats.count(group.copies)
        case 3:
            return formats.size(group.size)
        case 4:
            return drives[0] if len(drives) == 1 else f"{len(drives)} drives"
        case _:
            return _folder(file)


def _copy_words(file: ReportedFile, column: int) -> str:
    words = {0: one_line(file.name), 4: file.drive.label, 5: _folder(file)}
    return words.get(column, "")


def _folder(file: ReportedFile) -> str:
    return "/" + one_line(file.relative_path.rpartition(b"/")[0])
