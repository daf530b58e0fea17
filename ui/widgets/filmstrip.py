"""Small pictures of a movie with their times, in rows of three."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme

_COLUMNS = 3
_GAP = 4
_RATIO = 9 / 16


class Filmstrip(QWidget):
    """Up to six frames; those not read yet are empty places. A click or Enter chooses one."""

    chosen = Signal(float)
    """The seconds of the frame that was chosen."""
    hovered = Signal(int)
    """The place under the pointer, or -1 where it left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times: tuple[float, ...] = ()
        self._images: list[QImage | None] = []
        self._current = 0
        self._pointed = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Filmstrip")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_times(self, times: tuple[float, ...]) -> None:
        """Show empty places for frames at these seconds."""
        self._times, self._images, self._current = times, [None] * len(times), 0
        self._pointed = -1
        self.setVisible(bool(times))
        self.setFixedHeight(self._height())
        self.update()

    def set_picture(self, place: int, image: QImage | None) -> None:
        """Fill one place."""
        if 0 <= place < len(self._images):
            self._images[place] = image
            self.update()

    def picture(self, place: int) -> QImage | None:
        """The frame at a place, where it was read."""
        return self._images[place] if 0 <= place < len(self._images) else None

    def point_at(self, place: int) -> None:
        """Mark the place that is looked at in passing; -1 for none."""
        if place != self._pointed:
            self._pointed = place
            self.update()

    def filled(self) -> int:
        """How many places hold a picture."""
        return sum(image is not None for image in self._images)

    def times(self) -> tuple[float, ...]:
        """The seconds of the places."""
        return self._times

    def sizeHint(self) -> QSize:
        """Qt: small."""
        return QSize(300, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the places keep their shape."""
        super().resizeEvent(event)
        self.setFixedHeight(self._height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose what is under the pointer."""
        place = self._place_at(event.position().toPoint())
        if place >= 0:
            self._choose(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the pointer."""
        place = self._place_at(event.position().toPoint())
        if place != self._pointed:
            self.point_at(place)
            self.hovered.emit(place)

    def leaveEvent(self, _event: QEvent) -> None:
        """Nothing is under the pointer."""
        if self._pointed >= 0:
            self.point_at(-1)
            self.hovered.emit(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move, Enter and Space choose."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_COLUMNS, Qt.Key.Key_Down: _COLUMNS}
        if event.key() in steps and self._times:
            self._current = min(max(self._current + steps[Qt.Key(event.key())], 0), len(self._times) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._times:
            self._choose(self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The pictures, each with its time on a dark ground."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(theme.ui_font(0.86, numbers=True))
        for place, image in enumerate(self._images):
            rect = self._rect(place)
            painter.fillRect(rect, look.color("surround"))
            if image is not None and not image.isNull():
                size = image.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio)
                corner = rect.center() - QPoint(size.width() // 2, size.height() // 2)
                painter.drawImage(QRect(corner, size), image)
            self._paint_time(painter, rect, time_words(self._times[place], self._times[-1]))
            if place == self._pointed or (place == self._current and self.hasFocus()):
                painter.setPen(QPen(look.color("accent" if place == self._pointed else "focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(rect).adjusted(1, 1, -1, -1))

    def _paint_time(self, painter: QPainter, rect: QRect, words: str) -> None:
        look = theme.current()
        metrics = painter.fontMetrics()
        box = QRect(rect.left() + 4, rect.bottom() - metrics.height() - 5, metrics.horizontalAdvance(words) + 8, 0)
        box.setHeight(metrics.height() + 2)
        if box.width() > rect.width() - 8:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("overlay"))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(look.color("overlay_text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _choose(self, place: int) -> None:
        self._current = place
        self.chosen.emit(self._times[place])
        self.update()

    def _place_at(self, point: QPoint) -> int:
        return next((place for place in range(len(self._times)) if self._rect(place).contains(point)), -1)

    def _height(self) -> int:
        rows = -(-len(self._times) // _COLUMNS)
        return rows * self._size(self.width()).height() + max(0, rows - 1) * _GAP

    def _size(self, width: int) -> QSize:
        wide = max(1, (width - (_COLUMNS - 1) * _GAP) // _COLUMNS)
        return QSize(wide, round(wide * _RATIO))

    def _rect(self, place: int) -> QRect:
        size = self._size(self.width())
        row, column = divmod(place, _COLUMNS)
        return QRect(QPoint(column * (size.width() + _GAP), row * (size.height() + _GAP)), size)


def time_words(seconds: float, longest: float) -> str:
    """`0:07`, `1:02:03`; with tenths where all of them lie within ten seconds."""
    if longest < 10:
        return f"0:{seconds:04.1f}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
