"""What is told of movies and sounds: exact times, time code, colour, HDR, rotation, broadcast WAVE."""

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.media.broadcastwave import timecode_of
from app.media.registry import inspect
from tests import media, movies


def _first(path: Path) -> dict[str, Any]:
    return inspect(path).streams[0]


def test_times_are_exact_ratios(tmp_path: Path) -> None:
    facts = inspect(movies.movie(tmp_path / "a.mov", 48, rate=Fraction(24000, 1001)))
    stream = facts.streams[0]
    assert (stream["duration"], stream["frame_rate"], stream["frames"]) == ("1001/500", "24000/1001", 48)
    assert Fraction(stream["duration"]) * Fraction(stream["frame_rate"]) == 48
    assert (stream["duration_s"], stream["start_s"]) == (2.002, 0.0)


def test_codec_in_the_words_of_the_field(tmp_path: Path) -> None:
    stream = _first(movies.movie(tmp_path / "a.mov", 2, codec="prores_ks"))
    assert (stream["codec"], stream["codec_tag"], stream["profile"]) == ("prores", "apch", "HQ")
    assert stream["codec_long_name"].startswith("Apple ProRes")
    assert (stream["chroma_subsampling"], stream["bit_depth"], stream["alpha"]) == ("4:2:2", 10, False)


@pytest.mark.parametrize(("text", "drop"), [("01:00:00:00", False), ("10:00:00;00", True)])
def test_timecode_of_a_quicktime_movie_and_whether_it_drops(text: str, drop: bool, tmp_path: Path) -> None:
    path = media.movie(tmp_path / "a.mov", 0.2, fps=Fraction(30000, 1001), timecode=text)
    facts = inspect(path)
    assert (facts.attributes["timecode"], facts.attributes["timecode_drop"]) == (text, drop)
    track = next(stream for stream in facts.streams if stream["type"] == "data")
    assert (track["codec_tag"], track["timecode"]) == ("tmcd", text)
    assert facts.attributes["timecode_source"] == f"stream {track['index']}"


def test_timecode_inside_mpeg_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mpg"
    media.mpeg_movie(path)
    facts = inspect(path)
    assert (facts.attributes["timecode"], facts.attributes["timecode_drop"]) == ("00:00:00:00", False)


def test_an_mxf_counts_its_frames_as_edit_units(tmp_path: Path) -> None:
    stream = _first(media.mxf(tmp_path / "a.mxf", 25))
    assert (stream["frames"], stream["duration"]) == (25, "1")


