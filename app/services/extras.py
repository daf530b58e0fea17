"""What to do where a package of an extra is not installed."""

import shlex
import subprocess
import sys

from app.errors import MissingPart


def missing_extra(what: str, package: str, extra: str) -> MissingPart:
    """The error for a package that is not there, with the line that installs it where this program runs.

    Args:
        what: that needs it, to begin a sentence with its verb: `Arrow tables need`.
        package: its name.
        extra: the extra of this program that brings it.
    """
    message = f"{what} the package {package}, which is not installed."
    return MissingPart(message, hint=_install_hint(extra), code="part.missing")


def _install_hint(extra: str) -> str:
    if getattr(sys, "frozen", False):
        return (
            f"This program came as one piece, into which no package can be put. Install it for Python instead: "
            f"python -m pip install {shlex.quote(f'reelmark[{extra}]')}"
        )
    words = [sys.executable or "python", "-m", "pip", "install", f"reelmark[{extra}]"]
    return f"Run: {subprocess.list2cmdline(words) if sys.platform == 'win32' else shlex.join(words)}"
