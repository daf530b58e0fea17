"""The context menu of a drive card: scan it, say where it stands and who has it, look at its passport, forget it."""

from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QWidget

from app.model.drives import Drive
from app.scanning.request import ScanRequest
from app.shelf.describing import DescribeDriveRequest
from app.shelf.forgetting import ForgetDriveRequest
from ui import formats
from ui.desk import Desk
from ui.tabs.drive_care import DriveCare
from ui.tabs.drive_dialog import DriveDialog

_QUESTIONS = {
    "label": ("Rename", "What {} is called:"),
    "place": ("Place", "The shelf on which {} stands:"),
    "note": ("Note", "A note on {}:"),
    "lent_to": ("Lend", "Who takes {}:"),
}


class DriveMenu(QObject):
    """Shows the menu and starts what is chosen in it.

    Args:
        desk: jobs, catalogue and window.
        parent: the widget over which dialogs open.
    """

    scan_asked = Signal(object)
    """A `ScanRequest`."""
    go_on_asked = Signal(str)
    """The id of a drive whose scan was stopped."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._widget = desk, parent
        #: Verify, wipe, suspects, history.
        self.care = DriveCare(desk, parent)

    def stop(self) -> None:
        """End its thread."""
        self.care.stop()

    def show(self, drive: Drive, place: QPoint, *, stopped: bool) -> None:
        """Open the menu at a global place."""
        menu = self.build(drive, stopped=stopped)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def build(self, drive: Drive, *, stopped: bool) -> QMenu:
        """The menu; `stopped` says whether there is a scan to go on with."""
        menu = QMenu(self._widget)
        if stopped:
            again = menu.addAction("Go on with the scan that was stopped")
            again.setEnabled(drive.online)
            again.triggered.connect(partial(self.go_on_asked.emit, drive.id))
        rescan = menu.addAction("Scan what changed")
        rescan.setEnabled(drive.online)
        rescan.triggered.connect(partial(self.scan_asked.emit, ScanRequest((drive.base,), drive.label)))
        menu.addAction("Copy path").triggered.connect(partial(QGuiApplication.clipboard().setText, drive.base))
        menu.addSeparator()
        self.care.add_to(menu, drive)
        menu.addSeparator()
        menu.addAction("Passport and health…").triggered.connect(partial(self.passport, drive))
        menu.addAction("Rename…").triggered.connect(partial(self.ask, drive, "label"))
        menu.addAction("Place…").triggered.connect(partial(self.ask, drive, "place"))
        menu.addAction("Note…").triggered.connect(partial(self.ask, drive, "note"))
        if drive.lent_to:
            back = menu.addAction(f"Returned by {drive.lent_to}")
            back.triggered.connect(partial(self.describe, drive, "lent_to", ""))
        else:
            menu.addAction("Lend to…").triggered.connect(partial(self.ask, drive, "lent_to"))
        menu.addSeparator()
        menu.addAction("Forget…").triggered.connect(partial(self.forget, drive))
        return menu

    def ask(self, drive: Drive, what: str) -> QInputDialog:
        """Ask for a text and keep it."""
        title, question = _QUESTIONS[what]
        dialog = QInputDialog(self._widget)
        dialog.setWindowTitle(title)
        dialog.setLabelText(question.format(drive.label))
        if what == "note":
            dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
        dialog.setTextValue(getattr(drive, what))
        dialog.resize(420, dialog.sizeHint().height())
        dialog.textValueSelected.connect(partial(self.describe, drive, what))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def describe(self, drive: Drive, what: str, text: str) -> None:
        """Keep a text that was given; one that is as it was changes nothing."""
        if text.strip() != getattr(drive, what) and (text.strip() or what != "label"):
            self._desk.jobs.start("describe_drive", DescribeDriveRequest(drive.label, **{what: text}))

    def passport(self, drive: Drive) -> DriveDialog:
        """Show what is known of a drive."""
        dialog = DriveDialog(self._desk, drive, self._widget)
        dialog.open()
        return dialog

    def forget(self, drive: Drive) -> QMessageBox:
        """Ask whether a drive is to be forgotten, and do it."""
        box = QMessageBox(self._widget)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Forget a drive")
        box.setText(f"Forget {drive.label}?")
        box.setInformativeText(
            f"The records of its {formats.count(drive.files)} files leave the catalogue and are kept under backups. "
            "Nothing on the drive is touched."
        )
        yes = box.addButton("Forget", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        yes.clicked.connect(partial(self._forget, drive))
        box.finished.connect(box.deleteLater)
        box.open()
        return box

    def _forget(self, drive: Drive) -> None:
        self._desk.jobs.start("forget_drive", ForgetDriveRequest(drive.label))
