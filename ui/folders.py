"""Where a dialogue that asks for a folder begins."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from app.jobs.looking import folders_there
from app.mounts import may_hang
from ui.window_state import WindowState

#: Under which key of the window's state the folder used last is kept: to scan from, to export to, to inspect from.
SCANNED, EXPORTED, INSPECTED = "window/folder", "window/export_folder", "window/inspect_folder"


def open_folder(path: str) -> None:
    """Open a folder in the system's file manager; nothing for no path."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def find_first_folder(
    owner: QObject, state: WindowState, key: str, then: Callable[[str], None], bases: Sequence[str] = ()
) -> None:
    """Tell the folder used last, else the first of these that is there, else the user's own.

    It is told at once, unless one of them lies on a share: that is asked in a thread, since it may never answer.

    Args:
        owner: gone, it is not told any more.
        state: what the window remembers.
        key: one of `SCANNED`, `EXPORTED` and `INSPECTED`.
        then: called with the folder, in the window's thread.
        bases: folders that suit, such as the base of the drive that is looked at.
    """
    folders = [folder for folder in (state.text(key), *bases) if folder]
    if may_hang(folders):
        _Look(owner, folders, then).start()
    else:
        then(_first_of(folders))


class _Look(QObject):
    """Looks for the first folder in a thread of its own, for two seconds at most."""

    _found = Signal(str)

    def __init__(self, owner: QObject, folders: list[str], then: Callable[[str], None]) -> None:
        super().__init__(owner)
        self._folders, self._then = folders, then
        self._found.connect(self._tell)

    def start(self) -> None:
        threading.Thread(target=self._run, name="first folder", daemon=True).start()

    def _run(self) -> None:
        folder = _first_of(self._folders)
        with suppress(RuntimeError):  # the window may have gone meanwhile
            self._found.emit(folder)

    def _tell(self, folder: str) -> None:
        self._then(folder)
        self.deleteLater()


def _first_of(folders: list[str]) -> str:
    there = folders_there(folders)
    return next((folder for folder in folders if there[folder]), str(Path.home()))


def remember_folder(state: WindowState, key: str, folder: str) -> None:
    """Begin there the next time."""
    state.set_text(key, folder)
