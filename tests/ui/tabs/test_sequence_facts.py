"""What an inspection found along a sequence, frame by frame."""

import pytest

from tests.ui.tabs.test_document_facts import SEQUENCE
from ui.tabs.sequence_facts import consistency_marks, spans_of
from ui.widgets.consistency import Mark, Trait, counts, said_of, spots
from ui.widgets.frame_strip import Scale


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("1001-1010,1012", [(1001, 1010), (1012, 1012)]),
        ("-10--5", [(-10, -5)]),
        ("2-8x2", [(2, 2), (4, 4), (6, 6), (8, 8)]),
        (1005, [(1005, 1005)]),
        ("1001.25,1001.50", []),
        ("1-900000000000", [(1, 900000000000)]),
        (None, []),
    ],
)
def test_ranges_are_read_as_they_are_printed(text: object, spans: list[tuple[int, int]]) -> None:
    assert spans_of(text) == spans


def test_every_kind_of_trouble_has_its_mark_and_words() -> None:
    marks = consistency_marks(SEQUENCE)
    assert counts(marks) == {
        Trait.MISSING: 4, Trait.UNREADABLE: 1, Trait.EMPTY: 1, Trait.TRUNCATED: 1, Trait.HEADER: 1, Trait.TIMECODE: 1,
        Trait.SIZE: 1,
    }  # fmt: skip
    assert Mark(1006, 1006, Trait.HEADER, "compression: piz, not zip") in marks
    assert said_of(marks).splitlines()[0] == "1003-1004 · missing"


def test_marks_that_would_touch_are_drawn_as_one_whose_worst_shows() -> None:
    marks = [Mark(10, 10, Trait.SIZE), Mark(11, 11, Trait.MISSING), Mark(90, 95, Trait.BLACK)]
    found = spots(marks, Scale(1, 100, 0, 200), 11)
    assert [(spot.trait, spot.frame) for spot in found] == [(Trait.MISSING, 11), (Trait.BLACK, 90)]
    wide = spots(marks, Scale(1, 100, 0, 4000), 11)
    assert [spot.trait for spot in wide] == [Trait.SIZE, Trait.MISSING, Trait.BLACK]


def test_several_marks_of_one_kind_may_lie_at_one_frame() -> None:
    marks = [Mark(10, 10, Trait.HEADER, "owner"), Mark(10, 10, Trait.HEADER, "compression")]
    (spot,) = spots(marks, Scale(1, 100, 0, 200), 11)
    assert said_of(spot.marks) == "10 · owner\n10 · compression"


def test_frames_beyond_the_ends_are_marked_at_the_ends() -> None:
    found = spots([Mark(1011, 900_000_000_000, Trait.MISSING)], Scale(1001, 10, 12, 100), 11)
    assert (found[0].left, found[0].right) == (112, 112)
