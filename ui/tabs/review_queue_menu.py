"""The context menu of the review's queue."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QTableView

from app.model.drives import Drive
from ui import icons
from ui.models.review_model import ReviewQueue
from ui.tabs.check_targets import CheckTarget, check_targets
from ui.widgets.menus import menu_text


class QueueMenu(QObject):
    """Offers checks against a policy: of the asset in a line, of its folder, of the drive.

    Args:
        view: the list, which the menu belongs to.
        model: its lines.
        drive: gives the drive whose assets are shown.
    """

    check_asked = Signal(object)
    """The `CheckTarget` that is to be checked."""

    def __init__(self, view: QTableView, model: ReviewQueue, drive: Callable[[], Drive | None]) -> None:
        super().__init__(view)
        self._view, self._model, self._drive = view, model, drive
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open)

    def at(self, index: QModelIndex) -> QMenu:
        """The menu for a line; outside of all lines that of the drive."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, target in check_targets(self._drive(), self._model.line_at(index)):
            action = menu.addAction(icons.icon("check"), menu_text(words))
            action.triggered.connect(partial(self._ask, target))
        return menu

    def _open(self, place: QPoint) -> None:
        index = self._view.indexAt(place)
        menu = self.at(index if index.isValid() else self._view.currentIndex())
        if not menu.isEmpty():
            menu.popup(self._view.viewport().mapToGlobal(place))

    def _ask(self, target: CheckTarget, _checked: object = None) -> None:
        self.check_asked.emit(target)
