"""A document of facts taken apart into what is kept of it, and put together again.

Three pieces: the header, which is the document without what is the file's own and without the values of its attributes;
those values, each with its place; and the rest, which is the file's own. Files that were made alike have equal headers
and mostly equal values, so both are kept once. Put together, the pieces give the document that was taken apart, but
for the path, size and time of the file, which its own row has, and for its statistics and findings.
"""

import hashlib
import json
import math
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from app.model.documents import plain
from app.model.names import folded_text
from app.model.structure import Structure

Document = dict[str, Any]

#: Bytes of a hash.
HASH_BYTES = 16
#: Characters of a value that can be searched.
TEXT_LENGTH = 300
_OF_THE_ROW = ("path", "name", "raw_name", "size_bytes", "mtime")
_OF_THE_FILE = ("frame", "header_bytes", "header_hash")
_OWN = ("errors", "fingerprints")
_FLAT_CHANNEL = ("name", "type", "x_sampling", "y_sampling")
_LAYOUT = frozenset(
    ("channels", "compression", "dataWindow", "displayWindow", "lineOrder", "tiles", "type", "name", "chunkCount",
     "version", "view", "maxSamplesPerPixel")
)  # fmt: skip
_LONG = 4096
_PACKED_FROM = 200
#: Letters of JSON up to which a value is remembered, and beyond which it is left out.
_SHORT, _LONGEST = 1000, 16 << 20
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?([eE][+-]?[0-9]{1,3})?\Z")
_RATIO = re.compile(r"([0-9]{1,12})/([0-9]{1,12})\Z")
_SCALAR = (str, int, float)


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute with its value.

    Attributes:
        name, type: as the file says; no type where the format has none.
        text: the folded beginning of the value as a person would write it.
        number: the value where it is a number, or stands for one.
        body: the rest of its entry in the document, packed; of a flat one the value.
        hash: tells it from every other attribute and value.
    """

    name: str
    type: str
    text: str
    number: float | None
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Pieces:
    """A document taken apart.

    Attributes:
        kind, format: as the document says; empty where it does not.
        header: what files that were made alike share, as JSON.
        values: the attributes in their order.
        own: what is the file's own; empty where nothing is.
        header_hash: of the file's header, as the document says; empty where it does not.
        stats: the statistics, or None where none were measured.
        duration_s: seconds; None where it does not apply.
    """

    kind: str
    format: str
    header: bytes
    values: tuple[Value, ...]
    own: str
    header_hash: str
    stats: Any
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is to be kept of one file.

    Attributes:
        pieces: its document, taken apart.
        structure: where it stands among similar files; None where that is not known.
        error: why it is not sound; empty where it is.
    """

    pieces: Pieces
    structure: Structure | None
    error: str


def digest(data: bytes) -> bytes:
    """The hash under which contents are kept: BLAKE2b of `HASH_BYTES` bytes."""
    return hashlib.blake2b(data, digest_size=HASH_BYTES).digest()


def deflated(text: bytes) -> bytes:
    """Bytes of JSON, deflated where that pays."""
    return text if len(text) < _PACKED_FROM else zlib.compress(text)


def inflated(data: bytes) -> bytes:
    """The inverse of `deflated`: no JSON begins as deflated bytes do."""
    return zlib.decompress(data) if data[:1] == b"\x78" else data


def packed(value: Any) -> bytes:
    """A value as deflated JSON."""
    return deflated(_json(value).encode("ascii"))


def unpacked(data: bytes) -> Any:
    """The inverse of `packed`."""
    return json.loads(inflated(data))


def take_apart(document: Document, value_of: Callable[[Document], Value] | None = None) -> Pieces:
    """Take a document apart. It is not changed.

    Args:
        document: as `inspect` gives it.
        value_of: `entry_value`, or what remembers its results.
    """
    rest = dict(document)
    file = dict(rest.get("file") or {})
    for name in _OF_THE_ROW:
        file.pop(name, None)
    header_hash = str(file.get("header_hash") or "")
    own: dict[str, Any] = {"file": {name: file.pop(name) for name in _OF_THE_FILE if name in file}}
    rest["file"] = file
    for name in _OWN:
        if rest.get(name):
            own[name], rest[name] = rest[name], type(rest[name])()
    stats = _taken_stats(rest)
    if (rest.get("validation") or {}).get("findings"):
        rest["validation"] = {"outcome": None, "findings": []}
    values = list(_part_values(rest, value_of or entry_value))
    values += _flat_values(rest, document)
    kind = str(document.get("kind") or ("image" if document.get("parts") else ""))
    return Pieces(
        kind,
        str(file.get("format") or ("openexr" if document.get("parts") else "")),
        _json(rest).encode("ascii"),
        tuple(values),
        _json({name: value for name, value in own.items() if value}) if any(own.values()) else "",
        header_hash,
        stats,
        _duration(document),
    )


