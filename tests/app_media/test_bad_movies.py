"""Movies and sounds that are broken, hostile or oddly named: each costs one clear error, little memory, little time."""

import os
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import MediaError
from app.jobs.children import ChildPool
from app.jobs.job import CancelToken
from app.media.document import document_of
from app.media.registry import inspect
from app.model.inspecting import InspectOptions
from tests import media, movies

_MEMORY_BYTES = 2 << 30
_TIMEOUT_S = 20.0


def _measured(path: Path) -> dict[str, Any]:
    return document_of(str(path), InspectOptions(stats=True))


def _codes(document: dict[str, Any]) -> list[str]:
    return [error["code"] for error in document["errors"]]


def _in_a_child(path: Path) -> dict[str, Any]:
    """The document as a job gets it: within a limit of memory and time, else an error is raised."""
    with ChildPool("app.media.worker:document", 1, memory_bytes=_MEMORY_BYTES) as pool:
        request = {"path": str(path), "stats": True}
        document: dict[str, Any] = pool.call(request, CancelToken(), _TIMEOUT_S)[-1][0]["document"]
        return document


def test_a_movie_without_frames(tmp_path: Path) -> None:
    document = _measured(movies.mp4(tmp_path / "a.mp4", movies.header()))
    assert (document["kind"], _codes(document)) == ("video", ["frames.none"])
    assert document["stats"]["video"][0]["frames_decoded"] == 0


