"""What a scan asks or tells when it ends, in banners: they wait until somebody has time for them."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.errors import AppError
from app.model.drives import Drive
from app.scanning.request import ScanRequest, ScanResult
from ui import formats
from ui.desk import Desk
from ui.reasons import said
from ui.tabs.scan_inventory import InventoryDialog
from ui.widgets.banner import BannerKind, BannerView

_NUMBER = 1
_OWN_LABEL = "To catalogue it, give it a label of its own in the form and start the scan again. Nothing was written."
_IS_IT = "Is it the same drive? To make it one of its own, scan it with another label."
_LOOKS_LIKE = {
    "drive.moved": _IS_IT,
    "drive.ask": _IS_IT,
    "drive.clone": _OWN_LABEL,
    "drive.reformatted": _OWN_LABEL,
}


class ScanQuestions(QObject):
    """Asks, and starts the scan that is the answer.

    Args:
        desk: window and banners.
        parent: the tab, over which dialogues open.
    """

    scan_asked = Signal(object)
    """The `ScanRequest` that somebody agreed to."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._widget = desk, parent
        self._asked: dict[str, ScanRequest] = {}
        self._inventories: dict[str, dict[str, Any]] = {}
        desk.window.banners.action_clicked.connect(self._acted)
        desk.window.banners.closed.connect(self._forget)

    def about_failure(self, job_id: str, error: Exception, request: ScanRequest) -> None:
        """Say in the banner that tells why a scan ended what to do about a drive that looks like another."""
        if not isinstance(error, AppError) or error.code not in _LOOKS_LIKE:
            return
        banner_id, label = f"failed.{job_id}", error.context["drive"]
        action = ""
        if error.code in ("drive.moved", "drive.ask"):
            self._asked[banner_id], action = replace(request, drive=label), f"It is {label}"
        text = said(AppError(error.message, hint=_LOOKS_LIKE[error.code]))
        self._show(BannerView(banner_id, text, BannerKind.WARNING, action))

    def about_result(self, result: ScanResult, request: ScanRequest) -> None:
        """Ask about files that are not there any more; tell what an inventory found."""
        if result.unaccepted_missing or result.document.get("empty_base"):
            self._ask_about_missing(result, request)
        elif result.document.get("inventory_only"):
            self._tell_inventory(result.document)

    def accept_missing(self, drive: Drive) -> None:
        """It is right that files are gone: scan again and mark them."""
        banner_id = f"missing.{drive.id}"
        request = self._asked.pop(banner_id, None) or ScanRequest((drive.base,), drive.label, accept_missing=True)
        self._desk.window.banners.remove(banner_id)
        self.scan_asked.emit(request)

    def _ask_about_missing(self, result: ScanResult, request: ScanRequest) -> None:
        banner_id = f"missing.{result.drive_id}"
        label, lost = result.document["drive"]["label"], result.unaccepted_missing
        what = f"{formats.many(lost, 'file') if lost else 'All files'} of {label} {'is' if lost == 1 else 'are'}"
        self._asked[banner_id] = replace(request, drive=label, accept_missing=True)
        text = f"{what} not there any more. Nothing was marked missing. Is the drive mounted?"
        self._show(BannerView(banner_id, text, BannerKind.WARNING, "Mark them missing"))

    def _tell_inventory(self, document: dict[str, Any]) -> None:
        """Show what was found; who works in another tab is not interrupted, but told of it."""
        if self._widget.isVisible():
            InventoryDialog(document, self._widget).open()
            return
        banner_id, label = f"inventory.{document['drive']['id']}", document["drive"]["label"]
        self._inventories[banner_id] = document
        self._show(BannerView(banner_id, f"The inventory of {label} is done.", action="Show it"))

    def _show(self, banner: BannerView) -> None:
        self._desk.window.banners.show_banner(banner)

    def _acted(self, banner_id: str) -> None:
        request, document = self._asked.pop(banner_id, None), self._inventories.pop(banner_id, None)
        if request is not None or document is not None:
            self._desk.window.banners.remove(banner_id)
        if request is not None:
            self.scan_asked.emit(request)
        if document is not None:
            self._desk.window.show_page(_NUMBER)
            InventoryDialog(document, self._widget).open()

    def _forget(self, banner_id: str) -> None:
        self._asked.pop(banner_id, None)
        self._inventories.pop(banner_id, None)
