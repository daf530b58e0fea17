"""The frames of a sequence, sorted by what their headers say: those like the representative, and each other kind.

A sequence's document has the header of one frame, and what others have differently. A rule about headers looks at one
document for each kind, and so at all frames.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from app.files.framerange import parse_frames
from app.inspection.consistency import LAYOUT
from app.media.exrvalues import LAYOUT as NOT_FLAT
from app.model.frames import Frame
from app.qc.checks.framelists import frames_in, range_of, unwhole_frames
from app.qc.facts import Document, Facts, Need
from app.qc.factwords import SHAPES
from app.qc.policy import Match, Rule
from app.qc.selectors import Selector, Step, rooted

#: Attributes of the file that the document gives under another key of its part.
_KEYS = {
    "compression": "compression",
    "dataWindow": "data_window",
    "displayWindow": "display_window",
    "lineOrder": "line_order",
    "pixelAspectRatio": "pixel_aspect_ratio",
    "channels": "channels",
    "name": "name",
    "type": "type",
    "view": "view",
    "chunkCount": "chunk_count",
}
_OF_WINDOW = frozenset({"data_window", "width", "height"})


@dataclass(frozen=True, slots=True)
class HeaderClass:
    """Frames whose headers say the same: the document, and the frames in range notation.

    The first class of a sequence is the usual one; its `frames` are empty where it is the only one.
    """

    document: Mapping[str, Any]
    frames: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    """An attribute that a frame has otherwise than the rest: the part (None: the header as a whole), name and value.

    `parts` are those of a frame that has more or fewer of them.
    """

    part: int | None
    name: str
    value: Any
    parts: list[dict[str, Any]] | None = None


def header_classes(facts: Facts, asker: Rule | Match) -> list[HeaderClass]:
    """The kinds of frames that a rule is about, the usual one first; a single file has one.

    Args:
        facts: of the asset.
        asker: who asks. Attributes that vary by nature, such as a time code, count only where it is about them.

    Raises:
        AppError: the headers cannot be read.
    """
    classes = _all_classes(facts, _about(asker))
    if isinstance(asker, Match) or asker.when.select is None or asker.when.select.need is not Need.HEADER:
        return classes
    return [kind for kind in classes if asker.when.holds(kind.document)] or classes


def _all_classes(facts: Facts, about: frozenset[str]) -> list[HeaderClass]:
    if "sequence" not in facts.kinds:
        return [HeaderClass(facts.document(Need.HEADER))]
    document = rooted(facts.document(Need.HEADERS))
    sequence = document.get("sequence") or {}
    if any(_is_meant(str(entry["attribute"]), about) for entry in sequence.get("varying") or []):
        document = rooted(facts.document(Need.VARYING))
    changes: list[_Change] = []
    by_frame: dict[Frame, list[int]] = defaultdict(list)
    for frames, change in [*_differing(sequence), *_varying(document, about)]:
        changes.append(change)
        for frame in frames:
            by_frame[frame].append(len(changes) - 1)
    if not by_frame:
        return [HeaderClass(document)]
    document = _usual(document, sequence)
    frames_of: dict[tuple[int, ...], list[Frame]] = defaultdict(list)
    for frame, indices in by_frame.items():
        frames_of[tuple(indices)].append(frame)
    usual = frames_in(sequence.get("ranges")).difference(by_frame, _without_header(sequence))
    first = [HeaderClass(document, range_of(usual))] if usual else []
    return first + [
        HeaderClass(_with(document, [changes[index] for index in indices]), range_of(frames))
        for indices, frames in sorted(frames_of.items())
    ]


def has_header(document: Document) -> bool:
    """Whether the document has a header at all: of a sequence, that of one frame."""
    return document.get("representative", document) is not None


def headerless(facts: Facts) -> dict[str, set[Frame]]:
    """The frames of a sequence of which no header could be read, by the reason: no rule about headers sees them."""
    if "sequence" not in facts.kinds:
        return {}
    document = facts.document(Need.HEADERS)
    sequence = document.get("sequence") or {}
    if not has_header(document):
        whole = frames_in(sequence.get("ranges")).difference(*unwhole_frames(sequence).values())
        why = next((str(error.get("message")) for error in document.get("errors") or ()), "no header could be read")
        return {**unwhole_frames(sequence), **({why: whole} if whole else {})}
    lost = _without_header(sequence)
    return {reason: frames & lost for reason, frames in unwhole_frames(sequence).items() if frames & lost}


def _without_header(sequence: Mapping[str, Any]) -> set[Frame]:
    """The frames of which no header could be read."""
    if "without_header" in sequence:
        return frames_in(sequence["without_header"])
    unreadable = [frames_in(entry.get("frames")) for entry in sequence.get("unreadable") or []]
    return frames_in(sequence.get("zero_byte")).union(*unreadable)


def untold(facts: Facts, rule: Rule) -> str:
    """Why not every difference that a rule about headers is about is known; empty where each is."""
    if "sequence" not in facts.kinds:
        return ""
    keys = {step.key for selector in rule.selectors for step in selector.steps} | _about(rule) | LAYOUT
    every = any(selector.steps[-1].key == "attributes" for selector in rule.selectors)
    for error in facts.document(Need.HEADERS).get("errors") or []:
        code = error.get("code")
        if code in ("sequence.many_attributes", "sequence.unsettled") or (
            code == "sequence.many_differences"
            and (every or any(_is_meant(name, keys) for name in error.get("attributes") or keys))
        ):
            return str(error.get("message") or code)
    return ""


def _usual(document: Mapping[str, Any], sequence: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document as most frames have it: the representative may be one of the frames that differ.

    It is the first frame that is whole, else the first with a header.
    """
    frames = frames_in(sequence.get("ranges"))
    whole = frames.difference(*unwhole_frames(sequence).values())
    representative = min(whole or frames - _without_header(sequence), default=None)
    changes = [
        _Change(entry.get("part"), str(entry["attribute"]), entry.get("expected"), entry.get("expected_parts"))
        for entry in sequence.get("header_differences") or []
        if representative in parse_frames(str(entry["frames"]))
    ]
    return _with(document, changes) if changes else document


