"""The keys of the review: its actions, and which widgets keep their own keys."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QTreeView,
    QWidget,
)

from ui import icons

#: Looks into the frame in sight; where no tab has one, into a file that is asked for.
INSPECT_KEY = "Ctrl+I"

_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_WALK = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End}
_SIDES = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_PRESS = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_CLOSING = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_F4}
_TEXT = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


def keeps_key(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget with the focus needs a key itself, so that no action may take it.

    A text field keeps every key that is no command; a box to choose from keeps letters too, since typing chooses (it
    gets the focus by the Tab key alone, so that after a click letters are commands again). Lists keep those keys that
    walk through them, buttons those that press.
    """
    if isinstance(focus, QComboBox) and focus.isEditable():
        focus = focus.lineEdit()
    if isinstance(focus, _TEXT):
        return not event.modifiers() & _COMMANDS
    key = event.key()
    if isinstance(focus, QTreeView):
        return key in _WALK | _ENDS | _SIDES
    if isinstance(focus, QAbstractItemView):
        return key in _WALK
    if isinstance(focus, QComboBox):
        typed = event.text().isprintable() and bool(event.text()) and not event.modifiers() & _COMMANDS
        return typed or key in _WALK | _ENDS
    if isinstance(focus, QTabBar):
        return key in _SIDES
    return isinstance(focus, QAbstractButton) and key in _PRESS


class _PopupKeys(QObject):
    """While the list of a combo box is open, every key is its own: it is a window, so the tab is not asked."""

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Keep keys from becoming actions, but for those by which Qt itself closes the list at this moment."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in _CLOSING:
                return False
            event.accept()
            return True
        return False


def keep_popup_keys(*boxes: QComboBox) -> None:
    """Let the open lists of combo boxes have their keys."""
    for box in boxes:
        keeper = _PopupKeys(box)
        view = box.view()
        view.installEventFilter(keeper)
        container = view.parentWidget()
        if container is not None:
            container.installEventFilter(keeper)


def make_action(owner: QWidget, text: str, keys: str | Iterable[str], icon: str, slot: Callable[[], object]) -> QAction:
    """An action of `owner` that works wherever the focus lies inside it.

    Args:
        owner: the tab.
        text: its words in the palette and in the list of keys.
        keys: its key, or several.
        icon: name of an icon, or "".
        slot: called without arguments.
    """
    action = QAction(text, owner)
    if icon:
        action.setIcon(icons.icon(icon))
    listed = [keys] if isinstance(keys, str) else list(keys)
    action.setShortcuts([QKeySequence(key) for key in listed if key])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.setToolTip(f"{text} ({', '.join(listed)})" if listed and listed[0] else text)
    action.triggered.connect(lambda _checked=False: slot())
    owner.addAction(action)
    return action
