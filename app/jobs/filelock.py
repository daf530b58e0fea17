"""A lock that other processes see: an advisory lock of the system on a file of its own."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Cancelled, HeldByAnother, InputError
from app.jobs.job import CancelToken

_LOOK_AGAIN_S = 0.05


@contextmanager
def hold_file_lock(
    path: Path, token: CancelToken, *, wait_s: float = 0.0, refuse: Callable[[str], HeldByAnother] | None = None
) -> Iterator[None]:
    """Hold the lock file `path`, made when absent and left behind; the system frees it when the process dies.

    Args:
        path: the lock file; it holds the pid of whoever holds or last held it.
        token: stops waiting.
        wait_s: seconds to wait for another holder.
        refuse: makes the error from the pid found in the file.

    Raises:
        HeldByAnother: somebody else holds it after `wait_s` seconds.
        InputError: the lock file cannot be made.
        Cancelled: the token was set while waiting.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except OSError as error:
        raise InputError(f"{path} cannot be made: {error.strerror}", hint="Check the permissions there.") from error
    try:
        deadline = time.monotonic() + wait_s
        while not _try_lock(descriptor):
            if token.cancelled:
                raise Cancelled
            if time.monotonic() >= deadline:
                raise (refuse or _refuse(path))(_holder(descriptor))
            token.wait_cancelled(_LOOK_AGAIN_S)
        os.ftruncate(descriptor, 0)
        if hasattr(os, "pwrite"):
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _refuse(path: Path) -> Callable[[str], HeldByAnother]:
    def error(holder: str) -> HeldByAnother:
        return HeldByAnother(f"{path} is held by process {holder or 'unknown'}", hint="Wait for it to finish.")

    return error


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
