"""What the job history keeps of each run of an operation. Keeping it never makes a run fail, and hardly slower."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.catalog.jobs import JobEntry
from app.engine import Engine
from app.errors import AppError, Cancelled, UsageError
from app.jobs.events import Concerns, JobEvent
from app.jobs.job import Job
from app.model.times import now_us

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an operation that writes.

    Attributes:
        title: what a run is about, from its request: an asset, a folder, a drive's label.
        summary: counts and facts of its result, JSON-ready; fronts make words of them.
        paths: where it works, from its request: they tell the drive.
        asked: what a request asked for that is worth keeping, JSON-ready; it stands in the summary too.
        small: done in a moment, so that it is noted only once, at its end.
        writes: whether a request writes at all; a dry run does not and is not kept.
    """

    title: Callable[[Any], str]
    summary: Callable[[Any], dict[str, Any]]
    paths: Callable[[Any], tuple[str | Path, ...]]
    asked: Callable[[Any], dict[str, Any]] = lambda _request: {}
    small: bool = False
    writes: Callable[[Any], bool] = lambda _request: True


class JobRecorder:
    """Notes one run in the catalogue of its engine.

    Args:
        engine: has the catalogue; nothing is noted where its home cannot be written.
        operation: the operation's name.
        kept: what is kept of it.
        request: what it was asked.
        job: tells the counts and the drive as they become known.
    """

    def __init__(self, engine: Engine, operation: str, kept: Kept, request: Any, job: Job) -> None:
        self._engine = engine
        self._kept = kept
        self._job = job
        self._entry = JobEntry(operation, kept.title(request), None, "running", now_us(), summary=kept.asked(request))
        job.watch(self._hear)
        self._writes = engine.home.writable and kept.writes(request)
        if self._writes:
            self._attempt(self._find_drive, kept.paths(request))
            if not kept.small:
                self._attempt(self._add)

    def run(self, function: Callable[[], Any]) -> Any:
        """Call the operation and note how it ended; its result."""
        try:
            result = function()
        except UsageError:
            self._forget()
            raise
        except (Cancelled, KeyboardInterrupt):
            self._end("cancelled", {"counts": dict(self._job.counts)})
            raise
        except BaseException as error:
            reason = error.message if isinstance(error, AppError) else f"{type(error).__name__}: {error}"
            self._end("failed", {"counts": dict(self._job.counts), "error": reason})
            raise
        self._end("done", self._kept.summary(result))
        return result

    def _hear(self, event: JobEvent) -> None:
        """Note the drive as soon as it is known: a crash must not leave it out."""
        if isinstance(event, Concerns) and event.drive_id != self._entry.drive_id:
            self._entry = replace(self._entry, drive_id=event.drive_id, title=self._entry.title or event.label)
            if self._entry.id:
                self._attempt(self._change)

    def _end(self, state: str, summary: dict[str, Any]) -> None:
        if not self._writes:
            return
        if self._job.failed_items:
            summary["failed_items"] = self._job.failed_items
        self._entry = replace(self._entry, state=state, ended_us=now_us(), summary={**self._entry.summary, **summary})
        self._attempt(self._change if self._entry.id else self._add)

    def _forget(self) -> None:
        if self._entry.id:
            self._attempt(self._engine.catalog.jobs.forget, self._entry.id)

    def _add(self) -> None:
        self._entry = replace(self._entry, id=self._engine.catalog.jobs.add(self._entry))

    def _change(self) -> None:
        self._engine.catalog.jobs.change(self._entry)

    def _find_drive(self, paths: tuple[str | Path, ...]) -> None:
        """The drive with the deepest base that holds all paths, by their text: a dead share must not be asked."""
        if not paths:
            return
        absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - by text alone
        holding = [
            drive
            for drive in self._engine.catalog.drives(look=False)
            if all(path.is_relative_to(drive.base) for path in absolute)
        ]
        found = max(holding, key=lambda drive: len(drive.base), default=None)
        self._entry = replace(self._entry, drive_id=found.id if found else None)

    def _attempt(self, note: Callable[..., None], *values: Any) -> None:
        """Note something; a catalogue that cannot be written now costs a line in the log."""
        try:
            note(*values)
        except (AppError, OSError) as error:
            _log.warning("The job history was not written: %s", error)
