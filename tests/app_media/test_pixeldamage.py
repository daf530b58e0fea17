"""Damage in the pixels of OpenEXR files: found in every compression, told with its rows, the rest still counted."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from app.cli.attributetext import error_text
from tests import media
from tests.app_media import exrmaking
from tests.app_media.exrmaking import chunk_places, patched, planes, repointed, statistics, write

PACKED = ("rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab", "htj2k256", "htj2k32")
HEIGHT = 600


def picture(path: Path, packed: str) -> Path:
    """Several chunks of halves that every compression makes smaller, none of them zeros alone."""
    y, x = np.mgrid[0:HEIGHT, 0:200]
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 40, (HEIGHT, 200))
    values = (((x // 7 + y // 5) % 50 + noise) / 64 + 0.25).astype(np.float16)
    return write(path, {"G": values, "R": values * np.float16(0.5)}, packed)


def told(path: Path, **options: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    (part,), errors = statistics(path, **options)
    return part, [(error["code"], error["rows"]) for error in errors]


def middle(path: Path) -> tuple[str, tuple[int, int, int], int]:
    """The rows of the middle chunk, where it lies, how many rows there are outside it."""
    places = chunk_places(path)
    lines = -(-HEIGHT // len(places)) if len(places) > 3 else 256
    index = len(places) // 2
    first, last = index * lines, min(index * lines + lines, HEIGHT) - 1
    rows = f"{first}-{last}" if last > first else str(first)
    return rows, places[index], HEIGHT - (last - first + 1)


@pytest.mark.parametrize("packed", PACKED)
def test_samples_overwritten_with_zeros(packed: str, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", packed)
    rows, (_, start, end), left = middle(path)
    part, errors = told(patched(path, start, bytes(end - start)))
    assert errors == [("pixels.damaged", rows)]
    assert (part["supported"], part["complete"]) == (True, False)
    assert part["channels"][0]["finite_count"] == left * 200


@pytest.mark.parametrize("packed", ["zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab"])
def test_the_second_half_overwritten_with_zeros(packed: str, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", packed)
    rows, (_, start, end), _ = middle(path)
    at = (start + end) // 2
    assert told(patched(path, at, bytes(end - at)))[1] == [("pixels.damaged", rows)]


@pytest.mark.parametrize("packed", ["none", *PACKED])
def test_a_block_of_zeros_over_a_whole_chunk(packed: str, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", packed)
    rows, (at, _, end), _ = middle(path)
    assert told(patched(path, at, bytes(end - at)))[1] == [("pixels.damaged", rows)]


@pytest.mark.parametrize("packed", ["none", *PACKED])
def test_a_file_that_is_cut_off(packed: str, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", packed)
    rows, (_, start, end), _ = middle(path)
    path.write_bytes(path.read_bytes()[: (start + end) // 2])
    part, errors = told(path)
    first = int(rows.partition("-")[0])
    assert part["rows"] == f"0-{first - 1}"
    assert errors[0][1].split("-")[0] == str(first)
    assert errors[-1][1].split("-")[-1] == str(HEIGHT - 1)


@pytest.mark.parametrize("packed", ["zips", "zip", "pxr24"])
def test_a_single_flipped_byte_where_there_is_a_checksum(packed: str, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", packed)
    rows, (_, start, end), _ = middle(path)
    at = (start + end) // 2
    flipped = bytes([path.read_bytes()[at] ^ 0x10])
    assert told(patched(path, at, flipped))[1] == [("pixels.damaged", rows)]


@pytest.mark.parametrize(
    ("offset", "reason"),
    [(0, "never written"), (1 << 40, "beyond the end"), (9, "into the header"), (2**64 - 1, "beyond the end")],
)
def test_a_table_of_chunks_that_leads_astray(offset: int, reason: str, tmp_path: Path) -> None:
    path = repointed(picture(tmp_path / "a.exr", "zip"), 3, offset)
    (part,), errors = statistics(path)
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "48-63")]
    assert reason in errors[0]["message"]
    assert part["rows"] == "0-47,64-599"


def test_two_entries_of_the_table_with_one_chunk(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", "zip")
    places = chunk_places(path)
    _, errors = statistics(repointed(path, 5, places[2][0]))
    assert [(error["rows"], error["message"]) for error in errors] == [
        ("80-95", "the table of chunks leads to the chunk of row 32")
    ]


def test_a_chunk_of_another_part(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    packed = exrmaking.compression("zip")
    OpenEXR.File([
        OpenEXR.Part({"compression": packed, "type": OpenEXR.scanlineimage, "name": name}, planes("half"))
        for name in ("a", "b")
    ]).write(str(path))  # fmt: skip
    repointed(path, 1, chunk_places(path, 1)[1][0])
    parts, errors = statistics(path)
    assert [(error["part"], error["rows"]) for error in errors] == [(0, "16-31")]
    assert errors[0]["message"] == "the table of chunks leads to a chunk of part 1"
    assert [part["complete"] for part in parts] == [False, True]


def test_a_damaged_tile_is_told_with_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes("half"), "piz", tile=32)
    _, start, end = chunk_places(path)[4]
    (part,), errors = statistics(patched(path, start, bytes(end - start)))
    assert [(error["rows"], error["columns"]) for error in errors] == [("32-63", "32-63")]
    assert part["channels"][0]["finite_count"] == 70 * 100 - 32 * 32


def test_adjacent_damage_is_one_entry(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", "zips")
    places = chunk_places(path)
    patched(path, places[10][0], bytes(places[19][2] - places[10][0]))
    _, errors = told(path)
    assert [rows for _, rows in errors] == ["10-19"]


def test_much_damage_is_not_told_without_end(tmp_path: Path) -> None:
    path = picture(tmp_path / "a.exr", "zips")
    at = exrmaking.header_of(path).size
    table = np.frombuffer(path.read_bytes()[at : at + 8 * HEIGHT], "<u8").copy()
    table[::2] = 0
    patched(path, at, table.tobytes())
    _, errors = statistics(path)
    assert len(errors) == 101
    assert errors[-1]["message"] == "200 more stretches are damaged"


def test_black_is_not_damage(tmp_path: Path) -> None:
    for packed in ("none", *PACKED):
        for kind in (np.float16, np.float32):
            stored = {"R": np.zeros((300, 64), kind), "G": np.zeros((300, 64), kind)}
            assert told(write(tmp_path / "a.exr", stored, packed))[1] == [], packed


def test_a_matte_that_is_mostly_black_is_not_damage(tmp_path: Path) -> None:
    matte = np.zeros((300, 640), np.float16)
    matte[100:200, 200:400] = np.linspace(0, 1, 200, dtype=np.float16)
    matte[150] = -matte[150]
    for packed in PACKED:
        assert told(write(tmp_path / "a.exr", {"A": matte}, packed))[1] == [], packed


def bomb(path: Path, width: int, height: int, packed: int, chunk: bytes) -> Path:
    """One chunk of a picture of any size."""
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    made = media.raw_exr(path)
    whole = made.read_bytes()
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        at = whole.index(name) + len(name) + 4
        whole = whole[:at] + window + whole[at + 16 :]
    at = whole.index(b"compression\0compression\0") + 28
    whole = whole[:at] + bytes([packed]) + whole[at + 1 :]
    path.write_bytes(whole)
    size = exrmaking.header_of(path).size
    path.write_bytes(whole[:size] + struct.pack("<Q", size + 8) + struct.pack("<ii", 0, len(chunk)) + chunk)
    return path


def test_a_chunk_that_claims_too_much_is_damaged(tmp_path: Path) -> None:
    import zlib

    path = bomb(tmp_path / "a.exr", 1 << 24, 16, 3, zlib.compress(bytes(1 << 16), 9))
    _, errors = statistics(path)
    assert [error["code"] for error in errors] == ["pixels.damaged"]
    assert "too few for its samples of 536870912 bytes" in errors[0]["message"]


def test_a_chunk_that_inflates_to_more_than_its_samples_is_damaged(tmp_path: Path) -> None:
    import zlib

    path = bomb(tmp_path / "a.exr", 1 << 20, 1, 3, zlib.compress(bytes(1 << 28), 1))
    _, errors = statistics(path)
    assert [error["code"] for error in errors] == ["pixels.damaged"]


@pytest.mark.parametrize("packed", [0, 3, 4, 9])
def test_a_picture_of_terabytes_is_refused(packed: int, tmp_path: Path) -> None:
    (part,), errors = statistics(bomb(tmp_path / "a.exr", 1 << 30, 1 << 30, packed, bytes(100)))
    assert (part["supported"], part["channels"]) == (False, [])
    assert part["reason"].startswith("pixels not supported: ")
    assert [error["code"] for error in errors] == ["pixels.not_supported"]


def test_a_picture_of_a_billion_tiles_of_which_none_is_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes("half"), "none", tile=32)
    whole = path.read_bytes()
    for name in (b"dataWindow\0box2i\0", b"displayWindow\0box2i\0"):
        at = whole.index(name) + len(name) + 4
        whole = whole[:at] + struct.pack("<4i", 0, 0, (1 << 30) - 1, 15) + whole[at + 16 :]
    at = whole.index(b"tiles\0tiledesc\0") + 19
    path.write_bytes(whole[:at] + struct.pack("<II", 1, 1) + whole[at + 8 :])
    _, errors = statistics(path)
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "0-15")]


def test_an_unknown_compression_is_not_damage(tmp_path: Path) -> None:
    (part,), errors = statistics(bomb(tmp_path / "a.exr", 4, 1, 99, bytes(8)))
    assert (part["supported"], part["reason"]) == (False, "pixels not supported: the compression 99 is not known")
    assert errors[0]["code"] == "pixels.not_supported"


@pytest.mark.parametrize("packed", ["none", "rle", "zips", "zip"])
def test_subsampled_channels_are_counted_as_stored(packed: str, tmp_path: Path) -> None:
    made = planes("half", 64, 50)
    stored = {"Y": np.sort(made["R"]), "RY": np.sort(made["G"][:25, :32]), "BY": np.sort(made["B"][:25, :32])}
    (part,), errors = statistics(exrmaking.write_subsampled(tmp_path / "a.exr", stored, packed))
    assert errors == []
    for channel in part["channels"]:
        values = stored[channel["name"]].astype(np.float64)
        assert channel["finite_count"] == values.size
        assert channel["mean"] == pytest.approx(values.mean(), rel=1e-9)


def test_subsampled_channels_that_nobody_decodes_are_not_damage(tmp_path: Path) -> None:
    made = planes("half", 64, 50)
    path = exrmaking.write_subsampled(tmp_path / "a.exr", {"Y": made["R"], "RY": made["G"][:25, :32]}, "piz")
    (part,), errors = statistics(path)
    assert part["reason"] == "pixels not supported: sub-sampled channels in the compression piz"
    assert [error["code"] for error in errors] == ["pixels.not_supported"]


def test_a_large_chunk_is_read_in_pieces(tmp_path: Path) -> None:
    stored = planes("half", 1100, 1200, special=True)
    for packed in ("none", "zip", "zips"):
        path = write(tmp_path / "a.exr", stored, packed, tile=1200)
        (part,), errors = statistics(path)
        assert errors == []
        for channel in part["channels"]:
            values = stored[channel["name"]].astype(np.float64)
            finite = values[np.isfinite(values)]
            assert (channel["finite_count"], channel["max"]) == (finite.size, finite.max())
            assert channel["mean"] == pytest.approx(finite.mean(), rel=1e-9)


def test_damage_in_a_large_chunk(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes("half", 1100, 1200), "zip", tile=1200)
    _, start, end = chunk_places(path)[0]
    _, errors = statistics(patched(path, (start + end) // 2, bytes(500)))
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "0-1199")]


@pytest.mark.parametrize(("mode", "level"), [(1, (1, 1)), (1, (3, 3)), (2, (1, 0)), (2, (0, 2)), (2, (3, 3))])
def test_damage_in_a_smaller_level_alone_is_told(mode: int, level: tuple[int, int], tmp_path: Path) -> None:
    path = exrmaking.write_levels(tmp_path / "a.exr", 8, mode)
    part, errors = told(path)
    assert (errors, part["complete"]) == ([], True)
    head = struct.pack("<4i", 0, 0, *level)
    patched(path, path.read_bytes().rindex(head), struct.pack("<4i", 5, 0, *level))
    (part,), found = statistics(path)
    last = min(8 >> level[1], 4) - 3
    assert [(error["code"], error["level"], error["rows"]) for error in found] == [
        ("pixels.damaged", list(level), f"-2-{last}" if last > -2 else "-2")
    ]
    assert part["channels"][0]["finite_count"] == 64


def test_a_file_cut_off_in_its_smaller_levels_is_damaged(tmp_path: Path) -> None:
    path = exrmaking.write_levels(tmp_path / "a.exr", 8, 2)
    path.write_bytes(path.read_bytes()[:-30])
    (part,), errors = statistics(path)
    assert part["channels"][0]["finite_count"] == 64
    assert {error["code"] for error in errors} == {"pixels.damaged"}
    assert errors[-1]["level"] == [3, 3]


def test_more_channels_than_are_counted_at_once(tmp_path: Path) -> None:
    height = 40
    channels = {f"c{number:04}": np.full((height, 2), number % 7, np.float16) for number in range(1100)}
    seen: list[tuple[int, int]] = []
    path = write(tmp_path / "a.exr", channels, "zips")
    (part,), errors = statistics(path, progress=lambda done, total: seen.append((done, total)))
    assert errors == []
    assert [(channel["name"], channel["mean"]) for channel in part["channels"]] == [
        (name, float(plane[0, 0])) for name, plane in channels.items()
    ]
    assert part["rows"] == f"0-{height - 1}"
    assert max(seen)[0] <= height
    places = chunk_places(path)
    (part,), errors = statistics(patched(path, places[3][1], bytes(20)))
    assert [error["rows"] for error in errors] == ["3"]
    assert {channel["finite_count"] for channel in part["channels"]} == {2 * (height - 1)}


@pytest.mark.parametrize("packed", ["none", "zip"])
def test_more_channels_than_are_read_are_refused_in_words(packed: str, tmp_path: Path) -> None:
    channels = {f"c{number:04}": np.ones((1, 1), np.float16) for number in range(4097)}
    (part,), errors = statistics(write(tmp_path / "a.exr", channels, packed))
    assert not part["supported"]
    assert part["reason"] == "pixels not supported: it has 4,097 channels, and at most 4,096 are read"
    assert [error["code"] for error in errors] == ["pixels.not_supported"]


def test_the_level_of_damage_stands_in_what_a_person_reads(tmp_path: Path) -> None:
    path = exrmaking.write_levels(tmp_path / "a.exr", 8, 1)
    patched(path, path.read_bytes().rindex(struct.pack("<4i", 0, 0, 1, 1)), struct.pack("<4i", 5, 0, 1, 1))
    _, (error,) = statistics(path)
    assert error_text(error).startswith("level 1, 1, rows -2-1, columns -2-1: the table of chunks leads to")
