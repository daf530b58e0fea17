"""Horizontal bars: a name, its bar, its figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from ui import theme
from ui.widgets.tips import tip

_ROW = 28
_BAR = 14
_PAD = 8
_WIDEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        name: in front of it.
        value: its length, beside those of the others.
        figures: behind it.
        tip: what the pointer is told.
        color: token of its colour.
    """

    name: str
    value: float
    figures: str
    tip: str = ""
    color: str = "accent"


class BarChart(QWidget):
    """Bars below each other, the first on top."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._empty = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def set_bars(self, bars: Sequence[Bar], empty: str = "Nothing to show") -> None:
        """Show other bars; `empty` is said where there are none."""
        self._bars, self._empty = tuple(bars), empty
        self.setAccessibleDescription("; ".join(f"{bar.name}: {bar.figures}" for bar in bars[:20]) or empty)
        self.updateGeometry()
        self.update()

    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    def sizeHint(self) -> QSize:
        """Qt: every bar."""
        return QSize(360, max(len(self._bars) * self._row(), 60) + _PAD)

    def minimumSizeHint(self) -> QSize:
        """Qt: every bar, less wide."""
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw them."""
        painter, look = QPainter(self), theme.current()
        if not self._bars:
            painter.setPen(look.color("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._empty)
            return
        painter.setFont(theme.ui_font(numbers=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        names = min(max(metrics.horizontalAdvance(bar.name) for bar in self._bars) + 4, _WIDEST_NAME)
        figures = max(metrics.horizontalAdvance(bar.figures) for bar in self._bars) + 4
        left = _PAD + names + 12
        room = max(self.width() - left - figures - 12 - _PAD, 24)
        most = max(bar.value for bar in self._bars) or 1
        for number, bar in enumerate(self._bars):
            line = QRect(0, number * self._row() + _PAD // 2, self.width(), self._row())
            words = metrics.elidedText(bar.name, Qt.TextElideMode.ElideMiddle, names)
            painter.setPen(look.color("text"))
            painter.drawText(QRect(_PAD, line.top(), names, line.height()), Qt.AlignmentFlag.AlignVCenter, words)
            length = max(room * bar.value / most, 2.0)
            top = line.top() + (line.height() - _BAR) / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color(bar.color))
            painter.drawRoundedRect(QRectF(left, top, length, _BAR), 2, 2)
            painter.setPen(look.color("dim"))
            text = QRect(round(left + length) + 10, line.top(), figures + 4, line.height())
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, bar.figures)

    def event(self, event: QEvent) -> bool:
        """Qt: a tip tells a bar's figures exactly."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self._at(event.pos())
            if bar is not None and bar.tip:
                QToolTip.showText(event.globalPos(), tip(bar.tip), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _row(self) -> int:
        return max(_ROW, self.fontMetrics().height() + 10)

    def _at(self, place: QPoint) -> Bar | None:
        number = (place.y() - _PAD // 2) // self._row()
        return self._bars[number] if 0 <= number < len(self._bars) else None


def scrolled(chart: QWidget) -> QScrollArea:
    """A chart in as much room as there is, scrolled where that is too little."""
    area = QScrollArea()
    area.setWidget(chart)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAccessibleName(chart.accessibleName())
    return area
