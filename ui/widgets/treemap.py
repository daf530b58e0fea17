"""A squarified treemap of folders: click into one, or walk with the keys; colours from the theme."""

from collections import defaultdict

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.reports.folders import FolderNode
from app.reports.squarify import Box
from ui import formats, theme
from ui.models.search_model import one_line
from ui.widgets.tips import tip
from ui.widgets.treemap_layout import Cell, cell_at, lay_out, walk

_INTO = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_OUT = (Qt.Key.Key_Backspace, Qt.Key.Key_Escape)
_WAYS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_LEAST_WORDS = QSize(44, 17)


class Treemap(QWidget):
    """Shows the folders in one folder, by size.

    A click, or Enter on the chosen one, goes into a folder; Backspace or Esc goes back up. What is shown next is the
    owner's business: it answers `entered` and `left` with `set_root`.
    """

    entered = Signal(object)
    """The `FolderNode` to go into."""
    left = Signal()
    """One folder up is wanted."""
    chosen = Signal(object)
    """The `FolderNode` that the keys or the pointer are at, or None."""
    menu_wanted = Signal(object, QPoint)
    """A `FolderNode` and a place on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._root: FolderNode | None = None
        self._cells: list[Cell] = []
        self._picture: QPixmap | None = None
        self._drawn: tuple[object, ...] = ()
        self._current = -1
        self._hovered: Cell | None = None
        self._said = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Treemap of folders")

    def set_root(self, root: FolderNode | None, words: str = "") -> None:
        """Show the folders in `root`; None with words for why there are none."""
        self._root, self._said = root, words
        self._current, self._hovered = -1, None
        self._lay_out()
        self._describe()

    def root(self) -> FolderNode | None:
        """The folder shown."""
        return self._root

    def cells(self) -> list[Cell]:
        """What is shown: the cells of the first level."""
        return self._cells

    def current(self) -> FolderNode | None:
        """The folder that the keys are at."""
        return self._cells[self._current].node if 0 <= self._current < len(self._cells) else None

    def sizeHint(self) -> QSize:
        """Qt: a good part of a page."""
        return QSize(640, 420)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: lay out for the new room."""
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another font has another height of heads."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: the kept picture, and over it what the pointer and the keys are at."""
        ratio = self.devicePixelRatioF()
        drawn = (self.size(), ratio, theme.current().name)
        if self._picture is None or self._drawn != drawn:
            self._picture, self._drawn = self._draw(ratio), drawn
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        look = theme.current()
        if not self._cells and self._said:
            painter.setPen(look.color("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._said)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._hovered is not None:
            painter.setPen(QPen(look.color("chart_text"), 1))
            painter.drawRect(_rect(self._hovered.box).adjusted(0.5, 0.5, -1.5, -1.5))
        if self.hasFocus():
            if 0 <= self._current < len(self._cells):
                painter.setPen(QPen(look.color("chart_text"), 3))
                painter.drawRect(_rect(self._cells[self._current].box).adjusted(1.5, 1.5, -2.5, -2.5))
            theme.draw_focus_ring(painter, QRectF(self.rect()), 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: outline what lies under the pointer."""
        self._hover(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the pointer has gone."""
        super().leaveEvent(event)
        self._hover(QPointF(-1, -1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: go into the folder under the pointer."""
        cell = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._choose(cell)
            self._enter(cell.node)
        elif event.button() == Qt.MouseButton.BackButton:
            self.left.emit()

    def contextMenuEvent(self, event: QEvent) -> None:
        """Qt: the owner shows the menu."""
        place = self.mapFromGlobal(self.cursor().pos())
        cell = self._at(QPointF(place))
        node = cell.node if cell is not None else self.current()
        if node is not None:
            self.menu_wanted.emit(node, self.cursor().pos())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: arrows choose a folder, Enter goes into it, Backspace and Esc go up."""
        way = _WAYS.get(Qt.Key(event.key()))
        if way is not None and self._cells:
            self._move(*way)
        elif event.key() in _INTO and (node := self.current()) is not None:
            self._enter(node)
        elif event.key() in _OUT:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the keys begin at the heaviest folder."""
        super().focusInEvent(event)
        if self._current < 0 and self._cells:
            self._current = 0
            self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt."""
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        """Qt: a tip says what lies under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._at(QPointF(event.pos()))
            if cell is not None:
                QToolTip.showText(event.globalPos(), tip(self.words(cell)), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def words(self, cell: Cell) -> str:
        """What a cell stands for, in words."""
        node = cell.node
        where = one_line(node.path) or node.name
        what = "Files directly in " + where if cell.is_files else where
        whole = self._root.bytes if self._root is not None else 0
        share = formats.percent(cell.bytes, whole) if 100 * cell.bytes >= whole else "less than 1\u00a0%"
        number = formats.many(cell.files, "file")
        return f"{what}\n{formats.size(cell.bytes)} in {number}" + (f", {share} of what is shown" if share else "")

    def _lay_out(self) -> None:
        self._hovered, self._picture = None, None
        box = Box(0, 0, self.width(), self.height())
        self._cells = lay_out(self._root, box, self._head()) if self._root is not None else []
        self.update()

    def _head(self) -> float:
        return float(self.fontMetrics().height() + 4)

    def _at(self, place: QPointF) -> Cell | None:
        return cell_at(self._cells, place.x(), place.y())

    def _hover(self, place: QPointF) -> None:
        cell = self._at(place)
        if cell is not self._hovered:
            self._hovered = cell
            can = cell is not None and not cell.is_files and cell.node.has_folders
            self.setCursor(Qt.CursorShape.PointingHandCursor if can else Qt.CursorShape.ArrowCursor)
            self.chosen.emit(cell.node if cell is not None else self.current())
            self.update()

    def _choose(self, cell: Cell) -> None:
        """The keys go on from the folder of the first level that a cell lies in."""
        centre = cell.box.x + cell.box.width / 2, cell.box.y + cell.box.height / 2
        for number, top in enumerate(self._cells):
            if cell_at([top], *centre) is not None:
                self._current = number
        self._describe()
        self.update()

    def _enter(self, node: FolderNode) -> None:
        if node is not self._root and node.has_folders:
            self.entered.emit(node)

    def _move(self, right: int, down: int) -> None:
        """Choose the nearest cell in a direction."""
        here = self._cells[max(self._current, 0)].box
        x, y = here.x + here.width / 2, here.y + here.height / 2
        best, nearest = self._current, float("inf")
        for number, cell in enumerate(self._cells):
            dx, dy = cell.box.x + cell.box.width / 2 - x, cell.box.y + cell.box.height / 2 - y
            along, across = dx * right + dy * down, abs(dx * down) + abs(dy * right)
            if along > 0.5 and along + 2 * across < nearest:
                best, nearest = number, along + 2 * across
        self._current = max(best, 0)
        self._describe()
        self.update()

    def _describe(self) -> None:
        node = self.current()
        self.chosen.emit(node)
        cell = self._cells[self._current] if node is not None else None
        self.setAccessibleDescription(self.words(cell) if cell is not None else self._said)

    def _draw(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.current().color("panel"))
        painter = QPainter(picture)
        painter.setPen(Qt.PenStyle.NoPen)
        fills: dict[tuple[int, int, bool], list[QRectF]] = defaultdict(list)
        named: list[Cell] = []
        for cell in walk(self._cells):
            box = cell.box
            fills[cell.depth, cell.color, bool(cell.cells)].append(
                QRectF(box.x, box.y, max(box.width - 1, 0.5), max(box.height - 1, 0.5))
            )
            if box.width >= _LEAST_WORDS.width() and box.height >= _LEAST_WORDS.height() + 1:
                named.append(cell)
        for (depth, color, nested), rects in sorted(fills.items()):
            painter.setBrush(_shade(depth, color, nested=nested))
            painter.drawRects(rects)
        self._name(painter, named)
        painter.end()
        return picture

    def _name(self, painter: QPainter, cells: list[Cell]) -> None:
        look, metrics = theme.current(), painter.fontMetrics()
        head = self._head()
        elide = Qt.TextElideMode.ElideRight
        for cell in cells:
            if cell.cells and not cell.has_head:
                continue
            rect = _rect(cell.box).adjusted(5, 1, -6, 0)
            rect.setHeight(min(head, rect.height()))
            name = "files here" if cell.is_files else one_line(cell.node.name)
            weight = formats.size(cell.bytes)
            needed = metrics.horizontalAdvance(name) + 10 + metrics.horizontalAdvance(weight)
            painter.setPen(look.color("text" if cell.color == 0 else "chart_text"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            below = not cell.cells and cell.box.height >= 2 * head
            if needed <= rect.width() and not below:
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, weight)
            painter.drawText(rect, flags, metrics.elidedText(name, elide, int(rect.width())))
            if below and metrics.horizontalAdvance(weight) <= rect.width():
                painter.drawText(rect.translated(0, head - 3), flags, weight)


def _rect(box: Box) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height)


def _shade(depth: int, color: int, *, nested: bool) -> QColor:
    """The colour of a cell: darker where others lie in it."""
    look = theme.current()
    if color == 0:
        return look.color("track")
    base = look.color(f"chart_{color}")
    if nested:
        return base.darker((142 if look.dark else 118) - 8 * min(depth, 2))
    return base.lighter(100 + 3 * min(depth, 3)) if look.dark else base.lighter(100 + 2 * min(depth, 3))
