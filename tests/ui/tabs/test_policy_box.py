"""Own policy files are offered again after a restart; one that is gone is told as gone, never replaced by another."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.errors import InputError
from app.jobs.job import CancelToken
from ui.tabs.known_policies import USED_POLICY, PolicyMemory, read_policies
from ui.tabs.policy_box import OpenPolicy, PolicyBox
from ui.window_state import WindowState


@pytest.fixture
def memory(tmp_path: Path) -> PolicyMemory:
    return PolicyMemory(WindowState(tmp_path / "window.ini"))


def restarted(qtbot: QtBot, tmp_path: Path) -> PolicyBox:
    """The box of a window that was opened again."""
    memory = PolicyMemory(WindowState(tmp_path / "window.ini"))
    box = PolicyBox()
    qtbot.addWidget(box)
    box.offer(read_policies(memory.files(), CancelToken()), memory)
    return box


def files_in(box: PolicyBox) -> list[str]:
    """The words of what stands between the shipped policies and “A file…”."""
    return [box.itemText(place) for place in range(len(box._shipped), box.count() - 1)]


def written(folder: Path, name: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / name).touch()
    return str(folder / name)


def test_the_files_used_last_are_offered_after_a_restart(qtbot: QtBot, memory: PolicyMemory, tmp_path: Path) -> None:
    for number in range(10):
        memory.remember(written(tmp_path, f"show{number}.yaml"))
    memory.remember(str(tmp_path / "show4.yaml"))
    memory.remember("sequence.hygiene")
    box = restarted(qtbot, tmp_path)
    assert box.policy() == "sequence.hygiene"
    assert files_in(box) == [f"show{number}.yaml" for number in (4, 9, 8, 7, 6, 5, 3, 2)]
    assert box.itemData(box.count() - 2, Qt.ItemDataRole.ToolTipRole) == str(tmp_path / "show2.yaml")


def test_files_of_one_name_are_told_apart_by_their_folders(qtbot: QtBot, memory: PolicyMemory, tmp_path: Path) -> None:
    for show in ("ABC", "XYZ"):
        memory.remember(written(tmp_path / show, "plates.yaml"))
    box = restarted(qtbot, tmp_path)
    assert files_in(box) == ["plates.yaml in XYZ", "plates.yaml in ABC"]
    assert box.policy() == str(tmp_path / "XYZ" / "plates.yaml")


def test_a_file_that_is_gone_is_told_so_and_stays_chosen(qtbot: QtBot, memory: PolicyMemory, tmp_path: Path) -> None:
    for folder in ("shows", "away"):
        memory.remember(written(tmp_path / folder, "plates.yaml"))
    gone = tmp_path / "away" / "plates.yaml"
    gone.unlink()
    gone.parent.rmdir()
    box = restarted(qtbot, tmp_path)
    assert files_in(box) == [f"plates.yaml: gone from {gone.parent}", "plates.yaml in shows"]
    assert (box.policy(), box.currentText()) == (str(gone), f"plates.yaml: gone from {gone.parent}")
    box.learn(OpenPolicy(str(gone), None))
    assert box.currentText() == "plates.yaml in away"
    box.learn(OpenPolicy(str(gone), None, problem=InputError("not there", code="policy.unreadable")))
    assert box.currentText() == f"plates.yaml: gone from {gone.parent}"
    assert box.toolTip().endswith(str(gone))


def test_a_policy_that_came_with_an_older_program_is_not_replaced_by_another(
    qtbot: QtBot, memory: PolicyMemory, tmp_path: Path
) -> None:
    memory.remember("studio.of.old")
    box = restarted(qtbot, tmp_path)
    assert (box.policy(), box.currentText()) == ("studio.of.old", "studio.of.old: gone")


def test_a_file_used_in_another_place_is_offered_once_the_box_is_seen(
    qtbot: QtBot, memory: PolicyMemory, tmp_path: Path
) -> None:
    box = PolicyBox()
    qtbot.addWidget(box)
    box.offer(read_policies((), CancelToken()), memory)
    box.choose("sequence.hygiene")
    memory.remember(written(tmp_path, "plates.yaml"))
    assert files_in(box) == []
    box.show()
    assert files_in(box) == ["plates.yaml"]
    assert box.policy() == "sequence.hygiene"
    assert box.itemText(box.count() - 1) == "A file…"


@pytest.mark.skipif(os.sep == "\\", reason="names are text here")
def test_a_file_whose_name_is_no_unicode_is_remembered_as_it_is(
    qtbot: QtBot, memory: PolicyMemory, tmp_path: Path
) -> None:
    file = written(tmp_path, os.fsdecode(b"gr\xfcn.yaml"))
    memory.remember(file)
    box = restarted(qtbot, tmp_path)
    assert box.policy() == file
    assert "gone" not in box.currentText()


@pytest.mark.parametrize("damaged", ["[", "{}", "[1, 2]"])
def test_a_memory_that_is_damaged_costs_nothing_but_the_files(
    qtbot: QtBot, memory: PolicyMemory, tmp_path: Path, damaged: str
) -> None:
    state = WindowState(tmp_path / "window.ini")
    state.set_text("inspect/policies", damaged)
    state.set_text(USED_POLICY, "sequence.hygiene")
    state._settings.sync()
    box = restarted(qtbot, tmp_path)
    assert (files_in(box), box.policy()) == ([], "sequence.hygiene")
