"""What a command works with: the global options, and the home, settings, log and engine that are opened when needed."""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.output import print_json, say
from app.jobs.job import CancelToken, Job
from app.log import LogSetup, close_logging, setup_logging
from app.paths import Home, find_home
from app.settings import LoadedSettings, load_settings

if TYPE_CHECKING:
    from app.engine import Engine


@dataclass(slots=True)
class GlobalOptions:
    """The options that stand before the command; None where not given."""

    home: str | None = None
    settings: Path | None = None
    log: str | None = None
    log_dir: str | None = None

    def arguments(self) -> list[str]:
        """The options as they were given, for another process or a line to copy."""
        given = (("--home", self.home), ("--settings", self.settings), ("--log", self.log), ("--log-dir", self.log_dir))
        return [part for name, value in given if value is not None for part in (name, str(value))]


@dataclass
class Front:
    """One call of the command line.

    Attributes:
        options: what stood before the command.
        environ: the environment.
        json: whether standard output gets one JSON document.
        repairing: whether the engine is opened over a catalogue that cannot be used as well, to mend it.
        chosen: settings that options of the command override, by dotted key; set before `settings` is read.
    """

    options: GlobalOptions = field(default_factory=GlobalOptions)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    json: bool = False
    repairing: bool = False
    chosen: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def home(self) -> Home:
        """The working directory; nothing is made in it.

        Raises:
            BadSettings: a named one cannot be used.
        """
        home = find_home(self.options.home, self.environ)
        for notice in home.notices:
            say(f"note: {notice}")
        return home

    @cached_property
    def settings(self) -> LoadedSettings:
        """The settings in force; wrong values are said on standard error, and logging begins.

        Raises:
            BadSettings: a settings file that was named cannot be used.
            UsageError: an option has a wrong value.
        """
        loaded = self.quiet_settings()
        for problem in loaded.problems:
            say(f"warning: {problem.sentence}")
        _ = self.logging
        return loaded

    def quiet_settings(self) -> LoadedSettings:
        """The settings in force, without a word about what is wrong in them (`settings check` prints that itself)."""
        options = {"log.level": self.options.log, "log.dir": self.options.log_dir, **self.chosen}
        return load_settings(self.home, self.environ, options, file=self.options.settings)

    @cached_property
    def logging(self) -> LogSetup:
        """The log of this call: the file, and warnings (with `--log` everything from that level) on the terminal."""
        values = self.quiet_settings().values
        level = values.log.level if self.options.log else "WARNING"
        setup = setup_logging(self.home, values.log, console=True, console_level=level)
        for notice in setup.notices:
            say(f"note: {notice}")
        return setup

    @property
    def has_engine(self) -> bool:
        """Whether the engine was opened."""
        return "engine" in self.__dict__

    @cached_property
    def engine(self) -> "Engine":
        """The engine over the working directory; closed when the command ends."""
        from app.engine import open_engine

        engine = open_engine(self.settings, self.home, repairing=self.repairing)
        for notice in engine.notices:
            say(f"note: {notice}")
        return engine

    def require_writing(self) -> None:
        """Refuse a writing command on a read-only working directory or on settings that could not be read.

        Raises:
            BadSettings: either is so.
        """
        self.settings.require_readable()
        self.home.require_writable()

    def close(self) -> None:
        """Close what was opened."""
        if self.has_engine:
            self.engine.close()
            del self.__dict__["engine"]

    def close_logging(self) -> None:
        """End the log of this call, where it began."""
        if "logging" in self.__dict__:
            close_logging()

    def emit(self, document: Any) -> None:
        """Print the JSON document of the command."""
        print_json(document)


def front_of(ctx: typer.Context) -> Front:
    """The front that a command was called through."""
    front = ctx.find_root().obj
    if not isinstance(front, Front):
        raise TypeError("A command was called without its front.")
    return front


def _note_json(ctx: typer.Context, value: bool) -> bool:
    front_of(ctx).json = value
    return value


#: The `--json` option of every command that prints a result. It sets `Front.json`.
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document.", is_eager=True, callback=_note_json)
]


def run_operation(front: Front, name: str, request: Any) -> Any:
    """Run one operation of the engine with progress on standard error; Ctrl-C stops it cleanly.

    Returns:
        The operation's result.

    Raises:
        AppError: as the operation does.
        Cancelled: it was stopped.
    """
    from app.operations import run

    engine = front.engine
    with watched_job() as job:
        return run(engine, name, request, job)


@contextmanager
def watched_job() -> Iterator[Job]:
    """A job whose progress is shown on standard error, and which Ctrl-C stops cleanly."""
    from app.cli.progress import JobDisplay

    token = CancelToken()
    with stop_on_signal(token), JobDisplay(sys.stderr) as display:
        yield Job(display.hear, token)


@contextmanager
def stop_on_signal(token: CancelToken) -> Iterator[None]:
    """While inside, Ctrl-C (and SIGTERM) sets the token; a second one stops at once.

    The token is set in a thread of its own: a handler runs between two steps of the main thread, which may hold the
    very lock that setting the token takes.
    """
    signals = [signal.SIGINT, signal.SIGTERM]
    asked = False

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        threading.Thread(target=token.cancel, name="cancel", daemon=True).start()
        if number == signal.SIGINT:
            os.write(2, b"\nStopping; press Ctrl-C again to stop at once.\n")

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, ask) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
