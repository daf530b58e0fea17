"""Facts of every kind of media, and of what is broken, mislabelled or no media at all."""

import gzip
import os
import stat
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.errors import MediaError
from app.media.document import document_of
from app.media.registry import inspect
from app.model.facts import MediaFacts, facts_from_json, facts_to_json
from app.model.inspecting import InspectOptions
from tests import media


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.dpx", media.dpx), ("a.tif", media.tiff), ("a.png", media.png), ("a.jpg", media.jpeg),
        ("a.gif", media.by_pillow), ("a.bmp", media.by_pillow), ("a.webp", media.by_pillow),
        ("a.avif", media.by_pillow), ("a.ppm", media.by_pillow), ("a.tga", media.by_pillow), ("a.jp2", media.by_pillow),
        ("a.svg", media.svg),
    ],
)  # fmt: skip
def test_images(name: str, make: Callable[[Path], Path], tmp_path: Path) -> None:
    facts = inspect(make(tmp_path / name))
    assert (facts.kind, facts.width, facts.height, facts.error) == ("image", 64, 36, "")


def test_facts_survive_json(tmp_path: Path) -> None:
    for make, name in ((media.multipart_exr, "a.exr"), (media.movie, "a.mp4"), (media.wav, "a.wav"), (media.text, "a")):
        facts = inspect(make(tmp_path / name))
        assert facts_from_json(facts_to_json(facts)) == facts
    assert facts_from_json({"kind": "other", "from_the_future": 1}) == MediaFacts("other", "")


def test_a_movie(tmp_path: Path) -> None:
    facts = inspect(media.movie(tmp_path / "a.mov", fps=Fraction(24000, 1001), timecode="01:00:00:00"))
    assert (facts.kind, facts.format, facts.width, facts.height, facts.error) == ("video", "mov", 64, 36, "")
    assert facts.duration_s == pytest.approx(1.001, abs=0.01)
    video, audio = facts.streams[:2]
    assert (video["codec"] in ("h264", "mpeg4"), video["frame_rate"], video["frames"]) == (True, "24000/1001", 24)
    assert (video["pixel_format"], video["bit_depth"]) == ("yuv420p", 8)
    assert (audio["codec"], audio["sample_rate"], audio["channels"], audio["layout"]) == ("aac", 48000, 2, "stereo")
    assert facts.attributes["timecode"] == "01:00:00:00"


def test_a_sound(tmp_path: Path) -> None:
    facts = inspect(media.wav(tmp_path / "a.wav", 0.5, channels=6))
    assert (facts.kind, facts.format, facts.duration_s, facts.width) == ("audio", "wav", 0.5, None)
    (stream,) = facts.streams
    assert (stream["codec"], stream["bits"], stream["channels"], stream["sample_rate"]) == ("pcm_s24le", 24, 6, 48000)


