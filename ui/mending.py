"""The window over a catalogue that is damaged: the Maintenance tab alone, until the catalogue is whole again."""

from PySide6.QtCore import QObject

from app.engine import Engine
from app.errors import AppError
from app.maintenance.targets import CATALOG_NAME
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.reasons import said
from ui.tabs.maintenance_tab import MaintenanceTab
from ui.widgets.banner import BannerKind, BannerView
from ui.workers.job_controller import JobController
from ui.workers.job_worker import Done, Outcome

#: The banner that offers it.
BANNER = "engine"
ACTION = "Mend it…"
GO_ON = "Start anew"
_MENDING = ("restore_records", "salvage_records")


class Mending(QObject):
    """Lets the user restore or salvage the catalogue.

    Args:
        window: gets the tab, the jobs and the banners.
        engine: opened for repairing.
    """

    def __init__(self, window: MainWindow, engine: Engine) -> None:
        super().__init__(window)
        self._window = window
        #: Whether the catalogue is whole again, so that the window can be started anew.
        self.done = False
        self.jobs = JobController(engine, self)
        self.tab = MaintenanceTab(Desk(engine, self.jobs, window))
        window.add_page(self.tab.page())
        window.show_page(self.tab.page().number)
        panel = window.jobs
        panel.cancel_requested.connect(self.jobs.cancel)
        panel.pause_requested.connect(self.jobs.pause)
        panel.resume_requested.connect(self.jobs.resume)
        self.jobs.job_changed.connect(window.show_job)
        self.jobs.job_failed.connect(self._failed)
        self.jobs.job_ended.connect(self._ended)
        self.tab.model.modelReset.connect(self._select_catalogue)
        text = "The catalogue is damaged. Restore a backup of it, or salvage what can be read of it."
        window.banners.show_banner(BannerView(BANNER, text, BannerKind.ERROR))

    def stop(self, limit_ms: int) -> bool:
        """End every thread; False where one does not end in time."""
        self.tab.stop()
        self.jobs.stop_all()
        return self.jobs.wait(limit_ms)

    def _select_catalogue(self) -> None:
        self.tab.look_at(CATALOG_NAME)

    def _failed(self, job_id: str, error: AppError) -> None:
        text = said(error)
        self._window.banners.show_banner(BannerView(f"failed.{job_id}", text, BannerKind.ERROR))

    def _ended(self, job_id: str, outcome: Outcome) -> None:
        job = self.jobs.job(job_id)
        if job is None or job.operation not in _MENDING or not isinstance(outcome, Done):
            return
        if any(target.kind == "catalog" and target.ok for target in outcome.result.targets):
            self.done = True
            text = "The catalogue is whole again. Start Reelmark anew to go on."
            self._window.banners.show_banner(BannerView(BANNER, text, BannerKind.INFO, GO_ON))
