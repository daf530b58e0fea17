"""What touches drives by their paths, which may take for ever where a share is gone: never in the window's thread.

The threads are daemons: one that hangs is left behind when the window closes.
"""

import os
import threading

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.model.names import shown


class Errands(QObject):
    """Opens files and folders in the system's programs."""

    refused = Signal(str)
    """Why something could not be opened, as a sentence."""
    _there = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._stopped = False
        self._there.connect(self._open)

    def open(self, path: str) -> None:
        """Open a file or folder with what the system has for it."""
        threading.Thread(target=self._check, args=(path,), name="open", daemon=True).start()

    def stop(self) -> None:
        """Say nothing more."""
        with self._lock:
            self._stopped = True

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
