"""The child's side of `app.jobs.children`: `python -m app.jobs.childmain HANDLER MEMORY_BYTES`."""

import importlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from io import FileIO
from typing import Any

from app.errors import AppError
from app.jobs.framing import END, ERROR, Message, Send, read_message, write_message


def child_main(argv: list[str]) -> None:
    """Be a child: `argv` is the handler's dotted name and the memory limit in bytes (0 for none)."""
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)
    _limit_memory(int(argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    module, _, function = argv[0].partition(":")
    handle: Callable[[dict[str, Any], Send], None] = getattr(importlib.import_module(module), function)
    lock = threading.Lock()

    def send(header: dict[str, Any], payload: bytes = b"") -> None:
        with lock:
            write_message(answers, header, payload)

    for header, payload in _requests():
        _answer(handle, {**header, "payload": payload} if payload else header, send)


def _answer(handle: Callable[[dict[str, Any], Send], None], request: dict[str, Any], send: Send) -> None:
    try:
        handle(request, send)
    except AppError as error:
        send({ERROR: error.envelope()["error"]})
    except MemoryError:
        send({ERROR: _plain_error("it needs more memory than a reader may use", "media.too_large")})
    except BrokenPipeError:
        os._exit(0)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a library's error is one file's reason
        send({ERROR: _plain_error(f"{type(error).__name__}: {error}"[:500], "media.not_understood")})
    else:
        send({END: True})


def _plain_error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "hint": "", "code": code, "context": {}}


def _requests() -> Iterator[Message]:
    """Requests from the parent, read by a thread that ends the process when the parent is gone."""
    inbox: queue.Queue[Message] = queue.Queue()

    def read() -> None:
        pipe = FileIO(0, closefd=False)
        while (message := read_message(pipe)) is not None:
            inbox.put(message)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield inbox.get()


def _limit_memory(limit: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


if __name__ == "__main__":
    child_main(sys.argv[1:])
