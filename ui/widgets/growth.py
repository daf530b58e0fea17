"""How a drive grew: its size at the end of each scan, over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import formats, theme

_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 16, 12, 22
_DOT = 3.0


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """What a drive held at a time, in microseconds since 1970 UTC: bytes and files."""

    time_us: int
    bytes: int
    files: int


class GrowthChart(QWidget):
    """A stepped line: what was there at a scan stays until the next one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[GrowthPoint, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Growth over time")

    def set_points(self, points: Sequence[GrowthPoint]) -> None:
        """Show these, the oldest first."""
        self._points = tuple(points)
        if self._points:
            first, last = self._points[0], self._points[-1]
            self.setAccessibleDescription(f"From {formats.size(first.bytes)} to {formats.size(last.bytes)}")
        self.update()

    def sizeHint(self) -> QSize:
        """A strip above a table."""
        return QSize(600, 120)

    def event(self, event: QEvent) -> bool:
        """Tell the scan under the pointer."""
        if isinstance(event, QHelpEvent) and self._points:
            x = event.pos().x()
            nearest = min(self._points, key=lambda point: abs(self._place(point).x() - x))
            held = f"{formats.size(nearest.bytes)}, {formats.many(nearest.files, 'file')}"
            QToolTip.showText(event.globalPos(), f"{formats.date(nearest.time_us)}: {held}", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the line, the largest and smallest size, the first and last day."""
        if len(self._points) < 2:
            return
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.setPen(QPen(look.color("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        line = QPolygonF()
        for number, point in enumerate(self._points):
            place = self._place(point)
            if number:
                line.append(QPointF(place.x(), line.last().y()))
            line.append(place)
        below = QPolygonF(line)
        below.append(QPointF(line.last().x(), area.bottom()))
        below.append(QPointF(line.first().x(), area.bottom()))
        fill = look.color("accent")
        fill.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(below)
        painter.setPen(QPen(look.color("accent"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(line)
        painter.setBrush(look.color("accent"))
        for point in self._points:
            painter.drawEllipse(self._place(point), _DOT, _DOT)
        self._paint_words(painter, area)

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(theme.current().color("dim"))
        painter.setFont(theme.ui_font(0.86, numbers=True))
        height = painter.fontMetrics().height()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        top = QRect(0, round(area.top()) - height // 2, _LEFT - 8, height)
        painter.drawText(top, right, formats.size(max(point.bytes for point in self._points)))
        painter.drawText(top.translated(0, round(area.height())), right, formats.size(0))
        days = QRectF(area.left(), area.bottom() + 4, area.width(), height)
        painter.drawText(days, Qt.AlignmentFlag.AlignLeft, formats.date(self._points[0].time_us))
        painter.drawText(days, Qt.AlignmentFlag.AlignRight, formats.date(self._points[-1].time_us))

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)

    def _place(self, point: GrowthPoint) -> QPointF:
        area = self._area()
        first, last = self._points[0].time_us, self._points[-1].time_us
        most = max(known.bytes for known in self._points) or 1
        across = (point.time_us - first) / (last - first) if last > first else 0.0
        return QPointF(area.left() + across * area.width(), area.bottom() - point.bytes / most * area.height())
