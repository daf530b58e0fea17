"""Writing a small file whole: temporary file in the same folder, fsync, rename, fsync of the folder.

A writer that is killed leaves its temporary file behind: `.clip.mov.qc.json.0123456789ab.reelmark.tmp`.
"""

import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from app.errors import InputError
from app.model.names import shown
from app.wholefile import cannot_write, write_atomically

_LEFTOVER = re.compile(rb"\..+\.[0-9a-f]{12}\.reelmark\.tmp", re.DOTALL)
_LEFTOVER_AGE_S = 3600


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old content or the new; the mode of an old file is kept.

    The folder must exist. A symbolic link is never written through: what it points to may be media.

    Raises:
        InputError: `disk.full`, `disk.read_only`, `disk.link` or `disk.unwritable`; the old file is untouched and
            nothing is left behind.
    """
    if path.is_symlink():
        raise InputError(
            f"{shown(str(path))} is a symbolic link, which is not written through",
            code="disk.link",
            hint="Remove the link and try again.",
        )
    try:
        write_atomically(path, data)
    except OSError as error:
        raise cannot_write(path, error) from error


def make_folder(path: Path) -> None:
    """Make a folder whose parent exists, unless it is there.

    Raises:
        InputError: it cannot be made, or something else has its name.
    """
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def is_temporary(name: bytes) -> bool:
    """Whether a file of that name is, or was, one of ours on its way to its real name."""
    return _LEFTOVER.fullmatch(name) is not None


def is_leftover(path: Path) -> bool:
    """Whether a temporary file of ours was left behind: it is older than any writer takes, by the drive's own clock."""
    try:
        return not path.is_symlink() and path.stat().st_mtime < time.time() - _LEFTOVER_AGE_S
    except OSError:
        return False


def remove_leftovers(paths: Iterable[Path]) -> None:
    """Remove temporary files of ours that were left behind. Where that is not allowed they stay: they do no harm."""
    for path in paths:
        with suppress(OSError):
            if is_leftover(path):
                path.unlink()
