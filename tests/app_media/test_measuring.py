"""Movies and sounds decoded and measured: what was planted is found at exactly its place, and nothing else."""

import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.media.measuring import folded, measure
from app.media.opening import opened
from app.media.registry import recognise
from app.model.measuring import MeasureOptions
from tests import movies


def _measured(path: Path, *options: MeasureOptions) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    with opened(path) as file:
        return measure(file, recognise(file)[0], lambda done, total: None, options or (MeasureOptions(),))


def _video(path: Path, *options: MeasureOptions) -> dict[str, Any]:
    stats, errors = _measured(path, *options)
    assert errors == []
    return stats["video"][0]


def _audio(path: Path, *options: MeasureOptions) -> dict[str, Any]:
    stats, errors = _measured(path, *options)
    assert errors == []
    return stats["audio"][0]


def _with(black: range = range(0), frozen: range = range(0)) -> Callable[[int], NDArray[np.uint8]]:
    """Pictures of which some are black and some repeat the one before their first."""

    def draw(number: int) -> NDArray[np.uint8]:
        picture = movies.picture(frozen.start - 1 if number in frozen else number)
        return np.zeros_like(picture) if number in black else picture

    return draw


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mjpeg"), ("a.mov", "prores_ks"), ("a.mkv", "ffv1")])
def test_black_and_repeated_frames_are_found_where_they_are(name: str, codec: str, tmp_path: Path) -> None:
    draw = _with(range(7, 10), range(20, 24))
    found = _video(movies.movie(tmp_path / name, 40, draw, codec=codec, rate=Fraction(24000, 1001)))
    assert (found["black"]["frames"], found["black"]["count"], found["black"]["longest"]) == ("7-9", 3, 3)
    assert (found["frozen"]["frames"], found["frozen"]["count"]) == ("20-23", 4)
    run = found["black"]["runs"][0]
    assert run["start_s"] == pytest.approx(7 * 1001 / 24000, abs=1e-3)
    assert run["end_s"] == pytest.approx(10 * 1001 / 24000, abs=1e-3)
    assert found["frames_decoded"] == 40


@pytest.mark.parametrize("between", [0, 2])
@pytest.mark.parametrize(
    ("name", "codec"), [("a.avi", "libx264"), ("a.h264", "libx264"), ("a.mkv", "libx264"), ("a.asf", "mpeg4")]
)
def test_black_frames_between_reordered_ones_are_found_where_they_are(
    name: str, codec: str, between: int, tmp_path: Path
) -> None:
    def prepare(video: Any) -> None:
        video.codec_context.max_b_frames = between

    found = _video(movies.movie(tmp_path / name, 40, _with(range(7, 10)), codec=codec, prepare=prepare))
    assert (found["black"]["frames"], found["frames_decoded"]) == ("7-9", 40)
    assert found["black"]["runs"][0]["start_s"] == pytest.approx(7 / 25, abs=1e-3)


@pytest.mark.parametrize("at", [0, 5, 11])
def test_a_single_black_frame_counts(at: int, tmp_path: Path) -> None:
    found = _video(movies.movie(tmp_path / "a.mp4", 12, _with(range(at, at + 1))))
    assert (found["black"]["frames"], found["frozen"]["frames"]) == (str(at), "")


def test_a_single_repeated_frame_counts(tmp_path: Path) -> None:
    found = _video(movies.movie(tmp_path / "a.mov", 12, _with(frozen=range(6, 7)), codec="prores_ks"))
    assert (found["frozen"]["frames"], found["black"]["frames"]) == ("6", "")


def test_a_clean_movie_has_nothing_to_tell(tmp_path: Path) -> None:
    found = _video(movies.movie(tmp_path / "a.mp4", 30))
    assert (found["black"]["runs"], found["frozen"]["runs"], found["timestamps"]["gaps"]) == ([], [], [])
    assert (found["frames_decoded"], found["frames_expected"], found["broken_packets"]) == (30, 30, 0)


