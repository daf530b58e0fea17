"""Places that can be gone to, as links in a row that breaks."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import formats
from ui.widgets.buttons import KeyButton
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.labels import DimLabel

#: As many links are shown; how many more there are is said.
MOST_LINKS = 24


class PlaceLinks(QWidget):
    """Links to positions; hidden where there are none."""

    chosen = Signal(object)
    """The position of the link that was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = [KeyButton("", role="link") for _ in range(MOST_LINKS)]
        self._places: list[int] = []
        self._more = DimLabel()
        row = FlowLayout(self, spacing=4)
        for number, button in enumerate(self._buttons):
            button.clicked.connect(partial(self._go, number))
            row.addWidget(button)
        row.addWidget(self._more)
        self.hide()

    @property
    def links(self) -> list[KeyButton]:
        """Those that lead somewhere."""
        return self._buttons[: len(self._places)]

    def set_places(self, places: Sequence[tuple[str, int]]) -> None:
        """Show other places: words and position of each."""
        shown = places[:MOST_LINKS]
        self._places = [position for _, position in shown]
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(shown))
            words = shown[number][0] if number < len(shown) else ""
            button.setText(words)
            button.setAccessibleName(f"Go to {words}")
        self._more.setText(f"and {formats.count(len(places) - len(shown))} more")
        self._more.setVisible(len(places) > len(shown))
        self.setVisible(bool(places))

    def _go(self, number: int, _checked: bool = False) -> None:
        self.chosen.emit(self._places[number])
