"""The Search tab over real scans of real media, driven by keys and clicks."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from tests.ui.hearing import Heard
from tests.ui.tabs.searchkit import ODD_NAME, Library, make_library
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.models.search_model import Column
from ui.page import Page
from ui.tabs.search_tab import SearchTab
from ui.widgets.filmstrip import time_words
from ui.widgets.viewer_frame import ViewerState
from ui.workers.job_controller import JobController

Open = Callable[[Path], SearchTab]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def open_tab(qtbot: QtBot) -> Iterator[Open]:
    opened: list[tuple[SearchTab, JobController]] = []

    def open_home(home: Path) -> SearchTab:
        engine = make_engine(home)
        window = MainWindow()
        qtbot.addWidget(window)
        jobs = JobController(engine, window)
        tab = SearchTab(Desk(engine, jobs, window))
        opened.append((tab, jobs))
        window.add_page(tab.page())
        window.resize(1280, 800)
        window.show()
        tab.focus_field()
        qtbot.waitUntil(lambda: tab.answered() is not None and tab.total() is not None)
        return tab

    yield open_home
    for tab, jobs in opened:
        tab.stop()
        jobs.stop_all()
        assert jobs.wait(10_000)


@pytest.fixture
def tab(open_tab: Open, library: Library) -> SearchTab:
    return open_tab(library.home)


def names(tab: SearchTab) -> list[str]:
    return [str(tab.model.index(row, Column.NAME).data()) for row in range(tab.model.rowCount())]


def search(qtbot: QtBot, tab: SearchTab, text: str, *expected: str) -> None:
    """Type over what is there, and wait for exactly these names in any order."""
    tab.focus_field()
    qtbot.keyClicks(tab.field, text)
    qtbot.waitUntil(lambda: tab.answered() is not None and tab.answered().query.text == text)
    assert sorted(names(tab)) == sorted(expected)


def wait_names(qtbot: QtBot, tab: SearchTab, *expected: str) -> None:
    qtbot.waitUntil(lambda: sorted(names(tab)) == sorted(expected))


def select(tab: SearchTab, name: str) -> None:
    tab.table.choose(names(tab).index(name))


def facts(tab: SearchTab) -> dict[str, str]:
    return {fact.name: fact.value for fact in tab.preview.facts.facts()}


def test_hits_of_a_drive_that_is_mounted_elsewhere_lie_there(
    qtbot: QtBot, open_tab: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, base, there = tmp_path / "home", tmp_path / "old", tmp_path / "new"
    make_tree(base, 1)
    run(make_engine(home), "scan", ScanRequest((str(base),), drive="Card"), Job())
    base.rename(there)
    moved = {"Card": str(there)}
    monkeypatch.setattr(
        "app.engine.found_elsewhere",
        lambda lost, _others: {drive.id: replace(drive, base=moved[drive.label], online=True) for drive in lost},
    )

    tab = open_tab(home)

    qtbot.waitUntil(lambda: [hit.path for hit in tab.model.rows()] == [str(there / "below" / "note 0.txt")])
    assert tab.model.is_online(tab.model.rows()[0])


def test_an_empty_catalogue_leads_to_the_scan(qtbot: QtBot, open_tab: Open, tmp_path: Path) -> None:
    tab = open_tab(tmp_path / "home")
    assert tab.no_drive.isVisible()
    assert tab.no_drive.primary.text() == "Go to Scan"


def test_an_empty_field_shows_every_file_newest_first(tab: SearchTab) -> None:
    times = [hit.hit.mtime_ns for hit in tab.model.rows()]
    assert len(times) == tab.total()
    assert times == sorted(times, reverse=True)
    assert tab.status.text().startswith(f"{tab.total()} files · ")


def test_hits_come_while_typing_from_the_first_letter_on(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "fo", "foghorn.wav")
    assert tab.status.text().startswith("names that begin with “fo” · 1 hit · ")
    search(qtbot, tab, "OGHO", "foghorn.wav")
    assert tab.status.text().startswith("1 hit · ")


def test_hits_of_unplugged_drives_are_found_and_say_where_they_were(
    qtbot: QtBot, tab: SearchTab, library: Library
) -> None:
    search(qtbot, tab, "harbour_old", "harbour_old.png")
    row = tab.model.index(0, Column.DRIVE)
    assert row.data() == "Shelf"
    assert row.data(Qt.ItemDataRole.AccessibleTextRole) == "Shelf, not connected"
    qtbot.waitUntil(lambda: "Last seen" in facts(tab))
    assert facts(tab)["Last seen"] == str(library.shelf / "old" / "harbour_old.png")
    assert tab.preview.viewer.state() == ViewerState.PICTURE
    assert tab.preview.standing.isVisible()
    assert "Shelf: not connected · as scanned" in tab.preview.standing.text()


def test_nothing_found_says_what_was_searched_and_offers_to_clear_filters(qtbot: QtBot, tab: SearchTab) -> None:
    everything = names(tab)
    tab.filters.category_menu.box("audio").trigger()
    wait_names(qtbot, tab, "foghorn.wav")
    search(qtbot, tab, "harbour")
    qtbot.waitUntil(tab.no_hit.isVisible)
    assert tab.no_hit.primary.isVisible()
    qtbot.mouseClick(tab.no_hit.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "harbour.png" in names(tab))
    assert not tab.filters.active()
    qtbot.keyClick(tab.field, Qt.Key.Key_Escape)
    wait_names(qtbot, tab, *everything)


def test_chips_narrow_the_hits_and_their_crosses_take_that_back(qtbot: QtBot, tab: SearchTab) -> None:
    filters = tab.filters
    qtbot.waitUntil(lambda: filters.drives.text() == "All drives (2, 1 connected)")
    shelf = next(hit.drive.id for hit in tab.model.rows() if hit.drive.label == "Shelf")
    filters.drive_menu.box(shelf).trigger()
    wait_names(qtbot, tab, "harbour_old.png")
    assert filters.drives.text() == "Drive: Shelf"
    filters.drives.clear()
    qtbot.keyClicks(filters.extension_menu.field, ".exr *.WAV")
    qtbot.keyClick(filters.extension_menu.field, Qt.Key.Key_Return)
    sequence = [f"sh010_comp.{frame}.exr" for frame in (1001, 1002, 1004, 1005)]
    wait_names(qtbot, tab, *sequence, "broken.exr", "foghorn.wav")
    assert filters.extension.text() == "Extension: exr, wav"
    filters.verdict_menu.box("fail").trigger()
    wait_names(qtbot, tab, *sequence)
    assert {tab.model.index(row, Column.VERDICT).data() for row in range(4)} == {"fail"}
    filters.verdict.clear()
    filters.extension.clear()
    filters.size_menu.most.setText("5 B")
    qtbot.keyClick(filters.size_menu.most, Qt.Key.Key_Return)
    wait_names(qtbot, tab, "harbour notes.txt", "two␊lines \N{REPLACEMENT CHARACTER}.txt")
    assert filters.size_chip.text() == "Size: ≤ 5\N{NO-BREAK SPACE}B"
    filters.modified_menu.presets["Today"].trigger()
    assert filters.modified.text() == "Modified: today"
    filters.clear_all.click()
    qtbot.waitUntil(lambda: len(names(tab)) > 10)


def test_qc_records_show_only_where_they_are_asked_for(qtbot: QtBot, tab: SearchTab) -> None:
    assert not [name for name in names(tab) if name.endswith(".json")]
    tab.filters.category_menu.box("qc").trigger()
    qtbot.waitUntil(lambda: "harbour.png.qc.json" in names(tab))
    assert all(name.endswith(".json") for name in names(tab))
    tab.filters.clear_filters()
    qtbot.waitUntil(lambda: "harbour.png" in names(tab))


def test_arrows_in_the_field_move_through_the_hits(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "comp.10", *(f"sh010_comp.{frame}.exr" for frame in (1001, 1002, 1004, 1005)))
    assert tab.table.currentIndex().row() == 0
    qtbot.keyClick(tab.field, Qt.Key.Key_Down)
    qtbot.keyClick(tab.field, Qt.Key.Key_Down)
    assert tab.table.currentIndex().row() == 2
    qtbot.keyClick(tab.field, Qt.Key.Key_PageUp)
    assert tab.table.currentIndex().row() == 0


def test_the_preview_shows_a_frame_and_the_facts_of_its_sequence(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "comp.1004", "sh010_comp.1004.exr")
    qtbot.waitUntil(lambda: tab.preview.viewer.state() == ViewerState.PICTURE, timeout=20_000)
    shown = facts(tab)
    assert shown["Frames"] == "4 of 5, missing 1003"
    assert shown["Picture"].startswith("openexr, 64×36, RGBA half")
    assert shown["Content"].startswith("blake3:")
    assert shown["Verdict"].startswith("fail · ana · ")
    assert (shown["Note"], shown["Reasons"]) == ("grain", "banding")


def test_a_movie_has_a_filmstrip_and_a_sound_a_waveform(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "animatic", "animatic.mp4")
    qtbot.waitUntil(lambda: tab.preview.strip.filled() == 6, timeout=30_000)
    assert facts(tab)["Duration"].startswith("1.")
    search(qtbot, tab, "foghorn", "foghorn.wav")
    qtbot.waitUntil(lambda: tab.preview.viewer.state() == ViewerState.SOUND, timeout=20_000)
    assert not tab.preview.strip.isVisible()


def test_a_movie_is_leafed_through_under_the_pointer(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "animatic", "animatic.mp4")
    qtbot.waitUntil(lambda: tab.preview.strip.filled() == 6, timeout=30_000)
    viewer, times = tab.preview.viewer, tab.preview.strip.times()
    qtbot.waitUntil(lambda: viewer.state() == ViewerState.PICTURE, timeout=20_000)
    assert viewer.corners().bottom_left == ""
    qtbot.mouseMove(viewer, QPoint(viewer.width() - 4, viewer.height() // 2))
    qtbot.waitUntil(lambda: viewer.corners().bottom_left == time_words(times[5], times[5]))
    tab.preview.strip.hovered.emit(0)
    assert viewer.corners().bottom_left == time_words(times[0], times[5])
    tab.preview.strip.hovered.emit(-1)
    assert viewer.corners().bottom_left == ""


def test_a_damaged_file_says_why_it_cannot_be_shown(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "broken", "broken.exr")
    qtbot.waitUntil(lambda: "Problem" in facts(tab))
    assert [fact.state for fact in tab.preview.facts.facts() if fact.name == "Problem"] == ["fail"]


def test_everything_known_of_a_hit_is_one_tab_away(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "comp.1002", "sh010_comp.1002.exr")
    select(tab, "sh010_comp.1002.exr")
    pane = tab.preview.all_facts
    assert pane.lines() == []
    tab.preview.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: pane.badge.fullText() == "Header proven lossless", timeout=20_000)
    qtbot.waitUntil(lambda: any(line.startswith("Part 0") for line in pane.lines()), timeout=20_000)
    search(qtbot, tab, "harbour_old", "harbour_old.png")
    select(tab, "harbour_old.png")
    qtbot.waitUntil(lambda: pane.badge.fullText().startswith("as scanned 2"), timeout=20_000)
    qtbot.waitUntil(lambda: any("png" in line for line in pane.lines()), timeout=20_000)


def test_hits_can_be_inspected_and_two_be_compared(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "harbour", "harbour.png", "harbour notes.txt", "harbour_old.png")
    asked: list[object] = []
    tab.actions_of_hits.inspect_requested.connect(asked.append)
    tab.actions_of_hits.compare_requested.connect(lambda a, b: asked.append((a, b)))
    tab.table.selectAll()
    tab.actions_of_hits.compare()
    tab.actions_of_hits.inspect()
    assert len(asked) == 1
    assert len(asked[0]) == 3
    select(tab, "harbour.png")
    assert not next(a for a in tab.actions_of_hits.menu().actions() if a.text() == "Compare two…").isVisible()


def test_copy_gives_paths_of_all_selected_hits(qtbot: QtBot, tab: SearchTab, library: Library) -> None:
    search(qtbot, tab, "harbour", "harbour.png", "harbour notes.txt", "harbour_old.png", *qc_of(tab, "harbour"))
    tab.table.setFocus()
    tab.table.selectAll()
    qtbot.keyClick(tab.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert str(library.plates / "refs" / "harbour.png") in lines
    assert str(library.shelf / "old" / "harbour_old.png") in lines
    select(tab, "harbour notes.txt")
    menu = tab.actions_of_hits.menu()
    {action.text(): action for action in menu.actions()}["Copy name"].trigger()
    assert QGuiApplication.clipboard().text() == "harbour notes.txt"
    menu.deleteLater()


def qc_of(tab: SearchTab, part: str) -> list[str]:
    return [name for name in names(tab) if part in name and name.endswith(".qc.json")]


class Opener(QObject):
    """Stands in for the system's file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.fixture
