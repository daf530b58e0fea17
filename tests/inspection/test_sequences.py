"""What `inspect` tells of a file sequence: what is missing, damaged, or not as in the other frames."""

import os
import struct
import tracemalloc
from pathlib import Path

import pytest

from app.errors import Cancelled
from app.files.sequences import file_sequences
from app.inspection.consistency import compared_headers
from app.inspection.finding import find_sequence
from app.inspection.framereaders import FrameReaders
from app.inspection.framereading import FrameHeads
from app.inspection.sequences import inspect_sequence
from app.jobs.job import CancelToken, Job
from app.media.frameheads import WHOLE
from app.model.inspecting import InspectOptions
from tests import media
from tests.inspection.framekit import frames, rate, string, timecode, told


def test_a_sound_sequence_has_nothing_to_object_to_and_its_constant_part_once(tmp_path: Path) -> None:
    frames(tmp_path, range(1001, 1011), lambda number: [string(b"owner", b"ILM")])
    document = told(tmp_path / "sh.####.exr")
    assert document["kind"] == "sequence"
    assert document["schema_version"] == 2
    assert document["file"]["path"] == f"{tmp_path.as_posix()}/sh.####.exr"
    assert document["file"]["pattern"] == "sh.1001-1010#.exr"
    assert document["file"]["size_bytes"] == sum(path.stat().st_size for path in tmp_path.iterdir())
    sequence = document["sequence"]
    assert (sequence["first"], sequence["last"], sequence["frame_count"]) == (1001, 1010, 10)
    assert (sequence["base"], sequence["ext"], sequence["pad"], sequence["ranges"]) == ("sh", "exr", 4, "1001-1010")
    nothing = ("missing", "missing_head", "missing_tail", "zero_byte", "truncated", "duplicate_frames", "unexpected")
    assert [sequence[key] for key in nothing] == [""] * len(nothing)
    lists = ("header_differences", "varying", "size_outliers", "unreadable", "incomplete")
    assert [sequence[key] for key in lists] == [[]] * len(lists)
    assert sequence["timecode"] is sequence["frozen"] is sequence["black"] is None
    assert document["attributes"]["owner"] == "ILM"
    assert document["representative"]["file"]["name"] == "sh.1001.exr"
    assert document["parts"] == document["representative"]["parts"]
    assert document["channels"][0]["name"] == "Y"
    assert document["errors"] == []


def test_missing_frames_at_the_head_inside_and_at_the_tail(tmp_path: Path) -> None:
    frames(tmp_path, [1002, 1003, 1006, 1008, 1020])
    sequence = told(tmp_path / "sh.%04d.exr", "1001-1010")["sequence"]
    assert sequence["expected"] == {"first": 1001, "last": 1010, "source": "option"}
    assert sequence["missing_head"] == "1001"
    assert sequence["missing_inner"] == "1004-1005,1007"
    assert sequence["missing_tail"] == "1009-1010"
    assert sequence["missing"] == "1001,1004-1005,1007,1009-1010"
    assert (sequence["missing_count"], sequence["gap_count"], sequence["unexpected"]) == (6, 2, "1020")


def test_the_range_that_a_pattern_names_is_expected(tmp_path: Path) -> None:
    frames(tmp_path, range(1001, 1004))
    sequence = told(tmp_path / "sh.1001-1005#.exr")["sequence"]
    assert sequence["expected"] == {"first": 1001, "last": 1005, "source": "pattern"}
    assert sequence["missing_tail"] == "1004-1005"


def test_a_header_that_differs_is_told_by_attribute_and_frame(tmp_path: Path) -> None:
    def attributes(number: int) -> list[tuple[bytes, bytes, bytes]]:
        odd = {1003: b"linear", 1007: b"linear", 1008: b"log"}
        return [string(b"colour", odd.get(number, b"acescg")), *([string(b"extra", b"x")] if number == 1005 else [])]

    frames(tmp_path, range(1001, 1011), attributes)
    assert told(tmp_path / "sh.####.exr")["sequence"]["header_differences"] == [
        {"part": 0, "attribute": "colour", "expected": "acescg", "frames": "1003,1007", "value": "linear"},
        {"part": 0, "attribute": "colour", "expected": "acescg", "frames": "1008", "value": "log"},
        {"part": 0, "attribute": "extra", "expected": None, "frames": "1005", "value": "x"},
    ]


