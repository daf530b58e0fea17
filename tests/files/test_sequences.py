"""Which names are frames of one sequence: every row of the acceptance table, then the traps."""

import random
from decimal import Decimal

import pytest

from app.files.sequences import file_sequences, group_names


def grouped(*names: str | bytes, udim: bool = False, min_frames: int = 2) -> tuple[list[tuple], list[bytes]]:
    """(base, ext, pad, frames) of each sequence, and the single names; checks that no name is lost or doubled."""
    raw = [name if isinstance(name, bytes) else name.encode() for name in names]
    grouping = group_names(raw, min_frames=min_frames, udim=udim)
    held = [i for group in grouping.sequences for i in group.members] + grouping.singles
    assert sorted(held) == list(range(len(raw)))
    for group in grouping.sequences:
        assert group.frames == sorted(set(group.frames))
        for frame, member in zip(group.frames, group.members, strict=True):
            assert str(abs(frame)).encode() in raw[member]
        assert (frame < 0) == raw[member][len(group.base) :].startswith(b"-")
    found = [(g.base.decode(), g.ext.decode(), g.pad, g.frames) for g in grouping.sequences]
    return found, [raw[i] for i in grouping.singles]


def test_a_missing_frame_leaves_one_sequence() -> None:
    assert grouped("a.1004.exr", "a.1001.exr", "a.1002.exr") == ([("a.", ".exr", 4, [1001, 1002, 1004])], [])


@pytest.mark.parametrize(
    ("names", "pad", "frames"),
    [
        (["a.9998.exr", "a.10001.exr", "a.9999.exr", "a.10000.exr"], 4, [9998, 9999, 10000, 10001]),
        (["a.100.exr", "a.99.exr"], 2, [99, 100]),
        (["a.0999.exr", "a.1000.exr", "a.10000.exr"], 4, [999, 1000, 10000]),
        (["a.0.exr", "a.9.exr", "a.10.exr", "a.100.exr"], 1, [0, 9, 10, 100]),
        (["a.099.exr", "a.1000.exr", "a.100.exr"], 3, [99, 100, 1000]),
    ],
)
def test_numbers_may_outgrow_their_padding(names: list[str], pad: int, frames: list[int]) -> None:
    assert grouped(*names) == ([("a.", ".exr", pad, frames)], [])


def test_negative_frames_join_the_positive_ones() -> None:
    names = ["a.0001.exr", "a.-0002.exr", "a.0000.exr", "a.-0001.exr"]
    assert grouped(*names) == ([("a.", ".exr", 4, [-2, -1, 0, 1])], [])
    assert grouped("a_-2.exr", "a_-1.exr") == ([("a_", ".exr", 1, [-2, -1])], [])
    assert grouped("-0001.exr", "0000.exr") == ([("", ".exr", 4, [-1, 0])], [])
    assert grouped("shot--0001.exr", "shot-0000.exr") == ([("shot-", ".exr", 4, [-1, 0])], [])


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.-003.exr", "a.-002.exr", "a.0001.exr", "a.0002.exr"], [("a.", ".exr", 4, [-3, -2, 1, 2])]),
        (["a.-003.exr", "a.-002.exr", "a.1001.exr"], [("a.", ".exr", 4, [-3, -2, 1001])]),
        (["a.-1000.exr", "a.-999.exr", "a.-001.exr", "a.0000.exr"], [("a.", ".exr", 4, [-1000, -999, -1, 0])]),
        (["a.-10.exr", "a.-09.exr", "a.001.exr", "a.002.exr"], [("a.", ".exr", 3, [-10, -9, 1, 2])]),
        (["a.-5.exr", "a.-4.exr", "a.00.exr", "a.01.exr"], [("a.", ".exr", 2, [-5, -4, 0, 1])]),
        (["shot--02.exr", "shot--01.exr", "shot-001.exr"], [("shot-", ".exr", 3, [-2, -1, 1])]),
        (["a.-2.exr", "a.-1.exr", "a.0.exr", "a.2.exr"], [("a.", ".exr", 1, [-2, -1, 0, 2])]),
        (["a.-003.exr", "a.-002.exr", "a.001.exr"], [("a.", ".exr", 3, [-3, -2, 1])]),
        (["a.-03.exr", "a.-02.exr"], [("a.", ".exr", 2, [-3, -2])]),
    ],
)
def test_a_minus_may_take_the_place_of_a_digit(names: list[str], found: list[tuple]) -> None:
    assert grouped(*names) == (found, [])


