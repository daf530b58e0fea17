"""Chips, cards, logs, labels and drive cards answer to mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu

from tests.ui.showing import strokes_of
from ui.widgets.buttons import KeyButton
from ui.widgets.chip import Chip
from ui.widgets.drive_list import DriveCard, DriveList
from ui.widgets.empty_state import EmptyState
from ui.widgets.facts_grid import Fact, FactsGrid
from ui.widgets.labels import ElidedLabel, KeyHint, SectionHead
from ui.widgets.log_view import LogLine, LogView
from ui.widgets.stat_card import StatCard
from ui.widgets.verdict import VerdictBadge, VerdictMark


def test_a_chip_toggles_by_mouse_and_by_keys(qtbot) -> None:
    chip = Chip("Has duplicates")
    qtbot.addWidget(chip)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.isChecked()
    qtbot.keyClick(chip, Qt.Key.Key_Space)
    assert not chip.isChecked()
    qtbot.keyClick(chip, Qt.Key.Key_Return)
    assert chip.isChecked()
    assert chip.accessibleName() == "Has duplicates, filter on"


def test_the_cross_of_a_chip_clears_it(qtbot) -> None:
    chip = Chip("Verdict", removable=True)
    qtbot.addWidget(chip)
    chip.set_value("pending")
    chip.resize(chip.sizeHint())
    assert chip.text() == "Verdict: pending"
    with qtbot.waitSignal(chip.removed):
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 14, 13))
    assert (chip.text(), chip.isChecked()) == ("Verdict", False)
    chip.set_value("fail")
    with qtbot.waitSignal(chip.removed):
        qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert not chip.isChecked()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_chip_with_a_menu_opens_it_and_does_not_toggle(qtbot) -> None:
    menu = QMenu()
    menu.addAction("Image")
    chip = Chip("Category", menu=menu)
    qtbot.addWidget(menu)
    qtbot.addWidget(chip)
    chip.show()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    assert not chip.isChecked()
    menu.close()
    qtbot.keyClick(chip, Qt.Key.Key_Down)
    assert menu.isVisible()
    menu.close()


def drives(number: int = 3) -> tuple[DriveCard, ...]:
    return tuple(
        DriveCard(f"id{n}", f"DRIVE_{n:03}", n % 2 == 0, n * 10, 1000, line="USB · exFAT") for n in range(number)
    )


def test_drive_cards_are_walked_and_opened_by_keys(qtbot) -> None:
    view = DriveList()
    qtbot.addWidget(view)
    view.resize(300, 500)
    view.show()
    qtbot.waitExposed(view)
    view.set_drives(drives())
    view.select("id0")
    with qtbot.waitSignal(view.current_changed) as changed:
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert changed.args == ["id1"]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["id1"]


def test_the_current_drive_survives_a_new_list_and_its_loss_is_told(qtbot) -> None:
    view = DriveList()
    qtbot.addWidget(view)
    view.set_drives(drives())
    view.select("id2")
    with qtbot.assertNotEmitted(view.current_changed):
        view.set_drives(tuple(reversed(drives(5))))
    assert view.current_id() == "id2"
    with qtbot.waitSignal(view.current_changed) as changed:
        view.set_drives(drives(1))
    assert changed.args == [""]


def test_a_drive_card_is_spoken_with_its_state() -> None:
    card = DriveCard("1", "ARCHIVE", False, 96, 100, line="HDD", note="verification overdue", note_state="stale")
    assert (
        card.spoken().replace("\N{NO-BREAK SPACE}", " ")
        == "ARCHIVE, not connected, 96 % used, HDD, verification overdue"
    )


def test_a_thousand_drives_take_no_more_strokes_than_those_in_sight(qtbot) -> None:
    strokes = []
    for number in (100, 1000):
        view = DriveList()
        qtbot.addWidget(view)
        view.resize(320, 900)
        view.set_drives(drives(number))
        view.show()
        qtbot.waitExposed(view)
        strokes.append(strokes_of(view.viewport()))
    assert strokes[1] < 1.2 * strokes[0]


def test_the_log_follows_the_newest_line_until_the_reader_scrolls_up(qtbot) -> None:
    log = LogView(limit=500)
    qtbot.addWidget(log)
    log.resize(400, 200)
    log.show()
    qtbot.waitExposed(log)
    log.append_lines([LogLine(f"line {n}") for n in range(100)])
    bar = log.verticalScrollBar()
    assert bar.value() == bar.maximum()
    qtbot.keyClick(log, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    place = bar.value()
    log.append_lines([LogLine("new", "error")])
    assert bar.value() == place < bar.maximum()
    newest = log.findChildren(KeyButton)[0]
    assert newest.isVisible()
    qtbot.mouseClick(newest, Qt.MouseButton.LeftButton)
    log.append_lines([LogLine("newer")])
    assert bar.value() == bar.maximum()


def test_the_log_is_bounded_and_keeps_one_line_a_line(qtbot) -> None:
    log = LogView(limit=50)
    qtbot.addWidget(log)
    log.append_lines([LogLine(f"a\nname {n}", time="22:14:03") for n in range(200)])
    assert log.blockCount() == 50
    assert log.toPlainText().splitlines()[-1] == "22:14:03  a ␊ name 199"


def test_an_elided_label_keeps_both_ends_and_shows_all_when_there_is_room(qtbot) -> None:
    label = ElidedLabel("/media/san/plates/show/FG/ep010/sh010/comp/sh010_comp_v004.1047.exr")
    qtbot.addWidget(label)
    label.show()
    label.resize(160, 20)
    assert label.text().startswith("/media") and label.text().endswith(".exr") and "…" in label.text()
    assert label.toolTip() == label.fullText()
    label.resize(label.sizeHint())
    assert label.text() == label.fullText()
    assert label.toolTip() == ""


def test_a_button_shows_words_and_key_side_by_side(qtbot) -> None:
    plain, keyed = KeyButton("Undo"), KeyButton("Undo", key="Ctrl+Z")
    qtbot.addWidget(plain)
    qtbot.addWidget(keyed)
    assert keyed.minimumSizeHint().width() >= plain.sizeHint().width() + KeyHint("Ctrl+Z").sizeHint().width()
    assert keyed.toolTip() == "Undo (Ctrl+Z)"


def test_numbers_of_cards_are_spoken(qtbot) -> None:
    card, badge = StatCard("Unreadable", "3", "fail"), VerdictBadge(VerdictMark.STALE, "was pass")
    for widget in (card, badge):
        qtbot.addWidget(widget)
    card.set_value("4")
    assert card.accessibleName() == "Unreadable: 4"
    assert badge.accessibleName() == "Verdict: stale · was pass"
    assert SectionHead("Drives").accessibleName() == "Drives"


def test_verdicts_differ_in_shape_not_in_colour_alone(qtbot) -> None:
    shapes = set()
    for mark in VerdictMark:
        badge = VerdictBadge(mark)
        qtbot.addWidget(badge)
        badge.resize(badge.sizeHint())
        image = badge.grab().toImage()
        ground = image.pixelColor(0, 0)
        shapes.add(tuple(image.pixelColor(x, y) != ground for x in range(16) for y in range(image.height())))
    assert len(shapes) == 4


def test_an_empty_state_offers_the_first_thing_to_do(qtbot) -> None:
    state = EmptyState("scan", "No drive yet", "Choose a folder.", "Scan a folder…", "Try the demo library")
    qtbot.addWidget(state)
    state.show()
    for button, signal in ((state.primary, state.primary_clicked), (state.secondary, state.secondary_clicked)):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_facts_are_replaced_line_by_line_and_never_read_as_markup(qtbot) -> None:
    grid = FactsGrid()
    qtbot.addWidget(grid)
    grid.show()
    facts = [Fact("Frames", "95 of 100"), Fact("Content", "blake3:c29b", mono=True), Fact("Verdict", "fail", "fail")]
    grid.set_facts(facts)
    grid.set_facts([Fact("Name", "<b>x</b>.exr")])
    seen = [label.text() for label in grid.findChildren(QLabel) if label.isVisible()]
    assert seen == ["Name", "<b>x</b>.exr"]
    assert grid.findChildren(QLabel)[1].textFormat() == Qt.TextFormat.PlainText
