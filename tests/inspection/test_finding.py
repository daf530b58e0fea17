"""Which sequence a user means by a pattern or a name."""

from pathlib import Path

import pytest

from app.errors import InputError, UsageError
from app.inspection.expected import expected_frames, missing_of
from app.inspection.finding import find_sequence, means_sequence


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


@pytest.mark.parametrize(
    "pattern",
    [
        "sh.####.exr",
        "sh.#.exr",
        "sh.@@@@.exr",
        "sh.%04d.exr",
        "sh.$F4.exr",
        "sh.1001-1003#.exr",
        "sh.#.exr 1001-1003",
    ],
)
def test_every_way_to_write_a_pattern(tmp_path: Path, pattern: str) -> None:
    touch(tmp_path, "sh.1001.exr", "sh.1002.exr", "sh.1003.exr", "sh.10.exr", "other.1001.exr", "sh.1001.tif")
    found = find_sequence(str(tmp_path / pattern))
    assert found.sequence.frames == (1001, 1002, 1003)
    assert found.sequence.names == (b"sh.1001.exr", b"sh.1002.exr", b"sh.1003.exr")


def test_a_number_without_padding_negative_frames_and_ones_that_outgrow_it(tmp_path: Path) -> None:
    touch(tmp_path, *(f"a.{number}.exr" for number in (8, 9, 10)), *(f"b.{n}.exr" for n in ("-0001", "0000", "10001")))
    assert find_sequence(str(tmp_path / "a.#.exr")).sequence.frames == (8, 9, 10)
    assert find_sequence(str(tmp_path / "b.####.exr")).sequence.frames == (-1, 0, 10001)


def test_a_frame_stands_for_its_sequence_there_or_not(tmp_path: Path) -> None:
    touch(tmp_path, "sh.0001.exr", "sh.0002.exr", "note.txt")
    for name in ("sh.0002.exr", "sh.0007.exr"):
        found = find_sequence(str(tmp_path / name), "1-3")
        assert (found.sequence.frames, found.expected and found.expected.last) == ((1, 2), 3)
    with pytest.raises(UsageError, match="no frame of a sequence"):
        find_sequence(str(tmp_path / "note.txt"), "1-3")
    with pytest.raises(InputError, match="Neither"):
        find_sequence(str(tmp_path / "gone.0001.exr"), "1-3")


def test_tiles_are_never_missing(tmp_path: Path) -> None:
    touch(tmp_path, "wood.1001.tx", "wood.1011.tx")
    found = find_sequence(str(tmp_path / "wood.<UDIM>.tx"), "1001-1020")
    assert (found.sequence.udim, found.expected) == (True, None)


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    touch(tmp_path, "take #1.exr", "100%d.exr")
    assert not means_sequence(str(tmp_path / "take #1.exr"))
    assert not means_sequence(str(tmp_path / "100%d.exr"))
    assert means_sequence(str(tmp_path / "sh.####.exr"))
    assert not means_sequence(str(tmp_path / "sh.1001.exr"))
    assert means_sequence(str(tmp_path / "sh.1001.exr"), "1-2")


def test_nothing_there_is_told_with_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No frame of sh.####.exr"):
        find_sequence(str(tmp_path / "sh.####.exr"))
    with pytest.raises(InputError, match="cannot be read"):
        find_sequence(str(tmp_path / "absent" / "sh.####.exr"))
    with pytest.raises(UsageError):
        find_sequence(str(tmp_path / "sh.####.exr"), "10-1")
    with pytest.raises(UsageError):
        find_sequence(str(tmp_path / "sh.####.exr"), "some")


def test_a_range_of_a_thousand_million_frames_costs_nothing() -> None:
    missing = missing_of([5, 6, 9], expected_frames("1-1000000000", "option"))
    assert (missing.head, missing.inner, missing.tail) == ("1-4", "7-8", "10-1000000000")
    assert missing.count == 999_999_997


def test_frames_all_outside_the_expected_range() -> None:
    missing = missing_of([1, 2], expected_frames("11-12", "option"))
    assert (missing.all, missing.unexpected) == ("11-12", "1-2")


def test_a_range_with_steps() -> None:
    missing = missing_of([3, 4, 7], expected_frames("1-11x2", "option"))
    assert (missing.head, missing.inner, missing.tail) == ("1", "5", "9,11")
    assert (missing.count, missing.gaps, missing.unexpected) == (4, 1, "4")
