"""How the values of channels are spread: bars or outlines of counts, percentiles as marks."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import formats, theme

_LEFT, _RIGHT, _TOP, _BOTTOM = 1, 1, 18, 20
_NAMED = {"R": "channel_red", "G": "channel_green", "B": "channel_blue", "A": "channel_alpha"}
#: Percentiles that are marked, and values that are written below, the most telling first.
_MARKED = ("50", "1", "99")
_ROUND = (0.0, 1.0, 0.1, 10.0, 0.01, 100.0, 1000.0, -1.0, 0.001, -0.1, -10.0, 10_000.0, -100.0)
_LEAST_BINS = 16
_OTHERS = ("chart_line_1", "chart_line_2", "chart_line_3", "chart_line_4")


@dataclass(frozen=True, slots=True)
class Series:
    """One channel.

    Attributes:
        name: as it is called.
        color: token of the theme.
        edges: of the bins, ascending; one more than counts.
        counts: values in each bin.
        percentiles: percent as text to value.
    """

    name: str
    color: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    percentiles: Mapping[str, float] = field(default_factory=dict, hash=False)


def color_of(name: str, place: int) -> str:
    """The token in which a channel is drawn: red, green, blue and alpha in theirs."""
    return _NAMED.get(name.rpartition(".")[2].upper(), _OTHERS[place % len(_OTHERS)])


def figure(value: float | None, digits: int = 4) -> str:
    """A value in four figures, or so many: `0.1834`, `65,504`, `1.2e−7`."""
    if value is None:
        return "–"
    if value == 0 or (1e-2 if digits < 4 else 1e-4) <= abs(value) < 1e6:
        text = f"{value:,.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"
        return text.replace("e+0", "e+").replace("-", "−")
    if digits < 4 and 1e-4 <= abs(value) < 1e-3:
        return f"{value:.{digits - 2}e}".replace("e-0", "e-").replace("-", "−")
    return f"{value:.{digits - 1}g}".replace("e-0", "e-").replace("e+0", "e+").replace("-", "−")


class Axis:
    """Where values lie from left to right: each bin of the widest series is as wide as the others."""

    def __init__(self, edges: Sequence[float], left: float, width: float) -> None:
        self.edges, self._left, self._width = tuple(edges), left, width

    def x(self, value: float) -> float:
        """The pixel of a value, kept inside."""
        edges = self.edges
        if value <= edges[0]:
            return self._left
        if value >= edges[-1]:
            return self._left + self._width
        place = bisect_right(edges, value) - 1
        low, high = edges[place], edges[place + 1]
        share = (value - low) / (high - low) if high > low else 0.0
        return self._left + (place + share) * self._width / (len(edges) - 1)

    def value(self, x: float) -> float:
        """The value at a pixel, kept inside."""
        place = min(max((x - self._left) / max(self._width, 1), 0.0), 1.0) * (len(self.edges) - 1)
        bin_, share = min(int(place), len(self.edges) - 2), place - int(place)
        return self.edges[bin_] + share * (self.edges[bin_ + 1] - self.edges[bin_])


class Histogram(QWidget):
    """Counts over values; several channels lie over each other."""

    pointed = Signal(str)
    """What lies under the pointer, in words; empty where it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: tuple[Series, ...] = ()
        self._log = True
        self._empty = ""
        self._pointer: float | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Histogram")

    def set_series(self, series: Sequence[Series], empty: str = "") -> None:
        """Show other channels; `empty` is said where none has counts."""
        self._series = tuple(one for one in series if one.counts and len(one.edges) == len(one.counts) + 1)
        self._empty = empty
        said = [f"{one.name}: {figure(one.edges[0])} to {figure(one.edges[-1])}" for one in self._series]
        self.setAccessibleDescription("; ".join(said) or empty)
        self.update()

    def series(self) -> tuple[Series, ...]:
        """What is shown."""
        return self._series

    def set_log(self, log: bool) -> None:
        """Count by powers (few stay visible beside many), or evenly."""
        self._log = log
        self.update()

    def sizeHint(self) -> QSize:
        """Qt: flat."""
        return QSize(300, 180)

    def axis(self) -> Axis | None:
        """Values from left to right; None where nothing is shown."""
        if not self._series:
            return None
        widest = max(self._series, key=lambda one: one.edges[-1] - one.edges[0])
        first, last = _used(widest, self._series)
        return Axis(widest.edges[first : last + 1], _LEFT, max(1, self.width() - _LEFT - _RIGHT))

    def words_at(self, x: float) -> str:
        """What lies at a pixel: `0.18 · R 1,204 · G 1,190`."""
        axis = self.axis()
        if axis is None:
            return ""
        value = axis.value(x)
        return " · ".join(
            [figure(value), *(f"{one.name} {formats.count(_count_at(one, value))}" for one in self._series)]
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw counts, marks and the axis."""
        painter, look = QPainter(self), theme.current()
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        painter.fillRect(area, look.color("raised"))
        axis = self.axis()
        if axis is None:
            painter.setPen(look.color("dim"))
            flags = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value
            painter.drawText(area.adjusted(12, 0, -12, 0), flags, self._empty)
            return
        most = max(max(one.counts) for one in self._series)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for one in self._series:
            self._paint_series(painter, one, axis, area, most)
        self._paint_marks(painter, axis, area)
        self._paint_axis(painter, axis, area)
        if self._pointer is not None:
            painter.setPen(QPen(look.color("dim"), 1))
            painter.drawLine(QPointF(self._pointer, area.top()), QPointF(self._pointer, area.bottom()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: read the counts under the pointer."""
        self._pointer = min(max(event.position().x(), _LEFT), self.width() - _RIGHT) if self._series else None
        self.pointed.emit(self.words_at(event.position().x()))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the pointer left."""
        super().leaveEvent(event)
        self._pointer = None
        self.pointed.emit("")
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another look."""
        super().changeEvent(event)
        self.update()

    def _height(self, count: int, most: int) -> float:
        if count <= 0:
            return 0.0
        return math.log1p(count) / math.log1p(most) if self._log else count / most

    def _paint_series(self, painter: QPainter, one: Series, axis: Axis, area: QRectF, most: int) -> None:
        path = QPainterPath(QPointF(axis.x(one.edges[0]), area.bottom()))
        for (low, high), count in zip(pairwise(one.edges), one.counts, strict=True):
            y = area.bottom() - self._height(count, most) * (area.height() - 4)
            if count:
                y = min(y, area.bottom() - 1.5)
            path.lineTo(axis.x(low), y)
            path.lineTo(axis.x(high), y)
        path.lineTo(axis.x(one.edges[-1]), area.bottom())
        color = QColor(theme.current().color(one.color))
        painter.setPen(QPen(color, 1.2))
        fill = QColor(color)
        fill.setAlpha(150 if len(self._series) == 1 else 70)
        painter.setBrush(fill)
        painter.drawPath(path)

    def _paint_marks(self, painter: QPainter, axis: Axis, area: QRectF) -> None:
        """Percentiles of the only channel with their names; of several the medians, in the colours of the channels."""
        alone = len(self._series) == 1
        painter.setFont(theme.ui_font(0.82, numbers=True))
        metrics, taken = painter.fontMetrics(), list[QRectF]()
        for one in self._series:
            for name in _MARKED if alone else _MARKED[:1]:
                if (value := one.percentiles.get(name)) is None:
                    continue
                x = axis.x(value)
                painter.setPen(QPen(theme.current().color("text" if alone else one.color), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QPointF(x, area.top() - 3), QPointF(x, area.bottom()))
                words = f"{name}{formats.NBSP}%"
                wide = metrics.horizontalAdvance(words)
                rect = QRectF(min(max(x - wide / 2, area.left()), area.right() - wide), 0, wide, _TOP - 4)
                if not any(rect.adjusted(-6, 0, 6, 0).intersects(other) for other in taken):
                    taken.append(rect)
                    painter.setPen(theme.current().color("dim"))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_axis(self, painter: QPainter, axis: Axis, area: QRectF) -> None:
        """Round values below the counts, those nearest to 1 first where there is no room for all."""
        painter.setFont(theme.ui_font(0.86, numbers=True))
        painter.setPen(theme.current().color("dim"))
        metrics, taken = painter.fontMetrics(), list[QRectF]()
        for value in (axis.edges[0], axis.edges[-1], *_ROUND):
            if not axis.edges[0] <= value <= axis.edges[-1]:
                continue
            words, x = figure(value), axis.x(value)
            wide = metrics.horizontalAdvance(words)
            rect = QRectF(
                min(max(x - wide / 2, area.left()), area.right() - wide), area.bottom() + 4, wide, _BOTTOM - 4
            )
            if not any(rect.adjusted(-8, 0, 8, 0).intersects(other) for other in taken):
                taken.append(rect)
                painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)


def _used(widest: Series, series: Sequence[Series]) -> tuple[int, int]:
    """First and last edge between which any channel has values: empty ends are not shown."""
    low = min((one.edges[i] for one in series for i, count in enumerate(one.counts) if count), default=widest.edges[0])
    high = max(
        (one.edges[i + 1] for one in series for i, count in enumerate(one.counts) if count), default=widest.edges[-1]
    )
    first = max(0, bisect_right(widest.edges, low) - 1)
    last = next((place for place, edge in enumerate(widest.edges) if edge >= high), len(widest.edges) - 1)
    spare = max(0, _LEAST_BINS - (last - first)) // 2
    return max(0, first - spare), min(len(widest.edges) - 1, last + spare)


def _count_at(one: Series, value: float) -> int:
    place = bisect_right(one.edges, value) - 1
    return one.counts[min(max(place, 0), len(one.counts) - 1)] if one.edges[0] <= value <= one.edges[-1] else 0
