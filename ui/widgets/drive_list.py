"""Drives as cards in a list; one delegate paints them all, so hundreds cost nothing."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from ui import formats, icons, theme
from ui.widgets.capacity_bar import paint_capacity
from ui.widgets.tips import TipDelegate

_PAD = 12
_GAP = 8
_BAR = 6
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class DriveCard:
    """What a card shows.

    Attributes:
        id: the drive's id.
        label: its name.
        online: whether it is connected.
        used_bytes, capacity_bytes: how full it is; a capacity of 0 means unknown.
        icon: name of an icon for its kind.
        line: the dim line (`USB · exFAT · scanned 2 h ago`).
        note: a second line, or "".
        note_state: "", "pass", "stale" or "fail": the colour (and sign) of the second line.
        busy: whether a job runs on it now.
        detail: what the tooltip adds.
        action: words at the end of the second line that can be clicked (`Go on`), or "".
        shelf: a third line: place, loan, health, passport; or "".
        shelf_state: as `note_state`, of the third line.
    """

    id: str
    label: str
    online: bool = True
    used_bytes: int = 0
    capacity_bytes: int = 0
    icon: str = "drive"
    line: str = ""
    note: str = ""
    note_state: str = ""
    busy: bool = False
    detail: str = ""
    action: str = ""
    shelf: str = ""
    shelf_state: str = ""

    def spoken(self) -> str:
        """The card in words, for screen readers."""
        state = "connected" if self.online else "not connected"
        full = formats.percent(self.used_bytes, self.capacity_bytes)
        parts = (self.label, state, f"{full} used" if full else "", self.line, self.note, self.shelf)
        return ", ".join(part for part in parts if part)


class _Cards(QAbstractListModel):
    """The cards, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: tuple[DriveCard, ...] = ()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cards)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        card = self.cards[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return card.label
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return card.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (card.label, card.line, card.note, card.shelf, card.detail) if part)
        return card if role == Qt.ItemDataRole.UserRole else None

    def set_cards(self, cards: tuple[DriveCard, ...]) -> None:
        if [c.id for c in cards] == [c.id for c in self.cards]:
            self.cards = cards
            if cards:
                self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
            return
        self.beginResetModel()
        self.cards = cards
        self.endResetModel()


class _CardDelegate(TipDelegate):
    """Paints one card."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        title, small = QFontMetrics(theme.ui_font(1.08, bold=True)), QFontMetrics(theme.ui_font(0.94))
        return QSize(200, _PAD + title.height() + 6 + _BAR + 6 + 3 * (small.height() + 3) + _PAD - 4 + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        card = index.data(Qt.ItemDataRole.UserRole)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = rect.adjusted(2, 2, -2, 2 - _GAP)
        self._paint_box(painter, QRectF(box), state)
        inner = box.adjusted(_PAD, _PAD - 2, -_PAD, 0)
        y = self._paint_title(painter, inner, card) + 6
        if card.capacity_bytes:
            share = card.used_bytes / card.capacity_bytes
            paint_capacity(painter, QRectF(inner.left(), y, inner.width(), _BAR), share, online=card.online)
        self._paint_lines(painter, _first_line(rect), card)
        painter.restore()

    def _paint_box(self, painter: QPainter, box: QRectF, state: QStyle.StateFlag) -> None:
        look = theme.current()
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(look.color("accent" if selected else "line"), 1))
        painter.setBrush(look.color("accent_soft" if selected else "row" if hovered else "panel"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            theme.draw_focus_ring(painter, box, 6)

    def _paint_title(self, painter: QPainter, inner: QRect, card: DriveCard) -> int:
        look = theme.current()
        font = theme.ui_font(1.08, bold=True)
        metrics = QFontMetrics(font)
        line = QRect(inner.left(), inner.top(), inner.width(), metrics.height())
        middle = line.center().y() + 1
        painter.setPen(QPen(look.color("pass" if card.online else "control"), 1.5))
        painter.setBrush(look.color("pass") if card.online else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPoint(inner.left() + 5, middle), 4, 4)
        percent = "scanning" if card.busy else formats.percent(card.used_bytes, card.capacity_bytes)
        painter.setFont(theme.ui_font(0.94, numbers=True))
        painter.setPen(look.color("accent_text" if card.busy else "dim"))
        wide = painter.fontMetrics().horizontalAdvance(percent)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent)
        painter.setFont(font)
        painter.setPen(look.color("text" if card.online else "dim"))
        words = line.adjusted(18, 0, -(wide + 8), 0)
        shown = metrics.elidedText(card.label, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        return line.bottom() + 1

    def _paint_lines(self, painter: QPainter, top: QRect, card: DriveCard) -> None:
        look = theme.current()
        painter.setFont(theme.ui_font(0.94))
        metrics = painter.fontMetrics()
        first = card.line if card.online else f"not connected · {card.line}" if card.line else "not connected"
        step = metrics.height() + 3
        lines = ((first, ""), (card.note, card.note_state), (card.shelf, card.shelf_state))
        for number, (text, sign) in enumerate(lines):
            token = f"{sign}_text" if sign else "dim"
            rect = QRect(top.left(), top.top() + number * step, top.width(), metrics.height())
            if sign:
                square = QRect(rect.left(), rect.top() + (rect.height() - 14) // 2, 14, 14)
                icons.paint_icon(painter, square, sign, token)
                rect.setLeft(rect.left() + 20)
            if number == 1 and card.action:
                place = _action_rect(top.adjusted(0, step, 0, step), card.action)
                painter.setPen(look.color("accent_text"))
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, card.action)
                rect.setRight(place.left() - 8)
            painter.setPen(look.color(token))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _first_line(card: QRect) -> QRect:
    """The left end, top and width of a card's first small line."""
    inner = card.adjusted(2 + _PAD, _PAD, -2 - _PAD, 0)
    title = QFontMetrics(theme.ui_font(1.08, bold=True)).height()
    return QRect(inner.left(), inner.top() + title + 6 + _BAR + 6, inner.width(), 0)


