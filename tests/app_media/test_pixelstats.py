"""Statistics of OpenEXR pixels: the same figures as OpenImageIO's, on every kind of file that it reads."""

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses
import pytest

from app.errors import MediaError
from app.media.exr import read_header
from app.media.opening import opened
from app.media.pixelstats import exr_statistics
from tests.app_media import exrmaking
from tests.app_media.exrmaking import planes, statistics, write

KINDS = ("half", "float", "uint")
PACKED = (
    "none",
    "rle",
    "zips",
    "zip",
    "piz",
    "pxr24",
    "b44",
    "b44a",
    "dwaa",
    "dwab",
    "htj2k256",
    "htj2k32",
    "lj2k",
    "zstd",
)


def agrees(path: Path, part: dict[str, Any], index: int = 0) -> None:
    """The part's figures are those of the library, to 1e-5."""
    buffer = oiio.ImageBuf(str(path), index, 0)
    theirs = oiio.ImageBufAlgo.computePixelStats(buffer)
    whole = float(2**32 - 1) if buffer.spec().format == oiio.UINT else 1.0  # the library tells integers as 0-1
    names = list(buffer.spec().channelnames)
    assert sorted(names) == sorted(channel["name"] for channel in part["channels"])
    for channel in part["channels"]:
        at = names.index(channel["name"])
        for ours, field in (("min", "min"), ("max", "max"), ("mean", "avg"), ("stddev", "stddev")):
            assert channel[ours] == pytest.approx(getattr(theirs, field)[at] * whole, rel=1e-5, abs=1e-7)
        for ours, field in (("nan_count", "nancount"), ("inf_count", "infcount"), ("finite_count", "finitecount")):
            assert channel[ours] == getattr(theirs, field)[at]


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_those_of_the_library(kind: str, packed: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes(kind), packed)
    (part,), errors = statistics(path)
    assert (part["supported"], part["complete"], part["rows"], errors) == (True, True, "0-99", [])
    agrees(path, part)


@pytest.mark.parametrize("packed", ["none", "zip", "piz", "b44a", "dwab", "pxr24"])
@pytest.mark.parametrize("kind", KINDS)
def test_tiles_that_do_not_fill_the_picture(kind: str, packed: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes(kind), packed, tile=32)
    (part,), errors = statistics(path)
    assert (part["complete"], part["rows"], errors) == (True, "0-99", [])
    agrees(path, part)


@pytest.mark.parametrize("packed", ["none", "zip", "piz"])
@pytest.mark.parametrize("kind", ["half", "float"])
def test_not_finite_values_are_counted_apart(kind: str, packed: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes(kind, special=True), packed)
    (part,), _ = statistics(path)
    agrees(path, part)
    green = next(channel for channel in part["channels"] if channel["name"] == "G")
    assert (green["nan_count"], green["pos_inf_count"], green["neg_inf_count"], green["inf_count"]) == (3, 2, 1, 3)
    stored = planes(kind, special=True)["G"]
    finite = stored[np.isfinite(stored)]
    assert (green["zero_count"], green["negative_count"]) == (np.sum(finite == 0), np.sum(finite < 0))


