"""Brings the engine to the window: opened in the background, its tabs wired, its jobs stopped and closed at the end."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from app.engine import Engine
from app.errors import AppError, RecordsBroken
from app.log import LiveLog
from ui.bug_dialog import fault_banner
from ui.desk import Desk
from ui.drive_checks import DriveChecks
from ui.drive_menus import DriveMenus
from ui.folders import open_folder
from ui.inspecting import Inspecting
from ui.local_api import LocalApi
from ui.main_window import MainWindow
from ui.mending import ACTION, BANNER, Mending
from ui.outcomes import failed_together
from ui.reasons import said
from ui.settings_writer import SettingsWriter
from ui.tabs.maintenance_tab import MaintenanceTab
from ui.tabs.reports_tab import ReportsTab
from ui.tabs.review_tab import ReviewTab
from ui.tabs.scan_tab import ScanTab
from ui.tabs.search_tab import SearchTab
from ui.widgets.banner import BannerKind, BannerView
from ui.widgets.failures import FailuresDialog
from ui.workers.faults import FAULT
from ui.workers.job_controller import JobController
from ui.workers.reader import Reader, left_behind

_CLOSING_LIMIT_MS = 10_000

_log = logging.getLogger(__name__)


class EngineOpener(QThread):
    """Opens the engine once; tells `opened` or `failed`, exactly one of them.

    Args:
        open_engine: does the work; runs in the thread.
    """

    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, open_engine: Callable[[], Engine], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = open_engine

    def run(self) -> None:
        """Qt: the thread's own work."""
        try:
            engine = self._open()
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must always say how it ended
            self.failed.emit(error)
        else:
            self.opened.emit(engine)


