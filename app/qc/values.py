"""How values of a document compare with what a policy writes, and how both are told to people.

Enumerations (`{"id": 3, "name": "zip"}`) compare by name or by number, rationals (`{"n": 24000, "d": 1001}`) exactly,
windows as boxes or as four numbers, channels by their names.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

_LISTED = 12
#: Letters of a value that a finding tells: an attribute may hold megabytes of text.
_LETTERS = 500

#: Named chromaticities: red, green, blue and white, x and y each. SMPTE ST 2065-1 (ap0), S-2014-004 (ap1),
#: ITU-R BT.709, BT.2020 and SMPTE RP 431-2 with the white of P3-D65.
CHROMATICITIES: dict[str, tuple[float, ...]] = {
    "ap0": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    "ap1": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767),
    "rec709": (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329),
    "rec2020": (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329),
    "p3d65": (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329),
}


def same(found: Any, wanted: Any) -> bool:
    """Whether a value of a document is the one that a policy names."""
    if isinstance(found, Mapping):
        return _same_object(found, wanted)
    if isinstance(found, list):
        if isinstance(wanted, Mapping):
            return _same_numbers(_numbers(found), _numbers(wanted))
        return isinstance(wanted, list) and len(found) == len(wanted) and all(map(_same_item, found, wanted))
    if isinstance(found, bool) or isinstance(wanted, bool) or found is None or wanted is None:
        return found is wanted
    if isinstance(found, str) and isinstance(wanted, str):
        return found == wanted
    return _same_number(found, wanted)


def _same_item(found: Any, wanted: Any) -> bool:
    """Whether an item of a list is the one named, or is equal to an item of a document."""
    return same(found if isinstance(wanted, Mapping) else name_of(found), wanted)


def _same_object(found: Mapping[str, Any], wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and dict(found) == dict(wanted):
        return True
    if {"id", "name"} <= found.keys() and not isinstance(wanted, bool):
        return wanted is not None and wanted in (found["id"], found["name"])
    if {"n", "d"} <= found.keys():
        one, other = number_of(found), number_of(wanted)
        return one == other if one is not None else wanted == f"{found['n']}/{found['d']}"
    if "text" in found:
        return bool(found["text"] == wanted)
    if "name" in found:
        return bool(found["name"] == wanted)
    return _same_numbers(_numbers(found), _numbers(wanted))


def _same_numbers(ours: list[Any] | None, theirs: list[Any] | None) -> bool:
    """Whether two lists hold the same numbers."""
    return ours is not None and theirs is not None and len(ours) == len(theirs) and all(map(_same_number, ours, theirs))


def _same_number(found: Any, wanted: Any) -> bool:
    one, other = number_of(found), number_of(wanted)
    if one is None or other is None:
        return False
    return one == other or (not isinstance(found, int) and _same_single(one, other))


def _same_single(one: Fraction | float, other: Fraction | float) -> bool:
    """Whether two numbers are equal once both are single-precision, as EXR attributes are stored."""
    try:
        packed = struct.pack("<f", float(one))
        return packed == struct.pack("<f", float(other)) and float(one) == struct.unpack("<f", packed)[0]
    except OverflowError:
        return False


def number_of(value: Any) -> Fraction | float | None:
    """A value as an exact number; None where it is none. `24000/1001` and a rational object are fractions.

    NaN and infinities, also in the words of the document, are floats.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        return Fraction(value) if math.isfinite(value) else value
    if isinstance(value, str):
        return _number_in(value)
    if isinstance(value, Mapping) and {"n", "d"} <= value.keys():
        return Fraction(value["n"], value["d"]) if value["d"] else None
    return None


def _number_in(text: str) -> Fraction | float | None:
    if text in ("NaN", "Infinity", "-Infinity"):
        return float(text.replace("inity", ""))
    if len(text) > 64:
        return None
    upper, slash, lower = text.partition("/")
    try:
        if slash:
            return Fraction(int(upper), int(lower))
        number = float(text)
    except (ValueError, ZeroDivisionError):
        return None
    return Fraction(number) if math.isfinite(number) else number


def name_of(item: Any) -> Any:
    """What an item of a list is called: the name of a channel, layer or enumeration; a plain value is itself."""
    return item["name"] if isinstance(item, Mapping) and "name" in item else item


def items_of(value: Any) -> list[Any]:
    """The items of a list by name; the keys of an object; a single value, a rational or a time code as the only one."""
    if isinstance(value, list):
        return [name_of(item) for item in value]
    if isinstance(value, Mapping):
        if {"id", "name"} <= value.keys():
            return [value["name"]]
        return [words(value)] if {"n", "d"} <= value.keys() or "text" in value else list(value)
    return [] if value is None else [value]


def _numbers(value: Any) -> list[Fraction | float] | None:
    """A box, chromaticities or nested lists as one flat list of numbers; None where something else is in it."""
    if isinstance(value, str) and value in CHROMATICITIES:
        value = list(CHROMATICITIES[value])
    if isinstance(value, Mapping):
        for keys in (("min", "max"), ("red", "green", "blue", "white"), ("n", "d")):
            if set(keys) == value.keys():
                return _numbers([value[key] for key in keys]) if keys != ("n", "d") else _one(value)
        return None
    if isinstance(value, list | tuple):
        parts = [_numbers(item) for item in value]
        return None if any(part is None for part in parts) else [number for part in parts for number in part or ()]
    return _one(value)


def _one(value: Any) -> list[Fraction | float] | None:
    number = number_of(value)
    return None if number is None else [number]


def distance(found: Any, wanted: Any) -> float | None:
    """The largest difference of two numbers or of two equally long lists of them; None where they do not compare."""
    ours, theirs = _numbers(found), _numbers(wanted)
    if ours is None or theirs is None or len(ours) != len(theirs):
        return None
    apart = [abs(float(a) - float(b)) for a, b in zip(ours, theirs, strict=True)]
    return math.inf if any(map(math.isnan, apart)) else max(apart, default=0.0)


def words(value: Any) -> str:
    """A value as a finding tells it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return _object_words(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        listed = ", ".join(words(name_of(item)) for item in value[:_LISTED])
        return (f"{listed} and {len(value) - _LISTED} more" if len(value) > _LISTED else listed) or "nothing"
    text = str(value)
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"


def _object_words(value: Mapping[str, Any]) -> str:
    if {"n", "d"} <= value.keys():
        return f"{value['n']}/{value['d']}"
    if {"min", "max"} == value.keys():
        return f"{_pair(value['min'])} to {_pair(value['max'])}"
    for key in ("name", "text"):
        if value.get(key) is not None:
            return str(value[key])
    return ", ".join(f"{key} {words(item)}" for key, item in value.items())


def _pair(value: Any) -> str:
    return f"({', '.join(words(item) for item in value)})" if isinstance(value, list) else words(value)
