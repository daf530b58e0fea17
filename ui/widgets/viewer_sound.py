"""Draws a waveform for the frame viewer."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from ui import formats, theme
from ui.widgets.viewer_frame import SoundInfo

_HOT = 0.999
_EDGE = 16
_NAMES = 36
_RULER = 20
_ROOMY = 220
_USUAL = {1: ("M",), 2: ("L", "R"), 6: ("L", "R", "C", "LFE", "Ls", "Rs")}
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)


def channel_names(sound: SoundInfo) -> tuple[str, ...]:
    """What the channels are called: their own names, else the usual ones of so many, else their numbers."""
    count = len(sound.peaks)
    usual = _USUAL.get(count) or tuple(str(number) for number in range(1, count + 1))
    return sound.channels if len(sound.channels) == count else usual


def column_peaks(peaks: Sequence[tuple[float, float]], width: int) -> list[tuple[float, float]]:
    """The lowest and highest value of each of `width` columns."""
    total = len(peaks)
    if not total or width <= 0:
        return []
    result = []
    for column in range(width):
        start = column * total // width
        part = peaks[start : max(start + 1, (column + 1) * total // width)]
        result.append((min(low for low, _ in part), max(high for _, high in part)))
    return result


def wave_area(area: QRectF) -> QRectF:
    """Where the waves themselves lie inside the viewer: room is kept for the corner texts, names and the ruler."""
    head = 44 if area.height() >= _ROOMY else 34
    foot = head if area.height() >= _ROOMY else 4
    return area.adjusted(_EDGE + _NAMES, head, -_EDGE, -foot - _RULER)


def paint_sound(painter: QPainter, area: QRectF, sound: SoundInfo) -> None:
    """All channels below each other, peaks at full scale in red, and the times below them."""
    room = wave_area(area)
    if room.width() < 20 or room.height() < 10 or not sound.peaks:
        return
    lane = room.height() / len(sound.peaks)
    for number, (peaks, name) in enumerate(zip(sound.peaks, channel_names(sound), strict=True)):
        _paint_channel(painter, QRectF(room.left(), room.top() + number * lane, room.width(), lane), peaks, name)
    _paint_times(painter, room, sound.seconds)


def _paint_channel(painter: QPainter, lane: QRectF, peaks: Sequence[tuple[float, float]], name: str) -> None:
    look = theme.current()
    middle, half = lane.center().y(), max(1.0, lane.height() / 2 - 3)
    painter.setPen(look.color("surround_line"))
    painter.drawLine(QLineF(lane.left(), middle, lane.right(), middle))
    calm: list[QLineF] = []
    hot: list[QLineF] = []
    for column, (low, high) in enumerate(column_peaks(peaks, int(lane.width()))):
        x = lane.left() + column + 0.5
        top, bottom = middle - min(high, 1.0) * half, middle - max(low, -1.0) * half
        line = QLineF(x, top, x, max(bottom, top + 1))
        (hot if max(high, -low) >= _HOT else calm).append(line)
    for lines, token in ((calm, "wave"), (hot, "wave_hot")):
        painter.setPen(look.color(token))
        painter.drawLines(lines)
    painter.setFont(theme.ui_font(0.92))
    if painter.fontMetrics().height() > lane.height() + 4:
        return
    painter.setPen(look.color("surround_text"))
    rect = QRectF(lane.left() - _NAMES - 8, lane.top(), _NAMES, lane.height())
    painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)


def _paint_times(painter: QPainter, room: QRectF, seconds: float) -> None:
    if seconds <= 0:
        return
    look = theme.current()
    font = theme.ui_font(0.92, numbers=True)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    least = (metrics.horizontalAdvance("00:00:00") + 24) / room.width() * seconds
    step = next((s for s in _STEPS if s >= least), _STEPS[-1] * max(1.0, least // _STEPS[-1] + 1))
    number = 0
    while number * step <= seconds:
        x = room.left() + number * step / seconds * room.width()
        words = _time(number * step, step)
        wide = metrics.horizontalAdvance(words)
        painter.setPen(look.color("surround_line"))
        painter.drawLine(QLineF(x, room.bottom() + 2, x, room.bottom() + 6))
        if x + wide <= room.right() + _EDGE:
            painter.setPen(look.color("surround_text"))
            rect = QRectF(x, room.bottom() + 6, wide + 2, metrics.height())
            painter.drawText(rect, Qt.AlignmentFlag.AlignLeft, words)
        number += 1


def _time(seconds: float, step: float) -> str:
    if step < 1:
        return f"{seconds:.1f}{formats.NBSP}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