def test_the_majority_decides_even_where_the_first_frame_is_the_odd_one(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 6), lambda number: [string(b"colour", b"log" if number == 1 else b"acescg")])
    (difference,) = told(tmp_path / "sh.####.exr")["sequence"]["header_differences"]
    assert (difference["expected"], difference["value"], difference["frames"]) == ("acescg", "log", "1")


def test_an_attribute_that_only_one_frame_lacks(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 6), lambda number: [] if number == 4 else [string(b"owner", b"ILM")])
    (difference,) = told(tmp_path / "sh.####.exr")["sequence"]["header_differences"]
    assert difference == {"part": 0, "attribute": "owner", "expected": "ILM", "frames": "4", "value": None}


def test_the_same_attributes_in_another_order_are_told(tmp_path: Path) -> None:
    pair = [string(b"a", b"1"), string(b"b", b"2")]
    frames(tmp_path, range(1, 6), lambda number: pair[::-1] if number == 2 else pair)
    (difference,) = told(tmp_path / "sh.####.exr")["sequence"]["header_differences"]
    assert (difference["attribute"], difference["frames"]) == ("attribute order", "2")


def test_what_varies_throughout_is_no_difference_and_given_by_frame_on_request(tmp_path: Path) -> None:
    def attributes(number: int) -> list[tuple[bytes, bytes, bytes]]:
        second = 10 + number // 4
        return [
            (b"imageCounter", b"int", struct.pack("<i", number)),
            string(b"capDate", b"2026:01:05 09:30:%02d" % second),
            string(b"renderHash", b"%x" % (number * 7919)),
        ]

    frames(tmp_path, range(1, 13), attributes)
    document = told(tmp_path / "sh.####.exr", varying_values=True)
    assert document["sequence"]["header_differences"] == []
    varying = [entry["attribute"] for entry in document["sequence"]["varying"]]
    assert varying == [
        "capDate",
        "imageCounter",
        "renderHash",
    ]
    assert document["frames_varying"]["imageCounter"] == {str(number): number for number in range(1, 13)}
    assert "frames_varying" not in told(tmp_path / "sh.####.exr")


def test_two_layouts_half_and_half_are_a_difference_not_nature(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 5), lambda number: [string(b"view", b"left" if number % 2 else b"right")])
    (difference,) = told(tmp_path / "sh.####.exr")["sequence"]["header_differences"]
    assert (difference["expected"], difference["value"], difference["frames"]) == ("left", "right", "2,4")


def test_empty_cut_and_unreadable_frames_each_cost_one_row(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 11))
    (tmp_path / "sh.0002.exr").write_bytes(b"")
    whole = (tmp_path / "sh.0004.exr").read_bytes()
    (tmp_path / "sh.0004.exr").write_bytes(whole[:-5])
    (tmp_path / "sh.0005.exr").write_bytes(whole[:40])
    (tmp_path / "sh.0007.exr").write_bytes(b"no picture at all, only words")
    document = told(tmp_path / "sh.####.exr")
    sequence = document["sequence"]
    assert sequence["zero_byte"] == "2"
    assert sequence["truncated"] == "4-5"
    assert {entry["frames"] for entry in sequence["incomplete"]} == {"4", "5"}
    (unreadable,) = sequence["unreadable"]
    assert unreadable["frames"] == "7"
    assert "OpenEXR" in unreadable["reason"]
    assert sequence["header_differences"] == []
    assert document["representative"]["file"]["name"] == "sh.0001.exr"


def test_a_frame_that_vanished_since_the_folder_was_listed(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 6))
    (sequence,), _ = file_sequences(sorted(os.fsencode(path.name) for path in tmp_path.iterdir()))
    (tmp_path / "sh.0003.exr").unlink()
    with FrameReaders() as readers:
        document = inspect_sequence(os.fsencode(tmp_path), sequence, InspectOptions(), None, Job(), readers)
    (unreadable,) = document["sequence"]["unreadable"]
    assert unreadable == {"frames": "3", "reason": "it cannot be read: No such file or directory"}


