"""A combo box of drives; those that are not connected say so."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from app.model.drives import Drive
from ui import icons


class DriveBox(QComboBox):
    """Chooses one of some drives."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Drive")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._drives: tuple[Drive, ...] = ()

    def drives(self) -> tuple[Drive, ...]:
        """What can be chosen."""
        return self._drives

    def drive(self) -> Drive | None:
        """The chosen drive."""
        place = self.currentIndex()
        return self._drives[place] if 0 <= place < len(self._drives) else None

    def show_drives(self, drives: Sequence[Drive], wanted: str) -> None:
        """Offer these; the one of the id `wanted` is chosen, else the first. No signal tells it."""
        self._drives = tuple(drives)
        before = self.blockSignals(True)
        self.clear()
        for drive in drives:
            sign = icons.icon("drive", "pass_text") if drive.online else icons.icon("drive", "dim")
            self.addItem(sign, drive.label if drive.online else f"{drive.label} · offline")
        places = [place for place, drive in enumerate(drives) if drive.id == wanted]
        self.setCurrentIndex(places[0] if places else 0 if drives else -1)
        self.blockSignals(before)
