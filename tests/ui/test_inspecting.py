"""What can be inspected from where somebody stands: the frame in sight of the review, a file that is asked for else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests import media
from tests.ui.frontkit import opened_front
from tests.ui.tabs.reviewkit import WAIT_MS, catalogued, wait_loaded, wait_picture
from ui.front import Front
from ui.main_window import MainWindow
from ui.tabs.inspect_dialog import InspectDialog
from ui.widgets.viewer_frame import ViewerState


@pytest.fixture
def front(qtbot: QtBot, tmp_path: Path) -> Iterator[Front]:
    with opened_front(qtbot, catalogued(tmp_path), MainWindow(tmp_path / "window.ini")) as front:
        front.window.activateWindow()
        yield front
        for dialog in front.window.findChildren(InspectDialog):
            dialog.reject()


def press_key(qtbot: QtBot, front: Front) -> None:
    front.window.activateWindow()
    qtbot.waitUntil(front.window.isActiveWindow, timeout=WAIT_MS)
    qtbot.keyClick(front.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)


def opened(qtbot: QtBot, front: Front) -> InspectDialog:
    """The dialogue that Ctrl+I opens."""
    before = front.window.findChildren(InspectDialog)
    press_key(qtbot, front)
    (dialog,) = (one for one in front.window.findChildren(InspectDialog) if one not in before)
    qtbot.waitUntil(lambda: dialog.documents.document() is not None, timeout=WAIT_MS)
    return dialog


def test_in_the_review_it_is_the_frame_in_sight_and_elsewhere_a_file_that_is_asked_for(
    qtbot: QtBot, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_parent: object, title: str, *_rest: object) -> tuple[list[str], str]:
        asked.append(title)
        return [], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    assert front.tabs is not None
    review = front.tabs[2]
    press_key(qtbot, front)
    assert asked == ["Inspect files"]
    front.window.show_page(6)
    wait_loaded(qtbot, review, b"sh010.####.exr")
    wait_picture(qtbot, review)
    review.stage.player.go_to(1002)
    frame = opened(qtbot, front)
    assert frame.frame.frame() == 1002
    assert frame.name.fullText().startswith("sh010.####.exr")
    assert (frame.documents.document() or {})["file"]["name"] == "sh010.1002.exr"
    frame.reject()
    review.stage.player.go_to(1004)
    wait_picture(qtbot, review, ViewerState.MISSING)
    whole = opened(qtbot, front)
    assert whole.frame.frame() is None
    assert (whole.documents.document() or {})["kind"] == "sequence"
    whole.reject()
    assert asked == ["Inspect files"]
    front.window.show_page(1)
    press_key(qtbot, front)
    assert asked == ["Inspect files"] * 2


def test_files_are_asked_for_where_the_asset_in_sight_lies_and_then_where_some_were_chosen(
    qtbot: QtBot, front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    answers: list[list[str]] = [[], [media.exr(tmp_path / "loose.exr").as_posix()], []]

    def choose(_parent: object, _title: str, folder: str) -> tuple[list[str], str]:
        begun.append(folder)
        return answers.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose)
    assert front.tabs is not None and front.inspecting is not None
    front.window.show_page(6)
    wait_loaded(qtbot, front.tabs[2], b"sh010.####.exr")
    for _ in range(2):
        front.inspecting.browse()
    front.inspecting.browse_two()
    first, again, then = begun
    assert first == again == str(front.tabs[2].dossier().folder)  # type: ignore[union-attr]
    assert first.endswith("shots") and then == str(tmp_path)
