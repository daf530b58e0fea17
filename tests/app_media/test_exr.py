"""OpenEXR headers: every attribute kept, every lie in them found without a decode."""

import struct
from pathlib import Path

import pytest

from app.errors import MediaError
from app.media.exr import DEEP, LONG_NAMES, MULTIPART, read_header
from app.media.exrchunks import missing_data
from app.media.exrtiles import level_tiles
from app.media.opening import opened
from app.media.registry import inspect
from tests import media


def test_windows_channels_and_compression(tmp_path: Path) -> None:
    facts = inspect(media.exr(tmp_path / "a.exr", overscan=8, compression="piz"))
    assert (facts.kind, facts.format, facts.width, facts.height, facts.error) == ("image", "openexr", 80, 52, "")
    (part,) = facts.streams
    assert part["data_window"] == {"min": [-8, -8], "max": [71, 43]}
    assert part["display_window"] == {"min": [0, 0], "max": [63, 35]}
    assert part["compression"] == {"id": 4, "name": "piz"}
    assert [(channel["name"], channel["type"]) for channel in part["channels"]] == [
        ("A", "half"), ("B", "half"), ("G", "half"), ("R", "half"),
    ]  # fmt: skip
    assert part["chunk_count"] == 2
    assert facts.attributes["Software"] == "reelmark demo"


def test_parts_of_a_multipart_file(tmp_path: Path) -> None:
    facts = inspect(media.multipart_exr(tmp_path / "a.exr"))
    assert [(part["name"], [channel["name"] for channel in part["channels"]]) for part in facts.streams] == [
        ("rgba", ["A", "B", "G", "R"]), ("depth", ["Z"]), ("matte", ["matte.ball", "matte.rest"]),
    ]  # fmt: skip
    assert facts.streams[1]["channels"][0]["type"] == "float"
    assert facts.streams[2]["channels"][0]["layer"] == "matte"
    assert facts.error == ""


def test_tiles_and_levels(tmp_path: Path) -> None:
    (part,) = inspect(media.exr(tmp_path / "a.exr", tile=16)).streams
    assert (part["tiled"], part["tile_width"], part["level_mode"], part["chunk_count"]) == (True, 16, "one", 12)
    assert list(level_tiles(100, 40, (32, 32, 1, 0))) == [(4, 2), (2, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1)]
    assert sum(a * d for a, d in level_tiles(3, 2, (1, 1, 2, 1))) == (3 + 2 + 1) * (2 + 1)


def test_attributes_keep_order_type_and_bytes(tmp_path: Path) -> None:
    written = [(b"zeta", b"vendorBlob", b"\1\2\3"), (b"alpha", b"string", b"caf\xe9"), (b"empty", b"string", b"")]
    with opened(media.raw_exr(tmp_path / "a.exr", *written)) as file:
        (part,) = read_header(file).parts
    assert [(attribute.name, attribute.type, attribute.raw) for attribute in part.attributes[-3:]] == written


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (b"int", struct.pack("<i", -5), -5),
        (b"float", struct.pack("<f", float("inf")), "Infinity"),
        (b"double", struct.pack("<d", 1.5), 1.5),
        (b"string", b"", ""),
        (b"string", "ünï".encode(), "ünï"),
        (b"stringvector", struct.pack("<i", 4) + b"left" + struct.pack("<i", 0), ["left", ""]),
        (b"floatvector", struct.pack("<2f", 1, 2), [1, 2]),
        (b"v2i", struct.pack("<2i", 1, -2), [1, -2]),
        (b"box2f", struct.pack("<4f", 0, 1, 2, 3), {"min": [0, 1], "max": [2, 3]}),
        (b"m33f", struct.pack("<9f", *range(9)), [[0, 1, 2], [3, 4, 5], [6, 7, 8]]),
        (b"rational", struct.pack("<iI", 48000, 2002), {"n": 48000, "d": 2002}),
        (b"rational", struct.pack("<iI", 1, 0), {"n": 1, "d": 0}),
        (b"timecode", struct.pack("<II", 0x01020304 | 1 << 6, 9),
         {"time_and_flags": 0x01020344, "user_data": 9, "text": "01:02:03;04", "drop": True}),
        (b"envmap", b"\1", {"id": 1, "name": "cube"}),
        (b"compression", b"\x63", {"id": 99, "name": None}),
        (b"string", b"a\0b", {"type": "string", "bytes": 3}),
        (b"neverHeardOf", b"\1\2", {"type": "neverHeardOf", "bytes": 2}),
    ],
)  # fmt: skip
def test_values_by_type(kind: bytes, raw: bytes, value: object, tmp_path: Path) -> None:
    facts = inspect(media.raw_exr(tmp_path / "a.exr", (b"note", kind, raw)))
    assert facts.attributes["note"] == value
    assert facts.error == ""