def _differing(sequence: Mapping[str, Any]) -> Iterator[tuple[tuple[Frame, ...], _Change]]:
    for entry in sequence.get("header_differences") or []:
        change = _Change(entry.get("part"), str(entry["attribute"]), entry.get("value"), entry.get("parts"))
        yield parse_frames(str(entry["frames"])), change


def _varying(document: Mapping[str, Any], about: frozenset[str]) -> Iterator[tuple[tuple[Frame, ...], _Change]]:
    """Attributes that vary by nature and that a rule is about, each value with its frames."""
    for key, values in (document.get("frames_varying") or {}).items():
        before, colon, name = key.partition(":")
        part, name = (int(before), name) if colon and before.isdigit() else (0, key)
        if not _is_meant(name, about):
            continue
        frames_of: dict[str, tuple[Any, list[Frame]]] = {}
        for frame, value in values.items():
            frames_of.setdefault(repr(value), (value, []))[1].extend(parse_frames(frame))
        for value, frames in frames_of.values():
            yield tuple(frames), _Change(part, name, value)


def _about(asker: Rule | Match) -> frozenset[str]:
    """The attributes that a rule looks at and that may vary by nature: names, which may hold `*` and `?`."""
    names: set[str] = set()
    selectors = [asker.select] if isinstance(asker, Match) else [*asker.selectors, asker.when.select]
    if isinstance(asker, Rule):
        names |= {"dataWindow"} if asker.check == "exr.windows" else set()
        if asker.check == "exr.attributes":
            names |= {*asker.expect.get("required", ()), *asker.expect.get("forbidden", ())}
        selectors.append(asker.expect.get("same_as"))
    for selector in (one for one in selectors if isinstance(one, Selector)):
        for step, after in zip(selector.steps, [*selector.steps[1:], None], strict=True):
            if step.key == "attributes" and after is not None:
                names |= _named(after)
            elif step.key in _OF_WINDOW:
                names.add("dataWindow")
            elif selector.root == "streams":
                names.add(step.key)
    return frozenset(names)


def _named(step: Step) -> set[str]:
    """What a selector calls the attributes that it looks at; one that goes by another key may mean any."""
    if step.key:
        return {step.key}
    return {step.value} if step.by == "name" else set(step.names) or {"*"}


