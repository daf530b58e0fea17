"""How full a drive is."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import formats, theme

NEARLY_FULL = 0.95


def paint_capacity(painter: QPainter, rect: QRectF, used: float, *, online: bool = True) -> None:
    """Draw a bar of `used` (0 to 1); amber from 95 %, grey for a drive that is not connected."""
    look = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = rect.height() / 2
    painter.setBrush(look.color("track"))
    painter.drawRoundedRect(rect, radius, radius)
    share = min(max(used, 0.0), 1.0)
    if share > 0:
        token = "control" if not online else "stale" if share >= NEARLY_FULL else "accent"
        painter.setBrush(look.color(token))
        filled = QRectF(rect.left(), rect.top(), max(rect.height(), rect.width() * share), rect.height())
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()


class CapacityBar(QWidget):
    """A thin bar: how much of a capacity is used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._used, self._capacity = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_bytes(self, used: int, capacity: int) -> None:
        """Show `used` of `capacity` bytes; a capacity of 0 means unknown and leaves the bar empty."""
        self._used, self._capacity = used, capacity
        text = f"{formats.size(used)} of {formats.size(capacity)} used" if capacity else "Capacity unknown"
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        """Six pixels high."""
        return QSize(120, 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar."""
        share = self._used / self._capacity if self._capacity else 0.0
        paint_capacity(QPainter(self), QRectF(self.rect()), share)
