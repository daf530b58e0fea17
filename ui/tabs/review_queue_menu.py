"""The context menu of the review's queue."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QTableView

from app.model.drives import Drive
from ui import formats, icons
from ui.models.review_model import ReviewQueue
from ui.tabs.check_targets import MOST_SHOWN, TOO_MANY, CheckTarget, check_targets, shown_target
from ui.widgets.menus import menu_text


class QueueMenu(QObject):
    """Offers checks against a policy: of the asset in a line, of its folder, of what is shown, of the drive.

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
        drive = self._drive()
        targets = check_targets(drive, self._model.line_at(index))
        for words, target in targets[:-1]:
            self._add(menu, words, target)
        if drive is not None and self._model.rowCount() > 1:
            self._add_shown(menu, drive)
        for words, target in targets[-1:]:
            self._add(menu, words, target)
        return menu

    def ask_shown(self) -> str:
        """Ask for a check of what the filter lets through; why that cannot be, where it cannot."""
        drive = self._drive()
        if drive is None or not self._model.rowCount():
            return "The queue shows no asset that could be checked."
        target = shown_target(drive, self._model)
        if target is None:
            return TOO_MANY
        self.check_asked.emit(target)
        return ""

    def _add_shown(self, menu: QMenu, drive: Drive) -> None:
        """Offer what is shown, where that is neither one asset nor the whole drive."""
        target = shown_target(drive, self._model)
        if target is None:
            self._add(
                menu, f"Check the assets shown: filter them to {formats.count(MOST_SHOWN)} or fewer", CheckTarget()
            ).setEnabled(False)
        elif 1 < len(target.assets) < self._model.counts()["all"]:
            self._add(menu, f"Check the {formats.many(len(target.assets), 'asset')} shown…", target)

    def _add(self, menu: QMenu, words: str, target: CheckTarget) -> QAction:
        action = menu.addAction(icons.icon("check"), menu_text(words))
        action.triggered.connect(partial(self._ask, target))
        return action

    def _open(self, place: QPoint) -> None:
        index = self._view.indexAt(place)
        menu = self.at(index if index.isValid() else self._view.currentIndex())
        if not menu.isEmpty():
            menu.popup(self._view.viewport().mapToGlobal(place))

    def _ask(self, target: CheckTarget, _checked: object = None) -> None:
        self.check_asked.emit(target)
