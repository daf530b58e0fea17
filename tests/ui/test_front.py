"""The window with its engine: opening, closing while a job runs, errors that are shown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.engine import Engine, open_engine
from app.errors import AppError, NotACatalog
from app.jobs.job import Job
from app.maintenance.request import RestoreRequest, UpkeepRequest
from app.model.drives import Drive
from app.operations import run
from app.qc.signoff import SignOffRequest
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from tests.ui.frontkit import opened_front
from ui.front import Front
from ui.main_window import MainWindow
from ui.workers.reader import Reader


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def front(qtbot: QtBot, engine: Engine) -> Iterator[Front]:
    with opened_front(qtbot, engine) as front:
        yield front


def test_the_tabs_are_there_under_their_numbers(front: Front) -> None:
    assert [page.number for page in front.window._pages] == [1, 2, 3, 5, 6]
    for number, title in ((2, "Search"), (3, "Reports"), (6, "QC Review"), (1, "Scan")):
        front.window.show_page(number)
        page = front.window.current_page()
        assert page is not None
        assert page.title == title


def test_closing_during_a_scan_stops_it_first_and_keeps_what_was_committed(
    qtbot: QtBot, front: Front, engine: Engine, tmp_path: Path
) -> None:
    tree = tmp_path / "card"
    for folder in range(40):
        (tree / f"f{folder:02}").mkdir(parents=True)
        for number in range(100):
            (tree / f"f{folder:02}" / f"{number}.bin").write_bytes(b"x" * 50_000)
    jobs = front.jobs
    assert jobs is not None
    jobs.start("scan", ScanRequest((str(tree),), "A001", batch_files=50))
    qtbot.waitUntil(lambda: bool(engine.catalog.jobs.newest()))
    qtbot.waitUntil(lambda: any(job.progress.view.done > 0 for job in jobs.running()), timeout=20_000)
    front.window.close()
    assert front.window.isVisible()
    qtbot.waitUntil(lambda: not front.window.isVisible())
    assert [job.state for job in engine.catalog.jobs.newest()] == ["cancelled"]
    front.stop()
    result = run(engine, "scan", ScanRequest((str(tree),), "A001"), Job())
    assert result.document["resumed"]
    assert result.counts["files"] == 4000


def test_closing_without_jobs_closes_at_once(front: Front) -> None:
    front.window.close()
    assert not front.window.isVisible()


def test_closing_with_a_dialogue_open_leaves_no_thread_behind(
    qtbot: QtBot, front: Front, engine: Engine, tmp_path: Path
) -> None:
    run(engine, "scan", ScanRequest((str(make_tree(tmp_path / "card")),), "A001"), Job())
    assert front.tabs is not None
    front.tabs[0].menu.care.show_history(engine.catalog.drive("A001"))
    readers = front.window.findChildren(Reader)
    qtbot.waitUntil(lambda: any(reader.objectName() == "reader history" for reader in readers))
    front.window.finish_closing()
    assert front.stop()
    assert [reader.objectName() for reader in readers if reader.isRunning()] == []


def test_what_cannot_be_pressed_says_why_and_no_name_is_markup(qtbot: QtBot, front: Front) -> None:
    for number in (1, 2, 3, 5, 6):
        front.window.show_page(number)
        page = front.window.current_page()
        assert page is not None
        mute = [
            button.text() or button.accessibleName()
            for button in page.widget.findChildren(QPushButton)
            if button.isVisible() and not button.isEnabled() and not button.toolTip()
        ]
        assert mute == [], page.title
        rich = [
            label.text() for label in page.widget.findChildren(QLabel) if label.textFormat() != Qt.TextFormat.PlainText
        ]
        assert rich == [], page.title


def test_a_failed_job_says_why_in_a_banner(qtbot: QtBot, front: Front, tmp_path: Path) -> None:
    assert front.jobs is not None
    with qtbot.waitSignal(front.jobs.all_ended):
        front.jobs.start("scan", ScanRequest((str(tmp_path / "nothing"),)))
    assert [name for name in front.window.banners.ids() if name.startswith("failed.")]


def test_what_could_not_be_read_can_be_listed_and_copied(qtbot: QtBot, front: Front, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "card")
    (tree / "broken.exr").write_text("this is no picture", encoding="utf-8")
    assert front.jobs is not None
    with qtbot.waitSignal(front.jobs.all_ended, timeout=20_000):
        job_id = front.jobs.start("scan", ScanRequest((str(tree),)))
    front.window.jobs.failed_items_requested.emit(job_id)
    dialog = next(child for child in front.window.children() if type(child).__name__ == "FailuresDialog")
    dialog.copy()
    from PySide6.QtGui import QGuiApplication

    assert "broken.exr" in QGuiApplication.clipboard().text()
    dialog.close()


def test_a_catalogue_that_cannot_be_opened_is_told(qtbot: QtBot) -> None:
    def refuse() -> Engine:
        raise NotACatalog("catalog.db is damaged", hint="Restore it.")

    window = MainWindow()
    qtbot.addWidget(window)
    front = Front(window, refuse)
    front.start()
    qtbot.waitUntil(lambda: "engine" in window.banners.ids())
    front.stop()


def test_the_theme_of_the_menu_goes_into_the_settings_file_and_keeps_what_stands_there(
    qtbot: QtBot, front: Front, engine: Engine
) -> None:
    engine.home.settings.write_text('{"window": {"scale": 125}, "plugin": {"key": 1}}', encoding="utf-8")
    try:
        front.window.set_theme("light")
    finally:
        front.window.set_theme("dark")
    front.stop()
    written = json.loads(engine.home.settings.read_text(encoding="utf-8"))
    assert written["window"] == {"scale": 125, "theme": "dark"}
    assert written["plugin"] == {"key": 1}


def test_a_theme_that_cannot_be_saved_is_told(qtbot: QtBot, front: Front, engine: Engine) -> None:
    engine.home.settings.write_text("this is not JSON", encoding="utf-8")
    front.window.set_theme("dark")
    qtbot.waitUntil(lambda: "settings" in front.window.banners.ids())
    assert engine.home.settings.read_text(encoding="utf-8") == "this is not JSON"


def test_a_failed_sign_off_is_told_once_in_the_panel(qtbot: QtBot, front: Front, tmp_path: Path) -> None:
    assert front.jobs is not None
    request = SignOffRequest(tmp_path / "gone.wav", "alice", "pass")
    with qtbot.waitSignal(front.jobs.all_ended):
        job_id = front.jobs.start("sign_off", request)
    row = front.window.jobs.row(job_id)
    assert row is not None
    assert row.title.fullText() == "Sign-off of gone.wav"
    assert not front.window.banners.ids()
    assert not front.window.toasts.shown()


def test_the_folder_dialogue_begins_where_folders_were_found_last(
    qtbot: QtBot, front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert front.tabs is not None
    begun: list[str] = []
    shelf = tmp_path / "shelf"
    card = make_tree(shelf / "card")

    def ask(_parent: object, _title: str, start: str) -> str:
        begun.append(start)
        return str(card)

    monkeypatch.setattr("ui.tabs.scan_tab.QFileDialog.getExistingDirectory", ask)
    state = front.window.state
    remembered: dict[str, str] = {}
    monkeypatch.setattr(state, "text", lambda key, default="": remembered.get(key, default))
    monkeypatch.setattr(state, "set_text", remembered.__setitem__)
    front.window.folder_asked.emit()
    assert front.tabs[0].form.request().paths == (str(card),)
    front.window.folder_asked.emit()
    assert begun == [str(Path.home()), str(card)]
    run(front.engine, "scan", ScanRequest((str(shelf),), "Shelf"), Job())
    front.tabs[0].refresh()
    qtbot.waitUntil(lambda: bool(front.tabs and front.tabs[0].drives.cards()))
    remembered.clear()
    front.window.folder_asked.emit()
    assert begun[-1] == str(shelf)


def test_a_damaged_catalogue_is_mended_in_the_window(qtbot: QtBot, engine: Engine, tmp_path: Path) -> None:
    run(engine, "scan", ScanRequest((str(make_tree(tmp_path / "card")),), "A001", inventory_only=True), Job())
    run(engine, "back_up_records", UpkeepRequest(catalog=True), Job())
    engine.home.catalog.write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    window = MainWindow()
    qtbot.addWidget(window)
    home, loaded = engine.home, engine.loaded
    front = Front(
        window,
        lambda: open_engine(loaded, home),
        open_damaged=lambda: open_engine(loaded, home, repairing=True),
    )
    window.show()
    front.start()
    qtbot.waitUntil(lambda: window.banners.ids() == ("engine",), timeout=20_000)
    assert window._pages == []
    window.banners.action_clicked.emit("engine")
    qtbot.waitUntil(lambda: front.mending is not None, timeout=20_000)
    assert front.mending is not None
    tab = front.mending.tab
    qtbot.waitUntil(lambda: tab.model.rowCount() == 2)
    assert [status.state for status in tab.model.rows()][0] == "broken"
    tab.restore(RestoreRequest())
    qtbot.waitUntil(lambda: [drive.label for drive in _drives(engine)] == ["A001"], timeout=20_000)
    qtbot.waitUntil(lambda: not front.mending or not front.mending.jobs.running(), timeout=20_000)
    qtbot.waitUntil(lambda: front.mending is not None and front.mending.done)
    assert not front.start_anew and window.isVisible()
    window.banners.action_clicked.emit("engine")
    assert front.start_anew and not window.isVisible()
    assert front.stop()


def _drives(engine: Engine) -> list[Drive]:
    try:
        return engine.catalog.drives(look=False)
    except AppError:
        return []
