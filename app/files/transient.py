"""Errors of a share that pass: a server that restarts, a connection that is made again."""

import errno
import sys

#: Seconds to wait before each further try.
WAITS_S = (0.2, 1.0, 3.0)

_PASSING = frozenset(
    getattr(errno, name)
    for name in (
        *("EAGAIN", "EBUSY", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EHOSTDOWN", "EHOSTUNREACH", "EINTR"),
        *("ENETDOWN", "ENETRESET", "ENETUNREACH", "ENOTCONN", "EPIPE", "EREMOTEIO", "ESTALE", "ETIMEDOUT"),
    )
    if hasattr(errno, name)
)
#: Windows: bad network path, network busy, unexpected network error, name deleted, semaphore timeout, no network,
#: unreachable, connection aborted.
_PASSING_WINDOWS = frozenset({53, 54, 59, 64, 121, 1222, 1231, 1236})


def is_transient(error: OSError) -> bool:
    """Whether the same call may well succeed in a moment."""
    if sys.platform == "win32" and error.winerror is not None:
        return error.winerror in _PASSING_WINDOWS
    return error.errno in _PASSING
