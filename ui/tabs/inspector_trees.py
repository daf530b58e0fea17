"""Lists of the inspector that are trees: how they look, what is said in an empty one, and copying a line."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from ui.widgets.tables import style_tree


def plain_tree(tree: QTreeWidget, name: str, copy: str) -> None:
    """A tree of the inspector: no stripes, long texts cut, a line can be copied.

    Args:
        tree: the tree.
        name: for screen readers.
        copy: what its copying is called, in the palette too.
    """
    style_tree(tree, f"Review {name}")
    tree.setAccessibleName(name)
    tree.setAlternatingRowColors(False)
    tree.setIndentation(14)
    tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    tree.setTextElideMode(Qt.TextElideMode.ElideRight)
    action = QAction(copy, tree)
    action.setShortcut(QKeySequence.StandardKey.Copy)
    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda _checked=False: _copy(tree))
    tree.addAction(action)
    tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def say_in(tree: QTreeWidget, text: str) -> None:
    """Show a sentence in a tree that has nothing else to show."""
    item = QTreeWidgetItem([text])
    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
    tree.addTopLevelItem(item)
    item.setFirstColumnSpanned(True)


def _copy(tree: QTreeWidget) -> None:
    item = tree.currentItem()
    if item is not None:
        words = [item.text(column) for column in range(item.columnCount())]
        QGuiApplication.clipboard().setText("\t".join(filter(None, words)))
