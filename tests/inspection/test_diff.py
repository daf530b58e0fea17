"""What `diff` tells of two pictures and of two sequences, with `idiff` of OpenImageIO as the peer."""

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses
import pytest
from PIL import Image

from app.cli.main import main
from app.jobs.children import stream
from app.jobs.job import CancelToken
from app.media.comparing import compare
from app.media.document import document_of
from app.media.heatpicture import ODD
from app.model.inspecting import InspectOptions
from tests import media
from tests.app_media.exrmaking import chunk_places, patched, planes, write
from tests.inspection.framekit import frames, string

IDIFF = shutil.which("idiff", path=str(Path(sys.executable).parent))


class Diff:
    """Runs `reelmark diff`."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def text(self, *arguments: object, code: int) -> str:
        self.capsys.readouterr()
        found = main(["--home", str(self.home), "diff", *map(str, arguments)])
        output = self.capsys.readouterr()
        assert found == code, output
        return output.out + output.err

    def json(self, *arguments: object, code: int) -> dict[str, Any]:
        return json.loads(self.text(*arguments, "--json", code=code))


@pytest.fixture
def diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Diff:
    return Diff(tmp_path / "home", capsys)


def picture(seed: int = 1, height: int = 90, width: int = 70, kind: Any = np.float32) -> np.ndarray:
    values = np.random.default_rng(seed).random((height, width))
    return (values * 1000).astype(kind) if np.issubdtype(kind, np.integer) else values.astype(kind)


def exr(path: Path, channels: dict[str, np.ndarray], **header: Any) -> Path:
    settings = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(settings, channels).write(str(path))
    return path


def test_a_file_and_its_copy_are_equal(tmp_path: Path, diff: Diff) -> None:
    channels = {"R": picture(), "G": picture(2), "B": picture(3)}
    channels["R"][5, 5], channels["G"][6, 6], channels["B"][0, 0] = np.nan, np.inf, -np.inf
    a, b = exr(tmp_path / "a.exr", channels), exr(tmp_path / "b.exr", channels)
    found = diff.json(a, b, "--pixels", code=0)
    assert found["equal"] is True
    assert found["header"] == found["errors"] == []
    assert [entry["channel"] for entry in found["pixels"]] == ["R", "G", "B"]
    assert all(entry["differing"] == entry["non_finite"] == 0 for entry in found["pixels"])
    assert "EQUAL in headers and pixels" in diff.text(a, b, "--pixels", code=0)


def test_a_tolerance_asks_for_the_pixels_and_the_document_says_whether_they_were_compared(
    tmp_path: Path, diff: Diff
) -> None:
    a, b = exr(tmp_path / "a.exr", {"R": picture()}), exr(tmp_path / "b.exr", {"R": picture() + np.float32(0.05)})
    assert diff.json(a, b, code=0)["pixels_compared"] is False
    assert diff.json(a, b, "--tolerance", "0.001", code=1)["pixels_compared"] is True
    assert diff.json(a, b, "--tolerance", "0", code=1)["pixels_compared"] is True
    assert "EQUAL in headers and pixels" in diff.text(a, b, "--tolerance", "0.1", code=0)


def test_attributes_channels_and_windows_that_differ(tmp_path: Path, diff: Diff) -> None:
    a = media.raw_exr(tmp_path / "a.exr", string(b"owner", b"ILM"), string(b"gone", b"x"), size=(4, 3))
    b = media.raw_exr(
        tmp_path / "b.exr", string(b"owner", b"Weta"), (b"isoSpeed", b"float", struct.pack("<f", 800)), size=(5, 3)
    )
    found = diff.json(a, b, code=1)
    window_a, window_b = ({"min": [0, 0], "max": [x, 2]} for x in (3, 4))
    assert found["header"] == [
        {"part": 0, "attribute": "dataWindow", "a": window_a, "b": window_b},
        {"part": 0, "attribute": "displayWindow", "a": window_a, "b": window_b},
        {"part": 0, "attribute": "owner", "a": "ILM", "b": "Weta"},
        {"part": 0, "attribute": "gone", "a": "x", "b": None},
        {"part": 0, "attribute": "isoSpeed", "a": None, "b": 800.0},
    ]
    assert found["pixels"] == []
    assert "owner" in diff.text(a, b, code=1)


def test_attributes_that_may_differ(tmp_path: Path, diff: Diff) -> None:
    a = media.raw_exr(tmp_path / "a.exr", string(b"capDate", b"2026:01:05 09:30:00"), size=(4, 3))
    b = media.raw_exr(tmp_path / "b.exr", string(b"capDate", b"2026:01:06 09:30:00"), size=(4, 3))
    assert diff.json(a, b, "--ignore", "cap*", "--pixels", code=0)["equal"] is True


def test_a_channel_of_another_type_and_one_that_is_not_there(tmp_path: Path, diff: Diff) -> None:
    a = exr(tmp_path / "a.exr", {"R": picture(), "Z": picture(2)})
    b = exr(tmp_path / "b.exr", {"R": picture().astype(np.float16), "A": picture(3)})
    entries = {entry["attribute"]: entry for entry in diff.json(a, b, code=1)["header"]}
    assert entries["channels.R"]["a"]["type"] == "float"
    assert entries["channels.R"]["b"]["type"] == "half"
    assert entries["channels.Z"]["b"] is None
    assert entries["channels.A"]["a"] is None


def test_parts_belong_together_by_name(tmp_path: Path, diff: Diff) -> None:
    def part(name: str, seed: int) -> OpenEXR.Part:
        return OpenEXR.Part({"compression": OpenEXR.ZIP_COMPRESSION}, {"Y": picture(seed)}, name)

    for name, order in (("a", "rgba depth matte"), ("b", "depth rgba"), ("c", "depth rgba matte")):
        OpenEXR.File([part(each, len(each)) for each in order.split()]).write(str(tmp_path / f"{name}.exr"))
    found = diff.json(tmp_path / "a.exr", tmp_path / "b.exr", "--pixels", code=1)
    assert found["header"] == [{"part": 2, "attribute": "part", "a": "matte", "b": None}]
    assert not any(entry["differing"] for entry in found["pixels"])
    assert diff.json(tmp_path / "a.exr", tmp_path / "c.exr", "--pixels", code=0)["equal"] is True


def test_the_place_and_size_of_the_errors(tmp_path: Path, diff: Diff) -> None:
    changed = picture()
    changed[40:43, 20:25] += 0.25
    changed[80, 3] += 0.5
    a, b = exr(tmp_path / "a.exr", {"Y": picture()}), exr(tmp_path / "b.exr", {"Y": changed})
    (entry,) = diff.json(a, b, "--pixels", code=1)["pixels"]
    assert entry["max_error"] == pytest.approx(0.5)
    assert entry["mean_error"] == pytest.approx((15 * 0.25 + 0.5) / 6300)
    assert entry["differing"] == 16
    assert entry["region"] == {"min": [3, 40], "max": [24, 80]}
    assert (entry["first"]["x"], entry["first"]["y"]) == (20, 40)
    (entry,) = diff.json(a, b, "--pixels", "--tolerance", "0.3", code=1)["pixels"]
    assert entry["differing"] == 1
    assert diff.json(a, b, "--pixels", "--tolerance", "0.6", code=0)["equal"] is True


def test_what_is_not_finite_on_one_side_only_is_told_apart(tmp_path: Path, diff: Diff) -> None:
    one, other = picture(), picture()
    one[1, 1] = other[1, 1] = np.nan
    one[2, 2], other[2, 2] = np.inf, -np.inf
    one[3, 3] = np.nan
    a, b = exr(tmp_path / "a.exr", {"Y": one}), exr(tmp_path / "b.exr", {"Y": other})
    (entry,) = diff.json(a, b, "--pixels", "--picture", tmp_path / "d.png", code=1)["pixels"]
    assert (entry["non_finite"], entry["differing"], entry["max_error"]) == (2, 2, 0.0)
    assert entry["compared"] == 90 * 70 - 3
    assert entry["first"] == {"x": 2, "y": 2, "a": "Infinity", "b": "-Infinity"}
    with Image.open(tmp_path / "d.png") as drawn:
        assert drawn.size == (70, 90)
        assert drawn.getpixel((2, 2)) == drawn.getpixel((3, 3)) == ODD
        assert drawn.getpixel((1, 1)) == (119, 119, 119)


def test_whole_numbers_of_an_exr_are_compared_exactly(tmp_path: Path, diff: Diff) -> None:
    ids = picture(kind=np.uint32) + np.uint32(3_000_000_000)
    changed = ids.copy()
    changed[7, 9] += 1
    a = exr(tmp_path / "a.exr", {"id": ids, "Y": picture()})
    b = exr(tmp_path / "b.exr", {"id": changed, "Y": picture()})
    entries = {entry["channel"]: entry for entry in diff.json(a, b, "--pixels", code=1)["pixels"]}
    assert (entries["id"]["max_error"], entries["id"]["differing"]) == (1.0, 1)
    assert entries["Y"]["differing"] == 0


def test_pixels_are_compared_where_both_have_some(tmp_path: Path, diff: Diff) -> None:
    whole = picture()

    def cropped(name: str, x0: int, y0: int, x1: int, y1: int) -> Path:
        box = (np.array([x0, y0], np.int32), np.array([x1, y1], np.int32))
        display = (np.array([0, 0], np.int32), np.array([69, 89], np.int32))
        pixels = np.ascontiguousarray(whole[y0 : y1 + 1, x0 : x1 + 1])
        return exr(tmp_path / name, {"Y": pixels}, dataWindow=box, displayWindow=display)

    a, b = cropped("a.exr", 0, 0, 49, 59), cropped("b.exr", 30, 20, 69, 89)
    found = diff.json(a, b, "--pixels", code=1)
    assert found["windows"] == [
        {"part": 0, "compared": {"min": [30, 20], "max": [49, 59]}, "only_a": 50 * 60 - 800, "only_b": 40 * 70 - 800}
    ]
    assert (found["pixels"][0]["compared"], found["pixels"][0]["differing"]) == (800, 0)
    assert [entry["attribute"] for entry in found["header"]] == ["dataWindow"]
    apart = diff.json(a, cropped("c.exr", 60, 70, 69, 89), "--picture", tmp_path / "d.png", code=1)
    assert (apart["windows"][0]["compared"], apart["pixels"]) == (None, [])


def test_tiles_against_lines(tmp_path: Path, diff: Diff) -> None:
    tiles = OpenEXR.TileDescription()
    tiles.xSize, tiles.ySize = 16, 32
    a = exr(tmp_path / "a.exr", {"Y": picture()})
    b = exr(tmp_path / "b.exr", {"Y": picture()}, type=OpenEXR.tiledimage, tiles=tiles)
    found = diff.json(a, b, "--pixels", code=1)
    assert found["pixels"][0]["differing"] == 0
    assert "tiles" in {entry["attribute"] for entry in found["header"]}


@pytest.mark.parametrize("kind", [np.float16, np.float32])
@pytest.mark.parametrize("compression", [OpenEXR.NO_COMPRESSION, OpenEXR.PIZ_COMPRESSION, OpenEXR.DWAA_COMPRESSION])
def test_errors_agree_with_idiff(tmp_path: Path, diff: Diff, kind: Any, compression: Any) -> None:
    """Of NaN idiff says only that the mean error is nan; the pixels here are finite."""
    for name, seed in (("a", 1), ("b", 4)):
        channels = {letter: picture(seed + place, kind=kind) for place, letter in enumerate("RGB")}
        exr(tmp_path / f"{name}.exr", channels, compression=compression)
    a, b = tmp_path / "a.exr", tmp_path / "b.exr"
    told = idiff(a, b, "-fail", "0.25")
    entries = diff.json(a, b, "--pixels", "--tolerance", "0.25", code=1)["pixels"]
    assert max(entry["max_error"] for entry in entries) == pytest.approx(told["Max error"], rel=1e-5)
    assert np.mean([entry["mean_error"] for entry in entries]) == pytest.approx(told["Mean error"], rel=1e-5)
    rms = np.sqrt(np.mean([entry["rms_error"] ** 2 for entry in entries]))
    assert rms == pytest.approx(told["RMS error"], rel=1e-5)


def test_sixteen_bit_stills_agree_with_idiff(tmp_path: Path, diff: Diff) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        pixels = (picture(seed) * 65535).astype(np.uint16)
        Image.fromarray(pixels).save(tmp_path / f"{name}.tif")
    told = idiff(tmp_path / "a.tif", tmp_path / "b.tif")
    (entry,) = diff.json(tmp_path / "a.tif", tmp_path / "b.tif", "--pixels", code=1)["pixels"]
    assert entry["max_error"] == pytest.approx(told["Max error"], rel=1e-5)
    assert entry["mean_error"] == pytest.approx(told["Mean error"], rel=1e-5)


def idiff(*arguments: object) -> dict[str, float]:
    assert IDIFF, "idiff comes with the wheel of OpenImageIO"
    printed = subprocess.run([IDIFF, *map(str, arguments)], capture_output=True, text=True, check=False).stdout
    return {name: float(value) for name, value in re.findall(r"(\w+ error)\s*= ([0-9.e+-]+)", printed)}


def test_a_still_against_one_of_another_format(tmp_path: Path, diff: Diff) -> None:
    media.png(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.save(tmp_path / "b.tif")
    found = diff.json(tmp_path / "a.png", tmp_path / "b.tif", "--pixels", code=1)
    assert {"part": 0, "attribute": "format", "a": "png", "b": "tiff"} in found["header"]
    assert not any(entry["differing"] for entry in found["pixels"])


def test_damaged_pixels_are_no_equal_pixels(tmp_path: Path, diff: Diff) -> None:
    smooth = np.linspace(0, 1, 6300, dtype=np.float32).reshape(90, 70)
    a, b = exr(tmp_path / "a.exr", {"Y": smooth}), exr(tmp_path / "b.exr", {"Y": smooth})
    data = bytearray(b.read_bytes())
    data[-300:-40] = bytes(260)
    b.write_bytes(data)
    found = diff.json(a, b, "--pixels", code=1)
    assert found["equal"] is None
    (error,) = found["errors"]
    assert error["rows"].endswith("-89")
    assert "NOT TOLD" in diff.text(a, b, "--pixels", code=1)


def test_what_both_have_is_compared_and_the_rest_told_with_its_file(tmp_path: Path, diff: Diff) -> None:
    a, b = (write(tmp_path / f"{name}.exr", planes("half"), "zip") for name in "ab")
    for path, index in ((a, 1), (b, 4)):
        _, start, end = chunk_places(path)[index]
        patched(path, start, bytes(end - start))
    found = diff.json(a, b, "--pixels", code=1)
    assert found["equal"] is None
    assert [(error["side"], error["rows"]) for error in found["errors"]] == [("a", "16-31"), ("b", "64-79")]
    assert {entry["compared"] for entry in found["pixels"]} == {70 * (100 - 32)}
    said = diff.text(a, b, "--pixels", code=1)
    assert f"not compared: {a.as_posix()}: rows 16-31: pixels cannot be decoded" in said
    assert f"not compared: {b.as_posix()}: rows 64-79: pixels cannot be decoded" in said
    assert "EQUAL" not in said
    whole = a.read_bytes()
    a.write_bytes(whole[: len(whole) // 2])
    cut = diff.json(a, b, "--pixels", code=1)
    assert [error["rows"] for error in cut["errors"] if error.get("side") == "b"] == ["64-79"]
    assert cut["equal"] is None


def test_frames_that_differ_in_what_is_ignored_alone_are_not_called_different(tmp_path: Path, diff: Diff) -> None:
    for version in (1, 2):
        owner = string(b"owner", b"%d" % version)
        frames(tmp_path, range(1000 + version, 1005), lambda _, owner=owner: [owner], name=f"sh_v00{version}.{{}}.exr")
    a, b = tmp_path / "sh_v001.####.exr", tmp_path / "sh_v002.####.exr"
    assert "DIFFERENT, frames 1002-1004" in diff.text(a, b, code=1)
    told = diff.text(a, b, "--ignore", "owner", code=1).splitlines()
    assert told == [
        "in A alone: 1001",
        "DIFFERENT: frames 1002-1004 are equal in headers, and frames are in A or in B alone",
    ]


def test_a_picture_is_a_png_and_named_so(tmp_path: Path, diff: Diff) -> None:
    a, b = (exr(tmp_path / f"{seed}.exr", {"Y": picture(seed)}) for seed in (1, 2))
    assert "name it so: --picture d.png" in diff.text(a, b, "--picture", tmp_path / "d.jpg", code=2)
    assert not (tmp_path / "d.jpg").exists()
    diff.text(a, b, "--picture", tmp_path / "D.PNG", code=1)
    assert (tmp_path / "D.PNG").read_bytes().startswith(b"\x89PNG")


def test_two_versions_of_a_sequence(tmp_path: Path, diff: Diff) -> None:
    def attributes(number: int) -> list[tuple[bytes, bytes, bytes]]:
        return [string(b"software", b"2.0" if version == 2 and number in (1003, 1004) else b"1.0")]

    for version in (1, 2):
        frames(tmp_path, range(1000 + version, 1008), attributes, name=f"sh_v00{version}.{{}}.exr")
    changed = tmp_path / "sh_v002.1006.exr"
    changed.write_bytes(changed.read_bytes()[:-2] + struct.pack("<e", 0.75))
    a, b = tmp_path / "sh_v001.####.exr", tmp_path / "sh_v002.####.exr"
    found = diff.json(a, b, "--picture", tmp_path / "d.png", code=1)
    assert found["frames"] == {
        "compared": "1002-1007", "equal": "1002,1005,1007", "different": "1003-1004,1006", "not_compared": "",
        "only_a": "1001", "only_b": "",
    }  # fmt: skip
    assert found["header"] == [{"part": 0, "attribute": "software", "a": "1.0", "b": "2.0", "frames": "1003-1004"}]
    (entry,) = found["pixels"]
    assert (entry["max_error"], entry["differing"], entry["frames"], entry["worst_frame"]) == (0.25, 1, "1006", 1006)
    assert found["picture_frame"] == 1006
    with Image.open(tmp_path / "d.png") as drawn:
        assert drawn.getpixel((3, 2)) != drawn.getpixel((0, 0))
    assert "only" not in diff.text(a, b, code=1)


def test_a_shifted_version(tmp_path: Path, diff: Diff) -> None:
    for name, start in (("a", 1), ("b", 101)):
        frames(
            tmp_path,
            range(start, start + 4),
            lambda number: [string(b"n", b"%d" % (number % 100))],
            name=name + ".{}.exr",
        )
    found = diff.json(tmp_path / "a.####.exr", tmp_path / "b.####.exr", "--offset", 100, "--pixels", code=0)
    assert (found["equal"], found["frames"]["equal"]) == (True, "1-4")
    none = diff.json(tmp_path / "a.####.exr", tmp_path / "b.####.exr", code=1)
    assert (none["frames"]["only_a"], none["frames"]["only_b"]) == ("1-4", "101-104")


def test_an_attribute_that_differs_otherwise_in_each_frame_is_told_once(tmp_path: Path, diff: Diff) -> None:
    for name in (b"a", b"b"):

        def attributes(number: int, name: bytes = name) -> list[tuple[bytes, bytes, bytes]]:
            return [string(b"capDate", b"%s%d" % (name, number))]

        frames(tmp_path, range(1, 21), attributes, name=name.decode() + ".{}.exr")
    (entry,) = diff.json(tmp_path / "a.####.exr", tmp_path / "b.####.exr", code=1)["header"]
    assert (entry["frames"], entry["a"], entry["b"]) == ("1-20", "a1", "b1")


def test_a_frame_that_cannot_be_read_costs_that_frame(tmp_path: Path, diff: Diff) -> None:
    for name in "ab":
        frames(tmp_path, range(1, 4), name=name + ".{}.exr")
    (tmp_path / "b.0002.exr").write_bytes(b"")
    found = diff.json(tmp_path / "a.####.exr", tmp_path / "b.####.exr", code=1)
    assert found["equal"] is None
    assert (found["frames"]["equal"], found["frames"]["not_compared"]) == ("1,3", "2")
    assert found["errors"] == [{"code": "media.empty", "message": "the file is empty", "side": "b", "frames": "2"}]


def test_frames_that_are_named_and_in_neither_are_not_equal(tmp_path: Path, diff: Diff) -> None:
    one, other = frames(tmp_path / "one", range(1, 4)), frames(tmp_path / "other", range(11, 14))
    found = diff.json(one / "sh.1-5#.exr", other / "sh.####.exr", "--offset", "10", code=1)
    assert (found["equal"], found["frames"]["not_compared"], found["frames"]["equal"]) == (None, "4-5", "1-3")
    found = diff.json(one / "sh.1-3#.exr", other / "sh.11-13#.exr", "--offset", "10", code=0)
    assert found["equal"] is True


def test_what_cannot_be_compared_is_said(tmp_path: Path, diff: Diff) -> None:
    a = media.raw_exr(tmp_path / "a.0001.exr")
    wrong = diff.json(a, tmp_path / "absent.exr", code=3)["error"]
    assert wrong["message"].startswith(f"{tmp_path}/absent.exr: ")
    assert "no still picture" in diff.json(a, media.wav(tmp_path / "a.wav"), code=3)["error"]["message"]
    diff.json(a, tmp_path / "a.####.exr", code=2)
    for tolerance in ("-1", "inf", "nan"):
        diff.json(a, a, "--tolerance", tolerance, code=2)
    before = a.read_bytes()
    assert "overwrite" in diff.text(a, a, "--picture", a, code=2)
    assert "overwrite" in diff.text(tmp_path / "a.####.exr", tmp_path / "a.####.exr", "--picture", a, code=2)
    assert a.read_bytes() == before


def test_the_window_gets_the_picture_as_pixels(tmp_path: Path) -> None:
    changed = picture()
    changed[10, 20] += 1
    a, b = exr(tmp_path / "a.exr", {"Y": picture()}), exr(tmp_path / "b.exr", {"Y": changed})
    asked = {"a": str(a), "b": str(b), "pixels": True, "tolerance": 0.0, "ignore": [], "picture": "rgba8"}
    *_, (header, payload) = stream("app.media.worker:difference", asked, CancelToken(), silence_s=60)
    drawn = np.frombuffer(payload, np.uint8).reshape(header["picture"]["height"], header["picture"]["width"], 4)
    assert drawn.shape == (90, 70, 4)
    assert np.argwhere((drawn[..., :3] != 119).any(axis=2)).tolist() == [[10, 20]]


def test_a_large_picture_of_differences_is_reduced_and_keeps_single_pixels(tmp_path: Path, diff: Diff) -> None:
    plain = np.zeros((40, 5000), np.float32)
    changed = plain.copy()
    changed[33, 4444] = 1
    a, b = exr(tmp_path / "a.exr", {"Y": plain}), exr(tmp_path / "b.exr", {"Y": changed})
    found = diff.json(a, b, "--picture", tmp_path / "d.png", code=1)
    assert found["picture_of"] == {"part": 0, "channels": ["Y"], "factor": 3}
    with Image.open(tmp_path / "d.png") as drawn:
        assert drawn.size == (1667, 14)
        assert np.argwhere((np.asarray(drawn) != 119).any(axis=2)).tolist() == [[11, 1481]]


def test_what_is_not_decoded_is_never_called_equal(tmp_path: Path, diff: Diff) -> None:
    for name, pixels in (("a", b"x" * 500), ("b", b"y" * 500)):
        (tmp_path / f"{name}.heic").write_bytes(b"\0\0\0\x14ftypheic\0\0\0\0heic" + b"\0\0\1\xfcmdat" + pixels)
    for asked in ((), ("--pixels",)):
        found = diff.json(tmp_path / "a.heic", tmp_path / "b.heic", *asked, code=1)
        assert found["equal"] is None
        assert [(error["code"], error["side"]) for error in found["errors"]] == [
            ("media.not_decoded", "a"), ("media.not_decoded", "b"),
        ]  # fmt: skip
    shutil.copy(tmp_path / "a.heic", tmp_path / "c.heic")
    assert diff.json(tmp_path / "a.heic", tmp_path / "c.heic", "--pixels", code=0)["errors"] == []


@pytest.mark.parametrize(("kind", "values"), [(np.uint32, (2**32 - 1, 2**32 - 2)), (np.float64, (1.0, 1.0 + 1e-12))])
def test_numbers_of_more_digits_than_a_float_are_compared_exactly(
    kind: Any, values: tuple[float, float], tmp_path: Path, diff: Diff
) -> None:
    for name, value in zip("ab", values, strict=True):
        pixels = np.full((4, 4), value, kind)
        spec = oiio.ImageSpec(4, 4, 1, oiio.UINT if kind is np.uint32 else oiio.DOUBLE)
        out = oiio.ImageOutput.create(str(tmp_path / f"{name}.tif"))
        assert out.open(str(tmp_path / f"{name}.tif"), spec) and out.write_image(pixels)
        out.close()
    (entry,) = diff.json(tmp_path / "a.tif", tmp_path / "b.tif", "--pixels", code=1)["pixels"]
    assert entry["differing"] == 16
    diff.json(tmp_path / "a.tif", tmp_path / "a.tif", "--pixels", code=0)


def test_every_frame_of_a_moving_picture_is_compared(tmp_path: Path, diff: Diff) -> None:
    for name, last in (("a", 200), ("b", 30)):
        stills = [Image.new("RGB", (16, 16), (value,) * 3) for value in (0, 100, last)]
        stills[0].save(tmp_path / f"{name}.avif", save_all=True, append_images=stills[1:], duration=100)
    found = diff.json(tmp_path / "a.avif", tmp_path / "b.avif", "--pixels", code=1)
    assert {entry["part"] for entry in found["pixels"] if entry["differing"]} == {2}


def test_pages_that_are_too_many_to_be_compared_are_not_called_equal(tmp_path: Path, diff: Diff) -> None:
    pages = [Image.new("L", (2, 2), 9)] * 257
    for name, last in (("a", 200), ("b", 30)):
        pages[-1] = Image.new("L", (2, 2), last)
        pages[0].save(tmp_path / f"{name}.tif", save_all=True, append_images=pages[1:])
    found = diff.json(tmp_path / "a.tif", tmp_path / "b.tif", "--pixels", code=1)
    assert found["equal"] is None
    assert [(error["code"], error["part"]) for error in found["errors"]] == [("parts.not_compared", 256)]


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_stills_are_compared_up_to_the_row_where_one_is_cut_off(name: str, tmp_path: Path, diff: Diff) -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    whole, cut = tmp_path / name, tmp_path / f"cut.{name}"
    Image.fromarray(pixels).save(whole)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    found = diff.json(whole, cut, "--pixels", code=1)
    inspected = document_of(str(cut), InspectOptions(stats=True))["stats"]["parts"][0]["rows"]
    last = int(inspected.removeprefix("0-"))
    assert found["equal"] is None
    assert {one["compared"] for one in found["pixels"]} == {(last + 1) * 400}
    rows = [error["rows"] for error in found["errors"] if "rows" in error and error["side"] == "b"]
    assert [one.partition("-")[0] for one in rows] == [str(last + 1)]


def test_the_side_whose_header_cannot_be_read_is_named(tmp_path: Path, diff: Diff) -> None:
    whole, cut = tmp_path / "whole.tif", tmp_path / "cut.tif"
    Image.fromarray(np.zeros((300, 400, 3), np.uint8)).save(whole, compression="tiff_lzw")
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    for pair in ((whole, cut), (cut, whole)):
        text = diff.text(*pair, "--pixels", code=3)
        assert "cut.tif: the file is cut off" in text
        assert "whole.tif" not in text


def test_a_file_is_opened_once_for_all_of_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To open an OpenEXR is to read the headers of all parts: once for each of 16,000 would not end."""
    for name, last in (("a", 0), ("b", 1)):
        numbers = [*range(39), 39 + last]
        parts = [
            OpenEXR.Part(
                {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION},
                {"R": np.full((4, 4), number, np.float16), "id": np.full((4, 4), number << 20, np.uint32)},
                f"p{place}",
            )
            for place, number in enumerate(numbers)
        ]
        OpenEXR.File(parts).write(str(tmp_path / f"{name}.exr"))
    names = []

    class Counting:
        @staticmethod
        def open(name: str, *rest: object) -> object:
            names.append(name)
            return opened(name, *rest)

    opened = oiio.ImageInput.open
    monkeypatch.setattr(oiio, "ImageInput", Counting)
    said: list[dict[str, Any]] = []
    paths = {"a": str(tmp_path / "a.exr"), "b": str(tmp_path / "b.exr")}
    request = paths | {"ignore": [], "pixels": True, "tolerance": 0.0, "picture": ""}
    compare(request, lambda head, _payload=b"": said.append(head))
    differing = [(entry["part"], entry["channel"]) for entry in said[-1]["difference"]["pixels"] if entry["differing"]]
    assert differing == [(39, "R"), (39, "id")]
    assert len(names) == 2


