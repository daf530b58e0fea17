"""What a file is: first bytes before the name, the same on every machine."""

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import struct
import tarfile
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.media.formats import format_named, mime_of_extension
from app.media.magic import HEAD_BYTES, sniff, text_encoding
from tests import media

MADE: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "a.exr": (media.exr, "openexr", "image/x-exr"),
    "a.dpx": (media.dpx, "dpx", "image/x-dpx"),
    "a.tif": (media.tiff, "tiff", "image/tiff"),
    "a.png": (media.png, "png", "image/png"),
    "a.jpg": (media.jpeg, "jpeg", "image/jpeg"),
    "a.gif": (media.by_pillow, "gif", "image/gif"),
    "a.bmp": (media.by_pillow, "bmp", "image/bmp"),
    "a.webp": (media.by_pillow, "webp", "image/webp"),
    "a.avif": (media.by_pillow, "avif", "image/avif"),
    "a.ppm": (media.by_pillow, "pnm", "image/x-portable-anymap"),
    "a.ico": (media.by_pillow, "ico", "image/vnd.microsoft.icon"),
    "a.jp2": (media.by_pillow, "jpeg2000", "image/jp2"),
    "a.svg": (media.svg, "svg", "image/svg+xml"),
    "a.wav": (media.wav, "wav", "audio/x-wav"),
}


def head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_is_known_by_its_first_bytes_alone(name: str, tmp_path: Path) -> None:
    make, form, mime = MADE[name]
    assert sniff(head_of(make(tmp_path / name)), b"nameless") == (form, mime)


