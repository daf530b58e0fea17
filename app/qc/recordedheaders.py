"""The document of a sequence from what was recorded of each of its frames, as `inspect` makes it from the files.

A scan that reads every frame of OpenEXR sequences (`scan.all_frames`) keeps a document for each; what they have in
common and what not is worked out here, one document in memory at a time.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from app.files.framerange import frame_range
from app.inspection.consistency import Consistency, compared_headers, size_outliers
from app.inspection.framereading import FrameHeads
from app.inspection.sequences import MANY_ATTRIBUTES, frame_rate, timecode_document
from app.inspection.timecode import continuity
from app.media.formats import format_named
from app.media.frameheads import ABSENT, CUT, CUT_CODES, EMPTY, UNREADABLE, WHOLE
from app.model.frames import Frame

#: The recorded document of the frame at an index; why it could not be read, as text; None where nothing was recorded.
ReadFrame = Callable[[int], dict[str, Any] | str | None]

_UNREADABLE_CODES = ("header.damaged", "attribute.absent", "chunks.outside")
_OPENEXR = format_named("openexr").title
_Values = list[dict[str, Any]]


def document_of_frames(
    frames: Sequence[Frame], sizes: Sequence[int], read: ReadFrame, *, varying: bool
) -> dict[str, Any] | None:
    """The document, as far as headers tell it; None where a frame is missing from the records, or most are no OpenEXR.

    Args:
        frames: ascending.
        sizes: bytes of each.
        read: reads what was recorded of one.
        varying: with the values of what varies from frame to frame.
    """
    heads = FrameHeads(len(frames))
    reference: _Values | None = None
    representative: dict[str, Any] | None = None
    for index, size in enumerate(sizes):
        found = read(index) if size else "the file is empty"
        if found is None:
            return None
        if isinstance(found, dict) and found.get("parts"):
            reference = reference or _values(found)
            representative = representative or (found if _state(found)[0] == WHOLE else None)
        heads.take(index, _row(size, found, reference))
    heads.part_formats()
    if 1 in heads.compared and heads.form_names[heads.forms[heads.compared.index(1)]] != _OPENEXR:
        return None
    consistency = compared_headers(heads)
    document = representative or {"parts": [], "attributes": {}}
    told = _told(frames, heads, document) | {"header_differences": [*_told_differences(frames, consistency, read)]}
    told["varying"] = [{"part": part, "attribute": name} for part, name in consistency.varying]
    made = {
        "sequence": told,
        "representative": representative,
        **{key: document[key] for key in ("parts", "attributes")},
        "errors": [dict(MANY_ATTRIBUTES)] if heads.more else [],
    }
    if varying:
        made["frames_varying"] = _varying(frames, heads, consistency, read)
    return made


def _row(size: int, found: dict[str, Any] | str, reference: _Values | None) -> list[Any]:
    """What a recorded frame says, as the readers of frames say it."""
    if isinstance(found, str):
        return [UNREADABLE if size else EMPTY, size, 0, found, None, None, ""]
    if not found.get("parts") or reference is None:
        return [WHOLE, size, 0, "", [], None, format_named(found["file"]["format"]).title]
    values = _values(found)
    state, reason = _state(found)
    return [state, size, 0, reason, [*_differences(reference, values)], _timecode(values), _OPENEXR]


def _values(document: dict[str, Any]) -> _Values:
    """The attributes of each part by name, with their types."""
    return [
        {item["name"]: {key: item.get(key) for key in ("type", "value", "raw")} for item in part["attributes"]}
        for part in document["parts"]
    ]


def _state(document: dict[str, Any]) -> tuple[int, str]:
    errors = document.get("errors") or []
    for state, codes in ((UNREADABLE, _UNREADABLE_CODES), (CUT, CUT_CODES)):
        found = next((error for error in errors if error.get("code") in codes), None)
        if found is not None:
            return state, str(found.get("message", ""))
    return WHOLE, ""


def _differences(reference: _Values, values: _Values) -> Iterator[list[Any]]:
    if len(reference) != len(values):
        yield [-1, "parts", _digest([len(values), values[len(reference) :]])]
    for part, (usual, found) in enumerate(zip(reference, values, strict=False)):
        for name in dict.fromkeys([*usual, *found]):
            if usual.get(name) != found.get(name):
                yield [part, name, _digest(found[name]) if name in found else ABSENT]


def _digest(value: Any) -> int:
    """Eight bytes for a value; 0 and 1 stand for "as the reference" and "absent"."""
    return int.from_bytes(blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).digest()) | 2


def _timecode(values: _Values) -> int | None:
    for part in values:
        value = part.get("timeCode", {}).get("value")
        if isinstance(value, dict):
            return int(value["time_and_flags"])
    return None


def _told(frames: Sequence[Frame], heads: FrameHeads, document: dict[str, Any]) -> dict[str, Any]:
    there = [index for index, compared in enumerate(heads.compared) if compared]
    clock = continuity(frames, heads.timecodes, there, frame_rate(document))
    without = [frames[index] for index in clock.without] if clock else []
    return {
        "truncated": frame_range([frames[index] for index in heads.indices(CUT)]),
        "without_header": frame_range([frame for frame, seen in zip(frames, heads.compared, strict=True) if not seen]),
        "incomplete": _reasons(frames, heads, CUT),
        "unreadable": _reasons(frames, heads, UNREADABLE),
        "size_outliers": [
            {"frame": frames[one.index], "size_bytes": one.size_bytes, "median_bytes": one.median_bytes}
            for one in size_outliers(heads)
        ],
        "timecode": clock and timecode_document(clock, frames, frame_range(without)),
    }


def _reasons(frames: Sequence[Frame], heads: FrameHeads, state: int) -> list[dict[str, str]]:
    """The frames in a state by the reason for it."""
    found: dict[str, list[Frame]] = {}
    for index in heads.indices(state):
        found.setdefault(heads.reasons[index], []).append(frames[index])
    return [{"frames": frame_range(some), "reason": reason} for reason, some in found.items()]


def _told_differences(frames: Sequence[Frame], consistency: Consistency, read: ReadFrame) -> Iterator[dict[str, Any]]:
    for difference in consistency.differences:
        part, name = difference.key
        usual, odd = read(difference.expected), read(difference.odd[0])
        told = {
            "part": part if part >= 0 else None,
            "attribute": name,
            "expected": _value(usual, part, name),
            "frames": frame_range([frames[index] for index in difference.odd]),
            "value": _value(odd, part, name),
        }
        if part < 0 and isinstance(usual, dict) and isinstance(odd, dict):
            told |= {"expected_parts": usual["parts"], "parts": odd["parts"]}
        yield told


def _varying(
    frames: Sequence[Frame], heads: FrameHeads, consistency: Consistency, read: ReadFrame
) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {(f"{part}:" if part else "") + name: {} for part, name in consistency.varying}
    for index, compared in enumerate(heads.compared):
        found = read(index) if compared and made else None
        for part, name in consistency.varying if found is not None else ():
            made[(f"{part}:" if part else "") + name][str(frames[index])] = _value(found, part, name)
    return made


def _value(document: dict[str, Any] | str | None, part: int, name: str) -> Any:
    """The value of an attribute, its type and size where the value is unknown; None where it is not there."""
    if not isinstance(document, dict) or not 0 <= part < len(document["parts"]):
        return None
    found = next((item for item in document["parts"][part]["attributes"] if item["name"] == name), None)
    if found is None or found.get("value") is not None:
        return None if found is None else found["value"]
    return {"type": found.get("type"), "bytes": found.get("size")}
