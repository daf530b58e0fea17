"""The values of OpenEXR attributes as JSON, by their type; and the facts of a file that follow from its header."""

import base64
import hashlib
import json
import math
import struct
from collections.abc import Callable, Iterable
from typing import Any

from app.errors import MediaError
from app.media.exr import (
    COMPRESSIONS,
    DEEP,
    LINE_ORDERS,
    LONG_NAMES,
    MULTIPART,
    PIXEL_TYPES,
    TILED,
    Box,
    channels_of,
)
from app.media.exrstream import Attribute
from app.media.exrtiles import LEVEL_MODES

#: The types that hold floats, and which.
_FLOATING = {
    b"float": "f", b"v2f": "f", b"v3f": "f", b"box2f": "f", b"m33f": "f", b"m44f": "f", b"chromaticities": "f",
    b"floatvector": "f", b"double": "d", b"v2d": "d", b"v3d": "d", b"m33d": "d", b"m44d": "d",
}  # fmt: skip
#: The known flags of the version word, by the names that documents give them.
FLAGS = {"tiled": TILED, "long_names": LONG_NAMES, "deep": DEEP, "multipart": MULTIPART}
_LONG = 4096
_ENVMAPS = {0: "latlong", 1: "cube"}
#: What `deepImageState` may say.
DEEP_STATES = {0: "messy", 1: "sorted", 2: "non_overlapping", 3: "tidy"}
#: Attributes that say how the pixels are laid out.
LAYOUT = frozenset(
    (b"channels", b"compression", b"dataWindow", b"displayWindow", b"lineOrder", b"tiles", b"type", b"name",
     b"chunkCount", b"version", b"view", b"maxSamplesPerPixel")
)  # fmt: skip
#: The fields of a `keycode`, in the order in which they are stored.
KEYCODE = ("film_mfc_code", "film_type", "prefix", "count", "perf_offset", "perfs_per_frame", "perfs_per_count")


class _NotShown(ValueError):
    """Bytes that are as their type says, and cannot be told as JSON."""


