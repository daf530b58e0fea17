"""What keeps the OpenEXR library, and every program that is built on it, from reading a part whose header we can tell.

Found by handing such files to OpenEXR 3.5 and OpenImageIO 3.2, where its sources say the same:
`src/lib/OpenEXRCore/{validation,parse_header,attributes}.c`.
"""

import math
import struct
from collections import Counter
from collections.abc import Iterator

from app.errors import MediaError
from app.media.exr import Part
from app.media.exrstream import Attribute
from app.media.exrvalues import is_malformed, shown

#: Name of the attribute, and what is wrong with it.
Fault = tuple[str, str]
_NAME_LIMIT = 255
_ASPECTS = 1e-6, 1e6


def faults_of(part: Part) -> Iterator[Fault]:
    """What is wrong with the layout attributes of a part, beyond what keeps us from reading it."""
    yield from _aspect(part)
    for look in (_channels, _sampling):
        try:
            yield from look(part)
        except MediaError:
            continue  # told where the attribute itself is asked for


def malformed(attributes: tuple[Attribute, ...]) -> Iterator[Fault]:
    """Attributes of any name after which the library loses its place: bytes that are not what the type says."""
    for attribute in attributes:
        if not attribute.type:
            yield shown(attribute.name), f"the attribute {shown(attribute.name)} has no type"
        elif is_malformed(attribute):
            name, kind, size = shown(attribute.name), shown(attribute.type), len(attribute.raw)
            yield name, f"the {size} bytes of the attribute {name} are no {kind}"


def _float(part: Part, name: bytes) -> float | None:
    attribute = part.get(name)
    if attribute is None or attribute.type != b"float" or len(attribute.raw) != 4:
        return None
    value: float = struct.unpack("<f", attribute.raw)[0]
    return value


def _aspect(part: Part) -> Iterator[Fault]:
    aspect, width = _float(part, b"pixelAspectRatio"), _float(part, b"screenWindowWidth")
    if aspect is not None and not _ASPECTS[0] <= aspect <= _ASPECTS[1]:
        yield "pixelAspectRatio", f"the pixelAspectRatio cannot be {aspect:g}"
    if width is not None and width < 0 and math.isfinite(width):
        yield "screenWindowWidth", f"the screenWindowWidth cannot be {width:g}"


def _channels(part: Part) -> Iterator[Fault]:
    channels = part.channels
    names = [channel.name for channel in channels]
    if not channels:
        yield "channels", "the channel list is empty"
    often = Counter(names)
    if len(often) < len(names):
        twice = next(name for name in names if often[name] > 1)
        yield "channels", f"the channel {shown(twice)} is listed more than once"
    longest = max(names, key=len, default=b"")
    if len(longest) > _NAME_LIMIT:
        yield "channels", f"the name of the channel {shown(longest[:32])}… is longer than {_NAME_LIMIT} bytes"
    strange = next((channel for channel in channels if channel.p_linear not in (0, 1)), None)
    if strange is not None:
        yield "channels", f"pLinear of the channel {shown(strange.name)} cannot be {strange.p_linear}"


def _sampling(part: Part) -> Iterator[Fault]:
    coarse = [channel for channel in part.channels if (channel.x_sampling, channel.y_sampling) != (1, 1)]
    if not coarse:
        return
    x0, y0, x1, y1 = part.data_window
    for channel in coarse:
        across, down = channel.x_sampling, channel.y_sampling
        if part.tiled or part.deep:
            yield "channels", f"the channel {shown(channel.name)} of a {part.kind} cannot be sub-sampled"
        elif x0 % across or y0 % down or (x1 - x0 + 1) % across or (y1 - y0 + 1) % down:
            reason = f"is sampled every {across}, {down} pixels, which does not divide the data window"
            yield "channels", f"the channel {shown(channel.name)} {reason}"
