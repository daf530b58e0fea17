"""How an OpenEXR file is made, as vectors: near files are near. Nothing is learnt, no model is involved.

Each feature of a document is a token: the names and types of channels, layers and attributes, their values where they
say something of how a file was made, its compression, windows and sizes. A token is hashed with BLAKE3, which gives its
place in the vector and its sign, and is weighted by its kind; the vector is scaled to length one, so that the product
of two is 1 for files that are made alike and near 0 for such as have nothing in common (feature hashing: Weinberger et
al., "Feature Hashing for Large Scale Multitask Learning", 2009). The same document gives the same bytes everywhere.

What is different from frame to frame (time codes, counters, dates, numbers in text) has no part in it.
"""

import math
import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from blake3 import blake3

from app.model.structure import Structure

#: Raise it with any change to the tokens, their weights or the hashing: vectors of two versions are not compared.
VERSION = 1
#: How many numbers tell of the metadata, and of the channels.
METADATA, CHANNELS = 384, 128

#: Attributes that every file has, or that lay its pixels out: told by the tokens of the part.
_OF_A_PART = frozenset(
    ("channels", "compression", "datawindow", "displaywindow", "lineorder", "pixelaspectratio", "screenwindowcenter",
     "screenwindowwidth", "tiles", "type", "name", "view", "version", "chunkcount")
)  # fmt: skip
#: Attributes whose values are different from frame to frame.
_OF_A_FRAME = frozenset(("timecode", "capdate", "keycode", "imagecounter", "utcoffset", "preview"))
_WEIGHTS = {
    "kind": 1.0, "parts": 1.0, "part": 1.0, "view": 1.0, "compression": 2.0, "size": 1.5, "aspect": 0.5, "window": 0.5,
    "tiles": 1.0, "order": 0.3, "pixels": 1.0, "attribute": 0.5, "value": 1.0, "word": 0.4, "software": 2.0,
    "colour": 1.5, "channel": 1.0, "layer": 2.0, "layers": 0.7, "count": 1.0,
}  # fmt: skip
_SOFTWARE = re.compile(r"software|writer|application|renderer|version|host|creator")
_COLOUR = re.compile(r"chromaticities|colou?r|whiteluminance|adoptedneutral|acesimage|lut|transform")
#: Numbers, and what is written in hexadecimal digits: hashes, identifiers.
_DIGITS = re.compile(r"\b(?=[0-9a-f-]*[0-9])[0-9a-f]{6,}(?:-[0-9a-f]{4,})*\b|[0-9]+")
_WORDS = re.compile(r"[\w#]+")
_LONGEST = 200
_MOST_WORDS = 24
_KEPT = 1024

Features = dict[tuple[str, str], float]
FeaturesOf = Callable[[dict[str, Any]], Features]


def structure_of(document: Mapping[str, Any], features_of: FeaturesOf | None = None) -> Structure | None:
    """The vectors of a document, metadata first, then channels; None for what is no OpenEXR.

    Args:
        document: as `inspect` gives it.
        features_of: `attribute_features`, or what remembers its results.
    """
    if not document.get("parts"):
        return None
    metadata = metadata_features(document, features_of)
    vectors = _vector(metadata, METADATA) + _vector(channel_features(document), CHANNELS)
    return Structure(VERSION, vectors)


def metadata_features(document: Mapping[str, Any], features_of: FeaturesOf | None = None) -> Features:
    """What a file says of how it was made: kind and text of each token, and how much it counts."""
    found: Features = {}
    ask = features_of or attribute_features
    parts = document["parts"]
    found["parts", str(len(parts))] = _WEIGHTS["parts"]
    found["kind", "deep" if (document.get("file") or {}).get("is_deep") else "flat"] = _WEIGHTS["kind"]
    for part in parts:
        for kind, text in _part_tokens(part):
            found[kind, text] = _WEIGHTS[kind]
        for entry in part.get("attributes") or ():
            found.update(ask(entry))
    return found


def attribute_features(entry: Mapping[str, Any]) -> Features:
    """What one attribute says of how a file was made."""
    return {(kind, text): _WEIGHTS[kind] for kind, text in _attribute_tokens(entry)}


