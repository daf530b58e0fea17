"""What is asked of an inspection."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InspectOptions:
    """How far a file is looked into.

    Attributes:
        stats: pixels are decoded and counted.
        deep_stats: the samples of deep parts as well.
        sample: every how manieth block of scan lines, or row of tiles, is counted (1: all).
        measure: movies and sound are decoded and measured; always so with `stats`.
        raw: attributes of any size are given as bytes, not only the small ones.
    """

    stats: bool = False
    deep_stats: bool = False
    sample: int = 1
    measure: bool = False
    raw: bool = False
