"""The `file` of a document: which file it is about."""

import os
import re
from typing import Any

from app.media.opening import OpenFile
from app.model.names import raw, raw_name, shown
from app.model.times import rfc3339_ns

_FRAME = re.compile(r"(?:^|[._])(-?[0-9]{1,9})\.[^.]+$")


def file_entry(file: OpenFile, format_name: str, mime: str) -> dict[str, Any]:
    """Path, name, size, time, frame number and format of a file; `raw_name` where the name is not valid Unicode."""
    path = os.path.abspath(file.path)  # noqa: PTH100 - a Path costs more, and bytes that are no Unicode must stay
    name = os.path.basename(path)  # noqa: PTH119 - as above
    entry: dict[str, Any] = {
        "path": shown(path) if os.sep == "/" else shown(path.replace(os.sep, "/")),
        "name": shown(name),
        "size_bytes": file.size,
        "mtime": rfc3339_ns(file.mtime_ns),
        "frame": frame_of(name),
        "format": format_name,
        "mime": mime,
    }
    unshown = None if name.isascii() else raw_name(raw(name))
    if unshown is not None:
        entry["raw_name"] = unshown
    return entry


def frame_of(name: str) -> int | None:
    """The frame number that a name ends with (`sh010.1001.exr`, `plate_0001.dpx`); None where it has none."""
    found = _FRAME.search(name)
    return int(found[1]) if found else None