def _is_meant(name: str, patterns: Iterable[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)


def _with(document: Mapping[str, Any], changes: list[_Change]) -> dict[str, Any]:
    """The document as it would be for frames with these changes."""
    other = next((change.parts for change in changes if change.parts is not None), None)
    parts: list[dict[str, Any]] = deepcopy(document.get("parts") or [] if other is None else other)
    known = _attributes_in(document.get("parts"))
    attributes = _flat(document, known, None if other is None else _attributes_in(other))
    streams = [dict(stream) for stream in document.get("streams") or []]
    changed: dict[str, Any] = {**document, "parts": parts, "streams": streams, "attributes": attributes}
    for change in changes:
        is_new = bool(parts) and change.name not in known and change.name.encode() not in NOT_FLAT
        if change.name in attributes or (is_new and change.part is not None and change.value is not None):
            attributes[change.name] = change.value
        for part in parts:
            if part.get("index") == change.part:
                _set(part, change.name, change.value)
        if not parts:
            _set_general(changed, change)
    changed["channels"] = [
        {"part_index": part.get("index"), **channel} for part in parts for channel in part.get("channels") or []
    ]
    return changed


def _attributes_in(parts: Any) -> dict[str, dict[str, Any]]:
    """The attributes of all parts by name."""
    return {str(item["name"]): item for part in parts or [] for item in part.get("attributes") or []}


def _flat(
    document: Mapping[str, Any], known: Mapping[str, Any], other: Mapping[str, dict[str, Any]] | None
) -> dict[str, Any]:
    """The flat attributes of a document whose parts have the attributes `known`; with those of other parts instead."""
    attributes = dict(document.get("attributes") or {})
    if other is None:
        return attributes
    kept = {name: value for name, value in attributes.items() if name in other or name not in known}
    for name, item in other.items():
        if name not in known and name.encode() not in NOT_FLAT:
            value = item.get("value")
            kept[name] = {"type": item.get("type")} if value is None else value
    return kept


def _set_general(document: dict[str, Any], change: _Change) -> None:
    """Give a file of another format than OpenEXR another value: of the stream of that number, or of the whole file."""
    streams, name = document["streams"], change.name
    at = change.part or 0
    if at < len(streams) and name in SHAPES["stream"]:
        streams[at][name] = change.value
    if at == 0 and (name in document or name not in SHAPES["stream"]):
        (document if name in document else document["attributes"])[name] = change.value


#: Keys that more is read of than the value as a whole, and what that is.
_FORMS: dict[str, tuple[str, ...]] = {
    "data_window": ("min", "max"),
    "display_window": ("min", "max"),
    "compression": ("id", "name"),
    "line_order": ("id", "name"),
}


def _is_told(key: str, value: Any) -> bool:
    """Whether an attribute has the form that its name promises: a damaged header has it of any type."""
    if key == "channels":
        return isinstance(value, list) and all(isinstance(channel, dict) for channel in value)
    return key not in _FORMS or (isinstance(value, dict) and all(name in value for name in _FORMS[key]))


def _set(part: dict[str, Any], name: str, value: Any) -> None:
    """Give a part another value; None where those frames do not have the attribute."""
    key = _KEYS.get(name)
    if name == "tiles":
        told = value if isinstance(value, dict) else {}
        part["tile_width"], part["tile_height"] = told.get("x_size"), told.get("y_size")
        part["level_mode"] = told.get("level")
    if name == "type" and value is not None:
        part["tiled"] = value in ("tiledimage", "deeptile")
    if key is not None and not (value is None and key in ("type", "chunk_count")):
        part[key] = value if _is_told(key, value) else None
        if key == "data_window" and part[key] is not None:
            part["width"] = value["max"][0] - value["min"][0] + 1
            part["height"] = value["max"][1] - value["min"][1] + 1
    part["attributes"] = _replaced(part.get("attributes") or [], name, value)


def _replaced(attributes: list[dict[str, Any]], name: str, value: Any) -> list[dict[str, Any]]:
    """Attributes with another value of one, where that stood last, else behind all; without it where it is None."""
    places = [place for place, item in enumerate(attributes) if item["name"] == name]
    at = places[-1] if places else len(attributes)
    kind = {"type": attributes[at]["type"]} if places and "type" in attributes[at] else {}
    told = [] if value is None else [{"name": name, **kind, "value": value}]
    others = [item for item in attributes[:at] if item["name"] != name]
    return [*others, *told, *attributes[at + 1 :]]
