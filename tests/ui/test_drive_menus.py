"""The File menu's errands for whole drives: exports and pictures, and what is said when they are done."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from tests.ui.frontkit import opened_front
from ui.front import Front


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.json").write_text('{"exports": {"after_scan": "csv"}}', encoding="utf-8")
    engine = make_engine(home)
    run(engine, "scan", ScanRequest((str(make_tree(tmp_path / "card")),), drive="A & B", inventory_only=True), Job())
    return engine


@pytest.fixture
def front(qtbot: QtBot, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Front]:
    """The window; who exports takes the name that is proposed."""
    engine.home.exports.mkdir(exist_ok=True)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: (given[2], ""))
    with opened_front(qtbot, engine) as front:
        menus = front.drive_menus
        assert menus is not None
        qtbot.waitUntil(menus.export.isEnabled)
        yield front


def choose(menu: QMenu, *words: str) -> None:
    """Clicks through a menu."""
    action = next(action for action in menu.actions() if action.text() == words[0])
    below = action.menu()
    if isinstance(below, QMenu):
        choose(below, *words[1:])
    else:
        action.trigger()


def exports(engine: Engine, pattern: str) -> list[Path]:
    return sorted(engine.home.exports.glob(pattern))


def test_a_drive_is_exported_and_a_toast_opens_the_folder(qtbot: QtBot, front: Front, engine: Engine) -> None:
    choose(front.window.file_menu, "Export the inventory", "A && B", "As JSON lines…")
    qtbot.waitUntil(lambda: bool(front.window.toasts.shown()))
    (made,) = exports(engine, "A_B.jsonl")
    assert [toast.view.text for toast in front.window.toasts.shown()] == [f"12 files to {made.name}"]


def test_the_choices_of_the_menu_are_obeyed(qtbot: QtBot, front: Front, engine: Engine) -> None:
    choose(front.window.file_menu, "Export the inventory", "Movies and sound only")
    choose(front.window.file_menu, "Export the inventory", "All drives as Everything file list…")
    qtbot.waitUntil(lambda: bool(exports(engine, "*.efu")))
    assert exports(engine, "*.efu")[0].read_bytes().count(b"\n") == 1


def test_only_what_is_new_is_exported_where_that_is_chosen(
    qtbot: QtBot, front: Front, engine: Engine, tmp_path: Path
) -> None:
    for file in (tmp_path / "card" / "below").iterdir():
        os.utime(file, (1_600_000_000, 1_600_000_000))
    run(engine, "scan", ScanRequest((str(tmp_path / "card"),), inventory_only=True), Job())
    choose(front.window.file_menu, "Export the inventory", "Modified in the last 30 days only")
    choose(front.window.file_menu, "Export the inventory", "A && B", "As JSON lines…")
    qtbot.waitUntil(lambda: bool(front.window.toasts.shown()))
    assert front.window.toasts.shown()[-1].view.text.startswith("9 files to ")


def test_an_export_after_a_scan_is_said_in_a_banner(
    qtbot: QtBot, front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("ui.drive_menus.open_folder", opened.append)
    assert front.jobs is not None
    front.jobs.start("scan", ScanRequest((str(tmp_path / "card"),), inventory_only=True))
    banners = front.window.banners
    qtbot.waitUntil(lambda: "exports.after_scan" in banners.ids(), timeout=20_000)
    banners.action_clicked.emit("exports.after_scan")
    assert opened == [str(tmp_path / "home" / "exports")]
    assert "exports.after_scan" not in banners.ids()


def test_pictures_are_made_of_a_drive_that_is_there(qtbot: QtBot, front: Front) -> None:
    assert front.jobs is not None
    with qtbot.waitSignal(front.jobs.job_ended, timeout=20_000):
        choose(front.window.file_menu, "Make pictures", "A && B")


def test_the_palette_finds_the_export_of_one_drive(front: Front) -> None:
    front.window.open_palette()
    texts = [f"{command.place} {command.text}" for command in front.window.command_palette.shown()]
    front.window.command_palette.close()
    assert any("A & B" in text and "As CSV" in text for text in texts), texts
