"""Attributes of every type as bytes, each with the value that its document must have."""

import base64
import hashlib
import math
import struct
from typing import Any, NamedTuple


class Written(NamedTuple):
    """An attribute and the JSON that must come of it; None where its bytes cannot be told as a value."""

    name: bytes
    type: bytes
    raw: bytes
    value: Any


def _one(kind: str, raw: bytes, value: Any) -> Written:
    return Written(b"note", kind.encode(), raw, value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<i", len(encoded)) + encoded


def _single(value: float) -> float:
    return struct.unpack("<f", struct.pack("<f", value))[0]


_NAN = struct.pack("<I", 0x7FA00001)
_PREVIEW = bytes(range(24))
_MANIFEST = b"not really zlib"
_BOXES = {"i": (-1, -2, 3, 4), "f": (-1.5, 0.0, 2.5, 4.0)}

ATTRIBUTES = [
    _one("int", struct.pack("<i", -5), -5),
    _one("int", struct.pack("<i", -(2**31)), -(2**31)),
    _one("float", struct.pack("<f", 0.1), _single(0.1)),
    _one("float", struct.pack("<f", -0.0), -0.0),
    _one("float", struct.pack("<f", math.inf), "Infinity"),
    _one("float", struct.pack("<f", -math.inf), "-Infinity"),
    _one("float", _NAN, "NaN"),
    _one("float", struct.pack("<I", 1), _single(1e-45)),
    _one("double", struct.pack("<d", 0.1), 0.1),
    _one("double", struct.pack("<d", 5e-324), 5e-324),
    _one("double", struct.pack("<d", math.nan), "NaN"),
    _one("string", b"", ""),
    _one("string", "ünï ☃ 🎬".encode(), "ünï ☃ 🎬"),
    _one("string", b"\"quoted\" \\ \n\t\x01", "\"quoted\" \\ \n\t\x01"),
    _one("string", b"NaN", "NaN"),
    _one("string", b"caf\xe9", None),
    _one("string", b"a\0b", None),
    _one("string", b"\xed\xa0\x80", None),
    _one("string", b"long " * 4000, "long " * 4000),
    _one("stringvector", b"", []),
    _one("stringvector", _text("left") + _text("right"), ["left", "right"]),
    _one("stringvector", _text("") + _text("ü"), ["", "ü"]),
    _one("stringvector", struct.pack("<i", 9) + b"short", None),
    _one("stringvector", struct.pack("<i", -1), None),
    _one("floatvector", b"", []),
    _one("floatvector", struct.pack("<3f", 1, 0.5, math.nan), [1.0, 0.5, "NaN"]),
    _one("floatvector", b"\0" * 7, None),
    *(_one(f"v{size}{code}", struct.pack(f"<{size}{code}", *range(size)), list(range(size)))
      for size in (2, 3) for code in "ifd"),
    _one("v2f", struct.pack("<2f", math.inf, 1), ["Infinity", 1.0]),
    *(_one(f"box2{code}", struct.pack(f"<4{code}", *box), {"min": list(box[:2]), "max": list(box[2:])})
      for code, box in _BOXES.items()),
    *(_one(f"m{size}{size}{code}", struct.pack(f"<{size * size}{code}", *range(size * size)),
           [[row * size + column for column in range(size)] for row in range(size)])
      for size in (3, 4) for code in "fd"),
    _one("chlist", b"R\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0",
         [{"name": "R", "type": "half", "p_linear": False, "x_sampling": 1, "y_sampling": 1}]),
    _one("chlist", b"R\0" + struct.pack("<iB3sii", 7, 9, b"abc", 2, 1) + b"\0",
         [{"name": "R", "type": 7, "p_linear": True, "x_sampling": 2, "y_sampling": 1}]),
    _one("chlist", b"\xff\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0", None),
    _one("chlist", b"\0", []),
    _one("chlist", b"\0behind", []),
    _one("chlist", b"R\0", None),
    _one("chromaticities", struct.pack("<8f", *(n / 4 for n in range(8))),
         {"red": [0.0, 0.25], "green": [0.5, 0.75], "blue": [1.0, 1.25], "white": [1.5, 1.75]}),
    _one("compression", b"\x0b", {"id": 11, "name": "htj2k32"}),
    _one("compression", b"\xc8", {"id": 200, "name": None}),
    _one("lineOrder", b"\2", {"id": 2, "name": "randomY"}),
    _one("lineOrder", b"\x63", {"id": 99, "name": None}),
    _one("envmap", b"\1", {"id": 1, "name": "cube"}),
    *(_one("deepImageState", bytes((number,)), {"id": number, "name": name})
      for number, name in enumerate(("messy", "sorted", "non_overlapping", "tidy"))),
    _one("tiledesc", struct.pack("<IIB", 32, 2**32 - 1, 0x12),
         {"x_size": 32, "y_size": 2**32 - 1, "level": "ripmap", "rounding": "up"}),
    _one("tiledesc", struct.pack("<IIB", 1, 1, 0xF7), {"x_size": 1, "y_size": 1, "level": 7, "rounding": 15}),
    _one("timecode", struct.pack("<II", 0x01020344, 9),
         {"time_and_flags": 0x01020344, "user_data": 9, "text": "01:02:03;04", "drop": True}),
    _one("timecode", struct.pack("<II", 0xFFFFFFFF, 2**32 - 1),
         {"time_and_flags": 2**32 - 1, "user_data": 2**32 - 1, "text": "45:85:85;45", "drop": True}),
    _one("keycode", struct.pack("<7i", 1, 2, 3, 4, 5, -6, 2**31 - 1),
         {"film_mfc_code": 1, "film_type": 2, "prefix": 3, "count": 4, "perf_offset": 5, "perfs_per_frame": -6,
          "perfs_per_count": 2**31 - 1}),
    _one("rational", struct.pack("<iI", 48000, 2002), {"n": 48000, "d": 2002}),
    _one("rational", struct.pack("<iI", 1, 0), {"n": 1, "d": 0}),
    _one("rational", struct.pack("<iI", -1, 2**31 + 1), {"n": -1, "d": 2**31 + 1}),
    _one("preview", struct.pack("<II", 3, 2) + _PREVIEW,
         {"width": 3, "height": 2, "sha256": hashlib.sha256(_PREVIEW).hexdigest()}),
    _one("preview", struct.pack("<II", 2**31, 2**31), None),
    _one("bytes", struct.pack("<I", 4) + b"hint" + b"\0\xff",
         {"type_hint": "hint", "base64": base64.b64encode(b"\0\xff").decode()}),
    _one("bytes", struct.pack("<I", 0), {"type_hint": "", "base64": ""}),
    _one("bytes", struct.pack("<I", 99) + b"x", None),
    _one("bytes", struct.pack("<I", 1) + b"\xff", None),
    _one("idmanifest", struct.pack("<i", 99) + _MANIFEST,
         {"uncompressed": 99, "compressed": len(_MANIFEST), "sha256": hashlib.sha256(_MANIFEST).hexdigest()}),
    _one("idmanifest", b"\0", None),
    _one("int", b"\0\0\0", None),
    _one("int", b"", None),
    _one("m44f", bytes(63), None),
    _one("vendorBlob", b"\0\1\2", None),
    _one("vendorBlob", b"", None),
    Written(b"note", b"caf\xe9", b"x", None),
    Written(b"note", b"", b"no type", None),
]  # fmt: skip

#: Those whose bytes are not what their type says: the OpenEXR library stumbles over them.
MALFORMED = tuple(
    written for written in ATTRIBUTES
    if not written.type
    or (written.value is None and written.type in
        (b"int", b"m44f", b"stringvector", b"floatvector", b"preview", b"bytes") and written.raw != b"\1\0\0\0\xff")
)  # fmt: skip
