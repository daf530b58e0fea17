"""What a librarian does with a drive card: shelf, loan, passport, health, end."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.model.drives import Drive, DriveHealth, Passport
from app.operations import run
from app.scanning.request import ScanRequest
from app.shelf.forgetting import ForgetDriveRequest
from tests.ui.enginekit import make_engine, make_tree
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.drive_words import health_facts, passport_facts, trend_line
from ui.tabs.scan_tab import ScanTab
from ui.tabs.scan_words import shelf_words
from ui.workers.job_controller import JobController

RECORDED = Path(__file__).parents[2] / "drives" / "recorded"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(tmp_path / "home")
    make_tree(tmp_path / "card")
    run(engine, "scan", ScanRequest((str(tmp_path / "card"),), "Card", inventory_only=True), Job())
    return engine


@pytest.fixture
def tab(qtbot: QtBot, engine: Engine) -> Iterator[ScanTab]:
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    tab = ScanTab(Desk(engine, jobs, window))
    window.add_page(tab.page())
    window.resize(1280, 800)
    window.show()
    qtbot.waitUntil(lambda: len(tab.drives.cards()) == 1, timeout=20_000)
    yield tab
    tab.stop()
    jobs.stop_all()
    assert jobs.wait(10_000)


def drive(engine: Engine) -> Drive:
    (found,) = engine.catalog.drives()
    return found


def words(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_the_menu_says_what_can_be_done(tab: ScanTab, engine: Engine) -> None:
    menu = tab.menu.build(drive(engine), stopped=False)
    ours = ["Passport and health…", "Rename…", "Place…", "Note…", "Lend to…"]
    assert [word for word in words(menu) if word in ours] == ours
    assert (words(menu)[0], words(menu)[-1]) == ("Scan what changed", "Forget…")
    lent = replace(drive(engine), lent_to="Ann", online=False)
    menu = tab.menu.build(lent, stopped=True)
    assert "Returned by Ann" in words(menu)
    assert [action.isEnabled() for action in menu.actions()[:2]] == [False, False]


def test_a_place_that_is_typed_stands_on_the_card(qtbot: QtBot, tab: ScanTab, engine: Engine) -> None:
    dialog = tab.menu.ask(drive(engine), "place")
    assert dialog.labelText() == "The shelf on which Card stands:"
    dialog.setTextValue("Shelf 3")
    dialog.accept()
    qtbot.waitUntil(lambda: tab.drives.cards()[0].shelf.startswith("Shelf 3"), timeout=20_000)
    assert drive(engine).place == "Shelf 3"


def test_a_loan_and_its_return(qtbot: QtBot, tab: ScanTab, engine: Engine) -> None:
    dialog = tab.menu.ask(drive(engine), "lent_to")
    dialog.setTextValue("Ann")
    dialog.accept()
    qtbot.waitUntil(lambda: "lent to Ann" in tab.drives.cards()[0].shelf, timeout=20_000)
    tab.menu.describe(drive(engine), "lent_to", "")
    qtbot.waitUntil(lambda: "lent" not in tab.drives.cards()[0].shelf, timeout=20_000)


def test_a_note_may_have_lines_and_nothing_given_changes_nothing(qtbot: QtBot, tab: ScanTab, engine: Engine) -> None:
    dialog = tab.menu.ask(drive(engine), "note")
    assert dialog.findChild(QPlainTextEdit) is not None
    dialog.setTextValue("one\ntwo")
    dialog.accept()
    qtbot.waitUntil(lambda: drive(engine).note == "one\ntwo", timeout=20_000)
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)
    tab.menu.describe(drive(engine), "note", "one\ntwo")
    tab.menu.describe(drive(engine), "label", " ")
    assert not tab._desk.jobs.running()


def test_a_drive_is_forgotten_after_a_question(qtbot: QtBot, tab: ScanTab, engine: Engine) -> None:
    box = tab.menu.forget(drive(engine))
    assert "12 files" in box.informativeText()
    box.reject()
    assert drive(engine).label == "Card"
    box = tab.menu.forget(drive(engine))
    next(button for button in box.buttons() if button.text() == "Forget").click()
    qtbot.waitUntil(lambda: not tab.drives.cards(), timeout=20_000)
    assert engine.catalog.drives() == []


def test_a_label_that_is_taken_is_said_in_a_banner(qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path) -> None:
    make_tree(tmp_path / "other")
    run(engine, "scan", ScanRequest((str(tmp_path / "other"),), "Other", inventory_only=True), Job())
    tab.menu.describe(next(drive for drive in engine.catalog.drives() if drive.label == "Card"), "label", "other")
    banners = tab._desk.window.banners
    qtbot.waitUntil(lambda: bool(banners.ids()), timeout=20_000)
    assert any("another drive is called Other" in label.text() for label in banners.findChildren(QLabel))


def test_a_drive_is_packed_and_taken_over_again(qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path) -> None:
    tab.menu.travel(drive(engine), str(tmp_path / "out"))
    qtbot.waitUntil(lambda: (tmp_path / "out" / "Card.reelmark.db").exists(), timeout=20_000)
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)
    run(engine, "forget_drive", ForgetDriveRequest("Card"), Job())
    tab.menu.take_over(str(tmp_path / "out" / "Card.reelmark.db"))
    qtbot.waitUntil(lambda: len(engine.catalog.drives()) == 1, timeout=20_000)
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)
    assert drive(engine).label == "Card"


@pytest.mark.skipif(not Path("/bin/sh").exists(), reason="needs a shell for the program in smartctl's place")
def test_the_dialogue_asks_a_drive_after_its_health(
    qtbot: QtBot, tab: ScanTab, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "smartctl"
    program.write_text(
        f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'smartctl 7.3' || cat '{RECORDED}/smart_ata_worn.json'\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    engine.catalog.move_drive(drive(engine), drive(engine).base, replace(drive(engine).passport, device="/dev/sdz1"))
    dialog = tab.menu.passport(drive(engine))
    qtbot.addWidget(dialog)
    assert dialog.health.facts()[0].value == "not asked yet"
    dialog.ask.click()
    qtbot.waitUntil(lambda: dialog.health.facts()[0].value == "worn", timeout=20_000)
    assert dialog.ask.isEnabled()
    qtbot.waitUntil(lambda: "health worn" in tab.drives.cards()[0].shelf, timeout=20_000)
    assert tab.drives.cards()[0].shelf_state == "stale"
    dialog.accept()


def test_the_dialogue_says_why_a_drive_cannot_be_asked(
    qtbot: QtBot, tab: ScanTab, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    dialog = tab.menu.passport(drive(engine))
    qtbot.addWidget(dialog)
    dialog.ask.click()
    qtbot.waitUntil(lambda: "smartmontools" in dialog.told.text(), timeout=20_000)
    dialog.accept()


def test_the_form_says_how_a_drive_will_be_driven(qtbot: QtBot, tab: ScanTab, tmp_path: Path) -> None:
    tab.offer(str(tmp_path / "card"))
    qtbot.waitUntil(lambda: "at once" in tab.form.found.text(), timeout=20_000)
    tab.form.profile.setCurrentIndex(tab.form.profile.findData("network"))
    expected = "network, chosen: 6 files at once, 256 KB a read, 1 movie at once, with pauses"
    qtbot.waitUntil(lambda: tab.form.found.text() == expected, timeout=20_000)
    assert tab.form.request().profile == "network"
    tab.offer(str(tmp_path / "nowhere"))
    assert tab.form.found.text() == ""


def test_the_words_of_a_card() -> None:
    card = Drive("d", "A", "/m", Passport(mount="/m", verdict="same", confidence=0.934), place="Shelf 3", lent_to="Ann")
    told, state = shelf_words(card, DriveHealth("failing"))
    assert (told.replace("\N{NO-BREAK SPACE}", " "), state) == (
        "lent to Ann · Shelf 3 · health failing · passport 93 %",
        "fail",
    )
    assert shelf_words(Drive("d", "A", "/m", Passport()), None) == ("", "")


def test_the_words_of_a_passport() -> None:
    passport = Passport("1234-ABCD", "exfat", mount="/m", serial="S1", transport="usb", clone_of="o")
    card = Drive("d", "A", "/m", passport, kind="usb", note="n")
    facts = {fact.name: fact.value for fact in passport_facts(card, [Drive("o", "Master", "/o", Passport())])}
    assert facts == {
        "Note": "n",
        "Where": "/m",
        "Kind": "USB, exfat",
        "File-system id": "1234-ABCD",
        "Serial number": "S1",
        "Connected by": "usb",
        "Passport": "a byte clone of Master",
    }
    known = replace(card, passport=replace(passport, clone_of="", verdict="elsewhere", confidence=0.9, reasons=("r",)))
    facts = {fact.name: fact.value for fact in passport_facts(known)}
    assert facts["Passport"].startswith("the same drive, mounted elsewhere, 90")
    assert facts["Because"] == "r"


def test_the_words_of_a_trend() -> None:
    newest, older = DriveHealth("worn", reallocated=24, pending=3), DriveHealth("good", reallocated=0, pending=3)
    assert trend_line([newest, older]) == "replaced 0 → 24, in 2 reports"
    assert trend_line([newest, newest]) == "no counter changed, in 2 reports"
    assert trend_line([newest]) == ""
    assert [fact.value for fact in health_facts(newest)] == ["worn", "24", "3"]
