"""Of two sequences: which frame is in sight, and what is to be said of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.files.framerange import parse_frames
from app.model.frames import Frame
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel
from ui.widgets.spin import spin_box

_MOST = (1 << 31) - 1


class FrameChoice(QWidget):
    """A field for the number of a frame, and a way to the frame that differs most. Hidden where there are no frames.

    Frames of fractions are compared too, but only whole numbers can be chosen. A number that neither side has stands
    for the next one in the direction of the step.
    """

    chosen = Signal(int)
    """Somebody chose a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worst: int | None = None
        self._whole: list[int] = []
        self._at = 0
        self.field = spin_box(0, 0, 0, "Frame")
        self.field.setToolTip("Left and Right go to the frame before and after")
        self.field.setKeyboardTracking(False)
        self.worst = KeyButton("", role="link")
        self.worst.setToolTip("The frame with the largest error")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.worst, DimLabel("Frame"), self.field):
            row.addWidget(widget)
        self.field.valueChanged.connect(self._changed)
        self.worst.clicked.connect(self._go_to_worst)
        self.hide()

    def offer(self, frames: Iterable[Frame], frame: Frame | None, worst: Frame | None) -> None:
        """Let one of these frames be chosen.

        Args:
            frames: those that either side has.
            frame: the one in sight; None for none yet.
            worst: the one that differs most; None for none.
        """
        whole = sorted({number for number in frames if isinstance(number, int) and abs(number) < _MOST})
        self.setVisible(bool(whole) and isinstance(frame, int))
        if not whole or not isinstance(frame, int):
            return
        self._whole = whole
        self._worst = worst if isinstance(worst, int) else None
        self.worst.setText(f"Differs most: {worst}")
        self.worst.setVisible(self._worst is not None)
        self.field.blockSignals(True)
        self.field.setRange(whole[0], whole[-1])
        self.field.blockSignals(False)
        self._stand_at(frame)

    def step(self, by: int, _checked: object = None) -> None:
        """Go some frames on, or back."""
        if self.isVisible():
            self.field.stepBy(by)
            self.field.lineEdit().deselect()

    def _changed(self, number: int) -> None:
        if number > self._at:
            place = min(bisect_left(self._whole, number), len(self._whole) - 1)
        else:
            place = max(bisect_right(self._whole, number) - 1, 0)
        before, frame = self._at, self._whole[place]
        self._stand_at(frame)
        if frame != before:
            self.chosen.emit(frame)

    def _stand_at(self, frame: int) -> None:
        self._at = frame
        self.field.blockSignals(True)
        self.field.setValue(frame)
        self.field.blockSignals(False)

    def _go_to_worst(self) -> None:
        if self._worst is not None:
            self.field.setValue(self._worst)


def all_frames(document: Mapping[str, Any]) -> list[Frame]:
    """The frames that either of two sequences has; none of two files."""
    return [frame for key in ("compared", "only_a", "only_b") for frame in _named(document, key)]


def first_in_sight(document: Mapping[str, Any], asked: Frame | None) -> Frame | None:
    """The frame to begin with: the one asked for, the one that differs most, one not compared, the first one."""
    if asked is not None and asked in all_frames(document):
        return asked
    if document.get("picture_frame") is not None:
        found: Frame = document["picture_frame"]
        return found
    for key in ("not_compared", "different", "compared"):
        if there := _named(document, key):
            return there[0]
    return None


def has_frame(document: Mapping[str, Any], key: str, frame: Frame | None) -> bool:
    """Whether a frame is among those that `frames` of a comparison names so (`equal`, `only_a`)."""
    return frame in _named(document, key)


def _named(document: Mapping[str, Any], key: str) -> tuple[Frame, ...]:
    return _parsed(str((document.get("frames") or {}).get(key) or ""))


@lru_cache(maxsize=16)
def _parsed(ranges: str) -> tuple[Frame, ...]:
    """The frames of a range; each step through a sequence asks for the same ones."""
    return parse_frames(ranges) if ranges else ()
