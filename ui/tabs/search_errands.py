"""What touches drives by their paths, which may take for ever where a share is gone: never in the window's thread.

The threads are daemons: one that hangs is left behind when the window closes.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.errors import AppError
from app.model.drives import Drive
from app.model.names import shown

_LOOK_EVERY_MS = 10_000

_log = logging.getLogger(__name__)


class Errands(QObject):
    """Looks which drives are connected, and opens files and folders in the system's programs.

    Args:
        look: gives drives as they are now.
    """

    looked = Signal(object)
    """The drives as they are now: a dictionary by id."""
    refused = Signal(str)
    """Why something could not be opened, as a sentence."""
    _there = Signal(str)

    def __init__(self, look: Callable[[Sequence[Drive]], list[Drive]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look_up = look
        self._lock = threading.Lock()
        self._stopped = False
        self._drives: tuple[Drive, ...] = ()
        self._looking = threading.Lock()
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._there.connect(self._open)

    def watch(self, drives: Sequence[Drive]) -> None:
        """Look at these drives now and every ten seconds."""
        if [(drive.id, drive.base) for drive in drives] == [(drive.id, drive.base) for drive in self._drives]:
            return
        self._drives = tuple(drives)
        self._timer.start()
        self._start("look", self._look_at, self._drives)

    def open(self, path: str) -> None:
        """Open a file or folder with what the system has for it."""
        self._start("open", self._check, path)

    def stop(self) -> None:
        """Say nothing more."""
        self._timer.stop()
        with self._lock:
            self._stopped = True

    def _start(self, name: str, run: Callable[..., None], *args: object) -> None:
        threading.Thread(target=run, args=args, name=name, daemon=True).start()

    def _look(self) -> None:
        """Look again, unless the look before still stands somewhere."""
        if not self._looking.locked():
            self._start("look", self._look_at, self._drives)

    def _look_at(self, drives: Sequence[Drive]) -> None:
        with self._looking:
            try:
                found = self._look_up(drives)
            except AppError as error:
                _log.warning("What is connected was not learnt: %s", error.message)
                return
        self._say(self.looked, {drive.id: drive for drive in found})

    def _check(self, path: str) -> None:
        if os.path.exists(path):  # noqa: PTH110 - a path may be no valid text
            self._say(self._there, path)
        else:
            self._say(self.refused, f"{shown(path)} is not there. Is its drive connected?")

    def _say(self, signal: object, value: object) -> None:
        with self._lock:
            if not self._stopped:
                signal.emit(value)  # type: ignore[attr-defined]

    def _open(self, path: str) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
            self.refused.emit(f"The system has no program that opens {shown(path)}.")
