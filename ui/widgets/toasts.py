"""Passing notices in the status bar. They never take the focus, cover nothing and go by themselves."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui import icons, theme
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.labels import ElidedLabel

_GAP = 8
_MOST = 3
_HEIGHT = 26
_WIDEST = 520
_OTHERS = 260
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
        self.label = ElidedLabel(view.text, Qt.TextElideMode.ElideRight)
        self.action = KeyButton(view.action, role="link")
        self.action.setVisible(bool(view.action))
        self.action.clicked.connect(self._act)
        self.close_button = tool_button("close", "Close", size=12)
        self.close_button.clicked.connect(self.gone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(32, 0, 4, 0)
        layout.setSpacing(6)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.action)
        layout.addWidget(self.close_button)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setMaximumWidth(_WIDEST)
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
        square = QRect(8, (self.height() - 16) // 2, 16, 16)
        icons.paint_icon(painter, square, self.view.kind, _TOKENS.get(self.view.kind, "dim"))

    def _act(self) -> None:
        self.acted.emit()
        self.gone.emit()


class Toasts(QWidget):
    """The toasts side by side, newest at the right, as many as there is room for.

    They have a place of their own in the status bar: over a page they would lie on what is worked with.
    """

    action_clicked = Signal(str)
    """The `key` of the toast whose button was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notices that pass")
        self._shown: list[Toast] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 2, 0, 2)
        self._row.setSpacing(_GAP)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT + 4)

    def show_toast(self, view: ToastView) -> None:
        """Show a toast; the oldest goes when there are too many."""
        toast = Toast(view, self)
        toast.acted.connect(self._acted)
        toast.gone.connect(self._gone)
        self._shown.append(toast)
        self._row.addWidget(toast)
        toast.show()
        while len(self._shown) > self._most():
            self._drop(self._shown[0])
        QAccessible.updateAccessibility(QAccessibleEvent(toast, QAccessible.Event.Alert))

    def shown(self) -> tuple[Toast, ...]:
        """The toasts in sight, oldest first."""
        return tuple(self._shown)

    def _most(self) -> int:
        """How many there is room for beside the other texts of the bar."""
        return max(1, min(_MOST, (self.window().width() - _OTHERS) // (_WIDEST + _GAP)))

    def _drop(self, toast: Toast) -> None:
        if toast in self._shown:
            self._shown.remove(toast)
            self._row.removeWidget(toast)
            toast.timer.stop()
            toast.hide()
            toast.deleteLater()

    def _acted(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self.action_clicked.emit(toast.view.key)

    def _gone(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast):
            self._drop(toast)
