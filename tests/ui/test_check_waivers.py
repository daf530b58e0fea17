"""Waivers count in the window as they do on the command line: for drives, and for the asset in sight alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.engine import Engine
from tests.ui.frontkit import opened_front
from tests.ui.tabs.reviewkit import WAIT_MS, catalogued, wait_loaded, write_policy
from ui.drive_checks import DriveChecks
from ui.front import Front
from ui.main_window import MainWindow
from ui.tabs.check_dialog import CheckDialog
from ui.tabs.check_summary import CheckSummary
from ui.tabs.check_targets import CheckTarget
from ui.tabs.known_policies import WaiverMemory
from ui.tabs.review_tab import ReviewTab
from ui.widgets.command_palette import Command, rank
from ui.window_state import WindowState

WAIVER = "  - {{rule: {rule}, asset: '{asset}', who: Kim, role: supervisor, note: agreed}}\n"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return catalogued(tmp_path)


@pytest.fixture
def front(qtbot: QtBot, engine: Engine, tmp_path: Path) -> Iterator[Front]:
    with opened_front(qtbot, engine, MainWindow(tmp_path / "window.ini")) as front:
        yield front


@pytest.fixture
def checks(front: Front) -> DriveChecks:
    assert front.checks is not None
    return front.checks


def write_waivers(folder: Path, *lines: tuple[str, str]) -> str:
    file = folder / "waived.yaml"
    told = "".join(WAIVER.format(rule=rule, asset=asset) for rule, asset in lines)
    file.write_text(f"schema: qcwaivers/1\nwaivers:\n{told}", encoding="utf-8")
    return str(file)


def opened(qtbot: QtBot, checks: DriveChecks, policy: str = "") -> CheckDialog:
    dialog = checks.ask(CheckTarget())
    qtbot.waitUntil(lambda: dialog.drive() is not None and dialog.policies.count() > 3, timeout=WAIT_MS)
    dialog.policies.choose(policy)
    return dialog


def summary_of(qtbot: QtBot, front: Front, checks: DriveChecks) -> CheckSummary:
    """What the check that was started last found."""
    known = len(checks._ended)
    qtbot.waitUntil(lambda: len(checks._ended) > known, timeout=WAIT_MS)
    summary = checks.show_result(next(reversed(checks._ended)))
    assert summary is not None
    qtbot.waitUntil(lambda: bool(summary.rows.rows()), timeout=WAIT_MS)
    return summary


def choose_file(dialog: CheckDialog, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (file, ""))
    box = dialog.waivers
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.count() - 1)


def test_a_waived_finding_does_not_fail_a_drive_and_the_summary_tells_by_which_waivers(
    qtbot: QtBot, front: Front, checks: DriveChecks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waivers = write_waivers(
        tmp_path, ("seq.complete", "sh010.*"), ("exr.compression", "still.exr"), ("seq.complete", "shO10.*")
    )
    dialog = opened(qtbot, checks, write_policy(tmp_path))
    assert dialog.waivers.currentText() == "None"
    choose_file(dialog, waivers, monkeypatch)
    assert dialog.waivers.currentText() == "waived.yaml"
    dialog.start.click()
    summary = summary_of(qtbot, front, checks)
    assert {row.cells[1]: row.cells[0] for row in summary.rows.rows()}["shots/sh010.####.exr"] == "waived"
    told = {fact.name: fact.value for fact in summary.facts.facts()}
    assert told["Waivers"] == waivers
    assert "seq.complete on shO10.* (line 5)" in told["Not met"]
    again = opened(qtbot, checks)
    assert again.waivers.file() == waivers
    again.policies.setCurrentIndex(0)
    assert again.waivers.file() == ""
    again.reject()


def test_the_asset_in_sight_is_judged_with_the_waivers_that_its_policy_was_used_with_last(
    qtbot: QtBot, front: Front, checks: DriveChecks, tmp_path: Path
) -> None:
    policy, waivers = write_policy(tmp_path), write_waivers(tmp_path, ("seq.complete", "sh010.*"))
    WaiverMemory(front.window.state).remember(policy, waivers)
    assert front.tabs is not None
    tab = front.tabs[2]
    assert isinstance(tab, ReviewTab)
    front.window.show_page(6)
    wait_loaded(qtbot, tab, b"sh010.####.exr")
    said = tab.inspector.findings.said
    tab.checks.check(policy)
    qtbot.waitUntil(lambda: said.text().startswith("test.whole"), timeout=WAIT_MS)
    assert said.text() == "test.whole 1.0.0, 2 rules: 1 waived · 1 pass · with the waivers waived.yaml"
    Path(waivers).unlink()
    tab.checks.check(policy)
    qtbot.waitUntil(lambda: "cannot be read" in said.text(), timeout=WAIT_MS)
    assert said.text().endswith("“Check a drive against a policy” asks for others, or none.")
    dialog = opened(qtbot, checks, policy)
    dialog.waivers.choose("")
    dialog.start.click()
    told = [fact.name for fact in summary_of(qtbot, front, checks).facts.facts()]
    assert "Waivers" not in told
    tab.checks.check(policy)
    qtbot.waitUntil(lambda: "1 fail" in said.text(), timeout=WAIT_MS)
    assert "waivers" not in said.text()


def test_waivers_that_are_gone_or_of_another_policy_are_told_before_a_check_begins(
    qtbot: QtBot, front: Front, checks: DriveChecks, tmp_path: Path
) -> None:
    policy, waivers = write_policy(tmp_path), write_waivers(tmp_path, ("px.finite", "sh010.*"))
    WaiverMemory(front.window.state).remember(policy, waivers)
    dialog = opened(qtbot, checks, policy)
    assert dialog.waivers.file() == waivers
    dialog.start.click()
    qtbot.waitUntil(lambda: "the policy has no rule px.finite" in dialog.told.text(), timeout=WAIT_MS)
    Path(waivers).unlink()
    dialog.start.click()
    qtbot.waitUntil(lambda: "Name another file of waivers, or none." in dialog.told.text(), timeout=WAIT_MS)
    assert dialog.waivers.currentText() == f"waived.yaml: gone from {tmp_path}"
    assert front.jobs is not None
    assert not front.jobs._jobs
    dialog.reject()
    again = opened(qtbot, checks, policy)
    qtbot.waitUntil(lambda: again.waivers.currentText().endswith(f"gone from {tmp_path}"), timeout=WAIT_MS)
    again.reject()


def test_it_is_found_by_the_word_waiver(front: Front) -> None:
    found = rank([Command.of(action) for action in front.window.file_menu.actions()], "waiver")
    assert [command.text for command in found] == ["Check a drive against a policy"]


@pytest.mark.parametrize("damaged", ["{", "3", '["a"]', '{"p": 3}'])
def test_a_damaged_memory_of_waivers_costs_nothing_but_the_memory(tmp_path: Path, damaged: str) -> None:
    state = WindowState(tmp_path / "window.ini")
    state.set_text("inspect/waived", damaged)
    state.set_text("inspect/waivers", damaged)
    memory = WaiverMemory(state)
    assert memory.used("p") == ""
    memory.remember("p", "/w.yaml")
    assert (memory.used("p"), memory.files()[0]) == ("/w.yaml", "/w.yaml")
    memory.remember("p", "")
    assert (memory.used("p"), memory.files()[0]) == ("", "/w.yaml")
