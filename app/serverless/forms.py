"""The result of the function: documents, and the older flat form of them."""

from collections.abc import Mapping
from typing import Any

from app.errors import AppError
from app.media.exrvalues import LAYOUT
from app.serverless.toggles import Toggles

Document = dict[str, Any]


def failed(path: str, error: AppError) -> Document:
    """The document of a file of which nothing can be told."""
    return empty({"path": path}, [problem_of(error)])


def empty(file: Mapping[str, Any], errors: list[Document]) -> Document:
    """A document that holds nothing but errors, under the same keys."""
    return {
        "schema_version": 2,
        "kind": None,
        "file": dict(file),
        "parts": [],
        "channels": [],
        "attributes": {},
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "errors": errors,
    }


def problem_of(error: AppError) -> Document:
    """An error as documents tell it."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def told(document: Document, toggles: Toggles) -> Document:
    """A document as the toggles ask for it."""
    if not toggles.enable_meta:
        document = document | {"parts": [], "channels": [], "attributes": {}, "lossless": None}
    return flat(document) if toggles.schema_version == 1 else document


def flat(document: Document) -> Document:
    """The form of schema version 1: one level of parts and channels, attributes as one mapping.

    An attribute that differs between parts is there under `part.attribute`, the part by its name or else its index.
    """
    file = document["file"]
    return {
        "schema_version": 1,
        "file": {name: file.get(name) for name in ("path", "size_bytes", "mtime")},
        "parts": [_flat_part(part) for part in document.get("parts") or ()],
        "channels": [
            {name: channel.get(name) for name in ("part_index", "name", "type", "x_sampling", "y_sampling")}
            for channel in document.get("channels") or ()
        ],
        "attributes": _flat_attributes(document),
        "stats": document.get("stats") or {},
        "validation": _flat_validation(document.get("validation") or {}),
        "errors": document.get("errors") or [],
    }


def _flat_part(part: Mapping[str, Any]) -> Document:
    row = {name: part.get(name) for name in ("index", "name", "width", "height", "tile_width", "tile_height")}
    compression = part.get("compression")
    if isinstance(compression, Mapping):
        compression = compression.get("name") or str(compression.get("id"))
    return row | {"compression": compression}


def _flat_attributes(document: Document) -> Document:
    attributes = dict(document.get("attributes") or {})
    for part in document.get("parts") or ():
        for attribute in part.get("attributes") or ():
            name, value = attribute["name"], attribute.get("value")
            if name in attributes and attributes[name] != value:
                attributes.setdefault(f"{part.get('name') or part.get('index')}.{name}", value)
            elif name not in attributes and name not in _LAYOUT:
                attributes[f"{part.get('name') or part.get('index')}.{name}"] = value
    return attributes


_LAYOUT = frozenset(name.decode("ascii") for name in LAYOUT)


def _flat_validation(validation: Mapping[str, Any]) -> Document:
    return dict(validation) if validation.get("policy") or validation.get("findings") else {}
