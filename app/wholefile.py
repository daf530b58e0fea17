"""Files that are replaced whole, and what to say where the system refuses it."""

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from app.errors import InputError
from app.model.names import shown

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace a file whole, so that a power cut leaves the old content or the new.

    A link is followed and kept; the mode of an existing file is kept.

    Args:
        path: the file; its folder must exist.
        data: its new content.
        private: whether only its owner may read it, whatever its mode was.

    Raises:
        OSError: it could not be written; the old file is untouched.
    """
    target = path.resolve() if path.is_symlink() else path
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.reelmark.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            with suppress(FileNotFoundError):
                temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


@contextmanager
def new_whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written bit by bit that takes the place of `path` at the end; gone if anything is raised.

    A link is followed and kept.

    Raises:
        InputError: it cannot be written, or what is there is no file: a device or a pipe would be gone afterwards.
    """
    target = path.resolve() if path.is_symlink() else path
    if target.exists() and not target.is_file():
        raise InputError(
            f"{shown(str(path))} is no file that could be replaced", hint="Name a file.", code="disk.no_file"
        )
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}.reelmark.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder durable. Windows has no such call, some network shares refuse it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> InputError:
    """The error to raise for a write that the system refused, naming the file and what to do."""
    if error.errno in _FULL:
        return InputError(
            f"There is no space left to write {shown(str(path))}",
            code="disk.full",
            hint="Free some space on that drive and try again.",
        )
    if error.errno in _REFUSED:
        return InputError(
            f"{shown(str(path))} may not be written",
            code="disk.read_only",
            hint="The folder is read-only for you. Ask for write access to it, or choose another.",
        )
    return InputError(f"{shown(str(path))} cannot be written: {error.strerror or error}", code="disk.unwritable")