def test_both_ways_to_write_a_minus_in_one_folder_tell_their_duplicates() -> None:
    short, long = group_names([b"a.-003.exr", b"a.-002.exr", b"a.-0003.exr", b"a.0001.exr"]).sequences
    assert (short.pad, short.frames, short.duplicate_frames) == (3, [-3, -2], [-3])
    assert (long.pad, long.frames, long.duplicate_frames) == (4, [-3, 1], [-3])


def test_a_dash_after_a_word_separates() -> None:
    assert grouped("shot-0001.exr", "shot-0002.exr") == ([("shot-", ".exr", 4, [1, 2])], [])
    assert grouped("shot-0001.exr", "shot-0002.exr", "shot0001.exr") == (
        [("shot-", ".exr", 4, [1, 2])],
        [b"shot0001.exr"],
    )
    assert grouped("take -1.exr", "take -2.exr") == ([("take -", ".exr", 1, [1, 2])], [])


def test_of_two_dashes_only_one_is_a_sign() -> None:
    found, _ = grouped("a.--2.exr", "a.--1.exr", "a.-2.exr", "a.-1.exr", "a.0.exr")
    assert found == [("a.", ".exr", 1, [-2, -1, 0]), ("a.--", ".exr", 1, [1, 2])]


def test_minus_zero_is_not_frame_zero_again() -> None:
    assert grouped("a.-0000.exr", "a.0000.exr", "a.0001.exr") == ([("a.", ".exr", 4, [0, 1])], [b"a.-0000.exr"])


def test_two_paddings_are_two_sequences_that_tell_their_duplicates() -> None:
    names = [b"a.001.exr", b"a.0001.exr", b"a.002.exr", b"a.0002.exr", b"a.0003.exr"]
    short, long = group_names(names).sequences
    assert (short.pad, short.frames, short.duplicate_frames) == (3, [1, 2], [1, 2])
    assert (long.pad, long.frames, long.duplicate_frames) == (4, [1, 2, 3], [1, 2])


def test_a_single_file_in_another_padding_is_a_duplicate_too() -> None:
    grouping = group_names([b"a.001.exr", b"a.002.exr", b"a.0002.exr"])
    assert [group.duplicate_frames for group in grouping.sequences] == [[2]]
    assert grouping.singles == [2]


def test_udim_tiles_are_frames_unless_asked_for() -> None:
    names = [b"wood.1011.tx", b"wood.1001.tx", b"wood.1002.tx", b"fire.0999.tx", b"fire.1000.tx"]
    assert [(g.frames, g.udim) for g in group_names(names).sequences] == [
        ([999, 1000], False),
        ([1001, 1002, 1011], False),
    ]
    assert [g.udim for g in group_names(names, udim=True).sequences] == [False, True]


@pytest.mark.parametrize(
    "names",
    [
        ["sh_v001.mov", "sh_v002.mov"],
        ["sh_v001.exr", "sh_v002.exr"],
        ["v1.exr", "v2.exr"],
        ["sh010v001.exr", "sh010v002.exr"],
        ["sh_ver001.exr", "sh_ver002.exr"],
        ["sh_version1.exr", "sh_version2.exr"],
        ["shotVersion1.exr", "shotVersion2.exr"],
        ["IMG_20240102.jpg", "IMG_20240103.jpg"],
        ["20240101.exr", "20240102.exr"],
        ["ref_2024-01-02.png", "ref_2024-01-03.png"],
        ["plate.2024.10.05.exr", "plate.2024.10.10.exr", "plate.2024.11.05.exr"],
        ["shotV001.exr", "shotV002.exr"],
        ["clip_001.mov", "clip_002.mov"],
        ["track01.wav", "track02.wav"],
        ["doc1.pdf", "doc2.pdf"],
        ["comp_001.nk", "comp_002.nk"],
        ["render.0001.log", "render.0002.log"],
        ["a.0001", "a.0002"],
        [".0001", ".0002"],
        ["part1.bin", "part2.bin"],
        ["menu_czech.1250.vim", "menu_czech.1252.vim"],
        ["lib.so.1.0.22", "lib.so.1.0.23"],
        ["c.0001.tar.gz", "c.0002.tar.gz"],
        ["a.0001.exr", "a.0002.EXR"],
        ["a.0001.exr", "A.0002.exr"],
        ["2024_10_01.0001.dpx", "2024_10_02.0001.dpx"],
        ["a.٠٠٠١.exr", "a.٠٠٠٢.exr"],
        ["a.²1.exr", "a.³1.exr"],
        ["IMG_20240102030405.jpg", "IMG_20240102030406.jpg"],
    ],
)
def test_these_are_single_files(names: list[str]) -> None:
    assert grouped(*names) == ([], [name.encode() for name in names])


