"""Where a dialogue that asks for a folder begins."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from ui.window_state import WindowState

#: Under which key of the window's state the folder used last is kept: to scan from, to export to.
SCANNED, EXPORTED = "window/folder", "window/export_folder"


def open_folder(path: str) -> None:
    """Open a folder in the system's file manager; nothing for no path."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def first_folder(state: WindowState, key: str, bases: Sequence[str] = ()) -> str:
    """The folder used last, else the first of these that is there, else the user's own.

    Args:
        state: what the window remembers.
        key: one of `SCANNED` and `EXPORTED`.
        bases: folders that suit, such as the base of the drive that is looked at.
    """
    for folder in (state.text(key), *bases):
        if folder and Path(folder).is_dir():
            return folder
    return str(Path.home())


def remember_folder(state: WindowState, key: str, folder: str) -> None:
    """Begin there the next time."""
    state.set_text(key, folder)
