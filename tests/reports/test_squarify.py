"""Treemaps divide a rectangle in proportion, without gaps or overlaps, into shapes near to squares."""

import random

import pytest

from app.reports.squarify import Box, squarify

ROOM = Box(10, 20, 600, 400)


def weights(number: int) -> list[float]:
    numbers = random.Random(number)
    return sorted((numbers.paretovariate(1.1) for _ in range(number)), reverse=True)


@pytest.mark.parametrize("number", [1, 2, 3, 7, 50, 1000])
def test_areas_are_in_proportion_and_fill_the_room(number: int) -> None:
    given = weights(number)
    boxes = squarify(given, ROOM)
    scale = ROOM.width * ROOM.height / sum(given)
    assert len(boxes) == number
    for weight, box in zip(given, boxes, strict=True):
        assert box.width * box.height == pytest.approx(weight * scale, rel=1e-6)
        assert box.x >= ROOM.x - 1e-6
        assert box.y >= ROOM.y - 1e-6
        assert box.x + box.width <= ROOM.x + ROOM.width + 1e-6
        assert box.y + box.height <= ROOM.y + ROOM.height + 1e-6


def test_rectangles_do_not_overlap() -> None:
    boxes = squarify(weights(60), ROOM)
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert wide < 1e-6 or high < 1e-6


def test_the_example_of_the_paper_is_divided_as_there() -> None:
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    assert boxes[0] == pytest.approx((0, 0, 3, 2))
    assert boxes[1] == pytest.approx((0, 2, 3, 2))
    assert max(max(box.width / box.height, box.height / box.width) for box in boxes) < 2.8


def test_what_would_be_too_small_or_weighs_nothing_is_left_out() -> None:
    assert squarify([], ROOM) == []
    assert squarify([0, 0], ROOM) == []
    assert squarify([5, 0], ROOM) == [ROOM]
    assert squarify([1], Box(0, 0, 0, 10)) == []
    assert len(squarify([1000.0, *[0.001] * 5000], ROOM, least=1.0)) == 1
