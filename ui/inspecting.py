"""Files to be looked into: dropped on the window, or named through the menu. Each drop opens a dialogue of its own."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog

from ui import icons
from ui.desk import Desk
from ui.tabs.compare_dialog import CompareDialog
from ui.tabs.inspect_dialog import InspectDialog
from ui.tabs.review_keys import INSPECT_KEY
from ui.tabs.review_tab import REVIEW, ReviewTab
from ui.tabs.search_actions import HitActions
from ui.tabs.similar_dialog import SimilarDialog


class Inspecting(QObject):
    """Takes what is dropped on the window, and the entries of the File menu.

    A child that takes drops itself (the folder field of the Scan tab) is asked first, as Qt does.

    Args:
        desk: engine, jobs and window.
    """

    review_requested = Signal(object)
    """`(drive id, folder, name)` of what is to be reviewed; folder and name are raw bytes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._last = ""
        desk.window.setAcceptDrops(True)
        desk.window.installEventFilter(self)
        self._inspect = QAction(icons.icon("info"), "Inspect a file…", self)
        self._inspect.triggered.connect(self.browse)
        self._compare = QAction(icons.icon("link"), "Compare two files…", self)
        self._compare.triggered.connect(self.browse_two)
        desk.window.add_to_file_menu(self._inspect, self._compare)
        desk.window.page_changed.connect(self._page_changed)
        page = desk.window.current_page()
        self._page_changed(page.number if page is not None else 0)

    def serve(self, hits: HitActions, review: ReviewTab) -> None:
        """Do what Search and Review ask for."""
        hits.inspect_requested.connect(self.inspect)
        hits.compare_requested.connect(self.compare)
        hits.similar_requested.connect(self.similar)
        review.inspect_requested.connect(self._inspect_in_sight)
        review.compare_requested.connect(self.compare_with)
        review.similar_requested.connect(self.similar)

    def inspect(self, paths: Sequence[str], *, alone: bool = False) -> InspectDialog | None:
        """Open a dialogue over some files; None for none. `alone`: a frame begins without its sequence."""
        if not paths:
            return None
        dialog = InspectDialog(self._desk, paths, self._desk.window, alone=alone)
        dialog.compare_asked.connect(self.compare)
        dialog.compare_with_asked.connect(self.compare_with)
        dialog.show()
        return dialog

    def _inspect_in_sight(self, path: str, alone: bool) -> None:
        if path:
            self.inspect([path], alone=alone)
        else:
            self.browse()

    def _page_changed(self, number: int) -> None:
        """The review has the key for the frame in sight: two that answer to one key would both be deaf."""
        self._inspect.setShortcut(QKeySequence() if number == REVIEW else QKeySequence(INSPECT_KEY))

    def compare(self, a: str, b: str) -> CompareDialog:
        """Open a dialogue over two files, frames or patterns."""
        dialog = CompareDialog(self._desk, a, b, self._desk.window)
        dialog.show()
        return dialog

    def compare_with(self, path: str) -> None:
        """Ask which other file one is compared with."""
        folder = path.rpartition("/")[0]
        other, _ = QFileDialog.getOpenFileName(self._desk.window, "Compare with", folder)
        if other:
            self.compare(path, other)

    def similar(self, path: str) -> SimilarDialog:
        """Open a dialogue over the files that are made like one."""
        dialog = SimilarDialog(self._desk, path, self._desk.window)
        dialog.compare_requested.connect(self.compare)
        dialog.review_requested.connect(self.review_requested)
        dialog.show()
        return dialog

    def browse(self) -> None:
        """Ask which files."""
        paths, _ = QFileDialog.getOpenFileNames(self._desk.window, "Inspect files", self._last)
        if paths:
            self._last = paths[0].rpartition("/")[0]
            self.inspect(paths)

    def browse_two(self) -> None:
        """Ask which two files: both at once, or one after the other."""
        paths, _ = QFileDialog.getOpenFileNames(self._desk.window, "Compare two files", self._last)
        if not paths:
            return
        self._last = paths[0].rpartition("/")[0]
        if len(paths) == 1:
            self.compare_with(paths[0])
        else:
            self.compare(paths[0], paths[1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: what is dragged over the window and dropped on it."""
        if event.type() == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if _paths(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            paths = _paths(event.mimeData())
            if paths:
                event.acceptProposedAction()
                self.inspect(paths)
                return True
        return super().eventFilter(watched, event)


def _paths(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
