"""A tree of facts for a view; lines are made as they are looked at, so that a hundred thousand cost nothing."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui import theme
from ui.models.fact_nodes import FactNode, FactTree

_Index = QModelIndex | QPersistentModelIndex
#: Gives the `FactNode` of a line.
NODE = Qt.ItemDataRole.UserRole + 1


class _Line:
    """A line that a view has asked for, with the lines below it once they were."""

    __slots__ = ("below", "node", "parent", "row")

    def __init__(self, node: FactNode, parent: "_Line | None", row: int) -> None:
        self.node, self.parent, self.row = node, parent, row
        self.below: dict[int, _Line] = {}


class FactsModel(QAbstractItemModel):
    """Name, value and kind of each line."""

    HEADS = ("Fact", "Value", "Type")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tree = FactTree()
        self._root = _Line(FactNode(""), None, 0)
        self._bold = theme.ui_font(bold=True)
        self._figures = theme.ui_font(numbers=True)

    def set_tree(self, tree: FactTree) -> None:
        """Show another tree."""
        self.beginResetModel()
        before, self._root = self._root, _Line(FactNode("", children=tree.nodes), None, 0)
        self._tree = tree
        self.endResetModel()
        before.below.clear()

    def tree(self) -> FactTree:
        """What is shown."""
        return self._tree

    def node(self, index: _Index) -> FactNode | None:
        """What a line stands for; None for no line."""
        return self._line(index).node if index.isValid() else None

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Qt."""
        above = self._line(parent)
        if not (0 <= row < len(above.node.children) and 0 <= column < len(self.HEADS)):
            return QModelIndex()
        line = above.below.get(row)
        if line is None:
            line = above.below[row] = _Line(above.node.children[row], above, row)
        return self.createIndex(row, column, line)

    def parent(self, index: _Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Qt."""
        above = self._line(index).parent if index.isValid() else None
        return QModelIndex() if above is None or above is self._root else self.createIndex(above.row, 0, above)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return 0 if parent.column() > 0 else len(self._line(parent).node.children)

    def columnCount(self, _parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Qt."""
        return len(self.HEADS)

    def hasChildren(self, parent: _Index = QModelIndex()) -> bool:  # noqa: B008
        """Qt."""
        return parent.column() <= 0 and bool(self._line(parent).node.children)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.HEADS[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Qt."""
        line, column = self._line(index), index.column()
        node = line.node
        if role == Qt.ItemDataRole.DisplayRole:
            return (node.name, node.value, node.kind or node.exact)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(node, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return _color(node, column)
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if column == 0 and line.parent is self._root else self._figures if column == 1 else None
        if role == Qt.ItemDataRole.AccessibleTextRole and column == 0:
            return f"{node.name}: {node.value}" if node.value else node.name
        return node if role == NODE else None

    def _line(self, index: _Index) -> _Line:
        found = index.internalPointer() if index.isValid() else None
        return found if isinstance(found, _Line) else self._root


def _tip(node: FactNode, column: int) -> str:
    if column == 0:
        return node.name
    return " · ".join(filter(None, (node.value, node.kind, node.exact)))


def _color(node: FactNode, column: int) -> object:
    if node.state and column < 2:
        return theme.current().color(f"{node.state}_text")
    return theme.current().color("dim") if column == 2 or node.is_page else None
