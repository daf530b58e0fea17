"""Verify, wipe, suspects and history from a drive's card, with real drives."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.model.drives import Drive
from app.operations import run
from app.scanning.request import ScanRequest
from tests.scanning.test_verify import DATA, flip
from tests.ui.enginekit import make_engine
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.copies_dialog import CopiesDialog
from ui.tabs.drive_care import DriveCare
from ui.tabs.drive_history import HistoryDialog
from ui.tabs.drive_verify import VerifyDialog
from ui.tabs.drive_wipe import WipeDialog
from ui.tabs.scan_arrivals import Arrivals
from ui.widgets.failures import FailuresDialog
from ui.workers.job_controller import JobController


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A card and a shelf drive that hold the same take; the card was scanned twice."""
    engine = make_engine(tmp_path / "home")
    for label in ("Card", "Shelf"):
        folder = tmp_path / label
        folder.mkdir()
        (folder / "take.mov").write_bytes(DATA)
        run(engine, "scan", ScanRequest((str(folder),), drive=label), Job())
    (tmp_path / "Card" / "take.mov").rename(tmp_path / "Card" / "best.mov")
    run(engine, "scan", ScanRequest((str(tmp_path / "Card"),)), Job())
    return engine


@pytest.fixture
def desk(qtbot: QtBot, engine: Engine) -> Iterator[Desk]:
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    jobs.job_changed.connect(window.show_job)
    window.show()
    yield Desk(engine, jobs, window)
    jobs.stop_all()
    assert jobs.wait(10_000)


@pytest.fixture
def care(desk: Desk) -> Iterator[DriveCare]:
    care = DriveCare(desk, desk.window)
    yield care
    care.stop()


def dialog_of(window: QWidget, kind: type) -> object:
    found = window.findChildren(kind)
    return found[0] if found else None


def card_of(desk: Desk) -> Drive:
    return desk.engine.catalog.drive("Card")


