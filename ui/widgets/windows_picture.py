"""Data window and display window of a picture, drawn small: how they lie to each other, and how large they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.widgets.tips import tip

_HIGH, _WIDE, _GAP = 64, 112, 12

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Windows:
    """Corners `(x0, y0, x1, y1)`, both included."""

    data: Box
    display: Box

    @property
    def words(self) -> tuple[str, str]:
        """What is said of the two."""
        return f"Display {_size(self.display)}", f"Data {_size(self.data)}{_place(self.data, self.display)}"


def windows_of(part: Mapping[str, Any]) -> Windows | None:
    """Those of a part of a document; None where it has none that can be drawn."""
    data, display = _box(part.get("data_window")), _box(part.get("display_window"))
    return Windows(data, display) if data and display else None


class WindowsPicture(QWidget):
    """Two rectangles and what they measure. Takes no room while there is nothing to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._windows: Windows | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Data and display window")
        self.hide()

    def set_windows(self, windows: Windows | None) -> None:
        """Show others; None for nothing."""
        self._windows = windows
        self.setVisible(windows is not None)
        words = "; ".join(windows.words) if windows else ""
        self.setAccessibleDescription(words)
        self.setToolTip(tip(words))
        self.update()

    def windows(self) -> Windows | None:
        """What is shown."""
        return self._windows

    def sizeHint(self) -> QSize:
        """Qt: small."""
        return QSize(280, _HIGH)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another look."""
        super().changeEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Qt: draw both; the data window over the display window."""
        if self._windows is None:
            return
        painter, look = QPainter(self), theme.current()
        place = _Fit(self._windows, QRectF(0.5, 1.5, _WIDE - 1, _HIGH - 3))
        painter.fillRect(place.rect(self._windows.display), look.color("track"))
        painter.fillRect(place.rect(self._windows.data), look.color("accent_soft"))
        painter.setPen(QPen(look.color("control"), 1))
        painter.drawRect(place.rect(self._windows.display))
        painter.setPen(QPen(look.color("accent"), 1.4, Qt.PenStyle.DashLine))
        painter.drawRect(place.rect(self._windows.data))
        self._write(painter)

    def _write(self, painter: QPainter) -> None:
        assert self._windows is not None
        look, metrics = theme.current(), self.fontMetrics()
        painter.setFont(theme.ui_font(numbers=True))
        left, room = _WIDE + _GAP, max(0, self.width() - _WIDE - _GAP)
        size, data = self._windows.words
        first, _, second = data.partition(", ")
        lines = [(size, "dim"), (first, "accent_text"), (second, "dim")]
        top = (_HIGH - metrics.height() * sum(1 for line in lines if line[0])) // 2
        for words, token in lines:
            if words:
                painter.setPen(look.color(token))
                cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
                painter.drawText(left, top + metrics.ascent(), cut)
                top += metrics.height()


class _Fit:
    """Maps pixels of the file into a rectangle, in proportion."""

    def __init__(self, windows: Windows, room: QRectF) -> None:
        boxes = (windows.data, windows.display)
        self._x, self._y = min(box[0] for box in boxes), min(box[1] for box in boxes)
        wide, high = max(box[2] for box in boxes) + 1 - self._x, max(box[3] for box in boxes) + 1 - self._y
        self._scale = min(room.width() / max(wide, 1), room.height() / max(high, 1))
        self._left = room.left() + (room.width() - wide * self._scale) / 2
        self._top = room.top() + (room.height() - high * self._scale) / 2

    def rect(self, box: Box) -> QRectF:
        x, y = self._left + (box[0] - self._x) * self._scale, self._top + (box[1] - self._y) * self._scale
        return QRectF(
            x, y, max(1.5, (box[2] + 1 - box[0]) * self._scale), max(1.5, (box[3] + 1 - box[1]) * self._scale)
        )


def _box(window: Any) -> Box | None:
    try:
        (x0, y0), (x1, y1) = window["min"], window["max"]
        box = int(x0), int(y0), int(x1), int(y1)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return box if box[2] >= box[0] and box[3] >= box[1] else None


def _size(box: Box) -> str:
    return f"{box[2] - box[0] + 1} × {box[3] - box[1] + 1}"


def _place(data: Box, display: Box) -> str:
    """How the data window lies."""
    if data == display:
        return ", the same"
    at = f"at ({data[0]}, {data[1]})"
    if data[2] < display[0] or data[0] > display[2] or data[3] < display[1] or data[1] > display[3]:
        return f", {at}, outside"
    inside = data[0] >= display[0] and data[1] >= display[1] and data[2] <= display[2] and data[3] <= display[3]
    return f", {at}, {'inside' if inside else 'reaches beyond'}"
