"""Opening a media file without surprises.

Only regular files, never waiting on a pipe, and under a name that no library can take for an option, an address or a
pattern.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from app.errors import MediaError
from app.model.names import folded, raw

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FLAGS |= getattr(os, "O_NOCTTY", 0)
_SEEKING = Lock()
_ENDED_EARLY = "the file is shorter than it was a moment ago"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file that is open for reading.

    Attributes:
        path: as it was asked for.
        descriptor: open for reading, owned by `opened`.
        size: bytes when it was opened.
        mtime_ns: modification time when it was opened.
    """

    path: str
    descriptor: int
    size: int
    mtime_ns: int

    @property
    def key(self) -> bytes:
        """The folded name of the file, for guesses by extension."""
        return folded(raw(os.path.basename(self.path)))  # noqa: PTH119 - a Path refuses nothing but costs more

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer only at the end of the file, none outside of it."""
        if not 0 <= offset < self.size:
            return b""
        if sys.platform == "win32":
            with _SEEKING:
                os.lseek(self.descriptor, offset, os.SEEK_SET)
                read = os.read(self.descriptor, count)
        else:
            read = os.pread(self.descriptor, count, offset)
        if len(read) == count or not read or offset + len(read) >= self.size:
            return read
        return read + self.read_at(offset + len(read), count - len(read))

    def exactly(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`.

        Raises:
            MediaError: the file ends before.
        """
        read = self.read_at(offset, count)
        if len(read) < count:
            raise MediaError(_ENDED_EARLY if offset + count <= self.size else "the file is cut off", code="media.short")
        return read

    def stream(self) -> IO[bytes]:
        """The file from its start as a Python stream, which does not close it."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        return open(self.descriptor, "rb", closefd=False)  # noqa: PTH123, SIM115 - the caller's with statement ends it

    @property
    def native_name(self) -> str:
        """A name under which a native library may open the same file again.

        Where the system can name an open file, it is that name: valid text whatever the bytes of the path, and
        the same file even when the path was renamed meanwhile. Elsewhere it is the absolute path.
        """
        if sys.platform == "linux":
            name = f"/proc/self/fd/{self.descriptor}"
            if os.access(name, os.R_OK):
                return name
        return os.path.abspath(self.path)  # noqa: PTH100 - bytes that are no Unicode must stay as they are


@contextmanager
def opened(path: str | Path) -> Iterator[OpenFile]:
    """Open a regular file for reading.

    Raises:
        MediaError: it is absent, unreadable, or no regular file (which is never opened for good: no wait on a
            FIFO, no touch of a device).
    """
    name = os.fspath(path)
    try:
        found = os.stat(name)  # noqa: PTH116
        if not stat.S_ISREG(found.st_mode):
            raise MediaError("it is not a regular file", code="media.not_a_file")
        descriptor = os.open(name, _FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise MediaError("it is not a regular file", code="media.not_a_file")
        yield OpenFile(name, descriptor, found.st_size, found.st_mtime_ns)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(descriptor)


def _unreadable(error: OSError | ValueError) -> MediaError:
    code = {errno.ENOENT: "media.absent", errno.EACCES: "media.denied", errno.EPERM: "media.denied"}
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
        return MediaError(f"it cannot be read: {reason}", code=code.get(error.errno or 0, "media.unreadable"))
    return MediaError(f"it cannot be read: {error}", code="media.unreadable")
