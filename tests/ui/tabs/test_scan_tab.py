"""The Scan tab, with real scans of real folders."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.errors import Cancelled
from app.jobs.events import JobEvent, Stage, StageStarted
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.mounting import needs_mount_table
from tests.ui.enginekit import make_engine, make_tree
from ui import theme
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.page import Page
from ui.tabs.scan_inventory import InventoryDialog
from ui.tabs.scan_missing import MissingDialog
from ui.tabs.scan_tab import ScanTab
from ui.widgets.failures import FailuresDialog
from ui.widgets.labels import SectionHead
from ui.workers.job_controller import JobController


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def tab(qtbot: QtBot, engine: Engine) -> Iterator[ScanTab]:
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    jobs.job_changed.connect(window.show_job)
    tab = ScanTab(Desk(engine, jobs, window))
    window.add_page(tab.page())
    window.resize(1280, 800)
    window.show()
    yield tab
    tab.stop()
    jobs.stop_all()
    assert jobs.wait(10_000)


def wait_idle(qtbot: QtBot, tab: ScanTab) -> None:
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)


def test_an_empty_catalogue_teaches_what_to_do_first(qtbot: QtBot, tab: ScanTab) -> None:
    assert tab.empty.isVisible()
    assert tab.empty.primary.text() == "Scan a folder…"
    assert tab.empty.secondary.isVisible()


def test_typing_a_folder_and_enter_scans_it(qtbot: QtBot, tab: ScanTab, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    tab.offer("")
    assert not tab.form.start.isEnabled()
    qtbot.keyClicks(tab.form.folder, str(tree))
    qtbot.keyClicks(tab.form.label, "A001")
    qtbot.keyClick(tab.form.folder, Qt.Key.Key_Return)
    wait_idle(qtbot, tab)
    qtbot.waitUntil(lambda: [card.label for card in tab.drives.cards()] == ["A001"])
    assert tab.cards["files"].value() == "12"
    assert tab.cards["new"].value() == "12"
    qtbot.waitUntil(lambda: tab.jobs.index(0, 5).data() == "12 new")


def test_a_chosen_drive_fills_the_form(qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    tab.drives.select(tab.drives.cards()[0].id)
    assert tab.form.request().paths == (str(tree),)
    assert tab.form.request().drive == "A001"


def test_the_form_asks_for_what_its_boxes_say(qtbot: QtBot, tab: ScanTab) -> None:
    tab.form.set_folder("/media/card", "A001")
    tab.form.inventory.click()
    tab.form.hidden.click()
    qtbot.keyClicks(tab.form.leave_out, "*.tmp, Cache/*")
    request = tab.form.request()
    assert request.inventory_only
    assert request.skip_hidden
    assert request.ignore == ("*.tmp", "Cache/*")
    tab.form.started.disconnect(tab.start)
    for field in (tab.form.folder, tab.form.label, tab.form.leave_out):
        with qtbot.waitSignal(tab.form.started):
            qtbot.keyClick(field, Qt.Key.Key_Return)


def test_an_emptied_drive_is_asked_about_before_anything_is_marked(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    for path in [*tree.rglob("*.txt"), tree / "below"]:
        path.rmdir() if path.is_dir() else path.unlink()
    tab.start(ScanRequest((str(tree),), "A001"))
    wait_idle(qtbot, tab)
    banners = tab._desk.window.banners
    asked = [name for name in banners.ids() if name.startswith("missing.")]
    assert len(asked) == 1
    assert engine.catalog.drives()[0].files == 12
    banners.action_clicked.emit(asked[0])
    wait_idle(qtbot, tab)
    qtbot.waitUntil(lambda: engine.catalog.drives()[0].files == 0)
    assert not [name for name in banners.ids() if name.startswith("missing.")]
    assert tab.cards["missing"].value() == "12"


def test_an_inventory_that_ends_while_somebody_works_in_another_tab_waits_in_a_banner(
    qtbot: QtBot, tab: ScanTab, tmp_path: Path
) -> None:
    window = tab._desk.window
    window.add_page(Page(6, "Other", "review", QWidget()))
    window.show_page(6)
    tab.start(ScanRequest((str(make_tree(tmp_path / "card")),), "A001", inventory_only=True))
    wait_idle(qtbot, tab)
    (banner,) = window.banners.ids()
    assert not tab.findChildren(InventoryDialog)
    window.banners.action_clicked.emit(banner)
    (dialog,) = tab.findChildren(InventoryDialog)
    assert tab.isVisible() and dialog.isVisible()
    assert window.banners.ids() == ()
    dialog.accept()


def test_the_form_says_what_the_folder_is_before_it_is_scanned(qtbot: QtBot, tab: ScanTab, tmp_path: Path) -> None:
    tab.form.set_folder(str(tmp_path))
    qtbot.waitUntil(lambda: "files at once" in tab.form.found.text())
    tab.form.set_folder(str(tmp_path / "gone"))
    qtbot.waitUntil(lambda: "does not exist." in tab.form.found.text())


def test_the_drive_menu_and_the_palette_offer_what_can_be_done_with_the_chosen_drive(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    window = tab._desk.window
    assert "Choose a drive" in tab.drive_menu.actions()[0].text()
    window.open_palette()
    locked = {command.text: command.why_not for command in window.command_palette.shown() if command.why_not}
    window.command_palette.close()
    assert locked["Verify"] == locked["May it be wiped?"] == "Choose a drive in the Scan tab"
    run(engine, "scan", ScanRequest((str(make_tree(tmp_path / "card")),), "R&D"), Job())
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    tab.drives.setCurrentIndex(tab.drives.model().index(0, 0))
    assert tab.drive_menu.actions()[0].text() == "R&&D"
    window.open_palette()
    offered = [command.text for command in window.command_palette.shown() if command.place == "Drive"]
    window.command_palette.close()
    assert {"Verify", "History", "May it be wiped?", "Pack to travel"} <= set(offered)
    (tmp_path / "card").rename(tmp_path / "unplugged")
    tab.refresh()
    qtbot.waitUntil(lambda: not tab.drives.cards()[0].online)
    window.open_palette()
    locked = {command.text: command.why_not for command in window.command_palette.shown() if command.why_not}
    window.command_palette.close()
    assert locked["Verify"] == locked["May it be wiped?"] == "R&D is not connected."
    assert "History" not in locked
    tops = [action.text() for action in window.menus.actions()]
    assert tops == ["&File", "&Drive", "&View", "&Help"]


def test_scans_of_other_windows_show_in_the_history(qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    for _ in range(2):
        run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    tab.refresh()
    qtbot.waitUntil(lambda: tab.jobs.rowCount() == 2)
    assert [tab.jobs.index(row, 5).data() for row in range(2)] == ["nothing changed", "12 new"]


def test_a_drive_whose_shard_is_gone_says_so_on_its_card(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    for path in engine.home.shards.iterdir():
        path.unlink()
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    (card,) = tab.drives.cards()
    assert (card.note, card.note_state) == ("Its records are gone: scan it again", "fail")
    assert "is not there any more" in card.detail


def test_a_catalogue_that_breaks_meanwhile_is_told(qtbot: QtBot, tab: ScanTab, engine: Engine) -> None:
    engine.home.catalog.write_bytes(b"no database" * 500)
    tab.refresh()
    qtbot.waitUntil(lambda: "scan.catalogue" in tab._desk.window.banners.ids())


def test_a_stopped_scan_is_gone_on_with_from_its_card(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, StageStarted) and event.stage is Stage.HASH:
            token.cancel()

    with pytest.raises(Cancelled):
        run(engine, "scan", ScanRequest((str(tree),), "A001"), Job(stop, token))
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    (card,) = tab.drives.cards()
    assert (card.note, card.action) == ("scan stopped at 12 files", "Go on")
    place = tab.drives.visualRect(tab.drives.model().index(0, 0))
    found = next(
        QPoint(place.right() - 30, y)
        for y in range(place.top(), place.bottom())
        if tab.drives._card_with_action_at(QPoint(place.right() - 30, y))
    )
    qtbot.mouseClick(tab.drives.viewport(), Qt.MouseButton.LeftButton, pos=found + QPoint(0, 4))
    wait_idle(qtbot, tab)
    qtbot.waitUntil(lambda: tab.drives.cards()[0].action == "")
    assert engine.catalog.drives()[0].files == 12
    assert engine.catalog.jobs.newest()[0].summary["resumed"]


def test_missing_files_are_listed_from_their_card(qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    (tree / "note 1.txt").unlink()
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    tab.drives.select(tab.drives.cards()[0].id)
    qtbot.waitUntil(lambda: tab.cards["missing"].opens() != "")
    assert tab.cards["missing"].value() == "1"
    tab.cards["missing"].setFocus()
    qtbot.keyClick(tab.cards["missing"], Qt.Key.Key_Return)
    dialog = tab.findChild(MissingDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
    qtbot.waitUntil(lambda: dialog.head.accessibleName() == "1 missing from A001")
    assert dialog.model.index(0, 0).data() == "note 1.txt"
    assert not dialog.accept_all.isVisible()
    dialog.copy_paths()
    assert QGuiApplication.clipboard().text() == str(tree / "note 1.txt")
    dialog.accept()


def test_problems_are_amber_with_the_same_words_in_the_panel_and_in_the_history(
    qtbot: QtBot, tab: ScanTab, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    (tree / "broken.exr").write_text("this is no picture", encoding="utf-8")
    tab.start(ScanRequest((str(tree),), "A001"))
    wait_idle(qtbot, tab)
    words = "1 unreadable · 13 new"
    qtbot.waitUntil(lambda: tab.jobs.rowCount() == 1 and tab.jobs.index(0, 5).data() == words)
    amber = theme.current().color("stale_text")
    assert tab.jobs.index(0, 5).data(Qt.ItemDataRole.ForegroundRole) == amber
    row = tab._desk.window.jobs.row("job-1")
    assert row is not None
    assert (row.title.fullText(), row.ended.fullText()) == ("Scanned A001", words)


def test_what_was_passed_over_and_what_could_not_be_read_open_from_their_cards(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    (tree / "broken.exr").write_text("this is no picture", encoding="utf-8")
    (tree / "link").symlink_to(tree / "below")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    tab.refresh()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1)
    tab.drives.select(tab.drives.cards()[0].id)
    qtbot.waitUntil(lambda: tab.cards["skipped"].opens() != "")
    for card, name, words in (
        ("skipped", "link", "1 passed over"),
        ("unreadable", "broken.exr", "1 could not be read"),
    ):
        qtbot.mouseClick(tab.cards[card], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: tab.findChild(FailuresDialog) is not None)
        dialog = tab.findChild(FailuresDialog)
        assert str(dialog.table.model().index(0, 0).data()).endswith(name)
        assert words in [head.accessibleName() for head in dialog.findChildren(SectionHead)]
        dialog.close()
        qtbot.waitUntil(lambda: tab.findChild(FailuresDialog) is None)


def test_words_and_fields_keep_their_room_in_a_small_window(qtbot: QtBot, tab: ScanTab) -> None:
    tab.offer("/media/card")
    tab._desk.window.resize(1000, 620)
    qtbot.waitUntil(lambda: tab.width() <= 1000)
    assert tab.form.label.width() > 100
    assert tab.form.leave_out.width() > 300
    tab.counters.let_open(missing=True, unreadable=True, skipped=True)
    cards = tab.cards.values()
    qtbot.waitUntil(lambda: all(card.width() >= card.minimumSizeHint().width() for card in cards))


@needs_mount_table
def test_a_folder_that_was_moved_goes_on_as_its_drive_by_one_click(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path
) -> None:
    tree = make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    tree.rename(tmp_path / "moved")
    tab.start(ScanRequest((str(tmp_path / "moved"),)))
    wait_idle(qtbot, tab)
    (banner,) = tab._desk.window.banners.ids()
    button = next(b for b in tab._desk.window.banners.findChildren(QPushButton) if b.text() == "It is A001")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, tab)
    (drive,) = engine.catalog.drives()
    assert (drive.label, drive.base, drive.files) == ("A001", str(tmp_path / "moved"), 12)
    assert banner not in tab._desk.window.banners.ids()


def test_an_inventory_ends_with_its_counts_by_category(qtbot: QtBot, tab: ScanTab, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    tab.start(ScanRequest((str(tree),), "A001", inventory_only=True))
    wait_idle(qtbot, tab)
    (dialog,) = tab.findChildren(InventoryDialog)
    assert sum(int(row.cells[1]) for row in dialog.rows.rows()) == 12
    dialog.accept()
