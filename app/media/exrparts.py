"""What follows from the attributes of an OpenEXR part: layout, windows, channels; and what is wrong with them."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

from app.errors import MediaError
from app.media.exr import COMPRESSIONS, LINE_ORDERS, PIXEL_TYPES, Channel, Part
from app.media.exrfaults import Fault, faults_of, malformed
from app.media.exrstream import Attribute
from app.media.exrtiles import LEVEL_MODES, level_tiles
from app.media.exrvalues import shown, value_of, window

T = TypeVar("T")
Problem = dict[str, Any]

#: The attributes that the facts of a part follow from.
_ASKED = (
    b"channels", b"compression", b"dataWindow", b"displayWindow", b"lineOrder", b"pixelAspectRatio",
    b"screenWindowCenter", b"screenWindowWidth", b"tiles", b"type", b"name", b"view", b"chunkCount",
)  # fmt: skip
#: Codes of problems with which the file is damaged; others are worth a word.
SERIOUS = ("attribute.absent", "attribute.damaged")
_UNREAD = "programs that use OpenEXR 3 may not find the pixels behind it"
_TYPED = (b"pixelAspectRatio", b"screenWindowCenter", b"screenWindowWidth", b"type", b"name")
_KEPT = 256
_LARGE = 1 << 16


def part_facts(index: int, part: Part, odd: Sequence[Fault] | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """One part as JSON, and what is wrong with its header. What does not follow from the header is None.

    Most parts of a sequence's frames are equal: their facts are made once.

    Args:
        index: of the part.
        part: its header.
        odd: what `malformed` says of its attributes, where that is known.
    """
    asked = tuple([attribute for name in _ASKED if (attribute := part.get(name)) is not None])
    kept = sum([len(attribute.raw) for attribute in asked]) < _LARGE
    facts, problems = (_kept_facts if kept else _facts)(asked, part.flags)
    told = [{**problem, "part": index} for problem in problems]
    known = {problem["attribute"] for problem in problems}
    told += [
        {"code": "attribute.damaged", "part": index, "attribute": name, "message": f"{message}: {_UNREAD}"}
        for name, message in (malformed(part.attributes) if odd is None else odd)
        if name not in known
    ]
    told += [
        {"code": "attribute.repeated", "part": index, "attribute": shown(name),
         "message": f"there is more than one attribute {shown(name)}; the last one counts" +
                    ("" if name in _ASKED else f", and {_UNREAD}")}
        for name in part.repeated()
    ]  # fmt: skip
    return {"index": index, **facts}, told


def _facts(asked: tuple[Attribute, ...], flags: int) -> tuple[dict[str, Any], list[Problem]]:
    return _Looking(Part(asked, flags)).facts()


_kept_facts = lru_cache(_KEPT)(_facts)


class _Looking:
    """Looks at one part and notes what it stumbles over."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._problems = [
            {"code": "attribute.absent", "attribute": name, "message": f"the required attribute {name} is absent"}
            for name in part.absent()
        ]

    def facts(self) -> tuple[dict[str, Any], list[Problem]]:
        part = self._part
        data = self._try("dataWindow", lambda: part.data_window)
        display = self._try("displayWindow", lambda: part.display_window)
        compression = self._try("compression", lambda: part.compression)
        order = self._try("lineOrder", lambda: part.line_order)
        tiles = self._try("tiles", lambda: part.tiles) if part.tiled else None
        if not part.tiled and part.get(b"tiles") is not None:
            self._try("tiles", lambda: part.typed(b"tiles"))
        channels = self._try("channels", lambda: part.channels)
        for name in _TYPED:
            self._try(name.decode(), partial(part.typed, name))
        aspect = part.get(b"pixelAspectRatio")
        width, height = (data[2] - data[0] + 1, data[3] - data[1] + 1) if data else (None, None)
        levels = None if data is None or (part.tiled and tiles is None) else 1
        if data and tiles and tiles[2]:
            levels = sum(1 for _ in level_tiles(data[2] - data[0] + 1, data[3] - data[1] + 1, tiles))
        facts = {
            "type": part.kind,
            "name": part.text(b"name"),
            "view": part.text(b"view") or None,
            "width": width,
            "height": height,
            "data_window": window(data) if data else None,
            "display_window": window(display) if display else None,
            "compression": _compression(compression),
            "line_order": None if order is None else LINE_ORDERS.get(order, order),
            "tiled": part.tiled,
            "tile_width": tiles[0] if tiles else None,
            "tile_height": tiles[1] if tiles else None,
            "level_mode": LEVEL_MODES[tiles[2]] if tiles else None,
            "levels": levels,
            "chunk_count": self._chunk_count(),
            "pixel_aspect_ratio": value_of(aspect) if aspect else None,
            "channels": None if channels is None else [channel_facts(channel) for channel in channels],
        }
        if (told := part.text(b"type")) and told != part.kind:
            self._problems.append(
                {"code": "attribute.contradicts", "attribute": "type",
                 "message": f"type says {told}, but the flags of the file make it a {part.kind}"}
            )  # fmt: skip
        self._problems += [
            {"code": "attribute.damaged", "attribute": name, "message": message} for name, message in faults_of(part)
        ]
        return facts, self._problems

    def _try(self, name: str, ask: Callable[[], T]) -> T | None:
        """What is asked; None where it does not follow, which is noted unless the attribute is just absent."""
        try:
            return ask()
        except MediaError as problem:
            if self._part.get(name.encode()) is not None or name == "tiles":
                self._problems.append({"code": "attribute.damaged", "attribute": name, "message": problem.message})
            return None

    def _chunk_count(self) -> int | None:
        """The chunk count as it follows, else as the header says it; told where the two differ."""
        told = self._try("chunkCount", self._part.told_chunks)
        try:
            expected = self._part.expected_chunks()
        except MediaError:
            return told
        if told is not None and expected is not None and told != expected:
            self._problems.append(
                {"code": "attribute.contradicts", "attribute": "chunkCount",
                 "message": f"chunkCount says {told}, but windows and compression make {expected} chunks"}
            )  # fmt: skip
        return told if expected is None else expected


def _compression(number: int | None) -> dict[str, Any] | None:
    if number is None:
        return None
    known = COMPRESSIONS.get(number)
    return {"id": number, "name": known[0] if known else None}


def channel_facts(channel: Channel) -> dict[str, Any]:
    """A channel as JSON; the layer is what stands before the last dot of its name."""
    name = shown(channel.name)
    return {
        "name": name,
        "layer": name.rpartition(".")[0],
        "type": PIXEL_TYPES.get(channel.type, channel.type),
        "p_linear": bool(channel.p_linear),
        "x_sampling": channel.x_sampling,
        "y_sampling": channel.y_sampling,
    }