def put_together(
    header: bytes, entries: list[tuple[str, str, Any]], own: str, file: Document, stats: Any = None
) -> Document:
    """The document of the pieces.

    Args:
        header: JSON as `take_apart` gave it.
        entries: name, type and unpacked body of each value, in their order.
        own: as `take_apart` gave it.
        file: what the file's row says: `path, name, size_bytes, mtime`.
        stats: as `take_apart` gave them.
    """
    rest: Document = json.loads(header)
    mine: Document = json.loads(own) if own else {}
    waiting = iter(entries)
    for part in rest.get("parts") or ():
        if isinstance(part, dict) and "attributes" in part:
            inside = islice(waiting, part["attributes"])
            part["attributes"] = [{"name": name, "type": kind, **body} for name, kind, body in inside]
    flat = rest.get("attributes")
    if flat == "flat":
        rest["attributes"] = flat_attributes(rest["parts"])
    elif isinstance(flat, int):
        rest["attributes"] = {name: body for name, _, body in waiting}
    if rest.get("channels") == "flat":
        rest["channels"] = flat_channels(rest["parts"])
    rest["file"] = {**file, **rest["file"], **mine.pop("file", {})}
    rest.update(mine)
    if stats is not None:
        rest["stats"] = stats
    return rest


def flat_attributes(parts: list[Document]) -> Document:
    """Attributes of all parts by name, those that occur once or with equal values; what lays pixels out is left out.

    Of a value that is unknown or long the type and size are told.
    """
    seen: dict[str, Document] = {}
    differing: set[str] = set()
    for part in parts:
        for entry in part.get("attributes") or ():
            before = seen.setdefault(entry["name"], entry)
            if before is not entry and before != entry:
                differing.add(entry["name"])
    return {name: _brief(entry) for name, entry in seen.items() if name not in differing and name not in _LAYOUT}


def _brief(entry: Document) -> Any:
    value, size = entry.get("value"), int(entry.get("size") or 0)
    if value is None or (size > _LONG and len(json.dumps(value)) > _LONG):
        return {"type": entry["type"], "bytes": size}
    return value


def flat_channels(parts: list[Document]) -> list[Document]:
    """Channels of all parts in one list."""
    return [
        {"part_index": part.get("index", number), **{name: channel.get(name) for name in _FLAT_CHANNEL}}
        for number, part in enumerate(parts)
        for channel in part.get("channels") or ()
    ]


def part_rows(document: Document) -> Iterator[tuple[Any, ...]]:
    """Number, name, type, view, compression, codec, width, height, frame rate, channels of each part or stream."""
    for number, part in enumerate(document.get("parts") or document.get("streams") or ()):
        channels = part.get("channels")
        yield (
            number,
            _word(part.get("name")),
            _word(part.get("type")),
            _word(part.get("view")),
            _word(part.get("compression")),
            _word(part.get("codec")),
            _integer(part.get("width")),
            _integer(part.get("height")),
            number_of(part.get("frame_rate")),
            len(channels) if isinstance(channels, list) else _integer(channels),
        )


def channel_rows(document: Document) -> Iterator[tuple[Any, ...]]:
    """Part, number, name, layer and type of each channel."""
    for part_number, part in enumerate(document.get("parts") or document.get("streams") or ()):
        channels = part.get("channels")
        for number, channel in enumerate(channels if isinstance(channels, list) else ()):
            entry = channel if isinstance(channel, dict) else {"name": str(channel), "type": part.get("depth")}
            name = _word(entry.get("name"))
            yield part_number, number, name, entry.get("layer") or name.rpartition(".")[0], _word(entry.get("type"))


def stat_rows(stats: Any) -> Iterator[tuple[Any, ...]]:
    """Part, channel, minimum, maximum, mean, deviation, NaN and infinite pixels of each channel that was measured."""
    for number, part in enumerate(stats.get("parts") or () if isinstance(stats, dict) else ()):
        for channel in part.get("channels") or ():
            floats = (number_of(channel.get(name)) for name in ("min", "max", "mean", "stddev"))
            counts = (_integer(channel.get(name)) for name in ("nan_count", "inf_count"))
            yield part.get("index", number), _word(channel.get("name")), *floats, *counts


