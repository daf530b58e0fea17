"""The viewer maps pixels right, keeps its words apart, and says why there is no picture."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.showing import displayed
from ui import theme
from ui.widgets.frame_viewer import FrameViewer
from ui.widgets.viewer_frame import PictureInfo, SoundInfo, ViewerState, readout
from ui.widgets.viewer_overlays import Corners, place_corners


def checked(width: int = 400, height: int = 200) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#204060"))
    image.setPixelColor(123, 45, QColor("#ff0000"))
    return image


@pytest.fixture
def viewer(qtbot) -> FrameViewer:
    return displayed(qtbot, FrameViewer(), 640, 400)


def centre(viewer: FrameViewer) -> QPointF:
    return QPointF(viewer.width() / 2, viewer.height() / 2)


def test_one_to_one_reads_the_pixel_that_is_painted_there(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    viewer.one_to_one()
    image = viewer.grab().toImage()
    reds = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).name() == "#ff0000"
    ]
    assert len(reds) == 1
    ((x, y),) = reds
    assert viewer.pixel_at(QPointF(x + 0.5, y + 0.5)) == QPoint(123, 45)


@pytest.mark.parametrize("size", [(641, 401), (640, 401), (333, 250)])
def test_one_to_one_is_sharp_whatever_the_size_of_the_view(viewer: FrameViewer, size: tuple[int, int]) -> None:
    viewer.show_picture(checked())
    viewer.one_to_one()
    viewer.resize(*size)
    image = viewer.grab().toImage()
    colors = {image.pixelColor(x, size[1] // 2 + d).name() for x in range(20, size[0] - 20) for d in range(-70, 70)}
    assert colors <= {"#ff0000", "#204060", theme.current().colors["surround"]}


def test_the_readout_names_the_values_of_the_pixel_under_the_pointer(viewer: FrameViewer, qtbot) -> None:
    viewer.set_pixel_reader(lambda x, y: (x / 1000, y / 1000, 0.5, 1.0))
    viewer.show_picture(checked())
    viewer.one_to_one()
    QTest.mouseMove(viewer, QPoint(10, 10))
    assert viewer.corners().bottom_right == ""
    with qtbot.waitSignal(viewer.pixel_hovered) as hovered:
        QTest.mouseMove(viewer, QPoint(320, 200))
    x, y = hovered.args
    assert viewer.corners().bottom_right == f"({x}, {y})  R {x / 1000:.4f}  G {y / 1000:.4f}  B 0.5000  A 1.0000"


def test_above_100_per_cent_pixels_are_squares_not_a_blur(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    viewer.set_zoom(8)
    viewer._centre = QPointF(123.5, 45.5)
    image = viewer.grab().toImage()
    colors = {image.pixelColor(x, 200).name() for x in range(300, 340)}
    assert colors == {"#ff0000", "#204060"}
    assert sum(image.pixelColor(x, 200).name() == "#ff0000" for x in range(640)) == 8


def wheel(viewer: FrameViewer, place: QPointF, notches: int) -> None:
    turn = QPoint(0, 120 * notches)
    event = QWheelEvent(
        place, viewer.mapToGlobal(place), QPoint(), turn, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewer, event)


def test_the_wheel_zooms_about_the_pointer(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    place = QPointF(250.5, 180.5)
    before = viewer.pixel_at(place)
    for notches in (1, 1, 1, -2, 1, 1, 1, -3, 4, 1):
        wheel(viewer, place, notches)
    assert viewer.zoom() > 3
    after = viewer.pixel_at(place)
    assert before is not None and after is not None
    assert (after - before).manhattanLength() <= 1


def test_dragging_pans_by_as_much_as_the_pointer_moved(viewer: FrameViewer) -> None:
    viewer.show_picture(checked(2000, 1000))
    viewer.one_to_one()
    before = viewer.pixel_at(centre(viewer))
    QTest.mousePress(viewer, Qt.MouseButton.LeftButton, pos=QPoint(320, 200))
    QTest.mouseMove(viewer, QPoint(290, 220))
    QTest.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(290, 220))
    assert viewer.pixel_at(centre(viewer)) == before + QPoint(30, -20)


def test_the_picture_cannot_be_dragged_out_of_sight(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    viewer.one_to_one()
    for _ in range(5):
        QTest.mousePress(viewer, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
        QTest.mouseMove(viewer, QPoint(630, 390))
        QTest.mouseRelease(viewer, Qt.MouseButton.LeftButton, pos=QPoint(630, 390))
    corner = viewer.pixel_at(centre(viewer) + QPointF(1, 1))
    assert corner == QPoint(1, 1) or corner == QPoint(0, 0)


def test_fit_follows_the_size_and_double_click_goes_between_fit_and_one_to_one(viewer: FrameViewer) -> None:
    viewer.show_picture(checked(4000, 2000))
    assert viewer.fitting()
    small = viewer.zoom()
    viewer.resize(1200, 800)
    assert viewer.zoom() > small
    QTest.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(600, 400))
    assert viewer.zoom() == pytest.approx(1.0)
    QTest.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(600, 400))
    assert viewer.fitting()


def test_the_next_frame_of_the_same_size_keeps_zoom_and_place(viewer: FrameViewer) -> None:
    viewer.show_picture(checked(2000, 1000))
    viewer.set_zoom(2.0, QPointF(100, 100))
    place = viewer.pixel_at(centre(viewer))
    viewer.show_picture(checked(2000, 1000))
    assert (viewer.zoom(), viewer.pixel_at(centre(viewer))) == (2.0, place)
    viewer.show_picture(checked(300, 200))
    assert viewer.fitting()


def test_data_window_beyond_the_display_window_reads_negative_pixels(viewer: FrameViewer) -> None:
    info = PictureInfo(
        display_window=QRect(0, 0, 400, 200),
        data_window=QRect(-20, -10, 440, 220),
        image_window=QRect(-20, -10, 440, 220),
    )
    viewer.show_picture(checked(440, 220), info)
    viewer.one_to_one()
    assert viewer.pixel_at(centre(viewer) + QPointF(-210, 0)) == QPoint(-10, 100)
    assert viewer.pixel_at(centre(viewer) + QPointF(-230, 0)) is None


def test_a_proxy_reads_in_pixels_of_the_file(viewer: FrameViewer) -> None:
    viewer.show_picture(checked(400, 200), PictureInfo(display_window=QRect(0, 0, 4000, 2000)))
    assert viewer.pixel_at(centre(viewer)) == QPoint(2000, 1000)
    assert viewer.corners().top_right.startswith("4000×2000")


def test_missing_says_so_and_shows_no_neighbour(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    viewer.show_missing(1014)
    assert viewer.state() == ViewerState.MISSING
    assert "Frame 1014 is missing" in viewer.accessibleDescription()
    image = viewer.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, 640, 3) for y in range(0, 400, 3)}
    assert "#204060" not in seen
    assert theme.current().colors["hatch"] in seen


def test_loading_keeps_the_last_picture_dimmed(viewer: FrameViewer) -> None:
    viewer.show_picture(checked())
    viewer.show_loading()
    bright = viewer.grab().toImage().pixelColor(60, 150)
    assert 0 < bright.blue() < 0x60
    assert viewer.pixel_at(centre(viewer)) is None


def test_an_error_says_its_reason(viewer: FrameViewer) -> None:
    viewer.show_error("plate_014.dpx ends in the middle of the picture.")
    viewer.grab()
    assert "ends in the middle" in viewer.accessibleDescription()


def test_a_waveform_is_drawn_with_its_peaks_in_red(viewer: FrameViewer) -> None:
    quiet = [(-0.2, 0.2)] * 500
    viewer.show_sound(SoundInfo((quiet, [*quiet[:250], (-1.0, 1.0), *quiet[251:]]), 20.0, "mix.wav"))
    image = viewer.grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}
    assert {theme.current().colors["wave"], theme.current().colors["wave_hot"]} <= seen


@pytest.mark.parametrize("width", [40, 90, 150, 220, 380, 700, 1400])
@pytest.mark.parametrize("height", [30, 60, 110, 400])
def test_corner_texts_never_overlap_and_are_never_cut(qapp: QApplication, width: int, height: int) -> None:
    metrics = QFontMetrics(theme.ui_font())
    corners = Corners("sh010_comp_v004   beauty · RGBA half", "4096×2304   35 %", "1047   00:00:43:15",
                      "(1832, 911)  R 0.4182  G 0.3377  B 0.2210  A 1.0000")  # fmt: skip
    area = QRect(0, 0, width, height)
    placed = place_corners(corners, area, metrics)
    for number, one in enumerate(placed):
        assert area.contains(one.rect)
        assert metrics.horizontalAdvance(one.text) <= one.rect.width()
        assert not any(one.rect.intersects(other.rect) for other in placed[number + 1 :])
    if width >= 700 and height >= 110:
        assert [p.text for p in placed] == [
            corners.top_left,
            corners.top_right,
            corners.bottom_left,
            corners.bottom_right,
        ]


def test_readouts_of_odd_values() -> None:
    assert readout(1, 2, (float("nan"), float("inf"), -1e9, 12), "RGBA") == "(1, 2)  R NaN  G +Inf  B -1e+09  A 12"
    assert readout(1, 2, None, "RGB") == "(1, 2)"
