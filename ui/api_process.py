"""The local API as a process of its own, started and stopped from the window."""

import os
import sys
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from app.settings import LoadedSettings

_SAYS = "API listening on "
_STOP_MS = 8000
_MOST_SAID = 4000


class ApiState(StrEnum):
    """How the process stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class ApiProcess(QObject):
    """Runs `python -m app serve` and ends it by closing its standard input, which every system understands.

    Args:
        loaded: names the working directory and the settings file that the server is to use.
    """

    changed = Signal()
    """The state, the address or the problem is another one."""

    def __init__(self, loaded: LoadedSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = ApiState.STOPPED
        #: Where it can be reached while it runs.
        self.address = ""
        #: Why it ended or did not start, in its own words; empty where all is well.
        self.problem = ""
        self._loaded = loaded
        self._said = ""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._hear)
        self._process.readyReadStandardError.connect(self._hear_complaints)
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._not_started)
        self._patience = QTimer(self, singleShot=True, interval=_STOP_MS)
        self._patience.timeout.connect(self._process.kill)

    def start(self, *, allow_write: bool) -> None:
        """Start it, unless it runs."""
        if self.state != ApiState.STOPPED:
            return
        self.problem, self._said = "", ""
        self._process.setProcessEnvironment(_environment())
        self._set(ApiState.STARTING)
        self._process.start(sys.executable, [*_python(), *self._options(), *_serve(allow_write=allow_write)])

    def stop(self) -> None:
        """Ask it to end; one that does not is killed."""
        if self.state in (ApiState.STARTING, ApiState.RUNNING):
            self._set(ApiState.STOPPING)
            self._process.closeWriteChannel()
            self._patience.start()

    def finish(self) -> None:
        """Stop it and wait until it is gone; the window is gone by then."""
        self.stop()
        if self._process.state() != QProcess.ProcessState.NotRunning and not self._process.waitForFinished(_STOP_MS):
            self._process.kill()
            self._process.waitForFinished(_STOP_MS)

    def _options(self) -> list[str]:
        home = self._loaded.home
        named = [] if self._loaded.file == home.settings else ["--settings", str(self._loaded.file)]
        return ["--home", str(home.root), *named]

    def _hear(self) -> None:
        text = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        _, said, address = text.partition(_SAYS)
        if said:
            self.address = address.strip()
            self._set(ApiState.RUNNING)

    def _hear_complaints(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        self._said = (self._said + text)[-_MOST_SAID:]

    def _ended(self, code: int, _status: QProcess.ExitStatus) -> None:
        self._patience.stop()
        self._hear_complaints()
        if self.state != ApiState.STOPPING:
            self.problem = _reason(self._said) or f"The server ended by itself ({code})."
        self.address = ""
        self._set(ApiState.STOPPED)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.problem = f"The server could not be started: {self._process.errorString()}"
            self._set(ApiState.STOPPED)

    def _set(self, state: ApiState) -> None:
        self.state = state
        self.changed.emit()


def _serve(*, allow_write: bool) -> list[str]:
    return ["serve", "--with-parent", "--allow-write" if allow_write else "--read-only"]


def _python() -> list[str]:
    """How Python starts the command line; the bundle's executable dispatches on the same words."""
    return [*([] if getattr(sys, "frozen", False) else ["-P"]), "-m", "app"]


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    ours = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment.insert("PYTHONPATH", os.pathsep.join(ours))
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment


def _reason(said: str) -> str:
    """What the server said last: its error with the hint behind it, without warnings."""
    lines = [line.removeprefix("Error: ").strip() for line in said.splitlines()]
    told = (line.rstrip(".") for line in lines if line and not line.startswith(("warning:", "note:")))
    return "".join(f"{line}. " for line in told).rstrip()