@pytest.mark.parametrize("name", ["png", "webp", "gif"])
def test_animations_that_differ_in_a_later_frame_differ(name: str, tmp_path: Path, diff: Diff) -> None:
    for side, third in (("a", 200), ("b", 30)):
        stills = [Image.new("RGB", (16, 16), (value,) * 3) for value in (0, 100, third, 50)]
        how = {"lossless": True} if name == "webp" else {}
        stills[0].save(tmp_path / f"{side}.{name}", save_all=True, append_images=stills[1:], duration=100, **how)
    found = diff.json(tmp_path / f"a.{name}", tmp_path / f"b.{name}", "--pixels", code=1)
    assert found["equal"] is False
    assert {entry["part"] for entry in found["pixels"] if entry["differing"]} == {2}
    assert diff.json(tmp_path / f"a.{name}", tmp_path / f"a.{name}", "--pixels", code=0)["errors"] == []


def test_what_was_not_drawn_is_null(tmp_path: Path, diff: Diff) -> None:
    for version, colour in (("v1", 10), ("v2", 20)):
        (tmp_path / version).mkdir()
        for number in range(1001, 1004):
            Image.new("RGB", (8, 8), (colour,) * 3).save(tmp_path / version / f"sh.{number}.png")
    found = diff.json(tmp_path / "v1" / "sh.####.png", tmp_path / "v2" / "sh.####.png", "--pixels", code=1)
    assert {key: found[key] for key in found if key.startswith("picture")} == {
        "picture": None, "picture_of": None, "picture_frame": None,
    }  # fmt: skip
    found = diff.json(tmp_path / "v1" / "sh.1001.png", tmp_path / "v2" / "sh.1001.png", "--pixels", code=1)
    assert (found["picture"], found["picture_of"]) == (None, None)


def test_folders_are_refused_with_what_to_name_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path / "home"), "diff", str(tmp_path), str(tmp_path)]) == 3
    said = capsys.readouterr().err
    assert "is a folder" in said
    assert "sh010.####.exr" in said
