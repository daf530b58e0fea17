"""A tree of facts with a search field, a badge that says whether the header was read without loss, and copying."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from app.jobs.job import CancelToken, Job
from ui import formats, icons
from ui.models.fact_nodes import MOST_HITS, FactNode, FactTree, as_json, search, text_of
from ui.models.facts_model import FactsModel
from ui.widgets.buttons import tool_button
from ui.widgets.labels import DimLabel, ElidedLabel, IconLabel
from ui.widgets.tables import style_tree
from ui.widgets.windows_picture import Windows, WindowsPicture, windows_of
from ui.workers.reader import Reader

_TYPING_MS = 60
_OPEN_AT_ONCE = 40
_TYPE_FROM = 460
_NAME, _WIDEST_NAME = 104, 360


class FactsPane(QWidget):
    """Shows a tree of facts.

    Args:
        name: for screen readers, and the key under which its columns are remembered.
        compact: whether the windows of a picture are drawn only where they differ.
    """

    node_chosen = Signal(object)
    """The `FactNode` of the current line."""

    def __init__(self, name: str, parent: QWidget | None = None, *, compact: bool = False) -> None:
        super().__init__(parent)
        self._whole, self._compact, self._going = FactTree(), compact, False
        self._name = name
        self._reader = Reader(f"facts of {name}", self)
        self._reader.answered.connect(self._answered)
        self.filter = QLineEdit(placeholderText="Search the facts…", clearButtonEnabled=True)
        self.model = FactsModel(self)
        self.view = QTreeView()
        self.badge, self._sign = ElidedLabel(mode=Qt.TextElideMode.ElideRight), IconLabel("pass", 16, "pass_text")
        self.windows = WindowsPicture()
        self.hits = DimLabel()
        self._badge_line = QWidget()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._search)
        self._fitting = QTimer(self, singleShot=True, interval=0)
        self._fitting.timeout.connect(self._fit_names)
        self.filter.textChanged.connect(self._typed)
        self.filter.returnPressed.connect(self._go_to_hits)
        self._make_actions()
        self._lay_out()

    def show_nodes(self, nodes: tuple[FactNode, ...], document: Any = None) -> None:
        """Show a tree; the search goes on over the new one.

        Args:
            nodes: the top lines.
            document: what they were made of, for “Copy everything”.
        """
        self._reader.drop("nodes")
        self._take(FactTree(nodes, document))

    def show_later(self, build: Callable[[], tuple[FactNode, ...]], document: Any = None) -> None:
        """Show a tree that takes its time to be made: in the pane's thread.

        Args:
            build: makes the top lines.
            document: what they are made of.
        """
        self._reader.ask("nodes", lambda _token: FactTree(build(), document))

    def _take(self, tree: FactTree) -> None:
        self._whole = tree
        self._copy_all.setEnabled(bool(tree.nodes))
        self._show_windows(next((found for node in tree.nodes if (found := _windows_in(node))), None))
        self._search()

    def show_badge(self, words: str, state: str) -> None:
        """Say whether the header was read without loss; no words for no badge."""
        self.badge.setFullText(words)
        self.badge.setProperty("state", state)
        self.badge.style().unpolish(self.badge)
        self.badge.style().polish(self.badge)
        sign = "pass" if state == "pass" else "warning" if state else "clock"
        self._sign.set_icon(sign, f"{state or 'pending'}_text")
        self._badge_line.setVisible(bool(words))

    def lines(self) -> list[str]:
        """The texts of all lines of the tree, closed ones too."""
        found: list[str] = []
        waiting = list(reversed(self.model.tree().nodes))
        while waiting:
            node = waiting.pop()
            found.append(f"{node.name} {node.value}".strip())
            waiting += reversed(node.children)
        return found

    def stop(self, *, wait: bool = True) -> None:
        """End the thread; a dialogue that closes must not wait for it."""
        self._typing.stop()
        self._fitting.stop()
        if wait:
            self._reader.stop()
        else:
            self._reader.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: where there is room, the types are shown as well."""
        super().resizeEvent(event)
        self.view.setColumnHidden(2, self.width() < _TYPE_FROM)
        self._fit_names()
        self._fitting.start()  # once more, when the lines have their places in the new room

    def _fit_names(self) -> None:
        """Names in full where there is room: at most half of it."""
        most = max(_NAME, min(self.view.viewport().width() // 2, _WIDEST_NAME))
        self.view.header().resizeSection(0, min(max(_NAME, self.view.sizeHintForColumn(0)), most))

    def _typed(self) -> None:
        self._going = False
        self._typing.start()

    def _begin_search(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def _go_to_hits(self) -> None:
        """Give the keys to the tree: to the first line that is found, once it is."""
        self._typing.stop()
        self._going = bool(self.filter.text().strip())
        self._search()
        if not self._going:
            self.view.setFocus()

    def _go_to_first(self) -> None:
        self._going = False
        index = self.model.index(0, 0)
        while self.view.isExpanded(index) and self.model.rowCount(index):
            index = self.model.index(0, 0, index)
        if index.isValid():
            self.view.setFocus()
            self.view.setCurrentIndex(index)

    def _search(self) -> None:
        words = self.filter.text()
        if words.strip():
            self._reader.ask("search", partial(_searched, self._whole, words))
        else:
            self._reader.drop("search")
            self._show(self._whole)

    def _answered(self, kind: str, _number: int, answer: object) -> None:
        if kind == "search" and isinstance(answer, FactTree):
            self._show(answer)
        elif kind == "nodes" and isinstance(answer, FactTree):
            self._take(answer)
        elif kind == "json" and isinstance(answer, str):
            QGuiApplication.clipboard().setText(answer)

    def _show(self, tree: FactTree) -> None:
        bar = self.view.verticalScrollBar()
        place, chosen = bar.value(), self._open_names()
        self.model.set_tree(tree)
        searched = tree.hits is not None
        self._open(QModelIndex(), tree.nodes, chosen, searched=searched)
        self._say_hits(tree)
        self._fit_names()
        self._fitting.start()
        if not searched:
            bar.setValue(place)
        elif self._going:
            self._go_to_first()

    def _say_hits(self, tree: FactTree) -> None:
        hits = tree.hits
        self.hits.setVisible(hits is not None)
        if hits is None:
            return
        more = f"; the first {formats.count(MOST_HITS)} are shown" if hits > MOST_HITS else ""
        self.hits.setText(f"{formats.many(hits, 'line')}{more}" if hits else "No line holds these words")

    def _open_names(self) -> set[str]:
        """What is open below the top, to stay so when the same asset is read again."""
        found = set()
        for row in range(self.model.rowCount()):
            top = self.model.index(row, 0)
            for place in range(min(self.model.rowCount(top), _OPEN_AT_ONCE)):
                index = self.model.index(place, 0, top)
                if self.view.isExpanded(index):
                    found.add(f"{top.data()}\0{index.data()}")
        return found

    def _open(self, above: QModelIndex, nodes: tuple[FactNode, ...], chosen: set[str], *, searched: bool) -> None:
        """Open the top lines, and what was open before; of a search, all that lead to a hit while they are few."""
        budget = MOST_HITS
        waiting = [(above, nodes, 0)]
        while waiting:
            parent, level, depth = waiting.pop(0)
            for row, node in enumerate(level[:_OPEN_AT_ONCE] if depth == 0 else level):
                budget -= 1
                if budget < 0:
                    return
                if not node.children:
                    continue
                index = self.model.index(row, 0, parent)
                known = depth == 1 and f"{parent.data()}\0{node.name}" in chosen
                wanted = len(node.children) < _OPEN_AT_ONCE if searched else not node.closed or len(level) == 1
                if known or (wanted and (searched or depth == 0)):
                    self.view.setExpanded(index, True)
                    if depth < (6 if searched else 1):
                        waiting.append((index, node.children, depth + 1))

    def _current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        node = self.model.node(index)
        top = index
        while top.parent().isValid():
            top = top.parent()
        part = self.model.node(top)
        if part is not None and (found := _windows_in(part)) is not None:
            self._show_windows(found)
        if node is not None:
            self.node_chosen.emit(node)

    def _show_windows(self, found: Windows | None) -> None:
        same = found is not None and found.data == found.display
        self.windows.set_windows(None if same and self._compact else found)

    def _make_actions(self) -> None:
        self._actions = [
            self._action("Copy the value", QKeySequence.StandardKey.Copy, self._copy_value),
            self._action("Copy name and value", "Ctrl+Shift+C", self._copy_pair),
            self._action("Copy this line as JSON", "", self._copy_json),
        ]
        search = QAction(icons.icon("search"), "Search the facts", self.view, shortcut=QKeySequence("/"))
        search.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        search.triggered.connect(self._begin_search)
        self.view.addAction(search)
        self._copy_all = self._action("Copy everything as JSON", "", self._copy_document)
        self._copy_all.setEnabled(False)

    def _action(self, words: str, keys: Any, slot: Any) -> QAction:
        action = QAction(icons.icon("copy"), words, self.view)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.view.addAction(action)
        return action

    def _node(self) -> FactNode | None:
        return self.model.node(self.view.currentIndex())

    def _copy_value(self) -> None:
        if (node := self._node()) is not None:
            QGuiApplication.clipboard().setText(_value_of(node))

    def _copy_pair(self) -> None:
        if (node := self._node()) is not None:
            QGuiApplication.clipboard().setText("\t".join(filter(None, (node.name, _value_of(node)))))

    def _copy_json(self) -> None:
        if (node := self._node()) is not None:
            self._reader.ask("json", lambda _token: as_json(node.json()))

    def _copy_document(self) -> None:
        whole, nodes = self._whole.document, FactNode("", children=self._whole.nodes)
        self._reader.ask("json", lambda _token: as_json(nodes.json() if whole is None else whole))

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions)
        menu.addSeparator()
        menu.addAction(self._copy_all)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _lay_out(self) -> None:
        self.filter.setAccessibleName(f"Search in {self._name}")
        self.view.setModel(self.model)
        style_tree(self.view, self._name)
        self.view.setAlternatingRowColors(False)
        self.view.setHeaderHidden(True)
        self.view.setIndentation(14)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.expanded.connect(lambda _index: self._fitting.start())
        header = self.view.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(2, 110)
        line = QHBoxLayout(self._badge_line)
        line.setContentsMargins(2, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self._sign)
        line.addWidget(self.badge, 1)
        copy = tool_button("copy", "Copy everything as JSON")
        copy.clicked.connect(self._copy_all.trigger)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.filter, 1)
        row.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._badge_line)
        column.addWidget(self.windows)
        column.addWidget(self.hits)
        column.addWidget(self.view, 1)
        self.hits.hide()
        self._badge_line.hide()


def _windows_in(node: FactNode) -> Windows | None:
    return windows_of(node.raw) if isinstance(node.raw, dict) else None


def _searched(tree: FactTree, words: str, token: CancelToken) -> FactTree:
    return search(tree, words, Job(token=token).check)


def _value_of(node: FactNode) -> str:
    """The whole value: of an attribute its own, not all that describes it."""
    raw = node.raw
    if isinstance(raw, dict) and isinstance(raw.get("value"), str):
        return str(raw["value"])
    return node.value if isinstance(raw, dict) else text_of(node)
