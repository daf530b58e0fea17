"""The three panels of the Reports tab: folders, charts, tables."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.model.drives import Drive
from app.model.names import shown
from app.reports.duplicates import Duplicates
from app.reports.files import Recent
from app.reports.folders import FolderNode, HeaviestFolders
from app.reports.rows import absolute_path
from app.reports.shows import Shows
from app.reports.summaries import Categories, Counted, TopExtensions
from ui import formats, icons
from ui.models.search_model import one_line
from ui.tabs.reports_runner import ReportsRunner
from ui.tabs.reports_shots import ShotsTable
from ui.tabs.reports_tables import DrivesTable, DuplicatesTree, FilesTable, FoldersTable, copy_path
from ui.tabs.search_errands import Errands
from ui.widgets.bar_chart import Bar, BarChart, scrolled
from ui.widgets.breadcrumb import Breadcrumb
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import ElidedLabel, PlainLabel
from ui.widgets.timeline_chart import ChartDay, TimelineChart
from ui.widgets.treemap import Treemap

_MOST_BARS = 200


class FoldersPanel(QFrame):
    """The treemap with its way back up, and the table of the heaviest folders.

    Args:
        errands: opens folders.
    """

    branch_wanted = Signal(str, object)
    """A drive's id, empty for all, and the raw path of the folder to show."""

    def __init__(self, errands: Errands) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._errands = errands
        self._drives: dict[str, Drive] = {}
        self._way: list[tuple[str, bytes, str]] = []
        self.treemap = Treemap()
        self.crumbs = Breadcrumb()
        self.told = ElidedLabel(dim=True)
        self.table = FoldersTable(errands)
        self.tabs = QTabWidget(documentMode=True)
        self.tabs.addTab(self._map(), "Folders by size")
        self.tabs.addTab(self.table, "Heaviest folders")
        column = _column(self)
        column.addWidget(self.tabs, 1)
        self.treemap.entered.connect(self._enter)
        self.treemap.left.connect(self.up)
        self.treemap.chosen.connect(self._tell)
        self.treemap.menu_wanted.connect(self._open_menu)
        self.crumbs.clicked.connect(self._go)

    def set_drives(self, drives: Sequence[Drive]) -> None:
        """The drives that the folders lie on."""
        self._drives = {drive.id: drive for drive in drives}

    def show_root(self, root: FolderNode) -> None:
        """Show the tree of another report from its root; the same one read again where one was in it."""
        inside = self._way[1:] if self._way and self._way[0] == (root.drive_id, root.path, root.name) else []
        self._way = [(root.drive_id, root.path, root.name), *inside]
        if inside:
            self._go(len(inside))
        else:
            self._show(root)

    def show_folders(self, report: HeaviestFolders) -> None:
        """Show the table."""
        self.table.folders.set_rows(report.rows)

    def show_branch(self, root: FolderNode) -> None:
        """Show what was asked for by `branch_wanted`."""
        self._show(root)

    def place(self) -> tuple[str, bytes]:
        """The folder shown: a drive's id, empty for all, and the raw path."""
        return self._way[-1][:2] if self._way else ("", b"")

    def up(self) -> None:
        """Show the folder above."""
        if len(self._way) > 1:
            self._go(len(self._way) - 2)

    def _map(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.crumbs, 3)
        row.addWidget(self.told, 2)
        self.told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.treemap, 1)
        return page

    def _show(self, root: FolderNode) -> None:
        empty = "No files" if not root.files else "All of its files are empty"
        self.treemap.set_root(root, "" if root.bytes else empty)
        self.crumbs.set_names([one_line(name) for _, _, name in self._way])
        self._tell(None)

    def _enter(self, node: FolderNode) -> None:
        """Go into a folder some levels down: each level between is a link of its own."""
        drive_id, path, _ = self._way[-1]
        if not drive_id:
            if node.drive_id not in self._drives:
                return  # it was forgotten meanwhile
            self._way.append((node.drive_id, b"", self._drives[node.drive_id].label))
            path = b""
        above = path
        inside = node.path[len(path) :].strip(b"/")
        for name in inside.split(b"/") if inside else []:
            above = above + b"/" + name if above else name
            self._way.append((node.drive_id, above, shown(name)))
        self.branch_wanted.emit(node.drive_id, node.path)

    def _go(self, number: int) -> None:
        del self._way[number + 1 :]
        drive_id, path, _ = self._way[number]
        self.branch_wanted.emit(drive_id, path)

    def _tell(self, node: FolderNode | None) -> None:
        """Say what the pointer or the keys are at; else what the whole is."""
        node = node or self.treemap.root()
        if node is None:
            self.told.setFullText("")
            return
        number = formats.many(node.files, "file")
        name = "" if node is self.treemap.root() else f"{one_line(node.name)} · "
        self.told.setFullText(f"{name}{formats.size(node.bytes)} · {number}")

    def _open_menu(self, node: FolderNode, place: QPoint) -> None:
        drive = self._drives.get(node.drive_id)
        if drive is None:
            return
        path = absolute_path(drive, node.path)
        menu = QMenu(self.treemap)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icons.icon("folder-open"), "Open folder").triggered.connect(lambda: self._errands.open(path))
        menu.addAction(icons.icon("copy"), "Copy path").triggered.connect(lambda: copy_path(path))
        menu.popup(place)


