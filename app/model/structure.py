"""Where a file stands among similar ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Structure:
    """Where a file stands among similar ones: float32 vectors one after the other, and the version of their maker.

    They are kept with half the precision, which changes the product of two by less than 0.001.
    """

    version: int
    vectors: bytes
