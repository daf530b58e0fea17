"""Squarified treemaps (Bruls, Huizing, van Wijk 2000): rectangles of given areas, as near to squares as they go."""

from collections.abc import Sequence
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float


def squarify(weights: Sequence[float], box: Box, least: float = 0.0) -> list[Box]:
    """Divide a rectangle in proportion to weights.

    Args:
        weights: largest first, none negative.
        box: what is divided.
        least: stop at the first row of rectangles that would be smaller than this area each.

    Returns:
        A rectangle for each of the first weights, in their order: for fewer where `least` ended it or the rest is zero.
    """
    total = float(sum(weights))
    x, y, width, height = box
    boxes: list[Box] = []
    if total <= 0 or width <= 0 or height <= 0:
        return boxes
    scale = width * height / total
    at, number = 0, len(weights)
    while at < number and width > 0 and height > 0:
        largest = weights[at] * scale
        if largest <= 0 or largest < least:
            break
        side = min(width, height)
        end, area = at + 1, largest
        worst = _worst(area, largest, largest, side)
        while end < number:
            smallest = weights[end] * scale
            if smallest <= 0:
                break
            other = _worst(area + smallest, largest, smallest, side)
            if other > worst:
                break
            worst, area, end = other, area + smallest, end + 1
        thick = area / side
        place = y if width >= height else x
        for weight in weights[at:end]:
            length = weight * scale / thick
            boxes.append(Box(x, place, thick, length) if width >= height else Box(place, y, length, thick))
            place += length
        if width >= height:
            x, width = x + thick, width - thick
        else:
            y, height = y + thick, height - thick
        at = end
    return boxes


def _worst(area: float, largest: float, smallest: float, side: float) -> float:
    """The worst of the ratios of sides in a row, whose areas add up to `area`."""
    square = area * area
    shorter = side * side
    return max(shorter * largest / square, square / (shorter * smallest))
