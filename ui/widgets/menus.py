"""What menus have in common."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from ui.widgets.tips import tip

_WHY_NOT, _FOUND_BY = "why_not", "found_by"


def menu_text(text: str) -> str:
    """A name as a menu or a button shows it: an ampersand would mark a key."""
    return text.replace("&", "&&")


def lock(action: QAction, why_not: str) -> None:
    """Let an action be used, or not and say why; its menu shows the reason as a tool tip, the palette beside it."""
    action.setEnabled(not why_not)
    action.setProperty(_WHY_NOT, why_not)
    menu = action.parent()
    if why_not and isinstance(menu, QMenu):
        action.setToolTip(tip(why_not))
        menu.setToolTipsVisible(True)


def find_by(action: QAction, words: str) -> None:
    """Let the palette find an action by more words than those of its name."""
    action.setProperty(_FOUND_BY, words)


def found_by(action: QAction) -> str:
    """The words that `find_by` gave; empty for none."""
    return str(action.property(_FOUND_BY) or "")


def why_locked(action: QAction) -> str:
    """Why an action cannot be used, where `lock` was told so; else empty."""
    return "" if action.isEnabled() else str(action.property(_WHY_NOT) or "")
