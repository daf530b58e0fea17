"""Killable child processes.

Walking, hashing and native decoders run in them, so that a file or a mount that crashes or hangs one costs one row,
not the job.

A child runs one handler, named by its dotted name and imported only there:

    def handle(request: dict, send: Send) -> None        # app.files.walk:walk

Both sides speak frames on pipes: two 32-bit lengths, a JSON header, raw bytes. Never pickle. A child leaves when
its input ends, which happens whenever its parent is gone, however that died; the parent-death signal of Linux is
not used because it follows the thread that started the child, not the process.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from app.errors import AppError, Cancelled, MediaError
from app.jobs.framing import END, ERROR, PROGRESS, Message, read_message, write_message
from app.jobs.job import CancelToken

_LOOK_AGAIN_S = 0.1
_LAST_WAIT_S = 5.0  # a child that hangs inside the system (a dead mount) ends when the system lets it
_INBOX = 8


class ChildFailed(MediaError):
    """A child crashed or hung. `context["kind"]` is `crashed` or `stalled`."""

    default_code = "child.failed"


class Child:
    """One child process and the thread that reads what it says.

    Args:
        handler: dotted name, `package.module:function`.
        inbox: where its messages arrive as `(child, message)`; message None means it is gone. Bounded, so a busy
            parent makes the child wait and memory stays flat.
        memory_bytes: address space it may use at most, where the system can limit that.
    """

    def __init__(self, handler: str, inbox: "queue.Queue[tuple[Child, Message | None]]", memory_bytes: int = 0) -> None:
        self._inbox = inbox
        self._closing = threading.Event()
        self._process = subprocess.Popen(
            [*_child_command(), handler, str(memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_child_environment(),
            start_new_session=sys.platform != "win32",
        )
        self._reader = threading.Thread(target=self._read, name=f"child {handler}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def request(self, header: dict[str, Any]) -> None:
        """Hand the child one request. A child that is gone shows in the inbox, not here."""
        with contextlib.suppress(BrokenPipeError, OSError):
            assert self._process.stdin is not None
            write_message(self._process.stdin, header, b"")

    def why_gone(self) -> str:
        """How a child ended, as a sentence; waits a little for the end."""
        try:
            code = self._process.wait(_LAST_WAIT_S)
        except subprocess.TimeoutExpired:
            return "the reader does not answer"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"the reader was ended by {signal.Signals(-code).name}"
        return f"the reader ended with code {code}"

    def kill(self) -> None:
        """End it now, with everything it started, and wait for that as long as the system lets it end."""
        self._closing.set()
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WAIT_S)
        if self._process.poll() is None:
            return
        self._reader.join(timeout=_LAST_WAIT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        """Read without a buffer: its lock would be held by this thread when the interpreter ends."""
        assert self._process.stdout is not None
        pipe = FileIO(self._process.stdout.fileno(), closefd=False)
        try:
            while not self._closing.is_set():
                message = read_message(pipe)
                self._put(message)
                if message is None:
                    return
        except (OSError, ValueError):
            self._put(None)

    def _put(self, message: Message | None) -> None:
        while not self._closing.is_set():
            try:
                self._inbox.put((self, message), timeout=_LOOK_AGAIN_S)
            except queue.Full:
                continue
            return


def stream(
    handler: str, request: dict[str, Any], token: CancelToken, *, silence_s: float
) -> Generator[Message, None, None]:
    """Run one request in a child of its own and yield its messages as they come. Close it to end the child.

    Args:
        handler: dotted name of the handler.
        request: JSON-ready request.
        token: cancels; checked ten times a second.
        silence_s: seconds without any message after which the child counts as hung.

    Raises:
        Cancelled: the token was set.
        ChildFailed: the child crashed or hung.
        AppError: what the handler raised.
    """
    inbox: queue.Queue[tuple[Child, Message | None]] = queue.Queue(_INBOX)
    child = Child(handler, inbox)
    try:
        child.request(request)
        deadline = time.monotonic() + silence_s
        while True:
            if token.cancelled:
                raise Cancelled
            try:
                _, message = inbox.get(timeout=_LOOK_AGAIN_S)
            except queue.Empty:
                if time.monotonic() > deadline:
                    raise _stalled(silence_s) from None
                continue
            if message is None:
                raise _crashed(child)
            header, body = message
            if END in header:
                return
            if ERROR in header:
                raise error_of(header[ERROR])
            yield header, body
            deadline = time.monotonic() + silence_s
    finally:
        child.kill()


@dataclass(slots=True)
class _Task:
    key: Any
    deadline: float
    messages: list[Message]


class ChildPool:
    """Persistent children that answer requests one at a time each. Use as a context manager.

    Args:
        handler: dotted name of the handler.
        size: how many children at most; each starts with its first request.
        memory_bytes: address space of each, 0 for no limit.
    """

    def __init__(self, handler: str, size: int, *, memory_bytes: int = 0) -> None:
        self._handler = handler
        self._size = max(1, size)
        self._memory_bytes = memory_bytes
        self._inbox: queue.Queue[tuple[Child, Message | None]] = queue.Queue(_INBOX * self._size)
        self._idle: list[Child] = []
        self._busy: dict[Child, _Task] = {}
        self._next_look = 0.0

    def __enter__(self) -> "ChildPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every child."""
        for child in [*self._idle, *self._busy]:
            child.kill()
        self._idle.clear()
        self._busy.clear()

    def call(self, request: dict[str, Any], token: CancelToken, timeout_s: float) -> list[Message]:
        """Answer one request. Raises what went wrong; see `map`."""
        for _, answer in self.map([(None, request)], token, timeout_s):
            if isinstance(answer, AppError):
                raise answer
            return answer
        raise AssertionError

    def map(
        self,
        requests: Iterable[tuple[Any, dict[str, Any]]],
        token: CancelToken,
        timeout_s: float,
        heard: Callable[[Any, list[int]], None] | None = None,
        *,
        most: int = 0,
    ) -> Iterator[tuple[Any, list[Message] | AppError]]:
        """Answer many requests, several at once; answers come in the order in which they are ready.

        Args:
            requests: pairs of a key of the caller's and a JSON-ready request; taken only as children come free.
            token: cancels, pauses taking new requests.
            timeout_s: seconds one request may take before its child is killed; counted anew with each word of
                its progress.
            heard: called with the key and the numbers of each `{"progress": [done, total]}` that a handler sends;
                they do not stand among its messages.
            most: how many children work on these requests at once, 0 for all of the pool.

        Yields:
            The key, and the messages of the handler or why there are none: `ChildFailed` for a crash or a hang,
            else the `AppError` that the handler raised.

        Raises:
            Cancelled: the token was set; every child that was at work is killed.
        """
        waiting = iter(requests)
        more = True
        size = min(most or self._size, self._size)
        try:
            while True:
                while more and len(self._busy) < size and not token.paused:
                    more = self._give(waiting, timeout_s)
                if not self._busy and not more:
                    return
                if token.cancelled:
                    raise Cancelled
                for answered in self._take(timeout_s, heard):
                    since = time.monotonic()
                    yield answered
                    self._wait_longer(time.monotonic() - since)
        finally:
            for child in list(self._busy):
                child.kill()
            self._busy.clear()

    def _give(self, waiting: Iterator[tuple[Any, dict[str, Any]]], timeout_s: float) -> bool:
        try:
            key, request = next(waiting)
        except StopIteration:
            return False
        child = self._free()
        self._busy[child] = _Task(key, time.monotonic() + timeout_s, [])
        child.request(request)
        return True

    def _free(self) -> Child:
        """A child with nothing to do; one that died meanwhile, as the system ends some, costs no request."""
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            child.kill()
        return Child(self._handler, self._inbox, self._memory_bytes)

    def _wait_longer(self, seconds: float) -> None:
        """Give children the time back in which nobody listened: a job that stood still has no hung files."""
        for task in self._busy.values():
            task.deadline += seconds

    def _late(self, timeout_s: float) -> Iterator[tuple[Any, AppError]]:
        """Give up on children whose time is over, however much the others have to say."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_AGAIN_S
        for child in [child for child, task in self._busy.items() if task.deadline < now]:
            task = self._busy.pop(child)
            child.kill()
            yield task.key, _stalled(timeout_s)

    def _take(
        self, timeout_s: float, heard: Callable[[Any, list[int]], None] | None
    ) -> Iterator[tuple[Any, list[Message] | AppError]]:
        try:
            child, message = self._inbox.get(timeout=_LOOK_AGAIN_S)
        except queue.Empty:
            yield from self._late(timeout_s)
            return
        yield from self._late(timeout_s)
        task_or_none = self._busy.get(child)
        if task_or_none is None:
            return
        if message is None:
            del self._busy[child]
            failure = _crashed(child)
            child.kill()
            yield task_or_none.key, failure
        elif END in message[0]:
            del self._busy[child]
            self._idle.append(child)
            yield task_or_none.key, task_or_none.messages
        elif ERROR in message[0]:
            del self._busy[child]
            self._idle.append(child)
            yield task_or_none.key, error_of(message[0][ERROR])
        elif PROGRESS in message[0]:
            task_or_none.deadline = time.monotonic() + timeout_s
            if heard is not None:
                heard(task_or_none.key, message[0][PROGRESS])
        else:
            task_or_none.messages.append(message)


def _stalled(seconds: float) -> ChildFailed:
    return ChildFailed(f"no answer within {seconds:g} seconds", code="child.stalled", context={"kind": "stalled"})


def _crashed(child: Child) -> ChildFailed:
    return ChildFailed(child.why_gone(), code="child.crashed", context={"kind": "crashed"})


def error_of(envelope: dict[str, Any]) -> AppError:
    """The error that a handler raised, from what its envelope holds."""
    return MediaError(
        envelope["message"], hint=envelope["hint"], code=envelope["code"], context=envelope.get("context")
    )


def _child_command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, "--child"]
    return [sys.executable, "-m", "app.jobs.childmain"]


def _child_environment() -> dict[str, str]:
    """Ours, with this package importable and native thread pools kept small: the pool is what runs in parallel."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)), "OMP_NUM_THREADS": "1"}
