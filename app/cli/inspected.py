"""A document of `inspect` as a person reads it."""

from typing import Any

from app.cli.attributetext import attribute_text, error_text
from app.cli.inspectedexr import print_exr
from app.cli.inspectedmovie import print_movie
from app.cli.inspectedsequence import print_sequence
from app.cli.inspectedstats import print_statistics
from app.cli.output import human_bytes, local_time, print_lines


def print_document(document: dict[str, Any]) -> None:
    """Print one document: what it is, its parts or streams, attributes, what is wrong."""
    if document["kind"] == "sequence":
        print_sequence(document)
        return
    if document["kind"] in ("video", "audio"):
        print_movie(document)
        return
    if "parts" in document:
        print_exr(document)
        return
    _print_other(document)


def _print_other(document: dict[str, Any]) -> None:
    """A still that is no OpenEXR, another file, or one of which nothing can be told."""
    file = document["file"]
    print_lines(file["path"])
    if "size_bytes" in file:
        words = [title_of(file["format"], file["mime"]), human_bytes(file["size_bytes"]), local_time(file["mtime"])]
        if document.get("width"):
            words.insert(1, f"{document['width']} x {document['height']}")
        print_lines("  " + ", ".join(words))
    for stream in document.get("streams", ()):
        print_lines("    " + _stream(stream))
    width = max(map(len, document["attributes"]), default=0)
    for name, value in document["attributes"].items():
        print_lines(f"    {name.ljust(width)}  {attribute_text('', value, 0)}")
    print_statistics(document["stats"] or {})
    for error in document["errors"]:
        print_lines(f"  ! {error_text(error)}")


def title_of(format_name: str, mime: str) -> str:
    """What a file is: the name of its format, else its MIME type."""
    return format_name or mime or "an unknown file"


def _stream(stream: dict[str, Any]) -> str:
    """One image of a file: size, depth, channels."""
    words = [f"{stream['type']} {stream['index']}", stream.get("name") or ""]
    if stream.get("width"):
        words.append(f"{stream['width']} x {stream['height']}")
    words += [str(stream[key]) for key in ("depth", "compression") if stream.get(key)]
    if stream.get("channels"):
        words.append(", ".join(map(str, stream["channels"])))
    return "  ".join(word for word in words if word)
