"""What the viewer says where there is no picture."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from ui import icons, theme
from ui.widgets.viewer_frame import ViewerState

_ICONS = {
    ViewerState.NOTHING: "image", ViewerState.LOADING: "clock", ViewerState.MISSING: "fail", ViewerState.ERROR: "error",
}  # fmt: skip
_HATCH_STEP = 14
_ICON = 40
_PAD = 20
_GAP = 8
_FLAGS = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


def paint_message(
    painter: QPainter, area: QRect, state: ViewerState, title: str, text: str, *, over_picture: bool = False
) -> None:
    """An icon, a title and a line of text in the middle of `area`; a missing frame lies on a hatch."""
    look = theme.current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state == ViewerState.MISSING:
        _paint_hatch(painter, area, look.color("hatch"))
    if over_picture:
        painter.fillRect(area, QColor(0, 0, 0, 110))
    lines = [(theme.ui_font(1.15, bold=True), title), (theme.ui_font(), text)]
    wide = min(area.width() - 2 * _PAD, 520)
    sizes = [_text_rect(painter, font, words, wide) for font, words in lines]
    tall = sum(size.height() for size in sizes) + _GAP
    with_icon = area.height() > tall + _ICON + 3 * _PAD
    box = QRect(0, 0, 0, tall + 2 * _PAD + (_ICON + _GAP if with_icon else 0))
    box.setWidth(min(max(_ICON, *(size.width() for size in sizes)) + 2 * _PAD, area.width()))
    box.moveCenter(area.center())
    plate = state == ViewerState.MISSING or over_picture
    if plate:
        _paint_plate(painter, box, missing=state == ViewerState.MISSING)
    color = look.colors["overlay_text" if plate else "surround_text"]
    y = box.top() + _PAD
    if with_icon:
        icons.paint_icon(painter, QRect(box.center().x() - _ICON // 2, y, _ICON, _ICON), _ICONS[state], color)
        y += _ICON + _GAP
    painter.setPen(QColor(color))
    for (font, words), size in zip(lines, sizes, strict=True):
        painter.setFont(font)
        painter.drawText(QRect(box.left() + _PAD // 2, y, box.width() - _PAD, size.height() + 2), _FLAGS, words)
        y += size.height() + _GAP
    painter.restore()


def _paint_plate(painter: QPainter, box: QRect, *, missing: bool) -> None:
    look = theme.current()
    painter.setPen(QPen(look.color("frame_missing" if missing else "surround_line"), 1))
    painter.setBrush(look.color("overlay"))
    painter.drawRoundedRect(QRectF(box), 6, 6)


def _text_rect(painter: QPainter, font: QFont, words: str, wide: int) -> QRect:
    if not words:
        return QRect()
    painter.setFont(font)
    return painter.boundingRect(QRect(0, 0, max(wide, 40), 1000), _FLAGS, words)


def _paint_hatch(painter: QPainter, area: QRect, color: QColor) -> None:
    painter.setPen(QPen(color, 3))
    for x in range(-area.height(), area.width(), _HATCH_STEP):
        painter.drawLine(x, area.height(), x + area.height(), 0)
