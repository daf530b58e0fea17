"""Icons by name: our SVG family, drawn in the colour of a token at the moment of painting.

An icon made once follows every change of theme and every screen, because its engine looks the colour up and renders
for the painter's own pixel ratio. Rendered pictures are kept per name, colour and size.
"""

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui import theme
from ui.glyphs import svg_source, tinted_svg

_KEPT = 1024
_pictures: dict[tuple[str, str, int, int], QPixmap] = {}


def pixmap(name: str, color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of `size` logical pixels.

    Args:
        name: file name in `resources/icons` without its suffix.
        color: a token ("dim") or `#rrggbb`.
        size: edge in logical pixels.
        ratio: device pixels for each logical one.
    """
    hex_color = color if color.startswith("#") else theme.current().colors[color]
    return _picture(name, hex_color, QSize(size, size), ratio)


def _picture(name: str, hex_color: str, size: QSize, ratio: float) -> QPixmap:
    real = size * ratio
    key = (name, hex_color, real.width(), real.height())
    picture = _pictures.get(key)
    if picture is None:
        if len(_pictures) >= _KEPT:
            _pictures.clear()
        picture = QPixmap(real)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer = QSvgRenderer(QByteArray(tinted_svg(name, hex_color)))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(painter, QRectF(0, 0, real.width(), real.height()))
        painter.end()
        _pictures[key] = picture
    copy = QPixmap(picture)
    copy.setDevicePixelRatio(ratio)
    return copy


def paint_icon(painter: QPainter, rect: QRect, name: str, color: str) -> None:
    """Draw an icon in `rect` (logical pixels) for the painter's own screen."""
    size = min(rect.width(), rect.height())
    corner = rect.center() - QPoint((size - 1) // 2, (size - 1) // 2)
    painter.drawPixmap(corner, pixmap(name, color, size, painter.device().devicePixelRatioF()))


class _SvgEngine(QIconEngine):
    """Draws one SVG in the colour that fits the state."""

    def __init__(self, name: str, off: str, on: str) -> None:
        super().__init__()
        self._icon, self._off, self._on = name, off, on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_icon(painter, rect, self._icon, self._token(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        color = theme.current().colors[self._token(mode, state)]
        return _picture(self._icon, color, size, scale)

    def clone(self) -> QIconEngine:
        return _SvgEngine(self._icon, self._off, self._on)

    def _token(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return "disabled"
        return self._on if state == QIcon.State.On else self._off


@cache
def icon(name: str, color: str = "dim", on: str = "") -> QIcon:
    """The icon `name` in the token `color`; `on` is its token when checked or selected (the same by default).

    Raises:
        FileNotFoundError: there is no such icon.
    """
    svg_source(name)
    return QIcon(_SvgEngine(name, color, on or color))


def app_icon() -> QIcon:
    """The program's own icon for windows and task bars."""
    result = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        result.addPixmap(_picture("reelmark", "#000000", QSize(size, size), 1.0))
    return result
