"""What the job panel shows of a job, and the words it makes of it. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from ui import formats


class JobState(StrEnum):
    """Where a job stands, as far as a reader cares."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def alive(self) -> bool:
        """Whether it can still change by itself or by a button."""
        return self not in (JobState.DONE, JobState.STOPPED, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class JobView:
    """One job at one moment.

    Attributes:
        id: tells jobs apart.
        title: what it does and to what (`Scanning LTO-RESTORE-07`).
        stage: the step it is in (`hashing`).
        state: where it stands.
        done, total: items; `total` None where it cannot be known.
        bytes_done, total_bytes: the same in bytes; the bar follows the bytes where both are known.
        items_per_s, bytes_per_s: speeds; 0 hides them.
        seconds_left: None where it cannot be known.
        current: the file in hand.
        failed: items that could not be handled.
        unit: what an item is (`files`).
        message: how it ended, or why it waits.
        can_pause: whether Pause is offered.
    """

    id: str
    title: str
    stage: str = ""
    state: JobState = JobState.RUNNING
    done: int = 0
    total: int | None = None
    bytes_done: int = 0
    total_bytes: int | None = None
    items_per_s: float = 0.0
    bytes_per_s: float = 0.0
    seconds_left: float | None = None
    current: str = ""
    failed: int = 0
    unit: str = "files"
    message: str = ""
    can_pause: bool = True

    def headline(self) -> str:
        """`Scanning LTO-RESTORE-07 · hashing`."""
        step = self.stage if self.state in (JobState.RUNNING, JobState.PAUSED) else ""
        return f"{self.title} · {step}" if step else self.title

    def share(self) -> float | None:
        """How much is done, 0 to 1; None where it cannot be known."""
        if self.state == JobState.DONE:
            return 1.0
        if self.total_bytes:
            return min(1.0, self.bytes_done / self.total_bytes)
        if self.total:
            return min(1.0, self.done / self.total)
        return None

    def numbers(self) -> str:
        """`255,114 of 418,220 · 1.2 k files/s · 412 MB/s · 6 min left`; for a job that does not run, how it stands."""
        if not self.state.alive or self.state == JobState.WAITING:
            return self.message or str(self.state)
        counted = formats.count(self.done)
        if self.total:
            counted = f"{counted} of {formats.count(self.total)}"
        parts = [f"{counted} {self.unit}"]
        if self.state == JobState.RUNNING:
            if self.items_per_s:
                parts.append(formats.rate(self.items_per_s, self.unit))
            if self.bytes_per_s:
                parts.append(formats.byte_rate(self.bytes_per_s))
            parts.append(formats.time_left(self.seconds_left))
        else:
            parts.append(str(self.state))
        return " · ".join(part for part in parts if part)
