"""In what the headers of two pictures differ: parts, channels, windows, every attribute.

Parts belong together by name, those without a partner by their order. Two attributes are equal where type and bytes
are; their order in the header does not count.
"""

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from app.media.exr import PIXEL_TYPES, Channel, Header, Part
from app.media.exrstream import Attribute
from app.media.exrvalues import brief, shown
from app.media.frameheads import general_values
from app.model.facts import MediaFacts

#: An entry of `header` in the document: part (of the first file, else of the second), attribute, both values.
Entry = dict[str, Any]


def paired_parts(names_a: list[str], names_b: list[str]) -> list[tuple[int | None, int | None]]:
    """Which part of one file belongs to which of the other, by index; None where there is no partner."""
    free_b = dict.fromkeys(range(len(names_b)))
    partner: dict[int, int] = {}
    often_a, often_b = Counter(names_a), Counter(names_b)
    place_b = {name: b for b, name in enumerate(names_b)}
    for a, name in enumerate(names_a):
        if name and often_a[name] == often_b[name] == 1:
            partner[a] = place_b[name]
            del free_b[partner[a]]
    rest = iter(list(free_b))
    for a in range(len(names_a)):
        if a not in partner and (b := next(rest, None)) is not None:
            partner[a] = b
            del free_b[b]
    pairs: list[tuple[int | None, int | None]] = [(a, partner.get(a)) for a in range(len(names_a))]
    return pairs + [(None, b) for b in free_b]


def part_names(header: Header) -> list[str]:
    """The names of the parts of a header."""
    return [part.text(b"name") for part in header.parts]


def exr_differences(a: Header, b: Header) -> Iterator[Entry]:
    """In what two OpenEXR headers differ."""
    for index_a, index_b in paired_parts(part_names(a), part_names(b)):
        if index_a is None or index_b is None:
            yield _lone_part(a, index_a) if index_a is not None else _lone_part(b, index_b or 0, in_b=True)
            continue
        yield from _part_differences(index_a, a.parts[index_a], b.parts[index_b])


def _lone_part(header: Header, index: int, *, in_b: bool = False) -> Entry:
    part = header.parts[index]
    told = part.text(b"name") or part.text(b"type") or f"part {index}"
    return _entry(index, "part", None, told) if in_b else _entry(index, "part", told, None)


def _entry(part: int, attribute: str, a: Any, b: Any) -> Entry:
    return {"part": part, "attribute": attribute, "a": a, "b": b}


def _part_differences(index: int, a: Part, b: Part) -> Iterator[Entry]:
    names = dict.fromkeys(attribute.name for part in (a, b) for attribute in part.attributes)
    for name in names:
        one, other = a.get(name), b.get(name)
        if one is not None and other is not None and (one.type, one.raw) == (other.type, other.raw):
            continue
        if name == b"channels" and one is not None and other is not None and one.type == other.type == b"chlist":
            yield from _channel_differences(index, a.channels, b.channels)
            continue
        with_type = one is not None and other is not None and one.type != other.type
        value_a, value_b = (_value(attribute, with_type) for attribute in (one, other))
        if value_a == value_b:
            value_a, value_b = _told_bytes(one), _told_bytes(other)
        yield _entry(index, shown(name), value_a, value_b)


def _value(attribute: Attribute | None, with_type: bool) -> Any:
    if attribute is None:
        return None
    value = brief(attribute)
    return {"type": shown(attribute.type), "value": value} if with_type else value


def _told_bytes(attribute: Attribute | None) -> Any:
    """What is told of values that look the same: their bytes."""
    if attribute is None:
        return None
    return {"type": shown(attribute.type), "bytes": len(attribute.raw), "sha256": sha256(attribute.raw).hexdigest()}


def _channel_differences(index: int, a: tuple[Channel, ...], b: tuple[Channel, ...]) -> Iterator[Entry]:
    by_name_a, by_name_b = ({channel.name: channel for channel in channels} for channels in (a, b))
    told = False
    for name in dict.fromkeys([*by_name_a, *by_name_b]):
        one, other = by_name_a.get(name), by_name_b.get(name)
        if one != other:
            told = True
            yield _entry(index, f"channels.{shown(name)}", _channel(one), _channel(other))
    if not told:
        yield _entry(index, "channels", [shown(channel.name) for channel in a], [shown(channel.name) for channel in b])


def _channel(channel: Channel | None) -> Any:
    if channel is None:
        return None
    return {
        "type": PIXEL_TYPES.get(channel.type, channel.type),
        "p_linear": bool(channel.p_linear),
        "x_sampling": channel.x_sampling,
        "y_sampling": channel.y_sampling,
    }


def general_differences(a: MediaFacts, b: MediaFacts) -> Iterator[Entry]:
    """In what the facts of two pictures of other formats, or of two formats, differ."""
    parts_a, parts_b = general_values(a), general_values(b)
    for index in range(max(len(parts_a), len(parts_b))):
        if index >= len(parts_a) or index >= len(parts_b):
            there = f"part {index}"
            yield _entry(index, "part", *((there, None) if index < len(parts_a) else (None, there)))
            continue
        one, other = parts_a[index], parts_b[index]
        for name in dict.fromkeys([*one, *other]):
            if one.get(name) != other.get(name):
                yield _entry(index, name, one.get(name), other.get(name))


def is_ignored(entry: Entry, patterns: list[str]) -> bool:
    """Whether a difference is one that the user does not want to hear of; `*` and `?` stand for letters."""
    return any(fnmatchcase(entry["attribute"], pattern) for pattern in patterns)
