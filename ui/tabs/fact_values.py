"""Any value of JSON as a line of a tree, with what it holds as lines below it."""

from typing import Any

from ui import formats
from ui.models.fact_nodes import FactNode, one_line, paged, plain

_UNITS = {
    "s": "s",
    "hz": "Hz",
    "db": "dB",
    "dbtp": "dBTP",
    "lufs": "LUFS",
    "lu": "LU",
    "dbfs": "dBFS",
    "bytes": "bytes",
}


def key_words(key: str) -> str:
    """How a key of JSON reads: `duration_s` as `Duration (s)`, `bit_rate` as `Bit rate`."""
    name, _, unit = key.rpartition("_")
    if name and unit in _UNITS:
        return f"{name.replace('_', ' ').capitalize()} ({_UNITS[unit]})"
    return key.replace("_", " ").capitalize() if key.islower() else key


def value_node(name: str, value: Any) -> FactNode:
    """A value as a line, and what it holds as lines below it."""
    if isinstance(value, dict) and value and set(value) not in ({"id", "name"}, {"n", "d"}):
        below = [value_node(key_words(str(key)), entry) for key, entry in value.items()]
        return FactNode(one_line(name), "", paged(below), raw=value)
    if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        below = [value_node(str(n), entry) for n, entry in enumerate(value, 1)]
        return FactNode(one_line(name), formats.count(len(value)), paged(below), raw=value)
    return FactNode(one_line(name), plain(value), raw=value)
