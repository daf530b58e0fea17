"""Lasting notices above the pages: one strip each, stacked, with one action and a close cross."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import icons, theme
from ui.widgets.buttons import KeyButton, tool_button
from ui.widgets.labels import PlainLabel
from ui.widgets.menus import menu_text


class BannerKind(StrEnum):
    """Blue: something to know. Yellow: something is missing. Red: something failed and stays so."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_ICON_TOKEN = {BannerKind.INFO: "accent_text", BannerKind.WARNING: "stale_text", BannerKind.ERROR: "fail_text"}


@dataclass(frozen=True, slots=True)
class BannerView:
    """What a banner says. `id` tells banners apart: showing one again replaces it."""

    id: str
    text: str
    kind: BannerKind = BannerKind.INFO
    action: str = ""


class _Strip(QWidget):
    """One banner."""

    acted = Signal()
    closed = Signal()

    def __init__(self, view: BannerView) -> None:
        super().__init__()
        self.view = view
        self.setAccessibleName(f"{view.kind}: {view.text}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        text = PlainLabel(view.text)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.action = KeyButton(menu_text(view.action), role="inverse")
        self.action.setAccessibleName(view.action)
        self.action.setVisible(bool(view.action))
        self.action.clicked.connect(self.acted)
        self.close_button = tool_button("close", "Close this notice", size=16)
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(44, 4, 8, 5)
        layout.setSpacing(8)
        layout.addWidget(text, 1)
        layout.addWidget(self.action)
        layout.addWidget(self.close_button)
        self.setMinimumHeight(38)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color(f"banner_{self.view.kind}"))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), look.color("line"))
        square = QRect(16, (self.height() - 18) // 2, 18, 18)
        icons.paint_icon(painter, square, str(self.view.kind), _ICON_TOKEN[self.view.kind])


class BannerStrip(QWidget):
    """All banners, the gravest on top; takes no room while there is none."""

    action_clicked = Signal(str)
    """The id of the banner whose button was pressed."""
    closed = Signal(str)
    """The id of a banner that the user closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notices")
        self._strips: dict[str, _Strip] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.hide()

    def show_banner(self, view: BannerView) -> None:
        """Show a banner, or replace the one of the same id."""
        if (old := self._strips.get(view.id)) is not None:
            if old.view == view:
                return
            self.remove(view.id)
        strip = _Strip(view)
        strip.acted.connect(self._acted)
        strip.closed.connect(self._closed)
        self._strips[view.id] = strip
        rank = list(BannerKind)
        place = sum(1 for s in self._strips.values() if rank.index(s.view.kind) > rank.index(view.kind))
        self._layout.insertWidget(place, strip)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(strip, QAccessible.Event.Alert))

    def remove(self, banner_id: str) -> None:
        """Take a banner away; nothing happens where there is none of that id."""
        strip = self._strips.pop(banner_id, None)
        if strip is not None:
            self._layout.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        self.setVisible(bool(self._strips))

    def ids(self) -> tuple[str, ...]:
        """The banners that show, in the order in which they came."""
        return tuple(self._strips)

    def sizeHint(self) -> QSize:
        """As high as the banners."""
        return self._layout.sizeHint()

    def _acted(self) -> None:
        strip = self.sender()
        if isinstance(strip, _Strip):
            self.action_clicked.emit(strip.view.id)

    def _closed(self) -> None:
        strip = self.sender()
        if isinstance(strip, _Strip):
            self.remove(strip.view.id)
            self.closed.emit(strip.view.id)
