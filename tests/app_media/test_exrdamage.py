"""EXR headers that lie, end early or have a byte wrong: an error that names the thing, never a crash, little memory."""

import json
import os
import struct
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import MediaError
from app.media.document import document_of
from app.media.exrbytes import header_bytes
from app.media.headerdiff import paired_parts
from app.model.inspecting import InspectOptions
from tests import media
from tests.app_media.exrattributes import ATTRIBUTES
from tests.app_media.exrmaker import DEEP, KINDS, MULTIPART, Made, Part, flags_of

SMALL = (
    *(Made(kind, (Part(kind, compression=3, window=(0, 0, 15, 7)),), flags_of(kind)) for kind in KINDS),
    Made(
        "several", tuple(Part(kind, name=kind.encode(), window=(0, 0, 15, 3)) for kind in KINDS[1:3]), MULTIPART | DEEP
    ),
    Made("attributes", (Part(more=tuple(one for one in ATTRIBUTES[::9] if len(one.raw) < 100)),)),
)


def document(path: Path) -> dict:
    return json.loads(json.dumps(document_of(str(path), InspectOptions()), allow_nan=False))


@contextmanager
def memory_below(mebibytes: float) -> Iterator[None]:
    """What is in the block takes no more memory than that at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < mebibytes * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("made", SMALL, ids=lambda made: made.name)
def test_a_header_that_ends_at_any_byte_is_an_error_and_nothing_worse(made: Made, tmp_path: Path) -> None:
    path, size = made.write(tmp_path), len(made.header())
    for length in range(path.stat().st_size - 1, size - 1, -1):
        os.truncate(path, length)
        found = document(path)
        assert found["lossless"]
        assert found["errors"][-1]["code"] == "chunks.cut_off"
    for length in range(size - 1, 0, -1):
        os.truncate(path, length)
        try:
            found = document(path)
        except MediaError as problem:
            assert problem.code in ("media.truncated", "media.other_format", "media.damaged")
        else:
            assert made.multipart
            assert not found["lossless"]
            assert found["errors"]


@pytest.mark.parametrize("made", SMALL, ids=lambda made: made.name)
def test_any_flipped_bit_of_a_header_is_told_or_kept(made: Made, tmp_path: Path) -> None:
    path = made.write(tmp_path)
    content = path.read_bytes()
    for at in range(len(made.header())):
        for bit in range(8):
            with one_byte(path, at, content[at] ^ 1 << bit) as changed:
                try:
                    found = document(path)
                except MediaError:
                    continue
                assert found["lossless"] == _follows(found, changed)


@contextmanager
def one_byte(path: Path, at: int, value: int) -> Iterator[bytes]:
    """The file with another byte somewhere, and its bytes; put right again afterwards."""
    content = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        file.seek(at)
        file.write(bytes((value,)))
        yield content[:at] + bytes((value,)) + content[at + 1 :]
        file.seek(at)
        file.write(content[at : at + 1])


def _follows(found: dict, content: bytes) -> bool:
    size = found["file"]["header_bytes"]
    return bool(header_bytes(found) == content[:size])


def test_flipped_bytes_do_not_make_memory_grow(tmp_path: Path) -> None:
    path = SMALL[0].write(tmp_path)
    content = path.read_bytes()
    with memory_below(2):
        for at in range(len(SMALL[0].header())):
            with one_byte(path, at, content[at] ^ 0xFF):
                try:
                    document(path)
                except MediaError:
                    continue


@pytest.mark.parametrize("size", [0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 64 << 20, 1 << 30])
def test_a_size_that_no_header_has_is_refused_before_anything_is_read(size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(b"v/1\1\2\0\0\0channels\0chlist\0" + struct.pack("<I", size))
    os.truncate(path, 1 << 33)
    with memory_below(1), pytest.raises(MediaError, match="has the size -|longer than 64 MiB"):
        document(path)


def test_a_header_of_nearly_64_mebibytes_takes_hardly_more_than_itself(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"blob", b"vendor", bytes((64 << 20) - 4096)))
    with memory_below(66):
        found = document(path)
    assert [error["code"] for error in found["errors"]] == ["attribute.omitted"]


def test_millions_of_attributes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(b"v/1\1\2\0\0\0" + b"a\0b\0\0\0\0\0" * 140_000)
    with memory_below(60), pytest.raises(MediaError, match="more than 131,072 attributes"):
        document(path)


def test_a_channel_list_without_end_names_itself(tmp_path: Path) -> None:
    channels = (b"Y\0" + struct.pack("<iB3xii", 1, 0, 1, 1)) * 70_000
    path = changed(tmp_path, b"channels\0chlist\0", channels)
    with memory_below(40):
        found = document(path)
    assert found["channels"] == []
    assert told(found, "attribute.damaged") == [("channels", "the channel list has more than 65,536 channels")]


def changed(folder: Path, before: bytes, raw: bytes) -> Path:
    """A small EXR with other bytes in one attribute."""
    path = media.raw_exr(folder / "a.exr", size=(2, 4))
    content = path.read_bytes()
    at = content.index(before) + len(before)
    size = int.from_bytes(content[at : at + 4], "little")
    path.write_bytes(content[:at] + struct.pack("<i", len(raw)) + raw + content[at + 4 + size :])
    return path


def told(found: dict, code: str) -> list[tuple[str, str]]:
    """Attribute and end of the message of the errors with a code."""
    return [
        (error["attribute"], error["message"].rpartition("damaged: ")[2])
        for error in found["errors"]
        if error["code"] == code
    ]


@pytest.mark.parametrize(
    ("before", "raw", "attribute", "reason"),
    [
        (b"dataWindow\0box2i\0", struct.pack("<4i", 5, 0, 4, 0), "dataWindow", "has no pixels: (5 0)-(4 0)"),
        (b"dataWindow\0box2i\0", struct.pack("<4i", 0, 2**31 - 1, 0, -(2**31)), "dataWindow", "has no pixels"),
        (b"dataWindow\0box2i\0", bytes(15), "dataWindow", "has 15 bytes, not 16"),
        (b"displayWindow\0box2i\0", struct.pack("<4i", 0, 5, 9, 4), "displayWindow", "has no pixels"),
        (b"compression\0compression\0", b"", "compression", "has 0 bytes, not 1"),
        (b"lineOrder\0lineOrder\0", b"\0\0", "lineOrder", "has 2 bytes, not 1"),
        (b"channels\0chlist\0", b"Y\0\1", "channels", "the channel list is cut off"),
        (b"channels\0chlist\0", b"Y", "channels", "the channel list has no end"),
        (b"channels\0chlist\0", b"Y\0\1\0\0\0\0\0\0\0\xff\xff\xff\xff\1\0\0\0\0", "channels", "sampled every -1, 1"),
    ],
)  # fmt: skip
def test_what_a_part_cannot_have_is_named_and_the_rest_is_told(
    before: bytes, raw: bytes, attribute: str, reason: str, tmp_path: Path
) -> None:
    found = document(changed(tmp_path, before, raw))
    (problem,) = told(found, "attribute.damaged")
    assert problem[0] == attribute
    assert reason in problem[1]
    assert found["lossless"]
    assert found["parts"][0]["pixel_aspect_ratio"] == 1.0
    assert [entry["name"] for entry in found["parts"][0]["attributes"]][:2] == ["channels", "compression"]


def test_the_largest_windows_there_can_be(tmp_path: Path) -> None:
    limits = struct.pack("<4i", -(2**31), -(2**31), 2**31 - 1, 2**31 - 1)
    found = document(changed(tmp_path, b"dataWindow\0box2i\0", limits))
    assert (found["parts"][0]["width"], found["parts"][0]["height"]) == (2**32, 2**32)
    assert found["errors"][-1]["code"] == "chunks.cut_off"


@pytest.mark.parametrize("size", [(0, 4), (4, 0)])
def test_tiles_without_pixels(size: tuple[int, int], tmp_path: Path) -> None:
    tiles = struct.pack("<IIB", *size, 0)
    found = document(media.raw_exr(tmp_path / "a.exr", (b"tiles", b"tiledesc", tiles), flags=0x200))
    assert ("tiles", "the tiles have no pixels") in told(found, "attribute.damaged")


def test_a_level_mode_that_nobody_knows(tmp_path: Path) -> None:
    tiles = struct.pack("<IIB", 8, 8, 5)
    found = document(media.raw_exr(tmp_path / "a.exr", (b"tiles", b"tiledesc", tiles), flags=0x200))
    assert ("tiles", "the level mode 5 of the tiles is not known") in told(found, "attribute.damaged")
    assert found["parts"][0]["level_mode"] is None


def test_a_chunk_count_that_is_not_what_the_windows_make(tmp_path: Path) -> None:
    found = document(media.raw_exr(tmp_path / "a.exr", (b"chunkCount", b"int", struct.pack("<i", 1)), size=(2, 4)))
    assert ("chunkCount", "chunkCount says 1, but windows and compression make 4 chunks") in told(
        found, "attribute.contradicts"
    )


@pytest.mark.parametrize(
    ("offset", "code", "words"),
    [
        (0, "chunks.absent", "1 of 4 chunks were never written"),
        (9, "chunks.outside", "points into the header"),
        (2**40, "chunks.cut_off", "the last of its 4 chunks begins at 1099511627776"),
        (2**63, "chunks.outside", "the table of chunks is damaged"),
        (-1, "chunks.outside", "the table of chunks is damaged"),
    ],
)
def test_a_chunk_table_that_points_elsewhere(offset: int, code: str, words: str, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", size=(2, 4))
    content = path.read_bytes()
    at = document(path)["file"]["header_bytes"] + 8
    path.write_bytes(content[:at] + (offset % 2**64).to_bytes(8, "little") + content[at + 8 :])
    (error,) = document(path)["errors"]
    assert (error["code"], error["part"]) == (code, 0)
    assert words in error["message"]


def test_the_same_with_a_table_of_thousands(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", size=(1, 5000))
    assert document(path)["errors"] == []
    content = path.read_bytes()
    at = document(path)["file"]["header_bytes"] + 8 * 4000
    path.write_bytes(content[:at] + bytes(16) + content[at + 16 :])
    assert document(path)["errors"][0]["message"] == "2 of 5000 chunks were never written"


def test_a_required_attribute_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(b"v/1\1\2\0\0\0owner\0string\0\2\0\0\0us\0")
    found = document(path)
    assert found["lossless"]
    assert found["attributes"] == {"owner": "us"}
    assert [error["attribute"] for error in found["errors"] if error["code"] == "attribute.absent"] == [
        "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio",
        "screenWindowCenter", "screenWindowWidth",
    ]  # fmt: skip


def test_another_version_tells_what_can_be_told(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", flags=1)
    found = document(path)
    assert (found["file"]["version"], found["lossless"]) == (3, True)
    assert [error["message"] for error in found["errors"]] == ["version 3 with flags 0x0 is not known"]


def packed(*attributes: tuple[bytes, bytes, bytes]) -> bytes:
    """Attributes as they lie in a header, with the end of their part."""
    pieces = (b"%b\0%b\0%b%b" % (name, kind, struct.pack("<i", len(raw)), raw) for name, kind, raw in attributes)
    return b"".join(pieces) + b"\0"


def listed(name: bytes) -> bytes:
    return name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1)


def test_the_last_of_very_many_channels_twice_is_told_at_once(tmp_path: Path) -> None:
    channels = b"".join(listed(b"%05d" % number) for number in range(65_500)) + listed(b"65499") + b"\0"
    path = tmp_path / "a.exr"
    path.write_bytes(struct.pack("<II", 20000630, 2) + packed((b"channels", b"chlist", channels)))
    before = time.thread_time()
    said = [error["message"] for error in document(path)["errors"]]
    assert "the channel 65499 is listed more than once" in said
    assert time.thread_time() - before < 8


def test_the_pixels_of_very_many_parts_are_sought_in_time(tmp_path: Path) -> None:
    window = b"dataWindow", b"box2i", struct.pack("<4i", 0, 0, 1, 1)
    about = (b"channels", b"chlist", listed(b"Y") + b"\0"), (b"compression", b"compression", b"\0"), window
    parts = (packed(*about, (b"name", b"string", b"%05d" % number)) for number in range(6_000))
    path = tmp_path / "a.exr"
    path.write_bytes(struct.pack("<II", 20000630, 2 | 0x1000) + b"".join(parts) + b"\0" + bytes(16))
    before = time.thread_time()
    found = document_of(str(path), InspectOptions(stats=True))
    assert {part["rows"] for part in found["stats"]["parts"]} == {""}
    names = [part["name"] for part in found["parts"]]
    assert paired_parts(names, names[::-1])[:2] == [(0, 5999), (1, 5998)]
    assert time.thread_time() - before < 12
