"""Where a dialogue that asks for a folder begins: told at once, or later where a share has to be asked."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.mounts import may_hang
from ui.folders import SCANNED, find_first_folder
from ui.window_state import WindowState


@pytest.fixture
def state(tmp_path: Path) -> WindowState:
    return WindowState(tmp_path / "window.ini")


def test_the_folder_used_last_comes_first_then_those_that_suit_then_the_users_own(
    state: WindowState, tmp_path: Path
) -> None:
    owner, told = QObject(), list[str]()
    find_first_folder(owner, state, SCANNED, told.append)
    find_first_folder(owner, state, SCANNED, told.append, [str(tmp_path / "gone"), str(tmp_path)])
    (tmp_path / "last").mkdir()
    state.set_text(SCANNED, str(tmp_path / "last"))
    find_first_folder(owner, state, SCANNED, told.append, [str(tmp_path)])
    assert told == [str(Path.home()), str(tmp_path), str(tmp_path / "last")]


@pytest.mark.skipif(not may_hang(["/proc/self"]), reason="needs a folder that is on no disk of this machine")
def test_what_may_lie_on_a_share_is_not_asked_in_the_windows_thread(
    qtbot: QtBot, state: WindowState, tmp_path: Path
) -> None:
    owner, told = QObject(), list[str]()
    folder = f"/proc/{os.getpid()}"
    find_first_folder(owner, state, SCANNED, told.append, [folder, str(tmp_path)])
    assert told == []
    qtbot.waitUntil(lambda: told == [folder])
