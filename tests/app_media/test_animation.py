"""Stills of several pictures: those that move, frame by frame, and those of which damage hides some."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.errors import MediaError
from app.media.document import document_of
from app.media.formats import format_named
from app.media.opening import opened
from app.media.sources import pixel_source
from app.model.inspecting import InspectOptions

VALUES = (0, 100, 200, 50)


def animated(path: Path, values: tuple[int, ...] = VALUES, **how: Any) -> Path:
    """A picture of 16 × 16 pixels for each value of grey."""
    stills = [Image.new("RGB", (16, 16), (value,) * 3) for value in values]
    how = {"lossless": True, "duration": 100} | how if path.suffix == ".webp" else how
    stills[0].save(path, save_all=True, append_images=stills[1:], **how)
    return path


def looked_at(path: Path, *, stats: bool = True) -> dict[str, Any]:
    return document_of(str(path), InspectOptions(stats=stats))


def means(document: dict[str, Any]) -> list[int]:
    return [round(part["channels"][0]["mean"] * 255) for part in document["stats"]["parts"] if part["channels"]]


def chunks(path: Path) -> list[tuple[int, bytes, int]]:
    """Of a PNG: where a chunk begins, its kind, its length."""
    data, at, found = path.read_bytes(), 8, []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        found.append((at, kind, length))
        at += 12 + length
    return found


def patched(path: Path, at: int, new: bytes) -> Path:
    data = bytearray(path.read_bytes())
    data[at : at + len(new)] = new
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_each_frame_of_a_picture_that_moves_is_a_part(name: str, tmp_path: Path) -> None:
    path = animated(tmp_path / name)
    found = looked_at(path)
    assert means(found) == list(VALUES)
    assert [stream["index"] for stream in found["streams"]] == [0, 1, 2, 3]
    assert {tuple(stream["channels"]) for stream in found["streams"]} == {("R", "G", "B", "A")}
    assert ([part["complete"] for part in found["stats"]["parts"]], found["errors"]) == ([True] * 4, [])


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_the_viewer_shows_the_frame_that_is_asked_for(name: str, tmp_path: Path) -> None:
    with opened(animated(tmp_path / name)) as file:
        form = format_named(name[2:])
        for part in (2, 0, 3, 1):
            with pixel_source(file, form, part) as source:
                assert source.read(0, 1, 0, 1)[0, 0, 0] == VALUES[part]
                assert len(source.parts) == 4
        with pytest.raises(MediaError, match="it has no part 4: it has 4"), pixel_source(file, form, 4):
            pass


def test_a_still_before_the_movement_is_its_first_picture(tmp_path: Path) -> None:
    found = looked_at(animated(tmp_path / "a.png", default_image=True))
    assert (means(found), found["errors"]) == (list(VALUES), [])


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_a_picture_that_does_not_move_is_read_as_ever(name: str, tmp_path: Path) -> None:
    found = looked_at(animated(tmp_path / name, (70,)))
    assert (means(found), found["streams"][0]["channels"][:3]) == ([70], ["R", "G", "B"])


def test_a_frame_whose_checksum_does_not_fit_is_damaged_and_so_are_those_behind_it(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.png")
    third = [at for at, kind, _ in chunks(path) if kind == b"fdAT"][1]
    found = looked_at(patched(path, third + 14, b"\x55"))
    assert means(found) == [0, 100]
    (error,) = found["errors"]
    assert (error["code"], error["part"]) == ("pixels.damaged", 2)
    assert error["message"].endswith(
        "at most 2 of its 4 pictures can be read: the checksum of the next one does not fit"
    )


def test_a_frame_whose_data_cannot_be_unpacked_is_damaged_whatever_its_checksum(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.png")
    at, kind, length = next(chunk for chunk in chunks(path) if chunk[1] == b"fdAT")
    body = path.read_bytes()[at + 8 : at + 12] + b"\xff" * (length - 4)
    found = looked_at(patched(path, at + 8, body + struct.pack(">I", zlib.crc32(kind + body))))
    assert means(found) == [0]
    assert [(error["code"], error["part"]) for error in found["errors"]] == [("pixels.damaged", 1)]


def test_a_broken_chunk_among_the_frames_is_told_without_decoding(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.png")
    third = [at for at, kind, _ in chunks(path) if kind == b"fcTL"][2]
    found = looked_at(patched(path, third, b"\xe4\x00\x00\x00\xcd\xda\x33\x01"), stats=False)
    assert [error["code"] for error in found["errors"]] == ["media.damaged"]
    assert "at most 2 of its 4 pictures can be read" in found["errors"][0]["message"]
    assert "pixels.damaged" in [error["code"] for error in looked_at(path)["errors"]]


def test_fewer_frames_than_are_announced_is_damage(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.png")
    at = next(at for at, kind, _ in chunks(path) if kind == b"acTL")
    body = struct.pack(">II", 5, 0)
    patched(path, at + 8, body + struct.pack(">I", zlib.crc32(b"acTL" + body)))
    found = looked_at(path)
    assert means(found) == list(VALUES)
    assert "4 of its 5 pictures can be read: there are no more" in found["errors"][0]["message"]


def test_pages_behind_an_empty_directory_are_missed(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.tif")
    data, at = path.read_bytes(), struct.unpack("<I", path.read_bytes()[4:8])[0]
    for _ in range(2):
        count = struct.unpack_from("<H", data, at)[0]
        at = struct.unpack_from("<I", data, at + 2 + 12 * count)[0]
    found = looked_at(patched(path, at, bytes(64)))
    assert means(found) == [0, 100]
    said = "only its first 2 pictures can be read: the directory of the next one is damaged"
    assert [(error["code"], said in error["message"]) for error in found["errors"]] == [
        ("media.damaged", True), ("pixels.damaged", True),
    ]  # fmt: skip


def test_frames_behind_a_damaged_one_of_a_gif_are_missed(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    stills = [Image.fromarray(rng.integers(0, 255, (64, 64), np.uint8)) for _ in range(4)]
    stills[0].save(tmp_path / "a.gif", save_all=True, append_images=stills[1:])
    path = tmp_path / "a.gif"
    size = path.stat().st_size
    found = looked_at(patched(path, size * 3 // 8, bytes(size // 8)))
    assert [error["code"] for error in found["errors"]] == ["media.damaged", "pixels.damaged"]
    assert found["errors"][0]["message"].startswith("only its first picture can be read: ")


@pytest.mark.parametrize("progressive", [False, True])
def test_corrupt_data_within_a_jpeg_is_told(progressive: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "a.jpg"
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(path, quality=90, progressive=progressive)
    size = path.stat().st_size
    found = looked_at(patched(path, size // 2, b"\xff\x00" * 40))
    assert "pixels.damaged" in [error["code"] for error in found["errors"]]
    assert "their data" in found["errors"][0]["message"]
    assert not found["stats"]["parts"][0]["complete"]


def test_later_frames_of_sixteen_bits_are_not_told_in_eight(tmp_path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    def control(number: int) -> bytes:
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 4, 4, 0, 0, 1, 10, 0, 0))

    pixels = zlib.compress((b"\0" + struct.pack(">12H", *[1000] * 12)) * 4)
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0))
        + chunk(b"acTL", struct.pack(">II", 2, 0)) + control(0) + chunk(b"IDAT", pixels)
        + control(1) + chunk(b"fdAT", struct.pack(">I", 2) + pixels) + chunk(b"IEND", b"")
    )  # fmt: skip
    found = looked_at(tmp_path / "a.png")
    first, second = found["stats"]["parts"]
    assert (first["channels"][0]["max"], first["code_max"]) == (pytest.approx(1000 / 65535), 65535)
    assert (second["supported"], second["channels"]) == (False, [])
    assert [error["code"] for error in found["errors"]] == ["pixels.not_supported"]
