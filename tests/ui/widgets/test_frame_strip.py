"""Frames to pixels: missing wins, numbers never touch, legends count right."""

from hypothesis import given
from hypothesis import strategies as st

from ui.widgets.frame_strip import Cell, Frames, Scale, columns, next_in, ruler


def test_the_legend_of_a_sequence() -> None:
    frames = Frames.of([f for f in range(1001, 1101) if f not in {1014, 1015, 1016, 1058, 1093}])
    assert frames.legend() == "1001–1100   95 of 100 frames   missing 1014-1016, 1058, 1093"
    assert Frames.of(range(1, 13)).legend() == "1–12   12 frames   none missing"
    assert Frames.of([1001]).legend() == "Frame 1001"
    assert Frames().legend() == "No frames"


def test_frames_that_are_no_whole_numbers_are_called_by_their_labels() -> None:
    labels = {place: str(place / 2) for place in range(2002, 2009)}
    frames = Frames(((2002, 2003), (2006, 2008)), labels=labels)
    assert frames.legend() == "1001.0–1004.0   5 of 7 frames   missing 1002.0-1002.5"
    assert Frames(((2002, 2002),), labels=labels).legend() == "Frame 1001.0"
    assert frames.longest_label() == "1001.0"


@given(st.sets(st.integers(-50, 400), min_size=1, max_size=80), st.integers(1, 300))
def test_every_gap_is_on_a_column_and_every_column_is_drawn_once(numbers: set[int], width: int) -> None:
    frames = Frames.of(sorted(numbers))
    runs = columns(frames, width)
    assert [run[0] for run in runs[1:]] == [run[1] for run in runs[:-1]]
    assert (runs[0][0], runs[-1][1]) == (0, width)
    row = [cell for start, end, cell in runs for _ in range(start, end)]
    for frame in range(frames.first, frames.last + 1):
        column = (frame - frames.first) * width // frames.length
        if frame not in numbers:
            assert row[column] == Cell.MISSING
        assert frames.is_missing(frame) == (frame not in numbers)


@given(st.integers(-100_000, 100_000), st.integers(1, 200_000), st.integers(50, 2000), st.integers(8, 60))
def test_ruler_numbers_never_touch(first: int, length: int, width: int, label: int) -> None:
    scale = Scale(first, length, 12, width)
    places = [scale.x(number) for number in ruler(scale, label)]
    assert places[0] == 12
    assert all(b - a >= label for a, b in zip(places, places[1:], strict=False))


@given(st.integers(1, 5000), st.floats(10, 3000))
def test_a_pixel_of_a_frame_is_that_frame(length: int, width: float) -> None:
    scale = Scale(1001, length, 12, width)
    for frame in {1001, 1001 + length // 2, 1000 + length}:
        assert scale.frame(scale.x(frame) + scale.frame_width / 2) == frame


def test_the_next_gap_is_the_one_that_begins_later() -> None:
    assert next_in(((3, 5), (9, 9)), 2) == 3
    assert next_in(((3, 5), (9, 9)), 3) == 9
    assert next_in(((3, 5), (9, 9)), 9) is None
