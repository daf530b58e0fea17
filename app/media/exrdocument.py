"""Everything that an OpenEXR header says, as one JSON document that proves itself.

The header block is built again from what `json.loads` makes of the document and compared with the file's, byte for
byte: `lossless` tells whether they are the same. The form of the document: docs/inspect.md.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from blake3 import blake3

from app.errors import MediaError
from app.media import exrbytes
from app.media.exr import MULTIPART, Attribute, Header, read_header
from app.media.exrchunks import chunk_fault
from app.media.exrparts import Problem, part_facts
from app.media.exrvalues import FLAGS, flat_attributes, has_infinite, shown, value_of
from app.media.fileentry import file_entry
from app.media.opening import OpenFile

#: The version of the form of all documents.
SCHEMA_VERSION = 2
#: An attribute with more bytes than this is told by its size alone, unless its bytes are asked for.
OMIT_ABOVE = 1 << 20
_SMALL, _SMALL_KEPT = 1 << 10, 8192
_LARGE, _LARGE_KEPT = 1 << 18, 64


def exr_document(file: OpenFile, header: Header | None = None, *, raw: bool = False) -> dict[str, Any]:
    """The document of an OpenEXR file, without statistics of its pixels.

    Args:
        file: the open file.
        header: its header, where it was read already.
        raw: attributes of any size are given, not only those up to `OMIT_ABOVE` bytes.

    Raises:
        MediaError: not even the first part's header can be read.
    """
    header = header or read_header(file)
    block = file.exactly(0, header.size)
    proven = [[_proven_entry(attribute, raw) for attribute in part.attributes] for part in header.parts]
    parts: list[dict[str, Any]] = []
    errors: list[Problem] = []
    for index, (part, entries) in enumerate(zip(header.parts, proven, strict=True)):
        facts, problems = part_facts(index, part)
        parts.append({**facts, "attributes": [entry.document for entry in entries]})
        errors += problems
    lost = [] if _is_proven(header, proven, block) else list(_losses(header, proven, block))
    errors += lost + _file_problems(file, header)
    return {
        "schema_version": SCHEMA_VERSION,
        "lossless": not lost,
        "kind": "image",
        "file": {
            **file_entry(file, "openexr", "image/x-exr"),
            "version": header.version,
            "flags": _flag_names(header.flags),
            "header_bytes": header.size,
            "header_hash": "blake3:" + blake3(block).hexdigest(),
            "multipart_count": len(header.parts),
            "is_deep": header.deep,
        },
        "parts": parts,
        "channels": [
            {"part_index": part["index"], "name": channel["name"], "type": channel["type"],
             "x_sampling": channel["x_sampling"], "y_sampling": channel["y_sampling"]}
            for part in parts for channel in part["channels"] or ()
        ],
        "attributes": flat_attributes(header),
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "fingerprints": {},
        "errors": errors,
    }  # fmt: skip


def _flag_names(flags: int) -> list[str]:
    """The flags by name; those that nobody knows together as a hexadecimal number."""
    names = [name for name, bit in FLAGS.items() if flags & bit]
    unknown = flags & ~sum(FLAGS.values())
    return [*names, f"{unknown:#x}"] if unknown else names


@dataclass(frozen=True, slots=True)
class _Entry:
    """An attribute as the document has it, and the bytes that follow from that JSON; None where none follow."""

    document: dict[str, Any]
    rebuilt: bytes | None


def _proven_entry(attribute: Attribute, raw: bool) -> _Entry:
    """The entry of an attribute. Equal attributes are decoded and proven once: the frames of a sequence share most."""
    size = len(attribute.raw)
    if size <= _SMALL:
        return _small_entry(attribute.name, attribute.type, attribute.raw)
    if size > OMIT_ABOVE and not raw:
        return _Entry({**_names(attribute.name, attribute.type), "size": size, "value": None, "omitted": True}, None)
    if size <= _LARGE:
        return _large_entry(attribute.name, attribute.type, attribute.raw)
    return _entry(attribute.name, attribute.type, attribute.raw)


def _entry(name: bytes, kind: bytes, raw: bytes) -> _Entry:
    value = value_of(Attribute(name, kind, raw)) if len(raw) <= OMIT_ABOVE else None
    document = {**_names(name, kind), "size": len(raw), "value": value}
    rebuilt = None if value is None or has_infinite(value) else _rebuilt(document)
    if rebuilt is None or not rebuilt.endswith(raw) or len(rebuilt) != len(name) + len(kind) + len(raw) + 6:
        document["raw"] = base64.b64encode(raw).decode("ascii")
        rebuilt = _rebuilt(document)
    return _Entry(document, rebuilt)


_small_entry = lru_cache(_SMALL_KEPT)(_entry)
_large_entry = lru_cache(_LARGE_KEPT)(_entry)


def _rebuilt(document: dict[str, Any]) -> bytes | None:
    try:
        return exrbytes.attribute_bytes(json.loads(json.dumps(document)))
    except exrbytes.NOT_BYTES:
        return None


def _names(name: bytes, kind: bytes) -> dict[str, Any]:
    """Name and type as text, and as base64 where they are no UTF-8."""
    names: dict[str, Any] = {"name": shown(name), "type": shown(kind)}
    for key, text in (("name", name), ("type", kind)):
        if names[key].encode() != text:
            names["raw_" + key] = base64.b64encode(text).decode("ascii")
    return names


def _is_proven(header: Header, proven: list[list[_Entry]], block: bytes) -> bool:
    """Whether the bytes that follow from the document are those of the file."""
    pieces = [exrbytes.leading_bytes(header.version, _flag_names(header.flags))]
    for entries in proven:
        for entry in entries:
            if entry.rebuilt is None:
                return False
            pieces.append(entry.rebuilt)
        pieces.append(b"\0")
    if header.flags & MULTIPART:
        pieces.append(b"\0")
    return b"".join(pieces) == block


def _losses(header: Header, proven: list[list[_Entry]], block: bytes) -> Iterator[Problem]:
    """Where the header that follows from the document is not the file's."""
    at = 8
    named = False
    for index, (part, entries) in enumerate(zip(header.parts, proven, strict=True)):
        for attribute, entry in zip(part.attributes, entries, strict=True):
            if entry.rebuilt is None or not block.startswith(entry.rebuilt, at):
                named = True
                yield _lost(index, attribute, entry)
            at += len(attribute.name) + len(attribute.type) + len(attribute.raw) + 6
        at += 1
    if not named:
        why = (
            "ends before all its parts are told" if header.error else "is not what its attributes make"
        )
        yield {"code": "header.lossy", "message": f"the header {why}"}


def _lost(index: int, attribute: Attribute, entry: _Entry) -> Problem:
    name = shown(attribute.name)
    code, why = "attribute.lossy", "cannot be told in JSON without loss"
    if entry.document.get("omitted"):
        code, why = "attribute.omitted", f"has {len(attribute.raw)} bytes, which are given only when asked for"
    return {"code": code, "part": index, "attribute": name, "message": f"the attribute {name} {why}"}


def _file_problems(file: OpenFile, header: Header) -> list[Problem]:
    """What is wrong with the file beyond single parts."""
    problems: list[Problem] = []
    if header.unknown:
        problems.append({"code": "header.unknown", "message": header.unknown})
    if header.error:
        return [*problems, {"code": "header.damaged", "message": header.error}]
    try:
        fault = chunk_fault(file, header)
    except MediaError as problem:
        return [*problems, {"code": "chunks.unknown", "message": f"the chunks cannot be counted: {problem.message}"}]
    if fault:
        problems.append({"code": fault.code, "part": fault.part, "message": fault.message})
    return problems
