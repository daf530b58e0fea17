"""OpenImageIO, set up in the one way in which every reader of this package uses it."""

import re
from typing import Any

from app.media.opening import OpenFile

#: What its reader of OpenEXR can be made to take; untold it stops at 1,024, which a render with many layers passes.
#: It calls a file that has more no picture at all. What a picture may take of memory is limited by each reader.
MOST_CHANNELS = 1 << 12
_PLACES = re.compile(r"TIFFRead\w+ failed reading [^:]*: ?| at (?:scanline|row) [0-9]+| \(short [0-9]+ bytes\)")
_ENDS_EARLY = re.compile(r"(?:Read|Seek) error\b[^;]*; got [0-9]+ bytes, expected [0-9]+")


def openimageio(threads: int = 1) -> Any:
    """The library, imported where it is used first (it takes its time), with so many threads of its own."""
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    oiio.attribute("threads", threads)
    oiio.attribute("limits:channels", MOST_CHANNELS)
    return oiio


def oiio_reason(file: OpenFile, source: Any = None) -> str:
    """What OpenImageIO says about its last failure, without the name under which it opened the file.

    Lines and counts of bytes that libtiff tells are left out: who reads rows tells which, and may join their reasons.
    """
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    try:
        text = str(source.geterror() if source is not None else oiio.geterror())
    except UnicodeDecodeError:
        return "it is damaged"
    text = _ENDS_EARLY.sub("the file ends before their end", _PLACES.sub("", text))
    text = "\n".join(dict.fromkeys(line.strip() for line in text.splitlines()))
    text = text.replace(f'"{file.native_name}"', "").replace(file.native_name, "")
    if "could not find a format reader" in text:
        return "it is damaged"
    return " ".join(text.split())[:300] or "it is damaged"
