"""What a job's events add up to: the view of it that the job panel shows, with speeds and the time left."""

import time
from collections.abc import Callable
from dataclasses import replace

from app.jobs.events import PICTURELESS, Concerns, ItemFailed, JobEvent, Paused, Progressed, Stage, StageStarted
from ui.outcomes import Told
from ui.widgets.job_view import JobState, JobView

_STAGES = {
    Stage.WAIT: "waiting for its turn",
    Stage.WALK: "listing",
    Stage.INDEX: "indexing",
    Stage.HASH: "hashing",
    Stage.INSPECT: "reading media",
    Stage.PICTURES: "making pictures",
    Stage.FINISH: "finishing",
    Stage.GROUP: "grouping",
    Stage.SIDECARS: "writing sidecars",
    Stage.DELETE: "deleting",
    Stage.GENERATE: "making files",
    Stage.EXPORT: "exporting",
    Stage.BACKUP: "backing up",
    Stage.CHECK: "checking",
    Stage.OPTIMISE: "optimising",
    Stage.VACUUM: "vacuuming",
    Stage.RESTORE: "restoring",
    Stage.SALVAGE: "salvaging",
    Stage.FETCH: "fetching",
    Stage.INSTALL: "installing",
    Stage.VERIFY: "verifying",
    Stage.COMPARE: "looking for copies",
    Stage.DIFFER: "comparing",
    Stage.DECODE: "decoding",
}
#: Stages that count something else than files; empty where the steps say nothing to a reader.
_UNITS = {
    Stage.SIDECARS: "assets",
    **dict.fromkeys((Stage.BACKUP, Stage.CHECK, Stage.OPTIMISE, Stage.VACUUM, Stage.RESTORE, Stage.SALVAGE), ""),
    **dict.fromkeys((Stage.FETCH, Stage.INSTALL), ""),
}
#: What a stage counts in one operation, where it counts something else in others.
_UNITS_OF = {("check", Stage.CHECK): "assets"}
_SMOOTH = 0.2
_LEAST_S = 1.0


class JobProgress:
    """Follows one job.

    Args:
        job_id: tells it apart.
        title: what it does and to what.
        clock: seconds that only go forward.
        small: see `JobView`.
        operation: its name in `OPERATIONS`.
    """

    def __init__(
        self,
        job_id: str,
        title: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        small: bool = False,
        operation: str = "",
    ) -> None:
        self._clock = clock
        self._operation = operation
        self.view = JobView(job_id, title, _STAGES[Stage.WAIT], JobState.WAITING, small=small)
        #: The id of the drive that it works on, once it is known.
        self.drive_id = ""
        self._began = clock()
        #: Running totals by name, for live counters.
        self.counts: dict[str, int] = {}
        self._stage_began = clock()
        self._seen: tuple[float, int, int] = (clock(), 0, 0)

    def hear(self, event: JobEvent) -> None:
        """Take one event."""
        match event:
            case StageStarted():
                self._start(event)
            case Progressed():
                self._go_on(event)
            case ItemFailed():
                pictureless = self.view.pictureless + event.code.startswith(PICTURELESS)
                self.view = replace(self.view, failed=self.view.failed + 1, pictureless=pictureless)
            case Paused(paused):
                self._pause(paused)
            case Concerns(drive_id):
                self.drive_id = drive_id
            case _:
                pass
        self.view = replace(self.view, seconds=self._clock() - self._began)

    def ask_to_stop(self) -> None:
        """The job was asked to stop and has not answered yet."""
        if self.view.state.alive:
            self.view = replace(self.view, state=JobState.STOPPING)

    def end(self, state: JobState, title: str, ended: Told, kind: str = "") -> None:
        """Take how it ended: what it is called from now on, what it found, and its `kind` where it failed."""
        self.view = replace(
            self.view,
            state=state,
            title=title,
            message=ended.words,
            level=ended.level,
            current="",
            seconds=self._clock() - self._began,
            kind=kind,
        )

    def _start(self, event: StageStarted) -> None:
        now = self._clock()
        self._stage_began, self._seen = now, (now, 0, 0)
        state = JobState.STOPPING if self.view.state == JobState.STOPPING else JobState.RUNNING
        self.view = replace(
            self.view,
            stage=_STAGES[event.stage],
            unit=_UNITS_OF.get((self._operation, event.stage), _UNITS.get(event.stage, "files")),
            state=state,
            done=0,
            total=event.total,
            bytes_done=0,
            total_bytes=event.total_bytes,
            items_per_s=0.0,
            bytes_per_s=0.0,
            seconds_left=None,
            current="",
        )

    def _go_on(self, event: Progressed) -> None:
        now = self._clock()
        then, items, size = self._seen
        view = self.view
        if now - then >= _LEAST_S:
            span = now - then
            view = replace(
                view,
                items_per_s=_smoothed(view.items_per_s, (event.done - items) / span),
                bytes_per_s=_smoothed(view.bytes_per_s, (event.bytes_done - size) / span),
            )
            self._seen = (now, event.done, event.bytes_done)
        self.counts.update(event.counts)
        self.view = replace(
            view,
            done=event.done,
            total=event.total,
            bytes_done=event.bytes_done,
            total_bytes=event.total_bytes,
            current=event.current,
            seconds_left=self._left(event, now),
        )

    def _left(self, event: Progressed, now: float) -> float | None:
        """Seconds left at the mean speed of the stage so far; None in its first seconds."""
        spent = now - self._stage_began
        whole, done = (event.total_bytes, event.bytes_done) if event.total_bytes else (event.total, event.done)
        if not whole or not done or spent < 2 * _LEAST_S:
            return None
        return spent * (whole - done) / done

    def _pause(self, paused: bool) -> None:
        if self.view.state in (JobState.RUNNING, JobState.PAUSED):
            self.view = replace(self.view, state=JobState.PAUSED if paused else JobState.RUNNING)
        now = self._clock()
        self._seen = (now, self.view.done, self.view.bytes_done)


def _smoothed(before: float, now: float) -> float:
    return now if before == 0 else before + _SMOOTH * (now - before)
