"""Whether time codes count on: rates, drop-frame, pairs above 30 frames a second, midnight."""

import struct
from fractions import Fraction

import pytest

from app.inspection.timecode import Continuity, continuity
from tests.inspection.framekit import timecode


def words(*codes: str, drop: bool = False) -> list[int]:
    """Time and flags of these codes; `+` behind one is the field mark, an empty one is none."""
    return [
        struct.unpack("<II", timecode(code.rstrip("+"), drop=drop, field=code.endswith("+"))[2])[0] if code else -1
        for code in codes
    ]


def checked(found: list[int], rate: Fraction | None, start: int = 1) -> Continuity:
    frames = range(start, start + len(found))
    told = continuity(frames, found, range(len(found)), rate)
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("rate", "codes"),
    [
        (Fraction(24), ("00:59:59:23", "01:00:00:00", "01:00:00:01")),
        (Fraction(24000, 1001), ("01:00:00:22", "01:00:00:23", "01:00:01:00")),
        (Fraction(25), ("10:00:00:24", "10:00:01:00")),
        (None, ("23:59:59:23", "00:00:00:00")),
        (None, ("01:00:00:23", "01:00:00:24", "01:00:01:00")),
        (Fraction(50), ("01:00:00:24", "01:00:00:24+", "01:00:01:00", "01:00:01:00+")),
        (Fraction(48), ("01:00:00:22", "01:00:00:23", "01:00:00:23", "01:00:01:00")),
    ],
)
def test_codes_that_count_on(rate: Fraction | None, codes: tuple[str, ...]) -> None:
    assert checked(words(*codes), rate).break_count == 0


def test_drop_frame_leaves_out_two_numbers_a_minute_but_not_every_tenth() -> None:
    rate = Fraction(30000, 1001)
    assert checked(words("00:00:59;29", "00:01:00;02", drop=True), rate).break_count == 0
    assert checked(words("00:09:59;29", "00:10:00;00", drop=True), rate).break_count == 0
    jump = checked(words("00:00:59;29", "00:01:00;00", drop=True), rate)
    assert [(found.expected, found.found) for found in jump.breaks] == [("00:01:00;02", "00:01:00;00")]
    assert checked(words("23:59:59;29", "00:00:00;00", drop=True), rate).break_count == 0
    fields = words("00:00:59;29", "00:00:59;29+", "00:01:00;02", drop=True)
    assert checked(fields, Fraction(60000, 1001)).break_count == 0


def test_every_minute_of_a_day_in_drop_frame_counts_on() -> None:
    codes = []
    for minute in range(0, 1440, 7):
        text = f"{minute // 60:02}:{minute % 60:02}"
        codes += [f"{text}:00;{0 if minute % 10 == 0 else 2:02}", f"{text}:59;29"]
    found = words(*codes, drop=True)
    counts = [
        ((minute * 60 + second) * 30 + frame) - 2 * (minute - minute // 10)
        for minute in range(0, 1440, 7)
        for second, frame in ((0, 0 if minute % 10 == 0 else 2), (59, 29))
    ]
    told = continuity(counts, found, range(len(found)), Fraction(30000, 1001))
    assert told is not None
    assert told.break_count == 0


def test_a_clock_that_stands_still_breaks() -> None:
    assert checked(words(*["01:00:00:05"] * 4), Fraction(24)).break_count == 3
    assert checked(words(*["01:00:00:05"] * 6), Fraction(48)).break_count >= 2


def test_one_jump_is_one_break_and_frames_without_a_code_are_told() -> None:
    found = checked(words("01:00:00:00", "01:00:00:01", "", "01:00:00:10", "01:00:00:11"), Fraction(24))
    assert [(jump.index, jump.expected, jump.found) for jump in found.breaks] == [(3, "01:00:00:03", "01:00:00:10")]
    assert found.without == [2]


def test_a_sequence_without_time_codes_has_no_continuity() -> None:
    assert continuity([1, 2], [-1, -1], [0, 1], None) is None
