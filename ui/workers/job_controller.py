"""Starts jobs, stops them, and tells the window how they stand and what they changed."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.engine import Engine
from app.jobs.events import ItemFailed, JobEvent, Noticed
from app.operations import OPERATIONS
from ui.outcomes import Told, about, told, verbs
from ui.widgets.job_view import JobState
from ui.workers.job_worker import Done, Failed, JobWorker, Outcome
from ui.workers.progress import JobProgress

_MOST_FAILURES = 10_000
_CHANGED_EVERY_MS = 1000


@dataclass(slots=True)
class RunningJob:
    """A job and what is known of it.

    Attributes:
        id: tells it apart.
        operation: its name in `OPERATIONS`.
        worker: its thread.
        progress: how it stands.
        failures: the first ten thousand items that could not be handled.
        told_as: the operation whose words are used for it.
        about: what it works on, in a word.
    """

    id: str
    operation: str
    worker: JobWorker
    progress: JobProgress
    failures: list[ItemFailed]
    told_as: str
    about: str


class JobController(QObject):
    """The jobs of the window.

    Args:
        engine: what they work with.
    """

    job_changed = Signal(object)
    """A `JobView`, whenever it changed."""
    counted = Signal(str, object)
    """A job's id and its running totals by name."""
    noticed = Signal(str, object)
    """A job's id and a `Noticed`."""
    job_failed = Signal(str, object)
    """A job's id and the `AppError` that ended it."""
    job_ended = Signal(str, object)
    """A job's id and its outcome: `Done`, `Stopped` or `Failed`."""
    catalog_changed = Signal()
    """Something was committed: at most once a second while jobs run, and when one ends."""
    all_ended = Signal()
    """No job runs any more."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._jobs: dict[str, RunningJob] = {}
        self._workers: dict[JobWorker, str] = {}
        self._started = 0
        self._beat = QTimer(self, interval=_CHANGED_EVERY_MS)
        self._beat.timeout.connect(self.catalog_changed)

    def start(self, operation: str, request: Any, *, told_as: str = "", title: str = "", small: bool = False) -> str:
        """Start an operation; the job's id.

        Args:
            operation: its name.
            request: what it is asked; of the type that the operation takes.
            told_as: the operation whose words are used for it, where that is another one.
            title: what it is about, where the operation does not know.
            small: one of many that are done in a moment: it takes no room unless it lasts, and who asked tells its end.
        """
        entry = OPERATIONS[operation]
        if type(request).__name__ != entry.request:
            raise TypeError(f"{operation} takes a {entry.request}")
        self._started += 1
        job_id = f"job-{self._started}"
        told_as = told_as or operation
        title = about(told_as, title or (entry.kept.title(request) if entry.kept else ""))
        small = small or (entry.kept is not None and entry.kept.small)
        progress = JobProgress(job_id, verbs(told_as).doing.format(title), small=small, operation=operation)
        worker = JobWorker(self._engine, operation, request, self)
        self._jobs[job_id] = job = RunningJob(job_id, operation, worker, progress, [], told_as, title)
        self._workers[worker] = job_id
        worker.reported.connect(self._hear)
        worker.ended.connect(self._end)
        worker.finished.connect(self._forget)
        self.job_changed.emit(job.progress.view)
        worker.start()
        self._beat.start()
        return job_id

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop."""
        job = self._jobs.get(job_id)
        if job is not None and job.progress.view.state.alive:
            job.progress.ask_to_stop()
            self.job_changed.emit(job.progress.view)
            job.worker.token.cancel()

    def pause(self, job_id: str) -> None:
        """Ask a job to stand still."""
        if job_id in self._jobs:
            self._jobs[job_id].worker.token.pause()

    def resume(self, job_id: str) -> None:
        """Let a job go on."""
        if job_id in self._jobs:
            self._jobs[job_id].worker.token.resume()

    def job(self, job_id: str) -> RunningJob | None:
        """A job that was started in this window."""
        return self._jobs.get(job_id)

    def running(self) -> list[RunningJob]:
        """The jobs that have not ended."""
        return [job for job in self._jobs.values() if job.progress.view.state.alive]

    def stop_all(self) -> bool:
        """Ask every job to stop; whether none runs already. `all_ended` follows when the last one has stopped."""
        for job in self.running():
            self.cancel(job.id)
        return not self._workers

    def wait(self, timeout_ms: int) -> bool:
        """Wait for the threads of all jobs, at the very end; whether all have ended in time."""
        return all(worker.wait(timeout_ms) for worker in list(self._workers))

    def _sending(self) -> RunningJob | None:
        """The job whose worker sent the signal that is being delivered."""
        worker = self.sender()
        return self._jobs.get(self._workers.get(worker, "")) if isinstance(worker, JobWorker) else None

    def _hear(self, event: JobEvent) -> None:
        job = self._sending()
        if job is None:
            return
        job.progress.hear(event)
        if isinstance(event, Noticed):
            self.noticed.emit(job.id, event)
            return
        if isinstance(event, ItemFailed):
            if len(job.failures) < _MOST_FAILURES:
                job.failures.append(event)
            return
        self.counted.emit(job.id, job.progress.counts)
        self.job_changed.emit(job.progress.view)

    def _end(self, outcome: Outcome) -> None:
        job = self._sending()
        if job is None:
            return
        job.progress.end(*_end_of(job, outcome))
        self.job_changed.emit(job.progress.view)
        if isinstance(outcome, Failed):
            self.job_failed.emit(job.id, outcome.error)
        self.job_ended.emit(job.id, outcome)
        self.catalog_changed.emit()

    def _forget(self) -> None:
        """The thread is gone; the job stays for its failures to be looked at."""
        worker = self.sender()
        if isinstance(worker, JobWorker):
            self._workers.pop(worker, None)
            worker.wait()  # `finished` comes from the thread itself: it is not quite gone when this is called
            worker.deleteLater()
        if not self._workers:
            self._beat.stop()
            self.all_ended.emit()


def _end_of(job: RunningJob, outcome: Outcome) -> tuple[JobState, str, Told, str]:
    """How a job ended, what it is called from now on, what it found, and its kind where it failed."""
    sentences = verbs(job.told_as)
    if isinstance(outcome, Done):
        kept = OPERATIONS[job.operation].kept
        summary = kept.summary(outcome.result) if kept is not None else {}
        if job.progress.view.failed:
            summary["failed_items"] = job.progress.view.failed
        return JobState.DONE, sentences.done.format(job.about), told(job.told_as, "done", summary), ""
    name = sentences.name.format(job.about)
    if isinstance(outcome, Failed):
        failed = told(job.told_as, "failed", {"error": outcome.error.message})
        return JobState.FAILED, name, failed, f"{job.told_as}/{outcome.error.code}"
    return JobState.STOPPED, name, told(job.told_as, "cancelled", {"counts": job.progress.counts}), ""
