"""Deep OpenEXR parts: how samples lie among the pixels, and whether they keep what the header claims."""

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.errors import MediaError
from app.media import worker
from tests.app_media import exrmaking
from tests.app_media.exrmaking import patched, statistics
from tests.app_media.test_pixelstats import agrees

CLAIMS = {"messy": 0, "sorted": 1, "non_overlapping": 2, "tidy": 3}


def samples(pixels: list[list[float]], width: int, kind: type = np.float32) -> NDArray[Any]:
    """Rows of pixels of so many samples; None where a pixel has none."""
    found = np.empty((len(pixels) // width, width), dtype=object)
    for index, values in enumerate(pixels):
        found[index // width, index % width] = np.array(values, kind) if values else None
    return found


def deep(path: Path, **options: Any) -> Path:
    """20 × 30 pixels of 0 to 4 samples in order of depth."""
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 5, 600)
    depths = samples([sorted(rng.random(count)) for count in counts], 30)
    alpha = samples([rng.random(count).tolist() for count in counts], 30, np.float16)
    return exrmaking.write_deep(path, depths, A=alpha, **options)


def claiming(path: Path, z: list[list[float]], claim: str, back: list[list[float]] | None = None) -> Path:
    """One row of deep pixels, with a claim about their order."""
    more = {"ZBack": samples(back, len(z))} if back else {}
    exrmaking.write_deep(path, samples(z, len(z)), packed="none", **more)
    return exrmaking.with_attribute(path, b"deepImageState", b"deepImageState", bytes([CLAIMS[claim]]))


@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize("packed", ["none", "rle", "zips"])
def test_samples_are_counted(packed: str, tile: int, tmp_path: Path) -> None:
    path = deep(tmp_path / "a.exr", packed=packed, tile=tile)
    (part,), errors = statistics(path, deep=True)
    assert errors == []
    assert part["deep"] == {
        "state": None, "pixels": 600, "empty_pixels": 124,
        "samples": {"total": 1159, "min": 0, "max": 4, "mean": pytest.approx(1159 / 600)},
        "unsorted_pixels": 0, "overlapping_pixels": 0, "inverted_samples": 0,
    }  # fmt: skip
    agrees(path, part)


def test_order_is_looked_at_when_asked(tmp_path: Path) -> None:
    (part,), _ = statistics(deep(tmp_path / "a.exr"))
    assert part["deep"]["unsorted_pixels"] is None
    assert part["deep"]["samples"]["total"] == 1159


UNSORTED = [[1.0, 2.0], [2.0, 1.0], [], [3.0], [1.0, 3.0, 2.0]]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_of_order_that_is_not_kept(claim: str, tmp_path: Path) -> None:
    (part,), errors = statistics(claiming(tmp_path / "a.exr", UNSORTED, claim), deep=True)
    assert (part["deep"]["state"], part["deep"]["unsorted_pixels"], part["deep"]["empty_pixels"]) == (claim, 2, 1)
    violated = claim in ("sorted", "tidy")
    assert [error["code"] for error in errors] == (["deep.unsorted"] if violated else [])


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_of_samples_apart_that_is_not_kept(claim: str, tmp_path: Path) -> None:
    front = [[1.0, 2.0], [1.0, 2.0], [1.0, 5.0, 2.0], [4.0, 4.0]]
    back = [[2.0, 3.0], [2.5, 3.0], [1.5, 6.0, 5.5], [4.0, 4.0]]
    (part,), errors = statistics(claiming(tmp_path / "a.exr", front, claim, back), deep=True)
    assert part["deep"]["overlapping_pixels"] == 3
    found = {error["code"] for error in errors}
    assert ("deep.overlapping" in found) == (claim in ("non_overlapping", "tidy"))


def test_samples_that_end_before_they_begin(tmp_path: Path) -> None:
    (part,), errors = statistics(claiming(tmp_path / "a.exr", [[1.0], [2.0]], "messy", [[1.5], [1.5]]), deep=True)
    assert part["deep"]["inverted_samples"] == 1
    assert [error["code"] for error in errors] == ["deep.inverted"]


def test_a_damaged_line_of_deep_samples(tmp_path: Path) -> None:
    path = deep(tmp_path / "a.exr")
    header = exrmaking.header_of(path)
    whole = path.read_bytes()
    at = struct.unpack_from("<Q", whole, header.size + 8 * 7)[0]
    table, packed, _ = struct.unpack_from("<QQQ", whole, at + 4)
    (part,), errors = statistics(patched(path, at + 28 + table, bytes(packed)))
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "7")]
    assert (part["rows"], part["deep"]["pixels"]) == ("0-6,8-19", 570)


