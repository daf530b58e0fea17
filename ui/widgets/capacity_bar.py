"""How full a drive is."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from ui import theme

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