def test_first_bytes_beat_the_name(tmp_path: Path) -> None:
    facts = inspect(media.png(tmp_path / "a.png").rename(tmp_path / "a.exr"))
    assert (facts.format, facts.mime, facts.width) == ("png", "image/png", 64)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a.exr", "is not an OpenEXR file (it looks like plain text)"),
        ("a.png", "is not a PNG file (it looks like plain text)"),
        ("a.mov", "is not a QuickTime movie (it looks like plain text)"),
        ("a.tga", "is not a Targa file (it looks like plain text)"),
    ],
)
def test_text_under_a_media_name(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        inspect(media.text(tmp_path / name))
    assert says in caught.value.message


def test_what_a_wrong_name_hides_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.exr").write_bytes(gzip.compress(b"x"))
    with pytest.raises(MediaError, match=r"not an OpenEXR file \(it looks like a gzip archive\)"):
        inspect(tmp_path / "a.exr")
    (tmp_path / "b.exr").write_bytes(bytes(5000))
    with pytest.raises(MediaError, match="not an OpenEXR file: it begins with zeros"):
        inspect(tmp_path / "b.exr")
    (tmp_path / "c.mxf").write_bytes(os.urandom(64) + b"\0")
    with pytest.raises(MediaError, match="not an MXF file"):
        inspect(tmp_path / "c.mxf")


@pytest.mark.parametrize("name", ["a.exr", "a.png", "a.mov", "a.wav", "a.tga", "a.dng"])
def test_an_empty_media_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="^the file is empty$"):
        inspect(media.empty(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.exr", media.png, "its name is that of an OpenEXR file, but it is a PNG file"),
        ("a.png", media.exr, "its name is that of a PNG file, but it is an OpenEXR file"),
        ("a.dpx", media.tiff, "its name is that of a DPX file, but it is a TIFF file"),
        ("a.jpg", media.movie, "its name is that of a JPEG file, but it is "),
        ("a.exr", media.exr, ""),
        ("a.tif", media.tiff, ""),
        ("a.nef", media.tiff, ""),
        ("a.mp4", media.movie, ""),
        ("a.of_nobody", media.png, ""),
        ("a.mxf", media.movie, "its name is that of an MXF file, but it is an MP4 file"),
        ("a.mpg", media.movie, "its name is that of an MPEG file, but it is an MP4 file"),
        ("a.mp4", media.wav, "its name is that of an MP4 file, but it is a WAV file"),
        ("a.mp3", media.wav, "its name is that of an MPEG audio file, but it is a WAV file"),
        ("a.flac", media.mxf, "its name is that of a FLAC file, but it is an MXF file"),
        *((f"a.{ext}", media.movie, "") for ext in ("mov", "m4v", "m4a", "qt", "f4v", "3gp")),
        ("a.bwf", media.wav, ""),
        ("a.rf64", media.wav, ""),
    ],
)
def test_a_file_under_the_name_of_another_format(
    name: str, make: Callable[[Path], Path], says: str, tmp_path: Path
) -> None:
    path = make(tmp_path / f"made.{make.__name__.replace('movie', 'mp4').replace('tiff', 'tif')}").rename(
        tmp_path / name
    )
    errors = document_of(str(path), InspectOptions())["errors"]
    assert [error["code"] for error in errors] == (["media.misnamed"] if says else [])
    assert not says or errors[0]["message"].startswith(says)


@pytest.mark.parametrize(("name", "codes"), [("a.wav", ["media.misnamed"]), ("a.flac", []), ("a.mp3", [])])
def test_a_tag_before_a_sound_says_only_what_it_is_not(name: str, codes: list[str], tmp_path: Path) -> None:
    path = tmp_path / name
    with av.open(str(path), "w", format="mp3") as out:
        stream = out.add_stream("libmp3lame", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        out.mux([*stream.encode(frame), *stream.encode(None)])
    assert path.read_bytes()[:3] == b"ID3"
    assert [error["code"] for error in document_of(str(path), InspectOptions())["errors"]] == codes


def test_an_empty_file_that_is_no_media_is_no_error(tmp_path: Path) -> None:
    assert inspect(media.empty(tmp_path / "__init__.py")) == MediaFacts("other", "", "text/x-python")


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.png", media.png, "no end mark"),
        ("a.jpg", media.jpeg, "no end-of-image mark"),
        ("a.tif", media.tiff, "lie"),
        ("a.dpx", media.dpx, "it should have"),
        ("a.bmp", media.by_pillow, "it should have"),
        ("a.gif", media.by_pillow, "no trailer"),
        ("a.webp", media.by_pillow, "it should have"),
        ("a.wav", media.wav, "bytes of samples are announced"),
        ("a.mp4", media.movie, "no index"),
        ("a.mov", media.movie, "no index"),
    ],
)
def test_a_file_that_lost_its_end(name: str, make: Callable[[Path], Path], says: str, tmp_path: Path) -> None:
    path = media.truncated(tmp_path / name, make)
    try:
        reason = inspect(path).error
    except MediaError as problem:
        reason = problem.message
    assert "the file is cut off" in reason
    assert says in reason


