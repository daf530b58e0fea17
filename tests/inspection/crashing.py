"""A reader that a file of a certain name crashes."""

import os
from typing import Any

from app.jobs.framing import Send
from app.media.worker import document as read


def document(request: dict[str, Any], send: Send) -> None:
    """The documents of files, unless one of them is called `crash.exr`."""
    if any(path.endswith("crash.exr") for path in request["paths"]):
        os.abort()
    read(request, send)
