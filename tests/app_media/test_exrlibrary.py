"""EXRs as the OpenEXR library writes them: every compression, kind of part and attribute, told as they were written."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from app.media.document import document_of
from app.media.exrbytes import header_bytes
from app.model.inspecting import InspectOptions

HEIGHT, WIDTH = 300, 7
PIXELS = {
    "R": np.ones((HEIGHT, WIDTH), np.float16),
    "Z": np.ones((HEIGHT, WIDTH), np.float32),
    "id": np.ones((HEIGHT, WIDTH), np.uint32),
}
single, double, whole = np.float32, np.float64, np.int32


def written(path: Path, header: dict[str, Any], channels: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document of a file that the library has written."""
    OpenEXR.File(header, channels or PIXELS).write(str(path))
    document = json.loads(json.dumps(document_of(str(path), InspectOptions()), allow_nan=False))
    assert document["lossless"]
    assert path.read_bytes().startswith(header_bytes(document))
    return document


@pytest.mark.parametrize("number", range(int(OpenEXR.NUM_COMPRESSION_METHODS)))
def test_every_compression_has_the_library_s_chunks(number: int, tmp_path: Path) -> None:
    compression = OpenEXR.Compression(number)
    document = written(tmp_path / "a.exr", {"compression": compression, "type": OpenEXR.scanlineimage})
    (part,) = document["parts"]
    name = compression.name.removesuffix("_COMPRESSION").lower()
    assert part["compression"] == {"id": number, "name": "none" if name == "no" else name}
    assert [channel["type"] for channel in part["channels"]] == ["half", "float", "uint"]
    assert document["errors"] == []
    first = int.from_bytes((tmp_path / "a.exr").read_bytes()[document["file"]["header_bytes"] :][:8], "little")
    assert part["chunk_count"] == (first - document["file"]["header_bytes"]) // 8


@pytest.mark.parametrize("mode", [OpenEXR.ONE_LEVEL, OpenEXR.MIPMAP_LEVELS, OpenEXR.RIPMAP_LEVELS])
@pytest.mark.parametrize("rounding", [OpenEXR.ROUND_DOWN, OpenEXR.ROUND_UP])
def test_tiles_of_every_level_mode(mode: Any, rounding: Any, tmp_path: Path) -> None:
    tiles = OpenEXR.TileDescription()
    tiles.xSize, tiles.ySize, tiles.mode, tiles.roundingMode = 16, 8, mode, rounding
    document = written(tmp_path / "a.exr", {"type": OpenEXR.tiledimage, "tiles": tiles})
    (part,) = document["parts"]
    assert (part["type"], part["tile_width"], part["tile_height"]) == ("tiledimage", 16, 8)
    assert part["level_mode"] == mode.name.partition("_")[0].lower()
    first = int.from_bytes((tmp_path / "a.exr").read_bytes()[document["file"]["header_bytes"] :][:8], "little")
    assert part["chunk_count"] == (first - document["file"]["header_bytes"]) // 8


@pytest.mark.parametrize("kind", [OpenEXR.deepscanline, OpenEXR.deeptile])
def test_deep_parts(kind: Any, tmp_path: Path) -> None:
    samples = np.empty((20, 30), object)
    for place in np.ndindex(samples.shape):
        samples[place] = np.arange(place[1] % 3, dtype=single) if place[1] % 3 else None
    header = {"type": kind, "compression": OpenEXR.ZIPS_COMPRESSION}
    if kind == OpenEXR.deeptile:
        header["tiles"] = OpenEXR.TileDescription()
    document = written(tmp_path / "a.exr", header, {"Z": samples})
    assert (document["parts"][0]["type"], document["file"]["is_deep"]) == (kind.name, True)
    assert document["errors"] == []


def test_parts_of_several_kinds(tmp_path: Path) -> None:
    tiles = OpenEXR.TileDescription()
    parts = [
        OpenEXR.Part({"type": OpenEXR.scanlineimage}, PIXELS, "colour"),
        OpenEXR.Part({"type": OpenEXR.tiledimage, "tiles": tiles}, PIXELS, "tiles"),
    ]
    OpenEXR.File(parts).write(str(tmp_path / "a.exr"))
    document = document_of(str(tmp_path / "a.exr"), InspectOptions())
    assert [(part["name"], part["type"]) for part in document["parts"]] == [
        ("colour", "scanlineimage"), ("tiles", "tiledimage"),
    ]  # fmt: skip
    assert (document["lossless"], document["errors"]) == (True, [])


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        (5, "int", 5),
        (1.5, "float", 1.5),
        (np.array([1.5]), "double", 1.5),
        ("ünï", "string", "ünï"),
        (["left", "right"], "stringvector", ["left", "right"]),
        ([1.0, 2.0], "floatvector", [1.0, 2.0]),
        (np.array([1, 2], whole), "v2i", [1, 2]),
        (np.array([1, 2], single), "v2f", [1.0, 2.0]),
        (np.array([1, 2], double), "v2d", [1.0, 2.0]),
        (np.array([1, 2, 3], whole), "v3i", [1, 2, 3]),
        (np.array([1, 2, 3], single), "v3f", [1.0, 2.0, 3.0]),
        (np.array([1, 2, 3], double), "v3d", [1.0, 2.0, 3.0]),
        (np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], single), "m33f", [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        (np.arange(16, dtype=double).reshape(4, 4), "m44d", np.arange(16).reshape(4, 4).tolist()),
        ((np.array([0, 1], whole), np.array([2, 3], whole)), "box2i", {"min": [0, 1], "max": [2, 3]}),
        ((np.array([0, 1], single), np.array([2, 3], single)), "box2f", {"min": [0.0, 1.0], "max": [2.0, 3.0]}),
        (OpenEXR.KeyCode(1, 2, 3, 4, 5, 6, 64), "keycode",
         {"film_mfc_code": 1, "film_type": 2, "prefix": 3, "count": 4, "perf_offset": 5, "perfs_per_frame": 6,
          "perfs_per_count": 64}),
        (OpenEXR.TimeCode(1, 2, 3, 4, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), "timecode",
         {"time_and_flags": 0x01020344, "user_data": 0x87654321, "text": "01:02:03;04", "drop": True}),
        (OpenEXR.Bytes(b"abc", "hint"), "bytes", {"type_hint": "hint", "base64": "YWJj"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_attribute_is_told_as_it_was_given(value: Any, kind: str, told: Any, tmp_path: Path) -> None:
    document = written(tmp_path / "a.exr", {"note": value})
    (attribute,) = (one for one in document["parts"][0]["attributes"] if one["name"] == "note")
    assert (attribute["type"], attribute["value"]) == (kind, told)
    assert document["attributes"]["note"] == told