def opener() -> Iterator[Opener]:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    yield opener
    QDesktopServices.unsetUrlHandler("file")


def test_enter_opens_the_folder_and_an_absent_one_is_refused_in_words(
    qtbot: QtBot, tab: SearchTab, library: Library, opener: Opener
) -> None:
    search(qtbot, tab, "foghorn", "foghorn.wav")
    qtbot.keyClick(tab.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opener.opened == [str(library.plates / "refs")])
    search(qtbot, tab, "harbour_old", "harbour_old.png")
    qtbot.keyClick(tab.field, Qt.Key.Key_Return)
    toasts = tab._desk.window.toasts
    qtbot.waitUntil(lambda: any("is not there" in toast.view.text for toast in toasts.shown()))
    assert len(opener.opened) == 1


def test_ctrl_r_in_the_field_sends_the_selected_hit_to_review(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "comp.1002", "sh010_comp.1002.exr")
    with qtbot.waitSignal(tab.review_requested):
        qtbot.keyClick(tab.field, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)


def test_send_to_review_names_the_whole_sequence(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "comp.1002", "sh010_comp.1002.exr")
    with qtbot.waitSignal(tab.review_requested) as sent:
        qtbot.mouseClick(tab.preview.review_button, Qt.MouseButton.LeftButton)
    drive_id, folder, name = sent.args[0]
    assert (drive_id, folder, name) == (tab.model.rows()[0].drive.id, b"sh010/comp", b"sh010_comp.####.exr")
    search(qtbot, tab, "harbour notes", "harbour notes.txt")
    assert not tab.preview.review_button.isEnabled()


