"""From the JSON of an OpenEXR header back to its bytes: the other half of `exrvalues`, the proof that nothing is lost.

Everything here works on what `json.loads` gives. Format: OpenEXR file layout, version 2.
"""

import base64
import struct
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from app.media.exr import MAGIC, PIXEL_TYPES
from app.media.exrtiles import LEVEL_MODES
from app.media.exrvalues import FLAGS, KEYCODE

#: What is raised where JSON does not have the form that its type asks for.
NOT_BYTES = (struct.error, ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)

_INT = struct.Struct("<i")
_EIGHT = struct.Struct("<8f")
_CHANNEL = struct.Struct("<iB3xii")


def header_bytes(document: dict[str, Any]) -> bytes:
    """The header block of an EXR's document, as `inspect` gives it, from the magic number to the chunk tables.

    Raises:
        One of `NOT_BYTES`: the document has not the form of one, or an attribute was left out of it for its size.
    """
    file = document["file"]
    pieces = [leading_bytes(file["version"], file["flags"])]
    for part in document["parts"]:
        pieces.extend(attribute_bytes(entry) for entry in part["attributes"])
        pieces.append(b"\0")
    if "multipart" in file["flags"]:
        pieces.append(b"\0")
    return b"".join(pieces)


def leading_bytes(version: int, flags: list[str]) -> bytes:
    """Magic number and version word.

    Raises:
        One of `NOT_BYTES`.
    """
    bits = sum(FLAGS[name] if name in FLAGS else int(name, 16) for name in flags)
    return MAGIC + struct.pack("<I", version | bits)


def attribute_bytes(entry: dict[str, Any]) -> bytes:
    """One attribute as it lies in a header: name, type, size, bytes.

    Raises:
        One of `NOT_BYTES`.
    """
    raw = entry.get("raw")
    kind = _name(entry, "type")
    data = base64.b64decode(raw, validate=True) if raw is not None else value_bytes(kind, entry["value"])
    return b"%b%b%b" % (lead_bytes(entry), _INT.pack(entry["size"]), data)


def lead_bytes(entry: dict[str, Any]) -> bytes:
    """Name and type as they lie before the size of an attribute.

    Raises:
        One of `NOT_BYTES`.
    """
    return b"%b\0%b\0" % (_name(entry, "name"), _name(entry, "type"))


def _name(entry: dict[str, Any], key: str) -> bytes:
    raw = entry.get("raw_" + key)
    if raw is not None:
        return base64.b64decode(raw, validate=True)
    text: str = entry[key]
    return text.encode()


def value_bytes(kind: bytes, value: Any) -> bytes:
    """The bytes of a value of that attribute type.

    Raises:
        One of `NOT_BYTES`: the value has not the form of its type, or its bytes do not follow from it.
    """
    if value is None or kind not in _WRITERS:
        raise ValueError("the bytes do not follow from the value")
    return _WRITERS[kind](value)


def _vector(layout: str) -> Callable[[Any], bytes]:
    packed = struct.Struct("<" + layout)
    count = len(packed.unpack(bytes(packed.size)))

    return (lambda value: _pack(packed, value)) if count > 1 else (lambda value: _pack(packed, (value,)))


def _pack(packed: struct.Struct, values: Sequence[Any]) -> bytes:
    """Numbers of JSON packed; only those that are not finite need a look at each."""
    try:
        return packed.pack(*values)
    except struct.error:
        return packed.pack(*map(_number, values))


def _number(value: Any) -> Any:
    """A number of JSON; those that are not finite are written as words."""
    return float(value) if isinstance(value, str) else value


def _box(layout: str) -> Callable[[Any], bytes]:
    packed = struct.Struct("<4" + layout)
    return lambda value: _pack(packed, [*value["min"], *value["max"]])


def _matrix(size: int, layout: str) -> Callable[[Any], bytes]:
    packed = struct.Struct(f"<{size * size}{layout}")
    return lambda value: _pack(packed, list(chain.from_iterable(value)))


def _named(value: Any) -> bytes:
    return bytes((value["id"],))


def _string(value: str) -> bytes:
    return value.encode()


def _strings(value: list[str]) -> bytes:
    encoded = [text.encode() for text in value]
    return b"".join(_INT.pack(len(text)) + text for text in encoded)


def _floats(value: list[Any]) -> bytes:
    return _pack(struct.Struct(f"<{len(value)}f"), value)


def _channel_list(value: list[dict[str, Any]]) -> bytes:
    pieces = []
    for channel in value:
        kind = _PIXEL_TYPES.get(channel["type"], channel["type"])
        layout = _CHANNEL.pack(kind, channel["p_linear"], channel["x_sampling"], channel["y_sampling"])
        pieces.append(b"%b\0%b" % (channel["name"].encode(), layout))
    return b"".join(pieces) + b"\0"


def _chromaticities(value: dict[str, Any]) -> bytes:
    pairs = (value[name] for name in ("red", "green", "blue", "white"))
    return _pack(_EIGHT, list(chain.from_iterable(pairs)))


def _tile_description(value: dict[str, Any]) -> bytes:
    level = _LEVEL_MODES.get(value["level"], value["level"])
    rounding = {"down": 0, "up": 1}.get(value["rounding"], value["rounding"])
    return struct.pack("<IIB", value["x_size"], value["y_size"], level | rounding << 4)


def _timecode(value: dict[str, Any]) -> bytes:
    return struct.pack("<II", value["time_and_flags"], value["user_data"])


def _keycode(value: dict[str, Any]) -> bytes:
    return struct.pack("<7i", *(value[name] for name in KEYCODE))


def _rational(value: dict[str, Any]) -> bytes:
    return struct.pack("<iI", value["n"], value["d"])


def _hinted_bytes(value: dict[str, Any]) -> bytes:
    hint: bytes = value["type_hint"].encode()
    return struct.pack("<I", len(hint)) + hint + base64.b64decode(value["base64"], validate=True)


def _numbers(names: dict[int, str]) -> dict[Any, int]:
    return {name: number for number, name in names.items()}


_PIXEL_TYPES = _numbers(PIXEL_TYPES)
_LEVEL_MODES = _numbers(LEVEL_MODES)

_WRITERS: dict[bytes, Callable[[Any], bytes]] = {
    b"int": _vector("i"), b"float": _vector("f"), b"double": _vector("d"), b"string": _string,
    b"stringvector": _strings, b"floatvector": _floats, b"v2i": _vector("2i"), b"v2f": _vector("2f"),
    b"v2d": _vector("2d"), b"v3i": _vector("3i"), b"v3f": _vector("3f"), b"v3d": _vector("3d"),
    b"box2i": _box("i"), b"box2f": _box("f"), b"m33f": _matrix(3, "f"), b"m33d": _matrix(3, "d"),
    b"m44f": _matrix(4, "f"), b"m44d": _matrix(4, "d"), b"chlist": _channel_list,
    b"chromaticities": _chromaticities, b"compression": _named, b"lineOrder": _named, b"envmap": _named,
    b"deepImageState": _named, b"tiledesc": _tile_description, b"timecode": _timecode, b"keycode": _keycode,
    b"rational": _rational, b"bytes": _hinted_bytes,
}  # fmt: skip
