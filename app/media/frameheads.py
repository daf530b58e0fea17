"""The headers of a sequence's frames, read in killable children: what each one has that the first has not.

Handler of `app.jobs.children`. An attribute's value is told by a digest of its type and bytes: a parent that compares
a hundred thousand frames keeps eight bytes for each value that differs, and asks for the few that it shows. A header
that is the same, byte for byte, as that of the frame before is not parsed again.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

from app.errors import MediaError
from app.jobs.framing import Send
from app.media.exr import Header, read_header
from app.media.exrchunks import chunk_fault
from app.media.exrparts import SERIOUS, part_facts
from app.media.exrstream import damaged, ended
from app.media.exrvalues import brief, value_of
from app.media.opening import OpenFile, opened
from app.media.registry import inspect_open, recognise
from app.model.facts import MediaFacts
from app.model.inspecting import InspectOptions

#: What a frame is found to be.
WHOLE, EMPTY, CUT, UNREADABLE = range(4)
#: Stands for everything that is told of the parts of a frame.
ALL_PARTS = (-1, "all parts")
#: Attributes whose value is told whole, however long it is.
_WHOLE = frozenset(("channels",))
#: The digest of an attribute that is not there.
ABSENT = 1

_TIMECODE = struct.Struct("<II")
#: Codes of a frame that ends too early.
CUT_CODES = ("media.truncated", "media.short", "chunks.cut_off", "chunks.absent")
_ATTRIBUTE_LIMIT = 10_000
_DIFFERENCE_LIMIT = 2000
_LONGEST_VALUE = 1 << 20
#: What differs from frame to frame by nature, and so does not tell parts of one kind apart.
_BY_NATURE = frozenset(("timeCode", "keyCode", "imageCounter", "capDate", "utcOffset", "dataWindow", "chunkCount"))

#: Digest of each attribute, by part and name.
Table = list[dict[str, int]]


def serve(request: dict[str, Any], send: Send) -> None:
    """One handler for the readers of frames: `what` names one of the functions below."""
    what = {"heads": heads, "values": values, "document": document}.get(request["what"])
    if what is None:
        from app.media import framepixels

        what = {"stats": framepixels.stats, "same": framepixels.same}[request["what"]]
    what(request, send)


def heads(request: dict[str, Any], send: Send) -> None:
    """Read the headers of some frames and compare them with the table of the first.

    Request: `folder`; `names`; `reference`, a table or None for the first readable one of `names`. Answer: `table`
    and `rows`, for each name `[state, bytes, mtime in ns, reason, differences, time code, title of its format]`.
    Differences are None where no header could be read; one is `[part, attribute, digest]`: part -1 with `parts` is
    their number and what parts the first does not have, an empty attribute the order of attributes. Time and flags of
    the time code are one number, None where there is none.
    """
    comparer = _Comparer(request["reference"])
    rows = [_row(f"{request['folder']}/{name}", comparer) for name in request["names"]]
    send({"table": comparer.table, "rows": rows})


def values(request: dict[str, Any], send: Send) -> None:
    """Read the values of some attributes of some frames.

    Request: `folder`; `wanted`: for each frame its name and pairs of part and attribute; part -1 with `parts` is their
    number, with `all parts` what is told of them. Answer: `values`, a list for each frame, None for what is not there;
    None for a frame that cannot be read any more.
    """
    send({"values": [_values_of(f"{request['folder']}/{name}", pairs) for name, pairs in request["wanted"]]})


def document(request: dict[str, Any], send: Send) -> None:
    """Everything that the header of one frame says. Request: `folder`, `name`, `raw`. Answer: `document`."""
    from app.media.document import document_of

    options = InspectOptions(raw=request["raw"])
    send({"document": document_of(f"{request['folder']}/{request['name']}", options)})


def _row(path: str, comparer: "_Comparer") -> list[Any]:
    size = mtime_ns = 0
    try:
        with opened(path) as file:
            size, mtime_ns = file.size, file.mtime_ns
            if not size:
                return [EMPTY, 0, mtime_ns, "the file is empty", None, None, ""]
            found = comparer.look(file)
    except MediaError as problem:
        state = CUT if problem.code in CUT_CODES else UNREADABLE
        return [state, size, mtime_ns, problem.message, None, None, ""]
    state = WHOLE if not found.incomplete else CUT if found.cut else UNREADABLE
    return [state, size, mtime_ns, found.incomplete, found.differences, found.timecode, found.form]


@dataclass(slots=True)
class _Look:
    """What one frame says; what format it is of; why it is not whole, and whether because its end is not there."""

    differences: list[list[Any]]
    timecode: int | None
    form: str
    incomplete: str = ""
    cut: bool = True


class _Comparer:
    """Compares frames with a table, and remembers the frame before."""

    def __init__(self, table: Table | None) -> None:
        self.table = table
        self._block = b""
        self._header: Header | None = None
        self._serious = ""
        self._last = _Look([], None, "")

    def look(self, file: OpenFile) -> _Look:
        """What a frame says. Raises MediaError where it cannot be read."""
        form, _ = recognise(file)
        if form.name == "openexr":
            return self._exr(file, form.title)
        facts = inspect_open(file)
        timecode = _general_timecode(facts.attributes)
        return _Look(self._differences(_general_table(facts)), timecode, form.title, facts.error)

    def _exr(self, file: OpenFile, title: str) -> _Look:
        header = self._header
        if header is None or file.read_at(0, len(self._block)) != self._block:
            header = read_header(file)
            table = [{_text(a.name): _digest(a.type, a.raw) for a in part.attributes} for part in header.parts]
            self._last = _Look(self._differences(table), _exr_timecode(header), title)
            self._header, self._block = header, file.read_at(0, header.size)
            self._serious = _serious(header)
        return _Look(self._last.differences, self._last.timecode, title, *_fault(file, header, self._serious))

    def _differences(self, table: Table) -> list[list[Any]]:
        """What is not as in the reference; the first table becomes it."""
        if sum(map(len, table)) > _ATTRIBUTE_LIMIT:
            raise MediaError(f"the header has more than {_ATTRIBUTE_LIMIT:,} attributes", code="media.too_large")
        if self.table is None:
            self.table = table
            return []
        found: list[list[Any]] = []
        if len(table) != len(self.table):
            found.append([-1, "parts", _digest_of_parts(len(table), table[len(self.table) :])])
        for part, (reference, attributes) in enumerate(zip(self.table, table, strict=False)):
            if attributes == reference:
                if list(attributes) != list(reference):
                    found.append(
                        [part, "", _digest(b"order", "\0".join(attributes).encode("utf-8", "surrogateescape"))]
                    )
                continue
            found += [[part, name, digest] for name, digest in attributes.items() if reference.get(name) != digest]
            found += [[part, name, ABSENT] for name in reference if name not in attributes]
        if len(found) > _DIFFERENCE_LIMIT:
            reason = f"the header differs in more than {_DIFFERENCE_LIMIT:,} attributes from that of the first frame"
            raise MediaError(reason, code="media.too_large")
        return found


def _serious(header: Header) -> str:
    """The first thing with which a header is damaged; empty where it is sound."""
    for index, part in enumerate(header.parts):
        for problem in part_facts(index, part)[1]:
            if problem["code"] in SERIOUS:
                message: str = problem["message"]
                return message if message.startswith("the OpenEXR") else damaged(message).message
    return ""


def _fault(file: OpenFile, header: Header, serious: str) -> tuple[str, bool]:
    """Why an OpenEXR file cannot be whole, if so, and whether because its end is not there."""
    if header.error:
        return header.error, header.error == ended().message
    if serious:
        return serious, False
    fault = chunk_fault(file, header, [part.chunk_count() for part in header.parts])
    return (fault.message, fault.code in CUT_CODES) if fault else ("", False)


def _digest(kind: bytes, value: bytes) -> int:
    """Eight bytes for a value and its type; 0 and 1 stand for "as the reference" and "absent"."""
    return int.from_bytes(blake2b(kind + b"\0" + value, digest_size=8).digest()) | 2


def _digest_of_parts(count: int, more: Table) -> int:
    """Eight bytes for the number of parts and for those that the reference does not have."""
    told = [{name: digest for name, digest in part.items() if name not in _BY_NATURE} for part in more]
    return _digest(b"count", json.dumps([count, told], sort_keys=True).encode())


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _exr_timecode(header: Header) -> int | None:
    for part in header.parts:
        attribute = part.get(b"timeCode")
        if attribute is not None and attribute.type == b"timecode" and len(attribute.raw) == _TIMECODE.size:
            return int(_TIMECODE.unpack(attribute.raw)[0])
    return None


def _general_timecode(attributes: Mapping[str, Any]) -> int | None:
    """The time code of a DPX, as SMPTE 268M and OpenImageIO have it: all bits set where there is none."""
    value = attributes.get("smpte:TimeCode")
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], int):
        word = value[0] & 0xFFFFFFFF
        return word if word != 0xFFFFFFFF else None
    return None


def general_values(facts: MediaFacts) -> list[dict[str, Any]]:
    """The facts of another format, one dictionary a part; those of the file stand in the first."""
    parts = [{name: value for name, value in stream.items() if name != "index"} for stream in facts.streams] or [{}]
    parts[0] = {**facts.attributes, **parts[0], "format": facts.format}
    return parts


def _general_table(facts: MediaFacts) -> Table:
    return [
        {name: _digest(b"", json.dumps(value, sort_keys=True).encode()) for name, value in part.items()}
        for part in general_values(facts)
    ]


def _values_of(path: str, pairs: list[tuple[int, str]]) -> list[Any] | None:
    try:
        with opened(path) as file:
            form, _ = recognise(file)
            if form.name == "openexr":
                header = read_header(file)
                return [_exr_value(file, header, part, name) for part, name in pairs]
            parts = general_values(inspect_open(file))
    except MediaError:
        return None
    return [_general_value(parts, part, name) for part, name in pairs]


def _general_value(parts: list[dict[str, Any]], part: int, name: str) -> Any:
    if part < 0:
        return len(parts) if name != ALL_PARTS[1] else None
    return parts[part].get(name) if part < len(parts) else None


def _exr_value(file: OpenFile, header: Header, part: int, name: str) -> Any:
    if part < 0:
        if name != ALL_PARTS[1]:
            return len(header.parts)
        from app.media.exrdocument import exr_document

        return exr_document(file, header)["parts"]
    if part >= len(header.parts):
        return None
    if not name:
        return [attribute.name.decode("utf-8", "replace") for attribute in header.parts[part].attributes]
    attribute = header.parts[part].get(name.encode("utf-8", "surrogateescape"))
    if attribute is None:
        return None
    value = value_of(attribute) if len(attribute.raw) <= _LONGEST_VALUE and name in _WHOLE else None
    told = brief(attribute) if value is None else value
    opaque = isinstance(told, dict) and told.keys() == {"type", "bytes"}
    return {**told, "sha256": sha256(attribute.raw).hexdigest()} if opaque else told
