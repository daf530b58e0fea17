"""Turns the document that an inspection gives into a tree of names and values: an EXR, a sequence, a movie, a sound."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from app.model.facts import NO_FAULTS
from app.model.times import parse_time
from ui import formats
from ui.models.documents import looked_at, stats_by_part
from ui.models.fact_nodes import FactNode, one_line, paged, plain
from ui.tabs.fact_values import value_node
from ui.tabs.measured_facts import measured_nodes
from ui.tabs.sequence_facts import sequence_nodes
from ui.tabs.stream_facts import stream_lines

Document = dict[str, Any]

_FEW_BYTES = 16
_FILE_WORDS = {
    "name": "Name", "size_bytes": "Size", "format": "Format", "mime": "MIME type", "mtime": "Modified",
    "header_bytes": "Header", "header_hash": "Header hash", "version": "Version", "flags": "Flags",
}  # fmt: skip
_PART_WORDS = {
    "type": "Type", "view": "View", "compression": "Compression", "line_order": "Line order",
    "pixel_aspect_ratio": "Pixel aspect", "chunk_count": "Chunks", "tile_width": "Tile width",
    "tile_height": "Tile height", "level_mode": "Level mode", "levels": "Levels",
}  # fmt: skip
_SHOWN_ELSEWHERE = frozenset(
    {"index", "name", "width", "height", "data_window", "display_window", "tiled", "channels", "attributes"}
)

_LOSSES = ("attribute.lossy", "attribute.omitted", "header.lossy", "header.damaged")


def document_nodes(document: Document, *, with_file: bool = True) -> tuple[FactNode, ...]:
    """The tree of a document.

    Args:
        document: as `inspect` gives it.
        with_file: whether the lines of the file itself are among them.
    """
    groups = [*_problem_nodes(document.get("errors") or ())]
    if with_file and isinstance(document.get("file"), dict):
        file = document["file"]
        size = formats.size(file["size_bytes"]) if isinstance(file.get("size_bytes"), int) else ""
        words = " · ".join(filter(None, (size, str(file.get("format") or ""))))
        groups.append(FactNode("File", words, tuple(file_lines(file)), raw=file, closed=True))
    if isinstance(document.get("sequence"), dict):
        groups += sequence_nodes(document["sequence"])
    shown = looked_at(document)
    if shown is not document:
        name = (shown.get("file") or {}).get("name", "")
        groups.append(FactNode("Frame looked at", one_line(str(name))))
    measured = stats_by_part(document)
    groups += [_part_node(part, measured.get(part.get("index"), {})) for part in shown.get("parts") or ()]
    groups += [_stream_node(place, stream) for place, stream in enumerate(shown.get("streams") or ())]
    if not shown.get("parts"):
        groups += _flat_attributes(shown.get("attributes"), moving=shown.get("kind") in ("video", "audio"))
    if told := tuple(measured_nodes(document.get("stats"))):
        groups.append(FactNode("Measured", "", told, raw=document["stats"]))
    return tuple(groups)


def lossless_words(document: Document) -> tuple[str, str]:
    """Whether the header was proven to be read without loss, as words and a state; two empty texts where none was."""
    shown = looked_at(document)
    lossless = shown.get("lossless")
    if lossless is None:
        return "", ""
    if lossless:
        return "Header proven lossless", "pass"
    told = [problem_words(error) for error in shown.get("errors") or () if error.get("code") in _LOSSES]
    more = f" and {len(told) - 1} more" if len(told) > 1 else ""
    return f"Header not lossless: {told[0][1]}{more}" if told else "Header not lossless", "stale"


def recorded_words(document: Mapping[str, Any]) -> str:
    """`as scanned 2026-11-20 10:40`; empty for a document that was not recorded."""
    try:
        return f"as scanned {formats.date(parse_time(str(document['recorded'])))}"
    except (KeyError, ValueError):
        return ""


def measured_words(document: Mapping[str, Any]) -> str:
    """`Measured 2026-11-20 10:40`; empty where nothing was measured before."""
    try:
        return f"Measured {formats.date(parse_time(str(document['measured'])))}"
    except (KeyError, ValueError):
        return ""


def badge_of(document: Mapping[str, Any] | None) -> tuple[str, str]:
    """What stands above the facts, and its state: whether the header is whole, and when it was recorded."""
    words, state = lossless_words(dict(document)) if document else ("", "")
    return " · ".join(filter(None, (words, recorded_words(document or {})))), state


def problem_words(error: Any) -> tuple[str, str]:
    """Where a problem lies (`Part 0, rows 512-527`) and what it is, in plain words."""
    if not isinstance(error, dict):
        return "", one_line(str(error))
    where = []
    if isinstance(error.get("part"), int):
        where.append(f"Part {error['part']}")
    if error.get("channel"):
        where.append(str(error["channel"]))
    if error.get("frames"):
        where.append(formats.frames(str(error["frames"])))
    if error.get("rows"):
        where.append(f"rows {error['rows']}")
    return ", ".join(where), one_line(str(error.get("message") or error.get("code") or "something is wrong with it"))


def hex_words(raw: str) -> str:
    """The first bytes of a value that is base64, as `00 01 02`; empty where it is none."""
    try:
        head = base64.b64decode(raw[: 4 * -(-_FEW_BYTES // 3)], validate=True)
    except (binascii.Error, ValueError):
        return ""
    return head[:_FEW_BYTES].hex(" ") + (" …" if len(raw) * 3 // 4 > _FEW_BYTES + 2 else "")


def window_words(window: Any) -> str:
    """`1920 × 1080 from (0, 0) to (1919, 1079)`."""
    try:
        (x0, y0), (x1, y1) = window["min"], window["max"]
        return f"{x1 - x0 + 1} × {y1 - y0 + 1} from ({x0}, {y0}) to ({x1}, {y1})"
    except (KeyError, TypeError, ValueError):
        return plain(window)


def _problem_nodes(errors: Iterable[Any]) -> Iterable[FactNode]:
    nodes = []
    for error in errors:
        where, words = problem_words(error)
        code = str(error.get("code", "")) if isinstance(error, dict) else ""
        state = "stale" if code in NO_FAULTS else "fail"
        nodes.append(FactNode(where or "File", words, kind=code, state=state, raw=error))
    if nodes:
        worst = "fail" if any(node.state == "fail" for node in nodes) else "stale"
        yield FactNode("Problems", formats.count(len(nodes)), paged(nodes), state=worst)


def file_lines(file: Document) -> Iterable[FactNode]:
    """What a document says of the file itself."""
    for key, word in _FILE_WORDS.items():
        value = file.get(key)
        if value in (None, "", []):
            continue
        if key == "size_bytes":
            yield FactNode(word, f"{formats.size(value)} ({formats.count(value)} bytes)", raw=value)
        elif key == "header_bytes":
            yield FactNode(word, f"{formats.count(value)} bytes", raw=value)
        else:
            yield FactNode(word, plain(value), raw=value)


def _part_node(part: Document, measured: Mapping[str, Any]) -> FactNode:
    index, name = part.get("index", 0), part.get("name") or ""
    channels, attributes = part.get("channels") or [], part.get("attributes") or []
    lines = [
        FactNode(_PART_WORDS.get(key, key.replace("_", " ").capitalize()), plain(value), raw=value)
        for key, value in part.items()
        if key not in _SHOWN_ELSEWHERE and value not in (None, "", [])
    ]
    lines += [
        FactNode(word, window_words(part[key]), raw=part[key])
        for key, word in (("data_window", "Data window"), ("display_window", "Display window"))
        if part.get(key)
    ]
    if measured.get("supported") is False:
        lines.append(FactNode("Pixels", "cannot be decoded here, which is no damage", state="stale", raw=measured))
    if isinstance(measured.get("deep"), dict):
        lines.append(value_node("Deep samples", measured["deep"]))
    lines.append(_channels_node(channels))
    lines.append(FactNode("Attributes", formats.count(len(attributes)), paged([_attribute(a) for a in attributes])))
    size = f"{part['width']} × {part['height']}" if part.get("width") and part.get("height") else ""
    what = " · ".join(filter(None, (one_line(str(name)), size, plain(part.get("compression") or ""))))
    return FactNode(f"Part {index}", what, tuple(lines), str(part.get("type") or ""), raw=part, place=index)


def _channels_node(channels: list[Any]) -> FactNode:
    layers: dict[str, list[FactNode]] = {}
    for channel in channels:
        name, layer = str(channel.get("name", "")), str(channel.get("layer") or "")
        short = name[len(layer) + 1 :] if layer and name.startswith(f"{layer}.") else name
        layers.setdefault(layer, []).append(
            FactNode(one_line(short), _channel_words(channel), kind=str(channel.get("type", "")), raw=channel)
        )
    names = [str(channel.get("name", "")) for channel in channels]
    words = f"{formats.count(len(channels))}: {plain(names)}" if channels else "none"
    if len(layers) == 1 and "" in layers:
        return FactNode("Channels", words, paged(layers[""]))
    nodes = [
        FactNode(one_line(layer) or "main", plain([node.name for node in below]), paged(below))
        for layer, below in layers.items()
    ]
    return FactNode("Channels", words, paged(nodes))


def _channel_words(channel: Document) -> str:
    words = [str(channel.get("type", ""))]
    x, y = channel.get("x_sampling", 1), channel.get("y_sampling", 1)
    if (x, y) != (1, 1):
        words.append(f"every {x} × {y} pixels")
    if channel.get("p_linear"):
        words.append("perceptually linear")
    return " · ".join(words)


def attribute_words(value: Any) -> str:
    """The value of an attribute: a time code as it is written, a rational number as a fraction."""
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(value["text"])
    if isinstance(value, dict) and set(value) == {"n", "d"}:
        return f"{value['n']}/{value['d']}"
    return plain(value)


def _attribute(attribute: Document) -> FactNode:
    """One attribute; of a type that nobody knows, how many bytes it has and the first of them."""
    value, kind, size = attribute.get("value"), str(attribute.get("type", "")), attribute.get("size")
    if attribute.get("omitted"):
        words = f"{formats.many(size or 0, 'byte')}, too long to show"
    elif value is None and isinstance(attribute.get("raw"), str):
        many = formats.many(size, "byte") if isinstance(size, int) else ""
        words = " · ".join(filter(None, (many, hex_words(attribute["raw"]))))
    elif isinstance(value, dict) and set(value) == {"min", "max"}:
        words = window_words(value) if kind == "box2i" else plain(value)
    else:
        words = attribute_words(value)
    return FactNode(one_line(str(attribute.get("name", ""))), words, kind=kind, raw=attribute)


def _stream_node(place: int, stream: Document) -> FactNode:
    """A stream by the number that the file gives it, counted from 0 as policies and the command line do."""
    kind = str(stream.get("type") or "stream")
    size = f"{stream['width']} × {stream['height']}" if stream.get("width") and stream.get("height") else ""
    what = " · ".join(filter(None, (str(stream.get("codec") or stream.get("name") or ""), size)))
    channels = stream.get("channels")
    listed = isinstance(channels, list) and all(isinstance(entry, dict) for entry in channels)
    nodes = list(stream_lines({**stream, "channels": None} if listed else stream))
    if listed and channels:
        nodes.append(_channels_node(channels))
    number = stream.get("index", place)
    return FactNode(f"{kind.capitalize()} {number}", what, tuple(nodes), raw=stream, place=place)


def _flat_attributes(attributes: Any, *, moving: bool) -> Iterable[FactNode]:
    """Attributes by name; those of a movie or a sound are said as its streams are."""
    if isinstance(attributes, dict) and attributes:
        if moving:
            nodes = list(stream_lines(attributes))
        else:
            nodes = [value_node(str(name), value) for name, value in sorted(attributes.items())]
        yield FactNode("Attributes", formats.count(len(nodes)), paged(nodes), raw=attributes)
