"""Texts in the corners of the viewer that never overlap and are never cut."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from ui import theme

_EDGE = 8
_PAD = 6
_GAP = 12


@dataclass(frozen=True, slots=True)
class Corners:
    """The four texts."""

    top_left: str = ""
    top_right: str = ""
    bottom_left: str = ""
    bottom_right: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and where it goes, its background included."""

    text: str
    rect: QRect


def place_corners(corners: Corners, area: QRect, metrics: QFontMetrics) -> list[Placed]:
    """Where each text goes in `area`.

    Two texts of one edge share a line where both fit; else they take two lines, each shortened to the width; in an
    area too low for that, only the left one stays. Where no four letters fit, nothing is drawn.
    """
    line = metrics.height() + 4
    room = area.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
    if room.width() < metrics.horizontalAdvance("MMMM") + 2 * _PAD or room.height() < line:
        return []
    rows_free = (room.height() + 4) // (line + 4)
    top = _edge((corners.top_left, corners.top_right), room, metrics, top=True, rows=min(2, rows_free))
    used = len({p.rect.top() for p in top})
    bottom_words = (corners.bottom_left, corners.bottom_right)
    return top + _edge(bottom_words, room, metrics, top=False, rows=min(2, rows_free - used))


def _edge(words: tuple[str, str], room: QRect, metrics: QFontMetrics, *, top: bool, rows: int) -> list[Placed]:
    line = metrics.height() + 4
    left, right = words
    if rows <= 0 or not (left or right):
        return []
    widths = [metrics.horizontalAdvance(w) + 2 * _PAD if w else 0 for w in words]
    first = room.top() if top else room.bottom() - line + 1
    both = bool(left and right)
    if not both or sum(widths) + _GAP <= room.width():
        placed = [_at(left, room, metrics, first, right=False)] if left else []
        return placed + ([_at(right, room, metrics, first, right=True)] if right else [])
    if rows == 1:
        return [_at(left, room, metrics, first, right=False)]
    second = first + line + 4 if top else first - line - 4
    return [_at(left, room, metrics, first, right=False), _at(right, room, metrics, second, right=False)]


def _at(words: str, room: QRect, metrics: QFontMetrics, y: int, *, right: bool) -> Placed:
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width() - 2 * _PAD)
    wide = metrics.horizontalAdvance(shown) + 2 * _PAD
    x = room.right() - wide + 1 if right else room.left()
    return Placed(shown, QRect(x, y, wide, metrics.height() + 4))


def paint_corners(painter: QPainter, corners: Corners, area: QRect) -> None:
    """Draw the texts, each on its own dark plate."""
    look = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.ui_font(0.96, numbers=True))
    for placed in place_corners(corners, area, painter.fontMetrics()):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("overlay"))
        painter.drawRoundedRect(QRectF(placed.rect), 4, 4)
        painter.setPen(look.color("overlay_text"))
        painter.drawText(placed.rect, Qt.AlignmentFlag.AlignCenter, placed.text)
    painter.restore()
