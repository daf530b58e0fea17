"""What people write into the small forms of the filters."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.model.sizes import parse_size
from ui.tabs.search_filters import FilterBar
from ui.tabs.search_popups import CheckMenu, SizeMenu, parse_day, since, size_words

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "size"),
    [("1024", 1024), ("500 KB", 500_000), ("1.5gb", 1_500_000_000), ("1,5 G", 1_500_000_000), ("2 MiB", 2 << 20),
     ("12 b", 12), ("", None), ("big", None), ("-1", None), ("1 XB", None)],
)  # fmt: skip
def test_sizes_are_understood_as_people_write_them(text: str, size: int | None) -> None:
    assert parse_size(text) == size


def test_size_bounds_in_words() -> None:
    assert size_words(None, None) == ""
    assert size_words(10**8, None) == "≥ 100\N{NO-BREAK SPACE}MB"
    assert size_words(1, 10**9) == "1\N{NO-BREAK SPACE}B – 1.00\N{NO-BREAK SPACE}GB"


def test_days() -> None:
    assert parse_day(" 2026-01-31 ") == datetime(2026, 1, 31).astimezone()
    assert parse_day("31.1.2026") is None
    assert parse_day("2026-02-30") is None


@pytest.mark.parametrize(
    ("words", "begin"),
    [("Today", NOW.replace(hour=0, minute=0)), ("Last 7 days", NOW.replace(hour=0, minute=0) - timedelta(days=6)),
     ("This year", datetime(2026, 1, 1, tzinfo=UTC))],
)  # fmt: skip
def test_presets_begin_at_midnight(words: str, begin: datetime) -> None:
    assert since(words, NOW) == round(begin.timestamp()) * 1_000_000
    assert since("Any time", NOW) is None


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform
def test_a_menu_of_boxes_stays_open_while_they_are_ticked(qtbot: QtBot) -> None:
    menu = CheckMenu()
    qtbot.addWidget(menu)
    menu.set_choices([("a", "A"), ("b", "B & C")])
    menu.popup(QPoint(10, 10))
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.box("b")).center())
    assert menu.isVisible()
    assert menu.chosen() == ("b",)
    qtbot.keyClick(menu, Qt.Key.Key_Up)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert menu.chosen() == ("a", "b")


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform
def test_a_size_that_means_nothing_is_marked_and_not_applied(qtbot: QtBot) -> None:
    menu = SizeMenu()
    qtbot.addWidget(menu)
    menu.popup(QPoint(10, 10))
    qtbot.keyClicks(menu.least, "huge")
    qtbot.keyClick(menu.least, Qt.Key.Key_Return)
    assert menu.isVisible()
    assert menu.least.property("invalid") == "true"
    menu.least.clear()
    qtbot.keyClicks(menu.least, "1 GB")
    with qtbot.waitSignal(menu.applied):
        qtbot.keyClick(menu.least, Qt.Key.Key_Return)
    assert menu.bounds() == (10**9, None)
    assert not menu.isVisible()


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform
def test_drives_are_searched_as_they_were_at_the_end_of_a_day(qtbot: QtBot) -> None:
    bar = FilterBar()
    qtbot.addWidget(bar)
    assert bar.query("x", 10).as_of_us is None
    bar.as_of_menu.popup(QPoint(10, 10))
    qtbot.keyClicks(bar.as_of_menu.date, "2026-13-01")
    assert bar.as_of_menu.date.property("invalid") == "true"
    bar.as_of_menu.date.clear()
    qtbot.keyClicks(bar.as_of_menu.date, "2026-01-31")
    with qtbot.waitSignal(bar.changed):
        qtbot.keyClick(bar.as_of_menu.date, Qt.Key.Key_Return)
    end = datetime(2026, 2, 1).astimezone().timestamp()
    assert bar.query("x", 10).as_of_us == round(end * 1_000_000) - 1
    assert (bar.as_of.text(), bar.active()) == ("As of: 2026-01-31", True)
    bar.as_of.clear()
    assert bar.query("x", 10).as_of_us is None


@pytest.mark.qt_log_ignore("grabbing the keyboard", extend=True)  # the offscreen platform
def test_conditions_on_facts_narrow_the_query_and_nonsense_is_marked(qtbot: QtBot) -> None:
    bar = FilterBar()
    qtbot.addWidget(bar)
    field = bar.condition_menu.field
    bar.condition_menu.popup(QPoint(10, 10))
    qtbot.keyClicks(field, "width>=1920; attr:owner=ILM; size")
    assert field.property("invalid") == "true" and "no condition" in field.toolTip()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert bar.condition_menu.isVisible() and bar.query("", 9).where == ()
    for _ in "; size":
        qtbot.keyClick(field, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(bar.changed):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert [str(condition) for condition in bar.query("", 9).where] == ["width>=1920", "attr:owner=ILM"]
    assert "Facts: width>=1920, attr:owner=ILM" in bar.words()
    with qtbot.waitSignal(bar.changed):
        bar.facts.removed.emit()
    assert bar.query("", 9).where == () and not bar.active()