def test_export_asks_for_the_file_then_writes_all_hits_and_a_toast_leads_there(
    qtbot: QtBot, tab: SearchTab, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(qtbot, tab, "comp.10", *(f"sh010_comp.{frame}.exr" for frame in (1001, 1002, 1004, 1005)))
    file = tmp_path / "mine.jsonl"
    proposed: list[str] = []
    answers = ["", str(file)]

    def ask(_parent: object, _title: str, proposal: str, _kind: str) -> tuple[str, str]:
        proposed.append(Path(proposal).name)
        return answers.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    export = next(action for action in tab.export.actions() if "JSON lines" in action.text())
    assert export.text().endswith("…")
    export.trigger()
    assert proposed == ["search.jsonl"] and not tab._desk.jobs.running()
    with qtbot.waitSignal(tab._desk.jobs.job_ended):
        export.trigger()
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["name"] for row in rows] == names(tab)
    (toast,) = tab._desk.window.toasts.shown()
    assert toast.view.text == f"4 hits to {file.name}"
    assert (toast.view.action, toast.view.key) == ("Open folder", str(file.parent))


def test_names_that_are_no_text_or_have_two_lines_fit_on_one(qtbot: QtBot, tab: SearchTab, library: Library) -> None:
    search(qtbot, tab, "lines", "two␊lines \N{REPLACEMENT CHARACTER}.txt")
    hit = tab.model.rows()[0]
    assert hit.hit.name == ODD_NAME
    assert Path(hit.path).read_bytes() == b"odd"


