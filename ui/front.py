"""Brings the engine to the window: opened in the background, closed at the end."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Signal

from app.engine import Engine
from app.errors import AppError
from ui.main_window import MainWindow
from ui.widgets.banner import BannerKind, BannerView

_log = logging.getLogger(__name__)


class EngineOpener(QThread):
    """Opens the engine once; tells `opened` or `failed`, exactly one of them.

    Args:
        open_engine: does the work; runs in the thread.
    """

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, open_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = open_engine

    def run(self) -> None:
        """Qt: the thread's own work."""
        try:
            engine = self._open()
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must always say how it ended
            self.failed.emit(error)
        else:
            self.opened.emit(engine)


class Front(QObject):
    """The window and its engine.

    Args:
        window: the window, shown while the engine opens.
        open_engine: makes the engine.
    """

    ready = Signal(object)
    """The engine, once it is open."""

    def __init__(self, window: MainWindow, open_engine: Callable[[], Engine]) -> None:
        super().__init__(window)
        self.window = window
        self.engine: Engine | None = None
        self._opener = EngineOpener(open_engine, self)
        self._opener.opened.connect(self._opened)
        self._opener.failed.connect(self._failed)

    def start(self) -> None:
        """Begin to open the engine."""
        self._opener.start()

    def stop(self) -> None:
        """Wait for the opening and close the engine."""
        self._opener.wait()
        if self.engine is not None:
            self.engine.close()
            self.engine = None

    def _opened(self, engine: Engine) -> None:
        self.engine = engine
        self.ready.emit(engine)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        _log.error("The catalogue cannot be opened: %s", error.message)
        text = f"The catalogue cannot be opened: {error.message} {error.hint}".rstrip()
        self.window.banners.show_banner(BannerView("engine", text, BannerKind.ERROR))