def channel_features(document: Mapping[str, Any]) -> Features:
    """What is in a file: its channels by name and type, their layers, how many there are."""
    found: Features = {}
    total = 0
    for part in document["parts"]:
        for channel in part.get("channels") or ():
            total += 1
            name, layer = _same(channel.get("name")), _same(channel.get("layer"))
            found["channel", f"{name} {channel.get('type')}"] = _WEIGHTS["channel"]
            if layer:
                found["layer", layer] = _WEIGHTS["layer"]
            sampling = channel.get("x_sampling"), channel.get("y_sampling")
            if sampling not in ((1, 1), (None, None)):
                found["pixels", f"sampled {sampling[0]} {sampling[1]}"] = _WEIGHTS["pixels"]
        found["part", _same(part.get("name"))] = 0.5 * _WEIGHTS["part"]
    found["count", _log(total)] = _WEIGHTS["count"]
    return found


def _part_tokens(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "part", _same(part.get("name"))
    yield "kind", str(part.get("type"))
    yield "compression", str((part.get("compression") or {}).get("name"))
    yield "order", str(part.get("line_order"))
    if part.get("view"):
        yield "view", str(part["view"])
    width, height = part.get("width") or 0, part.get("height") or 0
    yield "size", f"{width}x{height}"
    yield "size", f"2^{_log(width * height)} pixels"
    yield "aspect", f"{width / height:.2f}" if height else "none"
    if part.get("pixel_aspect_ratio") not in (None, 1, 1.0):
        yield "aspect", f"pixels {_value(part['pixel_aspect_ratio'], exact=True)}"
    yield "window", "whole" if part.get("data_window") == part.get("display_window") else "cropped"
    if part.get("tiled"):
        yield "tiles", f"{part.get('tile_width')}x{part.get('tile_height')} {part.get('level_mode')}"
    yield from {("pixels", str(channel.get("type"))) for channel in part.get("channels") or ()}
    layers = {_same(channel.get("layer")) for channel in part.get("channels") or ()}
    yield from (("layers", layer) for layer in sorted(layers))


def _attribute_tokens(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name, value = str(entry.get("name")), entry.get("value")
    key = name.lower()
    if key in _OF_A_PART:
        return
    yield "attribute", f"{_same(name)}:{entry.get('type')}"
    if key in _OF_A_FRAME:
        return
    kind = "software" if _SOFTWARE.search(key) else "colour" if _COLOUR.search(key) else "value"
    text = _value(value, exact=kind == "colour")
    if text:
        yield kind, f"{_same(name)}={text}"
    if kind != "colour" and isinstance(value, str):
        words = _WORDS.findall(_same(value))[:_MOST_WORDS]
        yield from (("word", word) for word in words if len(word) > 2)


def _value(value: Any, *, exact: bool) -> str:
    """A value as it takes part: text without its numbers, numbers rounded; nothing for what is unknown or long."""
    if isinstance(value, str):
        return _same(value)
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, dict):
        if set(value) == {"n", "d"}:
            return f"{value['n']}/{value['d']}"
        if isinstance(value.get("name"), str):
            return str(value["name"])
    if not exact or not isinstance(value, dict | list):
        return ""
    items = list(value.values()) if isinstance(value, dict) else value
    return ",".join(_value(item, exact=True) for item in items)


def _same(text: Any) -> str:
    """Text in which each number is a `#`, so that it is the same in every frame and version."""
    return _DIGITS.sub("#", str(text or "")[:_LONGEST].lower())


def _log(number: int) -> str:
    return str(round(math.log2(number))) if number > 0 else "none"


def _vector(features: Features, length: int) -> bytes:
    return _hashed(tuple(features.items()), length)


@lru_cache(_KEPT)
def _hashed(features: tuple[tuple[tuple[str, str], float], ...], length: int) -> bytes:
    """Hash the features into so many numbers, float32, little-endian; of length one unless there are none."""
    sums = [0.0] * length
    for (kind, text), weight in sorted(features):
        place, sign = _place(f"{kind}\0{text}", length)
        sums[place] += sign * weight
    scale = math.sqrt(math.fsum(number * number for number in sums)) or 1.0
    vector = array("f", [number / scale for number in sums])
    return vector.tobytes()


@lru_cache(20_000)
def _place(token: str, length: int) -> tuple[int, float]:
    hashed = int.from_bytes(blake3(token.encode("utf-8", "backslashreplace")).digest(8), "little")
    return (hashed >> 1) % length, 1.0 if hashed & 1 else -1.0
