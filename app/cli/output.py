"""What the command line prints: one JSON document or lines on standard output, everything else on standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from app.errors import InputError
from app.log import visible
from app.model.documents import json_text


class OutputFailed(InputError):
    """Standard output does not take what is printed."""

    default_code = "output.failed"


_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def print_json(document: Any) -> None:
    """Write one JSON document to standard output, as UTF-8 whatever the terminal speaks."""
    write_bytes(json_text(document).encode("utf-8") + b"\n")
    with output_errors():
        sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """Write UTF-8 to standard output, whatever the terminal speaks.

    Without a buffer (`python -u`) a signal may cut a write short; the rest is written then.
    """
    with output_errors():
        sys.stdout.flush()
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(data.decode("utf-8"))
            return
        rest = memoryview(data)
        while rest:
            rest = rest[buffer.write(rest) or 0 :]


def print_lines(*lines: str) -> None:
    """Write lines for a person to standard output; control characters are made visible."""
    for line in lines:
        write(visible(line))
    with output_errors():
        sys.stdout.flush()


def write(line: str) -> None:
    """Write one line to standard output as it is."""
    with output_errors():
        sys.stdout.write(line + "\n")


@contextmanager
def output_errors() -> Iterator[None]:
    """What standard output does not take, as an error for the user; a reader that has gone stays `BrokenPipeError`.

    Raises:
        OutputFailed: the disk it goes to is full, for one.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailed(
            f"The output could not be written: {error.strerror or error}",
            hint="The command itself has run; see to the place that its output goes to.",
        ) from error


def say(line: str) -> None:
    """Write one line to standard error; control characters are made visible."""
    sys.stderr.write(visible(line) + "\n")
    sys.stderr.flush()


def shown_cell(value: Any) -> str:
    """A value as a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u2009") if speaks_utf8() else f"{value:,}"
    return visible(str(value))


def human_bytes(size: float) -> str:
    """A size in decimal units (`1.2 GB`)."""
    for unit in _UNITS:
        if abs(size) < 999.5 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"


def cope_with_any_encoding() -> None:
    """Let the standard streams write every name, as escapes where the terminal's encoding has no letter for it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def give_up_stdout() -> None:
    """After its reader has gone: let nothing more be written to standard output, not even at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def local_time(text: str) -> str:
    """A moment in RFC 3339 as people read it: `2026-11-20 11:03` on the clock of this machine; other text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment.tzinfo else text


def count_of(number: int, word: str, plural: str = "") -> str:
    """`1 file`, `2 files`; thousands in groups."""
    return f"{shown_cell(number)} {word if number == 1 else plural or word + 's'}"


def speaks_utf8() -> bool:
    """Whether standard output takes every letter."""
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") == "utf8"


def is_number(value: Any) -> bool:
    """Whether a table sets it right."""
    return isinstance(value, int | float) and not isinstance(value, bool)
