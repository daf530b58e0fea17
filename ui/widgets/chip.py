"""Filter chips: small pills that are on or off, may carry a menu and may be cleared."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from ui import icons, theme

_HEIGHT = 26
_PAD = 12
_CROSS = 12


class Chip(QAbstractButton):
    """A pill with a name and, when a value is set, `Name: value`.

    A chip without a menu toggles with a click or Space. One with a menu opens it; the owner then calls `set_value`.
    A chip that is on and removable shows a cross; the cross, Delete and Backspace clear it.

    Args:
        name: what it filters by.
        removable: whether it can be cleared by its cross (never for a choice of which one is always on).
        menu: opened on a click; the chip takes no other action then.
    """

    removed = Signal()

    def __init__(
        self, name: str, *, removable: bool = False, menu: QMenu | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._value, self._removable = name, "", removable
        self._menu: QMenu | None = None
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.toggled.connect(self._changed)
        self.set_menu(menu)
        self._changed()

    def set_menu(self, menu: QMenu | None) -> None:
        """Open `menu` on a click from now on, or toggle again with None."""
        self._menu = menu
        self._changed()

    def set_value(self, value: str) -> None:
        """Show `Name: value` and switch on; "" shows the name alone and switches off."""
        self._value = value
        self.setChecked(bool(value))
        self._changed()

    def set_name(self, name: str) -> None:
        """Call it something else."""
        self._name = name
        self._changed()

    def value(self) -> str:
        """The value shown, "" where there is none."""
        return self._value

    def clear(self) -> None:
        """Switch off, forget the value and say so with `removed`."""
        self.set_value("")
        self.removed.emit()

    def open_menu(self) -> None:
        """Open the menu below the chip, where it has one."""
        if self._menu is not None:
            self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def sizeHint(self) -> QSize:
        """As wide as the words and the signs need."""
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 2 * _PAD
        return QSize(wide + (_CROSS + 6 if self._has_cross() or self._menu else 0), _HEIGHT)

    def nextCheckState(self) -> None:
        """A chip with a menu does not toggle by itself."""
        if self._menu is None:
            super().nextCheckState()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the cross clears; elsewhere it toggles or opens the menu."""
        inside = self.rect().contains(event.position().toPoint()) and event.button() == Qt.MouseButton.LeftButton
        on_cross = inside and self._has_cross() and event.position().x() >= self._cross_rect().left() - 4
        if on_cross:
            self.setDown(False)
            self.clear()
            return
        super().mouseReleaseEvent(event)
        if inside:
            self.open_menu()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete clears; Enter, Space and Down open a menu."""
        key = event.key()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._removable and self.isChecked():
            self.clear()
        elif self._menu is not None and key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.open_menu()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A pill: outlined and dim when off, in the accent when on."""
        look = theme.current()
        on, enabled = self.isChecked(), self.isEnabled()
        token = ("accent_text" if on else "text" if self.underMouse() else "dim") if enabled else "disabled"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(look.color("accent" if on and enabled else "line"), 1))
        painter.setBrush(look.color("accent_soft" if on else "hover" if self.underMouse() else "panel"))
        painter.drawRoundedRect(box, _HEIGHT / 2, _HEIGHT / 2)
        painter.setPen(look.color(token))
        words = self.rect().adjusted(_PAD, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self._has_cross():
            icons.paint_icon(painter, self._cross_rect(), "close", token)
        elif self._menu:
            icons.paint_icon(painter, self._cross_rect(), "chevron-down", token)
        if self.hasFocus():
            theme.draw_focus_ring(painter, QRectF(self.rect()), _HEIGHT / 2)

    def _has_cross(self) -> bool:
        return self._removable and self.isChecked()

    def _cross_rect(self) -> QRect:
        return QRect(self.width() - _PAD - _CROSS + 3, (_HEIGHT - _CROSS) // 2, _CROSS, _CROSS)

    def _changed(self) -> None:
        self.setText(f"{self._name}: {self._value}" if self._value else self._name)
        self.setAccessibleName(self.text() + (", filter on" if self.isChecked() else ", filter off"))
        self.updateGeometry()
        self.update()
