"""The context menu of a drive card: scan it, say where it stands and who has it, look at its passport, forget it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLabel, QMenu, QMessageBox, QWidget

from app.model.drives import Drive
from app.model.names import shown
from app.scanning.request import ScanRequest
from app.shelf.describing import DescribeDriveRequest
from app.shelf.forgetting import ForgetDriveRequest
from app.shelf.merging import MergeRequest
from app.shelf.travelling import TravelRequest, TravelResult
from ui import formats, icons
from ui.desk import Desk
from ui.folders import EXPORTED, find_first_folder, remember_folder
from ui.reasons import said
from ui.tabs.drive_care import DriveCare
from ui.tabs.drive_dialog import DriveDialog
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.menus import lock, menu_text
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Failed, Outcome

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
        self._started: set[str] = set()
        desk.jobs.job_ended.connect(self._ended)
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
        """A menu of its own; `stopped` says whether there is a scan to go on with."""
        menu = QMenu(self._widget)
        self.fill(menu, drive, stopped=stopped)
        return menu

    def fill(self, menu: QMenu, drive: Drive, *, stopped: bool) -> None:
        """Add what can be done with a drive to a menu."""
        away = "" if drive.online else f"{drive.label} is not connected."
        if stopped:
            again = menu.addAction("Go on with the scan that was stopped")
            lock(again, away)
            again.triggered.connect(partial(self.go_on_asked.emit, drive.id))
        rescan = menu.addAction("Scan what changed")
        lock(rescan, away)
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
            back = menu.addAction(menu_text(f"Returned by {drive.lent_to}"))
            back.triggered.connect(partial(self.describe, drive, "lent_to", ""))
        else:
            menu.addAction("Lend to…").triggered.connect(partial(self.ask, drive, "lent_to"))
        menu.addSeparator()
        menu.addAction("Pack to travel…").triggered.connect(partial(self.choose_travel, drive))
        menu.addAction("Forget…").triggered.connect(partial(self.forget, drive))

    def ask(self, drive: Drive, what: str) -> QInputDialog:
        """Ask for a text and keep it."""
        title, question = _QUESTIONS[what]
        dialog = QInputDialog(self._widget)
        dialog.setWindowTitle(title)
        dialog.setLabelText(question.format(drive.label))
        _show_plainly(dialog)
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
            self._start("describe_drive", DescribeDriveRequest(drive.label, **{what: text}))

    def passport(self, drive: Drive) -> DriveDialog:
        """Show what is known of a drive."""
        dialog = DriveDialog(self._desk, drive, self._widget)
        dialog.open()
        return dialog

    def forget(self, drive: Drive) -> QMessageBox:
        """Ask whether a drive is to be forgotten, and do it."""
        box = QMessageBox(self._widget)
        box.setIconPixmap(icons.icon("warning", "stale_text").pixmap(32, 32))
        box.setWindowTitle("Forget a drive")
        box.setText(f"Forget {drive.label}?")
        box.setInformativeText(
            f"The records of its {formats.many(drive.files, 'file')} leave the catalogue and are kept under backups. "
            "Nothing on the drive is touched."
        )
        _show_plainly(box)
        yes = box.addButton("Forget", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        yes.clicked.connect(partial(self._forget, drive))
        box.finished.connect(box.deleteLater)
        box.open()
        return box

    def _forget(self, drive: Drive) -> None:
        self._start("forget_drive", ForgetDriveRequest(drive.label))

    def choose_travel(self, drive: Drive) -> None:
        """Ask for the folder that a drive's records are packed into."""
        self._find_start(partial(self._choose_travel_from, drive))

    def _choose_travel_from(self, drive: Drive, start: str) -> None:
        folder = QFileDialog.getExistingDirectory(self._widget, f"Where to pack {drive.label}", start)
        if folder:
            remember_folder(self._desk.window.state, EXPORTED, folder)
            self.travel(drive, folder)

    def travel(self, drive: Drive, folder: str) -> None:
        """Pack a drive's records into a folder."""
        self._start("travel_drive", TravelRequest(drive.label, folder))

    def choose_shard(self) -> None:
        """Ask for a shard that was made elsewhere."""
        self._find_start(self._choose_shard_from)

    def _choose_shard_from(self, start: str) -> None:
        path, _ = QFileDialog.getOpenFileName(self._widget, "Take over the records of a drive", start, "Shards (*.db)")
        if path:
            self.take_over(path)

    def take_over(self, shard: str) -> None:
        """Take the records of a drive that were made elsewhere into the catalogue."""
        self._start("merge_shard", MergeRequest(shard))

    def _find_start(self, then: Callable[[str], None]) -> None:
        find_first_folder(self, self._desk.window.state, EXPORTED, then, [str(self._desk.engine.home.exports)])

    def _start(self, operation: str, request: object) -> None:
        self._started.add(self._desk.jobs.start(operation, request))

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        """Say why something was not done; the panel keeps quiet about what is small."""
        if job_id not in self._started:
            return
        self._started.discard(job_id)
        if isinstance(outcome, Failed):
            text = said(outcome.error)
            self._desk.window.banners.show_banner(BannerView(f"failed.{job_id}", text, BannerKind.ERROR))
        elif isinstance(outcome, Done) and isinstance(outcome.result, TravelResult):
            made = outcome.result
            text = f"{made.drive.label} is packed: {formats.many(made.files, 'file')} in {shown(made.page.name)}."
            self._desk.window.toasts.show_toast(ToastView(text, "pass", "Open folder", str(made.page.parent)))


def _show_plainly(dialog: QDialog) -> None:
    """What looks like markup in the name of a drive is no markup."""
    for label in dialog.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
