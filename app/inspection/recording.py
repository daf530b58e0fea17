"""What a scan reads of a file, in a child process: its document, and its place among similar files."""

from typing import Any

from app.inspection.structure import structure_of
from app.jobs.framing import Send
from app.media.document import document_of
from app.model.inspecting import InspectOptions


def read(request: dict[str, Any], send: Send) -> None:
    """Inspect one file: `path`. Answers `{"document", "structure"}`, its version and as payload its vectors."""
    document = document_of(request["path"], InspectOptions())
    structure = structure_of(document)
    if structure is None:
        send({"document": document, "structure": None})
    else:
        send({"document": document, "structure": structure.version}, structure.vectors)
