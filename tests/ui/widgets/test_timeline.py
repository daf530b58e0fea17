"""The timeline shows what is there, what is missing, and goes where it is told."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui.showing import displayed, strokes_of
from ui import theme
from ui.widgets.frame_strip import FindingTick, Frames
from ui.widgets.timeline import Timeline

MISSING = {1014, 1015, 1016, 1058, 1093}
FRAMES = Frames.of([f for f in range(1001, 1101) if f not in MISSING], [FindingTick(1071), FindingTick(1032, "stale")])


@pytest.fixture
def timeline(qtbot) -> Timeline:
    widget = Timeline()
    widget.set_frames(FRAMES, 1001)
    return displayed(qtbot, widget, 1024, widget.sizeHint().height())


def strip_y(timeline: Timeline) -> int:
    return timeline.height() // 2 + 4


def test_scrubbing_to_a_missing_frame_goes_there_and_says_so(timeline: Timeline, qtbot) -> None:
    with qtbot.waitSignal(timeline.frame_changed) as went:
        QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(timeline.x_of(1058)), strip_y(timeline)))
    assert went.args == [1058]
    assert "At frame 1058, which is missing" in timeline.accessibleDescription()


def test_dragging_past_the_ends_stays_inside(timeline: Timeline) -> None:
    heard: list[object] = []
    timeline.scrubbing.connect(heard.append)
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(500, strip_y(timeline)))
    QTest.mouseMove(timeline, QPoint(5000, strip_y(timeline)))
    assert timeline.frame() == 1100
    QTest.mouseMove(timeline, QPoint(-50, strip_y(timeline)))
    assert timeline.frame() == 1001
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(10, strip_y(timeline)))
    assert heard == [True, False]


def test_keys_walk_frames_tens_ends_and_gaps(timeline: Timeline, qtbot) -> None:
    walked = []
    for key, modifier in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
    ):  # fmt: skip
        qtbot.keyClick(timeline, key, modifier)
        walked.append(timeline.frame())
    assert walked == [1002, 1012, 1014, 1058, 1014, 1100, 1100, 1001]


def test_decimal_frames_are_called_by_their_numbers(timeline: Timeline, qtbot) -> None:
    labels = {place: str(place / 2) for place in range(2002, 2009)}
    timeline.set_frames(Frames(((2002, 2003), (2006, 2008)), labels=labels), 2002)
    qtbot.keyClick(timeline, Qt.Key.Key_Right)
    assert timeline.accessibleDescription().endswith("At frame 1001.5.")
    timeline.set_frames(Frames(((1, 3),), labels={1: "1001", 2: "1002", 3: "1011"}), 3)
    assert timeline.accessibleDescription().startswith("1001–1011")
    assert timeline.accessibleDescription().endswith("At frame 1011.")
    timeline.grab()


def test_findings_can_be_walked(timeline: Timeline) -> None:
    timeline.go_to_finding(1)
    timeline.go_to_finding(1)
    timeline.go_to_finding(1)
    assert timeline.frame() == 1071
    timeline.go_to_finding(-1)
    assert timeline.frame() == 1032


def test_being_told_a_frame_is_not_answered_with_a_signal(timeline: Timeline, qtbot) -> None:
    with qtbot.assertNotEmitted(timeline.frame_changed):
        timeline.set_frame(1050)
    assert timeline.frame() == 1050


def test_a_missing_frame_is_red_and_taller_than_its_neighbours(timeline: Timeline) -> None:
    image = timeline.grab().toImage()
    red = theme.current().colors["frame_missing"]
    at_gap = [image.pixelColor(round(timeline.x_of(1058)), y).name() for y in range(image.height())].count(red)
    beside = [image.pixelColor(round(timeline.x_of(1050)), y).name() for y in range(image.height())]
    assert at_gap > beside.count(theme.current().colors["frame"]) > 8
    assert red not in beside


def test_one_missing_frame_among_a_hundred_thousand_is_seen(timeline: Timeline) -> None:
    timeline.set_frames(Frames.of([f for f in range(1, 100_001) if f != 43_210]), 1)
    image = timeline.grab().toImage()
    red = theme.current().colors["frame_missing"]
    x = round(timeline.x_of(43_210))
    assert red in {image.pixelColor(x + d, y).name() for d in (-1, 0, 1) for y in range(20, image.height())}


def test_a_hundred_thousand_frames_take_no_more_strokes_than_a_thousand(timeline: Timeline) -> None:
    strokes = []
    for last in (2_000, 200_000):
        timeline.set_frames(Frames.of(range(1, last + 1, 2), [FindingTick(f) for f in range(1, last + 1, 40)]), 1)
        strokes.append(strokes_of(timeline))
    assert strokes[1] < 1.2 * strokes[0]


@pytest.mark.parametrize("frames", [Frames(), Frames.of([7]), Frames.of([-5, -4, 3]), Frames.of([1, 2**40])])
def test_odd_ranges_paint_and_take_keys(timeline: Timeline, qtbot, frames: Frames) -> None:
    timeline.set_frames(frames)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_PageUp):
        qtbot.keyClick(timeline, key)
    QTest.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(300, strip_y(timeline)))
    timeline.grab()
    assert frames.length == 0 or frames.first <= timeline.frame() <= frames.last
