"""The table of hits: how its cells look, and its selection."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem, QTableView, QWidget

from app.catalog.find import Found
from ui import icons, theme
from ui.models.search_model import Column, SearchModel, category_icon, one_line
from ui.widgets.tables import style_table
from ui.widgets.tips import TipDelegate
from ui.widgets.verdict import VerdictMark, paint_verdict

_WIDTHS = {Column.SIZE: 84, Column.MODIFIED: 136, Column.DRIVE: 112, Column.VERDICT: 98, Column.VERIFIED: 98}
_LEAST_NAME, _MOST_NAME = 180, 620
_MOST_DRIVE = 200
_NAME_SHARE = 0.6
_PAD = 8
_TEXT_PAD = 11
_ICON = 16
_GAP = 8
_LEAST_FRAMES = 48
_SCREENS_AHEAD = 4

Index = QModelIndex | QPersistentModelIndex


class HitDelegate(TipDelegate):
    """Draws the cells of hits: names with their frames, drives with their dots, verdicts with their signs.

    The style sheet is not asked for each cell: a large window shows hundreds of them, and they must be drawn again
    with every letter that is typed.

    Args:
        model: whose rows are drawn.
    """

    def __init__(self, model: SearchModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._hits = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt: draw one cell."""
        hit = self._hits.hit(index.row())
        if hit is None:
            return
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        bright = chosen and bool(state & QStyle.StateFlag.State_Active)
        painter.save()
        if chosen:
            painter.fillRect(rect, theme.current().color("selection" if bright else "selection_idle"))
        cell = rect.adjusted(_PAD, 0, -_PAD, 0)
        match index.column():
            case Column.NAME:
                _paint_name(painter, cell, hit, selected=bright)
            case Column.DRIVE:
                _paint_drive(painter, cell, hit.drive.label, online=self._hits.is_online(hit), selected=bright)
            case Column.VERDICT:
                if hit.verdict:
                    paint_verdict(painter, cell, VerdictMark(hit.verdict), hit.verdict, selected=bright)
            case Column.VERIFIED:
                _paint_verified(painter, cell, self._hits, index, selected=bright)
            case column:
                _paint_text(painter, cell, self._hits, index, right=column == Column.SIZE, selected=bright)
        painter.restore()


