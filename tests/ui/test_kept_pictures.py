"""The pictures of the catalogue as the screen draws them."""

import io

import numpy as np
from PIL import Image
from PySide6.QtCore import QRect

from app.catalog.pictures import StoredPicture
from app.media.waves import draw_wave
from app.model.facts import MediaFacts
from ui.kept_pictures import kept_picture


def webp(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "WEBP", lossless=True)
    return stream.getvalue()


def test_a_thumbnail_is_drawn_in_the_place_of_the_whole_picture() -> None:
    stored = StoredPicture("thumbnail", 320, 180, "", webp(np.zeros((180, 320, 3), np.uint8)))
    kept = kept_picture(stored, MediaFacts("image", "openexr", width=4096, height=2304), "a.exr")
    assert kept is not None
    assert [tile.width() for tile in kept.tiles] == [320]
    assert (kept.info.display_window, kept.info.pixel_aspect) == (QRect(0, 0, 4096, 2304), 1.0)
    assert kept.info.size == "4096×2304"


def test_an_anamorphic_picture_and_one_on_its_side_keep_their_shape() -> None:
    stored = StoredPicture("thumbnail", 320, 134, "", webp(np.zeros((134, 320, 3), np.uint8)))
    wide = kept_picture(stored, MediaFacts("image", "dpx", width=2048, height=1716))
    assert wide is not None
    assert abs(wide.info.pixel_aspect - 2) < 0.02
    stored = StoredPicture("thumbnail", 160, 320, "", webp(np.zeros((320, 160, 3), np.uint8)))
    turned = kept_picture(stored, MediaFacts("image", "jpeg", width=800, height=400))
    assert turned is not None
    assert (turned.info.display_window, turned.info.pixel_aspect) == (QRect(0, 0, 400, 800), 1.0)


def test_a_filmstrip_comes_apart_into_its_moments() -> None:
    row = np.repeat(np.arange(6, dtype=np.uint8) * 40, 10)[None, :, None].repeat(8, 0).repeat(3, 2)
    kept = kept_picture(StoredPicture("filmstrip", 10, 8, "", webp(row)), MediaFacts("video", "mov", duration_s=12.0))
    assert kept is not None
    assert kept.times == (1.0, 3.0, 5.0, 7.0, 9.0, 11.0)
    assert [tile.pixelColor(5, 4).red() for tile in kept.tiles] == [0, 40, 80, 120, 160, 200]


def test_a_waveform_is_drawn_anew_by_the_theme() -> None:
    values = np.zeros((2, 640, 2), np.float32)
    values[0, :, 1], values[0, :, 0] = 0.5, -0.5
    picture, lane = draw_wave(values)
    stored = StoredPicture("waveform", 640, lane, "", webp(picture))
    kept = kept_picture(stored, MediaFacts("audio", "wav", duration_s=4))
    assert kept is not None
    assert kept.sound is not None
    assert kept.sound.seconds == 4
    assert len(kept.sound.peaks) == 2
    assert max(high for _, high in kept.sound.peaks[0]) > 0.45 > 0.05 > max(high for _, high in kept.sound.peaks[1])


def test_without_a_picture_the_reason_stays() -> None:
    assert kept_picture(None, None) is None
    kept = kept_picture(StoredPicture("thumbnail", 0, 0, "it is damaged", b""), None)
    assert kept is not None
    assert not kept
    assert kept.problem == "it is damaged"
    broken = kept_picture(StoredPicture("thumbnail", 4, 4, "", b"no image"), None)
    assert broken is not None
    assert not broken