class ChartsPanel(QFrame):
    """Extensions, categories, and what changed by day."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.extensions = BarChart("Top extensions")
        self.categories = BarChart("Categories")
        self.timeline = TimelineChart()
        self.tabs = QTabWidget(documentMode=True)
        for words, page in (
            ("Extensions", scrolled(self.extensions)),
            ("Categories", scrolled(self.categories)),
            ("Changes by day", self.timeline),
        ):
            self.tabs.addTab(page, words)
        column = _column(self)
        column.addWidget(self.tabs, 1)

    def show_extensions(self, report: TopExtensions) -> None:
        """Show the extensions with most bytes, and the rest as one bar."""
        bars = [_bar(row.extension or "none", row.total) for row in report.rows[:_MOST_BARS]]
        rest = sum((row.total for row in report.rows[_MOST_BARS:]), report.rest)
        if rest.files:
            others = report.total - len(bars)
            bars.append(_bar(formats.many(others, "other"), rest, "control"))
        self.extensions.set_bars(bars, "No files")

    def show_categories(self, report: Categories) -> None:
        """Show the categories."""
        self.categories.set_bars([_bar(row.category.label, row.total) for row in report.rows], "No files")

    def show_recent(self, report: Recent) -> None:
        """Show the days."""
        self.timeline.set_days([ChartDay(day.day, day.total.files, day.total.bytes) for day in report.timeline])


class TablesPanel(QFrame):
    """Largest files, newest files, duplicates, shots, drives.

    Args:
        runner: sorts, and reads names.
        errands: opens folders.
    """

    def __init__(self, runner: ReportsRunner, errands: Errands) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.largest = FilesTable("largest", "Largest files", 1, runner, errands)
        self.newest = FilesTable("newest", "Newest files", 2, runner, errands)
        self.duplicates = DuplicatesTree(errands)
        self.no_duplicates = EmptyState("copy", "No duplicates", "No two files are equal.")
        self.shots = ShotsTable(errands)
        self.drives = DrivesTable()
        self._duplicates, self._note = QStackedWidget(), PlainLabel()
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(8, 8, 8, 4)
        self.tabs = QTabWidget(documentMode=True)
        for words, page in (
            ("Largest files", self.largest),
            ("Newest files", self.newest),
            ("Duplicates", self._duplicates),
            ("Shots", self.shots),
            ("Drives", self.drives),
        ):
            self.tabs.addTab(page, words)
        listed = QWidget()
        inside = QVBoxLayout(listed)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self._note)
        inside.addWidget(self.duplicates, 1)
        self._duplicates.addWidget(listed)
        self._duplicates.addWidget(self.no_duplicates)
        self.tabs.setTabVisible(self.tabs.indexOf(self.shots), False)
        column = _column(self)
        column.addWidget(self.tabs, 1)

    def show_shots(self, report: Shows) -> None:
        """Show what shots take up; the table is there where the layout of shows finds one."""
        self.shots.show_shots(report)
        self.tabs.setTabVisible(self.tabs.indexOf(self.shots), bool(report.rows))

    def show_duplicates(self, report: Duplicates) -> None:
        """Show the groups, or why there are none."""
        self.duplicates.groups.set_groups(report.rows)
        self._duplicates.setCurrentIndex(0 if report.rows else 1)
        unhashed = report.unhashed.files
        was = "was" if unhashed == 1 else "were"
        known = f"{formats.many(unhashed, 'file')} {was} never hashed and cannot be compared."
        if report.rows:
            copies, groups = formats.many(report.copies, "file"), formats.many(report.groups, "content")
            words = f"{copies} hold {groups}; {formats.size(report.wasted_bytes)} could be freed."
            self._note.setText(f"{words} {known if unhashed else ''}".strip())
        else:
            told = (
                f"{known} Scan without “inventory only” to have them hashed." if unhashed else "No two files are equal."
            )
            self.no_duplicates.set_text("Not known" if unhashed else "No duplicates", told)


def _column(panel: QFrame) -> QVBoxLayout:
    column = QVBoxLayout(panel)
    column.setContentsMargins(12, 8, 12, 12)
    column.setSpacing(4)
    return column


def _bar(name: str, total: Counted, color: str = "accent") -> Bar:
    number = formats.many(total.files, "file")
    figures = f"{formats.size(total.bytes)} · {formats.short_count(total.files)} file{'' if total.files == 1 else 's'}"
    return Bar(
        one_line(name), total.bytes, figures, f"{one_line(name)}: {formats.size(total.bytes)} in {number}", color
    )
