"""Shows one picture, or says honestly why there is none."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.widgets import viewer_sound
from ui.widgets.viewer_frame import PictureInfo, SoundInfo, ViewerState, fit_scale, readout
from ui.widgets.viewer_messages import paint_message
from ui.widgets.viewer_overlays import Corners, paint_corners

PixelReader = Callable[[int, int], Sequence[float] | None]
_CHECKER = 8
_MOST_ZOOM = 64.0
_STEP = 1.25
_MARGIN = 12
_LEAST_FOR_MARGIN = 320


class FrameViewer(QWidget):
    """A picture with fit and 1:1, zoom about the pointer, panning, a pixel readout and honest states.

    At 100 % one pixel of the file is one pixel of the screen. Keys: 0 fit, 1 is left to the page, + and - zoom.
    """

    zoom_changed = Signal(float)
    """The scale in screen pixels for each pixel of the file."""
    pixel_hovered = Signal(int, int)
    """The pixel of the file under the pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewerState.NOTHING
        self._words: tuple[str, str] = ("Nothing selected", "Choose an asset to look at it.")
        self._image, self._info = QImage(), PictureInfo()
        self._sound: SoundInfo | None = None
        self._reader: PixelReader | None = None
        self._names: tuple[str, ...] = ("R", "G", "B", "A")
        self._fitting, self._zoom, self._centre = True, 1.0, QPointF()
        self._grip: tuple[QPointF, QPointF] | None = None
        self._hover: QPoint | None = None
        self._checker: tuple[str, QPixmap] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(64, 48)
        self._become(ViewerState.NOTHING)

    def show_nothing(self, title: str = "Nothing selected", text: str = "Choose an asset to look at it.") -> None:
        """Say that there is nothing, and what to do."""
        self._image, self._sound, self._words = QImage(), None, (title, text)
        self._become(ViewerState.NOTHING)

    def show_loading(self, text: str = "Loading…") -> None:
        """Say that a picture is on its way; the last one stays, dimmed, so that the eye keeps its place."""
        self._sound, self._words = None, (text, "")
        self._become(ViewerState.LOADING)

    def show_picture(self, image: QImage, info: PictureInfo | None = None) -> None:
        """Show a picture. Zoom and place stay where the display window has the same size; else it is fitted.

        `Format_RGB32` and `Format_ARGB32_Premultiplied` paint fastest.
        """
        before = self._display().size()
        self._image, self._info, self._sound = image, info or PictureInfo(), None
        if self._display().size() != before:
            self._fitting = True
        self._become(ViewerState.PICTURE)
        self._apply_fit()

    def show_missing(self, frame: int | str, detail: str = "") -> None:
        """Say that the frame has no file. Nothing else is shown in its place."""
        self._image, self._sound, self._words = QImage(), None, (f"Frame {frame} is missing", detail)
        self._become(ViewerState.MISSING)

    def show_error(self, reason: str, title: str = "This cannot be shown") -> None:
        """Say why the file cannot be shown."""
        self._image, self._sound, self._words = QImage(), None, (title, reason)
        self._become(ViewerState.ERROR)

    def show_sound(self, sound: SoundInfo) -> None:
        """Show a waveform."""
        self._image, self._sound, self._words = QImage(), sound, ("", "")
        self._become(ViewerState.SOUND)

    def set_pixel_reader(self, reader: PixelReader | None, names: Sequence[str] = ("R", "G", "B", "A")) -> None:
        """Where the values of the readout come from.

        Args:
            reader: called with x and y of the file (not of a proxy) while the pointer moves; must be quick. None, and a
                reader that gives None, leave the place alone.
            names: names of the values.
        """
        self._reader, self._names = reader, tuple(names)
        self.update()

    def state(self) -> ViewerState:
        """What is shown now."""
        return self._state

    def words(self) -> tuple[str, str]:
        """What stands in the place of a picture: a title and a text; empty texts beside a sound."""
        return self._words

    def fit(self) -> None:
        """Show all of the display window, as large as it goes; follows the size of the widget from now on."""
        self._fitting = True
        self._apply_fit()

    def one_to_one(self) -> None:
        """One pixel of the file on one pixel of the screen, about the middle of the view."""
        self.set_zoom(1.0)

    def set_zoom(self, zoom: float, about: QPointF | None = None) -> None:
        """Zoom to a scale (1.0 is 100 %), keeping the point `about` (widget pixels; the middle by default) in place."""
        if self._image.isNull():
            return
        about = about or QRectF(self.rect()).center()
        kept = self._to_file(about, self._centre)
        self._fitting = False
        self._zoom = min(max(zoom, min(self._fit_zoom(), 1.0) / 4), _MOST_ZOOM)
        sx, sy = self._scales()
        middle = QRectF(self.rect()).center()
        self._centre = QPointF(kept.x() - (about.x() - middle.x()) / sx, kept.y() - (about.y() - middle.y()) / sy)
        self._keep_in_sight()
        self._zoomed()

    def zoom(self) -> float:
        """Screen pixels for each pixel of the file."""
        return self._zoom

    def fitting(self) -> bool:
        """Whether the picture follows the size of the widget."""
        return self._fitting

    def pixel_at(self, place: QPointF) -> QPoint | None:
        """The pixel of the file under a point of the widget; None outside the picture."""
        if self._image.isNull() or self._state != ViewerState.PICTURE:
            return None
        point = self._to_file(place, self._eye())
        pixel = QPoint(int(point.x() // 1), int(point.y() // 1))
        return pixel if self._image_window().contains(pixel) else None

    def corners(self) -> Corners:
        """The texts of the four corners as they stand."""
        if self._state == ViewerState.SOUND and self._sound is not None:
            return Corners(self._sound.name, self._sound.size, "", self._sound.loudness)
        if self._state != ViewerState.PICTURE:
            return Corners()
        display = self._display()
        size = self._info.size or f"{display.width()}×{display.height()}"
        words = ""
        if self._hover is not None:
            values = self._reader(self._hover.x(), self._hover.y()) if self._reader else None
            words = readout(self._hover.x(), self._hover.y(), values, self._names)
        return Corners(self._info.name, f"{size}   {self._zoom * 100:.0f} %", self._info.frame, words)

    def sizeHint(self) -> QSize:
        """Room for a small picture."""
        return QSize(640, 360)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The surround, then what the state asks for."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().color("surround"))
        if not self._image.isNull():
            self._paint_picture(painter)
        if self._state == ViewerState.SOUND and self._sound is not None:
            viewer_sound.paint_sound(painter, QRectF(self.rect()), self._sound)
        elif self._state != ViewerState.PICTURE:
            dimmed = self._state == ViewerState.LOADING and not self._image.isNull()
            paint_message(painter, self.rect(), self._state, *self._words, over_picture=dimmed)
        paint_corners(painter, self.corners(), self.rect())
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again where fitting."""
        super().resizeEvent(event)
        self._apply_fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        notches = event.angleDelta().y() / 120
        if notches and not self._image.isNull():
            self.set_zoom(self._zoom * _STEP**notches, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) and not self._image.isNull():
            self._grip = (event.position(), QPointF(self._centre))
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while held; read the pixel otherwise."""
        if self._grip is not None:
            start, centre = self._grip
            moved = event.position() - start
            sx, sy = self._scales()
            if moved.manhattanLength() > 2:
                self._fitting = False
            if not self._fitting:
                self._centre = QPointF(centre.x() - moved.x() / sx, centre.y() - moved.y() / sy)
                self._keep_in_sight()
        self._hover = self.pixel_at(event.position())
        if self._hover is not None:
            self.pixel_hovered.emit(self._hover.x(), self._hover.y())
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between fit and 1:1 about the pointer."""
        if self._fitting:
            self.set_zoom(1.0, event.position())
        else:
            self.fit()

    def leaveEvent(self, _event: QEvent) -> None:
        """No pixel is under the pointer."""
        self._hover = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom by the keys."""
        actions: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Plus: partial(self.set_zoom, self._zoom * _STEP),
            Qt.Key.Key_Equal: partial(self.set_zoom, self._zoom * _STEP),
            Qt.Key.Key_Minus: partial(self.set_zoom, self._zoom / _STEP),
            Qt.Key.Key_0: self.fit,
        }
        action = actions.get(event.key())
        if action is None:
            super().keyPressEvent(event)
        else:
            action()

    def _display(self) -> QRect:
        return self._info.display_window or QRect(0, 0, self._image.width(), self._image.height())

    def _image_window(self) -> QRect:
        return self._info.image_window or self._display()

    def _scales(self) -> tuple[float, float]:
        """Widget pixels for each pixel of the file, across and down."""
        down = self._zoom / self.devicePixelRatioF()
        return down * (self._info.pixel_aspect or 1.0), down

    def _fit_zoom(self) -> float:
        display = self._display()
        margin = _MARGIN if min(self.width(), self.height()) >= _LEAST_FOR_MARGIN else 0
        room = (self.width() - 2 * margin, self.height() - 2 * margin)
        wide = display.width() * (self._info.pixel_aspect or 1.0)
        return fit_scale(wide, display.height(), *room) * self.devicePixelRatioF()

    def _apply_fit(self) -> None:
        if self._fitting and not self._image.isNull():
            self._zoom = self._fit_zoom()
            self._centre = QRectF(self._display()).center()
            self._zoomed()

    def _zoomed(self) -> None:
        self.zoom_changed.emit(self._zoom)
        self.update()

    def _keep_in_sight(self) -> None:
        """The middle of the view stays inside the picture, so that it can never be lost."""
        whole = self._display().united(self._image_window())
        self._centre.setX(min(max(self._centre.x(), whole.left()), whole.left() + whole.width()))
        self._centre.setY(min(max(self._centre.y(), whole.top()), whole.top() + whole.height()))

    def _eye(self) -> QPointF:
        """The point of the file in the middle of the view.

        From 100 % on it is moved by less than a screen pixel, so that pixels of the file begin on pixels of the screen.
        """
        if self._zoom < 1.0:
            return self._centre
        ratio, middle = self.devicePixelRatioF(), QRectF(self.rect()).center()
        sx, sy = self._scales()
        left = (middle.x() - self._centre.x() * sx) * ratio
        top = (middle.y() - self._centre.y() * sy) * ratio
        return self._centre - QPointF((round(left) - left) / (sx * ratio), (round(top) - top) / (sy * ratio))

    def _to_file(self, place: QPointF, eye: QPointF) -> QPointF:
        sx, sy = self._scales()
        middle = QRectF(self.rect()).center()
        return QPointF(eye.x() + (place.x() - middle.x()) / sx, eye.y() + (place.y() - middle.y()) / sy)

    def _to_widget(self, rect: QRect) -> QRectF:
        sx, sy = self._scales()
        middle, eye = QRectF(self.rect()).center(), self._eye()
        left, top = middle.x() + (rect.left() - eye.x()) * sx, middle.y() + (rect.top() - eye.y()) * sy
        return QRectF(left, top, rect.width() * sx, rect.height() * sy)

    def _paint_picture(self, painter: QPainter) -> None:
        look = theme.current()
        target = self._to_widget(self._image_window())
        if self._image.hasAlphaChannel():
            seen = target.toAlignedRect().intersected(self.rect())
            painter.drawTiledPixmap(seen, self._checker_tile())
        sharp = self._zoom > 1.0 or (self._zoom == 1.0 and self._info.pixel_aspect == 1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not sharp)
        painter.drawImage(target, self._image)
        display, data = self._display(), self._info.data_window
        if display != self._image_window() or (data is not None and data != display):
            painter.setPen(QPen(look.color("surround_line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._to_widget(display))
        if data is not None and data != display:
            self._paint_dashes(painter, self._to_widget(data))

    def _paint_dashes(self, painter: QPainter, rect: QRectF) -> None:
        """Light dashes over a dark line: seen on any picture."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(Qt.GlobalColor.black, 1))
        painter.drawRect(rect)
        pen = QPen(theme.current().color("data_window"), 1)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRect(rect)

    def _checker_tile(self) -> QPixmap:
        look = theme.current()
        if self._checker is None or self._checker[0] != look.name:
            tile = QPixmap(2 * _CHECKER, 2 * _CHECKER)
            tile.fill(look.color("checker_a"))
            painter = QPainter(tile)
            painter.fillRect(0, 0, _CHECKER, _CHECKER, look.color("checker_b"))
            painter.fillRect(_CHECKER, _CHECKER, _CHECKER, _CHECKER, look.color("checker_b"))
            painter.end()
            self._checker = (look.name, tile)
        return self._checker[1]

    def _become(self, state: ViewerState) -> None:
        self._state = state
        if state != ViewerState.PICTURE:
            self._hover = None
        words = self._info.name if state == ViewerState.PICTURE else ". ".join(word for word in self._words if word)
        if state == ViewerState.SOUND and self._sound is not None:
            words = self._sound.name
        self.setAccessibleName("Viewer")
        self.setAccessibleDescription(words)
        self.update()
