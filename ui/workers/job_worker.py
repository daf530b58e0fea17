"""One run of one operation, in a thread of its own."""

import logging
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from app.engine import Engine
from app.errors import AppError, Cancelled
from app.jobs.events import ItemFailed, JobEvent, Noticed
from app.jobs.job import CancelToken, Job
from app.operations import run
from ui.workers.faults import unforeseen

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done:
    """The operation came to its end with this result."""

    result: Any


@dataclass(frozen=True, slots=True)
class Stopped:
    """The operation was cancelled; what it had committed stays."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The operation ended with an error; a fault of ours is one of those too."""

    error: AppError


Outcome = Done | Stopped | Failed


class JobWorker(QThread):
    """Runs an operation; tells each event, and ends once, whatever happens.

    Args:
        engine: what the operation works with.
        operation: its name in `OPERATIONS`.
        request: what it is asked.
    """

    reported = Signal(object)
    """A `JobEvent`."""
    ended = Signal(object)
    """`Done`, `Stopped` or `Failed`; exactly once."""

    def __init__(self, engine: Engine, operation: str, request: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"job {operation}")
        self.token = CancelToken()
        self._engine = engine
        self._operation = operation
        self._request = request

    def run(self) -> None:
        """Qt: the thread's own work."""
        outcome: Outcome
        try:
            outcome = Done(run(self._engine, self._operation, self._request, Job(self._report, self.token)))
        except Cancelled:
            outcome = Stopped()
        except AppError as error:
            _log.error("%s failed: %s", self._operation, error)
            outcome = Failed(error)
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: it must always say how it ended
            outcome = Failed(unforeseen(error))
        self.ended.emit(outcome)

    def _report(self, event: JobEvent) -> None:
        """Called in this thread, where the log may be written."""
        if isinstance(event, ItemFailed):
            _log.warning("%s: %s", event.path, event.reason)
        elif isinstance(event, Noticed):
            _log.info("%s %s", event.text, event.hint)
        self.reported.emit(event)
