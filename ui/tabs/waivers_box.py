"""Chooses the waivers that a check counts: none, a file that was used before, or another one."""

from collections import Counter
from collections.abc import Collection
from pathlib import Path, PurePath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.model.names import shown
from ui.tabs.known_policies import WaiverMemory
from ui.widgets.elided_box import ElidedBox
from ui.widgets.tips import tip

_NONE, _OTHER = "", "?"


class WaiversBox(ElidedBox):
    """“None”, the files used last, and “A file…” behind them; a file that is gone is told so where it stands.

    Args:
        memory: what was used before, and with which policy.
    """

    def __init__(self, memory: WaiverMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._memory = memory
        #: File of each line. Data of Qt's would lose what is no Unicode.
        self._files: list[str] = []
        self._gone: set[str] = set()
        self._chosen = _NONE
        self._is_by_hand = False
        self.setAccessibleName("Waivers")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._activated)
        self._fill()

    def file(self) -> str:
        """The chosen file; empty for none."""
        return self._chosen

    def learn(self, gone: Collection[str]) -> None:
        """These files are not there."""
        self._gone.update(gone)
        self._fill()

    def show_used_with(self, policy: str) -> None:
        """Choose what a policy was checked with last; what somebody chose here by hand stays."""
        if not self._is_by_hand:
            self._chosen = self._memory.used(policy)
            self._fill()

    def choose(self, file: str) -> None:
        """Choose a file by hand; none for an empty one."""
        self._chosen, self._is_by_hand = file, True
        self._gone.discard(file)
        self._fill()

    def _activated(self, place: int) -> None:
        chosen = self._files[place]
        if chosen != _OTHER:
            self.choose(chosen)
            return
        self._fill()
        files = [file for file in (self._chosen, *self._memory.files()) if file]
        folder = str(PurePath(files[0]).parent if files else Path.home())
        file, _ = QFileDialog.getOpenFileName(self, "Waivers", folder, "Waivers (*.yaml *.yml)")
        if file:
            self.choose(file)

    def _fill(self) -> None:
        files = list(dict.fromkeys(filter(None, (self._chosen, *self._memory.files()))))
        names = Counter(PurePath(file).name for file in files)
        self._files = [_NONE, *files, _OTHER]
        self.clear()
        self.addItem("None")
        for file in files:
            self.addItem(self._words(file, alone=names[PurePath(file).name] == 1))
            self.setItemData(self.count() - 1, tip(shown(file)), Qt.ItemDataRole.ToolTipRole)
        self.addItem("A file…")
        self.setCurrentIndex(self._files.index(self._chosen))
        why = "Findings that somebody has taken on do not fail; T in QC Review counts the same ones"
        self.setToolTip(tip(shown(self._chosen)) if self._chosen else why)

    def _words(self, file: str, *, alone: bool) -> str:
        path = PurePath(file)
        if file in self._gone:
            return f"{shown(path.name)}: gone from {shown(str(path.parent))}"
        return shown(path.name) if alone else f"{shown(path.name)} in {shown(path.parent.name)}"
