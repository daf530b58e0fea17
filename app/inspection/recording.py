"""What a scan reads of files, in a child process: their documents taken apart, and their places among similar files."""

import time
from typing import Any

from app.catalog.factbundles import Bundle
from app.catalog.factparts import Inspected, take_apart
from app.errors import AppError
from app.inspection.structure import structure_of
from app.jobs.framing import PROGRESS, Send
from app.media.document import document_of
from app.model.facts import damage_of
from app.model.inspecting import InspectOptions

_EVERY_S = 0.5
_MOST_BYTES = 4 << 20


def read(request: dict[str, Any], send: Send) -> None:
    """Inspect files: `paths`. Answers with a bundle, and beside it how many `seconds` it took.

    It holds the first of them only where they are large: at least one, and those that come to a few megabytes. That
    a file is looked at is told as progress where looking takes time.
    """
    bundle = Bundle()
    paths = request["paths"]
    began = told = time.monotonic()
    for done, path in enumerate(paths):
        if bundle.size > _MOST_BYTES:
            break
        if time.monotonic() - told > _EVERY_S:
            told = time.monotonic()
            send({PROGRESS: [done, len(paths)]})
        _read_one(path, bundle)
    header, payload = bundle.packed()
    send({**header, "seconds": time.monotonic() - began}, payload)


def _read_one(path: str, bundle: Bundle) -> None:
    try:
        document = document_of(path, InspectOptions())
    except AppError as error:
        bundle.add_problem(error.envelope()["error"])
        return
    bundle.add(Inspected(take_apart(document), structure_of(document), damage_of(document)))


def tell(request: dict[str, Any], send: Send) -> None:
    """Inspect one file: `path`. Answers `{"document"}`."""
    send({"document": document_of(request["path"], InspectOptions())})
