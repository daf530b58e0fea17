"""The filmstrip of a movie."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from ui.widgets.filmstrip import Filmstrip, time_words


@pytest.fixture
def strip(qtbot: QtBot) -> Filmstrip:
    strip = Filmstrip()
    qtbot.addWidget(strip)
    strip.resize(308, 10)
    strip.set_times((0.0, 10.0, 20.0, 30.0, 40.0, 50.0))
    strip.show()
    return strip


def red() -> QImage:
    image = QImage(160, 90, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    return image


def test_places_fill_as_pictures_come(strip: Filmstrip) -> None:
    assert strip.height() == 2 * 56 + 4
    strip.set_picture(4, red())
    strip.set_picture(9, red())
    assert strip.filled() == 1
    assert strip.grab().toImage().pixelColor(154, 70) == QColor("#ff0000")
    assert strip.grab().toImage().pixelColor(50, 20) == QColor("#161616")


def test_a_click_chooses_a_time_and_so_do_the_keys(qtbot: QtBot, strip: Filmstrip) -> None:
    with qtbot.waitSignal(strip.chosen) as clicked:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(260, 80))
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    with qtbot.waitSignal(strip.chosen) as pressed:
        qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert (clicked.args, pressed.args) == ([50.0], [10.0])


def test_no_times_take_no_room(strip: Filmstrip) -> None:
    strip.set_times(())
    assert not strip.isVisible()


@pytest.mark.parametrize(
    ("seconds", "longest", "words"),
    [(0, 3, "0:00.0"), (2.5, 3, "0:02.5"), (67.4, 120, "1:07"), (3723, 4000, "1:02:03")],
)
def test_times_in_words(seconds: float, longest: float, words: str) -> None:
    assert time_words(seconds, longest) == words