def copy_home(library: Library, tmp_path: Path) -> Path:
    home = tmp_path / "home"
    shutil.copytree(library.home, home)
    return home


def test_a_damaged_shard_is_named_and_the_other_drives_are_searched(
    qtbot: QtBot, open_tab: Open, library: Library, tmp_path: Path
) -> None:
    home = copy_home(library, tmp_path)
    shelf = library.engine().catalog.drive("Shelf")
    for file in (home / "shards").glob(f"{shelf.id}*"):
        file.unlink()
    (home / "shards" / f"{shelf.id}.db").write_bytes(b"this is no database at all" * 100)
    tab = open_tab(home)
    banners = tab._desk.window.banners
    assert banners.ids() == ("search.left_out",)
    (told,) = [label.text() for label in banners.findChildren(QLabel)]
    assert told.startswith("Shelf is not searched: ") and "Move it away and scan the drive again" in told
    search(qtbot, tab, "harbour", "harbour.png", "harbour notes.txt", *qc_of(tab, "harbour"))
    assert banners.ids() == ("search.left_out",)
    banners.remove("search.left_out")
    search(qtbot, tab, "foghorn", "foghorn.wav", *qc_of(tab, "foghorn"))
    assert banners.ids() == (), "who closed it is not told the same again"


def test_a_deleted_shard_is_named_until_it_is_back(
    qtbot: QtBot, open_tab: Open, library: Library, tmp_path: Path
) -> None:
    home = copy_home(library, tmp_path)
    shard = library.engine().catalog.shard_path(library.engine().catalog.drive("Shelf").id).name
    whole = (home / "shards" / shard).read_bytes()
    for file in (home / "shards").glob(f"{Path(shard).stem}*"):
        file.unlink()
    tab = open_tab(home)
    banners = tab._desk.window.banners
    assert banners.ids() == ("search.left_out",)
    (home / "shards" / shard).write_bytes(whole)
    search(qtbot, tab, "harbour_old", "harbour_old.png", *qc_of(tab, "harbour_old"))
    assert banners.ids() == ()


