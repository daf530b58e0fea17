"""A thin band under a timeline: which frames are missing, damaged or not as the others are, and how many."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import icons, theme
from ui.widgets.consistency import Mark, Spot, counts, paint_shape, said_of, spots
from ui.widgets.frame_strip import Scale
from ui.widgets.tips import tip

_EDGE = 12
_BAND = 14
_SHAPE = 9
_APART = 11
_ICON = 14


class ConsistencyStrip(QWidget):
    """Marks along the frames, each kind in its own shape and colour, and their numbers below.

    A click goes to the frame of a mark; Left and Right, with the focus, to the mark before or after.
    """

    frame_chosen = Signal(object)
    """The frame of a mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._first, self._length, self._at = 0, 0, 0
        self._good = ""
        self._spots: tuple[tuple[object, ...], list[Spot]] = ((), [])
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Consistency of the sequence")

    def set_marks(self, marks: Sequence[Mark], first: int, last: int, good: str = "") -> None:
        """Show marks along frames.

        Args:
            marks: what is wrong.
            first: where the band begins, as the timeline above it does.
            last: where it ends.
            good: what is said where nothing is wrong.
        """
        self._marks, self._good = tuple(marks), good
        self._first, self._length = first, last - first + 1
        self._spots = ((), [])
        self.setAccessibleDescription(self.words())
        self.update()

    def marks(self) -> tuple[Mark, ...]:
        """What is shown."""
        return self._marks

    def words(self) -> str:
        """`3 missing, 1 header differs`, or that all is well."""
        found = counts(self._marks)
        return ", ".join(trait.words(count) for trait, count in found.items()) if found else self._good

    def set_frame(self, frame: int) -> None:
        """Where the playhead stands: the keys go on from there."""
        self._at = frame

    def sizeHint(self) -> QSize:
        """Qt: the band and a line of numbers."""
        return QSize(400, _BAND + self.fontMetrics().height() + 8)

    def minimumSizeHint(self) -> QSize:
        """Qt: the same height, less wide."""
        return QSize(120, self.sizeHint().height())

    def spots(self) -> list[Spot]:
        """What is drawn."""
        scale = Scale(self._first, self._length, _EDGE, max(1, self.width() - 2 * _EDGE))
        key = (scale, self._marks)
        if self._spots[0] != key:
            self._spots = (key, spots(self._marks, scale, _APART) if self._length > 0 else [])
        return self._spots[1]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw band, marks and numbers."""
        painter, look = QPainter(self), theme.current()
        middle = 2 + _BAND / 2
        painter.fillRect(QRectF(_EDGE, middle - 0.5, self.width() - 2 * _EDGE, 1), look.color("line"))
        for spot in self.spots():
            if spot.right - spot.left > 2 * _APART:
                color = look.color(spot.trait.token)
                painter.fillRect(QRectF(spot.left, middle - 1, spot.right - spot.left - 1, 2), color)
            painter.fillRect(QRectF(spot.middle - 6, middle - 6, 12, 12), look.color("window"))
            paint_shape(painter, QPointF(spot.middle, middle), spot.trait, _SHAPE)
        self._paint_legend(painter)
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), 4)

    def event(self, event: QEvent) -> bool:
        """Qt: a tip tells what is wrong there."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            spot = self._spot_at(event.pos().x())
            text = said_of(spot.marks) if spot is not None else self.words()
            QToolTip.showText(event.globalPos(), tip(text), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: a mark can be clicked."""
        found = self._spot_at(event.position().x()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: go to the mark."""
        spot = self._spot_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self._go(spot.frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: from mark to mark."""
        frames = sorted({mark.first for mark in self._marks})
        if event.key() == Qt.Key.Key_Right:
            ahead = [frame for frame in frames if frame > self._at]
            target = ahead[0] if ahead else None
        elif event.key() == Qt.Key.Key_Left:
            behind = [frame for frame in frames if frame < self._at]
            target = behind[-1] if behind else None
        else:
            super().keyPressEvent(event)
            return
        if target is not None:
            self._go(target)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another look."""
        super().changeEvent(event)
        self.update()

    def _go(self, frame: int) -> None:
        self._at = frame
        self.frame_chosen.emit(frame)

    def _spot_at(self, x: float) -> Spot | None:
        near = [
            spot for spot in self.spots() if min(spot.left, spot.middle - 6) <= x <= max(spot.right, spot.middle + 6)
        ]
        return min(near, key=lambda spot: abs(spot.middle - x)) if near else None

    def _paint_legend(self, painter: QPainter) -> None:
        look, found = theme.current(), counts(self._marks)
        painter.setFont(theme.ui_font(0.92, numbers=True))
        metrics, line = (
            painter.fontMetrics(),
            QRectF(_EDGE, _BAND + 4, self.width() - 2 * _EDGE, self.fontMetrics().height()),
        )
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        x = line.left()
        painter.setPen(look.color("dim"))
        if not found:
            if self._good:
                square = QRectF(x, line.center().y() - _ICON / 2, _ICON, _ICON).toRect()
                icons.paint_icon(painter, square, "pass", "pass_text")
                x += _ICON + 6
            painter.drawText(line.adjusted(x - line.left(), 0, 0, 0), flags, self._good)
            return
        for trait, count in found.items():
            words = trait.words(count)
            wide = metrics.horizontalAdvance(words) + _SHAPE + 24
            if x + wide > line.right() and x > line.left():
                painter.drawText(line.adjusted(x - line.left(), 0, 0, 0), flags, "…")
                return
            paint_shape(painter, QPointF(x + _SHAPE / 2, line.center().y()), trait, _SHAPE)
            painter.setPen(look.color("dim"))
            painter.drawText(line.adjusted(x - line.left() + _SHAPE + 6, 0, 0, 0), flags, words)
            x += wide
