"""Pictures of a file that its reader passes over in silence: those behind damage look like the end of the file."""

import struct
from typing import Any

from app.errors import MediaError
from app.media.formats import Format
from app.media.openimageio import oiio_reason
from app.media.opening import OpenFile
from app.media.tiffstrips import directories


def why_fewer(file: OpenFile, form: Format, reader: Any, found: int) -> str:
    """Why a file has more pictures than its reader gives; empty where nothing says so.

    Args:
        file: the open file.
        form: its format.
        reader: that of OpenImageIO, after it refused the picture behind the last.
        found: how many it gave.
    """
    if form.name == "gif" and reader.has_error:
        return _told(found, oiio_reason(file, reader))
    if form.name == "tiff" and _directories(file) > found and not _is_texture(reader):
        return _told(found, "the directory of the next one is damaged")
    return ""


def _told(found: int, why: str) -> str:
    pictures = f"first {found} pictures" if found > 1 else "first picture"
    return f"only its {pictures} can be read: {why}"


def _directories(file: OpenFile) -> int:
    count = 0
    try:
        for tags in directories(file):
            count += tags is not None
    except (struct.error, MediaError):
        count += 1
    return count


def _is_texture(reader: Any) -> bool:
    """Whether the other directories are smaller copies of the first picture."""
    reader.seek_subimage(0, 0)
    return bool(reader.spec().get_string_attribute("textureformat"))