def test_rotation_is_told_clockwise(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mov", 2, prepare=lambda stream: stream.set_display_rotation(-90))
    assert _first(path)["rotation"] == 90
    assert _first(movies.movie(tmp_path / "b.mov", 2))["rotation"] == 0


def _hdr_boxes() -> bytes:
    """BT.2020 PQ, a P3 D65 display of 0.005 to 1000 cd/m², MaxCLL 1000 and MaxFALL 400 (ISO 14496-12, 23001-8)."""
    colour = movies.box(b"colr", b"nclx", struct.pack(">3HB", 9, 16, 9, 0))
    primaries = (13250, 34500, 7500, 3000, 34000, 16000, 15635, 16450)
    mastering = movies.box(b"mdcv", struct.pack(">8H2I", *primaries, 10_000_000, 50))
    return colour + mastering + movies.box(b"clli", struct.pack(">2H", 1000, 400))


def test_hdr10_metadata(tmp_path: Path) -> None:
    stream = _first(movies.with_boxes(movies.movie(tmp_path / "a.mp4", 3), _hdr_boxes()))
    assert stream["color"] == {"primaries": "bt2020", "transfer": "pq", "matrix": "bt2020nc", "range": "limited"}
    hdr = stream["hdr"]
    assert (hdr["formats"], hdr["content_light"]) == (["HDR10"], {"max_cll": 1000, "max_fall": 400})
    display = hdr["mastering_display"]
    assert (display["red"], display["white"]) == ([0.68, 0.32], [0.3127, 0.329])
    assert (display["min_luminance"], display["max_luminance"]) == (0.005, 1000.0)


def test_dolby_vision_record(tmp_path: Path) -> None:
    record = struct.pack(">BBH", 1, 0, 8 << 9 | 6 << 3 | 0b101) + bytes([1 << 4]) + bytes(19)
    stream = _first(movies.with_boxes(movies.movie(tmp_path / "a.mp4", 3), movies.box(b"dvvC", record)))
    assert stream["hdr"]["formats"] == ["Dolby Vision"]
    told = stream["hdr"]["dolby_vision"]
    assert (told["profile"], told["level"], told["rpu"], told["base_layer"], told["compatibility"]) == (
        8,
        6,
        True,
        True,
        1,
    )


def test_standard_range_has_no_hdr(tmp_path: Path) -> None:
    stream = _first(movies.movie(tmp_path / "a.mp4", 3))
    assert (stream["hdr"], stream["closed_captions"], stream["color"]["transfer"]) == (None, False, None)


def test_closed_captions_inside_mpeg_pictures(tmp_path: Path) -> None:
    """Captions of ATSC A/53 in the user data behind each picture's coding extension (ISO 13818-2, 6.2.2.2)."""
    path = media.mpeg_movie(tmp_path / "a.m2v")
    assert not _first(path)["closed_captions"]
    words = b"\0\0\1\xb2GA94\3" + bytes([0x40 | 1, 0xFF, 0xFC, 0x94, 0x20, 0xFF])
    data, at = path.read_bytes(), 0
    while (at := data.find(b"\0\0\1\1", at)) > 0:
        data = data[:at] + words + data[at:]
        at += len(words) + 4
    path.write_bytes(data)
    assert _first(path)["closed_captions"]


def test_channels_by_name(tmp_path: Path) -> None:
    stream = _first(movies.sound(tmp_path / "a.mov", movies.tone(0.1, -20, channels=6)))
    assert stream["channel_names"] == ["FL", "FR", "FC", "LFE", "BL", "BR"]
    unnamed = _first(movies.wave_file(tmp_path / "b.wav"))
    assert (unnamed["channels"], unnamed["layout"], unnamed["channel_names"]) == (1, None, None)


def test_language_and_dispositions(tmp_path: Path) -> None:
    def prepare(stream: Any) -> None:
        stream.metadata["language"] = "fra"
        stream.disposition = 1 | 64

    stream = _first(movies.movie(tmp_path / "a.mkv", 3, prepare=prepare))
    assert (stream["language"], stream["dispositions"]) == ("fra", ["default", "forced"])


def test_broadcast_wave(tmp_path: Path) -> None:
    path = movies.wave_file(tmp_path / "a.wav", movies.bext(172_800_000, description="Scene 7", history="A=PCM\r\n"))
    told = inspect(path).attributes["bext"]
    assert (told["version"], told["description"], told["originator"]) == (2, "Scene 7", "Recorder")
    assert (told["time_reference_samples"], told["time_reference_s"]) == (172_800_000, 3600.0)
    assert told["loudness"]["integrated_lufs"] == -23.0
    assert told["coding_history"] == ["A=PCM"]
    assert "timecode" not in inspect(path).attributes


def _ixml(rate: str, flag: str, samples: int) -> bytes:
    text = (
        "<?xml version='1.0' encoding='UTF-8'?><BWFXML><SCENE>7A</SCENE><TAKE>3</TAKE><SPEED>"
        f"<TIMECODE_RATE>{rate}</TIMECODE_RATE><TIMECODE_FLAG>{flag}</TIMECODE_FLAG>"
        f"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>{samples}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO></SPEED>"
        "<TRACK_LIST><TRACK><NAME>Boom</NAME></TRACK><TRACK><NAME>Lav</NAME></TRACK></TRACK_LIST></BWFXML>"
    )
    return movies.chunk(b"iXML", text.encode())


def test_ixml_gives_names_and_the_time_code(tmp_path: Path) -> None:
    samples = 48000 * 3600 * 1001 // 1000
    path = movies.wave_file(tmp_path / "a.wav", movies.bext(samples), _ixml("24000/1001", "NDF", samples))
    attributes = inspect(path).attributes
    assert attributes["ixml"]["SCENE"] == "7A"
    assert [track["NAME"] for track in attributes["ixml"]["TRACK_LIST"]["TRACK"]] == ["Boom", "Lav"]
    assert (attributes["timecode"], attributes["timecode_source"]) == ("01:00:00:00", "iXML")


@pytest.mark.parametrize(
    "content",
    [
        b"<BWFXML><a>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"<a>" * 5000, b"", b"\0\0\0\0",
        b"<a>" * 40 + b"</a>" * 40,
    ],
)  # fmt: skip
def test_damaged_ixml_costs_only_itself(content: bytes, tmp_path: Path) -> None:
    facts = inspect(movies.wave_file(tmp_path / "a.wav", movies.chunk(b"iXML", content)))
    assert facts.attributes["ixml"]["error"]
    assert facts.streams[0]["sample_rate"] == 48000


@pytest.mark.parametrize(
    ("frame", "rate", "drop", "text"),
    [
        (0, Fraction(25), False, "00:00:00:00"),
        (90000, Fraction(25), False, "01:00:00:00"),
        (1799, Fraction(30000, 1001), True, "00:00:59;29"),
        (1800, Fraction(30000, 1001), True, "00:01:00;02"),
        (17981, Fraction(30000, 1001), True, "00:09:59;29"),
        (17982, Fraction(30000, 1001), True, "00:10:00;00"),
        (107892, Fraction(30000, 1001), True, "01:00:00;00"),
        (3600, Fraction(60000, 1001), True, "00:01:00;04"),
    ],
)
def test_time_code_of_a_frame(frame: int, rate: Fraction, drop: bool, text: str) -> None:
    assert timecode_of(frame, rate, drop=drop) == text


def test_what_holds_data_alone_is_no_video_and_its_stream_has_every_key(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "a.ts"), "w") as made:
        stream = made.add_data_stream(None)
        for number in range(5):
            packet = av.Packet(b"hello" * 50)
            packet.stream, packet.pts, packet.dts = stream, number * 9000, number * 9000
            made.mux(packet)
    facts = inspect(tmp_path / "a.ts")
    assert facts.kind == "other"
    assert [facts.streams[0][key] for key in ("type", "codec", "codec_long_name", "profile", "level", "bit_rate")] == [
        "data", None, None, None, None, None,
    ]  # fmt: skip


def test_a_webm_says_by_a_tag_that_it_has_alpha(tmp_path: Path) -> None:
    def mark(stream: Any) -> None:
        stream.pix_fmt = "yuva420p"

    told = _first(movies.movie(tmp_path / "a.webm", 2, codec="libvpx-vp9", prepare=mark))
    assert (told["alpha"], told["pixel_format"]) == (True, "yuv420p")
    assert _first(movies.movie(tmp_path / "b.webm", 2, codec="libvpx-vp9"))["alpha"] is False
