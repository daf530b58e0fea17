"""What every tab works with, handed to it when the engine is open."""

from dataclasses import dataclass

from app.engine import Engine
from ui.main_window import MainWindow
from ui.workers.job_controller import JobController


@dataclass(frozen=True, slots=True)
class Desk:
    """The engine, the jobs and the window around a tab.

    Attributes:
        engine: settings, catalogue, lanes.
        jobs: starts operations; `catalog_changed` says when to read again.
        window: banners, toasts, other tabs.
    """

    engine: Engine
    jobs: JobController
    window: MainWindow
