"""Jobs that this server runs, each in a thread of its own."""

import logging
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from app.api.answers import Refused
from app.engine import Engine
from app.errors import AppError, Cancelled
from app.jobs.events import JobEvent, Noticed, Progressed, StageStarted
from app.jobs.job import CancelToken, Job
from app.model.documents import json_text
from app.model.names import shown
from app.model.times import now_us, rfc3339, uuid7
from app.operations import OPERATIONS, run

#: Jobs that may run or wait at once, and ended ones that are remembered.
_MOST_ALIVE = 8
_REMEMBERED = 200
_NOTICES = 50
_CLOSING_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class RoomJob:
    """One of them. `state` is `running`, `done`, `cancelled` or `failed`; `result` and `error` are JSON-ready."""

    operation: str
    id: str = field(default_factory=uuid7)
    state: str = "running"
    started_us: int = field(default_factory=now_us)
    ended_us: int | None = None
    progress: dict[str, Any] = field(default_factory=dict)
    notices: list[dict[str, str]] = field(default_factory=list)
    failed_items: int = 0
    result: Any = None
    error: dict[str, Any] | None = None
    token: CancelToken = field(default_factory=CancelToken)

    def document(self) -> dict[str, Any]:
        """The JSON of it."""
        return {
            "id": self.id,
            "operation": self.operation,
            "state": "cancelling" if self.state == "running" and self.token.cancelled else self.state,
            "started": rfc3339(self.started_us),
            "ended": rfc3339(self.ended_us) if self.ended_us else None,
            "progress": self.progress,
            "notices": self.notices,
            "failed_items": self.failed_items,
            "result": self.result,
            "error": self.error,
        }

    def brief(self) -> dict[str, Any]:
        """The same without its result, which may be long."""
        document = self.document()
        del document["result"]
        return document

    def hear(self, event: JobEvent) -> None:
        """Note how far it is."""
        if isinstance(event, StageStarted):
            self.progress = {"stage": event.stage.value, "done": 0, "total": event.total, "counts": {}}
        elif isinstance(event, Progressed):
            self.progress = {
                "stage": event.stage.value,
                "done": event.done,
                "total": event.total,
                "counts": dict(event.counts),
            }
        elif isinstance(event, Noticed) and len(self.notices) < _NOTICES:
            self.notices = [*self.notices, {"code": event.code, "text": shown(event.text), "hint": shown(event.hint)}]


class JobRoom:
    """Starts jobs, tells how they stand, cancels them. Calls may come from any thread.

    Args:
        engine: what they work with.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._jobs: dict[str, RoomJob] = {}
        self._threads: list[threading.Thread] = []

    def start(self, operation: str, request: Any) -> RoomJob:
        """Run an operation in a thread.

        Raises:
            Refused: too many jobs run or wait, or the server is being stopped.
        """
        job = RoomJob(operation)
        with self._guard:
            if sum(known.state == "running" for known in self._jobs.values()) >= _MOST_ALIVE:
                raise Refused(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "rate.limited",
                    f"{_MOST_ALIVE} jobs run or wait already",
                    "Wait until one has ended, or cancel one.",
                )
            ended = [known.id for known in self._jobs.values() if known.state != "running"]
            for old in ended[: max(0, len(self._jobs) - _REMEMBERED + 1)]:
                del self._jobs[old]
            self._jobs[job.id] = job
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            thread = threading.Thread(target=self._run, args=(job, request), name=f"job {operation}", daemon=True)
            self._threads.append(thread)
        thread.start()
        return job

    def all(self) -> list[RoomJob]:
        """Those that are remembered, newest first."""
        with self._guard:
            return list(reversed(self._jobs.values()))

    def find(self, job_id: str) -> RoomJob | None:
        """The job of that id."""
        with self._guard:
            return self._jobs.get(job_id)

    def stop_all(self) -> None:
        """Ask every job to stop."""
        for job in self.all():
            job.token.cancel()

    def close(self) -> None:
        """Stop every job and wait for them, with a limit."""
        self.stop_all()
        end = time.monotonic() + _CLOSING_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, job: RoomJob, request: Any) -> None:
        """The thread of one job: it ends once, whatever happens."""
        handle = Job(job.hear, job.token)
        state, error = "failed", None
        try:
            result = _document(job.operation, run(self._engine, job.operation, request, handle))
            json_text(result)
            job.result, state = result, "done"
        except Cancelled:
            state = "cancelled"
        except AppError as problem:
            error = problem.envelope()["error"]
        except Exception as problem:  # noqa: BLE001 - a thread's last line of defence: it must always say how it ended
            _log.critical("job %s: unexpected %s", job.operation, type(problem).__name__, exc_info=problem)
            error = AppError(f"This is a fault of the program: {type(problem).__name__}").envelope()["error"]
        finally:
            job.failed_items, job.error, job.ended_us = handle.failed_items, error, now_us()
            job.state = state


def _document(operation: str, result: Any) -> Any:
    """What a job answers: the document that the command prints where the result has one, else its summary."""
    if isinstance(result, dict | list):
        return result
    document: Any = getattr(result, "document", None)
    kept = OPERATIONS[operation].kept
    if callable(document):
        return document()
    if isinstance(document, dict):
        return document
    return kept.summary(result) if kept else None
