"""The document of an OpenEXR file as a person reads it."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from app.cli.attributetext import attribute_text, error_text, window_text
from app.cli.inspectedstats import print_statistics
from app.cli.output import count_of, human_bytes, local_time, print_lines

#: Attributes that the lines about a part have said already.
_SAID = frozenset(
    ("channels", "compression", "dataWindow", "displayWindow", "lineOrder", "tiles", "type", "name", "chunkCount",
     "view", "pixelAspectRatio", "version", "maxSamplesPerPixel")
)  # fmt: skip
_COLOURS = {name: place for place, name in enumerate("RGBA")}
_KINDS = {
    "scanlineimage": "scan lines",
    "tiledimage": "tiles",
    "deepscanline": "deep scan lines",
    "deeptile": "deep tiles",
}


def print_exr(document: dict[str, Any]) -> None:
    """Print what the file is, its parts with windows and channels, its attributes, what is wrong."""
    file, parts = document["file"], document["parts"]
    print_lines(file["path"])
    words = ["OpenEXR", human_bytes(file["size_bytes"]), local_time(file["mtime"])]
    if len(parts) > 1:
        words.append(count_of(len(parts), "part"))
    if file["frame"] is not None:
        words.append(f"frame {file['frame']}")
    words.append(f"header of {file['header_bytes']:,} bytes" + ("" if document["lossless"] else ", not without loss"))
    print_lines("  " + ", ".join(words))
    shared = _shared(parts)
    for part in parts:
        _print_part(part, shared, alone=len(parts) == 1)
    if shared and len(parts) > 1:
        print_lines("", "  in all parts")
        _print_pairs(_attribute_lines(attribute for attribute in parts[0]["attributes"] if _key(attribute) in shared))
    if document["stats"]:
        print_statistics(document["stats"])
    if document["errors"]:
        print_lines("", *(f"  ! {error_text(error, several_parts=len(parts) > 1)}" for error in document["errors"]))


def _print_part(part: dict[str, Any], shared: set[tuple[str, str, str]], *, alone: bool) -> None:
    title = "  ".join(word for word in (f"part {part['index']}", part["name"], part["view"] or "") if word)
    print_lines("", *([] if alone and not part["name"] else [f"  {title}"]))
    own = [attribute for attribute in part["attributes"] if alone or _key(attribute) not in shared]
    _print_pairs([*_layout(part), *_attribute_lines(own)])


def _layout(part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    size = f"{part['width']} x {part['height']}" if part["width"] else "unknown"
    aspect = part["pixel_aspect_ratio"]
    yield "size", size + (f", pixels of {aspect:g} : 1" if isinstance(aspect, float) and aspect != 1 else "")
    if part["data_window"] == part["display_window"]:
        yield "window", window_text(part["data_window"])
    else:
        yield "data window", window_text(part["data_window"])
        yield "display window", window_text(part["display_window"])
    yield "stored as", ", ".join(_storage(part))
    yield from zip(_once("channels"), _channel_lines(part["channels"] or ()), strict=False)


def _storage(part: dict[str, Any]) -> Iterator[str]:
    kind = _KINDS.get(part["type"], part["type"])
    if part["tile_width"]:
        kind += f" of {part['tile_width']} x {part['tile_height']}"
    yield kind
    compression = part["compression"]
    if compression:
        yield "uncompressed" if compression["id"] == 0 else compression["name"] or f"compression {compression['id']}"
    if part["line_order"] not in (None, "increasingY"):
        yield str(part["line_order"])
    if part["level_mode"] not in (None, "one"):
        yield f"{part['level_mode']} of {count_of(part['levels'], 'level')}"
    if part["chunk_count"] is not None:
        yield count_of(part["chunk_count"], "chunk")


def _channel_lines(channels: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line for each layer and pixel type, colours in the order in which one says them."""
    ordered = sorted(channels, key=lambda channel: (channel["layer"] != "", channel["layer"], str(channel["type"])))
    for (layer, kind), group in groupby(ordered, key=lambda channel: (channel["layer"], channel["type"])):
        names = sorted(map(_short_name, group), key=lambda name: _COLOURS.get(name[:1], 9) if len(name) == 1 else 9)
        together = "".join(names) if all(name in _COLOURS for name in names) else ", ".join(names)
        yield f"{layer + ': ' if layer else ''}{together}  {kind if isinstance(kind, str) else f'type {kind}'}"


def _short_name(channel: dict[str, Any]) -> str:
    """The name without its layer, and how thinly it is sampled."""
    name = str(channel["name"]).rpartition(".")[2]
    thin = (channel["x_sampling"], channel["y_sampling"])
    return name if thin == (1, 1) else f"{name} (every {thin[0]} x {thin[1]})"


def _attribute_lines(attributes: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (attribute["name"], attribute_text(attribute["type"], attribute["value"], attribute["size"]))
        for attribute in attributes
        if attribute["name"] not in _SAID
    ]


def _key(attribute: dict[str, Any]) -> tuple[str, str, str]:
    """What makes two attributes equal."""
    return attribute["name"], attribute["type"], repr((attribute["value"], attribute.get("raw")))


def _shared(parts: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """The attributes that all of several parts have with the same value."""
    keys = [{_key(attribute) for attribute in part["attributes"] if attribute["name"] not in _SAID} for part in parts]
    return set.intersection(*keys) if len(keys) > 1 else set()


def _print_pairs(pairs: list[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in pairs), default=0)
    print_lines(*(f"    {name.ljust(width)}  {text}" for name, text in pairs))


def _once(word: str) -> Iterator[str]:
    """The word, and then nothing in its place."""
    yield word
    while True:
        yield ""
