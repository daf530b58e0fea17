"""What can be done with a whole drive, or all of them, from the File menu: export the inventory, make pictures."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.jobs.job import CancelToken
from app.model.drives import Drive
from app.model.names import shown
from app.model.times import now_us
from app.reports.exports import ExportResult
from app.reports.inventory import ExportInventoryRequest, InventoryFilter
from app.scanning.pictures import MakePicturesRequest
from app.scanning.request import ScanResult
from ui import formats, icons
from ui.desk import Desk
from ui.export_file import ask_export_file, safe_name
from ui.folders import open_folder
from ui.widgets.banner import BannerView
from ui.widgets.menus import menu_text
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome
from ui.workers.reader import Reader

_FORMATS = (("csv", "CSV"), ("jsonl", "JSON lines"), ("efu", "Everything file list"))
_BANNER = "exports.after_scan"
_DAY_US = 86_400_000_000
_RECENT_DAYS = 30


class DriveMenus(QObject):
    """The menus Export and Make pictures.

    Args:
        desk: jobs, window and the working directory.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._drives: list[Drive] = []
        self._jobs: set[str] = set()
        self._reader = Reader("drives of the menus", self)
        self._reader.answered.connect(self._told)
        self.export = QMenu("Export the inventory", desk.window)
        self.export.setIcon(icons.icon("export"))
        self.pictures = QMenu("Make pictures", desk.window)
        self.pictures.setIcon(icons.icon("image"))
        self.deleted = self._choice("Include files that are gone")
        self.av_only = self._choice("Movies and sound only")
        self.recent = self._choice(f"Modified in the last {_RECENT_DAYS} days only")
        desk.window.add_to_file_menu(self.export, self.pictures)
        desk.jobs.job_ended.connect(self._ended)
        desk.jobs.catalog_changed.connect(self.refresh)
        desk.window.banners.action_clicked.connect(self._banner_acted)
        self._fill()
        self.refresh()

    def refresh(self) -> None:
        """Read the drives again."""
        self._reader.ask("drives", self._read, interrupt=False)

    def stop(self) -> None:
        """End the thread."""
        self._reader.stop()

    def ask_export(self, form: str, drive: Drive | None = None, _checked: object = None) -> None:
        """Ask for the file of one drive's inventory, or that of all, then write it."""
        name = f"{safe_name(drive.label) if drive is not None else 'inventory'}.{form}"
        then = partial(self.start_export, form, drive.id if drive is not None else "")
        ask_export_file(self._desk, self._desk.window, "Export the inventory", name, dict(_FORMATS)[form], then)

    def start_export(self, form: str, drive_id: str, path: str) -> None:
        """Export one drive's inventory, or that of all, to a file."""
        since = now_us() - _RECENT_DAYS * _DAY_US if self.recent.isChecked() else None
        wanted = InventoryFilter(self.deleted.isChecked(), self.av_only.isChecked(), since)
        request = ExportInventoryRequest(form, (drive_id,) if drive_id else (), wanted, path)
        self._jobs.add(self._desk.jobs.start("export_inventory", request))

    def start_pictures(self, label: str, _checked: object = None) -> None:
        """Make what a drive lacks of pictures."""
        self._desk.jobs.start("make_pictures", MakePicturesRequest(label))

    def open_exports(self) -> None:
        """Open the exports folder."""
        open_folder(str(self._desk.engine.home.exports))

    def _read(self, _token: CancelToken) -> list[Drive]:
        return self._desk.engine.catalog.drives(look=False)

    def _told(self, _kind: str, _number: int, drives: list[Drive]) -> None:
        if [(drive.id, drive.label) for drive in drives] != [(drive.id, drive.label) for drive in self._drives]:
            self._drives = drives
            self._fill()

    def _fill(self) -> None:
        self.export.clear()
        self.pictures.clear()
        for form, words in _FORMATS:
            self._add(self.export, f"All drives as {words}…", partial(self.ask_export, form, None))
        self.export.addSeparator()
        for drive in self._drives:
            menu = self.export.addMenu(menu_text(drive.label))
            for form, words in _FORMATS:
                self._add(menu, f"As {words}…", partial(self.ask_export, form, drive))
            self._add(self.pictures, menu_text(drive.label), partial(self.start_pictures, drive.label))
        self.export.addSeparator()
        self.export.addActions([self.deleted, self.av_only, self.recent])
        self.export.addSeparator()
        self._add(self.export, "Open exports folder", self.open_exports)
        self.export.setEnabled(bool(self._drives))
        self.pictures.setEnabled(bool(self._drives))

    def _add(self, menu: QMenu, words: str, slot: object) -> None:
        menu.addAction(words).triggered.connect(slot)

    def _choice(self, words: str) -> QAction:
        action = QAction(words, self)
        action.setCheckable(True)
        return action

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        result = outcome.result if isinstance(outcome, Done) else None
        if isinstance(result, ScanResult):
            self._say_exported_after_scan(result)
        if job_id not in self._jobs:
            return
        self._jobs.discard(job_id)
        if isinstance(result, ExportResult):
            file = Path(result.path)
            words = f"{formats.many(result.rows, 'file')} to {shown(file.name)}"
            toast = ToastView(words, "warning" if result.left_out else "pass", "Open folder", str(file.parent))
            self._desk.window.toasts.show_toast(toast)

    def _say_exported_after_scan(self, result: ScanResult) -> None:
        made = result.document.get("export")
        if made:
            label = result.document["drive"]["label"]
            text = f"The inventory of {label} was exported to {shown(Path(made['file']).name)}."
            self._desk.window.banners.show_banner(BannerView(_BANNER, text, action="Open exports folder"))

    def _banner_acted(self, banner_id: str) -> None:
        if banner_id == _BANNER:
            self.open_exports()
            self._desk.window.banners.remove(_BANNER)