def test_a_version_before_the_frame_belongs_to_the_name() -> None:
    assert grouped("sh_v001.0001.exr", "sh_v001.0002.exr", "sh_v002.0001.exr") == (
        [("sh_v001.", ".exr", 4, [1, 2])],
        [b"sh_v002.0001.exr"],
    )


def test_a_word_that_ends_in_v_is_no_version() -> None:
    assert grouped("env001.png", "env002.png") == ([("env", ".png", 3, [1, 2])], [])
    assert grouped("river001.png", "river002.png") == ([("river", ".png", 3, [1, 2])], [])


def test_what_only_looks_like_a_date_is_a_frame() -> None:
    assert grouped("sh_2024-13-02.png", "sh_2024-13-03.png")[0] == [("sh_2024-13-", ".png", 2, [2, 3])]
    assert grouped("2024_10_0001.dpx", "2024_10_0002.dpx")[0] == [("2024_10_", ".dpx", 4, [1, 2])]


def test_a_date_or_a_take_beside_padded_frames_is_not_one_of_them() -> None:
    frames = [f"{frame:04}.exr" for frame in range(1, 11)]
    assert grouped(*frames, "20240101.exr") == ([("", ".exr", 4, list(range(1, 11)))], [b"20240101.exr"])
    assert grouped("a.1001.exr", "a.1002.exr", "a.700500.exr", "a.700501.exr")[0] == [
        ("a.", ".exr", 4, [1001, 1002]),
        ("a.", ".exr", 6, [700500, 700501]),
    ]
    assert grouped("a.00001.exr", "a.99999.exr", "a.20241332.exr", "a.20241333.exr")[0][1][3] == [20241332, 20241333]


def test_picture_sizes_are_no_frames() -> None:
    assert grouped("bake_1024.png", "bake_2048.png", "bake_4096.png")[0] == []
    assert grouped("icon16.png", "icon32.png", "icon128.png")[0] == []
    assert grouped("a.0016.png", "a.0032.png")[0] == [("a.", ".png", 4, [16, 32])]
    assert grouped("a.16.png", "a.17.png")[0] == [("a.", ".png", 2, [16, 17])]
    assert grouped("a.1.png", "a.2.png", "a.4.png")[0] == [("a.", ".png", 1, [1, 2, 4])]


def test_the_shot_number_is_not_the_frame() -> None:
    assert grouped("sh010_0001.exr", "sh020_0001.exr", "sh010_0002.exr") == (
        [("sh010_", ".exr", 4, [1, 2])],
        [b"sh020_0001.exr"],
    )
    names = [f"shot.{shot}.{frame:04d}.exr" for shot in (1010, 1020) for frame in (1, 2, 3)]
    assert [found[0] for found in grouped(*names)[0]] == ["shot.1010.", "shot.1020."]


def test_sub_frames_are_one_sequence_with_decimal_frames() -> None:
    names = ["a.1001.75.exr", "a.1001.25.exr", "a.1001.50.exr"]
    found, singles = grouped(*names)
    assert found == [("a.", ".exr", 4, [Decimal("1001.25"), Decimal("1001.50"), Decimal("1001.75")])]
    assert singles == []