def test_a_truncated_picture_keeps_its_facts(tmp_path: Path) -> None:
    for name, make in (("a.png", media.png), ("a.jpg", media.jpeg), ("a.dpx", media.dpx), ("a.wav", media.wav)):
        facts = inspect(media.truncated(tmp_path / name, make))
        assert facts.streams
        assert facts.error


def test_an_mxf_and_the_footer_it_lost(tmp_path: Path) -> None:
    facts = inspect(media.mxf(tmp_path / "a.mxf"))
    assert (facts.format, facts.mime, facts.width, facts.error) == ("mxf", "application/mxf", 64, "")
    assert facts.streams[0]["frame_rate"] == "25"
    assert facts.duration_s == 1.0
    facts = inspect(media.truncated(tmp_path / "b.mxf", media.mxf, 0.8))
    assert facts.error == "the file is cut off: its footer lies behind its end"


def test_a_photograph_with_something_appended_is_whole(tmp_path: Path) -> None:
    path = media.jpeg(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + bytes(200_000))
    assert inspect(path).error == ""


def test_a_whole_movie_whose_index_comes_first_and_whose_data_is_cut(tmp_path: Path) -> None:
    path = media.movie(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[:-500])
    facts = inspect(path)
    assert (facts.width, "it should have" in facts.error) == (64, True)


def test_pipes_folders_and_devices_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.exr")
    for path in (tmp_path / "a.exr", tmp_path, Path("/dev/zero")):
        with pytest.raises(MediaError, match="not a regular file"):
            inspect(path)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read: No such file") as caught:
        inspect(tmp_path / "a.exr")
    assert caught.value.code == "media.absent"


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = media.raw_exr(tmp_path / "a.exr")
    path.chmod(stat.S_IWUSR)
    look = (
        "import os, sys; from app.media.registry import inspect; from app.errors import MediaError\n"
        "folder = os.open(sys.argv[1], os.O_RDONLY); os.fchdir(folder)\n"
        "os.geteuid() or (os.chmod(sys.argv[1], 0o755), os.setuid(65534))\n"
        "try: inspect('a.exr')\n"
        "except MediaError as error: print(error.code)"
    )
    asked = subprocess.run([sys.executable, "-c", look, str(tmp_path)], capture_output=True, text=True, check=True)
    assert asked.stdout == "media.denied\n"


@pytest.mark.parametrize("name", ["-i", "http:x", "file:a", "concat:a|b", "a%04d", "a?b=c", "ünï 🎬", "a\nb", "'\""])
@pytest.mark.parametrize("make", [media.png, media.movie, media.wav], ids=["image", "movie", "sound"])
def test_names_are_only_names(name: str, make: Callable[[Path], Path], tmp_path: Path) -> None:
    suffix = {media.png: ".png", media.movie: ".mp4", media.wav: ".wav"}[make]
    facts = inspect(make(tmp_path / (name + suffix)))
    assert facts.error == ""
    assert facts.streams


def test_names_that_are_no_text(tmp_path: Path) -> None:
    for make, suffix in ((media.png, b".png"), (media.wav, b".wav"), (media.raw_exr, b".exr")):
        plain = make(tmp_path / os.fsdecode(b"a" + suffix))
        odd = os.fsdecode(b"\xff\xfe caf\xe9" + suffix)
        plain.rename(tmp_path / odd)
        assert inspect(str(tmp_path / odd)).error == ""


def test_a_playlist_opens_nothing_else(tmp_path: Path) -> None:
    media.wav(tmp_path / "secret.wav")
    for name, content in (
        ("a.mp4", f"ffconcat version 1.0\nfile {tmp_path}/secret.wav\n"),
        ("b.mkv", f"#EXTM3U\n#EXTINF:1,\n{tmp_path}/secret.wav\n"),
        ("c.mpg", "\0ffconcat version 1.0\nfile secret.wav\n"),
    ):
        (tmp_path / name).write_text(content)
        with pytest.raises(MediaError):
            inspect(tmp_path / name)


