"""What the window needs to know of a tab."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class Page:
    """A tab.

    Attributes:
        number: its key for good: Scan is Ctrl+1, Search Ctrl+2, QC Review Ctrl+6.
        title: the word on the tab.
        icon: name of its icon.
        widget: what is shown; its actions, and those of the widgets in it, reach the command palette and F1.
        keys: `(keys, what they do)` for keys that are no actions.
    """

    number: int
    title: str
    icon: str
    widget: QWidget
    keys: tuple[tuple[str, str], ...] = ()