@pytest.mark.parametrize("claimed", [(1 << 40, 8, 8), (8, 1 << 40, 8), (8, 8, 1 << 62), (0, 0, 0)])
def test_a_deep_line_that_claims_absurd_sizes(claimed: tuple[int, int, int], tmp_path: Path) -> None:
    path = deep(tmp_path / "a.exr")
    at = struct.unpack_from("<Q", path.read_bytes(), exrmaking.header_of(path).size)[0]
    _, errors = statistics(patched(path, at + 4, struct.pack("<QQQ", *claimed)))
    assert [(error["code"], error["rows"]) for error in errors] == [("pixels.damaged", "0")]


def test_counts_that_do_not_fit_the_samples(tmp_path: Path) -> None:
    path = deep(tmp_path / "a.exr", packed="none")
    at = struct.unpack_from("<Q", path.read_bytes(), exrmaking.header_of(path).size)[0]
    _, errors = statistics(patched(path, at + 28 + 4 * 29, struct.pack("<i", 1 << 30)))
    assert [error["message"] for error in errors] == ["its table of sample counts does not fit its samples"]


def alike(count: int, samples_each: int) -> NDArray[Any]:
    """One row of pixels, each of so many half samples at rising depths."""
    found = np.empty((1, count), dtype=object)
    for index in range(count):
        found[0, index] = np.linspace(0, 1, samples_each).astype(np.float16)
    return found


def test_pixels_out_of_order_are_found_among_more_samples_than_are_looked_at_at_once(tmp_path: Path) -> None:
    depths = alike(300, 5000)
    for index in (0, 209, 210, 299):
        depths[0, index] = depths[0, index][::-1].copy()
    (part,), errors = statistics(exrmaking.write_deep(tmp_path / "a.exr", depths), deep=True)
    assert errors == []
    assert (part["deep"]["unsorted_pixels"], part["deep"]["samples"]["total"]) == (4, 1_500_000)
    assert part["channels"][0]["finite_count"] == 1_500_000


def test_memory_follows_from_the_samples_of_a_chunk_and_not_from_their_order(tmp_path: Path) -> None:
    path = exrmaking.write_deep(tmp_path / "a.exr", alike(3200, 2500))  # one chunk of 16 MB
    tracemalloc.start()
    try:
        (part,), _ = statistics(path, deep=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert part["deep"]["samples"]["total"] == 8_000_000
    assert peak < 150_000_000


def test_a_pixel_of_absurdly_many_samples_is_not_brought_in_order(tmp_path: Path) -> None:
    path = exrmaking.write_deep(tmp_path / "a.exr", alike(1, 4_200_000))
    (part,), errors = statistics(path, deep=True)
    assert not part["supported"]
    assert [error["code"] for error in errors] == ["pixels.not_supported"]
    assert "4,200,000 samples" in part["reason"]
    (part,), errors = statistics(path)
    assert (errors, part["channels"][0]["finite_count"]) == ([], 4_200_000)


def test_a_deep_picture_that_cannot_be_flattened_is_not_called_damaged(tmp_path: Path) -> None:
    path = exrmaking.write_deep(tmp_path / "a.exr", alike(4, 3))
    with pytest.raises(MediaError, match="without alpha") as caught:
        worker.frame({"path": str(path)}, lambda header, payload=b"": None)
    assert caught.value.code == "pixels.not_supported"
