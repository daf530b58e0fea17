"""What every tab works with, handed to it when the engine is open."""

from dataclasses import dataclass, field

from app.engine import Engine
from ui.drive_watch import DriveWatch
from ui.main_window import MainWindow
from ui.workers.job_controller import JobController


@dataclass(frozen=True, slots=True)
class Desk:
    """The engine, the jobs and the window around a tab.

    Attributes:
        engine: settings, catalogue, lanes.
        jobs: starts operations; `catalog_changed` says when to read again.
        window: banners, toasts, other tabs.
        drives: says to all tabs alike which drives are there; a tab that listens starts and stops it.
    """

    engine: Engine
    jobs: JobController
    window: MainWindow
    drives: DriveWatch = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "drives", DriveWatch(self.engine, self.window))
