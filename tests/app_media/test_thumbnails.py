"""Small pictures of media: the right shape, the right way up, a strip of a movie, the wave of a sound."""

import io
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from app.errors import MediaError
from app.media.opening import opened
from app.media.registry import recognise
from app.media.strips import strip_times
from app.media.thumbnails import Small, make_small, serve
from app.media.waveform import read_peaks, sample_peaks
from app.media.waves import WAVE_COLUMNS, draw_wave, read_wave
from tests import media


def small(path: Path) -> Small:
    with opened(path) as file:
        return make_small(file)


def pixels(found: Small) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(found.data)).convert("RGB"))


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_large_still_is_reduced_and_keeps_its_shape(tmp_path: Path, suffix: str) -> None:
    Image.linear_gradient("L").resize((1500, 900)).convert("RGB").save(tmp_path / f"a.{suffix}")
    found = small(tmp_path / f"a.{suffix}")
    assert (found.kind, found.width, found.height) == ("thumbnail", 320, 192)
    shown = pixels(found)
    assert shown.shape == (192, 320, 3)
    assert shown[0].mean() < 20 < 230 < shown[-1].mean()


def test_a_photograph_that_lies_on_its_side_is_set_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (800, 400), (200, 10, 10))
    exif = image.getexif()
    exif[0x112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    assert (small(tmp_path / "a.jpg").width, small(tmp_path / "a.jpg").height) == (160, 320)


def test_a_jpeg_that_is_cut_off_shows_what_is_there(tmp_path: Path) -> None:
    Image.effect_noise((1200, 800), 90).convert("RGB").save(tmp_path / "a.jpg", quality=90)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-60_000])
    found = small(tmp_path / "a.jpg")
    assert (found.width, found.height) == (320, 213)
    assert found.problem, "it says that its end is missing"


def test_what_is_transparent_lies_over_the_grey_behind_a_picture(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (255, 255, 255, 0)).save(tmp_path / "a.png")
    assert np.abs(pixels(small(tmp_path / "a.png")).astype(int) - 22).max() <= 3


def test_a_movie_becomes_a_strip_of_moments(tmp_path: Path) -> None:
    media.mxf(tmp_path / "a.mxf", 25)
    found = small(tmp_path / "a.mxf")
    assert (found.kind, found.width, found.height) == ("filmstrip", 64, 48)
    row = pixels(found)
    greys = [float(row[:, place * 64 : (place + 1) * 64].mean()) for place in range(row.shape[1] // 64)]
    assert len(greys) == 6
    assert greys == sorted(greys), "later frames are brighter ones"
    assert strip_times(6.0) == (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)


def test_a_movie_of_a_moment_is_one_picture(tmp_path: Path) -> None:
    found = small(media.movie(tmp_path / "a.mp4", 0.2))
    assert (found.kind, pixels(found).shape[:2]) == ("filmstrip", (found.height, found.width))


def test_a_movie_without_pictures_shows_its_sound(tmp_path: Path) -> None:
    assert small(media.sound(tmp_path / "a.m4a", "aac", 48000)).kind == "waveform"
    (tmp_path / "a.m4a").rename(tmp_path / "a.mp4")
    assert small(tmp_path / "a.mp4").kind == "waveform"


def test_what_is_neither_picture_nor_sound_says_so(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        small(media.text(tmp_path / "a.txt"))
    assert caught.value.code == "media.no_picture"


def test_the_peaks_of_a_sound_come_back_from_its_picture() -> None:
    steps = np.linspace(-1, 1, WAVE_COLUMNS, dtype=np.float32)
    values = np.stack((np.stack((np.minimum(steps, 0) - 0.1, np.abs(steps)), 1), np.stack((-(steps**2), steps**2), 1)))
    picture, lane = draw_wave(values.astype(np.float32))
    assert picture.shape == (2 * lane, WAVE_COLUMNS, 3)
    found = read_wave(picture, lane)
    assert found.shape == values.shape
    assert np.abs(found - np.clip(values, -1, 1)).max() < 0.08


def test_silence_is_a_line() -> None:
    picture, lane = draw_wave(np.zeros((1, 10, 2), np.float32))
    assert np.abs(read_wave(picture, lane)).max() == 0


def test_a_long_sound_is_looked_at_in_places_and_looks_like_the_whole(tmp_path: Path) -> None:
    path = media.wav(tmp_path / "a.wav", 6.0)
    with opened(path) as file:
        form, _ = recognise(file)
        whole, places = read_peaks(file, form, 60), sample_peaks(file, form, 30, 1.0)
        assert sample_peaks(file, form, 30, 10.0) is None, "it is not that long"
    assert places is not None
    assert places.values.shape[:2] == (whole.values.shape[0], 30)
    loudest = [float(np.abs(peaks.values).max()) for peaks in (whole, places)]
    assert abs(loudest[0] - loudest[1]) < 0.1


def test_a_file_that_was_written_meanwhile_is_refused(tmp_path: Path) -> None:
    path = media.png(tmp_path / "a.png")
    status = path.stat()
    asked = {"path": str(path), "size": status.st_size, "mtime_ns": status.st_mtime_ns - 5, "tolerance_ns": 0}
    answers: list[dict[str, object]] = []

    def send(header: dict[str, object], payload: bytes = b"") -> None:
        answers.append(header)
        assert payload

    with pytest.raises(MediaError, match="written since it was scanned"):
        serve(asked, send)
    serve({**asked, "tolerance_ns": 10}, send)
    assert [answer["kind"] for answer in answers] == ["thumbnail"]


def test_a_render_of_thousands_of_channels_has_a_picture(tmp_path: Path) -> None:
    planes = {f"layer{n // 4:04}.{'RGBA'[n % 4]}": np.full((8, 8), 0.5, np.float16) for n in range(2000)}
    path = tmp_path / "many.exr"
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, planes).write(str(path))
    assert pixels(small(path)).shape[:2] == (8, 8)


def test_a_picture_that_has_too_many_channels_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "more.exr"
    planes = {f"layer{n:04}": np.zeros((2, 2), np.float16) for n in range(4097)}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, planes).write(str(path))
    with pytest.raises(MediaError, match="at most 4096 channels: it has 4097"):
        small(path)
