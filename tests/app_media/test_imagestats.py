"""Statistics of stills other than OpenEXR: the figures of OpenImageIO, in codes where they are codes."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses
import pytest
from PIL import Image

from app.media.document import document_of
from app.media.opening import opened
from app.media.tiffstrips import directories
from app.model.inspecting import InspectOptions
from tests import media
from tests.app_media.test_pixelstats import agrees


def statistics(path: Path, sample: int = 1) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    document = document_of(str(path), InspectOptions(stats=True, sample=sample))
    return document["stats"]["parts"], document["errors"]


@pytest.mark.parametrize(
    ("make", "kind", "most"),
    [(media.dpx, "uint16", 1023), (media.tiff, "uint16", 65535), (media.png, "uint8", 255), (media.jpeg, "uint8", 255)],
)
def test_figures_are_those_of_the_library(make: Any, kind: str, most: int, tmp_path: Path) -> None:
    path = make(tmp_path / f"a.{make.__name__}")
    (part,), errors = statistics(path)
    assert (part["supported"], part["complete"], part["rows"], errors) == (True, True, "0-35", [])
    assert (part["type"], part["code_max"]) == (kind, most)
    agrees(path, part)


def test_codes_are_counted_exactly(tmp_path: Path) -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(codes).save(tmp_path / "a.png")
    (part,), _ = statistics(tmp_path / "a.png")
    (channel,) = part["channels"]
    assert (channel["min"], channel["max"], channel["zero_count"]) == (0, 1, 1)
    assert channel["percentiles"]["50"] * part["code_max"] == pytest.approx(127)
    assert channel["histogram"]["counts"] == [2] * 128
    assert (channel["histogram"]["edges"][0], channel["histogram"]["edges"][-1]) == (0, 1)


def test_colours_are_not_multiplied_by_alpha(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[..., 0], pixels[..., 3] = 200, 51
    Image.fromarray(pixels).save(tmp_path / "a.png")
    (part,), _ = statistics(tmp_path / "a.png")
    means = {channel["name"]: channel["mean"] * 255 for channel in part["channels"]}
    assert means == pytest.approx({"R": 200, "G": 0, "B": 0, "A": 51})


def test_each_page_of_a_tiff(tmp_path: Path) -> None:
    pages = [Image.new("L", (8, 8), value) for value in (10, 20, 30)]
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    parts, _ = statistics(tmp_path / "a.tiff")
    assert [round(part["channels"][0]["mean"] * 255) for part in parts] == [10, 20, 30]


def test_floats_of_a_tiled_tiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    spec = oiio.ImageSpec(100, 70, 2, oiio.FLOAT)
    spec.tile_width = spec.tile_height = 32
    spec.channelnames = ("R", "G")
    pixels = np.random.default_rng(1).normal(0, 1, (70, 100, 2)).astype(np.float32)
    pixels[3, 3, 0] = np.nan
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(pixels)
    out.close()
    (part,), errors = statistics(path)
    assert (part["complete"], errors) == (True, [])
    assert part["channels"][0]["nan_count"] == 1
    agrees(path, part)


@pytest.mark.parametrize("make", [media.dpx, media.png, media.jpeg, media.tiff])
def test_a_picture_that_is_cut_off_is_told(make: Any, tmp_path: Path) -> None:
    path = media.truncated(tmp_path / f"a.{make.__name__}", make, 0.8)
    parts, errors = statistics(path)
    assert errors
    assert not all(part.get("complete") for part in parts)


def test_what_is_not_decoded_is_not_called_damaged(tmp_path: Path) -> None:
    (part,), errors = statistics(media.svg(tmp_path / "a.svg"))
    assert (part["supported"], part["channels"]) == (False, [])
    assert [error["code"] for error in errors] == ["pixels.not_supported"]


def test_pictures_that_only_pillow_reads(tmp_path: Path) -> None:
    (part,), errors = statistics(media.by_pillow(tmp_path / "a.avif"))
    assert (part["complete"], errors) == (True, [])
    assert 0.4 < part["channels"][0]["mean"] < 0.6


def noise(path: Path, compression: str, **how: int) -> Path:
    """A TIFF of 200 × 120 floats in strips of 32 rows, or in tiles."""
    values = np.random.default_rng(3).random((120, 200, 1)).astype(np.float32)
    spec = oiio.ImageSpec(200, 120, 1, "float")
    spec.attribute("compression", compression)
    spec.attribute("tiff:RowsPerStrip", 32)
    spec.tile_width = spec.tile_height = how.get("tile", 0)
    spec.attribute("tiff:bigtiff", how.get("big", 0))
    output = oiio.ImageOutput.create(str(path))
    assert output.open(str(path), spec)
    assert output.write_image(values)
    output.close()
    return path


@pytest.mark.parametrize(("how", "rows"), [({}, "64-95"), ({"big": 1}, "64-95"), ({"tile": 64}, "64-119")])
def test_damage_that_the_library_unpacks_in_silence_is_found_by_its_checksum(
    how: dict[str, int], rows: str, tmp_path: Path
) -> None:
    path = noise(tmp_path / "a.tif", "zip", **how)
    (part,), errors = statistics(path)
    assert (errors, part["complete"]) == ([], True)
    content = bytearray(path.read_bytes())
    at = round(len(content) * 0.65)
    content[at] ^= 1
    path.write_bytes(content)
    (part,), errors = statistics(path)
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", rows)]
    assert not part["complete"]
    first, last = map(int, rows.split("-"))
    assert part["channels"][0]["finite_count"] == 200 * (120 - (last - first + 1))
    assert 0 <= part["channels"][0]["min"] <= part["channels"][0]["max"] <= 1


def test_strips_behind_a_damaged_one_are_counted(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.tif", "lzw")
    content = bytearray(path.read_bytes())
    at = round(len(content) * 0.62)
    content[at : at + 400] = bytes(400)
    path.write_bytes(content)
    (part,), errors = statistics(path)
    assert [error["rows"] for error in errors] == ["64-95"]
    assert part["rows"] == "0-63,96-119"


def test_strips_that_a_cut_took_away_are_told_as_one_stretch(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.tif")
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[: len(whole) * 2 // 3])
    _, errors = statistics(tmp_path / "a.tif")
    assert [error["rows"].rpartition("-")[2] for error in errors if error.get("rows")] == ["199"]
    assert errors[-1]["message"] == "pixels cannot be decoded: the file ends before their end"


def noisy(path: Path, **how: Any) -> Path:
    """300 rows of noise, cut in half."""
    pixels = np.random.default_rng(3).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, **how)
    path.with_stem("whole").write_bytes(path.read_bytes())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_rows_before_a_cut_are_counted_and_what_the_decoder_makes_up_is_not(name: str, tmp_path: Path) -> None:
    path = noisy(tmp_path / name)
    (part,), errors = statistics(path)
    first, last = map(int, part["rows"].split("-"))
    assert (first, 120 <= last < 160, part["complete"]) == (0, True, False)
    assert [error["rows"] for error in errors if error.get("rows")] == [f"{last + 1}-299"]
    whole = np.asarray(Image.open(path.with_stem("whole")))[: last + 1] / 255
    assert [channel["mean"] for channel in part["channels"]] == pytest.approx(whole.mean((0, 1)), abs=0.001)
    assert [channel["stddev"] for channel in part["channels"]] == pytest.approx(whole.std((0, 1)), abs=0.001)


def test_no_row_of_a_progressive_picture_that_is_cut_off_is_counted(tmp_path: Path) -> None:
    (part,), errors = statistics(noisy(tmp_path / "a.jpg", progressive=True))
    assert (part["rows"], part["complete"], errors[-1]["rows"]) == ("", False, "0-299")


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_a_jpeg_that_lost_its_end_mark_alone_is_counted_whole(how: dict[str, Any], tmp_path: Path) -> None:
    path = noisy(tmp_path / "a.jpg", **how)
    path.write_bytes(path.with_stem("whole").read_bytes()[:-2])
    (part,), errors = statistics(path)
    (whole,), _ = statistics(path.with_stem("whole"))
    assert (part["rows"], part["complete"], [error["code"] for error in errors]) == ("0-299", False, ["media.damaged"])
    assert part["channels"] == whole["channels"]


def test_rows_of_a_cut_jpeg_are_not_counted_behind_another_warning_which_hides_that_they_are_made_up(
    tmp_path: Path,
) -> None:
    path = noisy(tmp_path / "a.jpg")
    for place, complete in ((path, False), (path.with_stem("whole"), True)):
        data = place.read_bytes()
        place.write_bytes(data[:20] + bytes(3) + data[20:])
        (part,), errors = statistics(place)
        assert (part["rows"], part["complete"]) == ("0-299" if complete else "", complete)
        assert [error["rows"] for error in errors if error.get("rows")] == ([] if complete else ["0-299"])


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.jpg", "a.dpx", "a"])
def test_values_are_those_of_the_content_whatever_its_name_says(name: str, tmp_path: Path) -> None:
    pixels = np.full((8, 8), 0.25, np.float32)
    pixels[1, 2], pixels[3, 4] = np.nan, np.inf
    Image.fromarray(pixels).save(tmp_path / "true.tif")
    (tmp_path / name).write_bytes((tmp_path / "true.tif").read_bytes())
    (part,), _ = statistics(tmp_path / name)
    assert (part["channels"][0]["nan_count"], part["channels"][0]["inf_count"]) == (1, 1)
    assert [part] == statistics(tmp_path / "true.tif")[0]


def test_a_reason_that_the_library_gives_twice_is_told_once(tmp_path: Path) -> None:
    _, errors = statistics(noisy(tmp_path / "a.tif"))
    assert [error["message"] for error in errors if error.get("rows")] == [
        "pixels cannot be decoded: the file ends before their end"
    ]


def test_each_frame_of_a_moving_picture_that_only_pillow_reads(tmp_path: Path) -> None:
    stills = [Image.new("RGB", (16, 16), (value,) * 3) for value in (0, 100, 200)]
    stills[0].save(tmp_path / "a.avif", save_all=True, append_images=stills[1:], duration=100)
    parts, errors = statistics(tmp_path / "a.avif")
    assert [round(part["channels"][0]["mean"] * 255) for part in parts] == pytest.approx([0, 100, 200], abs=2)
    assert errors == []


@pytest.mark.parametrize(("pages", "codes"), [(256, []), (257, ["pixels.not_supported"])])
def test_pages_that_are_not_counted_are_said(pages: int, codes: list[str], tmp_path: Path) -> None:
    page = Image.new("L", (2, 2), 9)
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page] * (pages - 1))
    parts, errors = statistics(tmp_path / "a.tif")
    assert [part["index"] for part in parts if not part["supported"]] == list(range(256, pages))
    assert [error["code"] for error in errors] == codes


def test_a_strip_that_lies_where_no_file_reaches_is_damage(tmp_path: Path) -> None:
    entries = [(256, 3, 4), (257, 3, 4), (258, 3, 8), (259, 3, 8), (262, 3, 1), (273, 16, 2**64 - 5), (278, 3, 4),
               (279, 16, 9)]  # fmt: skip
    directory = b"".join(struct.pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in entries)
    head = b"II" + struct.pack("<HHHQQ", 43, 8, 0, 16, len(entries))
    (tmp_path / "a.tif").write_bytes(head + directory + bytes(64))
    _, errors = statistics(tmp_path / "a.tif")
    assert "pixels.damaged" in [error["code"] for error in errors]


@pytest.mark.parametrize("tile", [0, 16])
def test_a_deflated_strip_whose_end_was_changed_is_damaged(tile: int, tmp_path: Path) -> None:
    spec = oiio.ImageSpec(41, 37, 3, oiio.UINT8 if tile else oiio.FLOAT)
    spec["compression"], spec.tile_width, spec.tile_height = "zip", tile, tile
    out = oiio.ImageOutput.create(str(tmp_path / "a.tif"))
    pixels = np.random.default_rng(1).random((37, 41, 3)).astype(np.float32)
    assert out.open(str(tmp_path / "a.tif"), spec) and out.write_image((pixels * 255).astype("u1") if tile else pixels)
    out.close()
    assert statistics(tmp_path / "a.tif")[1] == []
    with opened(tmp_path / "a.tif") as file:
        tags = next(directories(file)) or {}
    places, lengths = (tags[324], tags[325]) if tile else (tags[273], tags[279])
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[places[-1] + lengths[-1] - 6] ^= 0x55
    (tmp_path / "a.tif").write_bytes(data)
    (error,) = statistics(tmp_path / "a.tif")[1]
    assert (error["code"], error["rows"].rpartition("-")[2]) == ("pixels.damaged", "36")


@pytest.mark.parametrize("name", ["a.dds", "a.ico", "a.tga"])
def test_codes_are_those_of_a_channel_whatever_a_pixel_takes(name: str, tmp_path: Path) -> None:
    still = Image.new("P", (16, 16), 2)
    still.putpalette([0, 0, 0, 90, 90, 90, 255, 255, 255])
    (still if name != "a.dds" else still.convert("RGB")).save(tmp_path / name)
    part, *_ = statistics(tmp_path / name)[0]
    assert (part["bits"], part["code_max"]) == (8, 255)


def test_checksums_are_looked_at_on_every_page_that_is_counted(tmp_path: Path) -> None:
    page, path = Image.linear_gradient("L").resize((16, 16)), tmp_path / "a.tif"
    page.save(path, save_all=True, append_images=[page] * 99, compression="tiff_adobe_deflate")
    with opened(str(path)) as file:
        tags = list(directories(file))[90]
    assert tags is not None
    last = tags[273][0] + tags[279][0] - 1
    data = bytearray(path.read_bytes())
    data[last] ^= 1
    path.write_bytes(data)
    _, errors = statistics(path)
    assert [(error["code"], error["part"]) for error in errors] == [("pixels.damaged", 90)]
