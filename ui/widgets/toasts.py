"""Passing notices at the bottom right. They never take the focus and go by themselves."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui import icons, theme
from ui.widgets.buttons import KeyButton, tool_button

_EDGE = 16
_GAP = 8
_MOST = 4
_TOKENS = {"pass": "pass_text", "warning": "stale_text", "error": "fail_text", "info": "accent_text"}


@dataclass(frozen=True, slots=True)
class ToastView:
    """What a toast says.

    Attributes:
        text: one sentence.
        kind: "info", "pass", "warning" or "error".
        action: words of its button (`Open folder`), or "".
        key: what `action_clicked` gives back, such as a path.
        seconds: how long it stays; 0 keeps it until it is closed.
    """

    text: str
    kind: str = "info"
    action: str = ""
    key: str = ""
    seconds: float = 6.0


class Toast(QWidget):
    """One notice. Its time stands still while the pointer is on it."""

    acted = Signal()
    gone = Signal()

    def __init__(self, view: ToastView, parent: QWidget) -> None:
        super().__init__(parent)
        self.view = view
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAccessibleName(view.text)
        label = QLabel(view.text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        width = min(320, label.fontMetrics().horizontalAdvance(view.text) + 4)
        label.setMinimumWidth(width)
        label.setMaximumWidth(320)
        self.action = KeyButton(view.action, role="link")
        self.action.setVisible(bool(view.action))
        self.action.clicked.connect(self._act)
        self.close_button = tool_button("close", "Close", size=14)
        self.close_button.clicked.connect(self.gone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(40, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(label, 1)
        layout.addWidget(self.action)
        layout.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.timer = QTimer(self, singleShot=True, interval=round(view.seconds * 1000))
        self.timer.timeout.connect(self.gone)
        if view.seconds:
            self.timer.start()

    def enterEvent(self, _event: QEnterEvent) -> None:
        """The reader is here: wait."""
        self.timer.stop()

    def leaveEvent(self, _event: QEvent) -> None:
        """Start the time again."""
        if self.view.seconds:
            self.timer.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A raised card with the sign of its kind."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.color("control"), 1))
        painter.setBrush(look.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        square = QRect(12, (self.height() - 18) // 2, 18, 18)
        icons.paint_icon(painter, square, self.view.kind, _TOKENS.get(self.view.kind, "dim"))

    def _act(self) -> None:
        self.acted.emit()
        self.gone.emit()


class Toasts(QObject):
    """The pile of toasts over `host`, newest at the bottom, `_MOST` at a time.

    Args:
        host: the widget whose children they become.
        area: the part of `host` in whose bottom right corner they lie; the host itself by default.
    """

    action_clicked = Signal(str)
    """The `key` of the toast whose button was pressed."""

    def __init__(self, host: QWidget, area: QWidget | None = None) -> None:
        super().__init__(host)
        self._host, self._area = host, area or host
        self._foot: QWidget | None = None
        self._shown: list[Toast] = []
        self._area.installEventFilter(self)

    def show_toast(self, view: ToastView) -> None:
        """Show a toast; the oldest goes when there are too many."""
        toast = Toast(view, self._host)
        toast.acted.connect(self._acted)
        toast.gone.connect(self._gone)
        self._shown.append(toast)
        while len(self._shown) > _MOST:
            self._drop(self._shown[0])
        toast.adjustSize()
        toast.show()
        self._place()
        QAccessible.updateAccessibility(QAccessibleEvent(toast, QAccessible.Event.Alert))

    def set_foot(self, foot: QWidget | None) -> None:
        """Stay above `foot`, a bar at the foot of the area; None for no bar."""
        self._foot = foot
        self._place()

    def shown(self) -> tuple[Toast, ...]:
        """The toasts in sight, oldest first."""
        return tuple(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the area."""
        if watched is self._area and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def _place(self) -> None:
        corner = self._area.mapTo(self._host, self._area.rect().bottomRight())
        bottom = corner.y() + 1 - _EDGE - (self._foot.height() if self._foot is not None else 0)
        for toast in reversed(self._shown):
            size: QSize = toast.size()
            toast.move(corner.x() + 1 - _EDGE - size.width(), bottom - size.height())
            toast.raise_()
            bottom -= size.height() + _GAP

    def _drop(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            toast.timer.stop()
            toast.hide()
            toast.deleteLater()
            self._place()

    def _acted(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self.action_clicked.emit(toast.view.key)

    def _gone(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self._drop(toast)
