"""How values are spread, as bars: what lies where, and what is said of it."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui import theme
from ui.widgets.histogram import Axis, Histogram, Series, color_of, figure

EDGES = tuple(float(n) for n in range(101))


def series(name: str = "R", *full: int) -> Series:
    counts = tuple(1000 if n in full else 0 for n in range(100))
    return Series(name, color_of(name, 0), EDGES, counts, {"1": 10.0, "50": 50.0, "99": 90.0})


def shown(qtbot: QtBot, *some: Series) -> Histogram:
    made = Histogram()
    made.set_series(some, "Not measured yet")
    return displayed(qtbot, made, 416, 200)


def colors(histogram: Histogram) -> set[str]:
    image = histogram.grab().toImage()
    return {QColor(image.pixel(x, y)).name() for x in range(0, 416, 2) for y in range(20, 180, 2)}


def test_channels_are_drawn_in_their_colours(qtbot: QtBot) -> None:
    look = theme.current()
    histogram = shown(qtbot, series("R", 0, 99), series("B", 50))
    assert look.color("channel_blue").name() in colors(histogram)
    assert [color_of(name, 0) for name in ("left.R", "A", "Z")] == ["channel_red", "channel_alpha", "chart_line_1"]


def test_the_pointer_reads_value_and_counts(qtbot: QtBot) -> None:
    histogram = shown(qtbot, series("R", 0, 50, 99))
    told: list[str] = []
    histogram.pointed.connect(told.append)
    qtbot.mouseMove(histogram, QPoint(209, 100))
    assert told[-1] == "50.24 · R 1,000"


def test_empty_ends_are_not_shown_and_one_value_has_room_around_it(qtbot: QtBot) -> None:
    histogram = shown(qtbot, series("R", 40, 70))
    axis = histogram.axis()
    assert axis is not None
    assert (axis.edges[0], axis.edges[-1]) == (40.0, 71.0)
    histogram.set_series([series("R", 50)])
    axis = histogram.axis()
    assert axis is not None
    assert axis.edges[0] < 48 < 53 < axis.edges[-1]


def test_bins_are_equally_wide_whatever_they_span() -> None:
    axis = Axis([0.0, 0.1, 1.0, 10.0], 0, 300)
    assert [round(axis.x(value)) for value in (-5, 0.1, 1.0, 5.5, 99)] == [0, 100, 200, 250, 300]
    assert round(axis.value(250), 6) == 5.5


def test_a_series_that_does_not_fit_its_edges_is_not_drawn(qtbot: QtBot) -> None:
    histogram = shown(qtbot, Series("R", "channel_red", (0.0, 1.0), (1, 2, 3)))
    assert histogram.series() == ()
    assert histogram.accessibleDescription() == "Not measured yet"
    qtbot.mouseClick(histogram, Qt.MouseButton.LeftButton)


def test_figures_of_three_digits_fit_a_narrow_column() -> None:
    values = (0.0040931, 0.011372, -0.0123456, 65504.0, 1025.0, 12.3456)
    assert [figure(value, 3) for value in values] == ["0.0041", "0.0114", "−0.0123", "65,504", "1,025", "12.3"]
    assert figure(-0.00048828, 3) == "−4.9e−4"


def test_figures_are_short_and_keep_their_sign() -> None:
    assert [figure(v) for v in (0, 0.18, -0.5, 65504.0, 1.2e-7, None)] == [
        "0",
        "0.18",
        "−0.5",
        "65,504",
        "1.2e−7",
        "–",
    ]
