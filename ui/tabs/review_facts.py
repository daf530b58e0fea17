"""Turns what is known of an asset into a tree of names and values."""

from collections.abc import Mapping
from typing import Any

from app.model.facts import MediaFacts
from app.model.names import shown
from app.qc.dossier import Dossier
from ui import formats
from ui.models.fact_nodes import FactNode, paged, plain
from ui.tabs.document_facts import file_lines
from ui.tabs.stream_facts import stream_lines

_WINDOWS = ("data_window", "display_window")
_LEFT_OUT = frozenset({"index"})


def facts_tree(dossier: Dossier) -> tuple[FactNode, ...]:
    """The facts of an asset as its last scan left them: the file, what is in it, its attributes."""
    groups = [file_node(dossier)]
    if not dossier.detail.facts:
        return (*groups, FactNode("Media", "not read yet: scan the drive without “inventory only”"))
    name, facts = dossier.detail.facts[0]
    looked_at = [] if dossier.asset.sequence is None else [FactNode("Read from", shown(name))]
    groups.append(FactNode("Media", "", (*looked_at, *_media_nodes(facts))))
    word = "Part" if facts.kind == "image" else "Stream"
    groups += [_stream_node(f"{word} {number}", stream) for number, stream in enumerate(facts.streams)]
    if facts.attributes:
        groups.append(FactNode("Attributes", "", paged([_node(k, v) for k, v in sorted(facts.attributes.items())])))
    return tuple(groups)


def file_node(dossier: Dossier, document: Mapping[str, Any] | None = None) -> FactNode:
    """What the catalogue knows of the file or the frames, and what the document says of the file itself."""
    nodes = _file_nodes(dossier)
    known = {node.name for node in nodes}
    file = (document or {}).get("file")
    more = [node for node in file_lines(file) if node.name not in known] if isinstance(file, dict) else []
    size = formats.size(dossier.asset.bytes)
    return FactNode("File", f"{size} · {formats.date(dossier.asset.newest_ns // 1000)}", (*nodes, *more), closed=True)


def _file_nodes(dossier: Dossier) -> list[FactNode]:
    asset = dossier.asset
    nodes = [
        FactNode("Name", shown(asset.name).replace("\n", "␊")),
        FactNode("Folder", shown(asset.folder) or "/"),
        FactNode("Drive", dossier.drive.label),
        FactNode("Category", asset.category.label),
        FactNode("Size", f"{formats.size(asset.bytes)} ({formats.count(asset.bytes)} bytes)"),
        FactNode("Modified", formats.date(asset.newest_ns // 1000)),
    ]
    if asset.sequence is not None:
        nodes += [
            FactNode("Frames", asset.sequence.ranges),
            FactNode("Frames there", formats.count(asset.sequence.frame_count)),
            FactNode("Frames missing", formats.count(asset.sequence.missing_count)),
        ]
    return nodes


def _media_nodes(facts: MediaFacts) -> list[FactNode]:
    size = f"{facts.width} × {facts.height}" if facts.width and facts.height else ""
    length = formats.playing_time(facts.duration_s) if facts.duration_s is not None else ""
    pairs = (("Format", facts.format), ("MIME type", facts.mime), ("Pixels", size), ("Duration", length),
             ("Problem", facts.error))  # fmt: skip
    return [FactNode(name, value) for name, value in pairs if value]


def _stream_node(title: str, stream: dict[str, Any]) -> FactNode:
    what = stream.get("name") or stream.get("codec") or stream.get("type") or ""
    if "codec" in stream:
        return FactNode(title, str(what), tuple(stream_lines(stream)), raw=stream)
    children = []
    for name, value in stream.items():
        if name in _LEFT_OUT or value in (None, "", {}, []):
            continue
        if name in _WINDOWS:
            children.append(FactNode(_words(name), _window(value)))
        elif name == "channels" and isinstance(value, list):
            children.append(_channels_node(value))
        else:
            children.append(_node(_words(name), value))
    return FactNode(title, str(what), tuple(children), raw=stream)


def _channels_node(channels: list[Any]) -> FactNode:
    if not all(isinstance(channel, dict) for channel in channels):
        return FactNode("Channels", plain(channels))
    nodes = [FactNode(str(channel["name"]), str(channel.get("type", ""))) for channel in channels]
    return FactNode("Channels", plain([node.name for node in nodes]), paged(nodes))


def _node(name: str, value: Any) -> FactNode:
    if isinstance(value, dict) and value and set(value) != {"id", "name"}:
        return FactNode(name, "", tuple(_node(_words(str(key)), entry) for key, entry in value.items()))
    return FactNode(name, plain(value), raw=value)


def _window(value: Any) -> str:
    try:
        (x0, y0), (x1, y1) = value["min"], value["max"]
    except (KeyError, TypeError, ValueError):
        return plain(value)
    return f"({x0}, {y0}) to ({x1}, {y1})"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
