"""What is printed of frames, what counts as missing, and what is understood as a range or a pattern."""

import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import fileseq
import pytest
from fileseq import FrameSet

from app.errors import UsageError
from app.files.framerange import (
    frame_range,
    gap_count,
    is_pattern,
    missing_count,
    missing_frames,
    missing_ranges,
    parse_frames,
    parse_pattern,
    sequence_name,
    sequence_pattern,
)
from app.files.sequences import file_sequences
from app.model.frames import FileSequence, Frame


def sequence(*names: str, udim: bool = False) -> FileSequence:
    """The one sequence that the names make."""
    (found,), _ = file_sequences([name.encode() for name in names], udim=udim)
    return found


def decimals(text: str) -> list[Frame]:
    """Decimal frames as they stand in file names."""
    return [Decimal(frame) for frame in text.split()]


@pytest.mark.parametrize(
    ("frames", "printed", "missing", "count", "gaps"),
    [
        ([1001, 1002, 1004], "1001-1002,1004", "1003", 1, 1),
        (list(range(1001, 1011)) + [1012], "1001-1010,1012", "1011", 1, 1),
        (list(range(-10, 101)), "-10-100", "", 0, 0),
        ([-10, -9, -8, 3], "-10--8,3", "-7-2", 10, 1),
        ([1, 3, 5, 7], "1-7x2", "2-6x2", 3, 3),
        ([1, 2, 4, 6], "1-2,4,6", "3,5", 2, 2),
        ([1, 2000000000], "1,2000000000", "2-1999999999", 1999999998, 1),
        ([7], "7", "", 0, 0),
        ([], "", "", 0, 0),
        ([Decimal("1001.25"), Decimal("1001.50"), Decimal("1001.75")], "1001.25,1001.50,1001.75", "", 0, 0),
        ([1, Decimal("1.5"), 2, Decimal("3.5")], "1,1.5,2,3.5", "2.5,3", 2, 1),
        (decimals("1001.0 1001.5 1002.5"), "1001.0,1001.5,1002.5", "1002.0", 1, 1),
        (decimals("1.000 1.250 1.500 2.000"), "1.000,1.250,1.500,2.000", "1.750", 1, 1),
        ([-2, -1, 1, 2], "-2--1,1-2", "0", 1, 1),
        ([*range(1001, 1006), Decimal("1005.5"), *range(1006, 1011)], "1001-1005,1005.5,1006-1010", "", 0, 0),
        ([1, 2, 3, Decimal("3.5"), 4, 7, 8], "1-3,3.5,4,7-8", "5-6", 2, 1),
        (decimals("1.0 1.5 2.0 2.5 3.0 3.1 3.5 4.5"), "1.0,1.5,2.0,2.5,3.0,3.1,3.5,4.5", "4.0", 1, 1),
    ],
)
def test_frames_are_printed_and_missing_ones_counted(
    frames: list[Frame], printed: str, missing: str, count: int, gaps: int
) -> None:
    assert frame_range(frames) == printed
    assert missing_frames(frames) == missing
    assert missing_count(frames) == count
    assert gap_count(frames) == gaps


def test_missing_frames_are_ranges_with_both_ends() -> None:
    assert missing_ranges([1, 2, 6, 9]) == [(3, 5), (7, 8)]


def test_fileseq_reads_what_is_printed() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        frames = sorted(chance.sample(range(-40, 60), chance.randint(1, 60)))
        assert sorted(FrameSet(frame_range(frames))) == frames
        absent = sorted(set(range(frames[0], frames[-1] + 1)) - set(frames))
        assert sorted(FrameSet(missing_frames(frames))) == absent
        assert missing_count(frames) == len(absent)


