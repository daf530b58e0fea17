"""A small library of real media, catalogued, and the review over it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTreeWidget, QTreeWidgetItemIterator, QWidget
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.hearing import Heard
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.tabs.review_tab import ReviewTab
from ui.widgets.viewer_frame import ViewerState
from ui.workers.job_controller import JobController

WAIT_MS = 20_000

#: A sequence with a missing frame fails by one of its rules.
POLICY = """\
schema: qcpolicy/1
id: test.whole
version: "1.0.0"
title: Nothing is missing
rules:
  - id: seq.complete
    check: sequence.missing
    expect: {max: 0}
  - id: exr.compression
    select: parts[*].compression
    expect: {in: [none, zip, zips, piz]}
"""


def make_library(folder: Path) -> Path:
    """A sequence of 1001-1006 without 1004, a still of three parts, and a sound."""
    shots, sound = folder / "shots", folder / "sound"
    shots.mkdir(parents=True)
    sound.mkdir()
    for frame in (1001, 1002, 1003, 1005, 1006):
        media.exr(shots / f"sh010.{frame}.exr", frame)
    media.multipart_exr(shots / "still.exr")
    media.wav(sound / "mix.wav")
    return folder


def write_policy(folder: Path) -> str:
    """The file of `POLICY`."""
    file = folder / "whole.yaml"
    file.write_text(POLICY, encoding="utf-8")
    return str(file)


def catalogued(folder: Path) -> Engine:
    """An engine that knows the library in a folder of `folder` as the drive A001."""
    engine = make_engine(folder / "home")
    run(engine, "scan", ScanRequest((str(make_library(folder / "card")),), "A001"), Job())
    return engine


def scan(engine: Engine, folder: Path) -> None:
    """Catalogue a folder."""
    run(engine, "scan", ScanRequest((str(folder),)), Job())


@contextmanager
def review(qtbot: QtBot, engine: Engine, state_file: Path | None = None) -> Iterator[ReviewTab]:
    """The review in a window, shown; what the window remembers is kept in a file, where one is named."""
    window = MainWindow(state_file)
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    tab = ReviewTab(Desk(engine, jobs, window))
    window.add_page(tab.page())
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    tab.stage.focus_viewer()
    try:
        yield tab
    finally:
        tab.stop()
        jobs.stop_all()
        assert jobs.wait(10_000)


def press(qtbot: QtBot, *keys: Qt.Key | str) -> None:
    """Press keys where the focus is; a text is typed."""
    for key in keys:
        focus = QApplication.focusWidget()
        assert isinstance(focus, QWidget)
        if isinstance(key, str):
            qtbot.keyClicks(focus, key)
        else:
            qtbot.keyClick(focus, key)


def wait_loaded(qtbot: QtBot, tab: ReviewTab, name: bytes) -> None:
    """Wait until an asset is looked at and read."""
    qtbot.waitUntil(lambda: tab.dossier() is not None and tab.dossier().asset.name == name, timeout=WAIT_MS)


def wait_picture(qtbot: QtBot, tab: ReviewTab, *states: ViewerState) -> None:
    """Wait until the viewer shows something for good."""
    wanted = states or (ViewerState.PICTURE,)
    qtbot.waitUntil(lambda: tab.stage.viewer.state() in wanted, timeout=WAIT_MS)


def wait_written(qtbot: QtBot, tab: ReviewTab) -> None:
    """Wait until no verdict is on its way, and what was written was read again."""
    qtbot.waitUntil(lambda: not tab._desk.jobs.running(), timeout=WAIT_MS)
    heard = Heard(tab.reader.answered)
    tab._read_again()
    qtbot.waitUntil(lambda: heard.times > 0, timeout=WAIT_MS)


def sidecar(path: Path) -> dict[str, Any]:
    """A sidecar as it lies on the disk."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def lines_of(tree: QTreeWidget) -> list[str]:
    """The texts of all lines of a tree, hidden ones left out."""
    found = []
    walk = QTreeWidgetItemIterator(tree, QTreeWidgetItemIterator.IteratorFlag.NotHidden)
    while (item := walk.value()) is not None:
        found.append(" ".join(filter(None, (item.text(column) for column in range(item.columnCount())))))
        walk += 1
    return found
