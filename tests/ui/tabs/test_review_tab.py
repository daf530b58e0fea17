"""The review with real media, real threads and real sidecars, steered by its keys."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.qc.crawl import CrawlRequest
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.hearing import Heard
from tests.ui.tabs.reviewkit import (
    WAIT_MS,
    lines_of,
    make_library,
    press,
    review,
    scan,
    sidecar,
    wait_loaded,
    wait_picture,
    wait_written,
)
from ui.models.review_model import QueueRole
from ui.tabs.check_targets import shown_target
from ui.tabs.review_tab import ReviewTab
from ui.widgets.viewer_frame import ViewerState
from ui.window_actions import actions_of, commands

SEQUENCE, STILL, SOUND = b"sh010.####.exr", b"still.exr", b"mix.wav"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return make_engine(tmp_path / "home")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return make_library(tmp_path / "SAN plates")


@pytest.fixture
def tab(qtbot: QtBot, engine: Engine, library: Path) -> Iterator[ReviewTab]:
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        wait_picture(qtbot, tab)
        tab.bar.operator.setEditText("alice")
        yield tab


def second(tab: ReviewTab, folder: bytes, name: bytes) -> str:
    return str(tab.queue.model.index_of((folder, name)).data(QueueRole.SECOND))


def state(tab: ReviewTab, folder: bytes, name: bytes) -> str:
    return str(tab.queue.model.index_of((folder, name)).data(QueueRole.STATE))


def test_without_a_drive_it_teaches_and_leads_to_the_scan(qtbot: QtBot, engine: Engine) -> None:
    with review(qtbot, engine) as tab:
        qtbot.waitUntil(tab.empty.isVisible, timeout=WAIT_MS)
        assert tab.empty.primary.text() == "Go to Scan"


def test_a_whole_round_by_the_keyboard_alone(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "3", "n", "edge pulses at p", Qt.Key.Key_Return)
    assert tab.stage.viewer.hasFocus()
    press(qtbot, "p")
    assert second(tab, b"shots", SEQUENCE) == "writing…"
    wait_written(qtbot, tab)
    written = sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")
    assert (written["qc_result"], written["operator"]) == ("pass", "alice")
    assert (written["notes"], written["reasons"]) == ("edge pulses at p", ["flicker"])
    assert state(tab, b"shots", SEQUENCE) == "pass"
    assert tab.inspector.written.badge.text() == "pass"
    assert tab.inspector.written.values["Sidecar"].fullText() == ".qc/sh010.####.exr.qc.json"
    assert tab.inspector.written.values["Signature"].fullText() == "unsigned"
    history = "\n".join(lines_of(tab.inspector.history))
    assert "pass alice" in history
    assert "Flicker" in history
    assert "edge pulses at p" in history
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    assert tab.bar.note.text() == ""
    assert tab.bar.reasons() == ()


def test_a_verdict_pressed_twice_is_written_once(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "p", "p", "f")
    wait_written(qtbot, tab)
    press(qtbot, "p")
    wait_written(qtbot, tab)
    written = sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")
    assert written["qc_result"] == "pass"
    assert written["history"] == []


def test_the_next_asset_is_looked_at_while_the_verdict_is_written(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "p", "]")
    wait_loaded(qtbot, tab, STILL)
    press(qtbot, "f")
    qtbot.waitUntil(lambda: state(tab, b"shots", STILL) == "fail", timeout=WAIT_MS)
    assert state(tab, b"shots", SEQUENCE) == "pass"
    assert sidecar(library / "shots" / ".qc" / "still.exr.qc.json")["qc_result"] == "fail"
    assert sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")["qc_result"] == "pass"


def test_undo_writes_a_record_that_restores_the_one_before(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "p")
    wait_written(qtbot, tab)
    press(qtbot, "f")
    wait_written(qtbot, tab)
    assert state(tab, b"shots", SEQUENCE) == "fail"
    qtbot.keyClick(tab.stage.viewer, Qt.Key.Key_Z, CONTROL)
    wait_written(qtbot, tab)
    written = sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")
    assert written["qc_result"] == "pass"
    assert [record["qc_result"] for record in written["history"]] == ["pass", "fail"]
    assert state(tab, b"shots", SEQUENCE) == "pass"
    assert tab.inspector.tabs.tabText(3) == "History 3"


def test_words_of_a_verdict_that_was_taken_back_are_not_in_the_next_one(
    qtbot: QtBot, tab: ReviewTab, library: Path
) -> None:
    press(qtbot, "1")
    tab.bar.note.setText("render it again")
    press(qtbot, "f")
    wait_written(qtbot, tab)
    qtbot.keyClick(tab.stage.viewer, Qt.Key.Key_Z, CONTROL)
    wait_written(qtbot, tab)
    press(qtbot, "p")
    wait_written(qtbot, tab)
    written = sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")
    assert (written["qc_result"], written["notes"], written["reasons"]) == ("pass", "", [])


def test_words_after_a_verdict_are_said_not_to_be_written_until_it_is_given_again(
    qtbot: QtBot, tab: ReviewTab, library: Path
) -> None:
    path = library / "shots" / ".qc" / "sh010.####.exr.qc.json"
    press(qtbot, "f")
    wait_written(qtbot, tab)
    press(qtbot, "4")
    assert tab.bar.message.fullText() == "Not in the record yet: F writes it."
    press(qtbot, "4")
    assert tab.bar.message.fullText() == ""
    press(qtbot, "4", "n", "1003 is black", Qt.Key.Key_Return, "]")
    wait_loaded(qtbot, tab, STILL)
    assert tab.bar.message.fullText() == ""
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    qtbot.waitUntil(lambda: "Not in the record yet" in tab.bar.message.fullText(), timeout=WAIT_MS)
    assert sidecar(path)["reasons"] == []
    press(qtbot, "f")
    wait_written(qtbot, tab)
    assert (sidecar(path)["notes"], sidecar(path)["reasons"]) == ("1003 is black", ["missing_frame"])
    assert tab.bar.message.fullText() == ""


def test_words_that_are_not_written_outlive_an_undo(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "1", "f")
    wait_written(qtbot, tab)
    press(qtbot, "4", "n", "after the verdict", Qt.Key.Key_Return)
    qtbot.keyClick(tab.stage.viewer, Qt.Key.Key_Z, CONTROL)
    wait_written(qtbot, tab)
    assert tab.bar.note.text() == "after the verdict"
    assert "missing_frame" in tab.bar.reasons()


def test_after_a_check_from_anywhere_the_keys_of_a_verdict_give_one(
    qtbot: QtBot, tab: ReviewTab, library: Path
) -> None:
    policies = tab.inspector.findings.policies
    qtbot.waitUntil(lambda: policies.count() > 3, timeout=WAIT_MS)
    press(qtbot, "w")
    policies.setFocus()
    press(qtbot, Qt.Key.Key_Escape, "s")
    chosen = policies.policy()
    press(qtbot, "t", "p")
    wait_written(qtbot, tab)
    assert policies.policy() == chosen
    assert sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")["qc_result"] == "pass"


def test_words_need_an_asset(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.queue.words.setText("no asset is called this")
    qtbot.waitUntil(lambda: not tab.bar.note.isEnabled(), timeout=WAIT_MS)
    press(qtbot, "4")
    assert tab.bar.reasons() == ()
    tab.queue.words.clear()
    qtbot.waitUntil(tab.bar.note.isEnabled, timeout=WAIT_MS)


def test_undo_of_the_first_verdict_writes_pending(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "f")
    wait_written(qtbot, tab)
    qtbot.keyClick(tab.stage.viewer, Qt.Key.Key_Z, CONTROL)
    wait_written(qtbot, tab)
    written = sidecar(library / "shots" / ".qc" / "sh010.####.exr.qc.json")
    assert written["qc_result"] == "pending"
    assert [record["qc_result"] for record in written["history"]] == ["fail"]


def test_a_verdict_over_changed_content_is_shown_as_stale(
    qtbot: QtBot, tab: ReviewTab, engine: Engine, library: Path
) -> None:
    press(qtbot, "p")
    wait_written(qtbot, tab)
    media.exr(library / "shots" / "sh010.1002.exr", 7)
    os.utime(library / "shots" / "sh010.1002.exr", (2_000_000_000, 2_000_000_000))
    scan(engine, library)
    tab._desk.jobs.catalog_changed.emit()
    qtbot.waitUntil(lambda: state(tab, b"shots", SEQUENCE) == "stale", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: tab.inspector.written.badge.text() == "stale · was pass", timeout=WAIT_MS)
    assert "sign it off anew" in tab.inspector.written.message.text()


def test_a_verdict_over_changed_content_is_stale_without_a_new_scan(
    qtbot: QtBot, tab: ReviewTab, library: Path
) -> None:
    press(qtbot, "p")
    wait_written(qtbot, tab)
    qtbot.waitUntil(lambda: tab.inspector.written.badge.text() == "pass", timeout=WAIT_MS)
    media.exr(library / "shots" / "sh010.1002.exr", 7)
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    qtbot.waitUntil(lambda: tab.inspector.written.badge.text() == "stale · was pass", timeout=WAIT_MS)
    assert state(tab, b"shots", SEQUENCE) == "stale"
    assert second(tab, b"shots", SEQUENCE) == "stale · 1 missing"


def test_an_asset_that_was_signed_and_is_gone_is_told(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    press(qtbot, "p")
    wait_written(qtbot, tab)
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    (library / "shots" / "still.exr").unlink()
    tab.open_asset(str(tab.dossier().drive.id), b"shots", STILL)
    wait_loaded(qtbot, tab, STILL)
    qtbot.waitUntil(lambda: "not there any more" in tab.inspector.written.message.text(), timeout=WAIT_MS)


def test_the_verdict_of_another_is_told_before_it_is_followed(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "p")
    wait_written(qtbot, tab)
    assert "signed it" not in tab.bar.message.fullText()
    tab.bar.operator.setEditText("bob")
    assert tab.bar.message.fullText().startswith("alice signed it pass on ")
    tab.bar.operator.setEditText("alice")
    assert tab.bar.message.fullText() == ""


def test_a_record_that_only_a_crawl_made_cannot_be_taken_back(
    qtbot: QtBot, tab: ReviewTab, engine: Engine, library: Path
) -> None:
    run(engine, "qc_crawl", CrawlRequest((library,)), Job())
    tab._desk.jobs.catalog_changed.emit()
    qtbot.waitUntil(lambda: bool(tab.dossier().records), timeout=WAIT_MS)
    assert not tab.bar.undo.isEnabled()
    press(qtbot, "p")
    wait_written(qtbot, tab)
    assert tab.bar.undo.isEnabled()


def test_without_an_operator_nothing_is_written_and_the_field_asks(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    tab.bar.operator.setEditText("")
    press(qtbot, "p")
    assert "who judges" in tab.bar.message.fullText()
    focus = QApplication.focusWidget()
    assert focus is tab.bar.operator or focus is tab.bar.operator.lineEdit()
    assert not tab._desk.jobs.running()
    assert not (library / "shots" / ".qc").exists()


def test_letters_typed_into_fields_are_no_verdicts(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "n", "pf u]1 jkl", Qt.Key.Key_Left, Qt.Key.Key_Home)
    assert tab.bar.note.text() == "pf u]1 jkl"
    assert tab.bar.reasons() == ()
    assert tab.stage.player.position == 1001
    assert not tab._desk.jobs.running()
    press(qtbot, Qt.Key.Key_Escape)
    assert tab.stage.viewer.hasFocus()


def test_frames_are_stepped_by_their_real_numbers_and_a_gap_is_told(qtbot: QtBot, tab: ReviewTab) -> None:
    assert tab.stage.viewer.corners().bottom_left == "1001"
    press(qtbot, Qt.Key.Key_Right, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: tab.stage.viewer.corners().bottom_left == "1003", timeout=WAIT_MS)
    press(qtbot, Qt.Key.Key_Right)
    assert tab.stage.viewer.state() == ViewerState.MISSING
    assert "1004" in tab.stage.viewer.accessibleDescription()
    press(qtbot, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: tab.stage.viewer.corners().bottom_left == "1006", timeout=WAIT_MS)
    qtbot.keyClick(tab.stage.viewer, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert tab.stage.player.position == 1001


def test_a_finding_leads_to_its_frame(qtbot: QtBot, tab: ReviewTab) -> None:
    assert tab.inspector.tabs.tabText(2) == "Findings 1"
    item = tab.inspector.findings.tree.topLevelItem(0)
    assert item is not None
    assert (item.text(1), item.text(2)) == ("1 missing", "1004")
    tab.inspector.findings.tree.itemClicked.emit(item, 0)
    assert tab.stage.player.position == 1004
    press(qtbot, Qt.Key.Key_Home, ".")
    assert tab.stage.player.position == 1004


def test_playing_goes_round_and_shows_its_speed(qtbot: QtBot, tab: ReviewTab) -> None:
    seen: list[int] = []
    tab.stage.player.moved.connect(seen.append)
    press(qtbot, " ")
    qtbot.waitUntil(lambda: set(seen) >= {1001, 1002, 1003, 1004, 1005, 1006}, timeout=WAIT_MS)
    assert "24 fps" in tab.stage.pace.text()
    press(qtbot, "l")
    assert tab.stage.player.playing() == 2
    press(qtbot, "k")
    assert tab.stage.player.playing() == 0
    assert tab.stage.pace.text() == ""


def test_parts_of_a_still_are_walked_through(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    wait_picture(qtbot, tab)
    assert not tab.stage.timeline.isVisible()
    assert "RGBA" in tab.stage.viewer.corners().top_left
    press(qtbot, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "depth · Z" in tab.stage.viewer.corners().top_left, timeout=WAIT_MS)


def test_the_values_under_the_pointer_are_those_of_the_file(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.stage.viewer.pixel_hovered.emit(3, 4)
    qtbot.waitUntil(lambda: tab.stage._pixel(3, 4) is not None, timeout=WAIT_MS)
    values = tab.stage._pixel(3, 4)
    assert values is not None
    assert len(values) == 4
    assert values[3] == 1.0


def test_a_sound_is_shown_as_its_wave(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "]", "]")
    wait_loaded(qtbot, tab, SOUND)
    wait_picture(qtbot, tab, ViewerState.SOUND)
    assert tab.stage.viewer.corners().top_left == "mix.wav"
    assert not tab.actions_by_name["play"].isEnabled()


def test_a_folder_that_takes_no_sidecar_is_named_and_nothing_is_pretended(
    qtbot: QtBot, tab: ReviewTab, library: Path
) -> None:
    (library / "shots" / ".qc").write_text("in the way")
    press(qtbot, "p")
    qtbot.waitUntil(lambda: second(tab, b"shots", SEQUENCE) == "not written", timeout=WAIT_MS)
    assert state(tab, b"shots", SEQUENCE) == "pending"
    assert tab.inspector.written.message.text().startswith("Not written: ")
    assert str(library / "shots" / ".qc") in tab.inspector.written.message.text()
    tab.documents.changed.emit()
    assert tab.inspector.written.message.text().startswith("Not written: "), "more facts take no message away"
    (library / "shots" / ".qc").unlink()
    press(qtbot, "p")
    qtbot.waitUntil(lambda: state(tab, b"shots", SEQUENCE) == "pass", timeout=WAIT_MS)


def test_a_broken_sidecar_is_told_before_anybody_judges(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    (library / "shots" / ".qc").mkdir()
    (library / "shots" / ".qc" / "still.exr.qc.json").write_text("{")
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    assert "still.exr.qc.json" in tab.inspector.written.message.text()
    press(qtbot, "p")
    qtbot.waitUntil(lambda: second(tab, b"shots", STILL) == "not written", timeout=WAIT_MS)
    assert (library / "shots" / ".qc" / "still.exr.qc.json").read_text() == "{"


def test_a_frame_that_cannot_be_decoded_says_why(qtbot: QtBot, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    (folder / "broken.exr").write_bytes(b"v/1\x01 and then nothing that makes sense")
    scan(engine, folder)
    with review(qtbot, engine) as tab:
        wait_picture(qtbot, tab, ViewerState.ERROR)
        assert "broken.exr" in tab.stage.viewer.accessibleDescription()
        assert tab.inspector.tabs.tabText(2) == "Findings 1"


def test_all_judged_is_said_with_the_count(qtbot: QtBot, tab: ReviewTab) -> None:
    for name in (SEQUENCE, STILL, SOUND):
        wait_loaded(qtbot, tab, name)
        press(qtbot, "p")
        wait_written(qtbot, tab)
        press(qtbot, "]")
    assert tab.bar.message.fullText() == "Nothing else is pending here."
    assert tab.queue.model.counts() == {"pending": 0, "stale": 0, "fail": 0, "pass": 3, "objected": 0, "all": 3}
    tab.queue.state_box.setCurrentIndex(tab.queue.state_box.findData("stale"))
    assert tab.queue.current() is None
    tab.queue.state_box.setCurrentIndex(tab.queue.state_box.findData("pending"))
    assert tab.queue.empty.text.text() == "All 3 assets of SAN plates are judged."


def test_an_offline_drive_shows_what_is_known_and_takes_no_verdict(qtbot: QtBot, engine: Engine, library: Path) -> None:
    scan(engine, library)
    shutil.move(library, library.with_name("unplugged"))
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        assert tab.stage.viewer.state() == ViewerState.PICTURE
        assert tab.stage.problem.isVisible()
        assert "not connected" in tab.stage.problem.text()
        assert not tab.bar.buttons["pass"].isEnabled()
        pane = tab.inspector.facts
        qtbot.waitUntil(lambda: any("scanlineimage" in line for line in pane.lines()), timeout=WAIT_MS)
        press(qtbot, "p")
        assert not tab._desk.jobs.running()
        shutil.move(library.with_name("unplugged"), library)
        tab.hide()
        tab.show()
        qtbot.waitUntil(tab.bar.buttons["pass"].isEnabled, timeout=20_000)
        wait_picture(qtbot, tab)
        qtbot.waitUntil(lambda: not tab.stage.problem.isVisible(), timeout=20_000)


def test_a_drive_that_goes_and_comes_back_in_front_is_noticed(qtbot: QtBot, engine: Engine, library: Path) -> None:
    scan(engine, library)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        wait_picture(qtbot, tab)
        qtbot.waitUntil(tab.bar.buttons["pass"].isEnabled, timeout=WAIT_MS)
        shutil.move(library, library.with_name("unplugged"))
        qtbot.waitUntil(lambda: tab.queue.drive_box.currentText().endswith("offline"))
        qtbot.waitUntil(tab.stage.problem.isVisible)
        assert not tab.bar.buttons["pass"].isEnabled()
        shutil.move(library.with_name("unplugged"), library)
        qtbot.waitUntil(lambda: not tab.queue.drive_box.currentText().endswith("offline"))
        qtbot.waitUntil(tab.bar.buttons["pass"].isEnabled)
        wait_picture(qtbot, tab)
        assert not tab.stage.problem.isVisible()


def test_a_drive_that_another_program_scanned_is_offered(qtbot: QtBot, engine: Engine, tmp_path: Path) -> None:
    with review(qtbot, engine) as tab:
        qtbot.waitUntil(lambda: tab.stack.currentWidget() is tab.empty, timeout=WAIT_MS)
        for label in ("first", "second"):
            make_library(tmp_path / label)
            scan(make_engine(tmp_path / "home"), tmp_path / label)
            qtbot.waitUntil(lambda label=label: tab.queue.drive_box.findText(label) >= 0)
            assert tab.stack.currentWidget() is not tab.empty
            assert tab.queue.drive_box.currentText() == "first"


def test_a_hit_of_the_search_opens_its_sequence(qtbot: QtBot, tab: ReviewTab) -> None:
    drive = tab.queue.drive()
    assert drive is not None
    tab.open_asset(drive.id, b"sound", b"mix.wav")
    wait_loaded(qtbot, tab, SOUND)
    tab.open_asset(drive.id, b"shots", b"sh010.1005.exr")
    wait_loaded(qtbot, tab, SEQUENCE)


def test_a_note_that_was_begun_waits_for_the_return_to_its_asset(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "n", "look again", Qt.Key.Key_Return, "2", "]")
    wait_loaded(qtbot, tab, STILL)
    assert tab.bar.note.text() == ""
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    assert tab.bar.note.text() == "look again"
    assert tab.bar.reasons() == ("matte_edge",)


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard", extend=True)
def test_the_list_of_states_keeps_its_own_keys_while_it_is_open(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.queue.state_box.showPopup()
    view = tab.queue.state_box.view()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_P)
    assert not tab._desk.jobs.running()
    tab.queue.state_box.hidePopup()


def test_facts_can_be_filtered(qtbot: QtBot, tab: ReviewTab) -> None:
    pane = tab.inspector.facts
    qtbot.waitUntil(lambda: any(line.startswith("Folder") for line in pane.lines()), timeout=WAIT_MS)
    pane.filter.setText("compression")
    qtbot.waitUntil(lambda: not any(line.startswith("Folder") for line in pane.lines()), timeout=WAIT_MS)
    assert any(line.startswith("Compression") for line in pane.lines())


def test_an_inspection_tells_what_the_scan_did_not(qtbot: QtBot, tab: ReviewTab) -> None:
    qtbot.waitUntil(lambda: tab.documents.document() is not None, timeout=WAIT_MS)
    pane = tab.inspector.facts
    qtbot.waitUntil(lambda: pane.badge.fullText() == "Header proven lossless", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "Missing inside 1004" in pane.lines(), timeout=WAIT_MS)
    assert tab.stage.consistency.isVisible()
    assert [mark.first for mark in tab.stage.consistency.marks()] == [1004]
    tab.stage.consistency.frame_chosen.emit(1004)
    assert tab.stage.player.position == 1004


def test_channels_are_measured_on_request_and_kept(qtbot: QtBot, tab: ReviewTab) -> None:
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    qtbot.waitUntil(lambda: tab.documents.document() is not None, timeout=WAIT_MS)
    press(qtbot, "m")
    pane = tab.inspector.channels
    assert pane.isVisible()
    qtbot.waitUntil(lambda: bool(pane.histogram.series()), timeout=WAIT_MS)
    assert all(row.stats is not None for row in pane.model.rows() if not row.is_head)
    tab.stage.focus_viewer()
    press(qtbot, "[")
    wait_loaded(qtbot, tab, SEQUENCE)
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    qtbot.waitUntil(lambda: bool(pane.histogram.series()), timeout=WAIT_MS)


def test_every_key_is_an_action_with_words(tab: ReviewTab) -> None:
    keys = [key.toString() for action in tab.actions() for key in action.shortcuts()]
    assert {"P", "F", "U", "N", "]", "[", "Space", "J", "K", "L", "Left", "Right", "1", "9", "Ctrl+Z"} <= set(keys)
    assert len(keys) == len(set(keys))
    assert all(action.text() for action in tab.actions())


def test_an_asset_that_is_asked_for_at_a_frame_stands_there(qtbot: QtBot, tab: ReviewTab) -> None:
    wait_loaded(qtbot, tab, SEQUENCE)
    drive = tab.dossier().drive.id
    for frame, position in (("1003", 1003), ("1005", 1005), ("", 1005)):
        tab.open_asset(drive, b"shots", SEQUENCE, frame)
        qtbot.waitUntil(lambda position=position: tab.stage.player.position == position)
    tab.open_asset(drive, b"shots", STILL)
    wait_loaded(qtbot, tab, STILL)
    tab.open_asset(drive, b"shots", SEQUENCE, "1003")
    wait_loaded(qtbot, tab, SEQUENCE)
    qtbot.waitUntil(lambda: tab.stage.player.position == 1003)


def test_a_picture_that_cannot_be_decoded_here_is_not_asked_for_again(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "renders"
    folder.mkdir()
    planes = {f"layer{n:04}": np.zeros((2, 2), np.float16) for n in range(4097)}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION}, planes).write(str(folder / "more.exr"))
    scan(engine, folder)
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, b"more.exr")
        wait_picture(qtbot, tab, ViewerState.ERROR)
        assert "at most 4096 channels" in tab.stage.viewer.accessibleDescription()
        assert "ask for it again" not in tab.stage.viewer.accessibleDescription()


def test_channels_of_an_absent_drive_are_those_of_the_last_scan(qtbot: QtBot, engine: Engine, library: Path) -> None:
    scan(engine, library)
    shutil.move(library, library.with_name("unplugged"))
    with review(qtbot, engine) as tab:
        wait_loaded(qtbot, tab, SEQUENCE)
        pane = tab.inspector.channels
        assert [row.name for row in pane.model.rows()]
        assert "as scanned" in pane.said.text()
        assert not pane.measure.isEnabled()
        assert "as scanned" in tab.inspector.facts.badge.fullText()
        press(qtbot, "]")
        wait_loaded(qtbot, tab, b"still.exr")
        assert [row.name for row in pane.model.rows() if row.is_head] == ["rgba", "depth", "matte"]


def test_queue_and_inspector_get_their_share_of_a_larger_window(qtbot: QtBot, tab: ReviewTab) -> None:
    small = tab.inspector.width()
    tab.window().resize(2560, 1440)
    qtbot.waitUntil(lambda: tab.inspector.width() > small * 3 // 2, timeout=WAIT_MS)
    assert tab.queue.width() >= 380
    assert not tab._parts.objectName(), "what nobody arranged is not remembered"
    tab._parts.moveSplitter(1800, 2)
    assert tab._parts.objectName()
    tab.window().resize(2400, 1440)
    qtbot.waitUntil(lambda: tab.width() == 2400, timeout=WAIT_MS)
    assert tab.inspector.width() > 600


def test_the_tab_key_goes_from_the_picture_over_its_buttons_to_the_inspector(qtbot: QtBot, tab: ReviewTab) -> None:
    wait_loaded(qtbot, tab, SEQUENCE)
    tab.stage.viewer.setFocus()
    met = []
    while (focus := QApplication.focusWidget()) is not None and not tab.inspector.isAncestorOf(focus):
        met.append(focus.accessibleName())
        assert len(met) < 20
        press(qtbot, Qt.Key.Key_Tab)
    assert met[0] == "Viewer"
    assert met.index("Play or pause") > met.index("Timeline")
    assert "Pass" not in met


def test_typing_the_name_of_a_policy_chooses_it_and_judges_nothing(qtbot: QtBot, tab: ReviewTab) -> None:
    wait_loaded(qtbot, tab, SEQUENCE)
    policies = tab.inspector.findings.policies
    qtbot.waitUntil(lambda: policies.count() > 3, timeout=WAIT_MS)
    begun = Heard(tab._desk.jobs.job_changed)
    press(qtbot, "w")
    policies.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, "plate")
    assert policies.currentText().startswith("Plate")
    press(qtbot, Qt.Key.Key_Escape)
    assert tab.stage.viewer.hasFocus()
    assert begun.times == 0
    assert not tab.bar.operator.hasFocus()


def test_the_frame_in_sight_is_compared(qtbot: QtBot, tab: ReviewTab, library: Path) -> None:
    wait_loaded(qtbot, tab, SEQUENCE)
    wait_picture(qtbot, tab)
    asked = Heard(tab.compare_requested)
    press(qtbot, Qt.Key.Key_Right, "c")
    assert asked.last == (str(library / "shots" / "sh010.1002.exr"),)
    tab.stage.player.go_to(1004)
    press(qtbot, "c")
    assert asked.last == (str(library / "shots" / "sh010.####.exr"),)


def test_a_filter_that_hides_everything_leaves_nothing_to_judge(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.queue.words.setText("no such asset")
    qtbot.waitUntil(lambda: tab.dossier() is None, timeout=WAIT_MS)
    assert tab.queue.empty.title.text() == "Nothing fits"
    assert tab.stage.viewer.state() == ViewerState.NOTHING
    assert not tab.bar.buttons["pass"].isEnabled()
    assert tab.bar.buttons["pass"].toolTip()
    tab.queue.words.clear()
    wait_loaded(qtbot, tab, SEQUENCE)


def test_what_is_judged_is_in_the_queue_though_the_filter_leaves_it_out(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.queue.words.setText("mix")
    shown, view = tab.queue.model, tab.queue.list
    qtbot.waitUntil(lambda: view.currentIndex().data(QueueRole.SECOND) == "not in the filter", timeout=WAIT_MS)
    chosen = view.currentIndex()
    assert tab.dossier() is not None
    assert tab.dossier().asset.name == SEQUENCE
    assert shown.row_at(chosen).name == SEQUENCE
    assert len([line for line in range(shown.rowCount()) if shown.row_at(shown.index(line)) is not None]) == 2
    target = shown_target(tab.dossier().drive, shown)
    assert target is not None
    assert target.name == SOUND, "what the filter leaves out is not checked with what it lets through"
    qtbot.keyClick(tab.queue.words, Qt.Key.Key_Return)
    wait_loaded(qtbot, tab, SOUND)
    qtbot.waitUntil(lambda: shown.index_of((b"shots", SEQUENCE)).isValid() is False, timeout=WAIT_MS)
    assert shown.row_at(tab.queue.list.currentIndex()).name == SOUND


def test_no_two_commands_of_the_palette_are_called_alike(tab: ReviewTab) -> None:
    found = [command.text for command in commands(actions_of(tab), "QC Review")]
    assert sorted(found) == sorted(set(found))


def test_what_cannot_be_played_says_why(qtbot: QtBot, tab: ReviewTab) -> None:
    play = tab.actions_by_name["play"]
    assert play.isEnabled()
    assert "\n" not in play.toolTip()
    press(qtbot, "]")
    wait_loaded(qtbot, tab, STILL)
    assert play.toolTip().endswith("It is a single picture")
    press(qtbot, "]")
    wait_loaded(qtbot, tab, b"mix.wav")
    assert play.toolTip().endswith("Sound is drawn, not played")
    assert tab.stage.pace.text() == "Sound is drawn, not played"
    press(qtbot, "[")
    wait_loaded(qtbot, tab, STILL)
    assert tab.stage.pace.text() == ""


def test_enter_in_a_box_gives_the_keys_back_to_the_picture(qtbot: QtBot, tab: ReviewTab) -> None:
    for box in (tab.queue.drive_box, tab.queue.state_box, tab.inspector.findings.policies):
        tab.inspector.tabs.setCurrentIndex(2)
        box.setFocus()
        press(qtbot, Qt.Key.Key_Return)
        assert QApplication.focusWidget() is tab.stage.viewer


def test_home_and_end_walk_through_the_drives_not_the_frames(qtbot: QtBot, tab: ReviewTab) -> None:
    tab.stage.player.go_to(1003)
    tab.queue.drive_box.setFocus(Qt.FocusReason.TabFocusReason)
    press(qtbot, Qt.Key.Key_End)
    assert tab.stage.player.position == 1003
