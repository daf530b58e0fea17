"""Writing a small file whole: temporary file in the same folder, fsync, rename, fsync of the folder."""

from pathlib import Path

from app.errors import InputError
from app.model.names import shown
from app.paths import cannot_write, write_atomically


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
