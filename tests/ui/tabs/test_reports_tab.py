"""The Reports tab over real scans, driven by keys and clicks."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.reports.reportkit import CARD, SHELF, Library, make_library, write_files
from tests.ui.enginekit import make_engine
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.page import Page
from ui.tabs.reports_tab import ReportsTab
from ui.workers.job_controller import JobController

Open = Callable[[Path], ReportsTab]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def open_tab(qtbot: QtBot) -> Iterator[Open]:
    opened: list[tuple[ReportsTab, JobController]] = []

    def open_home(home: Path) -> ReportsTab:
        engine = make_engine(home)
        window = MainWindow()
        qtbot.addWidget(window)
        jobs = JobController(engine, window)
        tab = ReportsTab(Desk(engine, jobs, window))
        opened.append((tab, jobs))
        window.add_page(tab.page())
        window.resize(1280, 800)
        window.show()
        return tab

    yield open_home
    for tab, jobs in opened:
        tab.stop()
        jobs.stop_all()
        assert jobs.wait(10_000)


@pytest.fixture
def tab(qtbot: QtBot, open_tab: Open, library: Library) -> ReportsTab:
    tab = open_tab(library.home)
    qtbot.waitUntil(tab.is_complete)
    return tab


def shown_names(tab: ReportsTab) -> list[str]:
    model = tab.tables.largest.files
    return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]


def choose(tab: ReportsTab, label: str) -> None:
    place = tab.bar.drive.findText(label)
    tab.bar.drive.setCurrentIndex(place)
    tab.bar.drive.activated.emit(place)


def test_all_drives_are_reported_on_at_once(tab: ReportsTab) -> None:
    assert tab.cards["files"].value() == str(len(CARD) + len(SHELF))
    assert tab.cards["sequences"].value() == "1"
    assert tab.cards["duplicates"].value().startswith("1.10")
    assert [bar.name for bar in tab.charts.categories.bars()][:2] == ["image", "audio"]
    assert [bar.name for bar in tab.charts.extensions.bars()][:2] == ["exr", "wav"]
    assert len(tab.charts.timeline.days()) == 30
    assert tab.tables.drives.drives.rowCount() == 2
    assert tab.bar.status.fullText().startswith("Read in")


def test_a_drive_that_is_picked_is_reported_on_alone(qtbot: QtBot, tab: ReportsTab) -> None:
    choose(tab, "Shelf")
    qtbot.waitUntil(lambda: tab.is_complete() and tab.cards["files"].value() == str(len(SHELF)))
    assert tab.folders.crumbs.names() == ("Shelf",)


def test_a_row_of_the_drives_picks_that_drive(qtbot: QtBot, tab: ReportsTab) -> None:
    table = tab.tables.drives
    row = next(row for row in range(2) if table.drives.row(row).drive.label == "Card")
    table.setCurrentIndex(table.drives.index(row, 0))
    tab.tables.tabs.setCurrentWidget(table)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.is_complete() and tab.cards["files"].value() == str(len(CARD)))
    assert tab.bar.drive.currentText() == "Card"


def test_the_keys_go_into_a_folder_and_back(qtbot: QtBot, tab: ReportsTab) -> None:
    choose(tab, "Card")
    qtbot.waitUntil(lambda: tab.is_complete() and tab.folders.crumbs.names() == ("Card",))
    treemap = tab.folders.treemap
    treemap.setFocus()
    qtbot.waitUntil(treemap.hasFocus)
    seen = set()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        node = treemap.current()
        assert node is not None
        seen.add(node.name)
        qtbot.keyClick(treemap, key)
    assert "audio" in seen
    while (node := treemap.current()) is None or node.name != "audio":
        qtbot.keyClick(treemap, Qt.Key.Key_Left)
        qtbot.keyClick(treemap, Qt.Key.Key_Up)
    qtbot.keyClick(treemap, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: treemap.root() is not None and treemap.root().path == b"audio")
    assert tab.folders.crumbs.names() == ("Card", "audio")
    qtbot.keyClick(treemap, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: treemap.root() is not None and treemap.root().path == b"")
    assert tab.folders.crumbs.names() == ("Card",)


def test_a_click_goes_into_the_folder_under_the_pointer_with_a_link_for_each_one_above(
    qtbot: QtBot, tab: ReportsTab
) -> None:
    treemap = tab.folders.treemap
    card = next(cell for cell in treemap.cells() if cell.node.name == "Card")
    audio = next(cell for cell in card.cells if cell.node.path == b"audio" and not cell.is_files)
    qtbot.mouseClick(treemap, Qt.MouseButton.LeftButton, pos=QPoint(int(audio.box.x) + 4, int(audio.box.y) + 4))
    qtbot.waitUntil(lambda: treemap.root() is not None and treemap.root().path == b"audio")
    assert tab.folders.crumbs.names() == ("All drives", "Card", "audio")
    tab.folders.crumbs.clicked.emit(0)
    qtbot.waitUntil(lambda: treemap.root() is not None and treemap.root().drive_id == "")
    assert tab.folders.crumbs.names() == ("All drives",)


@pytest.mark.parametrize(
    ("column", "first"), [(0, ".hidden"), (1, "empty.txt"), (4, "<img src=x onerror=alert(1)>.txt")]
)
def test_the_list_of_files_sorts_by_every_column(qtbot: QtBot, tab: ReportsTab, column: int, first: str) -> None:
    tab.tables.largest.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    qtbot.waitUntil(lambda: shown_names(tab)[0] == first)


def test_the_largest_file_opens_its_folder_and_gives_its_path(
    qtbot: QtBot, tab: ReportsTab, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True)
    table = tab.tables.largest
    qtbot.waitUntil(lambda: shown_names(tab)[0] == "plate.EXR")
    table.setCurrentIndex(table.files.index(0, 0))
    table.row_actions.copy_path()
    assert QGuiApplication.clipboard().text() == f"{library.card}/show/sh020/plate.EXR"
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened))
    assert opened == [f"{library.card}/show/sh020"]


def test_equal_files_stand_under_their_group(tab: ReportsTab) -> None:
    groups = tab.tables.duplicates.groups
    first = groups.index(0, 0)
    assert groups.data(groups.index(0, 2)) == "3"
    assert groups.rowCount(first) == 3
    drives = {groups.data(groups.index(row, 4, first)) for row in range(3)}
    assert drives == {"Card", "Shelf"}
    assert groups.parent(groups.index(1, 0, first)) == first


def test_an_export_asks_where_to_and_says_where_it_went(
    qtbot: QtBot, tab: ReportsTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "all.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path / "tables"))
    with qtbot.waitSignal(tab._desk.jobs.job_ended, timeout=20_000):
        next(action for action in tab.export.actions() if "JSON" in action.text()).trigger()
    assert json.loads(file.read_text(encoding="utf-8"))["sections"]["overview"]["files"] == len(CARD) + len(SHELF)
    (toast,) = tab._desk.window.toasts.shown()
    assert (toast.view.action, toast.view.key) == ("Open folder", str(file.parent))
    with qtbot.waitSignal(tab._desk.jobs.job_ended, timeout=20_000):
        next(action for action in tab.export.actions() if "CSV" in action.text()).trigger()
    assert len(list((tmp_path / "tables").glob("*.csv"))) > 1


def test_without_a_drive_the_page_says_what_to_do_first(qtbot: QtBot, open_tab: Open, tmp_path: Path) -> None:
    tab = open_tab(tmp_path / "home")
    qtbot.waitUntil(tab.no_drive.isVisible)
    assert not tab.bar.isVisible()


def test_a_scan_has_the_reports_made_anew(qtbot: QtBot, open_tab: Open, tmp_path: Path) -> None:
    base = tmp_path / "drive"
    write_files(base, SHELF)
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(base),), drive="D"), Job())
    tab = open_tab(tmp_path / "home")
    qtbot.waitUntil(tab.is_complete)
    write_files(base, (("more.txt", b"more", 0),))
    tab._desk.jobs.start("scan", ScanRequest((str(base),), drive="D"))
    qtbot.waitUntil(lambda: tab.cards["files"].value() == str(len(SHELF) + 1), timeout=20_000)


def test_a_job_that_changes_nothing_leaves_the_reports_alone_and_one_that_does_keeps_the_place(
    qtbot: QtBot, open_tab: Open, tmp_path: Path
) -> None:
    base = tmp_path / "drive"
    write_files(base, CARD)
    run(make_engine(tmp_path / "home"), "scan", ScanRequest((str(base),), drive="D"), Job())
    tab = open_tab(tmp_path / "home")
    choose(tab, "D")
    qtbot.waitUntil(lambda: tab.is_complete() and tab.folders.crumbs.names() == ("D",))
    treemap = tab.folders.treemap
    audio = next(cell.node for cell in treemap.cells() if cell.node.name == "audio")
    treemap.entered.emit(audio)
    qtbot.waitUntil(lambda: tab.folders.crumbs.names() == ("D", "audio"))
    began = tab._began
    tab.export.start("json")
    qtbot.waitUntil(lambda: bool(tab._desk.window.toasts.shown()), timeout=20_000)
    qtbot.waitUntil(lambda: tab._dirty)
    qtbot.waitUntil(lambda: not tab._dirty)
    assert tab._began == began
    assert "changed" not in tab.bar.status.fullText()
    write_files(base, (("audio/more.wav", b"more", 0),))
    tab._desk.jobs.start("scan", ScanRequest((str(base),), drive="D"))
    qtbot.waitUntil(lambda: tab.cards["files"].value() == str(len(CARD) + 1), timeout=20_000)
    qtbot.waitUntil(tab.is_complete)
    assert tab.folders.crumbs.names() == ("D", "audio")
    qtbot.waitUntil(lambda: treemap.root() is not None and treemap.root().path == b"audio")


def test_files_of_which_nothing_is_known_are_no_sign_of_no_duplicates(
    qtbot: QtBot, open_tab: Open, tmp_path: Path
) -> None:
    base = tmp_path / "drive"
    write_files(base, SHELF)
    run(make_engine(tmp_path / "home"), "scan", ScanRequest((str(base),), inventory_only=True), Job())
    tab = open_tab(tmp_path / "home")
    qtbot.waitUntil(tab.is_complete)
    assert tab.cards["duplicates"].value() == "–"
    tab.tables.tabs.setCurrentIndex(2)
    assert tab.tables.no_duplicates.isVisible()


def test_a_damaged_shard_is_told_in_a_banner_and_the_rest_reported(
    qtbot: QtBot, open_tab: Open, tmp_path: Path
) -> None:
    library = make_library(tmp_path)
    engine = library.engine()
    engine.catalog.shard_path(engine.catalog.drive("Card").id).write_bytes(b"no database at all, by no means")
    tab = open_tab(library.home)
    qtbot.waitUntil(tab.is_complete)
    assert tab.cards["files"].value() == str(len(SHELF))
    assert tab._desk.window.banners.ids() == ("reports.left_out",)


def test_choices_are_remembered(qtbot: QtBot, tab: ReportsTab) -> None:
    tab.bar.top.setValue(3)
    tab.run()
    qtbot.waitUntil(lambda: tab.is_complete() and tab.tables.largest.files.rowCount() == 3)
    assert tab.bar.wanted().options.top == 3


def test_the_page_belongs_to_the_third_key(tab: ReportsTab) -> None:
    page = tab.page()
    assert isinstance(page, Page)
    assert (page.number, page.title) == (3, "Reports")
