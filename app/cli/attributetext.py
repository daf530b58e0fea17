"""The values of attributes as a person reads them."""

import json
from collections.abc import Callable
from typing import Any

_LETTERS = 160


def attribute_text(kind: str, value: Any, size: int) -> str:
    """One line for a value: what its type and size are where nothing else can be told.

    Args:
        kind: the OpenEXR type.
        value: its JSON; None where it could not be decoded.
        size: bytes of it in the file.
    """
    if value is None:
        return f"{kind}, {size:,} bytes"
    return cut(_WORDS[kind](value) if kind in _WORDS else plain_text(value), _LETTERS)


def cut(text: str, letters: int) -> str:
    """A text of so many letters at most, with an ellipsis where it is longer."""
    return text if len(text) <= letters else text[: letters - 1] + "…"


def compared_text(value: Any) -> str:
    """A value that differs from another one: JSON, an enumeration by its name; None is an absent attribute."""
    if value is None:
        return "absent"
    if isinstance(value, dict) and value.keys() == {"id", "name"}:
        return _named(value)
    return json.dumps(value, ensure_ascii=False)


def plain_text(value: Any) -> str:
    """Any JSON value in few signs: vectors in round brackets, matrices row by row, text as it is."""
    if isinstance(value, str):
        return value if value else '""'
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, list):
        between = "  " if value and isinstance(value[0], list) else ", "
        return "(" + between.join(plain_text(item) for item in value) + ")"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def error_text(error: dict[str, Any], *, several_parts: bool = False) -> str:
    """An error of a document with its frames, where in the picture it lies, and what to do about it."""
    words = [f"part {error['part']}"] if several_parts and error.get("part") is not None else []
    words += ["level {}, {}".format(*error["level"])] if error.get("level") else []
    words += [f"{name} {error[name]}" for name in ("rows", "columns") if error.get(name)]
    place = ", ".join(words) + ": " if words else ""
    frames = str(error.get("frames") or "")
    if frames:
        place = f"{'frames' if any(sign in frames.lstrip('-') for sign in ',-') else 'frame'} {frames}: {place}"
    return place + str(error["message"]) + (f" {error['hint']}" if error.get("hint") else "")


def window_text(window: dict[str, list[Any]] | None) -> str:
    """A window by its corners, both inside: `(0, 0) - (1919, 1079)`."""
    if window is None:
        return "unknown"
    return f"{plain_text(window['min'])} - {plain_text(window['max'])}"


def _rational(value: dict[str, int]) -> str:
    exact = f"{value['n']}/{value['d']}"
    return f"{exact} ({value['n'] / value['d']:.6g})" if value["d"] not in (0, 1) else exact


def _named(value: dict[str, Any]) -> str:
    return str(value["name"]) if value["name"] else f"number {value['id']}"


def _timecode(value: dict[str, Any]) -> str:
    return str(value["text"]) + (f", user data {value['user_data']:08x}" if value["user_data"] else "")


def _colours(value: dict[str, Any]) -> str:
    return "  ".join(f"{name} {plain_text(pair)}" for name, pair in value.items())


def _fields(value: dict[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in value.items())


def _tiles(value: dict[str, Any]) -> str:
    return f"{value['x_size']} x {value['y_size']}, levels {value['level']}, rounded {value['rounding']}"


def _preview(value: dict[str, Any]) -> str:
    return f"picture of {value['width']} x {value['height']}"


def _bytes(value: dict[str, Any]) -> str:
    size = len(value["base64"]) * 3 // 4 - value["base64"][-2:].count("=")
    return f"{size:,} bytes" + (f" of {value['type_hint']}" if value["type_hint"] else "")


def _manifest(value: dict[str, Any]) -> str:
    return f"{value['compressed']:,} bytes, unpacked {value['uncompressed']:,}"


def _channels(value: list[dict[str, Any]]) -> str:
    return ", ".join(channel["name"] for channel in value)


_WORDS: dict[str, Callable[[Any], str]] = {
    "rational": _rational, "compression": _named, "lineOrder": _named, "envmap": _named, "deepImageState": _named,
    "timecode": _timecode, "chromaticities": _colours, "keycode": _fields, "tiledesc": _tiles, "preview": _preview,
    "bytes": _bytes, "idmanifest": _manifest, "box2i": window_text, "box2f": window_text, "chlist": _channels,
}  # fmt: skip