def test_an_index_that_points_outside(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mp4", 30)
    data = bytearray(path.read_bytes())
    at = data.index(b"stco")
    for entry in range(struct.unpack_from(">I", data, at + 8)[0]):
        struct.pack_into(">I", data, at + 12 + 4 * entry, 0x7FFF0000)
    path.write_bytes(data)
    document = _measured(path)
    assert document["streams"][0]["frames"] == 30
    assert "frames.none" in _codes(document)


def test_an_index_of_rubbish_is_read_past(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.avi", 30, codec="mjpeg")
    data = bytearray(path.read_bytes())
    at = data.index(b"idx1") + 8
    data[at:] = bytes(number * 37 & 255 for number in range(len(data) - at))
    path.write_bytes(data)
    assert _measured(path)["stats"]["video"][0]["frames_decoded"] == 30


@pytest.mark.parametrize("name", ["a.mkv", "a.avi", "a.mov"])
def test_a_movie_that_is_cut_off_in_the_middle(name: str, tmp_path: Path) -> None:
    path = movies.movie(tmp_path / name, 60, codec="mjpeg")
    os.truncate(path, path.stat().st_size // 2)
    if name == "a.mov":
        with pytest.raises(MediaError, match="cut off.*no index"):
            _measured(path)
        return
    document = _measured(path)
    assert _codes(document)[0] == "media.damaged"
    assert "cut off" in document["errors"][0]["message"]
    assert 25 <= document["stats"]["video"][0]["frames_decoded"] < 32


def test_a_million_streams(tmp_path: Path) -> None:
    empty = movies.mp4(tmp_path / "a.mp4", movies.box(b"trak") * 1_000_000)
    with pytest.raises(MediaError, match="1000 streams"):
        inspect(empty)
    described = movies.mp4(tmp_path / "b.mp4", movies.header() * 20_000)
    with pytest.raises(MediaError, match="1000 streams"):
        inspect(described)
    track = movies.element(b"\xae", b"\xd7\x81\x01\x83\x81\x01\x86\x85V_VP8")
    segment = movies.element(b"\x18\x53\x80\x67", movies.element(b"\x16\x54\xae\x6b", track * 1_000_000))
    matroska = tmp_path / "c.webm"
    matroska.write_bytes(movies.element(b"\x1a\x45\xdf\xa3", b"\x42\x82\x84webm") + segment)
    with pytest.raises(MediaError):
        inspect(matroska)


def test_two_thousand_million_frames_that_are_not_there(tmp_path: Path) -> None:
    announced = movies.box(b"stsz", struct.pack(">III", 0, 100, 0x7FFFFFFF))
    track = movies.header().replace(movies.box(b"stsz", bytes(12)), announced)
    document = _in_a_child(movies.mp4(tmp_path / "a.mp4", track))
    assert document["stats"]["video"][0]["frames_decoded"] == 0
    assert "frames.none" in _codes(document)


def test_channels_and_rates_beyond_sense(tmp_path: Path) -> None:
    many = struct.pack("<HHIIHH", 1, 65535, 48000, 1, 65534, 16)
    path = tmp_path / "a.wav"
    samples = movies.chunk(b"data", bytes(2 * 65535 * 4))
    path.write_bytes(movies.chunk(b"RIFF", b"WAVE" + movies.chunk(b"fmt ", many) + samples))
    assert "sound.none" in _codes(_in_a_child(path))
    fast = struct.pack("<HHIIHH", 1, 2, 0xFFFFFFFF, 0xFFFFFFFF, 4, 16)
    path.write_bytes(movies.chunk(b"RIFF", b"WAVE" + movies.chunk(b"fmt ", fast) + samples))
    with pytest.raises(MediaError, match="damaged"):
        _in_a_child(path)


def test_more_channels_than_are_measured(tmp_path: Path) -> None:
    path, channels = tmp_path / "a.wav", 80
    form = struct.pack("<HHIIHH", 1, channels, 48000, 48000 * 2 * channels, 2 * channels, 16)
    samples = struct.pack("<h", 16384) * channels * 4800
    path.write_bytes(movies.chunk(b"RIFF", b"WAVE" + movies.chunk(b"fmt ", form) + movies.chunk(b"data", samples)))
    document = _in_a_child(path)
    assert (document["streams"][0]["channels"], document["stats"]["audio"]) == (channels, [])
    assert document["errors"][0]["message"] == "sound of 80 channels is not measured"


def test_what_cannot_be_decoded_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", 4) + b"\0\xff\x2f\0")
    document = _measured(path)
    assert (document["kind"], document["stats"]) == ("audio", None)
    assert document["errors"] == [
        {"code": "media.not_decoded", "message": "it cannot be measured: a MIDI file is not decoded"}
    ]


def test_packets_without_end_are_given_up(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mov", 12_000, lambda number: movies.picture(0, 16, 16), codec="mjpeg")
    data = bytearray(path.read_bytes())
    at = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[at:end] = bytes(end - at)
    path.write_bytes(data)
    document = _in_a_child(path)
    assert "given up after 5000 broken packets" in document["errors"][0]["message"]
    assert document["stats"]["video"][0]["packets"] == 5001


def _png(size: int) -> Callable[[bytearray], None]:
    """Writes another size into every PNG of a file."""

    def change(data: bytearray) -> None:
        at = 0
        while (at := data.find(b"IHDR", at)) > 0:
            struct.pack_into(">II", data, at + 4, size, size)
            struct.pack_into(">I", data, at + 17, zlib.crc32(data[at : at + 17]))
            at += 4

    return change


def test_frames_that_say_they_are_huge(tmp_path: Path) -> None:
    def rgb(stream: Any) -> None:
        stream.pix_fmt = "rgb24"

    path = movies.movie(tmp_path / "a.mov", 3, codec="png", prepare=rgb)
    data = bytearray(path.read_bytes())
    _png(30_000)(data)
    path.write_bytes(data)
    document = _in_a_child(path)
    assert document["stats"]["video"][0]["frames_decoded"] == 0
    damaged = document["errors"][-1]
    assert (damaged["code"], damaged["frames"]) == ("frames.damaged", "0-2")


def test_a_picture_that_would_fill_terabytes(tmp_path: Path) -> None:
    path = media.png(tmp_path / "a.png")
    data = bytearray(path.read_bytes())
    _png(0x7FFFFFFF)(data)
    path.write_bytes(data)
    with ChildPool("app.media.worker:inspect", 1, memory_bytes=_MEMORY_BYTES) as pool:
        try:
            facts = pool.call({"path": str(path)}, CancelToken(), _TIMEOUT_S)[0][0]["facts"]
        except MediaError as error:
            assert error.code != "child.stalled"
        else:
            assert facts["width"] in (0x7FFFFFFF, None)


def test_sound_alone_in_a_movie_container(tmp_path: Path) -> None:
    document = _measured(movies.sound(tmp_path / "a.mp4", movies.tone(1, -20), codec="aac"))
    assert (document["kind"], document["width"], document["stats"]["video"]) == ("audio", None, [])
    assert document["stats"]["audio"][0]["loudness"]["integrated_lufs"] == pytest.approx(-20, abs=0.5)


def test_a_cover_is_no_movie(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.flac"
    movies.sound(path, movies.tone(1, -20), codec="flac")
    data = path.read_bytes()
    cover = media.png(tmp_path / "cover.png").read_bytes()
    words = struct.pack(">II9sIIIIII", 3, 9, b"image/png", 0, 64, 36, 24, 0, len(cover)) + cover
    block = bytes([6]) + len(words).to_bytes(3) + words
    path.write_bytes(data[:42] + block + data[42:])
    with av.open(str(path)) as opened:
        assert len(opened.streams.video) == 1
    document = _measured(path)
    assert (document["kind"], document["width"], document["stats"]["video"]) == ("audio", None, [])
    assert next(stream for stream in document["streams"] if stream["type"] == "video")["attached_picture"]
    assert document["stats"]["audio"][0]["samples"] == 48000


_NAMES = [
    b"a%03d.mov",
    b"100%.mov",
    b"-i.mov",
    b"a\nb.mov",
    b"file:x.mov",
    b"concat:a|b.mov",
    b"pipe:0.mov",
    b"a'b\".mov",
]


@pytest.mark.parametrize("name", [*_NAMES, b"gr\xfcn.mov"])
def test_names_are_only_names(name: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux" and not name.isascii():
        pytest.skip("this file system keeps Unicode only")
    made = movies.movie(tmp_path / "made.mov", 5, codec="mjpeg")
    target = os.fsdecode(name)
    monkeypatch.chdir(tmp_path)
    made.rename(target)
    document = document_of(target, InspectOptions(stats=True))
    assert (document["kind"], document["errors"]) == ("video", [])
    assert document["stats"]["video"][0]["frames_decoded"] == 5


@pytest.mark.skipif(sys.platform == "win32", reason="there are no FIFOs")
def test_a_fifo_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "a.mov"
    os.mkfifo(fifo)
    link = tmp_path / "b.mov"
    link.symlink_to("/dev/zero")
    for path in (fifo, link):
        with pytest.raises(MediaError, match="not a regular file"):
            _measured(path)


def test_a_measurement_can_be_stopped_in_the_middle(tmp_path: Path) -> None:
    from app.errors import Cancelled

    path = movies.sound(tmp_path / "a.wav", movies.tone(600, -20))
    token = CancelToken()
    heard: list[list[int]] = []

    def stop(_key: Any, numbers: list[int]) -> None:
        heard.append(numbers)
        token.cancel()

    started = time.monotonic()
    with ChildPool("app.media.worker:document", 1) as pool, pytest.raises(Cancelled):
        list(pool.map([(None, {"path": str(path), "stats": True})], token, _TIMEOUT_S, stop))
    assert heard[0][0] < heard[0][1] == path.stat().st_size
    assert time.monotonic() - started < _TIMEOUT_S


def test_time_is_limited(tmp_path: Path) -> None:
    path = movies.sound(tmp_path / "a.wav", movies.tone(60, -20))
    with ChildPool("app.media.worker:document", 1) as pool, pytest.raises(MediaError) as raised:
        pool.call({"path": str(path), "stats": True}, CancelToken(), 0.0)
    assert raised.value.code == "child.stalled"
