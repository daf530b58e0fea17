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
        pictureless: those among them that can be read and of which no picture could be made.
        unit: what items are (`files`); empty for steps that say nothing to a reader.
        message: how it ended, or why it waits.
        can_pause: whether Pause is offered.
        level: how good an end it came to: a token of the theme without `_text`, or "".
        small: done in a moment as a rule, and one of many: it takes no room in the panel unless it lasts or fails.
        seconds: how long it runs.
        kind: of one that failed, its operation and why (`sign_off/media.permission`); those of a kind share a row.
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
    pictureless: int = 0
    unit: str = "files"
    message: str = ""
    can_pause: bool = True
    level: str = ""
    small: bool = False
    seconds: float = 0.0
    kind: str = ""

    def failures(self) -> str:
        """`62 failed · 5 without a picture`: the former are those that a scan counts as unreadable."""
        told = ((self.failed - self.pictureless, "failed"), (self.pictureless, "without a picture"))
        return " · ".join(f"{formats.count(number)} {word}" for number, word in told if number)

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

    def short(self) -> str:
        """`hashing · 61 %`, for one cell of a table."""
        if self.state == JobState.RUNNING:
            done = formats.percent(round((self.share() or 0) * 1000), 1000) if self.share() else ""
            return " · ".join(part for part in (self.stage, done) if part)
        return str(self.state)

    def elapsed(self) -> str:
        """`4 min 10 s so far`."""
        return f"{formats.duration(self.seconds)} so far"

    def numbers(self) -> str:
        """`255,114 of 418,220 · 1.2 k files/s · 412 MB/s · 6 min left`; for a job that does not run, how it stands."""
        if not self.state.alive or self.state == JobState.WAITING:
            return self.message or str(self.state)
        parts = [self._counted()]
        if self.state == JobState.RUNNING:
            if self.items_per_s and self.unit:
                parts.append(formats.rate(self.items_per_s, self.unit))
            if self.bytes_per_s:
                parts.append(formats.byte_rate(self.bytes_per_s))
            parts.append(formats.time_left(self.seconds_left))
        else:
            parts.append(str(self.state))
        if self.seconds >= 1:
            parts.insert(-1 if self.seconds_left is not None else len(parts), self.elapsed())
        return " · ".join(part for part in parts if part)

    def _counted(self) -> str:
        """Items, or bytes where items say nothing."""
        if not self.unit:
            whole = f" of {formats.size(self.total_bytes)}" if self.total_bytes else ""
            return f"{formats.size(self.bytes_done)}{whole}" if self.bytes_done else ""
        if self.total:
            return f"{formats.count(self.done)} of {formats.count(self.total)} {self.unit}"
        return f"{formats.count(self.done)} {self.unit if self.done != 1 else self.unit.removesuffix('s')}"
