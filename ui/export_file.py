"""Asks for the file that something is exported to: nothing is written before it was named."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ui.desk import Desk
from ui.folders import EXPORTED, find_first_folder, remember_folder

_LONGEST = 120


def ask_export_file(
    desk: Desk, parent: QWidget, title: str, name: str, kind: str, then: Callable[[str], object]
) -> None:
    """Ask in the folder that was exported to last, at first in that of exports.

    Args:
        desk: what the window remembers, and the folder of exports.
        parent: the widget that asks.
        title: what is exported.
        name: that is proposed, with its suffix.
        kind: of files, in words (`JSON lines`).
        then: called with the file; not at all where nobody named one.
    """
    ask = partial(_ask, desk, parent, title, name, kind, then)
    find_first_folder(parent, desk.window.state, EXPORTED, ask, [str(desk.engine.home.exports)])


def ask_export_folder(desk: Desk, parent: QWidget, title: str, then: Callable[[str], object]) -> None:
    """Ask for the folder that several files are exported into, as `ask_export_file`."""
    ask = partial(_ask_folder, desk, parent, title, then)
    find_first_folder(parent, desk.window.state, EXPORTED, ask, [str(desk.engine.home.exports)])


def safe_name(words: str) -> str:
    """A name for a file out of any words: letters, digits, dot, dash and underscore; never empty, never hidden."""
    kept = re.sub(r"[^\w.-]+", "_", words)
    return re.sub(r"_*\.[_.]*", ".", kept).strip("._-")[:_LONGEST].rstrip("._-") or "export"


def _ask(
    desk: Desk, parent: QWidget, title: str, name: str, kind: str, then: Callable[[str], object], folder: str
) -> None:
    file, _ = QFileDialog.getSaveFileName(parent, title, str(Path(folder) / name), f"{kind} (*{Path(name).suffix})")
    if file:
        remember_folder(desk.window.state, EXPORTED, str(Path(file).parent))
        then(file)


def _ask_folder(desk: Desk, parent: QWidget, title: str, then: Callable[[str], object], start: str) -> None:
    folder = QFileDialog.getExistingDirectory(parent, title, start)
    if folder:
        remember_folder(desk.window.state, EXPORTED, folder)
        then(folder)