def test_the_menu_offers_what_a_drive_allows(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    card = card_of(desk)
    Path(card.base).rename(f"{card.base} away")
    away = card_of(desk)
    enabled, check = [], "Check against a policy…"
    for drive in (card, away):
        menu = QMenu(desk.window)
        care.add_to(menu, drive)
        enabled.append([action.text() for action in menu.actions() if action.isEnabled()])
    assert enabled == [
        ["Verify…", check, "May it be wiped?…", "What lies only here…", "Suspected of rot…", "History…"],
        [check, "What lies only here…", "Suspected of rot…", "History…"],
    ]
    assert menu.actions()[0].toolTip() == "Card is not connected."


def test_rot_is_told_in_a_banner_that_stays_and_names_the_good_copy(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    card = card_of(desk)
    flip(Path(card.base) / "best.mov")
    care.verify(card)
    dialog = dialog_of(desk.window, VerifyDialog)
    assert isinstance(dialog, VerifyDialog)
    qtbot.waitUntil(lambda: dialog.everything.text().startswith("Everything: 1"))
    dialog.everything.setChecked(True)
    with qtbot.waitSignal(desk.jobs.job_ended, timeout=20_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    (banner,) = [name for name in desk.window.banners.ids() if name.startswith("rot.")]
    desk.window.banners.action_clicked.emit(banner)
    assert desk.window.banners.ids() == ()
    listed = dialog_of(desk.window, FailuresDialog)
    assert isinstance(listed, FailuresDialog)
    assert listed._rows == [(f"{card.base}/best.mov", "good copies: Shelf: take.mov")]
    care.list_suspects(card)
    qtbot.waitUntil(lambda: len(desk.window.findChildren(FailuresDialog)) == 2)


def test_a_wipe_is_answered_where_it_was_asked(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    care.ask_to_wipe(card_of(desk))
    dialog = dialog_of(desk.window, WipeDialog)
    assert isinstance(dialog, WipeDialog)
    with qtbot.waitSignal(desk.jobs.job_ended, timeout=20_000):
        qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
    assert dialog.answer.text() == "No, it may not be wiped"
    ((path, reason),) = [row.cells for row in dialog.rows.rows()]
    assert path.endswith("best.mov") and "Shelf lies on the same disk" in reason
    assert dialog.receipt.isHidden()
    dialog.accept()


def test_the_history_compares_neighbours_then_any_two(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    care.show_history(card_of(desk))
    dialog = dialog_of(desk.window, HistoryDialog)
    assert isinstance(dialog, HistoryDialog)
    qtbot.waitUntil(lambda: dialog.told.text() == "Scan 2, since scan 1: 1 moved.")
    assert [row.cells for row in dialog.change_rows.rows()] == [
        ("moved", "best.mov", dialog.change_rows.rows()[0].cells[2], "take.mov")
    ]
    dialog.scan_table.selectRow(1)
    qtbot.waitUntil(lambda: dialog.told.text() == "Scan 1, the first scan: 1 new.")
    assert dialog.growth.isVisible()
    dialog.accept()


def test_a_wipe_dialogue_may_be_closed_before_its_answer(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    care.ask_to_wipe(card_of(desk))
    dialog = dialog_of(desk.window, WipeDialog)
    assert isinstance(dialog, WipeDialog)
    gone: list[bool] = []
    dialog.destroyed.connect(lambda: gone.append(True))
    with qtbot.waitSignal(desk.jobs.job_ended, timeout=20_000):
        qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
        dialog.reject()
    assert gone
    assert desk.engine.catalog.jobs.newest()[0].operation == "wipe"


def test_what_lies_only_on_a_drive_is_listed(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    (Path(card_of(desk).base) / "alone.wav").write_bytes(b"only here")
    run(desk.engine, "scan", ScanRequest((card_of(desk).base,)), Job())
    care.show_only_here(card_of(desk))
    dialog = dialog_of(desk.window, CopiesDialog)
    assert isinstance(dialog, CopiesDialog)
    qtbot.waitUntil(lambda: dialog.told.text().startswith("On no other drive: 1 content"), timeout=20_000)
    [(label, verified)] = [row.cells[2:] for row in dialog.rows.rows()]
    assert label == "Card"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", verified)
    dialog.copy()
    assert QGuiApplication.clipboard().text() == f"{card_of(desk).base}/alone.wav"
    dialog.accept()


def test_what_has_too_few_copies_is_asked_again_with_other_numbers(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    care.show_at_risk()
    dialog = dialog_of(desk.window, CopiesDialog)
    assert isinstance(dialog, CopiesDialog)
    qtbot.waitUntil(dialog.ask.isEnabled, timeout=20_000)
    assert dialog.told.text().startswith("With too few copies: 1 content")
    dialog.copies.setValue(1)
    qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.told.text() == "Everything has its copies.", timeout=20_000)
    dialog.ask.click()
    dialog.reject()
    qtbot.waitUntil(lambda: not desk.jobs.running(), timeout=20_000)


def test_the_panel_names_the_drive_that_is_verified(qtbot: QtBot, desk: Desk, care: DriveCare) -> None:
    care.verify(card_of(desk))
    dialog = dialog_of(desk.window, VerifyDialog)
    assert isinstance(dialog, VerifyDialog)
    titles: list[str] = []
    desk.jobs.job_changed.connect(lambda view: titles.append(view.title))
    with qtbot.waitSignal(desk.jobs.job_ended, timeout=20_000):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert titles[0] == "Verifying Card"


@pytest.fixture
def mounted() -> set[str]:
    """What is mounted now."""
    return set()


@pytest.fixture
def arrivals(qtbot: QtBot, desk: Desk, mounted: set[str]) -> Iterator[Arrivals]:
    arrivals = Arrivals(desk, desk.window, lambda: frozenset(mounted))
    qtbot.waitUntil(lambda: arrivals._points is not None)
    yield arrivals
    arrivals.stop()


def plug_in(qtbot: QtBot, arrivals: Arrivals, mounted: set[str], *points: str) -> None:
    mounted.clear()
    mounted.update(points)
    with qtbot.waitSignal(arrivals.came):
        arrivals.look()


def test_a_drive_that_is_plugged_in_is_offered_to_be_brought_up_to_date(
    qtbot: QtBot, desk: Desk, arrivals: Arrivals, mounted: set[str]
) -> None:
    card, banners = card_of(desk), desk.window.banners
    plug_in(qtbot, arrivals, mounted, card.base)
    (asked,) = banners.ids()
    with qtbot.waitSignal(arrivals.scan_asked) as scan:
        banners.action_clicked.emit(asked)
    assert scan.args == [ScanRequest((card.base,), "Card")]
    assert banners.ids() == ()


def test_each_drive_of_a_volume_is_asked_about_until_it_is_scanned_or_gone(
    qtbot: QtBot, desk: Desk, arrivals: Arrivals, mounted: set[str]
) -> None:
    card, banners = card_of(desk), desk.window.banners
    both = str(Path(card.base).parent)
    stick = f"{both} stick"
    plug_in(qtbot, arrivals, mounted, both, stick)
    assert len(banners.ids()) == 3
    arrivals.answer(ScanRequest((f"{stick}/DCIM",)))
    assert len(banners.ids()) == 2
    plug_in(qtbot, arrivals, mounted)
    assert banners.ids() == ()
