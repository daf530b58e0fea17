"""Hashing many files in killable children: several at once, in bounded memory, stopped and paused at any moment.

A child that stands still for too long costs the file it was reading; the files behind that one go to another child.
"""

import os
import queue
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.errors import AppError, Cancelled, MediaError
from app.files.hashing import Hashed, algorithm, unpack_rows
from app.jobs.children import Child, ChildFailed
from app.jobs.framing import Message
from app.jobs.job import Job

K = TypeVar("K")

_HANDLER = "app.files.hashing:hash_batch"
_BATCH_FILES = 512
_BATCH_BYTES = 32 << 20
_LOOK_AGAIN_S = 0.1
_MOST_CHILDREN = 32
_INBOX = 64

Item = tuple[K, str | bytes, int]
"""A key of the caller's, the path, and the size as far as it is known."""


@dataclass(slots=True)
class _Batch(Generic[K]):
    items: list[Item[K]]
    open: set[int]
    bytes: int
    again: bool = False


@dataclass(slots=True)
class _Worker(Generic[K]):
    child: Child
    batches: deque[_Batch[K]] = field(default_factory=deque)
    heard: float = 0.0

    @property
    def bytes_waiting(self) -> int:
        return sum(batch.bytes for batch in self.batches)


class HashPool(Generic[K]):
    """Persistent hashing children. Use as a context manager; one `run` at a time.

    Args:
        threads: how many files are read at once; 0 for one a processor. Each is a child with one thread.
        silence_s: seconds without a byte read after which a child counts as hung and is killed.
        xxh3: make an XXH3-128 of each file in the same read.
        head_bytes: how much of each beginning to hand back.
        follow: read symbolic links through instead of refusing them.
        use_algorithm: `blake3` or `sha256`; the best one there is when empty.
        chunk_bytes: bytes of one read; 0 for what is usually fastest.
        pause_s: seconds that each child waits between two files, to leave a share or slow drive room for others.
        from_medium: read past what the system remembers of a file.
    """

    def __init__(
        self,
        threads: int = 0,
        *,
        silence_s: float = 60.0,
        xxh3: bool = False,
        head_bytes: int = 0,
        follow: bool = False,
        use_algorithm: str = "",
        chunk_bytes: int = 0,
        pause_s: float = 0.0,
        from_medium: bool = False,
    ) -> None:
        self._size = min(threads or os.cpu_count() or 1, _MOST_CHILDREN)
        self._silence_s = silence_s
        self._xxh3 = xxh3
        self._options = {
            "xxh3": xxh3,
            "head": head_bytes,
            "follow": follow,
            "algorithm": use_algorithm or algorithm(),
            "chunk": chunk_bytes,
            "pause": pause_s,
            "medium": from_medium,
        }
        self._inbox: queue.Queue[tuple[Child, Message | None]] = queue.Queue(_INBOX)
        self._workers: dict[Child, _Worker[K]] = {}
        self._again: deque[_Batch[K]] = deque()

    def __enter__(self) -> "HashPool[K]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every child."""
        for child in self._workers:
            child.kill()
        self._workers.clear()
        self._again.clear()

    def run(
        self, items: Iterable[Item[K]], job: Job, *, on_bytes: Callable[[int], None] | None = None
    ) -> Iterator[tuple[K, Hashed | AppError]]:
        """Hash `items`, taken only as children come free; results come roughly in that order.

        Args:
            items: what to hash.
            job: cancels and pauses (children are stopped in the middle of a file where the system can do that).
            on_bytes: called with the bytes read since the last call, also in the middle of a large file.

        Yields:
            The key, and the hash or the `MediaError` that says why there is none.

        Raises:
            Cancelled: the job was stopped; children at work were killed.
        """
        batches = _batches(items)
        more = True
        try:
            while True:
                self._stand_still(job)
                while (more or self._again) and self._has_room():
                    more = self._give(batches) and more
                if not more and not self._again and not any(worker.batches for worker in self._workers.values()):
                    return
                yield from self._take(on_bytes)
        except GeneratorExit:
            self.close()
            raise
        except Cancelled:
            self.close()
            raise

    def _stand_still(self, job: Job) -> None:
        if not job.token.paused:
            job.check()
            return
        self._signal("SIGSTOP")
        try:
            job.check()
        finally:
            self._signal("SIGCONT")
            now = time.monotonic()
            for worker in self._workers.values():
                worker.heard = now

    def _signal(self, name: str) -> None:
        number = getattr(signal, name, None)
        if number is None:
            return
        for child in self._workers:
            with suppress(ProcessLookupError):
                os.kill(child.pid, number)

    def _has_room(self) -> bool:
        """Whether some child, there or yet to start, can take a batch without leaving it to wait for long."""
        return len(self._workers) < self._size or any(map(_can_take, self._workers.values()))

    def _give(self, batches: Iterator[_Batch[K]]) -> bool:
        batch = self._again.popleft() if self._again else next(batches, None)
        if batch is None:
            return False
        worker = self._free()
        if not worker.batches:
            worker.heard = time.monotonic()
        worker.batches.append(batch)
        worker.child.request({"paths": [_text(path) for _, path, _ in batch.items], **self._options})
        return True

    def _free(self) -> _Worker[K]:
        """An idle child, else a new one, else one that is soon done with what it has."""
        idle = next((worker for worker in self._workers.values() if not worker.batches), None)
        if idle is not None:
            return idle
        if len(self._workers) < self._size:
            worker = _Worker[K](Child(_HANDLER, self._inbox))
            self._workers[worker.child] = worker
            return worker
        return next(filter(_can_take, self._workers.values()))

    def _take(self, on_bytes: Callable[[int], None] | None) -> Iterator[tuple[K, Hashed | AppError]]:
        try:
            child, message = self._inbox.get(timeout=_LOOK_AGAIN_S)
        except queue.Empty:
            yield from self._stalled()
            return
        worker = self._workers.get(child)
        if worker is None:
            return
        worker.heard = time.monotonic()
        if message is None:
            yield from self._gone(worker, ChildFailed(child.why_gone(), code="child.crashed"))
            return
        header, payload = message
        if on_bytes and header.get("bytes"):
            on_bytes(header["bytes"])
        if "end" in header or ("error" in header and "failed" not in header):
            reason = header["error"]["message"] if "error" in header else "the reader gave no answer"
            answered = worker.batches.popleft()
            for index in sorted(answered.open):
                yield answered.items[index][0], MediaError(reason)
            return
        batch = worker.batches[0]
        if "failed" in header:
            batch.open.discard(header["failed"])
            yield batch.items[header["failed"]][0], _error(header["error"])
        elif "rows" in header:
            for index, hashed in unpack_rows(header["algorithm"], payload, xxh3=self._xxh3):
                batch.open.discard(index)
                yield batch.items[index][0], hashed

    def _stalled(self) -> Iterator[tuple[K, Hashed | AppError]]:
        late = time.monotonic() - self._silence_s
        for worker in [worker for worker in self._workers.values() if worker.batches and worker.heard < late]:
            yield from self._gone(
                worker, ChildFailed(f"nothing could be read for {self._silence_s:g} seconds", code="child.stalled")
            )

    def _gone(self, worker: _Worker[K], failure: ChildFailed) -> Iterator[tuple[K, Hashed | AppError]]:
        """Drop a child and hand its files to others.

        A hung one was at the first open file, which fails. Which file ended a child is found by trying one by one.
        """
        del self._workers[worker.child]
        worker.child.kill()
        hung = failure.code == "child.stalled"
        for number, batch in enumerate(worker.batches):
            items = [batch.items[index] for index in sorted(batch.open)]
            if number == 0 and items and (hung or batch.again):
                yield items[0][0], failure
                items = items[1:]
            if number == 0 and not hung:
                self._again.extend(_batch([item], again=True) for item in items)
            elif items:
                self._again.append(_batch(items))


def _can_take(worker: _Worker[K]) -> bool:
    return not worker.batches or (len(worker.batches) == 1 and worker.bytes_waiting < _BATCH_BYTES)


def _batches(items: Iterable[Item[K]]) -> Iterator[_Batch[K]]:
    batch: list[Item[K]] = []
    size = 0
    for item in items:
        if batch and (len(batch) >= _BATCH_FILES or size + item[2] > _BATCH_BYTES):
            yield _batch(batch)
            batch, size = [], 0
        batch.append(item)
        size += item[2]
    if batch:
        yield _batch(batch)


def _batch(items: list[Item[K]], *, again: bool = False) -> _Batch[K]:
    return _Batch(items, set(range(len(items))), sum(item[2] for item in items), again)


def _text(path: str | bytes) -> str:
    return path if isinstance(path, str) else os.fsdecode(path)


def _error(envelope: dict[str, Any]) -> MediaError:
    return MediaError(
        envelope["message"], hint=envelope["hint"], code=envelope["code"], context=envelope.get("context")
    )
