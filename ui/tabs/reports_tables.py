"""The tables of the Reports tab: what they show, and what can be done with a row of them."""

import os
from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QTreeView, QWidget

from app.model.names import shown
from app.reports.filelist import FileList, Numbers, SortKey
from app.reports.rows import ReportedFile, ReportedFolder
from app.reports.summaries import DriveTotals
from ui import formats, icons
from ui.models.duplicates_model import DuplicatesModel
from ui.models.files_model import FilesModel
from ui.models.report_model import ReportColumn, ReportModel
from ui.models.search_model import one_line
from ui.tabs.reports_runner import ReportsRunner
from ui.tabs.search_errands import Errands
from ui.widgets.tables import style_table, style_tree

_MOST_PENDING = 4
_DRIVE, _LAST = 3, 4
_WIDTHS = {1: 84, 2: 136, 3: 96}
_LEAST_NAME, _NAME_SHARE = 160, 0.55

FOLDER_COLUMNS = (
    ReportColumn("Folder", lambda row: "/" + one_line(row.relative_path), lambda row: row.relative_path),
    ReportColumn(
        "Size", lambda row: formats.size(row.bytes), lambda row: row.bytes, number=True,
        tip=lambda row: formats.many(row.bytes, "byte"),
    ),
    ReportColumn("Files", lambda row: formats.count(row.files), lambda row: row.files, number=True),
    ReportColumn(
        "Newest file",
        lambda row: formats.date(None if row.newest_ns is None else row.newest_ns // 1000),
        lambda row: row.newest_ns or 0,
    ),
    ReportColumn("Drive", lambda row: row.drive.label, lambda row: row.drive.label.casefold()),
)  # fmt: skip
DRIVE_COLUMNS = (
    ReportColumn("Drive", lambda row: row.drive.label, lambda row: row.drive.label.casefold()),
    ReportColumn("Size", lambda row: formats.size(row.total.bytes), lambda row: row.total.bytes, number=True),
    ReportColumn("Files", lambda row: formats.count(row.total.files), lambda row: row.total.files, number=True),
    ReportColumn(
        "Average", lambda row: formats.size(row.total.average_bytes), lambda row: row.total.average_bytes, number=True
    ),
    ReportColumn("Sequences", lambda row: formats.count(row.sequences), lambda row: row.sequences, number=True),
    ReportColumn(
        "Missing frames", lambda row: formats.count(row.missing_frames), lambda row: row.missing_frames, number=True
    ),
    ReportColumn("Last scan", lambda row: formats.date(row.drive.last_scan), lambda row: row.drive.last_scan or 0),
)


class RowActions:
    """Open and copy, for a view whose current row has a path.

    Args:
        view: the table or tree.
        path: the path of its current row; empty for none.
        errands: opens folders.
        is_folder: whether the path is that of a folder, which is opened itself.
    """

    def __init__(
        self, view: QAbstractItemView, path: Callable[[], str], errands: Errands, *, is_folder: bool = False
    ) -> None:
        self._view, self._path, self._errands, self._is_folder = view, path, errands, is_folder
        self._actions = [
            self._action("Open folder", "folder-open", "Return; Enter", self.open_folder),
            self._action("Copy path", "copy", "Ctrl+C", self.copy_path),
        ]
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self.open_menu)
        view.doubleClicked.connect(self.open_folder)

    def open_folder(self) -> None:
        """Open the folder of the current row in the system's file manager."""
        path = self._path()
        if path:
            self._errands.open(path if self._is_folder else os.path.dirname(path))  # noqa: PTH120 - may be no valid text

    def copy_path(self) -> None:
        """Copy the path of the current row, as text and as a file."""
        path = self._path()
        if path:
            copy_path(path)

    def open_menu(self, place: QPoint) -> None:
        """Open the menu at a place of the view."""
        if self._path():
            menu = QMenu(self._view)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(self._actions)
            menu.popup(self._view.viewport().mapToGlobal(place))

    def _action(self, words: str, icon: str, keys: str, slot: Callable[[], object]) -> QAction:
        action = QAction(icons.icon(icon), words, self._view)
        action.setShortcuts(QKeySequence.listFromString(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self._view.addAction(action)
        return action


def copy_path(path: str) -> None:
    """Put a path on the clipboard, as text and as a file."""
    data = QMimeData()
    data.setText(shown(path))
    data.setUrls([QUrl.fromLocalFile(path)])
    QGuiApplication.clipboard().setMimeData(data)


class FilesTable(QTableView):
    """A long list of files that sorts by every column.

    Args:
        name: `largest` or `newest`.
        title: for screen readers.
        sorted_by: the column that the list comes sorted by.
        runner: sorts, and reads names.
        errands: opens folders.
    """

    def __init__(self, name: str, title: str, sorted_by: int, runner: ReportsRunner, errands: Errands) -> None:
        super().__init__()
        self._name, self._runner, self._sorted_by = name, runner, sorted_by
        self._pending: list[int] = []
        self.files = FilesModel()
        self.setModel(self.files)
        style_table(self, title)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        self._fitted, self._fitting = True, False
        self.horizontalHeader().sectionResized.connect(self._column_resized)
        may_sort(self.horizontalHeader())
        self.horizontalHeader().setSortIndicator(sorted_by, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.row_actions = RowActions(self, self._path, errands)
        self.files.order_wanted.connect(self._ask_order)
        self.files.page_wanted.connect(self._ask_page)
        runner.order_made.connect(self._ordered)
        runner.names_made.connect(self._named)

    def show_files(self, files: FileList) -> None:
        """Show another list; the column of drives is there where it tells them apart."""
        self.setColumnHidden(_DRIVE, len(files.drives) < 2)
        self._pending.clear()
        self._runner.drop_names(self._name)
        header = self.horizontalHeader()
        if header.sortIndicatorSection() == self._sorted_by and (
            header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        ):
            self.files.set_files(files)
            return
        self.files.set_files(files)
        self.files.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: until a column was given a width, names and folders share what the others leave."""
        if self._fitted:
            self._fitting = True
            room = self.viewport().width() - sum(_WIDTHS.values()) + self.isColumnHidden(_DRIVE) * _WIDTHS[_DRIVE]
            self.setColumnWidth(0, max(round(room * _NAME_SHARE), _LEAST_NAME))
            self._fitting = False
        super().resizeEvent(event)

    def _column_resized(self, column: int, _before: int, _after: int) -> None:
        """A person, or what is remembered of one, sets widths; the last column only takes what is left."""
        if not self._fitting and column < _LAST:
            self._fitted = False

    def _path(self) -> str:
        file = self.files.row(self.currentIndex().row()) if self.currentIndex().isValid() else None
        return file.path if file is not None else ""

    def _ask_order(self, key: SortKey, descending: bool) -> None:
        files = self.files.files()
        if files is not None:
            self._runner.ask_order(self._name, files, key, descending=descending)

    def _ordered(self, name: str, order: Numbers) -> None:
        if name == self._name:
            self._pending.clear()
            self._runner.drop_names(name)
            self.files.set_order(order)
            self.scrollToTop()

    def _ask_page(self, page: int) -> None:
        """Ask for the pages in sight; those that were scrolled past are given up."""
        files = self.files.files()
        if files is None:
            return
        self._pending.append(page)
        while len(self._pending) > _MOST_PENDING:
            self.files.give_up(self._pending.pop(0))
        pages = {number: self.files.positions(number) for number in self._pending}
        self._runner.ask_names(self._name, files, pages)

    def _named(self, name: str, pages: dict[int, list[ReportedFile | None]]) -> None:
        if name == self._name:
            for page, rows in pages.items():
                if page in self._pending:
                    self._pending.remove(page)
                self.files.set_page(page, rows)


class FoldersTable(QTableView):
    """The heaviest folders."""

    def __init__(self, errands: Errands) -> None:
        super().__init__()
        self.folders = ReportModel(FOLDER_COLUMNS)
        self.setModel(self.folders)
        style_table(self, "Heaviest folders", stretch=0)
        for column, width in ((1, 92), (2, 92), (3, 136), (4, 110)):
            self.setColumnWidth(column, width)
        may_sort(self.horizontalHeader())
        self.horizontalHeader().setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.row_actions = RowActions(self, self._path, errands, is_folder=True)

    def _path(self) -> str:
        row = self.folders.row(self.currentIndex().row())
        return row.path if isinstance(row, ReportedFolder) else ""


class DrivesTable(QTableView):
    """What each drive holds; a double click, or Enter, reports on it alone."""

    picked = Signal(str)
    """The id of a drive."""

    def __init__(self) -> None:
        super().__init__()
        self.drives = ReportModel(DRIVE_COLUMNS)
        self.setModel(self.drives)
        style_table(self, "Drives of the report")
        for column, width in ((0, 112), (1, 76), (2, 72), (3, 76), (4, 96), (5, 126)):
            self.setColumnWidth(column, width)
        may_sort(self.horizontalHeader())
        self.horizontalHeader().setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        action = QAction(icons.icon("drive"), "Report on this drive", self)
        action.setShortcuts(QKeySequence.listFromString("Return; Enter"))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self._pick)
        self.addAction(action)
        self.doubleClicked.connect(self._pick)

    def _pick(self) -> None:
        row = self.drives.row(self.currentIndex().row())
        if isinstance(row, DriveTotals):
            self.picked.emit(row.drive.id)


class DuplicatesTree(QTreeView):
    """Groups of equal files, their copies below."""

    def __init__(self, errands: Errands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups = DuplicatesModel()
        self.setModel(self.groups)
        style_tree(self, "Duplicates")
        for column, width in ((0, 186), (1, 76), (2, 68), (3, 72), (4, 84)):
            self.setColumnWidth(column, width)
        self.header().setSectionsMovable(False)
        may_sort(self.header())
        self.header().setSortIndicator(1, Qt.SortOrder.DescendingOrder)
        self.setSortingEnabled(True)
        self.setExpandsOnDoubleClick(False)
        self.row_actions = RowActions(self, self._path, errands)

    def _path(self) -> str:
        file = self.groups.file(self.currentIndex())
        return file.path if file is not None else ""


def may_sort(header: QHeaderView) -> None:
    """Let the arrow of the sorted column stand above its words, which it would cover beside them."""
    header.setProperty("sorts", "true")
