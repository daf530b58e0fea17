"""Upright bars along days: how much was modified on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import formats, theme

_PAD = 10
_KEYS = {
    Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -7, Qt.Key.Key_PageDown: 7,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChartDay:
    """What was modified on a day."""

    day: date
    files: int
    bytes: int


class TimelineChart(QWidget):
    """A bar for each day. The arrows go from day to day, and the line above says what the chosen one has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: tuple[ChartDay, ...] = ()
        self._current = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Modified by day")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_days(self, days: Sequence[ChartDay]) -> None:
        """Show other days, oldest first."""
        self._days, self._current = tuple(days), -1
        self._describe()

    def days(self) -> tuple[ChartDay, ...]:
        """What is shown."""
        return self._days

    def words(self) -> str:
        """The line above the bars: about the chosen day, else about all of them."""
        if not self._days:
            return ""
        if 0 <= self._current < len(self._days):
            return _day_words(self._days[self._current])
        files, size = sum(day.files for day in self._days), sum(day.bytes for day in self._days)
        days = formats.many(len(self._days), "day")
        return f"{formats.size(size)} in {formats.many(files, 'file')} within {days}"

    def sizeHint(self) -> QSize:
        """Qt."""
        return QSize(360, 180)

    def minimumSizeHint(self) -> QSize:
        """Qt."""
        return QSize(200, 110)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: the line of words, the bars, the days below."""
        painter, look = QPainter(self), theme.current()
        painter.setFont(theme.ui_font(numbers=True))
        line = painter.fontMetrics().height()
        painter.setPen(look.color("dim"))
        painter.drawText(QRect(_PAD, 4, self.width() - 2 * _PAD, line + 4), Qt.AlignmentFlag.AlignVCenter, self.words())
        plot = self._plot()
        painter.setPen(QPen(look.color("line"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        most = max((day.bytes for day in self._days), default=0)
        if self._days:
            self._draw_bars(painter, plot, most)
            self._draw_labels(painter, plot)
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: another day."""
        last = len(self._days) - 1
        step = _KEYS.get(Qt.Key(event.key()))
        if step is not None and last >= 0:
            here = last + 1 if self._current < 0 else self._current
            self._current = min(max(here + step, 0), last)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self._current = 0 if event.key() == Qt.Key.Key_Home else last
        else:
            super().keyPressEvent(event)
            return
        self._describe()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: the day under the pointer."""
        number = self._day_at(event.position().toPoint())
        if number != self._current:
            self._current = number
            self._describe()

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: no day."""
        super().leaveEvent(event)
        self._current = -1
        self._describe()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt."""
        super().focusOutEvent(event)
        self._current = -1
        self._describe()

    def event(self, event: QEvent) -> bool:
        """Qt: a tip beside the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._day_at(event.pos())
            if number >= 0:
                QToolTip.showText(event.globalPos(), _day_words(self._days[number]), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _plot(self) -> QRect:
        line = self.fontMetrics().height()
        return QRect(_PAD, line + 12, self.width() - 2 * _PAD, max(self.height() - 2 * line - 24, 10))

    def _draw_bars(self, painter: QPainter, plot: QRect, most: int) -> None:
        look, step = theme.current(), plot.width() / len(self._days)
        wide = max(step - (2 if step > 5 else 0.3), 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, day in enumerate(self._days):
            left = plot.left() + number * step
            if number == self._current:
                painter.setBrush(look.color("hover"))
                painter.drawRect(QRectF(left, plot.top(), max(step, 2), plot.height()))
            if day.files:
                tall = max(plot.height() * day.bytes / most, 2.0) if most else 2.0
                painter.setBrush(look.color("accent_hover" if number == self._current else "accent"))
                painter.drawRect(QRectF(left, plot.bottom() - tall, wide, tall))

    def _draw_labels(self, painter: QPainter, plot: QRect) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(theme.current().color("dim"))
        wide = metrics.horizontalAdvance("2026-11-20") + 24
        number = max(min(plot.width() // wide, len(self._days)), 1)
        last = len(self._days) - 1
        marks = [round(at * last / (number - 1)) for at in range(number)] if number > 1 else [0]
        step = plot.width() / len(self._days)
        for mark in dict.fromkeys(marks):
            words = self._days[mark].day.isoformat()
            middle = plot.left() + (mark + 0.5) * step
            half = metrics.horizontalAdvance(words) / 2
            left = min(max(middle - half, plot.left()), plot.right() - 2 * half)
            painter.drawText(QPoint(round(left), plot.bottom() + metrics.ascent() + 6), words)

    def _day_at(self, place: QPoint) -> int:
        plot = self._plot()
        if not self._days or not plot.adjusted(0, 0, 0, 24).contains(place):
            return -1
        return min(int((place.x() - plot.left()) * len(self._days) / plot.width()), len(self._days) - 1)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words())
        self.update()


def _day_words(day: ChartDay) -> str:
    files = formats.many(day.files, "file")
    return f"{day.day:%a} {day.day.isoformat()}: {formats.size(day.bytes)} in {files}"
