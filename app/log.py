"""Logging, set up once by each front: a rotating file, live lines for a window, warnings on the terminal.

Every line carries UTC, and nothing that looks like a secret. Nothing is made on disk before the first line is written.
"""

import logging
import os
import re
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app.paths import Home
from app.settings.values import Log

FILE_NAME = "reelmark.log"
#: As `extra` of a log call: the terminal is spared the line, because the front says it in its own words.
ONLY_FILE = {"only_file": True}

_OURS = ("app", "ui")
_LIVE_LINES = 2000

_NAMED_SECRET = re.compile(
    r"""(?ix)
    ( [\w-]* (?: token | secret | password | passwd | passphrase | credential | authorization
               | api[_-]?key | (?: access | private | signing | account | tracker )[_-]key ) [\w-]*
      ["']? \s* (?: = | : ) \s* (?: (?: bearer | basic ) \s+ )? )
    ( "[^"]*" | '[^']*' | [^\s"',;&}\])]+ )
    """
)
_BARE_SECRET = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_SECRET_IN_ADDRESS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s/:@]+):[^\s/@]+@")
#: Control characters, lone surrogates, and marks that turn the direction of text: `gpj.exe` can look like a picture.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def redacted(text: str) -> str:
    """The text with the values of tokens, keys and passwords replaced by `***`."""
    text = _SECRET_IN_ADDRESS.sub(r"\1:***@", text)
    return _BARE_SECRET.sub(r"\1 ***", _NAMED_SECRET.sub(r"\1***", text))


def visible(text: str) -> str:
    r"""The text on one line, safe for a terminal: control characters as `\n`, `\x1b`, undecodable bytes as `\xff`."""
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return {9: r"\t", 10: r"\n", 13: r"\r"}.get(code) or (rf"\x{code:02x}" if code < 0x100 else rf"\u{code:04x}")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line for a live log. `time` is UTC, `level` a name such as `WARNING`."""

    time: datetime
    level: str
    logger: str
    text: str


@dataclass(frozen=True, slots=True)
class LogSetup:
    """What `setup_logging` did: the file (None where none can be written), the live lines, what the user should see."""

    file: Path | None
    live: "LiveLog"
    notices: tuple[str, ...] = ()


class LiveLog(logging.Handler):
    """The newest lines in memory, for a window that shows them as they come."""

    def __init__(self, size: int = _LIVE_LINES) -> None:
        super().__init__()
        self._lines: deque[LogLine] = deque(maxlen=size)
        self._listeners: tuple[Callable[[LogLine], None], ...] = ()
        self._guard = threading.Lock()

    def lines(self) -> tuple[LogLine, ...]:
        """What is remembered, oldest first."""
        with self._guard:
            return tuple(self._lines)

    def subscribe(self, listener: Callable[[LogLine], None]) -> Callable[[], None]:
        """Call `listener` with each new line until the returned function is called.

        It runs in the thread that logged, and must be quick and not raise: emit a Qt signal, append to a list.
        """
        with self._guard:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._guard:
                self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def emit(self, record: logging.LogRecord) -> None:
        """Remember one record and tell the listeners."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = LogLine(moment, record.levelname, record.name, visible(redacted(record.getMessage())))
        with self._guard:
            self._lines.append(line)
            listeners = self._listeners
        for listener in listeners:
            listener(line)


class _LineFormatter(logging.Formatter):
    """`2026-11-20T10:00:00.000000Z WARNING app.scanning.scan: text`, a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        text = f"{moment} {record.levelname} {record.process} {record.name}: {visible(record.getMessage())}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return redacted(text)


class _TerminalFormatter(logging.Formatter):
    """`warning: text`, without time or traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        return f"{record.levelname.lower()}: {visible(redacted(record.getMessage()))}"


class _FileHandler(RotatingFileHandler):
    """A rotating file that several processes may write, whose folder is made with its first line.

    A process that finds the file rotated by another goes on in the new one. A line that cannot be written is said on
    the terminal once; logging never stops the work.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        super().__init__(
            path, maxBytes=max_bytes, backupCount=keep, encoding="utf-8", errors="backslashreplace", delay=True
        )
        self._complained = False

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, into the file that stands at the path now."""
        if self.stream is not None and _was_moved(self.stream, self.baseFilename):
            self.stream.close()
            self.stream = None
        super().emit(record)

    def rotate(self, source: str, dest: str) -> None:
        """Move a full file away; where another process holds it (Windows), go on in it."""
        try:
            Path(source).replace(dest)
        except OSError as error:
            self.maxBytes = 0
            self._complain(error)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say once that the log cannot be written."""
        self._complain(sys.exc_info()[1])

    def _complain(self, error: BaseException | None) -> None:
        if not self._complained:
            self._complained = True
            sys.stderr.write(f"warning: the log file {visible(self.baseFilename)} cannot be written: {error}\n")


def _was_moved(stream: TextIOWrapper, path: str) -> bool:
    """Whether the path is another file by now than the one that is open."""
    try:
        return not os.path.samestat(os.fstat(stream.fileno()), os.stat(path))  # noqa: PTH116 - beside its fstat
    except OSError:
        return True


class _Terminal(logging.Handler):
    """Lines on whatever standard error is now, so that a progress display can take it over."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, unless the front says it itself."""
        if not getattr(record, "only_file", False):
            sys.stderr.write(self.format(record) + "\n")


def setup_logging(
    home: Home, settings: Log, *, console: bool = False, console_level: str = "WARNING", live_lines: int = _LIVE_LINES
) -> LogSetup:
    """Send the log of this process to the file, the live lines and, with `console`, to standard error.

    A second call replaces the first.

    Args:
        home: where the file goes, unless the settings name a folder.
        settings: level, folder, size and number of files.
        console: whether this front has a terminal.
        console_level: the least that the terminal shows.
        live_lines: how many lines the live log remembers.
    """
    close_logging()
    live = LiveLog(live_lines)
    handlers: list[logging.Handler] = [live]
    notices: tuple[str, ...] = ()
    path = log_folder(home, settings) / FILE_NAME
    trouble = _cannot_write(path, home)
    if trouble:
        notices = (f"Nothing is logged to {path}: {trouble}.",)
    else:
        file = _FileHandler(path, settings.max_bytes, settings.keep)
        file.setFormatter(_LineFormatter())
        handlers.append(file)
    if console:
        terminal = _Terminal(console_level)
        terminal.setFormatter(_TerminalFormatter())
        handlers.append(terminal)
    root = logging.getLogger()
    for handler in handlers:
        handler.set_name(f"reelmark {type(handler).__name__}")
        root.addHandler(handler)
    for name in _OURS:
        logging.getLogger(name).setLevel(settings.level)
    return LogSetup(None if trouble else path, live, notices)


def log_folder(home: Home, settings: Log) -> Path:
    """Where the log files lie."""
    return (Path(settings.dir).expanduser() if settings.dir else home.logs).absolute()


def close_logging() -> None:
    """Take our handlers away and close them; other people's stay."""
    root = logging.getLogger()
    for handler in root.handlers[:]:
        if (handler.name or "").startswith("reelmark "):
            root.removeHandler(handler)
            handler.close()
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)


def _cannot_write(path: Path, home: Home) -> str:
    """Why the log file cannot be written; empty where it can, or will be made with its first line."""
    if path.parent == home.logs and not home.writable:
        return "the working directory is read-only"
    try:
        if path.parent.is_dir():
            place = path if path.exists() else path.parent
            return "" if os.access(place, os.W_OK) else "it cannot be written"
        return "its folder is a file" if path.parent.exists() else ""
    except OSError as error:
        return error.strerror or str(error)
