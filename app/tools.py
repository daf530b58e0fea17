"""External programs: where they are and which version. Nothing here is needed to scan, search or sign off.

Looked for in this order: the path in the settings, `bin` of the working directory, PATH. Never in the current folder,
never through a shell.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.settings.loading import LoadedSettings

_VERSION_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class _Program:
    """How to ask a program for its version, what it is for, how to get it."""

    name: str
    version_option: str
    version: re.Pattern[str]
    hint: str


_PROGRAMS = (
    _Program("ffmpeg", "-version", re.compile(r"ffmpeg version (\S+)"), "Install FFmpeg (apt, brew, winget)."),
    _Program("ffprobe", "-version", re.compile(r"ffprobe version (\S+)"), "It comes with FFmpeg."),
    _Program("mediainfo", "--Version", re.compile(r"MediaInfoLib - v(\S+)"), "Install MediaInfo's command line (CLI)."),
    _Program("smartctl", "--version", re.compile(r"smartctl (\S+)"), "Install smartmontools."),
)

TOOL_NAMES = tuple(program.name for program in _PROGRAMS)


@dataclass(frozen=True, slots=True)
class Tool:
    """An external program.

    Attributes:
        name: as in the settings (`ffmpeg`).
        found: whether it is there and answered.
        version: what it says of itself; empty where it did not.
        path: absolute path, also of one that did not answer; empty where there is none.
        hint: what to do about it; empty where it was found.
    """

    name: str
    found: bool
    version: str = ""
    path: str = ""
    hint: str = ""


def find_tools(settings: LoadedSettings) -> tuple[Tool, ...]:
    """Every external program this version can use."""
    return tuple(find_tool(name, settings) for name in TOOL_NAMES)


def find_tool(name: str, settings: LoadedSettings) -> Tool:
    """Look one program up and ask it for its version (at most five seconds).

    Raises:
        ValueError: no such program is used.
    """
    program = next((candidate for candidate in _PROGRAMS if candidate.name == name), None)
    if program is None:
        raise ValueError(f"{name} is none of {', '.join(TOOL_NAMES)}")
    named = str(getattr(settings.values.tools, name))
    if named and not _is_program(Path(named).expanduser()):
        return Tool(name, False, hint=f"The setting tools.{name} names {named}, which is no program. {program.hint}")
    places = [Path(named).expanduser()] if named else _places(name, settings.home.bin)
    for place in places:
        if _is_program(place):
            return _asked(program, place.absolute())
    return Tool(name, False, hint=f"{program.hint} Or name its path: reelmark settings set tools.{name} PATH")


def _places(name: str, own: Path) -> Iterator[Path]:
    """Where a program could be: our own folder (also in a folder of its name), then PATH."""
    file = f"{name}.exe" if sys.platform == "win32" else name
    yield from (own / file, own / name / file, own / name / "bin" / file)
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if Path(folder).is_absolute():
            yield Path(folder) / file


def _is_program(path: Path) -> bool:
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False


def _asked(program: _Program, path: Path) -> Tool:
    """The tool with its version, or with the reason why it does not answer."""
    try:
        output = _output([str(path), program.version_option])
    except OSError as error:
        reason = error.strerror or str(error)
        return Tool(program.name, False, path=str(path), hint=f"It cannot be started: {reason}. {program.hint}")
    except subprocess.TimeoutExpired:
        return Tool(program.name, False, path=str(path), hint=f"It does not answer. {program.hint}")
    match = program.version.search(output)
    if match is None:
        return Tool(program.name, False, path=str(path), hint=f"It does not say its version. {program.hint}")
    return Tool(program.name, True, match[1], str(path))


def _output(command: list[str]) -> str:
    """What a program prints, both streams. One that does not end in time is killed with all it started.

    Raises:
        OSError: it cannot be started.
        subprocess.TimeoutExpired: it did not end.
    """
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    environment = {**os.environ, "LC_ALL": "C"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
        creationflags=flags,
    ) as process:
        try:
            output, _ = process.communicate(timeout=_VERSION_TIMEOUT_S)
        except BaseException:
            _kill(process)
            raise
    return output.decode("utf-8", "replace")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program and whatever it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
