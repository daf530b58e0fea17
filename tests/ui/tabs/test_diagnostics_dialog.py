"""Diagnostics in the window, with programs that are scripts."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from app.shelf.health import DriveHealthRequest
from tests.ui.enginekit import make_engine, make_tree
from tests.ui.frontkit import opened_front
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.diagnostics_dialog import DiagnosticsDialog
from ui.tabs.install_dialogs import CommandDialog, PortableDialog
from ui.workers.job_controller import JobController

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are shell scripts")


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path, on_path: Path) -> Iterator[DiagnosticsDialog]:
    program(on_path / "smartctl", "echo smartctl 7.3 2022-02-28")
    window = MainWindow()
    qtbot.addWidget(window)
    engine = make_engine(tmp_path / "home")
    jobs = JobController(engine, window)
    made = DiagnosticsDialog(Desk(engine, jobs, window), "", window)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    made.show()
    qtbot.waitUntil(lambda: made.model.rowCount() > 0)
    yield made
    made.accept()
    jobs.stop_all()
    assert jobs.wait(10_000)


def state(dialog: DiagnosticsDialog, name: str) -> str:
    return str(dialog.model.index(dialog.model.names().index(name), 1).data())


def choose(dialog: DiagnosticsDialog, name: str) -> None:
    dialog.table.selectRow(dialog.model.names().index(name))


def test_it_says_what_is_there_and_what_is_limited_without_the_rest(qtbot: QtBot, dialog: DiagnosticsDialog) -> None:
    assert state(dialog, "smartctl") == "7.3"
    assert state(dialog, "fpcalc") == "not found"
    choose(dialog, "fpcalc")
    assert "Limited without fpcalc" in dialog.told.text()
    assert not dialog.install.isEnabled()
    assert "No package manager" in dialog.install.toolTip()
    choose(dialog, "smartctl")
    assert "is used from" in dialog.told.text()


def test_a_located_program_is_used_at_once(qtbot: QtBot, dialog: DiagnosticsDialog, tmp_path: Path) -> None:
    choose(dialog, "ffmpeg")
    dialog.use(str(program(tmp_path / "elsewhere" / "ff", "echo nothing")))
    qtbot.waitUntil(lambda: "does not answer as ffmpeg" in dialog.told.text())
    dialog.use(str(program(tmp_path / "elsewhere" / "ff", "echo ffmpeg version 7.1")))
    qtbot.waitUntil(lambda: state(dialog, "ffmpeg") == "7.1")


def test_the_command_is_shown_before_it_is_run(qtbot: QtBot, dialog: DiagnosticsDialog, on_path: Path) -> None:
    tool = on_path / "exiftool"
    program(on_path / "brew", f"printf '#!/bin/sh\\necho 12.57\\n' > {tool}; /bin/chmod 755 {tool}")
    dialog.look()
    choose(dialog, "exiftool")
    qtbot.waitUntil(dialog.install.isEnabled)
    qtbot.mouseClick(dialog.install, Qt.MouseButton.LeftButton)
    (asked,) = dialog.findChildren(CommandDialog)
    assert asked.command.text() == "brew install exiftool"
    assert not tool.exists()
    qtbot.mouseClick(asked.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state(dialog, "exiftool") == "12.57", timeout=20_000)


def test_a_portable_copy_needs_its_sha256(qtbot: QtBot, dialog: DiagnosticsDialog, tmp_path: Path) -> None:
    download = program(tmp_path / "download" / "s5cmd", "echo v2.2.2-48f7e59")
    choose(dialog, "s5cmd")
    qtbot.mouseClick(dialog.portable, Qt.MouseButton.LeftButton)
    (asked,) = dialog.findChildren(PortableDialog)
    asked.source.setText(str(download))
    assert not asked.install.isEnabled()
    asked.sha256.setText(hashlib.sha256(download.read_bytes()).hexdigest())
    qtbot.mouseClick(asked.install, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state(dialog, "s5cmd") == "2.2.2-48f7e59", timeout=20_000)


def test_help_opens_it_and_the_card_knows_what_is_there(qtbot: QtBot, tmp_path: Path, on_path: Path) -> None:
    program(on_path / "smartctl", "echo smartctl 7.3 2022-02-28")
    with opened_front(qtbot, make_engine(tmp_path / "home")) as front:
        window, tab = front.window, front._maintenance
        window.show_page(5)
        assert tab is not None
        qtbot.waitUntil(lambda: tab.tools.summary.text().startswith("1 of 7 found"))
        window.diagnostics_asked.emit()
        (dialog,) = window.findChildren(DiagnosticsDialog)
        qtbot.waitUntil(lambda: dialog.chosen() is not None)
        dialog.accept()


def test_a_missing_tool_that_stops_somebody_is_told_with_a_way_to_get_it(
    qtbot: QtBot, tmp_path: Path, on_path: Path
) -> None:
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(make_tree(tmp_path / "card")),), "A001", inventory_only=True), Job())
    with opened_front(qtbot, engine) as front:
        window = front.window
        assert window.banners.ids() == ()
        assert front.jobs is not None
        front.jobs.start("drive_health", DriveHealthRequest("A001"))
        qtbot.waitUntil(lambda: window.banners.ids() == ("tool.smartctl",), timeout=20_000)
        window.banners.action_clicked.emit("tool.smartctl")
        (dialog,) = window.findChildren(DiagnosticsDialog)
        qtbot.waitUntil(lambda: dialog.chosen() is not None)
        chosen = dialog.chosen()
        assert chosen is not None
        assert chosen.tool.name == "smartctl"
        dialog.accept()
