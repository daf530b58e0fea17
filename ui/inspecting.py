"""Files to be looked into: dropped on the window, or named through the menu. Each drop opens a dialogue of its own."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog

from ui import icons
from ui.desk import Desk
from ui.folders import INSPECTED, find_first_folder, remember_folder
from ui.tabs.compare_dialog import CompareDialog
from ui.tabs.inspect_dialog import InspectDialog
from ui.tabs.review_keys import INSPECT_KEY
from ui.tabs.review_tab import REVIEW, ReviewTab
from ui.tabs.search_actions import HitActions
from ui.tabs.search_tab import SEARCH
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
        self._hits: HitActions | None = None
        self._reviewed: ReviewTab | None = None
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
        """Do what Search and Review ask for, and begin where their assets lie."""
        self._hits, self._reviewed = hits, review
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
        """Ask which files, where some were chosen last, else where the asset in sight lies."""
        self._find_folder(self._browse_from)

    def browse_two(self) -> None:
        """Ask which two files: both at once, or one after the other."""
        self._find_folder(self._browse_two_from)

    def _browse_from(self, folder: str) -> None:
        self.inspect(self._chosen("Inspect files", folder))

    def _browse_two_from(self, folder: str) -> None:
        paths = self._chosen("Compare two files", folder)
        if len(paths) == 1:
            self.compare_with(paths[0])
        elif paths:
            self.compare(paths[0], paths[1])

    def _chosen(self, title: str, folder: str) -> list[str]:
        paths, _ = QFileDialog.getOpenFileNames(self._desk.window, title, folder)
        if paths:
            remember_folder(self._desk.window.state, INSPECTED, paths[0].rpartition("/")[0])
        return paths

    def _find_folder(self, then: Callable[[str], None]) -> None:
        find_first_folder(self, self._desk.window.state, INSPECTED, then, self._folders_in_sight())

    def _folders_in_sight(self) -> list[str]:
        """Where the asset in sight lies, its drive, and the hit in sight; those of the tab in front first."""
        page = self._desk.window.current_page()
        hit = [self._hits.folder()] if self._hits is not None else []
        asset = _folders_of(self._reviewed) if self._reviewed is not None else []
        return [*hit, *asset] if page is not None and page.number == SEARCH else [*asset, *hit]

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


def _folders_of(review: ReviewTab) -> list[str]:
    """Where the asset that is looked at lies, and the drive that is chosen."""
    dossier, drive = review.dossier(), review.queue.drive()
    return [*([str(dossier.folder)] if dossier is not None else []), *([drive.base] if drive is not None else [])]
