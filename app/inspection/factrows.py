"""A document of `inspect` as rows of the fact tables."""

import base64
import hashlib
import json
import posixpath
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from app.inspection.structure import structure_of
from app.model.sinktables import (
    ATTRIBUTES,
    CHANNEL_NUMBERS,
    CHANNELS,
    FILES,
    FINDINGS,
    LONGEST_CELL,
    METADATA_NUMBERS,
    PARTS,
    STATS,
)
from app.model.times import now_us, parse_time

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Document = Mapping[str, Any]

_WHOLE = 1 << 62
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SEQUENCE = ("frame_count", "missing_count", "missing", "ranges")
_PLAIN_STATS = frozenset(STATS.names) - {"percentiles", "histogram", "other", "part_index", "channel"}


def rows_of(
    document: Document,
    *,
    inspected_us: int | None = None,
    drive: tuple[str, str] | None = None,
) -> Rows:
    """The rows of one document, by table.

    Args:
        document: of a file or a sequence; `file.path` names it.
        inspected_us: when it was inspected; now when omitted.
        drive: id and label of the catalogued drive that it lies on: two drives may have had one place.
    """
    file = document["file"]
    drive_id, label = drive or (None, None)
    key: Row = {"file_id": file_id_of(file, drive_id or ""), "path": file["path"]}
    key["header_hash"] = _header_hash(document)
    moment = now_us() if inspected_us is None else inspected_us
    described = _file_row(document) | _layout_row(document) | _vector_row(document)
    one = key | described | {"drive_id": drive_id, "drive": label, "inspected_at": moment}
    parts = _list(document, "parts")
    return {
        FILES.name: [one],
        PARTS.name: [key | _part_row(part) for part in parts],
        CHANNELS.name: [key | row for part in parts for row in _channel_rows(part)],
        ATTRIBUTES.name: [key | row for row in _attribute_rows(document, parts)],
        STATS.name: [key | row for row in _stats_rows(document)],
        FINDINGS.name: [key | row for row in _finding_rows(document)],
    }


def file_id_of(file: Mapping[str, Any], drive_id: str = "") -> str:
    """What a file is called in every table: 128 bits of a hash of its path, of the raw bytes where those are told.

    Args:
        file: the `file` of its document.
        drive_id: of the catalogued drive; empty for a file that was inspected where it lies.
    """
    raw = _raw_path(file) or str(file["path"]).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(raw, digest_size=16, key=drive_id.encode()[:64]).hexdigest()


def _raw_path(file: Mapping[str, Any]) -> bytes | None:
    """The bytes of a path that is no Unicode: the readable folder, and the name as it lies on the disk."""
    told = file.get("raw_path") or file.get("raw_name")
    if not told:
        return None
    raw = base64.b64decode(told)
    if "raw_path" in file:
        return raw
    return posixpath.join(posixpath.dirname(str(file["path"])).encode("utf-8", "replace"), raw)


def _header_hash(document: Document) -> str | None:
    representative = document.get("representative") or {}
    found = document["file"].get("header_hash") or representative.get("file", {}).get("header_hash")
    return found or None


def _list(document: Document, name: str) -> list[Any]:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _file_row(document: Document) -> Row:
    file, sequence = document["file"], document.get("sequence") or {}
    representative = (document.get("representative") or {}).get("file", {})
    validation = document.get("validation") or {}
    policy = validation.get("policy") or {}
    errors = _list(document, "errors")
    told = {name: file.get(name, representative.get(name)) for name in ("format", "mime", "header_bytes", "version")}
    return told | {
        "raw_path": _raw_path(file),
        "name": file.get("name") or posixpath.basename(file["path"]),
        "directory": file.get("directory") or posixpath.dirname(file["path"]),
        "kind": document.get("kind") or ("image" if "parts" in document else None),
        "size_bytes": file.get("size_bytes"),
        "mtime": _moment(file.get("mtime") or file.get("newest")),
        "etag": file.get("etag"),
        "frame": file.get("frame"),
        "schema_version": document.get("schema_version"),
        "lossless": document.get("lossless", (document.get("representative") or {}).get("lossless")),
        "multipart_count": file.get("multipart_count", representative.get("multipart_count")),
        "is_deep": file.get("is_deep", representative.get("is_deep")),
        "first_frame": sequence.get("first"),
        "last_frame": sequence.get("last"),
        "policy": policy.get("id"),
        "outcome": validation.get("outcome"),
        "error_count": len(errors),
        "errors": _json(errors) if errors else None,
        "streams": _json(document["streams"]) if document.get("streams") else None,
        **{name: sequence.get(name) for name in _SEQUENCE},
    }


def _layout_row(document: Document) -> Row:
    """What is asked of a file most often, from its first part or its picture."""
    parts = _list(document, "parts")
    if not parts:
        streams = [stream for stream in _list(document, "streams") if isinstance(stream, dict) and stream.get("width")]
        size = streams[0] if streams else {}
        return {"width": size.get("width"), "height": size.get("height")}
    names = sorted({channel["name"] for part in parts for channel in part.get("channels") or ()})
    return {
        "part_count": len(parts),
        "channel_count": sum(len(part.get("channels") or ()) for part in parts),
        "width": parts[0].get("width"),
        "height": parts[0].get("height"),
        "compression": _compression(parts[0])["compression"],
        "channel_names": _cell(",".join(names)),
    }


