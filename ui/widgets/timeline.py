"""The frames of an asset as a strip: what exists, what is missing, what is ready, what was found, and where we are."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import theme
from ui.widgets.frame_strip import Cell, Frames, Scale, columns, next_in, ruler
from ui.widgets.tips import tip

_EDGE = 12
_TICKS = 8
_STRIP = 14
_CACHE = 3
_BIG_STEP = 10


class Timeline(QWidget):
    """A strip of frames to look at and to scrub.

    Left and Right go one frame, Page Up and Page Down ten, Home and End to the ends, Ctrl+Left and Ctrl+Right to the
    next missing frames. A missing frame can be gone to: the viewer then says that it is missing.
    """

    frame_changed = Signal(object)
    """The frame (int of any size; a position where frames have labels) the user went to. Not sent by `set_frame`."""
    scrubbing = Signal(bool)
    """True while the mouse is held down on the strip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = Frames()
        self._longest = ""
        self._frame = 0
        self._picture: QPixmap | None = None
        self._picture_key: tuple[object, ...] = ()
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self._describe()

    def set_frames(self, frames: Frames, frame: int | None = None) -> None:
        """Show other frames and stand at `frame` (the first by default; the same place where it still exists)."""
        if frames.labels is not self._frames.labels or frames.existing != self._frames.existing:
            self._longest = frames.longest_label()
        self._frames = frames
        wanted = self._frame if frame is None else frame
        self._frame = min(max(wanted, frames.first), max(frames.last, frames.first))
        self._picture = None
        self._describe()
        self.update()

    def frames(self) -> Frames:
        """What is shown."""
        return self._frames

    def set_frame(self, frame: int) -> None:
        """Stand at a frame, kept within the range, without telling anybody."""
        if self._frames.length <= 0:
            return
        frame = min(max(frame, self._frames.first), self._frames.last)
        if frame != self._frame:
            self._frame = frame
            self._describe()
            self.update()

    def frame(self) -> int:
        """Where we are."""
        return self._frame

    def go_to(self, frame: int) -> None:
        """Go to a frame as if the user had: kept within the range, and told by `frame_changed`."""
        before = self._frame
        self.set_frame(frame)
        if self._frame != before:
            self.frame_changed.emit(self._frame)

    def go_to_finding(self, direction: int) -> None:
        """Go to the next finding (`direction` 1) or the one before (-1); stays where there is none."""
        marks = sorted({tick.frame for tick in self._frames.findings})
        ahead = [f for f in marks if (f - self._frame) * direction > 0]
        if ahead:
            self.go_to(min(ahead) if direction > 0 else max(ahead))

    def go_to_missing(self, direction: int) -> None:
        """Go to the next gap (`direction` 1) or the one before (-1); stays where there is none."""
        gaps = self._frames.missing()
        if direction > 0:
            target = next_in(gaps, self._frame)
        else:
            target = max((a for a, b in gaps if b < self._frame), default=None)
        if target is not None:
            self.go_to(target)

    def x_of(self, frame: int) -> float:
        """The middle of a frame, in this widget's pixels."""
        scale = self._scale()
        return scale.x(frame) + scale.frame_width / 2

    def sizeHint(self) -> QSize:
        """Legend, ticks, strip and numbers."""
        line = self.fontMetrics().height()
        return QSize(400, 4 + line + 4 + _TICKS + _STRIP + _CACHE + 6 + line + 4)

    def minimumSizeHint(self) -> QSize:
        """The same height, less wide."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The kept picture, and the marker over it."""
        ratio = self.devicePixelRatioF()
        key = (self.size(), ratio, theme.current().name, self.font().key(), self._frames)
        if self._picture is None or self._picture_key != key:
            self._picture = self._draw(ratio)
            self._picture_key = key
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._frames.length > 0:
            bubble = self._bubble_rect()
            self._draw_numbers(painter, bubble)
            self._draw_marker(painter)
            self._draw_bubble(painter, bubble)
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the frame under the pointer and begin to scrub."""
        if event.button() == Qt.MouseButton.LeftButton and self._frames.length > 0:
            self._dragging = True
            self.scrubbing.emit(True)
            self.go_to(self._scale().frame(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub; without a button, say which frame lies under the pointer."""
        if self._frames.length <= 0:
            return
        frame = self._scale().frame(event.position().x())
        if self._dragging:
            self.go_to(frame)
        label = self._frames.label(frame)
        words = f"{label} · missing" if self._frames.is_missing(frame) else label
        QToolTip.showText(event.globalPosition().toPoint(), tip(words), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End of the scrub."""
        if event.button() == Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self.scrubbing.emit(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A notch is a frame."""
        notch = event.angleDelta().y() or event.angleDelta().x()
        if notch:
            self.go_to(self._frame + (-1 if notch > 0 else 1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Frames by the keys."""
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        pages = {Qt.Key.Key_PageUp: -_BIG_STEP, Qt.Key.Key_PageDown: _BIG_STEP}
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, **pages}
        ends = {Qt.Key.Key_Home: self._frames.first, Qt.Key.Key_End: self._frames.last}
        if control and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.go_to_missing(1 if key == Qt.Key.Key_Right else -1)
        elif key in steps:
            self.go_to(self._frame + steps[Qt.Key(key)])
        elif key in ends:
            self.go_to(ends[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw anew in another look."""
        super().changeEvent(event)
        self._picture = None
        self.update()

    def _scale(self) -> Scale:
        return Scale(self._frames.first, self._frames.length, _EDGE, self.width() - 2 * _EDGE)

    def _strip_top(self) -> int:
        return 4 + self.fontMetrics().height() + 4 + _TICKS

    def _draw(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(0, 0, 0, 0))
        painter = QPainter(picture)
        self._draw_legend(painter)
        if self._frames.length > 0 and self.width() > 2 * _EDGE:
            self._draw_strip(painter, ratio)
            self._draw_findings(painter)
        painter.end()
        return picture

    def _draw_legend(self, painter: QPainter) -> None:
        look = theme.current()
        painter.setFont(theme.ui_font(numbers=True))
        painter.setPen(look.color("dim"))
        rect = QRectF(_EDGE, 4, self.width() - 2 * _EDGE, self.fontMetrics().height())
        words = painter.fontMetrics().elidedText(
            self._frames.legend(), Qt.TextElideMode.ElideRight, max(0, int(rect.width()))
        )
        head, sign, gaps = words.partition("missing ")
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, flags, head)
        if sign and not head.endswith("none "):
            painter.setPen(look.color("fail_text"))
        painter.drawText(rect.adjusted(painter.fontMetrics().horizontalAdvance(head), 0, 0, 0), flags, sign + gaps)

    def _draw_strip(self, painter: QPainter, ratio: float) -> None:
        look, scale, top = theme.current(), self._scale(), self._strip_top()
        if scale.frame_width * ratio >= 4:
            self._draw_blocks(painter, scale, top)
        else:
            pixels = int(scale.width * ratio)
            for start, end, cell in columns(self._frames, pixels):
                rect = QRectF(_EDGE + start / ratio, top, (end - start) / ratio, _STRIP)
                if cell == Cell.MISSING:
                    painter.fillRect(rect.adjusted(0, -3, 0, 0), look.color("frame_missing"))
                else:
                    painter.fillRect(rect, look.color("frame"))
        for left, right in _merged(self._frames.cached, scale):
            painter.fillRect(QRectF(left, top + _STRIP + 2, max(1.0, right - left), _CACHE), look.color("frame_cached"))

    def _draw_blocks(self, painter: QPainter, scale: Scale, top: int) -> None:
        look = theme.current()
        gap = 1.0 if scale.frame_width >= 4 else 0.0
        wide = scale.frame_width - gap
        solid = look.color("frame")
        for a, b in self._frames.existing:
            for frame in range(a, b + 1):
                painter.fillRect(QRectF(scale.x(frame), top, wide, _STRIP), solid)
        missing = look.color("frame_missing")
        for a, b in self._frames.missing():
            for frame in range(a, b + 1):
                rect = QRectF(scale.x(frame), top - 3, wide, _STRIP + 3)
                painter.fillRect(rect, missing)

    def _draw_findings(self, painter: QPainter) -> None:
        look, scale, top = theme.current(), self._scale(), self._strip_top()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for state in ("stale", "fail"):
            painter.setBrush(look.color(state))
            half = scale.frame_width / 2
            for x in {round(scale.x(t.frame) + half) for t in self._frames.findings if t.state == state}:
                if _EDGE <= x <= scale.left + scale.width:
                    y = top - 4.5
                    painter.drawPolygon(QPolygonF([QPointF(x - 3.5, y - 5), QPointF(x + 3.5, y - 5), QPointF(x, y)]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _draw_numbers(self, painter: QPainter, bubble: QRectF) -> None:
        look, scale = theme.current(), self._scale()
        top = self._strip_top() + _STRIP + 2 + _CACHE
        font = theme.ui_font(0.92, numbers=True)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        for number in ruler(scale, metrics.horizontalAdvance(self._longest)):
            label = self._frames.label(number)
            x = scale.x(number)
            painter.setPen(look.color("control"))
            painter.drawLine(QPointF(x, top + 1), QPointF(x, top + 4))
            words = QRectF(x, bubble.top(), metrics.horizontalAdvance(label) + 4, bubble.height())
            if not words.intersects(bubble):
                painter.setPen(look.color("dim"))
                painter.drawText(QPointF(x, top + 4 + metrics.ascent()), label)

    def _draw_marker(self, painter: QPainter) -> None:
        look, top, scale = theme.current(), self._strip_top(), self._scale()
        x = self.x_of(self._frame)
        if scale.frame_width >= 6:
            painter.setPen(QPen(look.color("marker"), 1.5))
            painter.drawRect(QRectF(scale.x(self._frame) - 1, top - 4, scale.frame_width + 1, _STRIP + 8))
        painter.setPen(QPen(look.color("marker"), 2 if scale.frame_width < 6 else 1))
        painter.drawLine(QPointF(x, top - _TICKS - 2), QPointF(x, top + _STRIP + _CACHE + 4))

    def _bubble_rect(self) -> QRectF:
        metrics = QFontMetrics(theme.ui_font(0.92, bold=True, numbers=True))
        wide = metrics.horizontalAdvance(self._frames.label(self._frame)) + 10
        left = min(max(self.x_of(self._frame) - wide / 2, 2), self.width() - wide - 2)
        return QRectF(left, self._strip_top() + _STRIP + _CACHE + 4, wide, metrics.height())

    def _draw_bubble(self, painter: QPainter, rect: QRectF) -> None:
        look = theme.current()
        missing = self._frames.is_missing(self._frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("fail" if missing else "marker"))
        painter.drawRoundedRect(rect, 4, 4)
        painter.setFont(theme.ui_font(0.92, bold=True, numbers=True))
        painter.setPen(look.color("window"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._frames.label(self._frame))

    def _describe(self) -> None:
        words = self._frames.legend()
        if self._frames.length > 0:
            state = ", which is missing" if self._frames.is_missing(self._frame) else ""
            words = f"{words}. At frame {self._frames.label(self._frame)}{state}."
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))


def _merged(ranges: tuple[tuple[int, int], ...], scale: Scale) -> list[tuple[float, float]]:
    """Left and right edges of ranges, those joined that touch within half a pixel."""
    bars: list[tuple[float, float]] = []
    last = scale.first + scale.length - 1
    for a, b in ranges:
        if b < scale.first or a > last:
            continue
        left, right = scale.x(max(a, scale.first)), scale.x(min(b, last) + 1)
        if bars and left - bars[-1][1] <= 0.5:
            bars[-1] = (bars[-1][0], right)
        else:
            bars.append((left, right))
    return bars
