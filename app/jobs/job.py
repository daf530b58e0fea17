"""The one handle every long function takes: progress out, cancel and pause in."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.errors import Cancelled
from app.jobs.events import Concerns, ItemFailed, JobEvent, Noticed, Paused, Progressed, Stage, StageStarted

T = TypeVar("T")

_EVENT_INTERVAL_S = 0.1


class CancelToken:
    """Cancel and pause, settable from any thread.

    Not from a signal handler: that runs between two steps of the main thread, which may hold the very lock that setting
    takes. A handler starts a thread that sets it.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Ask the job to stop; a paused one wakes to do so."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Ask the job to stand still at its next check."""
        if not self._cancelled.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Let a paused job go on."""
        self._running.set()

    @property
    def cancelled(self) -> bool:
        """True once `cancel` was called."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """True while the job is asked to stand still."""
        return not self._running.is_set()

    def wait_while_paused(self, timeout_s: float | None = None) -> bool:
        """Block while paused; True when running again (or cancelled) before the time is up."""
        return self._running.wait(timeout_s)

    def wait_cancelled(self, timeout_s: float) -> bool:
        """Sleep up to `timeout_s` seconds; True at once when cancelled."""
        return self._cancelled.wait(timeout_s)


class Job:
    """Progress out, cancel in. `Job()` listens to nobody and never stops, which is what a test wants.

    Args:
        emit: called with each event in the job's own thread; must be quick and thread-safe.
        token: what the front sets to stop or pause.

    Attributes:
        failed_items: how many items could not be handled so far.
        counts: the running totals by name as they were told last.
    """

    def __init__(self, emit: Callable[[JobEvent], None] | None = None, token: CancelToken | None = None) -> None:
        self._listeners = [emit] if emit is not None else []
        self.token = token or CancelToken()
        self.failed_items = 0
        self.counts: dict[str, int] = {}
        self._stage = Stage.WAIT
        self._total: int | None = None
        self._total_bytes: int | None = None
        self._next_event = 0.0

    def watch(self, heard: Callable[[JobEvent], None]) -> None:
        """Let another one hear each event, under the same rules as `emit`."""
        self._listeners.append(heard)

    def check(self) -> None:
        """Stand still while paused; raise `Cancelled` once asked to stop."""
        if self.token.paused:
            self._emit(Paused(True))
            self.token.wait_while_paused()
            self._emit(Paused(False))
        if self.token.cancelled:
            raise Cancelled

    def stage(self, stage: Stage, total: int | None = None, total_bytes: int | None = None) -> None:
        """Begin a stage of `total` items and `total_bytes` bytes, where known."""
        self.check()
        self._stage, self._total, self._total_bytes, self._next_event = stage, total, total_bytes, 0.0
        self._emit(StageStarted(stage, total, total_bytes))

    def progress(
        self,
        done: int,
        *,
        bytes_done: int = 0,
        current: str = "",
        counts: dict[str, int] | None = None,
        last: bool = False,
    ) -> None:
        """Say how far the stage is (throttled, unless `last`), and check the token."""
        self.check()
        if counts is not None:
            self.counts = counts
        now = time.monotonic()
        if now < self._next_event and not last:
            return
        self._next_event = now + _EVENT_INTERVAL_S
        self._emit(
            Progressed(
                self._stage, done, self._total, bytes_done, self._total_bytes, current, tuple((counts or {}).items())
            )
        )

    def each(self, stage: Stage, items: Iterable[T], total: int | None = None) -> Iterator[T]:
        """Go through `items` as one stage, with progress and a check before each."""
        self.stage(stage, total)
        done = 0
        for item in items:
            self.progress(done)
            yield item
            done += 1
        self.progress(done, last=True)

    def item_failed(self, path: str, reason: str, code: str = "") -> None:
        """Note that one item could not be handled."""
        self.failed_items += 1
        self._emit(ItemFailed(path, reason, code))

    def concerns(self, drive_id: str, label: str) -> None:
        """Say which drive the job works on."""
        self._emit(Concerns(drive_id, label))

    def notice(self, code: str, text: str, hint: str = "") -> None:
        """Tell the user something that lasts: a banner in the window, a line on the terminal."""
        self._emit(Noticed(code, text, hint))

    def _emit(self, event: JobEvent) -> None:
        for heard in self._listeners:
            heard(event)