def test_a_sequence_of_which_nothing_can_be_read_is_still_told(tmp_path: Path) -> None:
    for number in range(1, 4):
        (tmp_path / f"sh.{number:04}.exr").write_bytes(b"")
    document = told(tmp_path / "sh.####.exr")
    assert document["representative"] is None
    assert document["sequence"]["zero_byte"] == "1-3"
    assert document["errors"] == [{"code": "sequence.unreadable", "message": "No frame of the sequence could be read."}]


def test_a_sequence_of_one_frame(tmp_path: Path) -> None:
    frames(tmp_path, [1001])
    sequence = told(tmp_path / "sh.1001.exr", "1001-1003")["sequence"]
    assert (sequence["frame_count"], sequence["missing_tail"]) == (1, "1002-1003")


def test_decimal_frames(tmp_path: Path) -> None:
    frames(tmp_path, ["1001.00", "1001.25", "1001.75"])
    sequence = told(tmp_path / "sh.1001.00.exr", "1001.00-1001.75x0.25")["sequence"]
    assert (sequence["frame_count"], sequence["missing"]) == (3, "1001.50")


def test_frames_that_two_paddings_have(tmp_path: Path) -> None:
    frames(tmp_path, ["0001", "0002", "001", "002", "003"])
    assert told(tmp_path / "sh.####.exr")["sequence"]["duplicate_frames"] == "1-2"


def test_sizes_that_stand_out_but_not_a_fade(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 41))
    size = (tmp_path / "sh.0001.exr").stat().st_size
    for number in range(1, 41):
        path = tmp_path / f"sh.{number:04}.exr"
        fade = max(0, number - 30) * 90
        path.write_bytes(path.read_bytes() + bytes(1000 + number % 3 - fade + (3 * size if number == 12 else 0)))
    outliers = told(tmp_path / "sh.####.exr")["sequence"]["size_outliers"]
    assert [outlier["frame"] for outlier in outliers] == [12]
    assert outliers[0]["size_bytes"] > 1.25 * outliers[0]["median_bytes"]


def test_few_frames_do_not_tell_which_size_is_usual(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 5))
    path = tmp_path / "sh.0002.exr"
    path.write_bytes(path.read_bytes() + bytes(100_000))
    assert told(tmp_path / "sh.####.exr")["sequence"]["size_outliers"] == []


def test_time_codes_that_count_on_and_one_that_does_not(tmp_path: Path) -> None:
    def attributes(number: int) -> list[tuple[bytes, bytes, bytes]]:
        late = number >= 1005
        return [rate(24), timecode(f"01:00:00:{number - 1001 + 10 * late:02}")]

    frames(tmp_path, [1001, 1002, 1004, 1005, 1006], attributes)
    found = told(tmp_path / "sh.####.exr")["sequence"]["timecode"]
    assert (found["first"], found["last"], found["continuous"]) == ("01:00:00:00", "01:00:00:15", False)
    assert found["breaks"] == [{"frame": 1005, "expected": "01:00:00:04", "found": "01:00:00:14"}]
    assert (found["rate"], found["rate_assumed"]) == ("24", False)


def test_a_tiff_and_a_png_sequence_are_compared_by_size_depth_and_attributes(tmp_path: Path) -> None:
    for number in range(1, 5):
        media.tiff(tmp_path / f"a.{number:04}.tif")
        media.png(tmp_path / f"b.{number:04}.png")
    media.by_pillow(tmp_path / "a.0003.tif")
    odd = {entry["attribute"]: entry for entry in told(tmp_path / "a.####.tif")["sequence"]["header_differences"]}
    assert odd["depth"] == {"part": 0, "attribute": "depth", "expected": "uint16", "frames": "3", "value": "uint8"}
    assert told(tmp_path / "b.####.png")["sequence"]["header_differences"] == []


