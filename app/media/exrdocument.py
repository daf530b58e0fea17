"""Everything that an OpenEXR header says, as one JSON document that proves itself.

The header block is built again from what `json.loads` makes of the document and compared with the file's, byte for
byte: `lossless` tells whether they are the same. The form of the document: docs/inspect.md.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from blake3 import blake3

from app.media import exrbytes
from app.media.exr import MULTIPART, Header, read_header
from app.media.exrchunks import chunk_fault
from app.media.exrparts import Problem, part_facts
from app.media.exrproof import Entry, proven_entries
from app.media.exrstream import Attribute, bytes_of
from app.media.exrvalues import FLAGS, flat_attributes, shown
from app.media.fileentry import file_entry
from app.media.opening import OpenFile

_AT_ONCE = 1 << 20
#: The version of the form of all documents.
SCHEMA_VERSION = 2


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
    proven = [proven_entries(part.attributes, raw=raw) for part in header.parts]
    parts: list[dict[str, Any]] = []
    errors: list[Problem] = []
    for index, (part, entries) in enumerate(zip(header.parts, proven, strict=True)):
        facts, problems = part_facts(index, part, [entry.fault for entry in entries if entry.fault])
        parts.append({**facts, "attributes": [entry.document for entry in entries]})
        errors += problems
    lost = [] if _is_proven(file, header, proven) else list(_losses(header, proven))
    errors += lost + _file_problems(file, header, [part["chunk_count"] for part in parts])
    return {
        "schema_version": SCHEMA_VERSION,
        "lossless": not lost,
        "kind": "image",
        "file": {
            **file_entry(file, "openexr", "image/x-exr"),
            "version": header.version,
            "flags": list(_flag_names(header.flags)),
            "header_bytes": header.size,
            "header_hash": "blake3:" + _hash(file, header),
            "multipart_count": len(header.parts),
            "is_deep": header.deep,
        },
        "parts": parts,
        "channels": [
            {"part_index": part["index"], "name": channel["name"], "type": channel["type"],
             "x_sampling": channel["x_sampling"], "y_sampling": channel["y_sampling"]}
            for part in parts for channel in part["channels"] or ()
        ],
        "attributes": _flat(header, proven),
        "stats": None,
        "validation": {"policy": None, "outcome": None, "findings": []},
        "fingerprints": {},
        "errors": errors,
    }  # fmt: skip


def _flat(header: Header, proven: list[list[Entry]]) -> dict[str, Any]:
    """The flat form of the attributes. One part without repetitions, as most files have, needs no comparing."""
    if len(proven) == 1 and not header.parts[0].repeated():
        return {entry.flat_name: entry.brief for entry in proven[0] if entry.flat_name}
    return flat_attributes(
        zip(part.attributes, [entry.brief for entry in entries], strict=True)
        for part, entries in zip(header.parts, proven, strict=True)
    )


@lru_cache(64)
def _flag_names(flags: int) -> tuple[str, ...]:
    """The flags by name; those that nobody knows together as a hexadecimal number."""
    names = [name for name, bit in FLAGS.items() if flags & bit]
    unknown = flags & ~sum(FLAGS.values())
    return (*names, f"{unknown:#x}") if unknown else tuple(names)


@lru_cache(64)
def _leading_bytes(version: int, flags: int) -> bytes:
    """Magic number and version word, as they follow from the JSON of the flags."""
    return exrbytes.leading_bytes(*json.loads(json.dumps([version, _flag_names(flags)])))


def _is_proven(file: OpenFile, header: Header, proven: list[list[Entry]]) -> bool:
    """Whether the bytes that follow from the document are those of the file."""
    pieces = [_leading_bytes(header.version, header.flags)]
    for entries in proven:
        for entry in entries:
            if entry.rebuilt is None:
                return False
            pieces.append(entry.rebuilt)
        pieces.append(b"\0")
    if header.flags & MULTIPART:
        pieces.append(b"\0")
    if header.block:
        return b"".join(pieces) == header.block
    at = 0
    for piece in pieces:
        if file.read_at(at, len(piece)) != piece:
            return False
        at += len(piece)
    return at == header.size


def _hash(file: OpenFile, header: Header) -> str:
    """BLAKE3 of the header block, which is read again a bounded number of bytes at a time where it is long."""
    if header.block:
        return blake3(header.block).hexdigest()
    hasher = blake3()
    for at in range(0, header.size, _AT_ONCE):
        hasher.update(file.exactly(at, min(_AT_ONCE, header.size - at)))
    return hasher.hexdigest()


def _losses(header: Header, proven: list[list[Entry]]) -> Iterator[Problem]:
    """Where the header that follows from the document is not the file's."""
    named = False
    for index, (part, entries) in enumerate(zip(header.parts, proven, strict=True)):
        for attribute, entry in zip(part.attributes, entries, strict=True):
            if entry.rebuilt is None or entry.rebuilt != bytes_of(attribute):
                named = True
                yield _lost(index, attribute, entry)
    if not named:
        why = "ends before all its parts are told" if header.error else "is not what its attributes make"
        yield {"code": "header.lossy", "message": f"the header {why}"}


def _lost(index: int, attribute: Attribute, entry: Entry) -> Problem:
    name = shown(attribute.name)
    code, why = "attribute.lossy", "cannot be told in JSON without loss"
    if entry.document.get("omitted"):
        code, why = "attribute.omitted", f"has {len(attribute.raw)} bytes, which are given only when asked for"
    return {"code": code, "part": index, "attribute": name, "message": f"the attribute {name} {why}"}


def _file_problems(file: OpenFile, header: Header, chunk_counts: list[int | None]) -> list[Problem]:
    """What is wrong with the file beyond single parts."""
    problems: list[Problem] = []
    if header.unknown:
        problems.append({"code": "header.unknown", "message": header.unknown})
    if header.error:
        return [*problems, {"code": "header.damaged", "message": header.error}]
    fault = chunk_fault(file, header, chunk_counts)
    if fault:
        problems.append({"code": fault.code, "part": fault.part, "message": fault.message})
    return problems
