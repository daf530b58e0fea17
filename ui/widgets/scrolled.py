"""What takes the room that it needs while there is some, and scrolls where there is not."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget


class Scrolled(QScrollArea):
    """A scroll area that is never higher than what is in it.

    Args:
        inside: what is shown.
        name: for screen readers.
    """

    def __init__(self, inside: QWidget, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(name)
        self._content = inside
        self.setWidget(inside)
        self._fit()

    def sizeHint(self) -> QSize:
        """Qt: as high as what is in it."""
        return QSize(super().sizeHint().width(), self._needed())

    def minimumSizeHint(self) -> QSize:
        """Qt: it may be made as low as is wanted."""
        return QSize(super().minimumSizeHint().width(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: another width breaks lines elsewhere."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: what is in it changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _needed(self) -> int:
        inside = self._content
        wide = self.viewport().width()
        return inside.heightForWidth(wide) if inside.hasHeightForWidth() else inside.sizeHint().height()

    def _fit(self) -> None:
        needed = self._needed()
        if self.maximumHeight() != needed:
            self.setMaximumHeight(needed)
            self.updateGeometry()
