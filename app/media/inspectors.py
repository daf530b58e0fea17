"""Looking at many files through killable children: one that crashes or hangs a decoder costs its own row alone."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from app.errors import AppError, MediaError
from app.jobs.children import ChildPool
from app.jobs.framing import Message
from app.jobs.job import CancelToken
from app.model.facts import MediaFacts, facts_from_json

Key = TypeVar("Key")
Answer = MediaFacts | MediaError

HANDLER = "app.media.worker:inspect"
_BATCH = 16
_TIMEOUT_S = 30.0
_MEMORY_BYTES = 4 << 30


class Inspectors:
    """Children that look at files. They start with the first file and stay. Use as a context manager.

    Args:
        size: how many children.
        timeout_s: seconds that one file may take.
        handler: dotted name of what runs in them.
    """

    def __init__(self, size: int = 2, *, timeout_s: float = _TIMEOUT_S, handler: str = HANDLER) -> None:
        self._pool = ChildPool(handler, size, memory_bytes=_MEMORY_BYTES)
        self._timeout_s = timeout_s

    def __enter__(self) -> "Inspectors":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the children."""
        self._pool.close()

    def inspect(self, path: str, token: CancelToken | None = None) -> MediaFacts:
        """Facts about one file.

        Raises:
            MediaError: nothing could be learnt; `ChildFailed` where the file crashed or hung the reader.
            Cancelled: the token was set.
        """
        for _, answer in self.inspect_all([(None, path)], token or CancelToken()):
            if isinstance(answer, MediaError):
                raise answer
            return answer
        raise AssertionError

    def inspect_all(self, paths: Iterable[tuple[Key, str]], token: CancelToken) -> Iterator[tuple[Key, Answer]]:
        """Facts about many files, several at a time, in the order in which they are ready.

        Args:
            paths: pairs of a key of the caller's and a path; taken only as children come free.
            token: cancels; pauses taking new files.

        Yields:
            Each key once, with the facts or the reason why there are none.

        Raises:
            Cancelled: the token was set.
        """
        again: list[list[tuple[Key, str]]] = []
        for batch, answer in self._pool.map(_batches(paths), token, self._timeout_s):
            if not isinstance(answer, AppError):
                yield from _answers(batch, answer)
            elif len(batch) == 1:
                yield batch[0][0], _as_media_error(answer)
            else:
                again.append(batch)
        singles = (([pair], _request([pair])) for batch in again for pair in batch)
        for batch, answer in self._pool.map(singles, token, self._timeout_s):
            if isinstance(answer, AppError):
                yield batch[0][0], _as_media_error(answer)
            else:
                yield from _answers(batch, answer)


def _batches(paths: Iterable[tuple[Key, str]]) -> Iterator[tuple[list[tuple[Key, str]], dict[str, Any]]]:
    waiting = iter(paths)
    while batch := list(islice(waiting, _BATCH)):
        yield batch, _request(batch)


def _request(batch: list[tuple[Key, str]]) -> dict[str, Any]:
    return {"paths": [path for _, path in batch]}


def _answers(batch: list[tuple[Key, str]], messages: list[Message]) -> Iterator[tuple[Key, Answer]]:
    for header, _ in messages:
        key = batch[header["index"]][0]
        if "facts" in header:
            yield key, facts_from_json(header["facts"])
        else:
            error = header["problem"]
            yield key, MediaError(error["message"], hint=error["hint"], code=error["code"], context=error["context"])


def _as_media_error(error: AppError) -> MediaError:
    if isinstance(error, MediaError):
        return error
    return MediaError(error.message, hint=error.hint, code=error.code, context=error.context)