def test_drawings(tmp_path: Path) -> None:
    assert inspect(media.svg(tmp_path / "a.svg", 'viewBox="0 0 20 10"')).width == 20
    assert inspect(media.svg(tmp_path / "b.svg", 'width="1in" height="50%" viewBox="0 0 4 4"')).width == 96
    with pytest.raises(MediaError, match="entities"):
        inspect(media.svg(tmp_path / "c.svg", before='<!DOCTYPE svg [<!ENTITY a "aaaaaaaa">]>'))
    (tmp_path / "d.svg").write_text("<svg width='3'")
    with pytest.raises(MediaError, match="drawing"):
        inspect(tmp_path / "d.svg")


def test_camera_raw_is_told_as_not_decoded(tmp_path: Path) -> None:
    path = media.tiff(tmp_path / "a.tif").rename(tmp_path / "a.dng")
    facts = inspect(path)
    assert (facts.kind, facts.mime, facts.width) == ("image", "image/x-dcraw", None)
    assert facts.attributes["not_decoded"] == "not decoded: camera raw"


def test_pages_of_a_file(tmp_path: Path) -> None:
    from PIL import Image

    page = Image.new("RGB", media.SIZE)
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page.resize((10, 10))])
    assert [(part["width"], part["height"]) for part in inspect(tmp_path / "a.tif").streams] == [(64, 36), (10, 10)]


def test_a_wave_that_is_still_being_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(800))
    content = bytearray(path.read_bytes())
    content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert inspect(path).error == ""


def test_text_and_archives_are_told_from_their_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_bytes("Überraschung\n".encode("latin-1"))
    facts = inspect(tmp_path / "note.txt")
    assert (facts.kind, facts.mime, facts.attributes["encoding"]) == ("other", "text/plain", "latin-1")
    (tmp_path / "unknown").write_bytes(b"\x01\x02\x00")
    assert inspect(tmp_path / "unknown") == MediaFacts("other", "")


def test_the_engine_side_loads_no_decoder() -> None:
    look = (
        "import sys, app.media.frames, app.media.inspectors, app.media.registry\n"
        "print([name for name in ('OpenImageIO', 'av', 'PIL', 'numpy') if name in sys.modules])"
    )
    asked = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert asked.stdout == "[]\n"


def test_a_file_of_another_trade_with_the_extension_of_media_is_not_damaged(tmp_path: Path) -> None:
    for name, content in (("main.ts", b"export const frames = 24;\n"), ("geo.mod", b"\x7fELF" + bytes(60))):
        path = tmp_path / name
        path.write_bytes(content)
        assert inspect(path).kind == "other"
    for name, content in (("clip.ts", bytes(4096)), ("clip.mov", b"just words\n"), ("a.exr", b"just words\n")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(MediaError, match="this is not"):
            inspect(path)


@pytest.mark.parametrize("more", [b"", b"\0"])
def test_a_picture_of_which_the_first_bytes_alone_are_there_is_cut_off(more: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + more)
    with pytest.raises(MediaError, match="cut off"):
        inspect(tmp_path / "a.png")


def test_a_png_that_lost_its_last_byte_is_cut_off(tmp_path: Path) -> None:
    path = media.png(tmp_path / "a.png")
    assert inspect(path).error == ""
    path.write_bytes(path.read_bytes()[:-1])
    assert "cut off" in inspect(path).error


@pytest.mark.parametrize("name", ["a.heic", "a.avif"])
def test_a_heif_that_lost_its_end_is_cut_off(name: str, tmp_path: Path) -> None:
    brand = b"\0\0\0\x14ftyp" + {"a.heic": b"heic", "a.avif": b"avif"}[name] + b"\0\0\0\0mif1"
    (tmp_path / name).write_bytes(brand + b"\0\0\x10\0mdat" + bytes(500))
    try:
        reason = inspect(tmp_path / name).error
    except MediaError as problem:
        reason = problem.message
    assert "cut off: 4096 bytes of 'mdat' are announced and 508 are there" in reason
