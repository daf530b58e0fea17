"""A number with its name, as the live counters of a scan show it."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui import icons, theme
from ui.widgets.labels import DimLabel, PlainLabel

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_PAD = 12
_SIGN = 14


class StatCard(QFrame):
    """Label above, number below, in tabular figures.

    Args:
        label: what is counted.
        value: the text of the number.
        state: "", "accent", "pass", "fail" or "stale": colours a number that is not zero.
    """

    clicked = Signal()
    """A card that opens something was pressed, by mouse or key."""

    def __init__(self, label: str, value: str = "0", state: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._opens = ""
        self._label = DimLabel(label)
        self._value = PlainLabel()
        self._value.setFont(theme.ui_font(1.2, bold=True, numbers=True))
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(_PAD, 8, _PAD, 8)
        self._layout.setSpacing(2)
        self._layout.addWidget(self._label)
        self._layout.addWidget(self._value)
        self._state = state
        self.set_value(value)

    def set_value(self, value: str, state: str | None = None) -> None:
        """Show another number; `state` replaces the card's colour where given."""
        if state is not None:
            self._state = state
        shown_state = "" if value in ("", "0") else self._state
        self._value.setText(value or "–")
        if self._value.property("state") != shown_state:
            self._value.setProperty("state", shown_state)
            self._value.style().unpolish(self._value)
            self._value.style().polish(self._value)
        self._name()

    def set_opens(self, words: str) -> None:
        """Let the card open something, said by `words` (`List the missing files`); "" for nothing."""
        if words == self._opens:
            return
        self._opens = words
        self.setToolTip(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if words else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if words else Qt.CursorShape.ArrowCursor)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction if words else selectable)
        self._layout.setContentsMargins(_PAD, 8, _PAD + (_SIGN if words else 0), 8)
        self._value.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, bool(words))
        self._name()
        self.update()

    def opens(self) -> str:
        """What the card opens, in words; "" for nothing."""
        return self._opens

    def value(self) -> str:
        """The text of the number."""
        return self._value.text()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open with a click."""
        inside = QRectF(self.rect()).contains(QPointF(event.position()))
        if self._opens and inside and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or Space."""
        if self._opens and event.key() in _KEYS:
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A sign at the right where the card opens something, a ring where it has the keys."""
        super().paintEvent(event)
        painter = QPainter(self)
        if self._opens:
            top = self._label.geometry().center().y()
            icons.paint_icon(painter, QRect(self.width() - _SIGN - 6, top - 7, _SIGN, 14), "chevron-right", "dim")
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()))

    def _name(self) -> None:
        opens = f". {self._opens}" if self._opens else ""
        self.setAccessibleName(f"{self._label.text()}: {self._value.text().replace('–', 'not known yet')}{opens}")
