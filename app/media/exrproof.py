"""The attributes of an OpenEXR header as JSON, each with the bytes that follow from that JSON.

Names and values go through `json.dumps` and `json.loads`, and bytes are made from what comes out; where those of a
value are not the file's, its bytes go into the document as `raw`. Equal attributes are proven once: the frames of a
sequence share most of theirs.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.media import exrbytes
from app.media.exrfaults import Fault, malformed
from app.media.exrstream import Attribute
from app.media.exrvalues import brief_of, flat_name, is_finite, is_malformed, shown, value_of

#: An attribute with more bytes than this is told by its size alone, unless its bytes are asked for.
OMIT_ABOVE = 1 << 20
_SMALL, _SMALL_KEPT = 1 << 9, 16384
_LARGE, _LARGE_KEPT = 1 << 18, 32


@dataclass(frozen=True, slots=True)
class Entry:
    """An attribute of a document.

    Attributes:
        document: the attribute as JSON; not to be changed, since documents share it.
        rebuilt: the bytes that follow from that JSON, name and type included; None where none follow.
        brief: what the flat form of all attributes says of it.
        flat_name: its name in that form; empty where it says how the pixels are laid out, which is left out there.
        fault: what `malformed` says of it.
    """

    document: dict[str, Any]
    rebuilt: bytes | None
    brief: Any
    flat_name: str
    fault: Fault | None


_small: dict[Attribute, Entry] = {}
_large: dict[Attribute, Entry] = {}


def proven_entries(attributes: Iterable[Attribute], *, raw: bool = False) -> list[Entry]:
    """The entries of some attributes, in their order.

    Args:
        attributes: as they lie in the file.
        raw: bytes of any number are given, not only those up to `OMIT_ABOVE`.
    """
    known = _small.get
    entries = [known(attribute) for attribute in attributes]
    if None not in entries:
        return entries  # type: ignore[return-value]
    return _with_new(list(attributes), entries, raw)


def _with_new(attributes: list[Attribute], entries: list[Entry | None], raw: bool) -> list[Entry]:
    """The entries with those that were not known; the values of a header go through JSON together."""
    new = [index for index, entry in enumerate(entries) if entry is None]
    fresh = []
    for index in new:
        attribute = attributes[index]
        if len(attribute.raw) <= _SMALL:
            fresh.append(index)
        else:
            entries[index] = _long_entry(attribute, raw)
    if len(_small) > _SMALL_KEPT:
        _small.clear()
    for index, made in zip(fresh, _proven([attributes[index] for index in fresh]), strict=True):
        entries[index] = _small[attributes[index]] = made
    return [entry for entry in entries if entry is not None]


def _long_entry(attribute: Attribute, raw: bool) -> Entry:
    size = len(attribute.raw)
    if size > OMIT_ABOVE and not raw:
        document = {**_names(attribute.name, attribute.type)[0], "size": size, "value": None, "omitted": True}
        return Entry(document, None, brief_of(attribute, None), flat_name(attribute.name), _fault(attribute))
    if size > _LARGE:
        return _proven([attribute])[0]
    if attribute not in _large:
        if len(_large) >= _LARGE_KEPT:
            _large.clear()
        _large[attribute] = _proven([attribute])[0]
    return _large[attribute]


def _proven(attributes: list[Attribute]) -> list[Entry]:
    values = [value_of(attribute) if len(attribute.raw) <= OMIT_ABOVE else None for attribute in attributes]
    back = json.loads(json.dumps(values))
    return [_entry(*one) for one in zip(attributes, values, back, strict=True)]


def _entry(attribute: Attribute, value: Any, back: Any) -> Entry:
    """The entry of an attribute; `back` is its value as it came back from JSON."""
    name, kind, raw = attribute
    names, lead = _names(name, kind)
    document = {**names, "size": len(raw), "value": value}
    data = _data(kind, back) if value is not None and is_finite(kind, raw) else None
    if data != raw:
        document["raw"] = base64.b64encode(raw).decode("ascii")
        data = base64.b64decode(json.loads(json.dumps(document["raw"])))
    rebuilt = b"%b%b%b" % (lead, len(raw).to_bytes(4, "little"), data)
    return Entry(document, rebuilt, brief_of(attribute, value), flat_name(name), _fault(attribute))


def _fault(attribute: Attribute) -> Fault | None:
    return next(malformed((attribute,))) if not attribute.type or is_malformed(attribute) else None


def _data(kind: bytes, value: Any) -> bytes | None:
    try:
        return exrbytes.value_bytes(kind, value)
    except exrbytes.NOT_BYTES:
        return None


@lru_cache(4096)
def _names(name: bytes, kind: bytes) -> tuple[dict[str, Any], bytes]:
    """Name and type as JSON, as base64 too where they are no UTF-8; and the bytes that follow from that JSON."""
    names: dict[str, Any] = {"name": shown(name), "type": shown(kind)}
    for key, text in (("name", name), ("type", kind)):
        if names[key].encode() != text:
            names["raw_" + key] = base64.b64encode(text).decode("ascii")
    return names, exrbytes.lead_bytes(json.loads(json.dumps(names)))
