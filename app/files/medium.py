"""Reading a file from its drive, past what the system remembers of it."""

import os
import sys
from contextlib import suppress

_STRETCH = 8 << 20
_WRITE_AND_WAIT = 7  # SYNC_FILE_RANGE_WAIT_BEFORE, _WRITE and _WAIT_AFTER


def forget_cached(handle: int) -> None:
    """Let the system read a file from its drive again: pages that it remembers say nothing about the medium.

    On Windows nothing of that kind can be asked of an open file.
    """
    with suppress(OSError):
        if sys.platform == "linux":
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        elif sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(handle, fcntl.F_NOCACHE, 1)


class Settler:
    """Brings a file that was written a moment ago onto its drive, stretch by stretch, before it is read from there.

    Pages that are not written yet cannot be forgotten. To wait for all of a large file at once would look like a drive
    that hangs.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._settled = 0

    def settle(self, end: int) -> None:
        """See to it that the file is on its drive up to that byte."""
        while self._settled < end:
            start, self._settled = self._settled, self._settled + _STRETCH
            if sys.platform == "linux":
                import ctypes

                place = ctypes.c_int64(start), ctypes.c_int64(_STRETCH)
                with suppress(OSError, AttributeError):  # a C library without that call
                    ctypes.CDLL(None).sync_file_range(self._handle, *place, _WRITE_AND_WAIT)
                    os.posix_fadvise(self._handle, start, _STRETCH, os.POSIX_FADV_DONTNEED)
