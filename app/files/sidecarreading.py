"""Reading sidecars in a child process: a share that goes away in the middle holds up the child alone."""

from pathlib import Path
from typing import Any

from app.files.sidecar import sidecar_content
from app.jobs.framing import Send


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: the content of `path`, or nothing where it is gone."""
    try:
        content = sidecar_content(Path(request["path"]))
    except FileNotFoundError:
        return
    send({}, content)
