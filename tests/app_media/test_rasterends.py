"""Pictures without an end mark that lost their last bytes are told by their header alone."""

from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name its own documentation uses
import pytest
from PIL import Image

from app.errors import MediaError
from app.media.registry import inspect


def by_openimageio(path: Path) -> Path:
    """A picture of 64 × 36 pixels, RGB of eight bits, or floats."""
    spec = oiio.ImageSpec(64, 36, 3, oiio.FLOAT if path.suffix == ".pfm" else oiio.UINT8)
    out = oiio.ImageOutput.create(str(path))
    assert out is not None and out.open(str(path), spec)
    out.write_image(np.random.default_rng(1).random((36, 64, 3), np.float32))
    out.close()
    return path


def cineon(path: Path, bits: int, packing: int) -> Path:
    """64 × 36 pixels RGB, ten bits in words or eight in bytes."""
    head = bytearray(1024)
    head[:8] = b"\x80\x2a\x5f\xd7" + (1024).to_bytes(4)
    head[193], head[681] = 3, packing
    for at in range(196, 280, 28):
        head[at + 2] = bits
        head[at + 4 : at + 12] = (64).to_bytes(4) + (36).to_bytes(4)
    path.write_bytes(bytes(head) + bytes(64 * 36 * (4 if bits == 10 else 3)))
    return path


def whole(path: Path) -> Path:
    match path.name.split("."):
        case ["ten", "cin"]:
            return cineon(path, 10, 5)
        case ["eight", "cin"]:
            return cineon(path, 8, 5)
        case ["rle", "sgi"]:
            Image.linear_gradient("L").resize((64, 36)).save(path, rle=1)
        case ["text", "ppm"]:
            path.write_bytes(b"P3\n2 1\n255\n1 2 3\n4 5 6\n")
        case ["pam", "ppm"]:
            path.write_bytes(b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n" + bytes(6))
        case ["remark", "ppm"]:
            path.write_bytes(b"P6 # by hand\n2 1\n# 9 9\n65535\n" + bytes(12))
        case ["bits", "pbm"]:
            path.write_bytes(b"P4\n9 2\n" + bytes(4))
        case _:
            return by_openimageio(path)
    return path


CUT = ["ten.cin", "eight.cin", "a.ppm", "remark.ppm", "bits.pbm", "a.pgm", "a.pfm", "a.sgi", "rle.sgi"]


@pytest.mark.parametrize("name", CUT)
def test_a_picture_that_lost_its_last_byte_is_cut_off(name: str, tmp_path: Path) -> None:
    path = whole(tmp_path / name)
    assert inspect(path).error == ""
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    try:
        said = inspect(path).error
    except MediaError as problem:
        said = problem.message
    assert said == f"the file is cut off: it should have {size} bytes and has {size - 1}"


@pytest.mark.parametrize("name", ["text.ppm", "pam.ppm", "a.ppm"])
def test_what_says_nothing_of_its_length_and_what_was_appended_is_no_cut(name: str, tmp_path: Path) -> None:
    path = whole(tmp_path / name)
    path.write_bytes(path.read_bytes() + b"more")
    try:
        said = inspect(path).error
    except MediaError as problem:
        said = problem.message
    assert "cut off" not in said