@pytest.mark.parametrize("odd", ["0001", "0003"])
def test_a_frame_of_another_format_is_no_frame_of_the_sequence(tmp_path: Path, odd: str) -> None:
    frames(tmp_path, range(1, 5), lambda number: [timecode(f"01:00:00:{number:02}")])
    media.png(tmp_path / f"sh.{odd}.exr")
    document = told(tmp_path / "sh.####.exr", stats=True)
    sequence = document["sequence"]
    reason = "it is a PNG file, not an OpenEXR file as the other frames"
    assert sequence["unreadable"] == [{"frames": str(int(odd)), "reason": reason}]
    assert (sequence["without_header"], sequence["header_differences"]) == (str(int(odd)), [])
    assert sequence["timecode"]["without"] == ""
    assert document["file"]["format"] == "openexr"
    assert document["representative"]["parts"]


def test_a_frame_that_kills_its_reader_costs_one_row_and_no_other_sequence(tmp_path: Path) -> None:
    frames(tmp_path / "a", range(1, 8))
    frames(tmp_path / "b", range(11, 18))
    with FrameReaders("tests.inspection.handlers:crash_at_3") as readers:
        first, second = (
            inspect_sequence(found.directory, found.sequence, InspectOptions(), None, Job(), readers)["sequence"]
            for found in (find_sequence(f"{tmp_path}/{folder}/sh.####.exr") for folder in "ab")
        )
    (unreadable,) = first["unreadable"]
    assert unreadable["frames"] == "3"
    assert "reader was ended" in unreadable["reason"]
    assert (second["unreadable"], second["frame_count"]) == ([], 7)


def test_a_cancelled_inspection_ends(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 4))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        told(tmp_path / "sh.####.exr", job=Job(token=token))


def test_a_header_that_lacks_a_required_attribute_is_unreadable_not_cut_off(tmp_path: Path) -> None:
    frames(tmp_path, range(1, 5))
    path = tmp_path / "sh.0002.exr"
    path.write_bytes(path.read_bytes().replace(b"displayWindow", b"displayWindoW"))
    sequence = told(tmp_path / "sh.####.exr")["sequence"]
    assert sequence["truncated"] == ""
    assert [entry["frames"] for entry in sequence["unreadable"]] == ["2"]
    assert {entry["attribute"] for entry in sequence["header_differences"]} == {"displayWindow", "displayWindoW"}


def test_dpx_frames_have_time_codes_too(tmp_path: Path) -> None:
    for frame in range(1, 5):
        path = media.dpx(tmp_path / f"a.{frame:04}.dpx")
        data = bytearray(path.read_bytes())
        big = data[:4] == b"SDPX"
        word = 0x01000000 | (frame if frame < 4 else 9)
        data[1920:1924] = struct.pack(">I" if big else "<I", word)
        path.write_bytes(data)
    found = told(tmp_path / "a.####.dpx")["sequence"]["timecode"]
    assert (found["first"], found["last"]) == ("01:00:00:01", "01:00:00:09")
    assert [(jump["frame"], jump["expected"]) for jump in found["breaks"]] == [(4, "01:00:00:04")]


def test_a_hundred_thousand_frames_fit_into_little_memory() -> None:
    count = 100_000
    names = ("timeCode", "imageCounter", "capDate", "renderHash")
    tracemalloc.start()
    heads = FrameHeads(count)
    heads.table = [dict.fromkeys(names, 2)]
    for index in range(count):
        row = [WHOLE, 1000, 0, "", [[0, name, index * 4 + 6] for name in names], index, "an OpenEXR file"]
        heads.take(index, row)
    found = compared_headers(heads)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.varying == [(0, name) for name in sorted(names)]
    assert peak < 64 << 20


def test_frames_that_each_have_attributes_of_their_own_are_bounded() -> None:
    heads = FrameHeads(20_000)
    for index in range(3000):
        heads.take(index, [WHOLE, 1000, 0, "", [[0, f"own{index}", 6]], None, ""])
    assert heads.more
    assert len(heads.columns) < 1000


def test_of_tiles_none_is_missing(tmp_path: Path) -> None:
    frames(tmp_path, (1001, 1002, 1011), name="wood.{}.exr")
    sequence = told(tmp_path / "wood.<UDIM>.exr")["sequence"]
    assert sequence["udim"] is True
    assert (sequence["missing"], sequence["missing_inner"], sequence["missing_count"], sequence["gap_count"]) == (
        "", "", 0, 0,
    )  # fmt: skip
