"""Channels, what was measured of them, and the button that measures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.showing import displayed
from ui.tabs.channels_pane import ChannelsPane


def stats(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "min": 0.0, "max": 1.5, "mean": 0.5, "stddev": 0.1, "nan_count": 0, "inf_count": 0,
        "pos_inf_count": 0, "neg_inf_count": 0, "finite_count": 100, "zero_count": 7, "negative_count": 3,
        "percentiles": {"1": 0.0, "50": 0.5, "99": 1.4}, "histogram": {"edges": [0.0, 1.0, 2.0], "counts": [60, 40]},
        **more,
    }  # fmt: skip


def document(measured: bool, names: tuple[str, ...] = ("A", "B", "G", "R")) -> dict[str, Any]:
    channels = [{"name": name, "layer": name.rpartition(".")[0], "type": "half"} for name in names]
    told = [stats(name, **({"nan_count": 12, "inf_count": 1} if name == "G" else {})) for name in names]
    return {
        "kind": "image",
        "parts": [{"index": 0, "channels": channels}],
        "stats": {"parts": [{"index": 0, "channels": told}]} if measured else None,
    }


RECORDED = {"recorded": "2026-11-20T10:40:00Z"}


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[ChannelsPane]:
    made = displayed(qtbot, ChannelsPane("Test"), 360, 700)
    yield made
    made.stop()


def cells(pane: ChannelsPane, row: int) -> list[str]:
    return [str(pane.model.index(row, column).data()) for column in range(pane.model.columnCount())]


def click(pane: ChannelsPane, row: int) -> None:
    place = pane.table.visualRect(pane.model.index(row, 0)).center()
    QTest.mouseClick(pane.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def test_before_it_is_measured_it_says_so(pane: ChannelsPane) -> None:
    pane.show_document(document(measured=False))
    assert cells(pane, 0) == ["A", "–", "–", "–", "–", "–", "–", "–", "half"]
    assert pane.histogram.accessibleDescription().startswith("Not measured yet")
    assert pane.measure.text() == "Measure"


@pytest.mark.parametrize(
    ("recorded", "ends"), [({}, "decodes every pixel."), (RECORDED, "Connect its drive to measure it.")]
)
def test_of_a_sequence_that_was_checked_it_says_that_checks_keep_no_figures(
    recorded: dict[str, Any], ends: str, pane: ChannelsPane
) -> None:
    pane.show_document({**document(measured=False), "kind": "sequence", "sequence": {}, **recorded})
    assert pane.histogram.accessibleDescription().endswith(f"a check does not. {'Measuring ' * (not recorded)}{ends}")


def test_channels_of_other_stills_tell_the_type_of_their_pixels(pane: ChannelsPane) -> None:
    stream = {"index": 0, "type": "image", "name": "", "depth": "uint10", "channels": ["R", "G", "B"]}
    pane.show_document({"kind": "image", "streams": [stream], "stats": None})
    assert [cells(pane, row)[8] for row in range(3)] == ["uint10"] * 3


def test_colours_are_drawn_together_and_one_channel_tells_all(pane: ChannelsPane) -> None:
    pane.show_document(document(measured=True))
    assert [one.name for one in pane.histogram.series()] == ["B", "G", "R"]
    assert cells(pane, 2)[:4] == ["G", "0", "1.5", "12 NaN, 1 Inf"]
    assert pane.details.facts()[0].value == "G: 12 NaN, 1 Inf"
    click(pane, 2)
    told = {fact.name: fact.value for fact in pane.details.facts()}
    assert told["Range"] == "0 to 1.5"
    assert told["Negative, zero"] == "3, 7"
    assert told["Not finite"] == "12 NaN, 1 Inf (0 +Inf, 0 −Inf)"


def test_the_chosen_channel_stays_chosen_when_it_was_measured(pane: ChannelsPane) -> None:
    pane.show_document(document(measured=False))
    click(pane, 0)
    pane.show_document(document(measured=True))
    assert [row.name for row in pane.selected()] == ["A"]


def test_a_measurement_shows_how_far_it_is_and_can_be_cancelled(qtbot: QtBot, pane: ChannelsPane) -> None:
    pane.show_document(document(measured=False))
    pane.show_progress(30, 100)
    assert pane.is_measuring()
    assert not pane.measure.isVisible()
    with qtbot.waitSignal(pane.cancel_asked):
        pane.cancel.click()
    pane.show_idle("Stopped")
    assert pane.measure.isVisible()
    assert pane.said.text() == "Stopped"


def test_five_thousand_channels_can_be_filtered(qtbot: QtBot, pane: ChannelsPane) -> None:
    pane.show_document(document(measured=True, names=tuple(f"aov{n:04}.R" for n in range(5000))))
    assert pane.filter.isVisible()
    pane.filter.setText("aov0042")
    qtbot.waitUntil(lambda: len(pane.model.rows()) == 1)
    assert pane.model.rows()[0].name == "aov0042.R"


def test_columns_that_need_room_are_shown_where_there_is_some(qtbot: QtBot, pane: ChannelsPane) -> None:
    pane.show_document(document(measured=True))
    assert pane.table.isColumnHidden(8)
    pane.resize(900, 700)
    qtbot.waitUntil(lambda: not pane.table.isColumnHidden(8))


def test_a_sound_shows_what_was_measured_instead(pane: ChannelsPane) -> None:
    stats = {"audio": [{"loudness": {"true_peak_dbtp": -3.04}}]}
    pane.show_document({"kind": "audio", "streams": [{"type": "audio", "channels": 2}], "stats": stats})
    assert pane.pages.currentWidget() is pane.streams
    assert pane.streams.lines() == ["Audio 0", "True peak −3.0\xa0dBTP", "Silent none", "Clipped none"]
    pane.show_document(None)
    assert not pane.measure.isEnabled()


def test_what_was_said_of_a_measurement_goes_with_it(pane: ChannelsPane) -> None:
    pane.show_document(document(measured=True))
    pane.show_progress(99, 100)
    pane.show_idle()
    assert pane.said.text() == "4 channels"


def test_nothing_is_claimed_of_a_file_that_cannot_be_read(pane: ChannelsPane) -> None:
    pane.show_document(None)
    assert pane.histogram.accessibleDescription() == ""
    pane.show_document({"kind": "image", "parts": [], "stats": None})
    assert pane.histogram.accessibleDescription() == "There is no picture in it"


def test_figures_are_shown_in_full_in_a_narrow_inspector(qtbot: QtBot, pane: ChannelsPane) -> None:
    pane.resize(330, 700)
    told = document(measured=True)
    for channel in told["stats"]["parts"][0]["channels"]:
        channel.update(min=-0.000488, max=0.000488, nan_count=960, inf_count=20)
    pane.show_document(told)
    for column in (1, 2):
        assert pane.table.columnWidth(column) >= pane.table.sizeHintForColumn(column)
    assert sum(pane.table.columnWidth(column) for column in range(4)) <= pane.table.viewport().width()
    assert not pane.table.horizontalScrollBar().isVisible()


def test_a_movie_that_was_not_measured_says_what_measuring_tells(pane: ChannelsPane) -> None:
    pane.show_document({"kind": "video", "streams": [{"type": "video"}], "stats": None})
    assert pane.unmeasured.isVisible()
    assert not pane.streams.isVisible()


def test_frames_of_a_sequence_that_were_not_counted_are_told(pane: ChannelsPane) -> None:
    whole = document(measured=True)
    damage = [
        {"code": "pixels.damaged", "part": 0, "rows": "128-143", "frames": "1003"},
        {"code": "pixels.damaged", "part": 0, "rows": "144-269", "frames": "1003"},
        {"code": "pixels.damaged", "part": 0, "rows": "176-191", "frames": "1005"},
        {"code": "pixels.damaged", "part": 7, "rows": "0-1", "frames": "1009"},
    ]
    sequence = {"unreadable": [{"frames": "1001", "reason": "no header"}], "zero_byte": ""}
    pane.show_document({**whole, "kind": "sequence", "sequence": sequence, "errors": damage})
    told = {fact.name: fact.value for fact in pane.details.facts()}
    assert told["Not counted"] == (
        "frames 1001, 1003 (rows 128-143, 144-269), 1005 (rows 176-191): cannot be read"
    )  # fmt: skip
    click(pane, 0)
    told = {fact.name: fact.value for fact in pane.details.facts()}
    assert told["Not finite"] == "none seen"
    assert "1005 (rows 176-191)" in told["Not counted"]
    assert "Not counted" in str(pane.model.index(0, 3).data(Qt.ItemDataRole.ToolTipRole))


def test_what_was_measured_of_a_movie_on_the_shelf_can_be_read_in_a_narrow_inspector(
    qtbot: QtBot, pane: ChannelsPane
) -> None:
    video = {"black": {"frames": "30-59", "count": 30}, "frames_declared": 100, "frames_decoded": 100, "packets": 100}
    told = {"kind": "video", "streams": [], "stats": {"video": [video]}}
    age = datetime.now(UTC) - timedelta(minutes=4)
    pane.resize(330, 500)
    pane.show_document(document(measured=True))
    pane.show_document({**told, "recorded": age.isoformat()})
    view = pane.streams.view
    names = [node.name for top in pane.streams.model.tree().nodes for node in top.children]
    assert sum(name.startswith("Frames ") for name in names) == 2
    widest = max(view.fontMetrics().horizontalAdvance(name) for name in names)
    qtbot.waitUntil(lambda: view.columnWidth(0) >= widest + 2 * view.indentation())
    assert pane.said.text() == f"Measured · as scanned {age.astimezone():%Y-%m-%d %H:%M}"
    qtbot.waitUntil(lambda: pane.said.height() >= pane.said.heightForWidth(pane.said.width()))


@pytest.mark.parametrize("height", [200, 260, 320, 700])
def test_nothing_lies_over_anything_however_little_room_there_is(qtbot: QtBot, pane: ChannelsPane, height: int) -> None:
    pane.show_document(document(measured=True))
    pane.resize(320, height)
    qtbot.waitUntil(lambda: pane.height() == height)
    QTest.qWait(0)
    assert pane.height() == height
    histogram = pane.histogram.geometry()
    facts = pane.details.mapTo(pane.histogram.parentWidget(), pane.details.rect().topLeft())
    assert facts.y() > histogram.bottom()
    assert histogram.height() >= pane.histogram.minimumHeight()
    row = pane.table.visualRect(pane.model.index(1, 0))
    assert pane.table.viewport().rect().contains(row)
