"""The media that the demo library is made of."""

import hashlib
from pathlib import Path

import pytest

from app import demomedia
from app.errors import AppError
from app.media.frames import FrameReader
from app.media.registry import inspect
from tests import media


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_each_frame_differs_and_each_is_made_the_same_again(tmp_path: Path) -> None:
    first, again, second = (
        digest(media.exr(tmp_path / f"{number}.exr", frame))
        for number, frame in enumerate((1001, 1001, 1002))
    )  # fmt: skip
    assert first == again != second


def test_scene_linear_pictures_are_brighter_than_white(tmp_path: Path) -> None:
    demomedia.write_exr(tmp_path / "a.exr")
    with FrameReader() as reader:
        values = reader.probe(str(tmp_path / "a.exr"), 374, 65).values
    assert values is not None
    assert float(values["R"]) > 2


def test_a_frame_carries_its_time_code_and_rate(tmp_path: Path) -> None:
    attributes = inspect(media.exr(tmp_path / "a.exr", 1001)).attributes
    assert attributes["timeCode"]["text"] == "00:00:41:17"
    assert attributes["framesPerSecond"] == {"n": 24, "d": 1}


@pytest.mark.parametrize("name", ["ünï 🎬 a", "-x", "a?b=c", "a%04d", "new\nline"])
def test_any_name_can_be_written(name: str, tmp_path: Path) -> None:
    media.exr(tmp_path / f"{name}.exr")
    media.movie(tmp_path / f"{name}.mp4", 0.25)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.exr", f"{name}.mp4"]
    assert inspect(tmp_path / f"{name}.mp4").error == ""


def test_a_ten_bit_film_log_plate(tmp_path: Path) -> None:
    facts = inspect(media.dpx(tmp_path / "a.dpx"))
    assert facts.attributes["oiio:BitsPerSample"] == 10
    assert facts.error == ""


@pytest.mark.parametrize(("bits", "channels", "sample_rate"), [(16, 1, 44100), (24, 2, 48000), (32, 6, 96000)])
def test_sounds(bits: int, channels: int, sample_rate: int, tmp_path: Path) -> None:
    path = media.wav(tmp_path / "a.wav", 0.1, bits=bits, channels=channels, sample_rate=sample_rate)
    (stream,) = inspect(path).streams
    assert (stream["bits"], stream["channels"], stream["sample_rate"]) == (bits, channels, sample_rate)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises((AppError, OSError)):
        media.exr(tmp_path / "absent" / "a.exr")
    with pytest.raises(AppError, match="could not be written"):
        media.exr(tmp_path / "a.exr", tile=-5)
    assert list(tmp_path.iterdir()) == []