class Front(QObject):
    """The window and its engine.

    Args:
        window: the window, shown while the engine opens.
        open_engine: makes the engine.
        log: lines of the log, for the Scan tab.
        open_damaged: makes the engine over a catalogue that is damaged, to mend it.
    """

    ready = Signal(object)
    """The engine, once it is open and the tabs are there."""

    def __init__(
        self,
        window: MainWindow,
        open_engine: Callable[[], Engine],
        log: LiveLog | None = None,
        open_damaged: Callable[[], Engine] | None = None,
    ) -> None:
        super().__init__(window)
        self._open_damaged = open_damaged
        #: Whether the program is to be started anew when the window is closed.
        self.start_anew = False
        self.mending: Mending | None = None
        self._mends = self._waits_to_close = False
        self.window = window
        self.engine: Engine | None = None
        self.jobs: JobController | None = None
        self._log = log
        self._settings: SettingsWriter | None = None
        self.local_api: LocalApi | None = None
        self.drive_menus: DriveMenus | None = None
        self.inspecting: Inspecting | None = None
        self.checks: DriveChecks | None = None
        self._maintenance: MaintenanceTab | None = None
        self._tabs: tuple[ScanTab, SearchTab, ReviewTab, ReportsTab] | None = None
        self._opener = EngineOpener(open_engine, self)
        self._opener.opened.connect(self._opened)
        self._opener.failed.connect(self._failed)
        window.banners.action_clicked.connect(self._mend)
        window.closing = self._closing

    @property
    def tabs(self) -> tuple[ScanTab, SearchTab, ReviewTab, ReportsTab] | None:
        """The tabs, once the engine is open."""
        return self._tabs

    def start(self) -> None:
        """Begin to open the engine."""
        self._opener.start()

    def stop(self) -> bool:
        """Stop every thread and close the engine; the window is gone by then.

        Returns:
            False where a thread hangs and is left behind.
        """
        ended = self._opener.wait(_CLOSING_LIMIT_MS)
        ended = (self.mending is None or self.mending.stop(_CLOSING_LIMIT_MS)) and ended
        for tab in (*(self._tabs or ()), *filter(None, [self._maintenance])):
            tab.stop()
        if self.local_api is not None:
            self.local_api.stop()
        if self.drive_menus is not None:
            self.drive_menus.stop()
        if self._settings is not None:
            self._settings.stop()
        for reader in self.window.findChildren(Reader):
            reader.stop()  # those of dialogues that are open still
        if self.jobs is not None:
            self.jobs.stop_all()
            ended = self.jobs.wait(_CLOSING_LIMIT_MS) and ended
            if not ended:
                _log.error("A job did not stop in time")
        if self.engine is not None:
            self.engine.close()
            self.engine = None
        return ended and not left_behind()

    def _opened(self, engine: Engine) -> None:
        self.engine = engine
        self.jobs = JobController(engine, self)
        self._settings = SettingsWriter(engine, self)
        self._settings.failed.connect(self._not_saved)
        self._settings.overridden.connect(self._not_saved)
        self.local_api = LocalApi(engine, self.window, self._settings)
        self.window.api_asked.connect(self.local_api.show)
        desk = Desk(engine, self.jobs, self.window)
        scan, search, review = ScanTab(desk, self._log), SearchTab(desk), ReviewTab(desk)
        self._tabs = (scan, search, review, ReportsTab(desk))
        self._maintenance = MaintenanceTab(desk)
        self._maintenance.add_card(self.local_api.card)
        for tab in (*self._tabs, self._maintenance):
            self.window.add_page(tab.page())
        self.window.diagnostics_asked.connect(self._maintenance.open_diagnostics)
        self._connect(self.jobs, scan, search, review)
        self.drive_menus = DriveMenus(desk)
        self.inspecting = Inspecting(desk)
        self.inspecting.serve(search.actions_of_hits, review)
        self.inspecting.review_requested.connect(self._review)
        self.checks = DriveChecks(desk)
        self.checks.review_requested.connect(self._review)
        scan.menu.care.check_asked.connect(self.checks.ask_drive)
        review.check_asked.connect(self.checks.ask)
        for number, notice in enumerate(engine.notices):
            self.window.banners.show_banner(BannerView(f"engine.{number}", notice, BannerKind.WARNING))
        self.ready.emit(engine)

    def _connect(self, jobs: JobController, scan: ScanTab, search: SearchTab, review: ReviewTab) -> None:
        panel = self.window.jobs
        jobs.job_changed.connect(self.window.show_job)
        jobs.job_failed.connect(self._job_failed)
        jobs.all_ended.connect(self._all_ended)
        panel.pause_requested.connect(jobs.pause)
        panel.resume_requested.connect(jobs.resume)
        panel.cancel_requested.connect(jobs.cancel)
        panel.failed_items_requested.connect(self._show_failures)
        self.window.folder_asked.connect(self._show_scan)
        self.window.folder_asked.connect(scan.browse)
        self.window.theme_chosen.connect(self._save_theme)
        self.window.toasts.action_clicked.connect(open_folder)
        search.review_requested.connect(self._review)

    def _show_scan(self) -> None:
        self.window.show_page(1)

    def _save_theme(self, mode: str) -> None:
        if self._settings is not None:
            self._settings.set("window.theme", mode)

    def _not_saved(self, sentence: str) -> None:
        self.window.banners.show_banner(BannerView("settings", sentence, BannerKind.WARNING))

    def _review(self, asset: tuple[str, bytes, bytes] | tuple[str, bytes, bytes, str]) -> None:
        """Look at an asset: drive, folder and name, and the frame to stand at where there is one."""
        if self._tabs is not None:
            self.window.show_page(6)
            self._tabs[2].open_asset(*asset)

    def _job_failed(self, job_id: str, error: AppError) -> None:
        """Say why in a banner; of a failed sign-off the review tells, and its row in the panel stays."""
        job = self.jobs.job(job_id) if self.jobs else None
        if job is None:
            return
        text = f"{job.progress.view.title}: {said(error)}"
        if fault := error.context.get(FAULT):
            self.window.banners.show_banner(fault_banner(fault, job.progress.view.title))
        elif tool := error.context.get("tool"):
            self.window.banners.show_banner(BannerView(f"tool.{tool}", text, BannerKind.WARNING, "Diagnostics…"))
        elif not job.progress.view.small:
            self.window.banners.show_banner(BannerView(f"failed.{job_id}", text, BannerKind.ERROR))

    def _show_failures(self, job_id: str) -> None:
        job = self.jobs.job(job_id) if self.jobs else None
        if together := self.window.jobs.folded(job_id):
            told = [(view.title, view.message.removeprefix("failed: ")) for view in together]
            title = failed_together(together[0].kind.partition("/")[0], len(told))
            FailuresDialog(title, told, len(told), self.window, words="failed", first="Job").open()
        elif job is not None:
            rows = [(failure.path, failure.reason) for failure in job.failures]
            FailuresDialog(job.progress.view.title, rows, job.progress.view.failed, self.window).open()

    def _closing(self) -> bool:
        """Stop the jobs first; the window closes when they have, or after a limit."""
        if self.jobs is None or self.jobs.stop_all():
            return True
        self.window.banners.show_banner(BannerView("closing", "Stopping what runs; what was committed is kept."))
        QTimer.singleShot(_CLOSING_LIMIT_MS, self.window, self.window.finish_closing)
        self._waits_to_close = True
        return False

    def _all_ended(self) -> None:
        if self._waits_to_close:
            self.window.finish_closing()

    def _failed(self, error: Exception) -> None:
        self._mends = False
        if not isinstance(error, AppError):
            raise error
        _log.error("The catalogue cannot be opened: %s", error.message)
        text = f"The catalogue cannot be opened: {said(error)}"
        mendable = isinstance(error, RecordsBroken) and self._open_damaged is not None
        self.window.banners.show_banner(BannerView(BANNER, text, BannerKind.ERROR, ACTION if mendable else ""))

    def _mend(self, banner_id: str) -> None:
        """Open the engine over the damaged catalogue, with the Maintenance tab; once that is whole, start anew."""
        if banner_id != BANNER or self._open_damaged is None:
            return
        if self.mending is not None:
            self.start_anew = self.mending.done
            self.window.close()
        elif not self._mends:
            self._mends = True
            self._opener = EngineOpener(self._open_damaged, self)
            self._opener.opened.connect(self._mendable)
            self._opener.failed.connect(self._failed)
            self._opener.start()

    def _mendable(self, engine: Engine) -> None:
        self.engine = engine
        self.mending = Mending(self.window, engine)