@pytest.mark.parametrize(
    ("names", "base", "pad", "frames"),
    [
        (["r.1001.0", "r.1001.5", "r.1002.0", "r.1002.5"], "r.", 4, "1001.0 1001.5 1002.0 1002.5"),
        (["u.1.000", "u.1.250", "u.1.500", "u.2.000"], "u.", 1, "1.000 1.250 1.500 2.000"),
        (["u.9.0", "u.9.5", "u.10.0", "u.10.5"], "u.", 1, "9.0 9.5 10.0 10.5"),
        (["u.1.0", "u.1.25", "u.1.5", "u.2.0"], "u.", 1, "1.0 1.25 1.5 2.0"),
        (["fx_v003.1001.0", "fx_v003.1001.5", "fx_v003.1002.0"], "fx_v003.", 4, "1001.0 1001.5 1002.0"),
        (["0001.0", "0001.5", "0002.0"], "", 4, "1.0 1.5 2.0"),
        (["r.-001.5", "r.-001.0", "r.0000.0", "r.0000.5"], "r.", 4, "-1.5 -1.0 0.0 0.5"),
        (["r.1001.0000", "r.1001.2500", "r.1002.0000"], "r.", 4, "1001.0000 1001.2500 1002.0000"),
    ],
)
def test_sub_frames_in_any_number_of_digits(names: list[str], base: str, pad: int, frames: str) -> None:
    found, singles = grouped(*(f"{name}.exr" for name in names))
    assert [(base, ".exr", pad, [Decimal(frame) for frame in frames.split()])] == found
    assert [str(frame) for frame in found[0][3]] == frames.split()
    assert singles == []


@pytest.mark.parametrize(
    ("names", "bases"),
    [
        (["plate_v1.2.1001", "plate_v1.2.1002", "plate_v1.3.1001", "plate_v1.3.1002"], ["plate_v1.2.", "plate_v1.3."]),
        (["plate_v1.2.0", "plate_v1.2.5", "plate_v1.3.0", "plate_v1.3.5"], ["plate_v1.2.", "plate_v1.3."]),
        (["tool_2.1.0", "tool_2.1.5", "tool_2.2.0"], ["tool_2.1."]),
        (["sh.1010.10", "sh.1010.20", "sh.1020.10", "sh.1020.20"], ["sh.1010.", "sh.1020."]),
        (["sh.1010.0", "sh.1010.5", "sh.1020.0", "sh.1020.5"], ["sh.1010.", "sh.1020."]),
        (["2024.05", "2024.10", "2025.05", "2025.10"], ["2024.", "2025."]),
        (["sh.10.250", "sh.10.500", "sh.11.250"], ["sh.10."]),
        (["sh.1.1", "sh.1.2", "sh.2.1", "sh.2.2"], ["sh.1.", "sh.2."]),
        (["tex.1001.0001", "tex.1001.0002", "tex.1002.0001", "tex.1002.0002"], ["tex.1001.", "tex.1002."]),
        (["sh.1001.0", "sh.1001.5"], ["sh.1001."]),
    ],
)
def test_dotted_versions_dates_shots_and_tiles_are_no_sub_frames(names: list[str], bases: list[str]) -> None:
    found, _ = grouped(*(f"{name}.exr" for name in names))
    assert [base for base, _, _, _ in found] == bases


def test_whole_frames_join_their_sub_frames() -> None:
    found, _ = grouped("a.1.exr", "a.1.5.exr", "a.2.exr", "a.-1.5.exr")
    assert found == [("a.", ".exr", 1, [Decimal("-1.5"), 1, Decimal("1.5"), 2])]


def test_consecutive_numbers_behind_a_number_are_frames() -> None:
    assert grouped("sh.1001.25.exr", "sh.1001.26.exr", "sh.1001.27.exr")[0] == [("sh.1001.", ".exr", 2, [25, 26, 27])]
    assert grouped("2024_10_01.0001.dpx", "2024_10_01.0002.dpx")[0] == [("2024_10_01.", ".dpx", 4, [1, 2])]


def test_sub_frames_of_another_padding_stay_apart() -> None:
    found, singles = grouped("a.0001.exr", "a.0002.exr", "a.1.5.exr")
    assert (found, singles) == ([("a.", ".exr", 4, [1, 2])], [b"a.1.5.exr"])


def test_whole_and_fraction_naming_the_same_frame_stay_apart() -> None:
    found, _ = grouped("a.1001.00.exr", "a.1001.50.exr", "a.1001.exr", "a.1002.exr")
    assert found == [("a.", ".exr", 4, [1001, 1002]), ("a.1001.", ".exr", 2, [0, 50])]