def _second_line(card: QRect) -> QRect:
    """The same of its second one."""
    step = QFontMetrics(theme.ui_font(0.94)).height() + 3
    return _first_line(card).translated(0, step)


def _action_rect(line: QRect, words: str) -> QRect:
    """Where the words of a card's action stand: at the right end of its second line, whose top `line` has."""
    metrics = QFontMetrics(theme.ui_font(0.94))
    wide = metrics.horizontalAdvance(words)
    return QRect(line.right() - wide, line.top(), wide + 1, metrics.height())


class DriveList(QListView):
    """The cards of all drives, one of them current. Arrow keys move, Enter or a double click opens."""

    current_changed = Signal(str)
    """The id of the drive that became current, "" for none."""
    opened = Signal(str)
    """The id of a drive that was double-clicked, or chosen with Enter."""
    action_clicked = Signal(str)
    """The id of the drive whose card's action was clicked."""
    menu_requested = Signal(str, QPoint)
    """The id under the pointer and the global place for a context menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards = _Cards()
        self._telling = True
        self.setModel(self._cards)
        self.setItemDelegate(_CardDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName("Drives")
        self.setStyleSheet("QListView { background: transparent; border: none; }")
        self.customContextMenuRequested.connect(self._ask_menu)
        self.activated.connect(self._open)
        self.selectionModel().currentChanged.connect(self._tell)

    def set_drives(self, cards: tuple[DriveCard, ...]) -> None:
        """Show these drives; the current one stays current where it is still there."""
        before = self.current_id()
        self._telling = False
        self._cards.set_cards(tuple(cards))
        kept = self.select(before)
        self._telling = True
        if before and not kept:
            self.current_changed.emit("")

    def current_id(self) -> str:
        """The id of the current drive, "" for none."""
        index = self.currentIndex()
        return self._cards.cards[index.row()].id if index.isValid() else ""

    def select(self, drive_id: str) -> bool:
        """Make a drive current; False (and no change) where there is none of that id."""
        for row, card in enumerate(self._cards.cards):
            if card.id == drive_id:
                self.setCurrentIndex(self._cards.index(row))
                return True
        return False

    def cards(self) -> tuple[DriveCard, ...]:
        """What is shown, in order."""
        return self._cards.cards

    def sizeHint(self) -> QSize:
        """As wide as a card reads well."""
        return QSize(300, 400)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The action of a card is pressed by a click on its words."""
        super().mouseReleaseEvent(event)
        card = self._card_with_action_at(event.position().toPoint())
        if card is not None and event.button() == Qt.MouseButton.LeftButton:
            self.action_clicked.emit(card.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be pressed."""
        super().mouseMoveEvent(event)
        over = self._card_with_action_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def _card_with_action_at(self, place: QPoint) -> DriveCard | None:
        index = self.indexAt(place)
        if not index.isValid():
            return None
        card = self._cards.cards[index.row()]
        line = _second_line(self.visualRect(index))
        return card if card.action and _action_rect(line, card.action).adjusted(-6, -4, 6, 6).contains(place) else None

    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._telling:
            self.current_changed.emit(self._cards.cards[current.row()].id if current.isValid() else "")

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self._cards.cards[index.row()].id)

    def _ask_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            self.menu_requested.emit(self._cards.cards[index.row()].id, self.viewport().mapToGlobal(place))