def text_of(value: Any) -> str:
    """A value as a person would write it: a name, a number, a ratio `24000/1001`, a time code, else JSON."""
    if isinstance(value, dict):
        if "text" in value or "name" in value:
            return str(value.get("text") or value.get("name") or "")
        if set(value) == {"n", "d"}:
            return f"{value['n']}/{value['d']}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _SCALAR):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, _SCALAR) for one in value):
        return ", ".join(map(str, value))
    return "" if value is None else _json(value)


def number_of(value: Any) -> float | None:
    """The number that a value is or stands for; None where it is none, or not finite."""
    if isinstance(value, dict) and set(value) == {"n", "d"}:
        value = f"{value['n']}/{value['d']}"
    if isinstance(value, str):
        if ratio := _RATIO.match(value):
            return float(Fraction(int(ratio[1]), int(ratio[2]))) if int(ratio[2]) else None
        value = float(value) if _NUMBER.match(value) else None
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _part_values(rest: Document, value_of: Callable[[Document], Value]) -> Iterator[Value]:
    """Take the attributes out of the parts: their numbers stay."""
    if not rest.get("parts"):
        return
    parts = [dict(part) for part in rest["parts"]]
    rest["parts"] = parts
    for part in parts:
        if isinstance(entries := part.get("attributes"), list):
            part["attributes"] = len(entries)
            yield from map(value_of, entries)


def _flat_values(rest: Document, document: Document) -> list[Value]:
    """Take out what the document tells of all parts at once; it follows from the parts where there are any."""
    parts = document.get("parts") or []
    if parts and rest.get("channels") == flat_channels(parts):
        rest["channels"] = "flat"
    flat = rest.get("attributes")
    if not isinstance(flat, dict):
        return []
    if parts and flat == flat_attributes(parts):
        rest["attributes"] = "flat"
        return []
    rest["attributes"] = len(flat)
    return [_flat_value(name, value) for name, value in flat.items()]


def entry_value(entry: Document) -> Value:
    """An attribute of a part. Equal ones are worked out once: the frames of a sequence share most."""
    body = {key: inside for key, inside in entry.items() if key not in ("name", "type")}
    text = _json(body)
    name, kind = _clean(entry["name"]), _clean(entry["type"])
    if len(text) <= _SHORT:
        return _worked_out(name, kind, text, "value")
    if len(text) > _LONGEST:
        text = _json({**body, "value": None, "raw": None, "left_out": True})
    return _work_out(name, kind, text, "value")


def _flat_value(name: str, value: Any) -> Value:
    """An attribute that the document tells of the file as a whole."""
    text = _json(value)
    return _work_out(_clean(name), "", text if len(text) <= _LONGEST else "null", "")


def _work_out(name: str, kind: str, text: str, key: str) -> Value:
    """A value from the JSON of its body; the value itself is under the key of it, if any."""
    value = json.loads(text)
    value = value.get(key) if key else value
    told = folded_text(_clean(text_of(value))).decode("utf-8", "replace")[:TEXT_LENGTH]
    body = deflated(text.encode("ascii"))
    return Value(name, kind, told, number_of(value), body, digest(f"{name}\0{kind}\0".encode() + body))


_worked_out = lru_cache(8192)(_work_out)


def _clean(text: str) -> str:
    """Text that a database takes: without NUL and halves of letters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _taken_stats(rest: Document) -> Any:
    """Take measured statistics out of the document; None where none were measured."""
    stats = rest.get("stats")
    if not stats or not any(stats.values() if isinstance(stats, dict) else stats):
        return None
    rest["stats"] = None
    return stats


def _duration(document: Document) -> float | None:
    inside = [document.get("attributes"), document.get("file"), document]
    found = (number_of(place.get("duration_s")) for place in inside if isinstance(place, dict))
    return next((seconds for seconds in found if seconds is not None), None)


def _word(value: Any) -> str:
    """A name as text: of a number with a name, the name."""
    return _clean(text_of(value)) if value is not None else ""


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and -(1 << 63) <= value < 1 << 63 else None


_json = json.JSONEncoder(separators=(",", ":"), default=plain).encode
