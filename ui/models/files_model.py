"""A long list of files as rows: numbers at hand, names read page by page as they come into sight."""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.model.names import shown
from app.reports.filelist import FileList, Numbers, SortKey
from app.reports.rows import ReportedFile
from ui import formats, icons, theme
from ui.models.search_model import CATEGORY_ICONS, one_line

Index = QModelIndex | QPersistentModelIndex

#: Rows read at once.
PAGE = 200

_HEADS = ("Name", "Size", "Modified", "Drive", "Folder")
_KEYS = (SortKey.NAME, SortKey.SIZE, SortKey.MODIFIED, SortKey.DRIVE, SortKey.FOLDER)
_SIZE, _MODIFIED = 1, 2
_KEPT_PAGES = 64
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class FilesModel(QAbstractTableModel):
    """The list, its order, and the names that were read.

    It works for millions of rows: what takes time is asked for by a signal and answered later.
    """

    page_wanted = Signal(int)
    """The number of a page of names; answered with `set_page`."""
    order_wanted = Signal(object, bool)
    """A `SortKey` and whether it goes down; answered with `set_order`."""

    def __init__(self) -> None:
        super().__init__()
        self._files: FileList | None = None
        self._order: Numbers | tuple[int, ...] = ()
        self._pages: OrderedDict[int, Sequence[ReportedFile | None]] = OrderedDict()
        self._asked: set[int] = set()
        self._numbers = theme.ui_font(numbers=True)

    def files(self) -> FileList | None:
        """The list; None before the first."""
        return self._files

    def positions(self, page: int) -> list[int]:
        """Where the files of a page stand in the list."""
        return [int(position) for position in self._order[page * PAGE : (page + 1) * PAGE]]

    def row(self, row: int) -> ReportedFile | None:
        """The file of a row; None where it was not read yet or is gone."""
        page = self._pages.get(row // PAGE)
        return page[row % PAGE] if page is not None and row % PAGE < len(page) else None

    def set_files(self, files: FileList) -> None:
        """Show another list, as it stands."""
        self.beginResetModel()
        self._files, self._order = files, files.as_it_stands()
        self._forget()
        self.endResetModel()

    def set_order(self, order: Numbers) -> None:
        """Show the same files in another order."""
        if len(order) != len(self._order):
            return
        self.layoutAboutToBeChanged.emit()
        self._order = order
        self._forget()
        self.changePersistentIndexList(self.persistentIndexList(), [QModelIndex()] * len(self.persistentIndexList()))
        self.layoutChanged.emit()

    def set_page(self, page: int, rows: Sequence[ReportedFile | None]) -> None:
        """Take the names of a page."""
        self._asked.discard(page)
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        first = page * PAGE
        last = min(first + len(rows), len(self._order)) - 1
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(_HEADS) - 1))

    def give_up(self, page: int) -> None:
        """A page that was asked for will not come: it is asked for again when it is looked at."""
        self._asked.discard(page)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Qt: ask for another order; the rows stay as they are until it comes."""
        if 0 <= column < len(_KEYS) and len(self._order):
            self.order_wanted.emit(_KEYS[column], order == Qt.SortOrder.DescendingOrder)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: rows of the table."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Qt: columns of the table."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: the head of a column."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section == _SIZE else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt: one cell."""
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(index.row(), column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column == _SIZE else _LEFT
        if role == Qt.ItemDataRole.FontRole and column in (_SIZE, _MODIFIED):
            return self._numbers
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            file = self.row(index.row())
            return icons.icon(CATEGORY_ICONS.get(file.category, "file") if file is not None else "file")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row(), column)
        return None

    def _text(self, row: int, column: int) -> str:
        files, position = self._files, int(self._order[row])
        if files is None:
            return ""
        if column == _SIZE:
            return formats.size(int(files.sizes[position]))
        if column == _MODIFIED:
            return formats.date(int(files.times[position]) // 1000)
        if _KEYS[column] is SortKey.DRIVE:
            return files.drives[int(files.drive[position])].label
        file = self.row(row)
        if file is None:
            return "…" if not self._ask(row // PAGE) else "(gone since)"
        if column == 0:
            return one_line(file.name)
        return "/" + one_line(file.relative_path.rpartition(b"/")[0])

    def _tip(self, row: int, column: int) -> str | None:
        if column == _SIZE and self._files is not None:
            return formats.many(int(self._files.sizes[int(self._order[row])]), "byte")
        file = self.row(row)
        return one_line(shown(file.path)) if file is not None else None

    def _ask(self, page: int) -> bool:
        """Ask for a page unless it was; whether it is there."""
        if page in self._pages:
            return True
        if page not in self._asked:
            self._asked.add(page)
            self.page_wanted.emit(page)
        return False

    def _forget(self) -> None:
        self._pages.clear()
        self._asked.clear()