def test_an_unknown_compression_is_kept_as_its_number(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr")
    path.write_bytes(path.read_bytes().replace(b"compression\0\1\0\0\0\0", b"compression\0\1\0\0\0\x4d"))
    facts = inspect(path)
    assert facts.streams[0]["compression"] == {"id": 77, "name": None}
    assert facts.streams[0]["chunk_count"] is None
    assert facts.error == ""


@pytest.mark.parametrize("keep", [0.98, 0.7, 0.4])
def test_a_file_that_lost_its_end_keeps_its_facts(keep: float, tmp_path: Path) -> None:
    facts = inspect(media.truncated(tmp_path / "a.exr", media.multipart_exr, keep))
    assert facts.width == 64
    assert len(facts.streams) == 3
    assert "the file is cut off" in facts.error


def test_a_file_that_ends_inside_its_header_says_so(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="ends inside the OpenEXR header"):
        inspect(media.truncated(tmp_path / "a.exr", media.raw_exr, 0.5))


def test_chunks_that_were_never_written(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", size=(2, 4))
    with opened(path) as file:
        table = read_header(file).size
    content = bytearray(path.read_bytes())
    content[table + 8 : table + 24] = bytes(16)
    path.write_bytes(content)
    assert inspect(path).error == "2 of 4 chunks were never written"
    with opened(path) as file:
        assert missing_data(file, read_header(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"v/1\1\2\0\0\0name\0string\0\xff\xff\xff\xff", "has the size -1"),
        (b"v/1\1\2\0\0\0name\0string\0\xff\xff\xff\x7f", "longer than 64 MiB"),
        (b"v/1\1\2\0\0\0name\0string\0\xff\0\0\0x", "ends inside"),
        (b"v/1\1\2\0\0\0" + b"n" * 300, "a name is longer than 255 bytes"),
        (b"v/1\1\2\0\0\0\0", "it holds no attribute"),
        (b"v/1\1\x05\0\0\0\0", "version 5"),
        (b"v/1\1\2\0\0\0a\0int\0\4\0\0\0\0\0\0\0\0", "the required attribute"),
        (b"v/1\1", "ends inside"),
    ],
)
def test_damaged_headers_are_refused_with_a_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=reason):
        inspect(path)


def test_a_chunk_count_that_no_file_could_hold(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"chunkCount", b"int", struct.pack("<i", 2**31 - 1)))
    assert inspect(path).error == ""  # windows and compression tell, as in the OpenEXR library
    path.write_bytes(path.read_bytes().replace(b"compression\0\1\0\0\0\0", b"compression\0\1\0\0\0\x4d"))
    assert inspect(path).error == "the file is cut off: it ends inside the table of chunks"


def test_damage_in_a_later_part_leaves_the_first(tmp_path: Path) -> None:
    path = media.multipart_exr(tmp_path / "a.exr")
    content = path.read_bytes()
    second = content.index(b"depth")
    path.write_bytes(content[:second])
    facts = inspect(path)
    assert [part["name"] for part in facts.streams] == ["rgba"]
    assert facts.error == "the file ends inside the OpenEXR header"


def test_flags_are_kept(tmp_path: Path) -> None:
    with opened(media.multipart_exr(tmp_path / "a.exr")) as file:
        header = read_header(file)
    assert header.flags & MULTIPART
    assert not header.flags & DEEP
    with opened(media.raw_exr(tmp_path / "b.exr", (b"n" * 200, b"int", bytes(4)), flags=LONG_NAMES)) as file:
        assert read_header(file).flags == LONG_NAMES


def test_agrees_with_the_reference_library(tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR")
    path = media.multipart_exr(tmp_path / "a.exr")
    reference = openexr.File(str(path), separate_channels=True)
    for theirs, ours in zip(reference.parts, inspect(path).streams, strict=True):
        assert theirs.name() == ours["name"]
        assert sorted(theirs.channels) == [channel["name"] for channel in ours["channels"]]
        assert (theirs.width(), theirs.height()) == (ours["width"], ours["height"])
