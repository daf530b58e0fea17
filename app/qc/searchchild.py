"""The child's side of `app.qc.matching`: searches one text for a regular expression."""

import faulthandler
import os
import re
import time
from functools import lru_cache
from typing import Any

from app.jobs.framing import PROGRESS, Send


def search(request: dict[str, Any], send: Send) -> None:
    """Handle `{"pattern", "text", "limit_s"}`.

    Sends progress before it begins, then `{"groups": {name: text}, "seconds"}`, with null as groups where nothing is
    found. A search that takes too long ends the process: its parent may be gone, and a search hears nothing of that.
    """
    pattern = _compiled(request["pattern"])
    send({PROGRESS: [0, 1]})
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - the name of a device
        faulthandler.dump_traceback_later(request["limit_s"], exit=True, file=nowhere)
        began = time.perf_counter()
        found = pattern.search(request["text"])
        seconds = time.perf_counter() - began
        faulthandler.cancel_dump_traceback_later()
    send({"groups": found.groupdict() if found else None, "seconds": seconds})


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
