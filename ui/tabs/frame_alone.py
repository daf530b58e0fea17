"""Whether a sequence is looked at as a whole, or one of its frames."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.files.framerange import parse_frames
from app.inspection.assetsat import AssetAt
from app.model.frames import Frame
from ui.tabs.compare_reader import file_of
from ui.widgets.buttons import KeyButton
from ui.widgets.spin import spin_box

_MOST = (1 << 31) - 1


class FrameAlone(QWidget):
    """Two choices, the sequence and a frame of it, with a field for its number. Hidden for a single file.

    A sequence of frames with fractions is looked at as a whole, or in the frame that was named.
    """

    changed = Signal()
    """Something else is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asset: AssetAt | None = None
        self._named: Frame | None = None
        self.whole, self.alone = KeyButton("Whole sequence", role="choice"), KeyButton("Frame", role="choice")
        self.field = spin_box(0, 0, 0, "Frame")
        self.field.setKeyboardTracking(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        group = QButtonGroup(self)
        for button in (self.whole, self.alone):
            button.setCheckable(True)
            group.addButton(button)
            row.addWidget(button)
        row.addWidget(self.field)
        row.addStretch(1)
        self.whole.setChecked(True)
        self.alone.toggled.connect(self._toggled)
        self.field.valueChanged.connect(self._step)
        self.hide()

    def offer(self, asset: AssetAt, *, alone: bool = False) -> None:
        """Begin with the whole of another asset, or `alone` with the frame that was named.

        That frame is the first to be chosen in any case.
        """
        self._asset, self._named = asset, asset.frame
        self.setVisible(bool(asset.frames))
        self.blockSignals(True)
        (self.alone if alone and asset.frame is not None else self.whole).setChecked(True)
        self.blockSignals(False)
        whole = self._whole_frames()
        self.field.setVisible(bool(whole))
        self.alone.setVisible(bool(whole) or asset.frame is not None)
        self.alone.setText("Frame" if whole else f"Frame {asset.frame}")
        self.alone.setToolTip("Facts and channels of this frame alone")
        if whole:
            self.field.blockSignals(True)
            self.field.setRange(min(whole), max(whole))
            self.field.setValue(asset.frame if isinstance(asset.frame, int) else min(whole))
            self.field.blockSignals(False)
            self._named = self.field.value()

    def frame(self) -> Frame | None:
        """The frame that is looked at alone; None for the whole asset."""
        return self._named if self.alone.isChecked() else None

    def path(self) -> str:
        """What is looked at: a file, or the pattern of a sequence; empty for nothing."""
        return file_of(self._asset.path, self.frame()) if self._asset is not None else ""

    def _whole_frames(self) -> list[int]:
        frames = parse_frames(self._asset.frames) if self._asset is not None and self._asset.frames else ()
        whole = [frame for frame in frames if isinstance(frame, int) and abs(frame) < _MOST]
        return whole if len(whole) == len(frames) else []

    def _toggled(self, _on: bool) -> None:
        self.changed.emit()

    def _step(self, frame: int) -> None:
        self._named = frame
        if self.alone.isChecked():
            self.changed.emit()
        else:
            self.alone.setChecked(True)
