"""A lock that other processes see: an advisory lock of the system on a file of its own.

It belongs to whoever has the file open: the system frees it when that process ends, however it ends. The file is made
for it, says who holds it (process, host, since when), and is removed when the lock is given back.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from app.errors import Cancelled, HeldByAnother, InputError
from app.jobs.job import CancelToken
from app.log import visible
from app.model.names import shown
from app.model.times import now_us
from app.wholefile import cannot_write

_LOOK_AGAIN_S = 0.05
_LOCKED_BYTE = 1 << 30  # far behind the process id, so that Windows lets others read that


@contextmanager
def hold_file_lock(
    path: Path, token: CancelToken, wait_s: float = 0.0, *, refuse: Callable[[str], HeldByAnother] | None = None
) -> Iterator[None]:
    """Hold the lock on `path`.

    Args:
        path: the lock's own file.
        token: cancels the wait.
        wait_s: seconds to wait for another holder; 0 for not at all.
        refuse: makes the error from who holds it (`process 123 on host since 10:32`), empty where that cannot be read.

    Raises:
        HeldByAnother: somebody else held it all the while.
        InputError: the file cannot be made or opened, or the file system offers no locks.
        Cancelled: the token was set while waiting.
    """
    deadline = time.monotonic() + wait_s
    while (handle := _try(path)) is None:
        if time.monotonic() >= deadline:
            raise (refuse or _refuse(path))(_holder(path))
        if token.wait_cancelled(_LOOK_AGAIN_S):
            raise Cancelled
    try:
        yield
    finally:
        _give_back(handle, path)


def holder_of(path: Path) -> str:
    """Who seems to hold the lock now, in words; empty for nobody. Only taking it tells for certain."""
    words = _holder(path)
    if not words or sys.platform == "win32":
        return words
    pid, _, host = path.read_bytes()[:300].decode("ascii", "replace").partition(" ")
    if host.split()[-1:] != [platform.node().encode("ascii", "replace").decode()]:
        return words
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return ""
    except OSError:
        return words
    return words


def _refuse(path: Path) -> Callable[[str], HeldByAnother]:
    def error(holder: str) -> HeldByAnother:
        who = f" ({holder})" if holder else ""
        return HeldByAnother(
            f"Another process{who} is writing beside {shown(str(path))}",
            hint="Wait for it to end, then try again.",
            context={"lock": shown(str(path)), "holder": holder},
        )

    return error


def _try(path: Path) -> int | None:
    """Open and lock the file; None where another holds it, or took it away in between."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        if _lock(handle, path) and _same_file(handle, path):
            _sign(handle)
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _sign(handle: int) -> None:
    """Write who holds it. A full disk takes nothing away from the lock itself."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"{os.getpid()} {now_us()} {platform.node()}".encode("ascii", "replace"))


def _holder(path: Path) -> str:
    """Who holds it, in words; as much of it as its file says."""
    try:
        pid, since, host = (path.read_bytes()[:300].decode("ascii", "replace").split() + ["", "", ""])[:3]
    except OSError:
        return ""
    if not pid.isdigit():
        return ""
    words = [f"process {pid}"]
    if host and host != platform.node():
        words.append(f"on {visible(host)}")
    if since.isdigit():
        words.append(f"since {datetime.fromtimestamp(int(since) / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC")
    return " ".join(words)


def _same_file(handle: int, path: Path) -> bool:
    """Whether the locked file still has its name: a holder before us may have removed it."""
    if sys.platform == "win32":
        return True
    try:
        now = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    mine = os.fstat(handle)
    return (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino)


def _give_back(handle: int, path: Path) -> None:
    """Remove the file while it is still ours, where the system allows that; on Windows, after it is closed."""
    if sys.platform == "win32":
        _unlock(handle)
        os.close(handle)
    with suppress(OSError):
        path.unlink(missing_ok=True)
    if sys.platform != "win32":
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, path: Path) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        except OSError as error:
            raise _cannot_lock(path, error) from error
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int, path: Path) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise _cannot_lock(path, error) from error
        return True


def _cannot_lock(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{shown(str(path))} cannot be locked: {error.strerror or error}",
        code="disk.no_locks",
        hint="The file system does not offer file locks.",
    )
