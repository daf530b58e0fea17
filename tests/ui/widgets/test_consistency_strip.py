"""The band of marks under a timeline."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui import theme
from ui.widgets.consistency import Mark, Trait
from ui.widgets.consistency_strip import ConsistencyStrip

MARKS = (
    Mark(1010, 1012, Trait.MISSING), Mark(1030, 1030, Trait.HEADER, "compression: piz, not zip"),
    Mark(1060, 1060, Trait.TRUNCATED), Mark(1080, 1090, Trait.FROZEN),
)  # fmt: skip


def strip(qtbot: QtBot, *marks: Mark) -> ConsistencyStrip:
    made = ConsistencyStrip()
    made.set_marks(marks, 1001, 1100, "All frames are as they should be")
    return displayed(qtbot, made, 824, made.sizeHint().height())


def test_a_click_on_a_mark_goes_to_its_frame(qtbot: QtBot) -> None:
    made = strip(qtbot, *MARKS)
    gone: list[int] = []
    made.frame_chosen.connect(gone.append)
    for spot in made.spots():
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(round(spot.middle), 8))
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(412, 8))
    assert gone == [1010, 1030, 1060, 1080]


def test_the_keys_go_from_mark_to_mark(qtbot: QtBot) -> None:
    made = strip(qtbot, *MARKS)
    gone: list[int] = []
    made.frame_chosen.connect(gone.append)
    made.set_frame(1020)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(made, key)
    assert gone == [1030, 1060, 1030, 1010]


def test_it_says_how_many_of_what(qtbot: QtBot) -> None:
    made = strip(qtbot, *MARKS)
    assert made.accessibleDescription() == "3 missing, 1 truncated, 1 header differs, 11 frozen"
    made.set_marks((), 1001, 1100, "All frames are as they should be")
    assert made.accessibleDescription() == "All frames are as they should be"


def test_marks_are_drawn_in_the_colour_of_their_kind(qtbot: QtBot) -> None:
    image = strip(qtbot, *MARKS).grab().toImage()
    seen = {QColor(image.pixel(x, y)).name() for x in range(824) for y in range(2, 16)}
    look = theme.current()
    assert {look.color(token).name() for token in ("fail", "stale", "accent")} <= seen


def test_a_million_frames_with_many_marks_stay_few_shapes(qtbot: QtBot) -> None:
    made = strip(qtbot)
    made.set_marks([Mark(n, n, Trait.SIZE) for n in range(0, 1_000_000, 50)], 0, 999_999)
    assert 10 < len(made.spots()) < 80