@pytest.mark.parametrize(
    ("head", "key", "form"),
    [
        (b"II*\0\x08\0\0\0", b"a.tif", "tiff"),
        (b"MM\0+\0\x08\0\0", b"a.tif", "tiff"),
        (b"II*\0\x10\0\0\0CR\x02\0", b"a.cr2", "rawphoto"),
        (b"II*\0\x08\0\0\0", b"a.dng", "rawphoto"),
        (b"XPDS\0\0\x08\0", b"a.dpx", "dpx"),
        (b"\xd7\x5f\x2a\x80", b"a.cin", "cineon"),
        (b"\0\0\0\x18ftypqt  \0\0\0\0qt  ", b"a.mov", "mov"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", b"a.mp4", "mp4"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", b"x", "m4a"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", b"x", "heif"),
        (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", b"x.cr3", "rawphoto"),
        (b"\0\0\0\x08wide\0\0\x10\0mdat", b"a.mov", "mov"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm", b"x", "webm"),
        (b"\x1aE\xdf\xa3\xa3B\x82\x88matroska", b"x.mka", "matroska-audio"),
        (b"RIFF\0\0\0\0AVI LIST", b"x", "avi"),
        (b"RF64\xff\xff\xff\xffWAVEds64", b"x", "wav"),
        (b"FORM\0\0\0\0AIFC", b"x", "aiff"),
        (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02\x04\0", b"x", "mxf"),
        (b"".join(b"\x47" + bytes(187) for _ in range(5)), b"x", "mpegts"),
        (b"".join(bytes(4) + b"\x47" + bytes(187) for _ in range(5)), b"x.m2ts", "mpegts"),
        (b"\0\0\x01\xba\x44\0\x04", b"x.mpg", "mpegps"),
        (b"FLV\x01\x05", b"x", "flv"),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\0\xaa", b"x.wma", "wma"),
        (b"ID3\x04\0\0\0\0\0\0", b"x", "mp3"),
        (b"\xff\xfb\x90\x64\0\0", b"x.mp2", "mp3"),
        (b"\xff\xf1\x50\x80\0\x1f", b"x.mp3", "aac"),
        (b"\x0b\x77\x12\x34", b"x.wav", "ac3"),
        (b"fLaC\0\0\0\x22", b"x", "flac"),
        (b"\0\0\x10\0RED2\0\0", b"x", "r3d"),
        (b"8BPS\0\x01", b"x", "psd"),
        (b"%PDF-1.7", b"x", "pdf"),
        (b"\x7fELF\x02", b"x", "elf"),
        (b"Rar!\x1a\x07\x01\0", b"x", "rar"),
        (b"PXR-USDC\0", b"x", "usdc"),
    ],
)
def test_signatures(head: bytes, key: bytes, form: str) -> None:
    assert sniff(head, key)[0] == form


def streams(folder: Path) -> dict[str, Path]:
    """Sounds and movies whose files have no header, by their format."""
    made = {"jpeg": media.jpeg(folder / "a.jpg")}
    for name, suffix, codec, rate in (
        ("mp3", "mp3", "libmp3lame", 44100), ("mp2", "mp2", "mp2", 48000), ("aac", "aac", "aac", 48000),
        ("ac3", "ac3", "ac3", 48000), ("ac3", "ac3", "ac3", 44100), ("eac3", "eac3", "eac3", 48000),
    ):  # fmt: skip
        made[f"{name}-{rate}"] = media.sound(folder / f"a{rate}.{suffix}", codec, rate)
    for suffix in ("ts", "mpg", "vob", "m2v", "m1v", "m2ts"):
        made[suffix] = media.mpeg_movie(folder / f"a.{suffix}")
    return made


def test_media_without_their_suffix_are_still_known(tmp_path: Path) -> None:
    wanted = {
        "mp2-48000": "mp3", "eac3-48000": "ac3", "ts": "mpegts", "m2ts": "mpegts", "mpg": "mpegps", "vob": "mpegps",
        "m2v": "mpegps", "m1v": "mpegps",
    }  # fmt: skip
    for name, path in streams(tmp_path).items():
        form = wanted.get(name, name.partition("-")[0])
        assert [sniff(head_of(path), key)[0] for key in (b"nameless", b"wrong.bin", b"a.txt")] == [form] * 3, name


WEAK = (
    b"\xff\xd8\xff", b"\xff\x0a", b"\x01\xda", b"\x01\xda\x00\x01", b"\x0b\x77", b"\0\0\x01\xba", b"\0\0\x01\xb3",
    b"\0\0\x01\0\x01\0", b"PF\n", b"P6 1", b"P5\n#", b"\xff\xfb", b"\xff\xf3", b"\xff\xfd", b"\xff\xf1", b"\xff\xf9",
    b"ID3", b"MAC ", b"\0\0\0\0\x01\xbc",
)  # fmt: skip


def test_random_bytes_are_no_media_under_a_suffix_that_promises_none() -> None:
    chance = random.Random(20261121)
    for number in range(20_000):
        start = WEAK[number % len(WEAK)] if number % 2 else b""
        head = start + chance.randbytes(chance.choice((60, 700, HEAD_BYTES)))
        form = sniff(head, chance.choice((b"dump.bin", b"cache.dat", b"nameless")))[0]
        assert not form or format_named(form).kind == "other", (head[:16], form)


@pytest.mark.parametrize(
    "words",
    [
        b"MAC addresses of the farm\n", b"DSD levels, take 3\n", b"DDS report\n", b"P1 3 people called\n",
        b"TTA1 and TTA2\n", b"be free to use it\n", b"I  moov it\n", b"OggS is a format\n",
        b"BM" + b" " * 12 + b"(   \n",
    ],
)  # fmt: skip
def test_notes_that_begin_like_media_are_text(words: bytes) -> None:
    assert sniff(words, b"note")[0] == "text"
    assert sniff(words, b"note.md")[0] == "text"


def test_under_a_media_suffix_first_bytes_go_on_to_decide() -> None:
    assert sniff(b"\xff\xd8\xff\x42" + bytes(60), b"a.png")[0] == "jpeg"
    assert sniff(b"\xff\x0a" + bytes(60), b"a.jxl")[0] == "jpegxl"
    assert sniff(b"\xff\x0a" + bytes(60), b"a.dat")[0] == ""


def test_archives_and_documents(tmp_path: Path) -> None:
    def zipped(*names: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name in names:
                archive.writestr(name, "application/epub+zip" if name == "mimetype" else "x")
        return buffer.getvalue()

    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    database = tmp_path / "a.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    found = [
        sniff(head[:HEAD_BYTES], b"x")[0]
        for head in (
            zipped("a.txt"), zipped("[Content_Types].xml", "word/document.xml"), zipped("mimetype"), zipped("s.usdc"),
            tar.getvalue(), gzip.compress(b"x"), bz2.compress(b"x"), lzma.compress(b"x"), database.read_bytes(),
        )
    ]  # fmt: skip
    assert found == ["zip", "docx", "epub", "usdz", "tar", "gzip", "bzip2", "xz", "sqlite"]


@pytest.mark.parametrize(
    ("head", "key", "expected"),
    [
        (b"plain words\n", b"note", ("text", "text/plain")),
        (b"print(1)\n", b"tool.py", ("text", "text/x-python")),
        (b"plain words\n", b"shot.exr", ("text", "text/plain")),
        (json.dumps({"a": 1}).encode(), b"x", ("json", "application/json")),
        (b"[Desktop Entry]\nName=x\n", b"x", ("text", "text/plain")),
        (b"<?xml version='1.0'?><a/>", b"x", ("xml", "application/xml")),
        (b"<!DOCTYPE html><html><svg width='1'></svg>", b"x", ("html", "text/html")),
        (b"<!-- made --><svg width='1'/>", b"x", ("svg", "image/svg+xml")),
        ("ﬁlm µ\n".encode("utf-16"), b"x.txt", ("text", "text/plain")),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", b"a.srt", ("text", "application/x-subrip")),
        (b"\x01\x02\x03\x04\x00\x00", b"a.exr", ("", "")),
        (b"\x01\x02\x03\x04\x00\x00", b"a.tga", ("targa", "image/x-targa")),
        (b"\x01\x02\x03\x04\x00\x00", b"a.unheard", ("", "")),
        (b"", b"a.nk", ("", "text/x-nuke")),
    ],
)  # fmt: skip
def test_text_and_names(head: bytes, key: bytes, expected: tuple[str, str]) -> None:
    assert sniff(head, key) == expected


def test_encoding_of_text_is_told_and_binary_is_none() -> None:
    assert text_encoding("é".encode()) == "utf-8"
    assert text_encoding(b"caf\xe9 au lait") == "latin-1"
    assert text_encoding(b"\xff\xfea\0") == "utf-16-le"
    assert text_encoding(b"a\0b") is None
    assert text_encoding("cut in the middle of é".encode()[:-1]) == "utf-8"


def test_types_by_extension_do_not_come_from_this_machine() -> None:
    assert mime_of_extension(b"a.mxf") == "application/mxf"
    assert mime_of_extension(b"a.otio") == "application/json"
    assert mime_of_extension(b"a.css") == "text/css"
    assert mime_of_extension(b"nothing") == ""
    assert mime_of_extension(b"a.ai") == "application/postscript"


def test_a_wave_file_of_the_standard_library_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(struct.pack("<h", 1))
    assert sniff(head_of(path), b"a")[0] == "wav"
