"""How the package manager of this system would install a program."""

import os
import shlex
import sys
from dataclasses import dataclass

from app.tools import on_path


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """One command of a package manager.

    Attributes:
        manager: `apt`, `brew` or `winget`.
        package: what it calls the package.
        command: program and arguments, as they are run.
        line: what a person types, with `sudo` where that is needed.
        runs: whether this process may run it; else a person has to.
    """

    manager: str
    package: str
    command: tuple[str, ...]
    line: str
    runs: bool


#: Manager to the package of each program; a program that is not named has none there.
_PACKAGES = {
    "apt": {
        "ffmpeg": "ffmpeg",
        "ffprobe": "ffmpeg",
        "mediainfo": "mediainfo",
        "smartctl": "smartmontools",
        "fpcalc": "libchromaprint-tools",
        "exiftool": "libimage-exiftool-perl",
    },
    "brew": {
        "ffmpeg": "ffmpeg",
        "ffprobe": "ffmpeg",
        "mediainfo": "media-info",
        "smartctl": "smartmontools",
        "fpcalc": "chromaprint",
        "s5cmd": "peak/tap/s5cmd",
        "exiftool": "exiftool",
    },
    "winget": {
        "ffmpeg": "Gyan.FFmpeg",
        "ffprobe": "Gyan.FFmpeg",
        "mediainfo": "MediaArea.MediaInfo",
        "smartctl": "smartmontools.smartmontools",
        "fpcalc": "AcoustID.Chromaprint",
        "exiftool": "OliverBetz.ExifTool",
    },
}

#: Manager to its program and what stands before the package.
_COMMANDS = {
    "apt": ("apt-get", "install", "-y", "--no-install-recommends"),
    "brew": ("brew", "install"),
    "winget": (
        *("winget", "install", "--exact", "--accept-source-agreements", "--accept-package-agreements"),
        *("--disable-interactivity", "--id"),
    ),
}


def install_plan(name: str) -> InstallPlan | None:
    """How the first package manager on PATH that has the program would install it; None where there is none.

    Args:
        name: the program, as in the settings.
    """
    for manager, (program, *arguments) in _COMMANDS.items():
        package, found = _PACKAGES[manager].get(name), on_path(program)
        if package is None or found is None:
            continue
        runs = manager != "apt" or _is_root()
        words = shlex.join((program, *arguments, package))
        return InstallPlan(
            manager, package, (str(found), *arguments, package), words if runs else f"sudo {words}", runs
        )
    return None


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
