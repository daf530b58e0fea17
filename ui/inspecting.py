"""Files to be looked into: dropped on the window, or named through the menu. Each drop opens a dialogue of its own."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog

from ui import icons
from ui.desk import Desk
from ui.tabs.inspect_dialog import InspectDialog


class Inspecting(QObject):
    """Takes what is dropped on the window, and the entries of the File menu.

    A child that takes drops itself (the folder field of the Scan tab) is asked first, as Qt does.

    Args:
        desk: engine, jobs and window.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._last = ""
        desk.window.setAcceptDrops(True)
        desk.window.installEventFilter(self)
        self._action = QAction(icons.icon("info"), "Inspect a file…", self)
        self._action.setShortcut(QKeySequence("Ctrl+I"))
        self._action.triggered.connect(self.browse)
        desk.window.add_to_file_menu(self._action)

    def inspect(self, paths: Sequence[str]) -> InspectDialog | None:
        """Open a dialogue over some files; None for none."""
        if not paths:
            return None
        dialog = InspectDialog(self._desk, paths, self._desk.window)
        dialog.show()
        dialog.raise_()
        return dialog

    def browse(self) -> None:
        """Ask which files."""
        paths, _ = QFileDialog.getOpenFileNames(self._desk.window, "Inspect files", self._last)
        if paths:
            self._last = paths[0].rpartition("/")[0]
            self.inspect(paths)

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
