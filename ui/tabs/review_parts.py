"""Queue, picture and inspector of the review beside each other."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from ui.window_state import WindowState

_NAME = "review_parts"


class ReviewParts(QSplitter):
    """Gives queue and inspector their share of a window, until somebody says how much they shall have.

    Only that is remembered: it goes by its name, which the splitter has from then on.
    """

    def __init__(self, state: WindowState) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._arranged = state.knows_splitter(_NAME)
        self.setObjectName(_NAME if self._arranged else "")
        self.splitterMoved.connect(self._arrange)

    def fit(self, whole: int) -> None:
        """Share out the width of the window."""
        if not self._arranged:
            left, right = min(max(220, whole // 5), 380), min(max(250, whole * 4 // 15), 560)
            self.setSizes([left, whole - left - right, right])

    def _arrange(self) -> None:
        self._arranged = True
        self.setObjectName(_NAME)