def test_one_stray_whole_frame_does_not_break_up_sub_frames() -> None:
    found, singles = grouped("a.1001.0.exr", "a.1001.5.exr", "a.1002.0.exr", "a.1001.exr")
    assert found == [("a.", ".exr", 4, [Decimal("1001.0"), Decimal("1001.5"), Decimal("1002.0")])]
    assert singles == [b"a.1001.exr"]


def test_a_space_before_the_number() -> None:
    assert grouped("name 0001.exr", "name 0002.exr") == ([("name ", ".exr", 4, [1, 2])], [])


def test_different_case_is_two_sequences() -> None:
    names = ["a.0001.exr", "A.0001.exr", "a.0002.exr", "A.0002.exr", "a.0001.EXR", "a.0002.EXR"]
    assert len(grouped(*names)[0]) == 3


def test_compressed_frames_have_two_extensions() -> None:
    names = ["b.0001.bgeo.sc", "b.0002.bgeo.sc", "a.0001.exr.gz", "a.0002.exr.gz", "a..exr0001.gz", ".gz", "a.gz"]
    found, singles = grouped(*names)
    assert found == [("a.", ".exr.gz", 4, [1, 2]), ("b.", ".bgeo.sc", 4, [1, 2])]
    assert singles == [b"a..exr0001.gz", b".gz", b"a.gz"]


def test_an_unknown_extension_needs_the_form_of_a_frame() -> None:
    assert grouped("a.0001.foo", "a.0002.foo") == ([("a.", ".foo", 4, [1, 2])], [])
    assert grouped("a.1.foo", "a.2.foo", "a_0001.foo", "a_0002.foo")[0] == []


def test_hidden_and_nameless_frames() -> None:
    assert grouped(".a.0001.exr", ".a.0002.exr") == ([(".a.", ".exr", 4, [1, 2])], [])
    assert grouped("0001.exr", "0002.exr") == ([("", ".exr", 4, [1, 2])], [])


def test_names_that_are_no_text() -> None:
    names = [b"a\n\xff.2.exr", b"a\n\xff.1.exr", b"\xfe1.exr"]
    (group,) = group_names(names).sequences
    assert (group.base, group.members) == (b"a\n\xff.", [1, 0])


def test_far_frames_and_endless_digits_cost_nothing() -> None:
    assert grouped("a.1.exr", "a.2000000000.exr")[0] == [("a.", ".exr", 1, [1, 2000000000])]
    names = ["a." + "9" * 5000 + ".exr", "a." + "9" * 4999 + "8.exr", "a.0001.exr", "a.0002.exr"]
    found, singles = grouped(*names)
    assert found == [("a.", ".exr", 4, [1, 2])]
    assert len(singles) == 2


def test_too_few_frames_are_single_files() -> None:
    assert grouped("a.1.exr", "a.2.exr", min_frames=3) == ([], [b"a.1.exr", b"a.2.exr"])
    assert grouped("a.1.exr") == ([], [b"a.1.exr"])
    assert grouped() == ([], [])


def test_the_order_of_the_names_changes_nothing() -> None:
    names = ["a.-01.exr", "a.00.exr", "a.001.exr", "a.01.exr", "a.1.exr", "a.0.5.exr", "b.1.25.exr", "b.1.exr", "x.log"]
    names += [f"c.{frame}.exr" for frame in (8, 9, 10, 11, 99, 100)] + ["c.010.exr", "c.0100.exr"]
    wanted = grouped(*names)[0]
    for seed in range(20):
        random.Random(seed).shuffle(names)
        assert grouped(*names)[0] == wanted


def test_file_sequences_carry_names_sizes_and_the_newest_time() -> None:
    names = [b"a.2.exr", b"readme", b"a.1.exr"]
    (sequence,), singles = file_sequences(names, [20, 5, 10], [200, 900, 300])
    assert sequence.names == (b"a.1.exr", b"a.2.exr")
    assert (sequence.bytes, sequence.newest_mtime_ns, sequence.first, sequence.last) == (30, 300, 1, 2)
    assert singles == [1]
