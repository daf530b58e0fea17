"""Buttons in their roles, with icons that follow the theme and the key that presses them."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDialog, QPushButton, QStyle, QStyleOptionButton, QStylePainter, QToolButton, QWidget

from ui import icons
from ui.widgets.labels import key_cap_size, paint_key_cap

_TOKENS = {"primary": "on_accent", "pass": "pass_text", "fail": "fail_text", "link": "accent_text"}
_CAP_GAP = 10
_CAP_EDGE = 10


class KeyButton(QPushButton):
    """A push button that shows its key as a cap at its right end.

    Args:
        text: the label, without the key.
        role: "" (plain), "primary" (one on a screen), "pass", "fail", "flat", "link", "choice" (one of several) or
            "inverse".
        icon: name of an icon, or "".
        key: the key as shown, or "". It is shown only: the owner makes the shortcut.
    """

    def __init__(
        self, text: str, *, role: str = "", icon: str = "", key: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._key, self._role = key, role
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self.setAccessibleName(text)
        if key:
            self.setToolTip(f"{text} ({key})")
        if icon:
            self.setIcon(icons.icon(icon, _TOKENS.get(role, "dim")))
            self.setIconSize(QSize(22, 16))

    def sizeHint(self) -> QSize:
        """Room for the text and the cap."""
        hint = super().sizeHint()
        if self._key:
            hint.setWidth(hint.width() + key_cap_size(self._key).width() + _CAP_GAP)
        return hint

    def minimumSizeHint(self) -> QSize:
        """The same: a button's words are never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the style draw the button; with a key, keep its words clear of the cap."""
        if not self._key:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        option.rect = self.rect().adjusted(0, 0, -(key_cap_size(self._key).width() + _CAP_GAP), 0)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
        cap = key_cap_size(self._key)
        left = self.width() - _CAP_EDGE - cap.width()
        chosen = "on_accent" if self._role == "choice" and self.isChecked() else ""
        token = chosen or _TOKENS.get(self._role, "dim") if self.isEnabled() else "disabled"
        line = token if chosen or self._role in _TOKENS else "control"
        rect = QRectF(left, (self.height() - cap.height()) / 2, cap.width(), cap.height())
        paint_key_cap(painter, rect, self._key, token, line)


def answer_enter(dialog: QDialog, default: QPushButton) -> None:
    """Let Enter press the button that has the focus, else this one."""
    for button in dialog.findChildren(QPushButton):
        button.setAutoDefault(True)
    default.setDefault(True)


def tool_button(
    icon: str, name: str, *, key: str = "", text: str = "", checkable: bool = False, size: int = 18
) -> QToolButton:
    """A flat button of an icon.

    Args:
        icon: name of the icon.
        name: what it does, for the tool tip and for screen readers.
        key: its key, as shown in the tool tip.
        text: words beside the icon, or "".
        checkable: whether it stays down.
        size: edge of the icon in logical pixels.
    """
    button = QToolButton()
    button.setIcon(icons.icon(icon, "dim", "accent_text"))
    button.setIconSize(QSize(size, size))
    button.setToolTip(f"{name} ({key})" if key else name)
    button.setAccessibleName(name)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setProperty("hasText", "true")
    return button
