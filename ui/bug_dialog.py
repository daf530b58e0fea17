"""The one dialogue that says that something of ours went wrong."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget


class BugReporter(QObject):
    """Shows the first bug, and only the first, in the window's thread."""

    happened = Signal(str)
    """Emit from any thread: one line about the bug."""
    told = Signal(int)
    """70, after the dialogue was closed."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._busy = False
        self.happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def _tell(self, line: str) -> None:
        if self._busy:
            return
        self._busy = True
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Critical)
        box.setWindowTitle("Reelmark must close")
        box.setText("Something went wrong in Reelmark itself. What was saved stays saved.")
        box.setInformativeText(f"{line}\n\nThe log holds the details.")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.exec()
        self.told.emit(70)
