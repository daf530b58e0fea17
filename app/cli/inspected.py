"""A document of `inspect` as a person reads it."""

from typing import Any

from app.cli.inspectedmovie import print_movie
from app.cli.inspectedsequence import print_sequence
from app.cli.inspectedstats import print_statistics
from app.cli.output import count_of, human_bytes, print_lines


def print_document(document: dict[str, Any]) -> None:
    """Print one document: what it is, its parts or streams, attributes, what is wrong."""
    if document["kind"] == "sequence":
        print_sequence(document)
        return
    if document["kind"] in ("video", "audio"):
        print_movie(document)
        return
    file = document["file"]
    size = human_bytes(file["size_bytes"]) if "size_bytes" in file else "not read"
    print_lines(f"{file['path']}  {size}")
    for part in document.get("parts", ()):
        print_lines(_part(part))
    for stream in document.get("streams", ()):
        print_lines("  " + "  ".join(f"{name} {value}" for name, value in stream.items() if value not in (None, "")))
    for name, value in document["attributes"].items():
        print_lines(f"  {name}: {value}")
    print_statistics(document["stats"] or {})
    for error in document["errors"]:
        print_lines(f"  ! {_place(error)}{error['message']}")


def _place(error: dict[str, Any]) -> str:
    """Where in the pixels an error lies; empty where it does not say."""
    words = [f"{name} {error[name]}" for name in ("rows", "columns") if error.get(name)]
    if error.get("part") is not None:
        words.insert(0, f"part {error['part']}")
    return ", ".join(words) + ": " if words else ""


def _part(part: dict[str, Any]) -> str:
    channels = part["channels"] or []
    words = [part["type"] or "", f"{part['width']} x {part['height']}", count_of(len(channels), "channel")]
    return "  " + "  ".join(word for word in (f"part {part['index']}", part["name"], *words) if word)
