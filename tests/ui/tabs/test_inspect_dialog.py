"""Files that somebody drops on the window are looked into, wherever they lie."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.jobs.job import CancelToken, Job
from app.operations import run
from app.paths import Home
from app.qc.checking import CheckRequest
from app.qc.judged import JudgedAt, judged_at
from app.scanning.request import ScanRequest
from app.settings import set_value
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.hearing import Heard
from tests.ui.tabs.reviewkit import lines_of, write_policy
from ui.desk import Desk
from ui.inspecting import Inspecting
from ui.main_window import MainWindow
from ui.tabs.inspect_dialog import InspectDialog
from ui.widgets.consistency import Trait
from ui.workers.job_controller import JobController

WAIT_MS = 20_000
Open = Callable[..., InspectDialog]


@pytest.fixture
def inspecting(qtbot: QtBot, tmp_path: Path) -> Iterator[Inspecting]:
    engine = make_engine(tmp_path / "home")
    window = MainWindow()
    qtbot.addWidget(window)
    jobs = JobController(engine, window)
    window.show()
    qtbot.waitExposed(window)
    made = Inspecting(Desk(engine, jobs, window))
    yield made
    for dialog in window.findChildren(InspectDialog):
        dialog.reject()
    jobs.stop_all()
    assert jobs.wait(10_000)
    engine.close()


@pytest.fixture
def opened(qtbot: QtBot, inspecting: Inspecting) -> Open:
    def open_over(*paths: Path) -> InspectDialog:
        dialog = inspecting.inspect([str(path) for path in paths])
        assert dialog is not None
        qtbot.waitExposed(dialog)
        qtbot.waitUntil(lambda: dialog.asset() is not None, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: dialog.documents.document() is not None, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: dialog.facts.model.rowCount() > 0, timeout=WAIT_MS)
        return dialog

    return open_over


def frames(folder: Path) -> list[Path]:
    found = [media.exr(folder / f"sh010.{number}.exr", number) for number in (1001, 1002, 1004, 1005)]
    (folder / "sh010.1006.exr").write_bytes(b"")
    return found


def test_a_dropped_file_shows_its_facts_and_can_be_measured(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    dialog = opened(media.multipart_exr(tmp_path / "still.exr"))
    assert dialog.name.fullText() == "still.exr"
    assert "Part 2 matte · 64 × 36 · zip" in dialog.facts.lines()
    assert dialog.facts.badge.fullText() == "Header proven lossless"
    assert not dialog.strip.isVisible()
    assert [row.name for row in dialog.channels.model.rows() if row.is_head] == ["rgba", "depth", "matte"]


def test_a_dropped_frame_shows_its_sequence_and_what_is_wrong_along_it(opened: Open, tmp_path: Path) -> None:
    dialog = opened(frames(tmp_path)[1])
    assert dialog.name.fullText() == "sh010.####.exr   1001-1002,1004-1006"
    assert dialog.strip.isVisible()
    assert {mark.trait: mark.first for mark in dialog.strip.marks()} == {Trait.MISSING: 1003, Trait.EMPTY: 1006}
    assert "Missing inside 1003" in dialog.facts.lines()


def test_a_dropped_folder_lists_its_media(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    frames(folder)
    media.wav(folder / "mix.wav")
    dialog = opened(folder)
    assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["mix.wav", "sh010.####.exr"]
    qtbot.waitUntil(lambda: any(line.startswith("Audio 0") for line in dialog.facts.lines()), timeout=WAIT_MS)
    dialog.list.setCurrentRow(1)
    qtbot.waitUntil(dialog.strip.isVisible, timeout=WAIT_MS)


def test_folders_below_a_dropped_one_are_told_and_can_be_looked_into(
    qtbot: QtBot, inspecting: Inspecting, opened: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "card"
    (folder / "plates" / "empty").mkdir(parents=True)
    media.wav(folder / "mix.wav")
    frames(folder / "plates")
    dialog = opened(folder)
    assert dialog.left_out.text() == "1 folder below was left out."
    assert dialog.left_out.isVisible()
    dialog.into.click()
    qtbot.waitUntil(lambda: dialog.list.count() == 2, timeout=WAIT_MS)
    assert [dialog.list.item(row).text() for row in range(2)] == ["mix.wav", "plates/sh010.####.exr"]
    assert not dialog.left_out.isVisible()
    assert not dialog.into.isVisible()
    dialog.reject()
    above = inspecting.inspect([str(tmp_path)])
    assert above is not None
    qtbot.waitUntil(lambda: "no media right in it" in above.notice.words(), timeout=WAIT_MS)
    above.into.click()
    qtbot.waitUntil(lambda: above.list.count() == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: above.asset() is not None and above.notice.words() == "", timeout=WAIT_MS)
    above.reject()


def test_a_file_that_cannot_be_read_says_why(qtbot: QtBot, inspecting: Inspecting, tmp_path: Path) -> None:
    broken = tmp_path / "broken.exr"
    broken.write_bytes(b"")
    dialog = inspecting.inspect([str(broken)])
    assert dialog is not None
    qtbot.waitUntil(lambda: "empty" in dialog.notice.words(), timeout=WAIT_MS)
    gone = inspecting.inspect([str(tmp_path / "gone.exr")])
    assert gone is not None
    qtbot.waitUntil(lambda: "is not there" in gone.notice.words(), timeout=WAIT_MS)


def test_files_can_be_dropped_anywhere_on_the_window(qtbot: QtBot, inspecting: Inspecting, tmp_path: Path) -> None:
    window = inspecting.parent()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(media.exr(tmp_path / "still.exr")))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), Qt.DropAction.CopyAction, data, buttons, keys))
    qtbot.waitUntil(lambda: bool(window.findChildren(InspectDialog)), timeout=WAIT_MS)
    dialog = window.findChildren(InspectDialog)[0]
    qtbot.waitUntil(lambda: dialog.name.fullText() == "still.exr", timeout=WAIT_MS)
    assert "Inspect a file…" in [action.text() for action in window.file_menu.actions()]


def test_a_file_that_cannot_be_read_says_so_once_and_is_not_measured(
    qtbot: QtBot, inspecting: Inspecting, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.exr"
    broken.write_bytes(media.exr(tmp_path / "whole.exr", 1).read_bytes()[:60])
    dialog = inspecting.inspect([str(broken)])
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.notice.words().startswith("broken.exr: "), timeout=WAIT_MS)
    dialog.documents.measure()
    assert not dialog.channels.is_measuring()
    assert dialog.channels.histogram.accessibleDescription() == ""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    return write_policy(tmp_path)


def check(qtbot: QtBot, dialog: InspectDialog, policy: str) -> None:
    qtbot.waitUntil(dialog.findings.check.isEnabled, timeout=WAIT_MS)
    dialog.checks.check(policy)
    qtbot.waitUntil(lambda: dialog.checks.validation() is not None, timeout=WAIT_MS)


def test_a_check_of_a_catalogued_sequence_is_kept_and_shown_again(
    qtbot: QtBot, inspecting: Inspecting, opened: Open, tmp_path: Path, policy: str
) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    paths = frames(folder)
    engine = inspecting._desk.engine
    run(engine, "scan", ScanRequest((str(folder),)), Job())
    dialog = opened(paths[0])
    check(qtbot, dialog, policy)
    assert dialog.findings.said.text() == "test.whole 1.0.0, 2 rules: 1 fail · 1 could not be checked"
    assert "Frames of the range that have no file" in "\n".join(lines_of(dialog.findings.tree))
    dialog.reject()
    again = opened(paths[1])
    qtbot.waitUntil(lambda: "Frames of the range" in "\n".join(lines_of(again.findings.tree)), timeout=WAIT_MS)
    assert again.findings.said.text().startswith("test.whole 1.0.0: fail · 20")
    assert again.tabs.tabText(2).startswith("Findings ")
    found = judged_at(engine, str(folder / "sh010.####.exr"), CancelToken())
    assert [one["outcome"] for one in found.findings] == ["fail"]


def test_what_is_known_of_one_file_is_never_told_of_the_next(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    folder = tmp_path / "card"
    folder.mkdir()
    one, other = media.wav(folder / "a.wav"), media.wav(folder / "b.wav")
    dialog = opened(folder)
    gate, said = threading.Event(), []

    def late(_token: CancelToken) -> JudgedAt:
        assert gate.wait(5)
        return JudgedAt(str(one))

    qtbot.waitUntil(lambda: dialog.findings.said.text() != "", timeout=WAIT_MS)
    dialog._reader.answered.connect(lambda _kind, _number, answer: said.append(answer.path))
    dialog._reader.ask("judged", late, interrupt=False)
    dialog.list.setCurrentRow(1)
    gate.set()
    qtbot.waitUntil(lambda: str(other) in said, timeout=WAIT_MS)
    assert said == [str(other)]


def test_what_was_measured_of_a_catalogued_file_is_shown_again(
    qtbot: QtBot, inspecting: Inspecting, opened: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    path = media.exr(folder / "still.exr")
    run(inspecting._desk.engine, "scan", ScanRequest((str(folder),)), Job())
    dialog = opened(path)
    dialog.documents.measure()
    qtbot.waitUntil(lambda: bool(dialog.channels.histogram.series()), timeout=WAIT_MS)
    dialog.reject()
    again = opened(path)
    qtbot.waitUntil(lambda: bool(again.channels.histogram.series()), timeout=WAIT_MS)
    assert again.channels.said.text().rpartition(" · ")[2].startswith("Measured 2")


def test_what_is_found_outside_of_every_drive_is_said_not_to_be_kept(
    qtbot: QtBot, opened: Open, tmp_path: Path, policy: str
) -> None:
    dialog = opened(media.exr(tmp_path / "still.exr"))
    qtbot.waitUntil(lambda: "lies on no catalogued drive" in dialog.findings.said.text(), timeout=WAIT_MS)
    check(qtbot, dialog, policy)
    assert "is not kept" in dialog.findings.said.text()
    assert "1 pass" in dialog.findings.said.text()


def test_a_file_that_came_after_the_scan_is_said_not_to_be_kept(
    qtbot: QtBot, inspecting: Inspecting, opened: Open, tmp_path: Path, policy: str
) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    frames(folder)
    engine = inspecting._desk.engine
    run(engine, "scan", ScanRequest((str(folder),)), Job())
    dialog = opened(media.exr(folder / "late.exr"))
    qtbot.waitUntil(lambda: "not scanned since" in dialog.findings.said.text(), timeout=WAIT_MS)
    run(engine, "scan", ScanRequest((str(folder),)), Job())
    inspecting._desk.jobs.catalog_changed.emit()
    qtbot.waitUntil(lambda: dialog.findings.said.text() == "", timeout=WAIT_MS)


def test_what_cannot_be_read_is_among_the_findings(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    whole = media.exr(tmp_path / "whole.exr", 1).read_bytes()
    cut = tmp_path / "cut.exr"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    dialog = opened(cut)
    qtbot.waitUntil(lambda: dialog.tabs.tabText(2) == "Findings 1", timeout=WAIT_MS)
    assert "Cannot be read" in "\n".join(lines_of(dialog.findings.tree))


def test_a_single_file_is_compared_with_one_that_is_asked_for(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    file = media.exr(tmp_path / "still.exr")
    dialog = opened(file)
    asked = Heard(dialog.compare_with_asked)
    QTimer.singleShot(
        0, lambda: [one.reject() for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog)]
    )
    dialog.compare.click()
    assert asked.last == (str(file),)


def test_a_file_of_a_drive_on_the_shelf_shows_what_was_recorded(
    qtbot: QtBot, inspecting: Inspecting, opened: Open, tmp_path: Path, policy: str
) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    still = media.multipart_exr(folder / "still.exr")
    engine = inspecting._desk.engine
    run(engine, "scan", ScanRequest((str(folder),)), Job())
    run(engine, "check", CheckRequest((), policy, drives=(engine.catalog.drives()[0].id,)), Job())
    folder.rename(tmp_path / "unplugged")
    dialog = opened(still)
    assert "as scanned" in dialog.facts.badge.fullText()
    assert [row.name for row in dialog.channels.model.rows() if row.is_head] == ["rgba", "depth", "matte"]
    assert not dialog.channels.measure.isEnabled()
    qtbot.waitUntil(lambda: dialog.findings.said.text().startswith("test.whole"), timeout=WAIT_MS)


def test_a_frame_of_a_sequence_can_be_looked_at_alone(
    qtbot: QtBot, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_given: ("", ""))
    dialog = opened(frames(tmp_path)[3])
    assert dialog.frame.field.value() == 1005
    assert any(line.startswith("Frame looked at sh010.1001.exr") for line in dialog.facts.lines())
    qtbot.mouseClick(dialog.frame.alone, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (dialog.documents.document() or {}).get("file", {}).get("name") == "sh010.1005.exr")
    qtbot.waitUntil(lambda: not any(line.startswith("Frame looked at") for line in dialog.facts.lines()))
    dialog.frame.field.setValue(1002)
    qtbot.waitUntil(lambda: (dialog.documents.document() or {}).get("file", {}).get("name") == "sh010.1002.exr")
    with qtbot.waitSignal(dialog.compare_with_asked) as asked:
        dialog.compare.click()
    assert asked.args[0].endswith("sh010.1002.exr")
    qtbot.mouseClick(dialog.frame.whole, Qt.MouseButton.LeftButton)
    assert dialog.documents.document()["kind"] == "sequence"  # type: ignore[index]


def test_a_single_file_offers_no_frames(opened: Open, tmp_path: Path) -> None:
    assert not opened(media.multipart_exr(tmp_path / "still.exr")).frame.isVisible()


def test_settings_that_another_process_changed_hold_for_what_is_inspected_next(opened: Open, tmp_path: Path) -> None:
    shots = [tmp_path / "shows" / "demo" / "shots" / name / "renders" for name in ("sh010", "sh020")]
    for shot in shots:
        shot.mkdir(parents=True)
    first = opened(frames(shots[0])[0])
    assert (first.documents.document() or {})["sequence"]["expected"] is None
    home = Home(tmp_path / "home")
    set_value(home, "production.shows_root", str(tmp_path / "shows"))
    set_value(home, "production.frame_ranges", "*=1001-1010")
    second = opened(frames(shots[1])[0])
    assert (second.documents.document() or {})["sequence"]["missing_tail"] == "1007-1010"
