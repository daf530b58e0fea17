"""The frames of a sequence, sorted by what their headers say: those like the representative, and each other kind.

A sequence's document has the header of one frame, and what others have differently. A rule about headers looks at one
document for each kind, and so at all frames.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.files.framerange import parse_frames
from app.qc.checks.framelists import range_of
from app.qc.facts import Facts, Need
from app.qc.selectors import rooted

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


@dataclass(frozen=True, slots=True)
class HeaderClass:
    """Frames whose headers say the same: the document, and the frames in range notation.

    The first class of a sequence is the usual one; its `frames` are empty where it is the only one.
    """

    document: Mapping[str, Any]
    frames: str = ""


def header_classes(facts: Facts) -> list[HeaderClass]:
    """The kinds of frames, the usual one first; a single file has one.

    Raises:
        AppError: the headers cannot be read.
    """
    if "sequence" not in facts.kinds:
        return [HeaderClass(facts.document(Need.HEADER))]
    document = rooted(facts.document(Need.HEADERS))
    sequence = document.get("sequence") or {}
    by_frame: dict[Any, list[int]] = defaultdict(list)
    differences = sequence.get("header_differences") or []
    for index, entry in enumerate(differences):
        for frame in parse_frames(str(entry["frames"])):
            by_frame[frame].append(index)
    if not by_frame:
        return [HeaderClass(document)]
    frames_of: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    for frame, indices in by_frame.items():
        frames_of[tuple(indices)].append(frame)
    usual = [frame for frame in parse_frames(str(sequence.get("ranges") or "")) if frame not in by_frame]
    return [HeaderClass(document, range_of(usual))] + [
        HeaderClass(_with(document, [differences[index] for index in indices]), range_of(frames))
        for indices, frames in sorted(frames_of.items())
    ]


def _with(document: Mapping[str, Any], differences: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The document as it would be for frames with these differences."""
    changed: dict[str, Any] = {**document, "parts": json.loads(json.dumps(document.get("parts") or []))}
    for entry in differences:
        for part in changed["parts"]:
            if part.get("index") == entry.get("part"):
                _set(part, str(entry["attribute"]), entry.get("value"))
    return changed


def _set(part: dict[str, Any], name: str, value: Any) -> None:
    """Give a part another value; None where those frames do not have the attribute."""
    key = _KEYS.get(name)
    if key is not None or name in part:
        part[key or name] = value
        if key == "data_window" and value is not None:
            part["width"] = value["max"][0] - value["min"][0] + 1
            part["height"] = value["max"][1] - value["min"][1] + 1
        return
    attributes = [item for item in part.get("attributes") or [] if item["name"] != name]
    if value is not None:
        attributes.append({"name": name, "value": value})
    part["attributes"] = attributes