def test_dark_is_not_black(tmp_path: Path) -> None:
    def draw(number: int) -> NDArray[np.uint8]:
        return (movies.picture(number) // 5).astype(np.uint8)

    path = movies.movie(tmp_path / "a.mkv", 5, draw, codec="ffv1")
    assert _video(path)["black"]["count"] == 0
    assert _video(path, MeasureOptions(black_level=0.3))["black"]["count"] == 5


def test_samples_of_rgb_are_measured_too(tmp_path: Path) -> None:
    def rgb(stream: Any) -> None:
        stream.pix_fmt = "rgb24"

    found = _video(movies.movie(tmp_path / "a.mov", 9, _with(range(3, 5)), codec="png", prepare=rgb))
    assert found["black"]["frames"] == "3-4"


@pytest.mark.parametrize("top_first", [True, False])
def test_interlaced_pictures_are_told(top_first: bool, tmp_path: Path) -> None:
    def draw(number: int) -> NDArray[np.uint8]:
        """A grey bar that moves on in every field."""
        picture = np.full((96, 128, 3), 60, np.uint8)
        for field in (0, 1):
            at = 4 * (2 * number + (field if top_first else 1 - field)) % 100
            picture[field::2, at : at + 24] = 200
        return picture

    found = _video(movies.movie(tmp_path / "a.mkv", 20, draw, codec="ffv1"))["interlace"]
    assert found["detected"] == ("tff" if top_first else "bff")

    def whole(number: int) -> NDArray[np.uint8]:
        picture = np.full((96, 128, 3), 60, np.uint8)
        picture[:, 4 * number : 4 * number + 24] = 200
        return picture

    assert _video(movies.movie(tmp_path / "b.mkv", 20, whole, codec="ffv1"))["interlace"]["detected"] == "progressive"


def test_a_gap_in_the_time_stamps(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in [*range(10), *range(13, 25)]:
            frame = av.VideoFrame.from_ndarray(movies.picture(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    times = _video(path)["timestamps"]
    assert [gap["frames"] for gap in times["gaps"]] == ["10-12"]
    assert (times["gap_count"], times["missing"], times["variable"]) == (1, 3, False)


def test_a_variable_rate_has_no_gaps(tmp_path: Path) -> None:
    import av

    path, at = tmp_path / "a.mkv", 0
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(movies.picture(number), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            at += (20, 45, 100, 33)[number % 4]
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    found = _video(path)
    assert (found["timestamps"]["variable"], found["timestamps"]["gap_count"]) == (True, 0)
    assert found["frames_decoded"] == 30


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_loudness_of_the_reference_tone(level: float, tmp_path: Path) -> None:
    """EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    found = _audio(movies.sound(tmp_path / "a.wav", movies.tone(20, level)))
    told = found["loudness"]
    assert told["integrated_lufs"] == pytest.approx(level, abs=0.1)
    assert told["max_short_term_lufs"] == pytest.approx(level, abs=0.1)
    assert told["max_momentary_lufs"] == pytest.approx(level, abs=0.1)
    assert told["range_lu"] == pytest.approx(0, abs=0.1)
    assert told["true_peak_dbtp"] == pytest.approx(level, abs=0.1)
    assert (found["silent"], found["clipped"]["count"], found["samples"]) == ([], 0, 960_000)


def test_loudness_range(tmp_path: Path) -> None:
    """EBU Tech 3342, case 1: 20 s at -20 and 20 s at -30 dBFS are 10 LU apart."""
    tones = np.concatenate((movies.tone(20, -20), movies.tone(20, -30)), axis=1)
    told = _audio(movies.sound(tmp_path / "a.wav", tones))["loudness"]
    assert told["range_lu"] == pytest.approx(10, abs=1)


def test_a_true_peak_lies_between_the_samples(tmp_path: Path) -> None:
    """A sine of a quarter of the sampling rate, 45° off: each sample lies 3 dB below the crest (EBU Tech 3341)."""
    moment = np.arange(48000)
    fade = np.clip(np.minimum(moment, moment[::-1]) / 4800, 0, 1)
    wave = (fade * 0.5 * np.sin(2 * np.pi * moment / 4 + np.pi / 4)).astype(np.float32)
    told = _audio(movies.sound(tmp_path / "a.wav", np.stack((wave, wave))))["loudness"]
    assert told["sample_peak_dbfs"] == pytest.approx(-9.03, abs=0.02)
    assert told["true_peak_dbtp"] == pytest.approx(-6.02, abs=0.2)


def test_sound_too_short_or_silent_has_no_loudness(tmp_path: Path) -> None:
    short = _audio(movies.sound(tmp_path / "a.wav", movies.tone(0.3, -20)))["loudness"]
    assert (short["integrated_lufs"], short["max_short_term_lufs"], short["range_lu"]) == (None, None, None)
    assert short["sample_peak_dbfs"] == pytest.approx(-20, abs=0.1)
    none = _audio(movies.sound(tmp_path / "b.wav", np.zeros((2, 48000), np.float32)))
    assert (none["loudness"]["integrated_lufs"], none["loudness"]["true_peak_dbtp"]) == (None, None)
    assert (none["silent"], none["channels"][0]["silent"]) == ([{"start_s": 0.0, "end_s": 1.0}], True)


def test_silence_is_found_to_the_sample(tmp_path: Path) -> None:
    tone = movies.tone(4, -20)
    tone[:, 48000:96000] = 0
    tone[0, 120000:168000] = 0
    tone[:, 180000:190000] = 0
    found = _audio(movies.sound(tmp_path / "a.wav", tone))
    assert len(found["silent"]) == 1
    assert found["silent"][0]["start_s"] == pytest.approx(1, abs=0.001)
    assert found["silent"][0]["end_s"] == pytest.approx(2, abs=0.001)
    shorter = _audio(tmp_path / "a.wav", MeasureOptions(silence_s=0.1))
    assert len(shorter["silent"]) == 2


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_f32le"])
def test_clipped_samples_are_counted(codec: str, tmp_path: Path) -> None:
    tone = movies.tone(1, -6)
    tone[1, 20000:20005] = 1.0
    tone[1, 30000:30002] = -1.0
    found = _audio(movies.sound(tmp_path / "a.wav", tone, codec=codec))
    assert found["clipped"]["samples"] == 5
    run = found["clipped"]["runs"][0]
    assert run["channel"] == ("FR" if codec == "pcm_s24le" else "1")
    assert (run["samples"], run["start_s"]) == (5, round(20000 / 48000, 6))
    assert [channel["clipped_samples"] for channel in found["channels"]] == [0, 5]
    assert found["loudness"]["sample_peak_dbfs"] == 0.0


def test_inverted_channels(tmp_path: Path) -> None:
    tone = movies.tone(3, -20)
    tone[1] *= -1
    found = _audio(movies.sound(tmp_path / "a.wav", tone))["phase"]
    assert (found["correlation"], found["inverted"]) == (-1.0, True)
    assert found["pairs"][0]["channels"] == ["FL", "FR"]
    tone[1, :96000] *= -1
    part = _audio(movies.sound(tmp_path / "b.wav", tone))["phase"]
    assert part["inverted"] is False
    assert part["pairs"][0]["out_of_phase"] == [{"start_s": 2.0, "end_s": 3.0}]


def test_levels_and_offset_of_each_channel(tmp_path: Path) -> None:
    tone = movies.tone(2, -20)
    tone[1] = tone[1] * 0.5 + 0.01
    left, right = _audio(movies.sound(tmp_path / "a.wav", tone))["channels"]
    assert (left["peak_dbfs"], left["rms_dbfs"]) == (pytest.approx(-20, abs=0.01), pytest.approx(-23.01, abs=0.01))
    assert left["dc_offset"] == pytest.approx(0, abs=1e-6)
    assert right["dc_offset"] == pytest.approx(0.01, abs=1e-4)


def test_surround_has_its_pairs_and_its_loudness_without_the_bass_channel(tmp_path: Path) -> None:
    tone = np.zeros((6, 96000), np.float32)
    tone[3] = movies.tone(2, -6, 60)[0]
    only_bass = _audio(movies.sound(tmp_path / "a.mov", tone))
    assert only_bass["loudness"]["integrated_lufs"] is None
    assert [pair["channels"] for pair in only_bass["phase"]["pairs"]] == [["FL", "FR"], ["BL", "BR"]]


def test_samples_that_are_no_numbers(tmp_path: Path) -> None:
    tone = movies.tone(1, -20)
    tone[0, 100], tone[1, 200:202] = np.nan, np.inf
    stats, errors = _measured(movies.sound(tmp_path / "a.wav", tone, codec="pcm_f32le"))
    assert [error["code"] for error in errors] == ["sound.non_finite"]
    assert stats["audio"][0]["non_finite_samples"] == 3
    assert stats["audio"][0]["loudness"]["integrated_lufs"] == pytest.approx(-20, abs=0.2)


def test_a_movie_with_sound_is_read_once(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mov", 50, sound=movies.tone(2, -18))
    heard: list[tuple[int, int]] = []
    with opened(path) as file:
        stats, errors = measure(file, recognise(file)[0], lambda done, total: heard.append((done, total)))
    assert errors == []
    assert (stats["video"][0]["frames_decoded"], stats["audio"][0]["samples"]) == (50, 96000)
    assert heard[-1] == (path.stat().st_size, path.stat().st_size)


def test_frames_of_which_the_file_promises_more(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mxf", 50, codec="mpeg2video")
    assert _measured(path)[1] == []
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    stats, errors = _measured(path)
    found = stats["video"][0]
    assert found["frames_expected"] == 50
    assert 25 < found["frames_decoded"] < 40
    assert errors[0]["code"] == "frames.missing"
    assert errors[0]["message"] == f"50 frames are announced and {found['frames_decoded']} can be decoded"


def _promising(path: Path, frames: int, more: int, *, empty: bool, indexed: bool = True) -> Path:
    """An AVI that promises so many more frames than have a picture: as chunks without a byte, or not there at all."""
    data = movies.movie(path, frames, codec="mjpeg").read_bytes()
    lists = data.index(b"movi") - 8
    end = lists + 8 + int.from_bytes(data[lists + 4 : lists + 8], "little")
    index = data.index(b"idx1", end)
    entries = data[index + 8 : index + 8 + int.from_bytes(data[index + 4 : index + 8], "little")]
    chunks = more * empty
    found = data[lists + 8 : end] + struct.pack("<4sI", b"00dc", 0) * chunks
    entries += struct.pack("<4sIII", b"00dc", 0, end - lists - 8, 0) * chunks
    whole = bytearray(data[:lists] + movies.chunk(b"LIST", found) + movies.chunk(b"idx1", entries) * indexed)
    struct.pack_into("<I", whole, 4, len(whole) - 8)
    struct.pack_into("<I", whole, whole.index(b"strh") + 40, frames + more)
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("indexed", [True, False])
def test_frames_of_an_avi_that_repeat_the_last_one_are_not_missing(indexed: bool, tmp_path: Path) -> None:
    stats, errors = _measured(_promising(tmp_path / "a.avi", 12, 5, empty=True, indexed=indexed))
    assert (stats["video"][0]["frames_decoded"], stats["video"][0]["frames_expected"]) == (12, 17)
    assert errors == []


def test_frames_of_an_avi_that_are_nowhere_are_missing(tmp_path: Path) -> None:
    _, errors = _measured(_promising(tmp_path / "a.avi", 12, 5, empty=False))
    assert [(error["code"], error["message"]) for error in errors] == [
        ("frames.missing", "17 frames are announced and 12 can be decoded")
    ]


def test_broken_frames_are_told_with_their_numbers(tmp_path: Path) -> None:
    import av

    path = movies.movie(tmp_path / "a.mov", 30, codec="mjpeg")
    with av.open(str(path)) as movie:
        places = [(packet.pos, packet.size) for packet in movie.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for number in (7, 8, 20):
        at, size = places[number]
        data[at : at + size] = bytes(size)
    path.write_bytes(data)
    stats, errors = _measured(path)
    assert [(error["code"], error["stream"], error["frames"]) for error in errors[-2:]] == [
        ("frames.damaged", 0, "7-8"), ("frames.damaged", 0, "20"),
    ]  # fmt: skip
    assert errors[-1]["time_s"] == pytest.approx(20 / 25)
    assert (stats["video"][0]["frames_decoded"], stats["video"][0]["broken_packets"]) == (27, 3)
    assert [gap["frames"] for gap in stats["video"][0]["timestamps"]["gaps"]] == ["7-8", "20"]
    assert errors[0]["code"] == "frames.missing"


def test_what_a_decoder_says_hundreds_of_times_of_one_packet_is_told_once() -> None:
    said = ["Error at MB: 168", *["marker does not match f_code"] * 70]
    assert folded(said) == "Error at MB: 168 marker does not match f_code (70 times)"
    assert folded([]) == ""


def test_where_a_container_is_broken_every_stream_lost_something(tmp_path: Path) -> None:
    path = movies.movie(tmp_path / "a.mkv", 100, codec="ffv1", sound=movies.tone(4, -20))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + len(data) // 5] = bytes(len(data) // 5)
    path.write_bytes(data)
    stats, errors = _measured(path)
    assert stats["video"][0]["frames_decoded"] < 100
    assert {error["stream"] for error in errors if error["code"].endswith(".damaged")} >= {0, 1}


def test_a_stream_that_begins_in_the_middle_is_told_and_stops_nothing(tmp_path: Path) -> None:
    plain = movies.movie(tmp_path / "a.flv", 50, codec="flv").read_bytes()
    sound = movies.movie(tmp_path / "b.flv", 50, codec="flv", sound=movies.tone(2, -20)).read_bytes()
    path = tmp_path / "c.flv"
    path.write_bytes(plain + plain[13:] * 59 + sound[13:])
    stats, errors = _measured(path)
    assert stats["video"][0]["frames_decoded"] > 2900
    assert [error["code"] for error in errors if error["stream"] is None] == ["media.unannounced"]
    assert "Audio: aac" in next(error["message"] for error in errors if error["stream"] is None)
