"""The Scan tab: drives, what to scan, live counters, log and job history."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.demo.walkthrough import DemoRequest
from app.errors import AppError
from app.jobs.events import Noticed
from app.jobs.job import CancelToken
from app.log import LiveLog
from app.log import LogLine as LoggedLine
from app.model.drives import Drive
from app.model.names import shown
from app.scanning.request import ScanRequest, ScanResult
from ui import formats
from ui.desk import Desk
from ui.models.jobs_model import JobsModel
from ui.page import Page
from ui.tabs.scan_form import ScanForm
from ui.tabs.scan_words import counted, drive_cards, history, scan_summary
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.drive_list import DriveList
from ui.widgets.empty_state import EmptyState
from ui.widgets.job_view import JobView
from ui.widgets.labels import SectionHead
from ui.widgets.log_view import LogLine, LogView
from ui.widgets.stat_card import StatCard
from ui.widgets.tables import style_table
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Outcome
from ui.workers.reader import Reader

_LOG_TICK_MS = 200
_CARDS = (
    ("files", "Files", ""),
    ("new", "New", "accent"),
    ("changed", "Changed", "stale"),
    ("missing", "Missing", "stale"),
    ("unreadable", "Unreadable", "fail"),
    ("skipped", "Skipped", ""),
    ("speed", "Speed", ""),
)


class ScanTab(QWidget):
    """Scans drives.

    Args:
        desk: engine, jobs and window.
        log: lines of the log, for the live view.
    """

    def __init__(self, desk: Desk, log: LiveLog | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reader = Reader("scan", self)
        self._requests: dict[str, ScanRequest] = {}
        self._asked: dict[str, ScanRequest] = {}
        self._known: dict[str, Drive] = {}
        self._lines: list[LoggedLine] = list(log.lines()) if log else []
        self._unsubscribe = log.subscribe(self._lines.append) if log else lambda: None
        self.drives = DriveList()
        self.form = ScanForm(desk.engine.settings)
        self.cards = {name: StatCard(label, "", state) for name, label, state in _CARDS}
        self.jobs = JobsModel()
        self.history = QTableView()
        self.log = LogView()
        self.empty = EmptyState(
            "drive",
            "No drive is catalogued yet",
            "Scan a folder or a drive, and everything on it can be found, also when the drive is back on the shelf. "
            "Or look at the demo library first: real media with missing frames and a damaged file.",
            "Scan a folder…",
            "Make the demo library",
        )
        self.setFocusProxy(self.form.folder)
        self._lay_out()
        self._connect()
        self._ticker = QTimer(self, interval=_LOG_TICK_MS)
        self._ticker.timeout.connect(self._show_lines)
        self._ticker.start()
        self.refresh()

    def page(self) -> Page:
        """The tab for the window."""
        return Page(1, "Scan", "scan", self, (("Enter", "Start the scan, in the folder field"),))

    def stop(self) -> None:
        """End the tab's threads."""
        self._unsubscribe()
        self._ticker.stop()
        self._reader.stop()

    def offer(self, folder: str) -> None:
        """Put a folder into the form, with the label of the drive it belongs to."""
        self.form.set_folder(folder)
        self._stack.setCurrentIndex(1)

    def refresh(self) -> None:
        """Read drives and history again."""
        self._reader.ask("drives", self._read)

    def start(self, request: ScanRequest) -> None:
        """Start a scan."""
        title = f"Scanning {request.drive or shown(request.paths[0].rstrip('/')).rpartition('/')[2] or '/'}"
        for card in self.cards.values():
            card.set_value("0")
        job_id = self._desk.jobs.start("scan", request, title, scan_summary)
        self._requests[job_id] = request
        self._stack.setCurrentIndex(1)

    def make_demo(self) -> None:
        """Make the demo library, scan it and sign an asset off."""
        self._desk.jobs.start("demo", DemoRequest(), "Making the demo library", _demo_summary)
        self._stack.setCurrentIndex(1)

    def _read(self, _token: CancelToken) -> tuple[Any, ...]:
        catalog = self._desk.engine.catalog
        drives = catalog.drives()
        return drive_cards(catalog, drives), history(catalog, drives), {drive.id: drive for drive in drives}

    def _answered(self, _kind: str, _number: int, answer: tuple[Any, ...]) -> None:
        cards, rows, self._known = answer
        self.drives.set_drives(cards)
        self.jobs.set_rows(rows)
        if cards or self._desk.jobs.running():
            self._stack.setCurrentIndex(1)

    def _unread(self, _kind: str, _number: int, error: AppError) -> None:
        """Say that drives and history cannot be read; they stay as they were."""
        text = f"The catalogue cannot be read: {shown(error.message)}. {error.hint}".rstrip()
        self._desk.window.banners.show_banner(BannerView("scan.catalogue", text, BannerKind.ERROR))

    def _browse(self) -> None:
        start = self._desk.window.state.text("window/folder")
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder or drive to scan", start)
        if folder:
            self._desk.window.state.set_text("window/folder", folder)
            self.offer(folder)

    def _drive_chosen(self, drive_id: str) -> None:
        drive = self._known.get(drive_id)
        if drive is not None:
            self.form.folder.setText(drive.base)
            self.form.label.setText(drive.label)

    def _drive_opened(self, drive_id: str) -> None:
        self._drive_chosen(drive_id)
        self.form.start.setFocus()

    def _drive_menu(self, drive_id: str, place: QPoint) -> None:
        drive = self._known.get(drive_id)
        if drive is None:
            return
        menu = QMenu(self)
        rescan = menu.addAction("Scan what changed")
        rescan.setEnabled(drive.online)
        rescan.triggered.connect(partial(self.start, ScanRequest((drive.base,), drive.label)))
        copy = menu.addAction("Copy path")
        copy.triggered.connect(partial(QGuiApplication.clipboard().setText, drive.base))
        menu.popup(place)

    def _counted(self, job_id: str, counts: dict[str, int]) -> None:
        if job_id not in self._requests:
            return
        skipped = sum(number for name, number in counts.items() if name.startswith("skipped."))
        for name, number in {**counts, "skipped": skipped}.items():
            if name in self.cards:
                self.cards[name].set_value(formats.count(number))

    def _job_changed(self, view: JobView) -> None:
        if view.id not in self._requests:
            return
        self.cards["unreadable"].set_value(formats.count(view.failed))
        parts = [formats.rate(view.items_per_s)] if view.items_per_s else []
        parts += [formats.byte_rate(view.bytes_per_s)] if view.bytes_per_s else []
        self.cards["speed"].set_value(" · ".join(parts) if view.state.alive else "–")

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        self.refresh()
        request = self._requests.pop(job_id, None)
        if request is None or not isinstance(outcome, Done):
            return
        result: ScanResult = outcome.result
        document = result.document
        counts = document["counts"]
        for name in ("files", "new", "changed", "missing", "unreadable"):
            self.cards[name].set_value(formats.count(counts[name]))
        self.cards["skipped"].set_value(formats.count(sum(counts["skipped"].values())))
        label = document["drive"]["label"]
        self._desk.window.toasts.show_toast(
            ToastView(
                f"{label}: {formats.count(counts['files'])} files, {counted(counts)}.",
                "warning" if result.objections else "pass",
            )
        )
        if result.unaccepted_missing or document.get("empty_base"):
            self._ask_about_missing(result, request)

    def _ask_about_missing(self, result: ScanResult, request: ScanRequest) -> None:
        banner_id = f"missing.{result.drive_id}"
        label = result.document["drive"]["label"]
        what = f"{formats.count(result.unaccepted_missing)} files" if result.unaccepted_missing else "All files"
        self._asked[banner_id] = replace(request, drive=label, accept_missing=True)
        self._desk.window.banners.show_banner(
            BannerView(
                banner_id,
                f"{what} of {label} are not there any more. Nothing was marked missing. Is the drive mounted?",
                BannerKind.WARNING,
                "Mark them missing",
            )
        )

    def _banner_acted(self, banner_id: str) -> None:
        request = self._asked.pop(banner_id, None)
        if request is not None:
            self._desk.window.banners.remove(banner_id)
            self.start(request)

    def _noticed(self, _job_id: str, notice: Noticed) -> None:
        if notice.code in ("drive.empty", "scan.many_missing"):
            return
        self._desk.window.toasts.show_toast(ToastView(f"{notice.text} {notice.hint}".rstrip()))

    def _show_lines(self) -> None:
        """Show what was logged since the last tick; the list is filled in other threads."""
        count = len(self._lines)
        if count:
            lines, self._lines[:count] = self._lines[:count], []
            self.log.append_lines([_line(line) for line in lines[-2000:]])

    def _connect(self) -> None:
        jobs = self._desk.jobs
        jobs.counted.connect(self._counted)
        jobs.job_changed.connect(self._job_changed)
        jobs.job_ended.connect(self._ended)
        jobs.noticed.connect(self._noticed)
        jobs.catalog_changed.connect(self.refresh)
        self._desk.window.banners.action_clicked.connect(self._banner_acted)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._unread)
        self.drives.current_changed.connect(self._drive_chosen)
        self.drives.opened.connect(self._drive_opened)
        self.drives.menu_requested.connect(self._drive_menu)
        self.form.started.connect(self.start)
        self.form.browse_clicked.connect(self._browse)
        self.empty.primary_clicked.connect(self._browse)
        self.empty.secondary_clicked.connect(self.make_demo)
        demo = QAction("Make the demo library", self)
        demo.triggered.connect(self.make_demo)
        self.addAction(demo)

    def _lay_out(self) -> None:
        self.history.setModel(self.jobs)
        style_table(self.history, "Job history")
        for place, width in enumerate((96, 180, 80, 90, 110)):
            self.history.setColumnWidth(place, width)
        below = QTabWidget()
        below.setDocumentMode(True)
        below.addTab(self.history, "Jobs")
        below.addTab(self.log, "Log")
        counters = QHBoxLayout()
        counters.setSpacing(8)
        for card in self.cards.values():
            counters.addWidget(card)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(SectionHead("Scan"))
        column.addWidget(self.form)
        column.addLayout(counters)
        column.addWidget(below, 1)
        left = QWidget()
        drives = QVBoxLayout(left)
        drives.setContentsMargins(12, 12, 4, 12)
        drives.setSpacing(8)
        drives.addWidget(SectionHead("Drives"))
        drives.addWidget(self.drives, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("scan")
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setSizes([320, 1180])
        split.setStretchFactor(1, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(split)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)


def _line(line: LoggedLine) -> LogLine:
    local: datetime = line.time.astimezone()
    return LogLine(line.text, line.level.lower(), local.strftime("%H:%M:%S"))


def _demo_summary(_result: Any) -> str:
    return "the demo library is ready"