def test_what_a_scan_adds_appears_while_selection_and_place_stay(qtbot: QtBot, open_tab: Open, tmp_path: Path) -> None:
    home, tree = tmp_path / "home", make_tree(tmp_path / "card", files=400)
    request = ScanRequest((str(tree),), drive="Card")
    run(make_engine(home), "scan", request, Job())
    tab = open_tab(home)
    tab.table.choose(200)
    tab.table.scrollTo(tab.model.index(200, 0))
    chosen, place = tab.table.selected_hits()[0].key, tab.table.visualRect(tab.model.index(200, 0)).top()
    (tree / "brand new.txt").write_text("new", encoding="utf-8")
    tab._desk.jobs.start("scan", request)
    qtbot.waitUntil(lambda: names(tab)[0] == "brand new.txt", timeout=20_000)
    assert [hit.key for hit in tab.table.selected_hits()] == [chosen]
    assert tab.table.visualRect(tab.table.currentIndex()).top() == place
    assert tab.total() == 401
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)


def test_scrolling_to_the_end_reads_the_next_page_without_a_gap(qtbot: QtBot, open_tab: Open, tmp_path: Path) -> None:
    home, tree = tmp_path / "home", make_tree(tmp_path / "card", files=2300)
    run(make_engine(home), "scan", ScanRequest((str(tree),), drive="Card", inventory_only=True), Job())
    tab = open_tab(home)
    assert (tab.model.rowCount(), tab.total()) == (1000, 2300)
    for rows in (2000, 2300):
        tab.table.verticalScrollBar().setValue(tab.table.verticalScrollBar().maximum())
        qtbot.waitUntil(lambda rows=rows: tab.model.rowCount() == rows)  # type: ignore[misc]
    assert len(set(names(tab))) == 2300
    times = [hit.hit.mtime_ns for hit in tab.model.rows()]
    assert times == sorted(times, reverse=True)


def test_the_field_has_the_keys_when_the_tab_comes_to_the_front(qtbot: QtBot, tab: SearchTab) -> None:
    window = tab._desk.window
    elsewhere = QLineEdit()
    window.add_page(Page(1, "Scan", "scan", elsewhere))
    window.show_page(1)
    elsewhere.clearFocus()
    window.show_page(2)
    qtbot.waitUntil(tab.field.hasFocus)


def test_calling_the_tab_again_leaves_the_keys_in_the_field(qtbot: QtBot, tab: SearchTab) -> None:
    tab.setFocus()
    qtbot.waitUntil(tab.field.hasFocus)


def test_letters_typed_into_the_table_go_to_the_field(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "harb", *[name for name in names(tab) if "harb" in name])
    tab.table.setFocus()
    qtbot.keyClicks(tab.table, "o")
    assert tab.field.text() == "harbo"
    assert tab.field.hasFocus()


def test_all_facts_of_a_hit_are_a_key_away(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "animatic", "animatic.mp4")
    qtbot.keyClick(tab.field, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    pane = tab.preview.all_facts
    qtbot.waitUntil(pane.view.hasFocus)
    qtbot.waitUntil(lambda: any(line.startswith("Video 0") for line in pane.lines()))
    assert pane.view.height() > tab.preview.viewer.height()


def test_a_hit_is_inspected_from_the_field_too(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "animatic", "animatic.mp4")
    asked = Heard(tab.actions_of_hits.inspect_requested)
    qtbot.keyClick(tab.field, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert [Path(path).name for path in asked.last[0]] == ["animatic.mp4"]


def test_two_hits_are_chosen_and_compared_from_the_field(qtbot: QtBot, tab: SearchTab) -> None:
    search(qtbot, tab, "harbour", "harbour.png", "harbour notes.txt", "harbour_old.png")
    asked = Heard(tab.actions_of_hits.compare_requested)
    tab.table.choose(0)
    qtbot.keyClick(tab.field, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert [hit.hit.name for hit in tab.table.selected_hits()] == [hit.hit.name for hit in tab.model.rows()[:2]]
    qtbot.keyClick(tab.field, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert asked.times == 1
