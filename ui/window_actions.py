"""Actions gathered from menus and pages: for the command palette and for the list of keys."""

from collections.abc import Iterable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ui.widgets.command_palette import Command


def actions_of(widget: QWidget) -> list[QAction]:
    """All actions of a page and of the widgets in it, each once."""
    return list(dict.fromkeys([*widget.actions(), *widget.findChildren(QAction)]))


def commands(actions: Iterable[QAction], place: str) -> list[Command]:
    """Those that can be used now, sub-menus included, as lines of the palette under `place`."""
    plain = [a for a in actions if a.text() and not a.isSeparator() and a.isEnabled() and a.isVisible()]
    found = []
    for action in plain:
        menu = action.menu()
        if isinstance(menu, QMenu):
            found += commands(menu.actions(), f"{place} · {action.text().replace('&&', '&')}")
        else:
            found.append(Command.of(action, place))
    return found


def key_list(actions: Iterable[QAction]) -> tuple[tuple[str, str], ...]:
    """`(keys, words)` of the actions that have keys; several keys of one action are parted by a space."""
    found = {}
    for action in actions:
        keys = " ".join(sequence.toString() for sequence in action.shortcuts())
        if keys and action.text():
            found[keys] = Command.of(action).text
    return tuple(found.items())
