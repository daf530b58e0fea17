"""Waiting for signals of other threads.

pytest-qt's `waitSignal` connects a plain Python object. A signal of another thread comes through Qt's event queue, and
one that is still in it when such a receiver was disconnected and freed ends the process. A QObject takes its events
with it.
"""

from typing import Any

from PySide6.QtCore import QObject


class Heard(QObject):
    """Counts how often a signal came, and keeps what it last said.

    Args:
        signal: of an object that lives in, or emits from, another thread.
    """

    def __init__(self, signal: Any) -> None:
        super().__init__()
        self.times = 0
        self.last: tuple[Any, ...] = ()
        signal.connect(self.hear)

    def hear(self, *arguments: Any) -> None:
        """The slot."""
        self.times += 1
        self.last = arguments
