"""What is asked of an inspection."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from app.model.measuring import DEFAULTS, MeasureOptions, measure_options

#: Patterns of the channels that have colour: a frame is black where none of them rises above a limit.
COLOUR = ("R", "G", "B", "Y", "RY", "BY", "*.R", "*.G", "*.B", "*.Y")
#: The limit of OpenEXR.
BLACK_LINEAR = 1e-4
#: That of other formats, as ffmpeg's blackdetect has it: film logarithms and legal-range video begin above zero.
BLACK_CODES = 0.1


@dataclass(frozen=True, slots=True)
class InspectOptions:
    """How far a file is looked into.

    Attributes:
        stats: pixels are decoded and counted.
        deep_stats: the samples of deep parts as well.
        sample: every how manieth block of scan lines, or row of tiles, is counted (1: all).
        measure: movies and sound are decoded and measured; always so with `stats`.
        raw: attributes of any size are given as bytes, not only the small ones.
        measuring: the thresholds by which movies and sound are measured; by each further set as well.
    """

    stats: bool = False
    deep_stats: bool = False
    sample: int = 1
    measure: bool = False
    raw: bool = False
    measuring: tuple[MeasureOptions, ...] = (DEFAULTS,)


def inspect_options(request: Mapping[str, Any]) -> InspectOptions:
    """The options in a request to a child: their fields as `asdict` and JSON leave them; others are passed over."""
    given = {field.name: request[field.name] for field in fields(InspectOptions) if field.name in request}
    if "measuring" in given:
        given["measuring"] = tuple(measure_options(one) for one in given["measuring"])
    return InspectOptions(**given)