def test_a_long_run_of_sub_frames_is_written_with_its_step() -> None:
    frames = [Decimal(tick) / 4 for tick in range(4004, 4100)]
    assert parse_frames(frame_range(frames)) == tuple(frames)
    assert "x0.25" in frame_range(frames)
    assert frame_range(decimals(" ".join(f"{tick / 2:.1f}" for tick in range(20)))) == "0.0-9.5x0.5"
    assert missing_frames([1, Decimal("1.5"), 2, Decimal("2.5"), 40, Decimal("40.5")]) == "3-39.5x0.5"


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1-10x5", (1, 6)),
        ("1-10y5", (2, 3, 4, 5, 7, 8, 9, 10)),
        ("1-6:3", (1, 2, 3, 4, 5, 6)),
        ("-2-1", (-2, -1, 0, 1)),
        ("-5--3", (-5, -4, -3)),
        ("5-3,4,10", (3, 4, 5, 10)),
        (" [1001-1002] ", (1001, 1002)),
        ("1001-1002x0.5", (1001, Decimal("1001.5"), 1002)),
    ],
)
def test_ranges_that_are_understood(text: str, frames: tuple[Frame, ...]) -> None:
    assert parse_frames(text) == frames


def test_decimal_frames_are_understood_as_they_are_written() -> None:
    frames = parse_frames("1001.0-1002.5x0.5,1003.5")
    assert list(map(str, frames)) == ["1001.0", "1001.5", "1002.0", "1002.5", "1003.5"]
    assert missing_frames(frames) == "1003.0"
    assert list(map(str, parse_frames("1,1.5,2"))) == ["1", "1.5", "2"]


@pytest.mark.parametrize("text", ["", "a", "1-", "-", "1-10x0", "1-10x-2", "1-2000000000", "1" * 5000, "١-٣"])
def test_what_is_no_range_is_told(text: str) -> None:
    with pytest.raises(UsageError):
        parse_frames(text)


@pytest.mark.parametrize(
    ("text", "base", "ext", "pad", "frames"),
    [
        ("a.1-3#.exr", b"a.", b".exr", 4, (1, 2, 3)),
        ("name.1001-1002@@@@.exr", b"name.", b".exr", 4, (1001, 1002)),
        ("sh010.1-2##.exr", b"sh010.", b".exr", 8, (1, 2)),
        ("a.#.exr", b"a.", b".exr", 4, None),
        ("a.@.exr", b"a.", b".exr", 1, None),
        ("a.####.exr", b"a.", b".exr", 4, None),
        ("a.#####.exr", b"a.", b".exr", 5, None),
        ("a.%04d.exr", b"a.", b".exr", 4, None),
        ("a.%d.exr", b"a.", b".exr", 1, None),
        ("a.1-2%06d.exr", b"a.", b".exr", 6, (1, 2)),
        ("a.$F4.exr", b"a.", b".exr", 4, None),
        ("a.$F.exr", b"a.", b".exr", 1, None),
        ("a.%04d.exr 1001-1002", b"a.", b".exr", 4, (1001, 1002)),
        ("a.####.exr [1001-1002]", b"a.", b".exr", 4, (1001, 1002)),
        ("a.-2-0#.exr", b"a.", b".exr", 4, (-2, -1, 0)),
        ("shot-1-2#.exr", b"shot-", b".exr", 4, (1, 2)),
        ("sh010#.exr", b"sh010", b".exr", 4, None),
        ("a.1-2#.exr.gz", b"a.", b".exr.gz", 4, (1, 2)),
        ("/pla#es/1-2@@.exr", b"/pla#es/", b".exr", 2, (1, 2)),
    ],
)
def test_patterns_that_are_understood(
    text: str, base: bytes, ext: bytes, pad: int, frames: tuple[int, ...] | None
) -> None:
    pattern = parse_pattern(text)
    assert (pattern.base, pattern.ext, pattern.pad, pattern.frames) == (base, ext, pad, frames)
    assert not pattern.udim


def test_udim_patterns() -> None:
    assert parse_pattern("wood.<UDIM>.tx").udim
    assert parse_pattern("wood.%(UDIM)d.tx").frame_of(b"wood.1011.tx") == 1011
    tiles = sequence("wood.1001.tx", "wood.1011.tx", udim=True)
    assert sequence_pattern(tiles) == b"wood.<UDIM>.tx"


