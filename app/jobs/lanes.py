"""Who takes turns inside one process: a shard has one writer, the GPU one user.

Lanes only order jobs of this process. Across processes the shard's own file lock decides.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from app.errors import Cancelled
from app.jobs.job import CancelToken

_LOOK_AGAIN_S = 0.1


class Lanes:
    """Named turns. A job holds all its lanes or none, so two jobs can never wait for each other."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._held: set[str] = set()

    @contextmanager
    def hold(self, names: Iterable[str], token: CancelToken) -> Iterator[None]:
        """Wait until every lane in `names` is free, hold them, give them back at the end.

        Raises:
            Cancelled: the token was set while waiting.
        """
        wanted = frozenset(names)
        with self._free:
            while wanted & self._held:
                if token.cancelled:
                    raise Cancelled
                self._free.wait(_LOOK_AGAIN_S)
            self._held |= wanted
        try:
            yield
        finally:
            with self._free:
                self._held -= wanted
                self._free.notify_all()

    def busy(self, name: str) -> bool:
        """Whether a job holds the lane now."""
        with self._free:
            return name in self._held
