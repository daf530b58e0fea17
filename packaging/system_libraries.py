"""The libraries of the system that the window needs on Linux, and how to get them.

The wheel of Qt brings Qt itself; what it expects of the system was found by running it on a bare Debian 12.
"""

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable

OFFSCREEN = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What Qt needs to paint at all: the file it loads, and the package of Debian that holds it."""

X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What a window on an X display needs beside that."""

WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
"""The same for a Wayland compositor."""


def missing(libraries: dict[str, str]) -> list[str]:
    """Packages of Debian for those libraries that cannot be loaded; always empty on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for file, package in libraries.items() if not _loads(file)]


def _loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def has_display() -> bool:
    """Whether a window could be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def for_window() -> dict[str, str]:
    """What a window on the present display needs."""
    wayland = WAYLAND if os.environ.get("WAYLAND_DISPLAY") else {}
    return {**OFFSCREEN, **(X11 if os.environ.get("DISPLAY") else {}), **wayland}


def can_install() -> bool:
    """Whether this process may install packages of Debian and its kin."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: Iterable[str]) -> bool:
    """Installs packages with apt; False when that fails, with apt's own words on stderr."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = sorted(packages)
    print("Installing from the system's packages: " + " ".join(wanted), file=sys.stderr, flush=True)
    update = subprocess.run(["apt-get", "update", "-qq"], env=environment, stdout=sys.stderr, check=False)
    if update.returncode:
        print("note: apt-get update failed; trying the lists that are here", file=sys.stderr)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    result = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if result.returncode:
        print(result.stdout + result.stderr, file=sys.stderr)
    return result.returncode == 0


def advice(packages: Iterable[str]) -> str:
    """The one line a person runs to install the packages."""
    wanted = " ".join(shlex.quote(package) for package in sorted(packages))
    if shutil.which("apt-get"):
        return f"sudo apt-get install --no-install-recommends {wanted}"
    return f"(with your system's package manager; named here as Debian names them) {wanted}"
