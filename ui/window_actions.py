"""Actions gathered from menus and pages: for the command palette and for the list of keys."""

from collections.abc import Iterable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ui.widgets.command_palette import Command
from ui.widgets.menus import why_locked


def actions_of(widget: QWidget) -> list[QAction]:
    """All actions of a page and of the widgets in it, each once."""
    return list(dict.fromkeys([*widget.actions(), *widget.findChildren(QAction)]))


def commands(actions: Iterable[QAction], place: str) -> list[Command]:
    """Those that can be used now or say why not, sub-menus included, as lines of the palette under `place`.

    Of several that are called alike (lists that can be copied from) the one in sight is meant.
    """
    seen = (a for a in actions if a.text() and not a.isSeparator() and a.isVisible())
    plain = [a for a in seen if a.isEnabled() or why_locked(a)]
    alike: dict[str, QAction] = {}
    for action in plain:
        if action.text() not in alike or not _in_sight(alike[action.text()]):
            alike[action.text()] = action
    found = []
    for action in alike.values():
        menu = action.menu()
        if isinstance(menu, QMenu):
            found += commands(menu.actions(), f"{place} · {action.text().replace('&&', '&')}")
        else:
            found.append(Command.of(action, place))
    return found


def _in_sight(action: QAction) -> bool:
    """Whether the widget that an action belongs to can be seen; one that belongs to none always can."""
    owner = action.parent()
    return not isinstance(owner, QWidget) or isinstance(owner, QMenu) or owner.isVisible()


def key_list(actions: Iterable[QAction]) -> tuple[tuple[str, str], ...]:
    """`(keys, words)` of the actions that have keys; several keys of one action are parted by a space."""
    found = {}
    for action in actions:
        keys = " ".join(sequence.toString() for sequence in action.shortcuts())
        if keys and action.text():
            found[keys] = Command.of(action).text
    return tuple(found.items())
