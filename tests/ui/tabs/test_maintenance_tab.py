"""The Maintenance tab, with real databases that are really broken."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.catalog.shard import open_writer
from app.engine import Engine
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests.ui.enginekit import make_engine, make_tree
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.models.databases_model import Column
from ui.tabs.maintenance_restore import RestoreDialog
from ui.tabs.maintenance_salvaged import SalvagedDialog
from ui.tabs.maintenance_tab import MaintenanceTab
from ui.workers.job_controller import JobController


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = make_engine(tmp_path / "home")
    tree = make_tree(tmp_path / "card", files=300)
    run(made, "scan", ScanRequest((str(tree),), "A001", inventory_only=True), Job())
    return made


@pytest.fixture
def tab(qtbot: QtBot, engine: Engine) -> Iterator[MaintenanceTab]:
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    tab = MaintenanceTab(Desk(engine, jobs, window))
    window.add_page(tab.page())
    window.resize(1280, 800)
    window.show()
    qtbot.waitUntil(lambda: tab.model.rowCount() == 2)
    yield tab
    tab.stop()
    jobs.stop_all()
    assert jobs.wait(10_000)


def shard(engine: Engine) -> Path:
    (path,) = engine.home.shards.glob("*.db")
    return path


def break_shard(engine: Engine) -> None:
    path = shard(engine)
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    sql = "SELECT pageno FROM dbstat WHERE name = 'file' AND pagetype = 'leaf'"
    page = connection.execute(sql).fetchall()[1][0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x4d")


def cell(tab: MaintenanceTab, row: int, column: Column) -> str:
    return str(tab.model.index(row, column).data())


def click(qtbot: QtBot, tab: MaintenanceTab, name: str) -> None:
    assert tab.buttons[name].isEnabled(), tab.buttons[name].toolTip()
    qtbot.mouseClick(tab.buttons[name], Qt.MouseButton.LeftButton)


def wait_idle(qtbot: QtBot, tab: MaintenanceTab) -> None:
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=20_000)


def test_every_database_is_listed_with_its_state(qtbot: QtBot, tab: MaintenanceTab) -> None:
    assert [cell(tab, row, Column.NAME) for row in range(2)] == ["Catalogue", "A001"]
    assert {cell(tab, row, Column.STATE) for row in range(2)} == {"not checked yet"}
    assert cell(tab, 1, Column.BACKUP) == "never"
    assert "all databases" in tab.scope.text()


def test_a_check_of_all_and_a_backup_of_one(qtbot: QtBot, tab: MaintenanceTab, engine: Engine) -> None:
    click(qtbot, tab, "check")
    qtbot.waitUntil(lambda: {cell(tab, row, Column.STATE) for row in range(2)} == {"sound"})
    tab.table.selectRow(1)
    assert "A001" in tab.scope.text()
    click(qtbot, tab, "backup")
    qtbot.waitUntil(lambda: cell(tab, 1, Column.BACKUP).startswith("20"))
    assert cell(tab, 0, Column.BACKUP) == "never"
    assert len(list(engine.home.backups.glob("A001.*.db"))) == 1


def test_what_a_scan_writes_cannot_be_written_and_the_tool_tip_says_why(
    qtbot: QtBot, tab: MaintenanceTab, engine: Engine
) -> None:
    tab.table.selectRow(1)
    with open_writer(shard(engine), CancelToken(), label="A001"):
        tab.refresh()
        qtbot.waitUntil(lambda: cell(tab, 1, Column.STATE) == "being written")
        for name in ("backup", "optimise", "vacuum", "restore", "salvage"):
            assert not tab.buttons[name].isEnabled()
            assert "A001 is being written by process" in tab.buttons[name].toolTip()
        assert tab.buttons["check"].isEnabled()
        tab.table.clearSelection()
        assert tab.buttons["backup"].isEnabled(), "the others can still be backed up"
    qtbot.waitUntil(lambda: cell(tab, 1, Column.STATE) == "not checked yet", timeout=15_000)


def test_a_damaged_shard_is_told_in_a_banner_and_offers_salvage(
    qtbot: QtBot, tab: MaintenanceTab, engine: Engine
) -> None:
    tab.table.selectRow(1)
    assert not tab.buttons["salvage"].isEnabled()
    break_shard(engine)
    click(qtbot, tab, "check")
    qtbot.waitUntil(lambda: cell(tab, 1, Column.STATE) == "damaged")
    banners = tab._desk.window.banners
    assert banners.ids() == ("maintenance.A001",)
    assert not tab.buttons["vacuum"].isEnabled()
    assert "Salvage reads" in tab.detail.text()
    click(qtbot, tab, "salvage")
    wait_idle(qtbot, tab)
    qtbot.waitUntil(lambda: bool(tab.findChildren(SalvagedDialog)))
    (dialog,) = tab.findChildren(SalvagedDialog)
    assert "A001" in dialog.windowTitle()
    dialog.accept()
    qtbot.waitUntil(lambda: cell(tab, 1, Column.STATE) == "sound")
    assert banners.ids() == ()


def test_restoring_asks_which_backup(qtbot: QtBot, tab: MaintenanceTab, engine: Engine) -> None:
    tab.table.selectRow(1)
    click(qtbot, tab, "backup")
    qtbot.waitUntil(lambda: cell(tab, 1, Column.BACKUP).startswith("20"))
    shard(engine).write_bytes(b"nothing of it is left")
    click(qtbot, tab, "restore")
    (dialog,) = tab.findChildren(RestoreDialog)
    assert dialog.model.rowCount() == 1
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    wait_idle(qtbot, tab)
    qtbot.waitUntil(lambda: cell(tab, 1, Column.STATE) == "sound")
    with engine.catalog.open_shard(engine.catalog.drives()[0]) as database:
        assert database.value("SELECT count(*) FROM file") == 300


def test_without_a_choice_of_one_there_is_nothing_to_restore(qtbot: QtBot, tab: MaintenanceTab) -> None:
    assert not tab.buttons["restore"].isEnabled()
    assert tab.buttons["restore"].toolTip() == "Select one database."


class Opener(QObject):
    """Stands for the system's file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


def test_the_folder_of_the_log_is_one_click_away(qtbot: QtBot, tab: MaintenanceTab, engine: Engine) -> None:
    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "open")
    try:
        qtbot.mouseClick(tab.tools.logs, Qt.MouseButton.LeftButton)
    finally:
        QDesktopServices.unsetUrlHandler("file")
    assert opener.opened == [str(engine.home.logs)]
