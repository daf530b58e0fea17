"""Headers that can be told and that other programs stumble over, or read otherwise than their attributes say."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from app.media.document import document_of
from app.media.frameheads import UNREADABLE, WHOLE, heads
from app.model.inspecting import InspectOptions
from tests import media
from tests.app_media.exrmaking import patched, write

Attribute = tuple[bytes, bytes, bytes]


def document(path: Path) -> dict[str, Any]:
    """The document, statistics included."""
    return document_of(str(path), InspectOptions(stats=True))


def told(found: dict[str, Any], code: str = "attribute.damaged") -> list[tuple[str, str]]:
    """Attribute and message of the errors of one code."""
    return [(error["attribute"], error["message"]) for error in found["errors"] if error["code"] == code]


def library_reads(path: Path) -> bool:
    """Whether OpenImageIO gives the pixels."""
    source = OpenImageIO.ImageInput.open(str(path))
    if source is None:
        OpenImageIO.geterror()
        return False
    pixels = source.read_image(0, 0, 0, 1, OpenImageIO.FLOAT)
    source.geterror()
    source.close()
    return pixels is not None and bool((np.asarray(pixels) == 0.5).all())


def replaced(path: Path, before: bytes, after: bytes) -> Path:
    """The file with other bytes, as many, at the first place where these are."""
    assert len(before) == len(after)
    return patched(path, path.read_bytes().index(before), after)


@pytest.mark.parametrize("kind", [b"tiledimage", b"deepscanline", b"volume"])
def test_the_flags_of_a_plain_file_say_what_it_is_and_not_a_type_that_was_copied(kind: bytes, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"type", b"string", kind), size=(4, 3))
    found = document(path)
    assert library_reads(path)
    assert found["parts"][0]["type"] == "scanlineimage"
    assert found["stats"]["parts"][0]["complete"]
    assert [error["code"] for error in found["errors"]] == ["attribute.contradicts"]


def test_tiles_whose_type_says_scan_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", {"Y": np.full((8, 8), 0.5, np.float16)}, "none", tile=4)
    replaced(path, b"tiledimage", b"scan_lines")
    found = document(path)
    assert library_reads(path)
    assert found["parts"][0]["tiled"]
    assert found["stats"]["parts"][0]["complete"]


@pytest.mark.parametrize("count", [1, 9])
def test_a_wrong_chunk_count_is_told_and_no_pixel_is_called_damaged_for_it(count: int, tmp_path: Path) -> None:
    y = np.full((4, 4), 0.5, np.float16)
    kind = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.NO_COMPRESSION}
    path = tmp_path / "a.exr"
    parts = [OpenEXR.Part({**kind, "name": name}, {"Y": y}) for name in ("a", "b")]
    OpenEXR.File(parts).write(str(path))
    replaced(path, b"chunkCount\0int\0" + struct.pack("<ii", 4, 4), b"chunkCount\0int\0" + struct.pack("<ii", 4, count))
    found = document(path)
    assert library_reads(path)
    assert [error["code"] for error in found["errors"]] == ["attribute.contradicts"]
    assert all(part["complete"] for part in found["stats"]["parts"])


def test_a_part_of_a_kind_that_nobody_knows_is_not_counted_as_scan_lines(tmp_path: Path) -> None:
    y = np.full((4, 4), 0.5, np.float16)
    parts = [OpenEXR.Part({"type": OpenEXR.scanlineimage, "name": name}, {"Y": y}) for name in ("a", "b")]
    path = tmp_path / "a.exr"
    OpenEXR.File(parts).write(str(path))
    replaced(path, b"scanlineimage", b"volumetricbox")
    first, second = document(path)["stats"]["parts"]
    assert (first["supported"], first["channels"]) == (False, [])
    assert "volumetricbox" in first["reason"]
    assert second["complete"]


def test_samples_lie_in_the_order_of_names_however_channels_are_listed(tmp_path: Path) -> None:
    planes = {name: np.full((4, 4), value, np.float16) for name, value in (("G", 0.25), ("R", 0.75))}
    path = write(tmp_path / "a.exr", planes, "none")
    replaced(replaced(path, b"chlist\0%c\0\0\0G" % 37, b"chlist\0%c\0\0\0X" % 37), b"R\0\1\0\0\0", b"G\0\1\0\0\0")
    replaced(path, b"X\0\1\0\0\0", b"R\0\1\0\0\0")
    found = document(path)
    assert [channel["name"] for channel in found["parts"][0]["channels"]] == ["R", "G"]
    means = {channel["name"]: channel["mean"] for channel in found["stats"]["parts"][0]["channels"]}
    library = OpenEXR.File(str(path), separate_channels=True).channels()
    assert means == {name: float(channel.pixels.mean()) for name, channel in library.items()} == {"G": 0.25, "R": 0.75}


@pytest.mark.parametrize(
    ("before", "after", "attribute", "reason"),
    [
        (b"dataWindow\0box2i\0", b"dataWindow\0box2f\0", "dataWindow", "is of the type box2f, not box2i"),
        (b"channels\0chlist\0", b"channels\0string\0", "channels", "is of the type string, not chlist"),
        (b"Ratio\0float\0\4\0\0\0\0\0\x80\x3f", b"Ratio\0float\0\4\0\0\0\0\0\0\0", "pixelAspectRatio", "cannot be 0"),
        (b"Ratio\0float\0\4\0\0\0\0\0\x80\x3f", b"Ratio\0float\0\4\0\0\0\0\0\xc0\x7f", "pixelAspectRatio",
         "cannot be nan"),
        (b"Width\0float\0\4\0\0\0\0\0\x80\x3f", b"Width\0float\0\4\0\0\0\0\0\x80\xbf", "screenWindowWidth",
         "cannot be -1"),
        (b"Y\0\1\0\0\0\0\0\0\0\1\0\0\0\1", b"Y\0\1\0\0\0\7\0\0\0\1\0\0\0\1", "channels", "pLinear of the channel Y"),
        (b"Y\0\1\0\0\0\0\0\0\0\1\0\0\0\1", b"Y\0\1\0\0\0\0\0\0\0\2\0\0\0\1", "channels", "does not divide"),
        (b"chlist\0\x13\0\0\0Y", b"chlist\0\x13\0\0\0\0", "channels", "the channel list is empty"),
    ],
)  # fmt: skip
def test_what_no_program_opens_is_told(
    before: bytes, after: bytes, attribute: str, reason: str, tmp_path: Path
) -> None:
    path = replaced(media.raw_exr(tmp_path / "a.exr", size=(3, 2)), before, after)
    assert not library_reads(path)
    ((named, message),) = told(document(path))
    assert named == attribute
    assert reason in message


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ((b"note", b"v2f", bytes(9)), "the 9 bytes of the attribute note are no v2f"),
        ((b"note", b"int", bytes(3)), "the 3 bytes of the attribute note are no int"),
        ((b"note", b"floatvector", bytes(7)), "the 7 bytes of the attribute note are no floatvector"),
        ((b"note", b"", b"x"), "the attribute note has no type"),
    ],
)
def test_an_attribute_whose_bytes_are_not_of_its_type(attribute: Attribute, reason: str, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", attribute)
    found = document(path)
    assert not library_reads(path)
    assert found["lossless"]
    ((named, message),) = told(found)
    assert (named, message.startswith(reason)) == ("note", True)


def test_tiles_of_another_type_are_damage_in_a_part_of_lines_too(tmp_path: Path) -> None:
    """OpenImageIO gives the pixels and complains of EXR_ERR_ATTR_TYPE_MISMATCH; `oiiotool` ends with an error."""
    path = media.raw_exr(tmp_path / "a.exr", (b"tiles", b"string", b"odd"))
    ((named, message),) = told(document(path))
    assert (named, "is of the type string, not tiledesc" in message) == ("tiles", True)


@pytest.mark.parametrize("kind", [b"string", b"vendorBlob"])
def test_text_in_latin_1_and_unknown_types_are_no_damage(kind: bytes, tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr", (b"note", kind, b"caf\xe9\0"))
    assert library_reads(path)
    assert document(path)["errors"] == []


def test_a_name_that_is_there_twice_keeps_other_programs_from_the_pixels(tmp_path: Path) -> None:
    note = b"note", b"string", b"one"
    path = media.raw_exr(tmp_path / "a.exr", note, note)
    assert not library_reads(path)
    ((_, message),) = told(document(path), "attribute.repeated")
    assert "programs that use OpenEXR 3 may not find the pixels" in message


def test_parts_without_name_and_type(tmp_path: Path) -> None:
    path = media.multipart_exr(tmp_path / "a.exr")
    replaced(path, b"name\0string", b"nome\0string")
    assert told(document(path), "attribute.absent") == [("name", "the required attribute name is absent")]


def test_a_frame_that_no_program_opens_is_no_whole_frame_of_a_sequence(tmp_path: Path) -> None:
    for frame in range(1001, 1004):
        media.raw_exr(tmp_path / f"a.{frame}.exr")
    broken = tmp_path / "a.1002.exr"
    replaced(broken, b"Ratio\0float\0\4\0\0\0\0\0\x80\x3f", b"Ratio\0float\0\4\0\0\0\0\0\0\0")
    rows: list[Any] = []
    heads(
        {"folder": str(tmp_path), "names": [f"a.{frame}.exr" for frame in range(1001, 1004)], "reference": None},
        lambda answer, _=b"": rows.extend(answer["rows"]),
    )
    assert [row[0] for row in rows] == [WHOLE, UNREADABLE, WHOLE]
    assert rows[1][3] == "the OpenEXR header is damaged: the pixelAspectRatio cannot be 0"
