"""The whole window over an engine, for tests of what goes through all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from app.engine import Engine
from ui.front import Front
from ui.main_window import MainWindow


@contextmanager
def opened_front(qtbot: QtBot, engine: Engine, window: MainWindow | None = None) -> Iterator[Front]:
    """The whole window over an engine, shown, with its tabs; `window` where it is there already."""
    window = window or MainWindow()
    qtbot.addWidget(window)
    front = Front(window, lambda: engine)
    with qtbot.waitSignal(front.ready, timeout=20_000):
        window.show()
        front.start()
    try:
        yield front
    finally:
        front.stop()
