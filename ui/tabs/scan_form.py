"""What to scan and how: the upper part of the Scan tab."""

from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from app.scanning.request import ScanRequest
from app.settings import Settings
from ui.widgets.buttons import KeyButton
from ui.widgets.labels import DimLabel

_PROFILES = {"auto": "Find out", "ssd": "SSD", "hdd": "HDD", "usb": "USB", "network": "Network"}
_PICTURES = "Keep small pictures of media, to look at while the drive is on the shelf"
_MODES = {"delta": "Delta: what changed", "full": "Full: read everything again"}


class ScanForm(QFrame):
    """Fields of one scan. A folder may be typed, picked or dropped.

    Args:
        settings: what stands in the fields at first.
    """

    started = Signal(object)
    """A `ScanRequest`."""
    browse_clicked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAcceptDrops(True)
        self.folder = QLineEdit(placeholderText="A folder or the top of a drive; drop one here")
        self.folder.setAccessibleName("Folder or drive")
        self.label = QLineEdit(placeholderText="As the drive is known, else the folder's name")
        self.label.setAccessibleName("Label of the drive")
        self.mode = QComboBox()
        self.mode.setAccessibleName("Mode")
        for mode, words in _MODES.items():
            self.mode.addItem(words, mode)
        self.mode.setCurrentIndex(max(0, self.mode.findData(settings.scan.mode)))
        self.leave_out = QLineEdit(placeholderText="Thumbs.db, *.tmp, Cache/*")
        self.leave_out.setToolTip("Names, or paths below the folder, with * and ?; several are parted by commas")
        self.leave_out.setAccessibleName("Leave out names like these")
        self.profile = QComboBox()
        self.profile.setAccessibleName("Profile of the drive")
        self.profile.setToolTip("What kind of drive to expect: it decides on threads, sizes of reads and pauses")
        for profile, words in _PROFILES.items():
            self.profile.addItem(words, profile)
        self.profile.setCurrentIndex(max(0, self.profile.findData(settings.performance.profile)))
        self.found = DimLabel("")
        self.found.setAccessibleName("What the profile means")
        self.found.setWordWrap(True)
        self._make_boxes(settings)
        self.browse = KeyButton("Browse…", icon="folder")
        self.start = KeyButton("Start scan", role="primary")
        self.browse.clicked.connect(self.browse_clicked)
        self.start.clicked.connect(self._start)
        for field in (self.folder, self.label, self.leave_out):
            field.returnPressed.connect(self._start)
        self.folder.textChanged.connect(self._folder_changed)
        self._lay_out()
        self._folder_changed("")

    def set_folder(self, folder: str, label: str = "") -> None:
        """Put a folder into the form, with the label of its drive where it has one."""
        self.folder.setText(folder)
        self.label.setText(label)
        self.start.setFocus()

    def request(self) -> ScanRequest:
        """What the fields ask for."""
        globs = tuple(part.strip() for part in self.leave_out.text().split(",") if part.strip())
        return ScanRequest(
            paths=(self.folder.text().strip(),),
            drive=self.label.text().strip() or None,
            mode=self.mode.currentData(),
            inventory_only=self.inventory.isChecked(),
            profile=self.profile.currentData(),
            pictures=self.pictures.isChecked(),
            resume=self.resume.isChecked(),
            skip_hidden=self.hidden.isChecked(),
            ignore=globs,
            follow_symlinks=self.links.isChecked(),
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders of this machine."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put the first one into the form."""
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.set_folder(url.toLocalFile())
                event.acceptProposedAction()
                return

    def _folder_changed(self, text: str) -> None:
        self.start.setEnabled(bool(text.strip()))
        self.start.setToolTip("" if text.strip() else "Name a folder or drive first")
        name = PurePath(text.strip()).name
        self.label.setPlaceholderText(f"As the drive is known, else “{name}”" if name else "As the drive is known")

    def _inventory_chosen(self, chosen: bool) -> None:
        self.pictures.setDisabled(chosen)
        self.pictures.setToolTip("An inventory reads no file, so that it makes no pictures" if chosen else _PICTURES)

    def _start(self) -> None:
        if self.start.isEnabled():
            self.started.emit(self.request())

    def _make_boxes(self, settings: Settings) -> None:
        self.inventory = QCheckBox("Inventory only")
        self.inventory.setToolTip("Names, sizes and times alone: nothing is hashed, inspected or pictured")
        self.pictures = QCheckBox("Pictures")
        self.pictures.setToolTip(_PICTURES)
        self.pictures.setChecked(settings.scan.pictures)
        self.inventory.toggled.connect(self._inventory_chosen)
        self.resume = QCheckBox("Resume")
        self.resume.setToolTip("Go on where an interrupted scan of the same drive stopped")
        self.resume.setChecked(settings.scan.resume)
        self.hidden = QCheckBox("Skip hidden files")
        self.hidden.setToolTip("Leave out names that begin with a dot, and what the system marks as hidden")
        self.hidden.setChecked(settings.robust.skip_hidden)
        self.links = QCheckBox("Follow links")
        self.links.setToolTip("Go where links lead; else they are only counted")
        self.links.setChecked(settings.robust.follow_symlinks)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.addWidget(DimLabel("Folder or drive"), 0, 0)
        grid.addWidget(self.folder, 0, 1, 1, 3)
        grid.addWidget(self.browse, 0, 4)
        grid.addWidget(DimLabel("Label"), 1, 0)
        grid.addWidget(self.label, 1, 1)
        grid.addWidget(DimLabel("Mode"), 1, 2)
        grid.addWidget(self.mode, 1, 3)
        grid.addWidget(self.start, 1, 4)
        grid.addWidget(DimLabel("Leave out"), 2, 0)
        grid.addWidget(self.leave_out, 2, 1, 1, 4)
        choices = QHBoxLayout()
        choices.setSpacing(16)
        for box in (self.inventory, self.pictures, self.resume, self.hidden, self.links):
            choices.addWidget(box)
        choices.addStretch(1)
        grid.addWidget(DimLabel("Drive"), 3, 0)
        grid.addWidget(self.found, 3, 1)
        grid.addWidget(DimLabel("Profile"), 3, 2)
        grid.addWidget(self.profile, 3, 3)
        grid.addLayout(choices, 4, 1, 1, 4)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 2)
        self._order()

    def _order(self) -> None:
        """Tab goes through the fields as they are read, and ends at the button that starts."""
        order = (
            self.folder,
            self.browse,
            self.label,
            self.mode,
            self.leave_out,
            self.profile,
            self.inventory,
            self.pictures,
            self.resume,
            self.hidden,
            self.links,
            self.start,
        )
        for first, second in zip(order, order[1:], strict=False):
            QWidget.setTabOrder(first, second)
