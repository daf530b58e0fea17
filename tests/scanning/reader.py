"""A reader that files of certain names crash or hang."""

import os
import threading
from typing import Any

from app.inspection import recording
from app.jobs.framing import Send


def read(request: dict[str, Any], send: Send) -> None:
    """What a scan learns of files; `crash.exr` ends the process, `hang.exr` never returns."""
    names = [os.path.basename(path) for path in request["paths"]]  # noqa: PTH119
    if "crash.exr" in names:
        os.abort()
    if "hang.exr" in names:
        threading.Event().wait()
    recording.read(request, send)


def read_the_first(request: dict[str, Any], send: Send) -> None:
    """What a scan learns of the first of some files, as where they are large."""
    recording.read({"paths": request["paths"][:1]}, send)
