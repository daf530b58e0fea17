"""The progress of a job on a terminal: one line that moves, lasting notices above it. Elsewhere only the notices."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from app.cli.output import human_bytes, say
from app.jobs.events import ItemFailed, JobEvent, Noticed, Paused, Progressed, Stage, StageStarted
from app.log import visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_WORDS = {
    Stage.WAIT: "Waiting",
    Stage.WALK: "Listing",
    Stage.INDEX: "Indexing",
    Stage.HASH: "Hashing",
    Stage.INSPECT: "Inspecting",
    Stage.PICTURES: "Making pictures",
    Stage.FINISH: "Finishing",
    Stage.GROUP: "Grouping",
    Stage.SIDECARS: "Writing sidecars",
    Stage.DELETE: "Deleting",
    Stage.GENERATE: "Generating",
    Stage.EXPORT: "Exporting",
    Stage.BACKUP: "Backing up",
    Stage.CHECK: "Checking",
    Stage.OPTIMISE: "Optimising",
    Stage.VACUUM: "Vacuuming",
    Stage.RESTORE: "Restoring",
    Stage.SALVAGE: "Salvaging",
    Stage.FETCH: "Fetching",
    Stage.INSTALL: "Installing",
    Stage.VERIFY: "Verifying",
    Stage.COMPARE: "Looking for copies",
    Stage.DIFFER: "Comparing",
    Stage.DECODE: "Decoding",
}


class JobDisplay:
    """Shows the events of one job. Use it as a context; give `hear` to the job.

    Args:
        stream: standard error; a display that moves appears only where it is a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._failed = 0
        self._stage_began = 0.0

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._progress = _progress_on(self._stream)
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While inside, the moving line is not there, where standard output is the same terminal."""
        if self._progress is None or not sys.stdout.isatty():
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def hear(self, event: JobEvent) -> None:
        """Take one event of the job."""
        match event:
            case Noticed():
                say(f"note: {event.text}" + (f" {event.hint}" if event.hint else ""))
            case ItemFailed():
                self._failed += 1
            case StageStarted():
                self._begin(event)
            case Progressed():
                self._advance(event)
            case Paused():
                self._describe("Paused" if event.paused else "Going on")

    def _begin(self, event: StageStarted) -> None:
        self._stage_began = time.monotonic()
        if self._progress is not None:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(_WORDS[event.stage], total=event.total, facts="")

    def _advance(self, event: Progressed) -> None:
        if self._progress is None or self._task is None:
            return
        whole_bytes = event.total_bytes or 0
        done, total = (event.bytes_done, whole_bytes) if whole_bytes else (event.done, event.total)
        self._progress.update(self._task, completed=done, total=total, facts=self._facts(event))

    def _describe(self, text: str) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=text)

    def _facts(self, event: Progressed) -> str:
        """Counts, rates, failures and the current file, in that order, since the end is cut first."""
        seconds = max(time.monotonic() - self._stage_began, 0.001)
        of = f" of {event.total:,}" if event.total is not None else ""
        parts = [f"{event.done:,}{of}", f"{event.done / seconds:,.0f}/s"]
        if event.bytes_done:
            parts.append(f"{human_bytes(event.bytes_done / seconds)}/s")
        if self._failed:
            parts.append(f"{self._failed:,} failed")
        if event.current:
            parts.append(visible(event.current))
        return "  ".join(parts)


def _progress_on(stream: TextIO) -> "Progress":
    """The moving line."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    console = Console(file=stream, highlight=False, emoji=False)
    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    facts = TextColumn("{task.fields[facts]}", markup=False, table_column=rest)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TimeElapsedColumn(),
        facts,
        console=console,
        transient=True,
        expand=True,
        refresh_per_second=8,
        redirect_stdout=False,
        redirect_stderr=True,
    )
