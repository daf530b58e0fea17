"""The harbour: light beyond white, no broken pixel, movement, depth."""

import numpy as np
import pytest

from app.demo import scenes


@pytest.mark.parametrize("draw", [scenes.evening, scenes.night, scenes.morning], ids=["evening", "night", "morning"])
def test_a_scene_is_whole_and_brighter_than_white_in_the_light(draw: scenes.Draw) -> None:
    pixels = draw(96, 54, 1001, 0.3)
    assert (pixels.shape, pixels.dtype) == ((54, 96, 5), np.float32)
    assert np.isfinite(pixels).all()
    assert pixels[..., :3].min() >= 0
    assert 2 < pixels[..., :3].max() < 100
    assert (pixels[..., 3] == 1).all()


def test_frames_differ_and_a_frame_is_always_the_same() -> None:
    first, again, next_one = (scenes.evening(96, 54, frame, 0.0) for frame in (1001, 1001, 1002))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[10:40], next_one[10:40])


def test_the_buoy_is_nearer_than_the_tower_and_the_sky_is_far() -> None:
    depth = scenes.morning(192, 108, 1001, 0.0)[..., 4]
    assert depth[90, 32] == 4
    assert depth[45, 149] == 600
    assert depth[5, 10] == 10_000