def test_level_0_of_a_mipmap(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    buffer = oiio.ImageBuf(oiio.ImageSpec(100, 60, 3, oiio.HALF))
    oiio.ImageBufAlgo.noise(buffer, "uniform", 0, 1, False, 5)
    config = oiio.ImageSpec()
    config.attribute("maketx:fileformatname", "openexr")
    assert oiio.ImageBufAlgo.make_texture(oiio.MakeTxTexture, buffer, str(path), config)
    (part,), errors = statistics(path)
    assert errors == []
    assert part["channels"][0]["finite_count"] == 6000
    agrees(path, part)


def test_each_part_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    kinds = ("half", "float", "uint")
    packed = {"half": "dwaa", "float": "zip", "uint": "rle"}
    OpenEXR.File([
        OpenEXR.Part({"compression": exrmaking.compression(packed[kind]), "type": OpenEXR.scanlineimage, "name": kind},
                     planes(kind))
        for kind in kinds
    ]).write(str(path))  # fmt: skip
    parts, errors = statistics(path)
    assert errors == []
    for index, part in enumerate(parts):
        assert part["index"] == index
        agrees(path, part, index)


@pytest.mark.parametrize("packed", ["none", "zip", "piz", "dwaa", "b44"])
def test_types_side_by_side(packed: str, tmp_path: Path) -> None:
    special = packed not in ("dwaa", "b44")  # which give up what is not finite
    whole, half, wide = planes("uint"), planes("half", special=special), planes("float", special=special)
    channels = {"R": half["R"], "G": half["G"], "B": half["B"], "Z": wide["R"], "id.a": whole["R"], "N.x": wide["G"]}
    (part,), errors = statistics(write(tmp_path / "a.exr", channels, packed))
    assert errors == []
    for channel in part["channels"]:
        stored = channels[channel["name"]].astype(np.float64)
        finite = stored[np.isfinite(stored)]
        assert channel["finite_count"] == finite.size
        assert channel["mean"] == pytest.approx(finite.mean(), rel=1e-6 if special else 0.01)


@pytest.mark.parametrize("packed", ["zip", "dwaa"])
def test_names_of_any_kind(packed: str, tmp_path: Path) -> None:
    names = ["a" * 200, "Ärger.R", "R", "layer.with.many.G", "c00001", "0"]
    stored = dict(zip(names, [planes("half")["R"]] * len(names), strict=True))
    (part,), errors = statistics(write(tmp_path / "a.exr", stored, packed))
    assert errors == []
    assert {channel["name"] for channel in part["channels"]} == set(names)


def test_a_window_that_begins_below_zero(tmp_path: Path) -> None:
    window = (np.array([-9, -20], np.int32), np.array([60, 79], np.int32))
    path = write(tmp_path / "a.exr", planes("half"), "piz", dataWindow=window)
    (part,), errors = statistics(path)
    assert (part["rows"], errors) == ("-20-79", [])
    agrees(path, part)


def test_percentiles_are_values_that_pixels_have(tmp_path: Path) -> None:
    stored = planes("half", special=True)
    (part,), _ = statistics(write(tmp_path / "a.exr", stored))
    for channel in part["channels"]:
        values = stored[channel["name"]].astype(np.float64)
        finite = values[np.isfinite(values)]
        for share, told in channel["percentiles"].items():
            assert told == np.percentile(finite, float(share), method="inverted_cdf")


@pytest.mark.parametrize("kind", ["float", "uint"])
def test_percentiles_of_wide_types_are_near(kind: str, tmp_path: Path) -> None:
    stored = planes(kind, special=True)
    (part,), _ = statistics(write(tmp_path / "a.exr", stored))
    for channel in part["channels"]:
        values = stored[channel["name"]].astype(np.float64)
        finite = values[np.isfinite(values)]
        for share, told in channel["percentiles"].items():
            exact = np.percentile(finite, float(share), method="inverted_cdf")
            assert told == pytest.approx(exact, rel=1 / 128 if kind == "float" else 1 / 2048)


def test_a_value_that_fills_the_picture_is_told_as_it_is(tmp_path: Path) -> None:
    grey = np.full((20, 20), 0.18, np.float32)
    (part,), _ = statistics(write(tmp_path / "a.exr", {"Y": grey}))
    (channel,) = part["channels"]
    assert channel["percentiles"]["50"] == channel["min"] == channel["max"] == float(np.float32(0.18))
    assert channel["stddev"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_histogram_holds_every_finite_value(kind: str, tmp_path: Path) -> None:
    (part,), _ = statistics(write(tmp_path / "a.exr", planes(kind, special=True)))
    for channel in part["channels"]:
        bars = channel["histogram"]
        assert bars["scale"] == "stops"
        assert len(bars["edges"]) == len(bars["counts"]) + 1
        assert sum(bars["counts"]) + bars["below"] + bars["above"] == channel["finite_count"]
        assert bars["below"] == channel["negative_count"]


def test_bars_of_a_histogram_count_what_lies_between_their_edges(tmp_path: Path) -> None:
    stored = {"Y": np.array([[0.0, 0.18, 0.18, 1.0, 16.0, 65504.0]], np.float16)}
    (part,), _ = statistics(write(tmp_path / "a.exr", stored))
    bars = part["channels"][0]["histogram"]
    counts, _ = np.histogram(stored["Y"].astype(np.float64), bars["edges"])
    assert bars["counts"] == counts.tolist()


def test_normals_get_bars_from_lowest_to_highest(tmp_path: Path) -> None:
    normals = {"N": np.linspace(-1, 1, 4096).reshape(64, 64).astype(np.float32)}
    (part,), _ = statistics(write(tmp_path / "a.exr", normals))
    bars = part["channels"][0]["histogram"]
    assert (bars["scale"], bars["edges"][0], bars["edges"][-1], sum(bars["counts"])) == ("linear", -1, 1, 4096)
    assert min(bars["counts"]) > 0


def test_every_nth_block_of_lines(tmp_path: Path) -> None:
    stored = planes("half")
    (part,), errors = statistics(write(tmp_path / "a.exr", stored, "zip"), sample=3)
    assert (part["sample"], part["rows"], part["complete"], errors) == (3, "0-15,48-63,96-99", False, [])
    rows = np.r_[0:16, 48:64, 96:100]
    for channel in part["channels"]:
        assert channel["mean"] == pytest.approx(stored[channel["name"]][rows].astype(np.float64).mean(), rel=1e-6)


def test_progress_reaches_its_end(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    statistics(write(tmp_path / "a.exr", planes("half")), progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (7, 7)
    assert heard == sorted(heard)


def test_nothing_but_damage_is_no_statistics(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", planes("half"))
    header = exrmaking.header_of(path)
    path.write_bytes(path.read_bytes()[: header.size])
    (part,), errors = statistics(path)
    assert [channel["mean"] for channel in part["channels"]] == [None] * 3
    assert [channel["percentiles"]["50"] for channel in part["channels"]] == [None] * 3
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "0-99")]


def test_a_file_that_is_no_exr_is_refused_before(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(b"not at all" * 10)
    with opened(path) as file, pytest.raises(MediaError):
        exr_statistics(file, read_header(file))


@pytest.mark.parametrize("packed", ["none", "zip", "piz"])
def test_a_render_of_thousands_of_channels_is_measured(packed: str, tmp_path: Path) -> None:
    names = [f"layer{n // 4:04}.{'RGBA'[n % 4]}" for n in range(4096)]
    made = {name: np.full((4, 4), n / 4096, np.float16) for n, name in enumerate(names)}
    (part,), errors = statistics(write(tmp_path / "many.exr", made, packed))
    assert (part["supported"], part["complete"], errors) == (True, True, [])
    assert {channel["name"]: channel["max"] for channel in part["channels"]}["layer0512.R"] == 0.5


def test_more_channels_than_can_be_decoded_are_no_damage(tmp_path: Path) -> None:
    made = {f"layer{n:04}": np.zeros((2, 2), np.float16) for n in range(4097)}
    (part,), errors = statistics(write(tmp_path / "more.exr", made, "zip"))
    assert part["supported"] is False
    assert [error["code"] for error in errors] == ["pixels.not_supported"]


def test_of_a_large_tile_that_is_damaged_nothing_is_counted(tmp_path: Path) -> None:
    side = 2048
    tiles = OpenEXR.TileDescription()
    tiles.xSize = tiles.ySize = side
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.tiledimage, "tiles": tiles}
    values = (np.arange(side * side, dtype=np.uint32) % 1000).reshape(side, side)
    path = tmp_path / "large.exr"
    OpenEXR.File(header, {"R": values}).write(str(path))
    (sound,) = statistics(path)[0]
    assert sound["complete"]
    data = bytearray(path.read_bytes())
    data[-1] ^= 0xFF
    path.write_bytes(data)
    (part,) = statistics(path)[0]
    assert (part["rows"], part["channels"][0]["finite_count"]) == ("", 0)
