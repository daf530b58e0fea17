"""Looking whether folders are there, without waiting for ever at a share that is gone.

A folder on a disk of this machine is asked directly. Whether a path may lie on a share is read from the mount table
alone; one that does is asked in a child process that is killed when the time is over.
"""

import os
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from app.errors import AppError
from app.jobs.children import stream
from app.jobs.framing import Send
from app.jobs.job import CancelToken
from app.mounts import may_hang

#: Seconds that a share may take to say whether a folder is there.
LOOK_S = 2.0


def folders_there(paths: Iterable[str], timeout_s: float = LOOK_S) -> dict[str, bool | None]:
    """Which of the paths are folders now; None for one that does not answer in time.

    Args:
        paths: absolute, without links.
        timeout_s: seconds for all of them together.
    """
    wanted = list(dict.fromkeys(paths))
    slow = may_hang(wanted)
    found: dict[str, bool | None] = {path: os.path.isdir(path) for path in wanted if path not in slow}  # noqa: PTH112 - may be no valid text
    if slow:
        found.update(dict.fromkeys(slow))
        found.update(_asked(sorted(slow), timeout_s))
    return found


def _asked(paths: list[str], timeout_s: float) -> dict[str, bool]:
    """What a child could learn in time."""
    found: dict[str, bool] = {}
    deadline = time.monotonic() + timeout_s
    try:
        with closing(stream("app.jobs.looking:serve", {"paths": paths}, CancelToken(), silence_s=timeout_s)) as answers:
            for header, _ in answers:
                found[paths[header["number"]]] = header["there"]
                if time.monotonic() > deadline:
                    break
    except AppError:
        return found
    return found


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: ask for all paths at once, so that one that hangs keeps no other back."""

    def ask(number: int, path: str) -> None:
        send({"number": number, "there": os.path.isdir(path)})  # noqa: PTH112 - may be no valid text

    askers = [threading.Thread(target=ask, args=pair, name="look", daemon=True) for pair in enumerate(request["paths"])]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
