"""Children that read the frames of sequences, shared by all sequences of a job."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from app.errors import AppError
from app.jobs.children import ChildPool
from app.jobs.framing import Message
from app.jobs.job import CancelToken

HANDLER = "app.media.frameheads:serve"

_MOST_CHILDREN = 16
_MEMORY_BYTES = 4 << 30


class FrameReaders:
    """Children that stay from one sequence to the next: to start one takes longer than to read a short sequence.

    Use as a context manager. A child starts with the first request that needs it.

    Args:
        handler: the dotted name of what they run.
    """

    def __init__(self, handler: str = HANDLER) -> None:
        self._pool = ChildPool(handler, min(os.cpu_count() or 1, _MOST_CHILDREN), memory_bytes=_MEMORY_BYTES)

    def __enter__(self) -> "FrameReaders":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def map(
        self, requests: Iterable[tuple[Any, dict[str, Any]]], token: CancelToken, timeout_s: float, most: int
    ) -> Iterator[tuple[Any, list[Message] | AppError]]:
        """Answer requests, by so many children at once, 0 for all; see `ChildPool.map`."""
        return self._pool.map(requests, token, timeout_s, most=most)