def test_a_plain_name_is_no_pattern() -> None:
    assert not is_pattern("a.0001.exr")
    assert is_pattern(b"\xff.%04d.exr")
    with pytest.raises(UsageError, match=r"a\.0001\.exr"):
        parse_pattern("a.0001.exr")


def test_a_pattern_finds_its_files_and_no_others() -> None:
    pattern = parse_pattern("a.#.exr")
    assert pattern.frame_of(b"a.0007.exr") == 7
    assert pattern.frame_of(b"a.10007.exr") == 10007
    assert pattern.frame_of(b"a.-0007.exr") == -7
    for other in (b"a.007.exr", b"a.00007.exr", b"a.0007.EXR", b"b.0007.exr", b"a.exr", b"a.-0000.exr", b"a.x007.exr"):
        assert pattern.frame_of(other) is None
    assert parse_pattern("a.1-3,7#.exr").frame_of(b"a.0005.exr") is None


@pytest.mark.parametrize(
    ("names", "printed", "called"),
    [
        (["a.1001.exr", "a.1002.exr", "a.1004.exr"], b"a.1001-1002,1004#.exr", b"a.####.exr"),
        (["a.000001.tif", "a.000002.tif"], b"a.1-2@@@@@@.tif", b"a.######.tif"),
        (["a.00000001.tif", "a.00000002.tif"], b"a.1-2##.tif", b"a.########.tif"),
        (["a.-02.exr", "a.00.exr"], b"a.-2,0@@.exr", b"a.##.exr"),
        (["a.1001.25.exr", "a.1001.50.exr"], b"a.1001.25,1001.50#.@@.exr", b"a.####.##.exr"),
        (["a%d.1001.exr", "a%d.1002.exr"], b"a%d.1001-1002#.exr", b"a%d.####.exr"),
        (["a<UDIM>.01.exr", "a<UDIM>.02.exr"], b"a<UDIM>.1-2@@.exr", b"a<UDIM>.##.exr"),
    ],
)
def test_a_printed_pattern_leads_back_to_the_files(names: list[str], printed: bytes, called: bytes) -> None:
    made = sequence(*names)
    assert sequence_pattern(made) == printed
    assert sequence_name(made) == called
    for pattern in (parse_pattern(printed), parse_pattern(called)):
        assert tuple(map(pattern.frame_of, made.names)) == made.frames
        assert tuple(map(pattern.name, made.frames)) == made.names


def test_negative_frames_whose_minus_takes_the_place_of_a_digit_are_found_by_their_pattern() -> None:
    made = sequence("a.-003.exr", "a.-002.exr", "a.0001.exr", "a.0002.exr")
    assert sequence_pattern(made) == b"a.-3--2,1-2#.exr"
    assert sequence_name(made) == b"a.####.exr"
    for notation in (sequence_pattern(made), sequence_name(made), "a.%04d.exr"):
        assert tuple(map(parse_pattern(notation).frame_of, made.names)) == made.frames
    assert tuple(map(parse_pattern("a.%04d.exr").name, made.frames)) == made.names
    assert tuple(fileseq.FileSequence(sequence_pattern(made).decode())) == tuple(name.decode() for name in made.names)
    assert parse_pattern("a.####.exr").frame_of(b"a.-03.exr") is None


def test_sub_frames_of_one_digit_lead_back_to_their_files() -> None:
    made = sequence("r.1001.0.exr", "r.1001.5.exr", "r.1002.5.exr")
    assert sequence_pattern(made) == b"r.1001.0,1001.5,1002.5#.@.exr"
    assert sequence_name(made) == b"r.####.#.exr"
    assert tuple(map(parse_pattern(sequence_name(made)).name, made.frames)) == made.names


def test_grouping_and_printing_do_not_load_fileseq() -> None:
    code = (
        "import sys; from app.files.framerange import frame_range; from app.files.sequences import group_names;"
        "frame_range([1, 3]); group_names([b'a.1.exr', b'a.2.exr']); sys.exit('fileseq' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
