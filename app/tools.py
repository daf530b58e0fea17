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
class Program:
    """A program we can use.

    Attributes:
        name: as in the settings.
        version_option: what makes it say its version.
        version: where the version stands in what it says.
        hint: how to get it.
        used_for: what it is there for.
        without: what is limited without it, as the end of a sentence.
    """

    name: str
    version_option: str
    version: re.Pattern[str]
    hint: str
    used_for: str
    without: str


PROGRAMS = (
    Program(
        "ffmpeg",
        "-version",
        re.compile(r"ffmpeg version (\S+)"),
        "Install FFmpeg (apt, brew, winget).",
        "movies and sound that the built-in decoder cannot read",
        "nothing that this version does; a built-in decoder reads movies and sound.",
    ),
    Program(
        "ffprobe",
        "-version",
        re.compile(r"ffprobe version (\S+)"),
        "It comes with FFmpeg.",
        "facts of movies and sound that the built-in reader does not know",
        "nothing that this version does; facts come from a built-in reader.",
    ),
    Program(
        "mediainfo",
        "--Version",
        re.compile(r"MediaInfoLib - v(\S+)"),
        "Install MediaInfo's command line (CLI).",
        "a second opinion on containers and broadcast formats",
        "nothing that this version does; facts come from a built-in reader.",
    ),
    Program(
        "smartctl",
        "--version",
        re.compile(r"smartctl (\d\S*)"),
        "Install smartmontools.",
        "the health of drives (SMART)",
        "drives cannot be asked after their health.",
    ),
    Program(
        "fpcalc",
        "-version",
        re.compile(r"fpcalc version (\S+)"),
        "Install Chromaprint's tools.",
        "fingerprints of sound, which find the same recording in other files",
        "nothing that this version does; sound is compared by its content alone.",
    ),
    Program(
        "s5cmd",
        "version",
        re.compile(r"^v?(\d+\.\d\S*)", re.MULTILINE),
        "Get s5cmd from its releases.",
        "transfers from and to S3",
        "nothing that this version does; it transfers nothing.",
    ),
    Program(
        "exiftool",
        "-ver",
        re.compile(r"^(\d+\.\d+)\s*$", re.MULTILINE),
        "Install ExifTool.",
        "what cameras write into their files beyond the standards",
        "nothing that this version does; facts of photographs are those of the standards.",
    ),
)

TOOL_NAMES = tuple(program.name for program in PROGRAMS)


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
    program = program_of(name)
    named = str(getattr(settings.values.tools, name))
    if named and not is_program(Path(named).expanduser()):
        return Tool(name, False, hint=f"The setting tools.{name} names {named}, which is no program. {program.hint}")
    places = [Path(named).expanduser()] if named else _places(name, settings.home.bin)
    for place in places:
        if is_program(place):
            return ask(program, place.absolute())
    return Tool(name, False, hint=f"{program.hint} Or name its path: reelmark tools locate {name} PATH")


def program_of(name: str) -> Program:
    """What is known of a program.

    Raises:
        ValueError: no such program is used.
    """
    program = next((candidate for candidate in PROGRAMS if candidate.name == name), None)
    if program is None:
        raise ValueError(f"{name} is none of {', '.join(TOOL_NAMES)}")
    return program


def own_file(name: str, folder: Path) -> Path:
    """Where a copy of our own lies in a folder."""
    return folder / (f"{name}.exe" if sys.platform == "win32" else name)


def on_path(name: str) -> Path | None:
    """A program of the system's PATH, never of the current folder; None where there is none."""
    return next((place for place in _on_path(own_file(name, Path()).name) if is_program(place)), None)


def _places(name: str, own: Path) -> Iterator[Path]:
    """Where a program could be: our own folder (also in a folder of its name), then PATH."""
    file = own_file(name, own).name
    yield from (own / file, own / name / file, own / name / "bin" / file)
    yield from _on_path(file)


def _on_path(file: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if Path(folder).is_absolute():
            yield Path(folder) / file


def is_program(path: Path) -> bool:
    """Whether it is a file that may be started."""
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except OSError:
        return False


def ask(program: Program, path: Path) -> Tool:
    """Ask a file for its version, five seconds at most: the tool with it, or with why it does not answer."""
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
            kill_all(process)
            raise
    return output.decode("utf-8", "replace")


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program and whatever it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
