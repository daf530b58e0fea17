"""What can be done with the selected hits: open, copy, review. As actions, so that keys, menu and palette agree."""

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.catalog.find import Found
from app.model.kinds import MEDIA, Category, extension
from app.model.names import folded, shown
from ui import icons
from ui.tabs.search_errands import Errands
from ui.tabs.search_table import ResultsTable


class HitActions(QObject):
    """The actions of the table of hits.

    Args:
        table: whose selection they work on.
        errands: opens files and folders.
    """

    review_requested = Signal(object)
    """`(drive id, folder, asset name)`; folder and name are raw bytes."""
    inspect_requested = Signal(object)
    """Paths to look into."""
    compare_requested = Signal(object, object)
    """Two paths to compare."""

    similar_requested = Signal(object)
    """An OpenEXR file whose like are looked for."""

    def __init__(self, table: ResultsTable, errands: Errands, parent: QWidget) -> None:
        super().__init__(parent)
        self._table, self._errands = table, errands
        self._more: list[QAction] = []
        self._open = self._action("Open", "file", "Ctrl+Return", self.open_file)
        self._folder = self._action("Open folder", "folder-open", "Return, Enter", self.open_folder)
        self._paths = self._action("Copy path", "copy", "Ctrl+C", self.copy_paths)
        self._names = self._action("Copy name", "copy", "Ctrl+Shift+C", self.copy_names)
        self._review = self._action("Send to review", "review", "Ctrl+R", self.review, anywhere=True)
        self._inspect = self._action("Inspect…", "info", "Ctrl+Shift+I", self.inspect, anywhere=True)
        self._similar = self._action("Find similar structure", "search", "", self.similar)
        self._compare = self._action("Compare two…", "link", "Ctrl+D", self.compare, anywhere=True)
        table.doubleClicked.connect(self.open_folder)
        table.customContextMenuRequested.connect(self.open_menu)

    def add_to_menu(self, actions: Sequence[QAction]) -> None:
        """Show these below the own ones."""
        self._more = list(actions)

    def open_file(self) -> None:
        """Open the current hit in the program that the system has for it."""
        hit = self._table.current_hit()
        if hit is not None:
            self._errands.open(hit.path)

    def open_folder(self) -> None:
        """Open the folder of the current hit in the system's file manager."""
        hit = self._table.current_hit()
        if hit is not None:
            self._errands.open(os.path.dirname(hit.path))  # noqa: PTH120 - a path may be no valid text

    def folder(self) -> str:
        """Where the current hit lies; empty for none."""
        hit = self._table.current_hit()
        return "" if hit is None else os.path.dirname(hit.path)  # noqa: PTH120 - a path may be no valid text

    def copy_paths(self) -> None:
        """Copy the paths of the selected hits, as text and as files."""
        hits = self._table.selected_hits()
        data = QMimeData()
        data.setText("\n".join(shown(hit.path) for hit in hits))
        data.setUrls([QUrl.fromLocalFile(hit.path) for hit in hits])
        QGuiApplication.clipboard().setMimeData(data)

    def copy_names(self) -> None:
        """Copy the names of the selected hits."""
        QGuiApplication.clipboard().setText("\n".join(shown(hit.hit.name) for hit in self._table.selected_hits()))

    def review(self) -> None:
        """Ask for the current hit, or the sequence it belongs to, to be reviewed."""
        hit = self._table.current_hit()
        if hit is not None and Category(hit.hit.category) in MEDIA:
            self.review_requested.emit((hit.drive.id, hit.folder, hit.asset))

    def inspect(self) -> None:
        """Ask for the selected hits to be looked into."""
        if hits := self._table.selected_hits():
            self.inspect_requested.emit([hit.path for hit in hits])

    def similar(self) -> None:
        """Ask for files that are made like the current hit."""
        hit = self._table.current_hit()
        if hit is not None and _is_exr(hit):
            self.similar_requested.emit(hit.path)

    def compare(self) -> None:
        """Ask for the two selected hits to be compared."""
        hits = self._table.selected_hits()
        if len(hits) == 2:
            self.compare_requested.emit(hits[0].path, hits[1].path)

    def menu(self) -> QMenu:
        """The menu for the selection."""
        hit = self._table.current_hit()
        self._review.setEnabled(hit is not None and Category(hit.hit.category) in MEDIA)
        self._compare.setVisible(len(self._table.selected_hits()) == 2)
        self._similar.setVisible(hit is not None and _is_exr(hit))
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for part in (
            (self._open, self._folder),
            (self._paths, self._names),
            (self._review, self._inspect, self._compare, self._similar),
            self._more,
        ):
            menu.addActions(list(part))
            menu.addSeparator()
        return menu

    def open_menu(self, place: QPoint) -> None:
        """Open the menu at a place of the table."""
        if self._table.selected_hits():
            self.menu().popup(self._table.viewport().mapToGlobal(place))

    def _action(
        self, words: str, icon: str, keys: str, slot: Callable[[], object], *, anywhere: bool = False
    ) -> QAction:
        """One action; its keys work where the table has them, or anywhere on the tab."""
        action = QAction(icons.icon(icon), words, self._table)
        action.setShortcuts(QKeySequence.listFromString(keys.replace(", ", "; ")))
        context = Qt.ShortcutContext
        action.setShortcutContext(context.WindowShortcut if anywhere else context.WidgetShortcut)
        action.triggered.connect(slot)
        self._table.addAction(action)
        return action


def _is_exr(hit: Found) -> bool:
    return extension(folded(hit.hit.name)) in (b"exr", b"sxr")
