"""Draws the lines of the review's queue: headings of folders, assets with the sign of their verdict."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.models.review_model import QueueRole
from ui.widgets.tables import ROW_HEIGHT
from ui.widgets.tips import TipDelegate

_EDGE = 10
_ICON, _MARK = 16, 14
_GAP = 8


class QueueDelegate(TipDelegate):
    """A sign, a name that is shortened in its middle, and a second text at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Every line is as high as a row of a table."""
        return QSize(120, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Background by the style, the rest by us."""
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        rect: QRect = option.rect
        painter.save()
        if index.data(QueueRole.HEADING):
            self._paint_heading(painter, rect, str(index.data()))
        else:
            widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
            state: QStyle.StateFlag = option.state
            active = bool(state & QStyle.StateFlag.State_Selected) and bool(state & QStyle.StateFlag.State_Active)
            self._paint_row(painter, rect.adjusted(_EDGE, 0, -_EDGE, 0), index, selected=active)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        look = theme.current()
        painter.setFont(theme.ui_font(0.92, bold=True))
        painter.setPen(look.color("dim"))
        room = rect.adjusted(_EDGE, 4, -_EDGE, 0)
        icons.paint_icon(painter, QRect(room.left(), room.center().y() - 7, 14, 14), "folder", "dim")
        room.setLeft(room.left() + 14 + _GAP)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideLeft, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_row(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, *, selected: bool
    ) -> None:
        look = theme.current()
        state = str(index.data(QueueRole.STATE))
        square = QRect(rect.left(), rect.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        icons.paint_icon(painter, square, state, f"{state}_text")
        second = str(index.data(QueueRole.SECOND) or "")
        painter.setFont(theme.ui_font(numbers=True))
        metrics = painter.fontMetrics()
        wide = min(metrics.horizontalAdvance(second) + 2 if second else 0, rect.width() // 2)
        painter.setPen(look.color(self._second_color(index, state, selected=selected)))
        right = QRect(rect.right() - wide + 1, rect.top(), wide, rect.height())
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            right, flags | Qt.AlignmentFlag.AlignRight, metrics.elidedText(second, Qt.TextElideMode.ElideRight, wide)
        )
        room = rect.adjusted(_ICON + _GAP, 0, -wide - (_GAP if wide else 0), 0)
        if index.data(QueueRole.OBJECTED):
            mark = QRect(room.right() - _MARK + 1, rect.center().y() - _MARK // 2 + 1, _MARK, _MARK)
            icons.paint_icon(painter, mark, "warning", "on_selection" if selected else "fail_text")
            room.setRight(mark.left() - _GAP)
        painter.setPen(look.color("on_selection" if selected else "text"))
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, flags | Qt.AlignmentFlag.AlignLeft, name)

    def _second_color(self, index: QModelIndex | QPersistentModelIndex, state: str, *, selected: bool) -> str:
        if index.data(QueueRole.PROBLEM):
            return "fail_text"
        if state == "stale" or index.data(QueueRole.OUTSIDE):
            return "stale_text"
        return "selection_dim" if selected else "dim"
