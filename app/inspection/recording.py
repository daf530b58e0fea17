"""What a scan reads of files, in a child process: their documents taken apart, and their places among similar files."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from app.catalog.factbundles import Bundle
from app.catalog.factparts import Document, Inspected, entry_value, take_apart
from app.errors import AppError
from app.inspection.structure import attribute_features, structure_of
from app.jobs.framing import PROGRESS, Send
from app.media.document import document_of
from app.model.facts import damage_of
from app.model.inspecting import InspectOptions

_EVERY_S = 0.5
_MOST_BYTES = 4 << 20
#: Bytes up to which an attribute is remembered, and how many of them.
_SMALL, _KEPT = 512, 8192

Made = TypeVar("Made")


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


def tell(request: dict[str, Any], send: Send) -> None:
    """Inspect one file: `path`. Answers `{"document"}`."""
    send({"document": document_of(request["path"], InspectOptions())})


def _read_one(path: str, bundle: Bundle) -> None:
    try:
        document = document_of(path, InspectOptions())
    except AppError as error:
        bundle.add_problem(error.envelope()["error"])
        return
    pieces = take_apart(document, _value_of)
    bundle.add(Inspected(pieces, structure_of(document, _features_of), damage_of(document)))


def _remembering(make: Callable[[Document], Made]) -> Callable[[Document], Made]:
    """What `make` makes of an attribute, once for each small one: documents of OpenEXR files share them."""
    known: dict[int, tuple[Document, Made]] = {}

    def made_of(entry: Document) -> Made:
        found = known.get(id(entry))
        if found is not None:
            return found[1]
        made = make(entry)
        if entry["size"] <= _SMALL:
            if len(known) >= _KEPT:
                known.clear()
            known[id(entry)] = entry, made
        return made

    return made_of


_value_of = _remembering(entry_value)
_features_of = _remembering(attribute_features)
