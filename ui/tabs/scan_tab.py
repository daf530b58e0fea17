"""The Scan tab: drives, what to scan, live counters, log and job history."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
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
from app.scanning.request import ScanRequest, ScanResult
from app.scanning.resume import UnfinishedScan, unfinished_scans
from ui import icons
from ui.desk import Desk
from ui.folders import SCANNED, find_first_folder, remember_folder
from ui.models.jobs_model import JobRecord, JobsModel
from ui.page import Page
from ui.reasons import said
from ui.tabs.chosen_drive_menu import ChosenDriveMenu
from ui.tabs.drive_menu import DriveMenu
from ui.tabs.scan_arrivals import Arrivals
from ui.tabs.scan_counters import ScanCounters
from ui.tabs.scan_form import ScanForm
from ui.tabs.scan_profile import FoundProfile
from ui.tabs.scan_questions import ScanQuestions
from ui.tabs.scan_shown import ShownScan
from ui.tabs.scan_words import busy_drives, drive_cards, history
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.drive_list import DriveCard, DriveList
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import SectionHead
from ui.widgets.log_view import LogLine, LogView
from ui.widgets.tables import style_table
from ui.widgets.toasts import ToastView
from ui.workers.job_worker import Done, Failed, Outcome
from ui.workers.reader import Reader

_NUMBER = 1
_LOG_TICK_MS = 200
#: How often what is said to be so long ago is said anew.
_AGES_MS = 30_000
_HISTORY = 400


@dataclass(frozen=True, slots=True)
class _Read:
    """Drives and history as they were read."""

    cards: tuple[DriveCard, ...]
    rows: tuple[JobRecord, ...]
    drives: dict[str, Drive]
    unfinished: dict[str, UnfinishedScan]


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
        self._known: dict[str, Drive] = {}
        self._unfinished: dict[str, UnfinishedScan] = {}
        self._to_look_at = ""
        self._lines: list[LoggedLine] = list(log.lines()) if log else []
        self._unsubscribe = log.subscribe(self._lines.append) if log else lambda: None
        self.drives = DriveList()
        self.form = ScanForm(desk.engine.settings)
        self.menu = DriveMenu(desk, self)
        self.drive_menu = ChosenDriveMenu(self.menu)
        desk.window.add_menu(self.drive_menu)
        self.questions = ScanQuestions(desk, self)
        self.found = FoundProfile(desk.engine, self.form, self)
        self.counters = ScanCounters()
        self.shown = ShownScan(desk.engine, self.counters, self)
        self.cards = self.counters.cards
        self.arrivals = Arrivals(desk, self)
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
        self._ages = QTimer(self, interval=_AGES_MS)
        self._ages.timeout.connect(self._renew)
        self._ages.start()
        self._desk.drives.serve(self.isVisible)
        self._desk.drives.start()
        self.refresh()

    def page(self) -> Page:
        """The tab for the window."""
        return Page(_NUMBER, "Scan", "scan", self, (("Enter", "Start the scan, in the folder field"),))

    def stop(self) -> None:
        """End the tab's threads."""
        self._unsubscribe()
        self._ticker.stop()
        self._ages.stop()
        self._reader.stop()
        self.shown.stop()
        self.found.stop()
        self.menu.stop()
        self.arrivals.stop()
        self._desk.drives.stop()

    def offer(self, folder: str) -> None:
        """Put a folder into the form, with the label of the drive it belongs to."""
        self.form.set_folder(folder)
        self._stack.setCurrentIndex(1)

    def refresh(self) -> None:
        """Read drives and history again."""
        self._reader.ask("drives", partial(self._read, self._live()), interrupt=False)

    def _looked(self, drives: list[Drive]) -> None:
        """A drive came, went, or lies elsewhere."""
        known = {drive.id: (drive.online, drive.base) for drive in self._known.values()}
        if {drive.id: (drive.online, drive.base) for drive in drives} != known:
            self.refresh()

    def _renew(self) -> None:
        if self.isVisible():
            self.refresh()

    def start(self, request: ScanRequest) -> None:
        """Start a scan."""
        remember_folder(self._desk.window.state, SCANNED, request.paths[0])
        job_id = self._desk.jobs.start("scan", request)
        self._requests[job_id] = request
        self.arrivals.answer(request)
        self._to_look_at = ""
        if (job := self._desk.jobs.job(job_id)) is not None:
            self.shown.follow(job)
        self._stack.setCurrentIndex(1)

    def go_on(self, drive_id: str) -> None:
        """Go on with the scan of a drive that was stopped or broken off."""
        unfinished = self._unfinished.pop(drive_id, None)
        if unfinished is not None:
            self.start(unfinished.request)

    def make_demo(self) -> None:
        """Make the demo library, scan it and sign an asset off."""
        self._desk.jobs.start("demo", DemoRequest())
        self._stack.setCurrentIndex(1)

    def _unread(self, _kind: str, _number: int, error: AppError) -> None:
        """Say that drives and history cannot be read; they stay as they were."""
        text = f"The catalogue cannot be read: {said(error)}"
        self._desk.window.banners.show_banner(BannerView("scan.catalogue", text, BannerKind.ERROR))

    def browse(self) -> None:
        """Ask for the folder to scan."""
        state = self._desk.window.state
        drive = self._known.get(self.drives.current_id())
        bases = [drive.base] if drive is not None and drive.online else []
        bases += [known.base for known in self._known.values() if known.online]
        find_first_folder(self, state, SCANNED, self._browse_from, bases)

    def _browse_from(self, start: str) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder or drive to scan", start)
        if folder:
            remember_folder(self._desk.window.state, SCANNED, folder)
            self.offer(folder)

    def _read(self, live: dict[tuple[str, str], str], token: CancelToken) -> _Read:
        engine = self._desk.engine
        drives = engine.catalog.drives()
        jobs = engine.catalog.jobs.newest(_HISTORY)
        unfinished = unfinished_scans(engine, drives, token)
        busy = busy_drives(jobs, [drive_id for operation, drive_id in live if operation in ("scan", "demo")])
        return _Read(
            drive_cards(engine.catalog, drives, unfinished, busy),
            history(jobs, drives, live),
            {drive.id: drive for drive in drives},
            unfinished,
        )

    def _live(self) -> dict[tuple[str, str], str]:
        """How far the running jobs are, by operation and drive."""
        return {(job.operation, job.progress.drive_id): job.progress.view.short() for job in self._desk.jobs.running()}

    def _answered(self, _kind: str, _number: int, answer: object) -> None:
        if isinstance(answer, _Read):
            self._known, self._unfinished = answer.drives, answer.unfinished
            self.drives.set_drives(answer.cards)
            self.jobs.set_rows(answer.rows)
            self._offer_chosen()
            if self._to_look_at in self._known:
                self.shown.look_at(self._known[self._to_look_at])
                self._to_look_at = ""
            if answer.cards or self._desk.jobs.running():
                self._stack.setCurrentIndex(1)

    def _offer_chosen(self) -> None:
        """Offer what can be done with the chosen drive, in the palette and in the menu above."""
        drive_id = self.drives.current_id()
        self._go_on_action.setEnabled(drive_id in self._unfinished)
        self.drive_menu.show_drive(self._known.get(drive_id), stopped=drive_id in self._unfinished)

    def _drive_chosen(self, drive_id: str) -> None:
        drive = self._known.get(drive_id)
        self._offer_chosen()
        if drive is None:
            return
        self.form.folder.setText(drive.base)
        self.form.label.setText(drive.label)
        running = next((job for job in self._desk.jobs.running() if job.progress.drive_id == drive_id), None)
        if running is not None and running.id in self._requests:
            self.shown.follow(running)
        else:
            self.shown.look_at(drive)

    def _drive_opened(self, drive_id: str) -> None:
        self._drive_chosen(drive_id)
        self.form.start.setFocus()

    def _drive_menu(self, drive_id: str, place: QPoint) -> None:
        drive = self._known.get(drive_id)
        if drive is None:
            return
        self.menu.show(drive, place, stopped=drive_id in self._unfinished)

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        self.refresh()
        request = self._requests.pop(job_id, None)
        job = self._desk.jobs.job(job_id)
        if request is None or job is None:
            return
        if isinstance(outcome, Failed):
            self.questions.about_failure(job_id, outcome.error, request)
        if isinstance(outcome, Done):
            result: ScanResult = outcome.result
            self.questions.about_result(result, request)
            if self.shown.follows(job_id):
                self.counters.count(result.document["counts"])
        if self.shown.follows(job_id):
            self._to_look_at = job.progress.drive_id

    def _noticed(self, job_id: str, notice: Noticed) -> None:
        """A scan has something to say; what it asks about gets a banner of its own."""
        if job_id not in self._requests or notice.code in ("drive.empty", "scan.many_missing"):
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
        jobs.counted.connect(self.shown.counted)
        jobs.job_changed.connect(self.shown.job_changed)
        jobs.job_ended.connect(self._ended)
        jobs.noticed.connect(self._noticed)
        jobs.catalog_changed.connect(self.refresh)
        self._desk.drives.changed.connect(self._looked)
        self.questions.scan_asked.connect(self.start)
        self._reader.answered.connect(self._answered)
        self._reader.failed.connect(self._unread)
        self.drives.current_changed.connect(self._drive_chosen)
        self.drives.opened.connect(self._drive_opened)
        self.drives.action_clicked.connect(self.go_on)
        self.shown.missing_accepted.connect(self.questions.accept_missing)
        self.drives.menu_requested.connect(self._drive_menu)
        self.menu.scan_asked.connect(self.start)
        self.menu.go_on_asked.connect(self.go_on)
        self.form.started.connect(self.start)
        self.arrivals.came.connect(self.refresh)
        self.arrivals.scan_asked.connect(self.start)
        self.arrivals.folder_offered.connect(self.offer)
        self.form.browse_clicked.connect(self.browse)
        self.empty.primary_clicked.connect(self.browse)
        self.empty.secondary_clicked.connect(self.make_demo)
        self._add_actions()

    def _add_actions(self) -> None:
        """What the palette finds here, and what the File menu has of this tab."""
        demo = QAction("Make the demo library", self)
        demo.triggered.connect(self.make_demo)
        self.addAction(demo)
        self._go_on_action = QAction("Go on with the stopped scan of the chosen drive", self, enabled=False)
        self._go_on_action.triggered.connect(self._go_on_with_chosen)
        self.addAction(self._go_on_action)
        for words, icon, slot in (
            ("Take over the records of a drive…", "import", self.menu.choose_shard),
            ("What has too few copies…", "copy", self.menu.care.show_at_risk),
        ):
            action = QAction(icons.icon(icon), words, self._desk.window)
            action.triggered.connect(slot)
            self._desk.window.add_to_file_menu(action)

    def _go_on_with_chosen(self) -> None:
        self.go_on(self.drives.current_id())

    def _lay_out(self) -> None:
        self.history.setModel(self.jobs)
        style_table(self.history, "Job history")
        self.history.setTextElideMode(Qt.TextElideMode.ElideRight)
        for place, width in enumerate((88, 140, 130, 72, 88)):
            self.history.setColumnWidth(place, width)
        below = QTabWidget()
        below.setDocumentMode(True)
        below.addTab(self.history, "Jobs")
        below.addTab(self.log, "Log")
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(SectionHead("Scan"))
        column.addWidget(self.form)
        column.addWidget(self.counters)
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
