"""What the window remembers between two starts: geometry, splitters, columns, the last tab, the theme.

Kept in one ini file of the working directory. A missing, damaged or read-only file costs nothing but the memory.
"""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QHeaderView, QMainWindow, QSplitter, QWidget


class WindowState:
    """Reads and writes the ini file. With None for a file nothing is remembered.

    Args:
        file: absolute path of the ini file, or None.
    """

    def __init__(self, file: Path | None) -> None:
        self._settings = QSettings(str(file), QSettings.Format.IniFormat) if file else None

    def text(self, key: str, default: str = "") -> str:
        """A remembered text."""
        value = self._settings.value(key, default) if self._settings is not None else default
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a text."""
        if self._settings is not None:
            self._settings.setValue(key, value)

    def restore_window(self, window: QMainWindow) -> bool:
        """Give a window its place and size; False where none is known."""
        geometry = self._bytes("window/geometry")
        return geometry is not None and window.restoreGeometry(geometry)

    def restore_parts(self, root: QWidget) -> None:
        """Give every splitter and table head below `root` that has an object name its sizes."""
        for splitter in root.findChildren(QSplitter):
            if splitter.objectName() and (state := self._bytes(f"splitters/{splitter.objectName()}")) is not None:
                splitter.restoreState(state)
        for header in root.findChildren(QHeaderView):
            if header.objectName() and (state := self._bytes(_columns(header))) is not None:
                header.restoreState(state)

    def knows_splitter(self, name: str) -> bool:
        """Whether the splitter of that object name was given sizes in an earlier run."""
        return self._bytes(f"splitters/{name}") is not None

    def save(self, window: QMainWindow) -> None:
        """Remember the window and all its parts."""
        if self._settings is None:
            return
        self._settings.setValue("window/geometry", window.saveGeometry())
        for splitter in window.findChildren(QSplitter):
            if splitter.objectName():
                self._settings.setValue(f"splitters/{splitter.objectName()}", splitter.saveState())
        for header in window.findChildren(QHeaderView):
            if header.objectName() and header.count():
                self._settings.setValue(_columns(header), header.saveState())
        self._settings.sync()

    def _bytes(self, key: str) -> QByteArray | None:
        value = self._settings.value(key) if self._settings is not None else None
        return value if isinstance(value, QByteArray) else None


def _columns(header: QHeaderView) -> str:
    """The key of a head's columns; a version with more or fewer of them begins anew: Qt would mix them up."""
    return f"columns/{header.objectName()}.{header.count()}"