def _paint_text(
    painter: QPainter, cell: QRect, model: SearchModel, index: Index, *, right: bool, selected: bool
) -> None:
    """Text alone stands under the words of its head."""
    cell = cell.adjusted(_TEXT_PAD - _PAD, 0, _PAD - _TEXT_PAD, 0)
    if index.column() != Column.FOLDER:
        painter.setFont(model.numbers)
    painter.setPen(theme.current().color("on_selection" if selected else "text"))
    words = str(model.data(index))
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, cell.width())
    painter.drawText(cell, side | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_verified(painter: QPainter, cell: QRect, model: SearchModel, index: Index, *, selected: bool) -> None:
    """How long ago, dim since it is seldom asked; a sign where the bytes are suspected of rot."""
    hit = model.hit(index.row())
    suspect = hit is not None and hit.suspect
    token = "fail_text" if suspect else "dim"
    painter.setFont(model.numbers)
    painter.setPen(theme.current().color("on_selection" if selected else token))
    words = cell.adjusted(_TEXT_PAD - _PAD, 0, 0, 0)
    if suspect:
        square = QRect(words.left(), cell.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        icons.paint_icon(painter, square, "error", "on_selection" if selected else token)
        words.setLeft(square.right() + _GAP // 2)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(model.data(index)))


def _paint_name(painter: QPainter, cell: QRect, hit: Found, *, selected: bool) -> None:
    look = theme.current()
    square = QRect(cell.left(), cell.top() + (cell.height() - _ICON) // 2, _ICON, _ICON)
    icons.paint_icon(painter, square, category_icon(hit), "selection_dim" if selected else "dim")
    room = cell.adjusted(_ICON + _GAP, 0, 0, 0)
    metrics = painter.fontMetrics()
    name = metrics.elidedText(one_line(hit.hit.name), Qt.TextElideMode.ElideMiddle, room.width())
    painter.setPen(look.color("on_selection" if selected else "text"))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(room, flags, name)
    rest = room.adjusted(metrics.horizontalAdvance(name) + 2 * _GAP, 0, 0, 0)
    if hit.frames and rest.width() >= _LEAST_FRAMES:
        painter.setPen(look.color("selection_dim" if selected else "dim"))
        painter.drawText(rest, flags, metrics.elidedText(hit.frames, Qt.TextElideMode.ElideRight, rest.width()))


def _paint_drive(painter: QPainter, cell: QRect, label: str, *, online: bool, selected: bool) -> None:
    """A full dot for a drive that is connected, a ring for one that is not."""
    look = theme.current()
    dot = QRect(cell.left() + 1, cell.center().y() - 3, 8, 8)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    color = look.color("pass" if online else "selection_dim" if selected else "dim")
    painter.setPen(Qt.PenStyle.NoPen if online else QPen(color, 1.4))
    painter.setBrush(color if online else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(dot if online else dot.adjusted(1, 1, -1, -1))
    room = cell.adjusted(8 + _GAP, 0, 0, 0)
    painter.setPen(look.color("on_selection" if selected else "text" if online else "dim"))
    words = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class ResultsTable(QTableView):
    """The table of hits."""

    current_changed = Signal(object)
    """The hit that the preview is to show, or None."""
    letters_typed = Signal(str)
    """Letters that are no key of the table."""
    near_end = Signal()
    """The view comes near the last row."""

    def __init__(self, model: SearchModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits = model
        self._quiet = False
        self._shown: tuple[str, int] | None = None
        self.setModel(model)
        style_table(self, "Search results")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setItemDelegate(HitDelegate(model, self))
        header = self.horizontalHeader()
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        header.setSectionsClickable(False)
        header.setSortIndicator(Column.MODIFIED, Qt.SortOrder.DescendingOrder)
        header.setSortIndicatorShown(True)
        self._fitting = False
        self._fitted = True
        header.sectionResized.connect(self._column_resized)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def selected_hits(self) -> list[Found]:
        """The selected hits from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [hit for row in rows if (hit := self._hits.hit(row)) is not None]

    def current_hit(self) -> Found | None:
        """The hit with the focus."""
        return self._hits.hit(self.currentIndex().row())

    def choose(self, row: int) -> None:
        """Make a row the current and only selected one, whatever keys are held."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._hits.index(row, 0), flags)

    def show_rows(self, rows: Sequence[Found]) -> None:
        """Show other hits from the top, the first of them current."""
        self._quiet = True
        self._hits.set_rows(rows)
        self.scrollToTop()
        if rows:
            self.choose(0)
        self._quiet = False
        self._tell(force=True)

    def renew_rows(self, rows: Sequence[Found]) -> None:
        """Show the same search read again: what was selected and in sight stays so, where it still exists."""
        if list(map(_seen, rows)) == list(map(_seen, self._hits.rows())):
            return
        chosen = {hit.key for hit in self.selected_hits()}
        current = self.current_hit()
        top = self._hits.hit(self.rowAt(0))
        offset = self.rowViewportPosition(self.rowAt(0)) if top is not None else 0
        self._quiet = True
        self._hits.set_rows(rows)
        places = {hit.key: row for row, hit in enumerate(rows)}
        self._select(sorted(places[key] for key in chosen if key in places))
        if current is not None and current.key in places:
            index = self._hits.index(places[current.key], 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        elif rows:
            self.choose(0)
        if top is not None and top.key in places:
            height = self.verticalHeader().defaultSectionSize()
            self.verticalScrollBar().setValue(places[top.key] * height - offset)
        self._quiet = False
        self._tell(force=True)

    def move_by_key(self, event: QKeyEvent) -> None:
        """Move the current row for Up, Down, Page Up or Page Down pressed elsewhere; with Shift select up to it."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
            return
        page = max(1, self.viewport().height() // self.verticalHeader().defaultSectionSize() - 1)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        last = self._hits.rowCount() - 1
        if last >= 0:
            row = min(max(self.currentIndex().row() + steps[Qt.Key(event.key())], 0), last)
            self.choose(row)
            self.scrollTo(self._hits.index(row, 0))

    def keyboardSearch(self, search: str) -> None:
        """Qt: letters search among all files, not among the rows that were read."""
        self.letters_typed.emit(search)

    def initViewItemOption(self, option: QStyleOptionViewItem) -> None:
        """Qt: the selection stays bright while the keys go to the field above."""
        super().initViewItemOption(option)
        if self.isActiveWindow():
            option.state |= QStyle.StateFlag.State_Active

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: until a column was given a width, names and folders share what the others leave."""
        if self._fitted:
            self._fitting = True
            drive = min(max(_WIDTHS[Column.DRIVE], self.width() // 9), _MOST_DRIVE)
            self.setColumnWidth(Column.DRIVE, drive)
            taken = sum(_WIDTHS.values()) - _WIDTHS[Column.DRIVE] + drive
            room = self.width() - self.verticalScrollBar().sizeHint().width() - taken
            self.setColumnWidth(Column.NAME, min(max(round(room * _NAME_SHARE), _LEAST_NAME), _MOST_NAME))
            self._fitting = False
        super().resizeEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Qt: another row has the focus."""
        super().currentChanged(current, previous)
        self._tell()

    def _select(self, rows: Sequence[int]) -> None:
        selection = QItemSelection()
        last = self._hits.columnCount() - 1
        for row in rows:
            selection.select(self._hits.index(row, 0), self._hits.index(row, last))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _tell(self, *, force: bool = False) -> None:
        if self._quiet:
            return
        hit = self.current_hit()
        key = hit.key if hit is not None else None
        if force or key != self._shown:
            self._shown = key
            self.current_changed.emit(hit)

    def _column_resized(self, column: int, _before: int, _after: int) -> None:
        """A person, or what is remembered of one, sets widths; the last column only takes what is left."""
        if not self._fitting and column != Column.FOLDER:
            self._fitted = False

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if bar.maximum() - value < _SCREENS_AHEAD * self.viewport().height():
            self.near_end.emit()


def _seen(hit: Found) -> tuple[object, ...]:
    """What of a hit can be seen; the rest of a drive changes with every scan."""
    return hit.drive.id, hit.drive.label, hit.drive.base, hit.hit, hit.verdict, hit.frames