def number(value: float) -> float | str:
    """A float as JSON can hold it: `"NaN"`, `"Infinity"`, `"-Infinity"` where it is not finite."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def is_finite(kind: bytes, raw: bytes) -> bool:
    """Whether an attribute that has a value holds no NaN and no infinity; those without floats hold none."""
    code = _FLOATING.get(kind)
    if code is None:
        return True
    return all(map(math.isfinite, struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw)))


def _numbers(values: tuple[float, ...]) -> list[Any]:
    """Numbers as JSON can hold them."""
    return list(values) if all(map(math.isfinite, values)) else [number(value) for value in values]


def _vector(layout: str) -> Callable[[bytes], Any]:
    packed = struct.Struct("<" + layout)

    def read(raw: bytes) -> Any:
        values = _numbers(packed.unpack(raw))
        return values if len(values) > 1 else values[0]

    return read


def _box(layout: str) -> Callable[[bytes], Any]:
    packed = struct.Struct("<4" + layout)

    def read(raw: bytes) -> Any:
        x0, y0, x1, y1 = _numbers(packed.unpack(raw))
        return {"min": [x0, y0], "max": [x1, y1]}

    return read


def _matrix(size: int, layout: str) -> Callable[[bytes], Any]:
    packed = struct.Struct(f"<{size * size}{layout}")

    def read(raw: bytes) -> Any:
        values = _numbers(packed.unpack(raw))
        return [values[row : row + size] for row in range(0, size * size, size)]

    return read


def _named(names: dict[int, str]) -> Callable[[bytes], Any]:
    def read(raw: bytes) -> Any:
        (value,) = raw
        return {"id": value, "name": names.get(value)}

    return read


def _string(raw: bytes) -> str:
    text = raw.decode("utf-8")
    if "\0" in text:
        raise _NotShown("text with NUL")
    return text


def _strings(raw: bytes) -> list[str]:
    found, at = [], 0
    while at < len(raw):
        (size,) = struct.unpack_from("<i", raw, at)
        if size < 0 or at + 4 + size > len(raw):
            raise ValueError("a string that is longer than its attribute")
        found.append(_string(raw[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def _floats(raw: bytes) -> list[float | str]:
    return _numbers(struct.unpack(f"<{len(raw) // 4}f", raw))


def _channel_list(raw: bytes) -> list[dict[str, Any]]:
    return [
        {"name": channel.name.decode("utf-8"), "type": PIXEL_TYPES.get(channel.type, channel.type),
         "p_linear": bool(channel.p_linear), "x_sampling": channel.x_sampling, "y_sampling": channel.y_sampling}
        for channel in channels_of(raw)
    ]  # fmt: skip


def _chromaticities(raw: bytes) -> dict[str, Any]:
    values = _numbers(struct.unpack("<8f", raw))
    return {name: values[at : at + 2] for name, at in (("red", 0), ("green", 2), ("blue", 4), ("white", 6))}


def _tile_description(raw: bytes) -> dict[str, Any]:
    width, height, mode = struct.unpack("<IIB", raw)
    rounding = {0: "down", 1: "up"}.get(mode >> 4, mode >> 4)
    return {"x_size": width, "y_size": height, "level": LEVEL_MODES.get(mode & 0xF, mode & 0xF), "rounding": rounding}


def _timecode(raw: bytes) -> dict[str, Any]:
    word, user_data = struct.unpack("<II", raw)
    parts = [(word >> shift & tens) * 10 + (word >> low & 0xF) for shift, tens, low in
             ((28, 3, 24), (20, 7, 16), (12, 7, 8), (4, 3, 0))]  # fmt: skip
    drop = bool(word >> 6 & 1)
    text = "{:02}:{:02}:{:02}".format(*parts[:3]) + (";" if drop else ":") + f"{parts[3]:02}"
    return {"time_and_flags": word, "user_data": user_data, "text": text, "drop": drop}


def _keycode(raw: bytes) -> dict[str, int]:
    return dict(zip(KEYCODE, struct.unpack("<7i", raw), strict=True))


def _rational(raw: bytes) -> dict[str, int]:
    n, d = struct.unpack("<iI", raw)
    return {"n": n, "d": d}


def _preview(raw: bytes) -> dict[str, Any]:
    width, height = struct.unpack_from("<II", raw)
    if len(raw) != 8 + 4 * width * height:
        raise ValueError("a preview of another size than it says")
    return {"width": width, "height": height, "sha256": hashlib.sha256(raw[8:]).hexdigest()}


def _id_manifest(raw: bytes) -> dict[str, Any]:
    """The size of the manifest, and its bytes as they are stored (zlib). Source: ImfIDManifestAttribute.cpp."""
    (size,) = struct.unpack_from("<i", raw)
    return {"uncompressed": size, "compressed": len(raw) - 4, "sha256": hashlib.sha256(raw[4:]).hexdigest()}


def _hinted_bytes(raw: bytes) -> dict[str, str]:
    (size,) = struct.unpack_from("<I", raw)
    hint = raw[4 : 4 + size]
    if len(hint) < size:
        raise ValueError("a type hint that is longer than its attribute")
    return {"type_hint": hint.decode("utf-8"), "base64": base64.b64encode(raw[4 + size :]).decode("ascii")}


_READERS: dict[bytes, Callable[[bytes], Any]] = {
    b"int": _vector("i"), b"float": _vector("f"), b"double": _vector("d"), b"string": _string,
    b"stringvector": _strings, b"floatvector": _floats, b"v2i": _vector("2i"), b"v2f": _vector("2f"),
    b"v2d": _vector("2d"), b"v3i": _vector("3i"), b"v3f": _vector("3f"), b"v3d": _vector("3d"),
    b"box2i": _box("i"), b"box2f": _box("f"), b"m33f": _matrix(3, "f"), b"m33d": _matrix(3, "d"),
    b"m44f": _matrix(4, "f"), b"m44d": _matrix(4, "d"), b"chlist": _channel_list,
    b"chromaticities": _chromaticities, b"compression": _named({n: name for n, (name, _) in COMPRESSIONS.items()}),
    b"lineOrder": _named(LINE_ORDERS), b"envmap": _named(_ENVMAPS), b"deepImageState": _named(DEEP_STATES),
    b"tiledesc": _tile_description, b"timecode": _timecode, b"keycode": _keycode, b"rational": _rational,
    b"preview": _preview, b"bytes": _hinted_bytes, b"idmanifest": _id_manifest,
}  # fmt: skip

#: Bytes of the types that always have as many.
_SIZES = {
    b"int": 4, b"float": 4, b"double": 8, b"v2i": 8, b"v2f": 8, b"v2d": 16, b"v3i": 12, b"v3f": 12, b"v3d": 24,
    b"box2i": 16, b"box2f": 16, b"m33f": 36, b"m33d": 72, b"m44f": 64, b"m44d": 128, b"chromaticities": 32,
    b"compression": 1, b"lineOrder": 1, b"envmap": 1, b"deepImageState": 1, b"tiledesc": 9, b"timecode": 8,
    b"keycode": 28, b"rational": 8,
}  # fmt: skip
#: The types that say within themselves how long they are.
_LISTS = frozenset((b"stringvector", b"floatvector", b"preview", b"bytes"))


def value_of(attribute: Attribute) -> Any:
    """The value as JSON; None where the type is unknown or the bytes are not what the type says."""
    reader = _READERS.get(attribute.type)
    if reader is None:
        return None
    try:
        return reader(attribute.raw)
    except (struct.error, ValueError, MediaError):
        return None


def is_malformed(attribute: Attribute) -> bool:
    """Whether an attribute of a known type has bytes that cannot be of that type: too few, too many."""
    size = _SIZES.get(attribute.type)
    if size is not None or attribute.type not in _LISTS:
        return size is not None and len(attribute.raw) != size
    try:
        _READERS[attribute.type](attribute.raw)
    except (UnicodeDecodeError, _NotShown):
        return False
    except (struct.error, ValueError):
        return True
    return False


def shown(name: bytes) -> str:
    """A name of the header as text; bytes that are no UTF-8 are replaced."""
    return name.decode("utf-8", "replace")


def flat_name(name: bytes) -> str:
    """The name of an attribute in the flat form of all; empty where it says how the pixels are laid out."""
    return "" if name in LAYOUT else shown(name)


def window(box: Box) -> dict[str, list[int]]:
    """A window as JSON, corners included."""
    return {"min": [box[0], box[1]], "max": [box[2], box[3]]}


def flat_attributes(parts: Iterable[Iterable[tuple[Attribute, Any]]]) -> dict[str, Any]:
    """The attributes that occur once or with equal values, by name; layout attributes are facts of the parts.

    Args:
        parts: the attributes of each part, each with what is told of it.
    """
    seen: dict[bytes, tuple[Attribute, Any]] = {}
    differing: set[bytes] = set()
    for pairs in parts:
        for pair in pairs:
            name = pair[0].name
            if name in LAYOUT:
                continue
            before = seen.setdefault(name, pair)
            if before is not pair and before[0] != pair[0]:
                differing.add(name)
    return {shown(name): told for name, (_, told) in seen.items() if name not in differing}


def brief(attribute: Attribute) -> Any:
    """The value of an attribute, or its type and size where the value is unknown or long."""
    return brief_of(attribute, value_of(attribute))


def brief_of(attribute: Attribute, value: Any) -> Any:
    """The same where the value was decoded already."""
    if value is None or (len(attribute.raw) > _LONG and len(json.dumps(value)) > _LONG):
        return {"type": shown(attribute.type), "bytes": len(attribute.raw)}
    return value