def _vector_row(document: Document) -> Row:
    """The vectors of the structure of an OpenEXR file, as lists of numbers."""
    structure = structure_of(document)
    if structure is None:
        return {}
    numbers = [number for (number,) in struct.iter_unpack("<f", structure.vectors)]
    return {"vector_version": str(structure.version), "metadata_vector": numbers[:METADATA_NUMBERS],
            "channel_vector": numbers[METADATA_NUMBERS : METADATA_NUMBERS + CHANNEL_NUMBERS]}  # fmt: skip


def _compression(part: Mapping[str, Any]) -> Row:
    told = part.get("compression")
    if isinstance(told, Mapping):
        return {"compression": told.get("name"), "compression_id": told.get("id")}
    return {"compression": told, "compression_id": None}


def _part_row(part: Mapping[str, Any]) -> Row:
    row = {name: part.get(name) for name in PARTS.names if name in part} | _compression(part)
    for window in ("data", "display"):
        box = part.get(f"{window}_window") or {}
        for end in ("min", "max"):
            row[f"{window}_{end}_x"], row[f"{window}_{end}_y"] = box.get(end) or (None, None)
    row["line_order"] = _text(part.get("line_order"))
    row["level_mode"] = _text(part.get("level_mode"))
    row["pixel_aspect_ratio"] = _number(part.get("pixel_aspect_ratio"))
    return row | {"part_index": part.get("index")}


def _channel_rows(part: Mapping[str, Any]) -> Iterable[Row]:
    for position, channel in enumerate(part.get("channels") or ()):
        row = {name: channel.get(name) for name in CHANNELS.names if name in channel}
        yield row | {"part_index": part.get("index"), "position": position, "type": _text(channel.get("type"))}


def _attribute_rows(document: Document, parts: list[Any]) -> Iterable[Row]:
    told = [part for part in parts if isinstance(part.get("attributes"), list)]
    for part in told:
        for position, attribute in enumerate(part["attributes"]):
            row = {"part_index": part.get("index"), "position": position, "name": attribute["name"]}
            row |= {"type": attribute.get("type"), "size": attribute.get("size"), "raw": _raw(attribute.get("raw"))}
            yield row | _values(attribute.get("value"))
    flat = document.get("attributes")
    if not told and isinstance(flat, Mapping):
        for position, (name, value) in enumerate(flat.items()):
            yield {"position": position, "name": name} | _values(value)


def _values(value: Any) -> Row:
    """A value as JSON, and as text or number where it is one."""
    if value is None:
        return {}
    row: Row = {"value": _json(value)}
    if isinstance(value, str):
        row["value_text"] = _cell(value)
    if isinstance(value, str | int | float):
        row["value_number"] = _number(value)
    elif isinstance(value, Mapping):
        row["value_text"] = _cell(_text(value.get("text") or value.get("name")))
        row["value_number"] = _ratio(value)
    return row


def _ratio(value: Mapping[str, Any]) -> float | None:
    n, d = value.get("n"), value.get("d")
    return n / d if isinstance(n, int) and isinstance(d, int) and d else None


def _stats_rows(document: Document) -> Iterable[Row]:
    for part in _list(document.get("stats") or {}, "parts"):
        whole = {name: value for name, value in part.items() if name not in ("index", "supported", "channels")}
        about = {"part_index": part.get("index"), "supported": part.get("supported")}
        channels = part.get("channels") or ()
        if whole or not channels:
            yield about | {"other": _json(whole) if whole else None}
        for channel in channels:
            row = {name: _stat(name, channel[name]) for name in _PLAIN_STATS if name in channel}
            row |= {name: _json(channel[name]) for name in ("percentiles", "histogram") if channel.get(name)}
            left = {name: value for name, value in channel.items() if name not in row and name != "name"}
            yield about | row | {"channel": channel.get("name"), "other": _json(left) if left else None}


def _stat(name: str, value: Any) -> Any:
    return value if name.endswith("_count") or name == "supported" else _number(value)


def _finding_rows(document: Document) -> Iterable[Row]:
    validation = document.get("validation") or {}
    policy = validation.get("policy") or {}
    told = [name for name in FINDINGS.names[3:] if name not in ("position", "policy", "policy_version")]
    for position, finding in enumerate(_list(validation, "findings")):
        row: Row = {name: _cell(_text(finding.get(name)) or None) for name in told}
        yield row | {"position": position, "policy": policy.get("id"), "policy_version": _text(policy.get("version"))}


def _moment(text: Any) -> int | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_time(text)
    except ValueError:
        return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else _json(value)


def _number(value: Any) -> float | None:
    """A number, also one that JSON can only name (`"NaN"`, `"Infinity"`); None for anything else."""
    if isinstance(value, str):
        return float(value) if value in ("NaN", "Infinity", "-Infinity") else None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _WHOLE:
        return float(value) if isinstance(value, float) else None
    return float(value)


def _raw(text: Any) -> bytes | None:
    if not isinstance(text, str) or len(text) * 3 // 4 > LONGEST_CELL:
        return None
    return base64.b64decode(text)


def _json(value: Any) -> str | None:
    return _cell(_encode(value))


def _cell(text: str | None) -> str | None:
    """Text that a cell holds: valid Unicode, not too long."""
    if text is None:
        return None
    data = text.encode("utf-8", "replace")
    return data.decode("utf-8") if len(data) <= LONGEST_CELL else None
