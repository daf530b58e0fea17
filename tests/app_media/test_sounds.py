"""Sounds that no camera makes and every delivery has: many channels, odd rates, a few seconds."""

import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import MediaError
from app.media.measuring import measure
from app.media.opening import opened
from app.media.registry import inspect, recognise
from app.media.waveform import read_peaks, sample_peaks
from app.model.measuring import MeasureOptions
from tests import movies


def sound(path: Path, channels: int, rate: int = 48000, seconds: float = 3.0) -> Path:
    """A tone of 16 bits that grows with the number of the channel: the last one reaches half of full scale."""
    moment = np.arange(round(rate * seconds))
    levels = 0.5 * np.arange(1, channels + 1) / channels
    samples = np.sin(2 * np.pi * moment * 0.02)[:, None] * levels * 32767
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.rint(samples).astype("<i2").tobytes())
    return path


def measured(path: Path) -> dict[str, Any]:
    """What is measured of the sound, nothing of which is damaged."""
    with opened(path) as file:
        stats, errors = measure(file, recognise(file)[0], lambda done, total: None, (MeasureOptions(),))
    assert errors == []
    found: dict[str, Any] = stats["audio"][0]
    return found


@pytest.mark.parametrize("channels", [1, 2, 6, 8, 9, 16, 24, 64])
def test_each_of_many_channels_is_measured(channels: int, tmp_path: Path) -> None:
    found = measured(sound(tmp_path / "a.wav", channels, seconds=1))
    expected = [20 * np.log10(0.5 * (number + 1) / channels) for number in range(channels)]
    assert [channel["peak_dbfs"] for channel in found["channels"]] == pytest.approx(expected, abs=0.06)
    assert found["samples"] == 48000
    assert found["loudness"]["true_peak_dbtp"] == pytest.approx(-6.02, abs=0.05)


@pytest.mark.parametrize("channels", [8, 16])
def test_the_waveform_of_many_channels(channels: int, tmp_path: Path) -> None:
    with opened(sound(tmp_path / "a.wav", channels)) as file:
        form = recognise(file)[0]
        whole, places = read_peaks(file, form, 60), sample_peaks(file, form, 30, 1.0)
    assert places is not None
    for peaks in (whole, places):
        assert peaks.values.shape[0] == channels
        assert peaks.values[..., 1].max(axis=1) == pytest.approx(0.5 * np.arange(1, channels + 1) / channels, abs=0.01)


@pytest.mark.parametrize("rate", [1, 50, 1000, 7999])
def test_a_rate_at_which_loudness_cannot_be_weighted_has_none(rate: int, tmp_path: Path) -> None:
    found = measured(sound(tmp_path / "a.wav", 2, rate, seconds=8))
    assert found["samples"] == 8 * rate
    assert found["loudness"]["integrated_lufs"] is None
    assert found["loudness"]["max_short_term_lufs"] is None


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000, 192000])
def test_a_steady_tone_has_no_range_however_short_it_is(rate: int, tmp_path: Path) -> None:
    told = measured(sound(tmp_path / "a.wav", 2, rate, seconds=3.2))["loudness"]
    assert told["range_lu"] == pytest.approx(0, abs=0.05)
    assert told["integrated_lufs"] == pytest.approx(told["max_short_term_lufs"], abs=0.1)


def test_a_rate_that_no_sound_has_costs_the_loudness_alone(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", 1, seconds=0.1)
    content = path.read_bytes()
    at = content.index(b"fmt ") + 12
    path.write_bytes(content[:at] + struct.pack("<I", 872_415_239) + content[at + 4 :])
    found = measured(path)
    assert found["samples"] == 4800
    assert found["loudness"]["integrated_lufs"] is None
    assert found["loudness"]["sample_peak_dbfs"] == pytest.approx(-6.02, abs=0.05)


def test_a_movie_without_streams_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="holds no stream"):
        inspect(movies.mp4(tmp_path / "a.mp4"))


def test_a_size_that_no_file_can_have_ends_the_sound(tmp_path: Path) -> None:
    sizes = b"ds64\x1c\0\0\0" + struct.pack("<QQQI", 2**63 + 50, 2**63 - 10, 0, 0)
    form = b"fmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 2, 48000, 192000, 4, 16)
    (tmp_path / "a.wav").write_bytes(b"RF64\xff\xff\xff\xffWAVE" + sizes + form + b"data\xff\xff\xff\xff" + bytes(400))
    assert "cut off" in inspect(tmp_path / "a.wav").error


@pytest.mark.parametrize("law", [6, 7])
def test_bits_are_those_that_are_stored_not_those_of_the_decoder(law: int, tmp_path: Path) -> None:
    form = struct.pack("<HHIIHHH", law, 1, 8000, 8000, 1, 8, 0)
    data = b"fmt \x12\0\0\0" + form + b"data" + struct.pack("<I", 800) + bytes(800)
    (tmp_path / "a.wav").write_bytes(b"RIFF" + struct.pack("<I", len(data) + 4) + b"WAVE" + data)
    assert inspect(tmp_path / "a.wav").streams[0]["bits"] == 8


def encoded(path: Path, codec: str, layout: str = "stereo") -> Path:
    """Three seconds of noise in whatever container the suffix asks for."""
    import av

    noise = np.random.default_rng(2).normal(0, 0.1, (2, 48000 * 3)).clip(-1, 1).astype(np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=48000)
        stream.layout = layout
        pieces = av.AudioResampler(format=stream.format, layout=layout, rate=48000)
        source = av.AudioFrame.from_ndarray(noise, format="fltp", layout=layout)
        source.sample_rate = 48000
        size = stream.codec_context.frame_size
        fifo = av.AudioFifo()
        for piece in pieces.resample(source):
            piece.pts = None
            fifo.write(piece)
        while frame := fifo.read(size or 4096, partial=True):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp3", "libmp3lame"), ("a.ogg", "flac"), ("a.opus", "libopus"), ("a.w64", "pcm_s16le"),
     ("a.caf", "pcm_s16le")],
)  # fmt: skip
def test_a_sound_that_lost_its_end_is_cut_off(name: str, codec: str, tmp_path: Path) -> None:
    path = encoded(tmp_path / name, codec)
    assert inspect(path).error == ""
    content = path.read_bytes()
    for part in (0.5, 0.97):
        path.write_bytes(content[: round(len(content) * part)])
        assert "cut off" in inspect(path).error


def test_an_ogg_without_the_last_page_was_not_closed(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.ogg", "libopus")
    content = path.read_bytes()
    path.write_bytes(content[: content.rfind(b"OggS")])
    assert "not closed" in inspect(path).error


def test_a_flac_that_ends_between_two_frames_lacks_samples(tmp_path: Path) -> None:
    path = encoded(tmp_path / "a.flac", "flac")
    content = path.read_bytes()
    assert measured(path)["samples"] == 3 * 48000
    path.write_bytes(content[: content.rfind(b"\xff\xf8")])
    with opened(path) as file:
        _, errors = measure(file, recognise(file)[0], lambda done, total: None, (MeasureOptions(),))
    assert [error["code"] for error in errors] == ["sound.missing"]
