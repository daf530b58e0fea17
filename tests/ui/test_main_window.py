"""The frame of the window: tabs by key, the palette, the list of keys, what is remembered, how it closes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabBar,
    QWidget,
)

from tests.ui.hearing import Heard
from ui import theme
from ui.main_window import MainWindow
from ui.page import Page
from ui.widgets.command_palette import Command, fit_score, rank
from ui.widgets.job_view import JobState, JobView
from ui.widgets.keys_overlay import KeyGroup, KeysOverlay
from ui.widgets.menus import lock


def page(number: int, title: str, icon: str) -> Page:
    widget = QWidget()
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setObjectName(f"split_{number}")
    split.addWidget(QLineEdit())
    split.addWidget(QPushButton("Go"))
    QHBoxLayout(widget).addWidget(split)
    action = QAction(f"Do what {title} does", widget, shortcut=QKeySequence("P"))
    widget.addAction(action)
    return Page(number, title, icon, widget, (("Space", "Play"),))


@pytest.fixture
def window(qtbot, tmp_path: Path) -> MainWindow:
    made = make(tmp_path)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def make(folder: Path) -> MainWindow:
    window = MainWindow(folder / "window.ini", "0.1")
    for number, title, icon in ((6, "QC Review", "review"), (1, "Scan", "scan"), (2, "Search", "search")):
        window.add_page(page(number, title, icon))
    return window


def shown(window: MainWindow) -> str:
    current = window.current_page()
    assert current is not None
    return current.title


def test_tabs_stand_in_order_and_have_their_keys_for_good(window: MainWindow, qtbot) -> None:
    assert [window.tabs.tabText(n) for n in range(3)] == ["Scan", "Search", "QC Review"]
    for key, title in ((Qt.Key.Key_6, "QC Review"), (Qt.Key.Key_1, "Scan"), (Qt.Key.Key_2, "Search")):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert shown(window) == title
        assert window.stack.currentWidget() is next(p.widget for p in window._pages if p.title == title)


def test_the_palette_finds_and_runs_an_action_of_another_tab(window: MainWindow, qtbot) -> None:
    window.show_page(1)
    ran: list[bool] = []
    window._pages[2].widget.actions()[0].triggered.connect(lambda checked: ran.append(checked))
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.command_palette
    assert palette.isVisible()
    qtbot.keyClicks(palette.field, "whrev")
    assert palette.shown()[0].text == "Do what QC Review does"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == [False]
    assert shown(window) == "QC Review"
    assert not palette.isVisible()


def test_the_palette_lists_every_menu_action_and_skips_what_is_disabled(window: MainWindow) -> None:
    window._pages[0].widget.actions()[0].setEnabled(False)
    window.open_palette()
    texts = [command.text for command in window.command_palette.shown()]
    assert {"Open folder to scan", "Quit", "Search", "Dark", "Light", "Keys of this tab"} <= set(texts)
    assert "Do what Scan does" not in texts
    window.command_palette.leave()


def test_the_palette_says_why_a_command_cannot_be_used_now_and_does_not_run_it(window: MainWindow, qtbot) -> None:
    action = window._pages[0].widget.actions()[0]
    ran = Heard(action.triggered)
    lock(action, "The drive is not connected.")
    window.open_palette()
    palette = window.command_palette
    assert palette.shown()[-1].text == "Do what Scan does"
    qtbot.keyClicks(palette.field, "what scan")
    index = palette.view.currentIndex()
    assert index.data() == "Do what Scan does"
    assert str(index.data(Qt.ItemDataRole.AccessibleTextRole)).endswith("The drive is not connected.")
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "The drive is not connected."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.leave()
    lock(action, "")
    window.open_palette()
    qtbot.keyClicks(palette.field, "what scan")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran.times == 1


def test_of_commands_that_fit_alike_that_of_the_tab_in_front_comes_first(window: MainWindow, qtbot) -> None:
    for shown_page in window._pages:
        shown_page.widget.addAction(QAction("Find similar structure", shown_page.widget))
    for number, title in ((6, "QC Review"), (2, "Search"), (1, "Scan")):
        window.show_page(number)
        window.open_palette()
        qtbot.keyClicks(window.command_palette.field, "similar")
        assert window.command_palette.shown()[0].place == title
        window.command_palette.leave()


def test_arrows_choose_in_the_palette(window: MainWindow, qtbot) -> None:
    window.open_palette()
    palette = window.command_palette
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.view.currentIndex().row() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_words_and_their_beginnings_find_a_command_and_scattered_letters_do_not(qapp: QApplication) -> None:
    assert fit_score("xyz", "Open folder") is None
    assert fit_score("settings", "Search Export these hits as Everything file list") is None
    good, poor = fit_score("of", "Open folder"), fit_score("of", "Profile")
    assert good is not None and poor is not None and good > poor
    texts = ("Export as CSV", "Next pending", "Undo")
    commands = [Command("", text, "", QAction(text)) for text in texts]
    for typed in ("np", "nexp", "pending", "pend next", "endin"):
        assert [c.text for c in rank(commands, typed)] == ["Next pending"]
    assert rank(commands, "ntpg") == []
    assert rank(commands, " ") == commands


def test_f1_lists_the_keys_of_the_tab_in_front(window: MainWindow) -> None:
    window.show_page(2)
    first, own = window.key_groups()
    assert first.title == "Search"
    assert first.keys == (("P", "Do what Search does"), ("Space", "Play"))
    assert ("Ctrl+6", "QC Review") in own.keys
    assert ("Ctrl+K", "Find a command") in own.keys


@pytest.mark.parametrize("width", [1000, 1280, 2560])
def test_the_list_of_keys_shows_every_word_without_scrolling_sideways(qtbot, width: int) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(width, 620)
    keys = tuple((f"Shift+{number} PgDown", f"Reason number {number}: something wrong") for number in range(42))
    overlay = KeysOverlay([KeyGroup("QC Review", (*keys, (",", "Next"))), KeyGroup("Window", keys[:7])], parent)
    overlay.show()
    assert overlay.width() <= width
    assert overlay.height() <= 620
    scroll = overlay.findChild(QScrollArea)
    assert scroll.widget().width() <= scroll.viewport().width()
    for label in overlay.findChildren(QLabel):
        assert label.width() >= min(300, label.fontMetrics().horizontalAdvance(label.text())), label.text()
    assert len([label for label in overlay.findChildren(QLabel) if "Reason" in label.text()]) == 49
    overlay.close()


def test_what_was_arranged_is_there_again(qtbot, tmp_path: Path) -> None:
    first = make(tmp_path)
    first.resize(900, 600)
    first.show()
    first.show_page(6)
    splitter = first.findChild(QSplitter, "split_6")
    splitter.setSizes([300, 700])
    sizes = splitter.sizes()
    first.close()
    again = make(tmp_path)
    qtbot.addWidget(again)
    again.show()
    assert (again.width(), again.height()) == (900, 600)
    assert shown(again) == "QC Review"
    assert again.findChild(QSplitter, "split_6").sizes() == pytest.approx(sizes, abs=2)


def test_at_first_it_fits_the_screen(qtbot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    assert window.height() < room.height()
    assert window.width() == min(1500, max(room.width() - 4, window.minimumWidth()))


def test_a_damaged_memory_costs_nothing_but_the_memory(qtbot, tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_bytes(b"[window]\ngeometry=@ByteArray(\\x00nonsense\ntab=seven\n\xff\xfe[broken")
    window = make(tmp_path)
    qtbot.addWidget(window)
    window.show()
    assert shown(window) == "Scan"


def test_closing_waits_for_the_jobs(window: MainWindow) -> None:
    asked: list[int] = []
    window.closing = lambda: bool(asked.append(1))
    window.close()
    assert window.isVisible()
    assert asked == [1]
    window.finish_closing()
    assert not window.isVisible()
    assert asked == [1]


def test_jobs_show_in_the_panel_and_in_the_heartbeat(window: MainWindow) -> None:
    window.show_job(JobView("1", "Scanning"))
    assert window.heartbeat.text() == "Working"
    window.show_job(JobView("1", "Scanning", state=JobState.PAUSED))
    assert window.heartbeat.text() == "Paused"
    window.show_job(JobView("1", "Scanning", state=JobState.FAILED, message="gone"))
    assert window.heartbeat.text() == "Ready"


def test_the_theme_changes_while_running_and_is_told(window: MainWindow, qtbot, qapp: QApplication) -> None:
    try:
        with qtbot.waitSignal(window.theme_chosen) as told:
            window.set_theme("light")
        assert told.args == ["light"]
        color = window.grab().toImage().pixelColor(window.width() // 2, 4).name()
        assert color == theme.load_theme("light").colors["window"]
    finally:
        theme.apply_theme(qapp, "dark")


def test_tab_key_reaches_the_tabs_and_everything_in_a_page_in_order(window: MainWindow, qtbot) -> None:
    window.show_page(1)
    window.tabs.setFocus()
    reached: list[QWidget] = []
    for _ in range(12):
        now = QApplication.focusWidget()
        assert now is not None
        reached.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    kinds = [type(w).__name__ for w in reached]
    assert isinstance(reached[0], QTabBar)
    assert kinds.index("QLineEdit") < kinds.index("QPushButton")
    assert all(w.isVisible() for w in reached)


def test_no_stray_line_at_the_tab_bar(window: MainWindow) -> None:
    window.show_page(1)
    window.setFocus()
    image = window.grab().toImage()
    ground = theme.current().colors["window"]
    top, foot = (window.tabs.mapTo(window, point).y() for point in (QPoint(0, 0), QPoint(0, window.tabs.height() - 1)))
    assert {image.pixelColor(x, top).name() for x in range(image.width())} == {ground}
    right_of_it = range(window.tabs.tabRect(1).left() + 8, image.width())
    assert {image.pixelColor(x, foot).name() for x in right_of_it} == {ground}


def test_the_focus_can_be_seen_on_the_tabs(window: MainWindow, qtbot) -> None:
    window.tabs.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(window.tabs.hasFocus)
    image = window.grab().toImage()
    ring = theme.current().colors["focus"]
    corner = window.tabs.mapTo(window, window.tabs.tabRect(0).center())
    assert ring in {image.pixelColor(corner.x(), y).name() for y in range(window.tabs.height())}
