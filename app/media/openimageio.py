"""OpenImageIO, set up in the one way in which every reader of this package uses it."""

from typing import Any

#: What its reader of OpenEXR can be made to take; untold it stops at 1,024, which a render with many layers passes.
#: It calls a file that has more no picture at all. What a picture may take of memory is limited by each reader.
MOST_CHANNELS = 1 << 12


def openimageio(threads: int = 1) -> Any:
    """The library, imported where it is used first (it takes its time), with so many threads of its own."""
    import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses

    oiio.attribute("threads", threads)
    oiio.attribute("limits:channels", MOST_CHANNELS)
    return oiio
