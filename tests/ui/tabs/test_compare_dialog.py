"""Two files or sequences beside each other."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.jobs.job import CancelToken
from tests import media
from tests.ui.enginekit import make_engine
from ui.desk import Desk
from ui.main_window import MainWindow
from ui.models.plain_rows import PlainRow
from ui.tabs.compare_dialog import CompareDialog
from ui.tabs.compare_reader import file_of, pair_of
from ui.tabs.compare_words import equal_words, header_rows, pixel_rows, problems, verdict
from ui.widgets.tables import part_of_window, share_columns
from ui.widgets.viewer_frame import ViewerState
from ui.workers.job_controller import JobController

WAIT_MS = 20_000
Compare = Callable[[Path, Path], CompareDialog]


@pytest.fixture
def compare(qtbot: QtBot, tmp_path: Path) -> Iterator[Compare]:
    engine = make_engine(tmp_path / "home")
    window = MainWindow()
    qtbot.addWidget(window)
    desk = Desk(engine, JobController(engine, window), window)

    def over(a: Path, b: Path) -> CompareDialog:
        dialog = CompareDialog(desk, str(a), str(b), window)
        dialog.show()
        qtbot.waitExposed(dialog)
        qtbot.waitUntil(dialog.progress.isHidden, timeout=WAIT_MS)
        return dialog

    yield over
    for dialog in window.findChildren(CompareDialog):
        dialog.reject()
    engine.close()


def sequence(folder: Path, numbers: Iterable[int], of: Callable[[int], int] = lambda number: number) -> Path:
    """Frames of which each shows the picture that `of` gives; the first of them."""
    folder.mkdir()
    return [media.exr(folder / f"sh.{number:04}.exr", of(number)) for number in numbers][0]


def cells(dialog: CompareDialog) -> list[tuple[str, ...]]:
    return [row.cells for row in dialog.header.rows()]


def test_what_differs_is_told_and_shown(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    a, b = media.exr(tmp_path / "a.exr", 1), media.exr(tmp_path / "b.exr", 40)
    dialog = compare(a, b)
    assert dialog.words.text().startswith("Different: ")
    assert dialog.viewer.state() == ViewerState.PICTURE
    assert any(row.cells[4] != "none" for row in dialog.pixels.rows())
    assert dialog.legend.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    assert dialog.side() == "a"
    qtbot.waitUntil(lambda: dialog.viewer.state() == ViewerState.PICTURE, timeout=WAIT_MS)
    assert not dialog.legend.isVisible()
    qtbot.mouseClick(dialog.buttons["b"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.viewer.state() == ViewerState.PICTURE, timeout=WAIT_MS)
    assert dialog.side() == "b"


def test_the_tab_with_differences_is_open_where_only_pixels_differ(compare: Compare, tmp_path: Path) -> None:
    a, b = media.raw_exr(tmp_path / "a.exr"), tmp_path / "b_.exr"
    data = bytearray(a.read_bytes())
    data[-1] ^= 1
    b.write_bytes(data)
    dialog = compare(a, b)
    assert (cells(dialog), dialog.tabs.currentIndex(), dialog.tabs.tabText(1)) == ([], 1, "Pixels 1")


def test_a_copy_is_equal(compare: Compare, tmp_path: Path) -> None:
    a = media.exr(tmp_path / "a.exr", 1)
    dialog = compare(a, Path(shutil.copy(a, tmp_path / "b_.exr")))
    assert dialog.words.text() == "Equal, header and pixels"
    assert cells(dialog) == []
    assert dialog.tabs.tabText(1) == "Pixels"


def test_an_attribute_that_differs_is_shown_with_both_values(compare: Compare, tmp_path: Path) -> None:
    a = media.raw_exr(tmp_path / "a.exr", (b"owner", b"string", b"ILM"))
    b = media.raw_exr(tmp_path / "b.exr", (b"owner", b"string", b"Weta"))
    dialog = compare(a, b)
    assert cells(dialog) == [("0", "owner", "ILM", "Weta", "")]
    assert dialog.tabs.tabText(0) == "Header 1"


def test_values_are_told_as_among_the_facts() -> None:
    window = {"min": [0, 0], "max": [191, 107]}
    pairs = (({"n": 24, "d": 1}, "24/1"), ({"text": "01:00:41:19", "drop": False}, "01:00:41:19"), (None, "absent"),
             (window, "192 × 108 from (0, 0) to (191, 107)"))  # fmt: skip
    for value, words in pairs:
        (row,) = header_rows({"header": [{"attribute": "one", "a": value, "b": 1}]})
        assert row.cells[2] == words


def test_two_sequences_tell_frames_that_only_one_has(compare: Compare, tmp_path: Path) -> None:
    for name, numbers in (("v001", (1, 2, 3)), ("v002", (2, 3, 4))):
        (tmp_path / name).mkdir()
        for number in numbers:
            media.exr(tmp_path / name / f"sh.{number:04}.exr", number)
    dialog = compare(tmp_path / "v001" / "sh.0002.exr", tmp_path / "v002" / "sh.0003.exr")
    assert "1 only in A" in dialog.words.text()
    assert "4 only in B" in dialog.words.text()
    assert dialog.names["a"].fullText().endswith("v001/sh.####.exr")


def test_what_cannot_be_compared_says_why(compare: Compare, tmp_path: Path) -> None:
    broken = tmp_path / "broken.exr"
    broken.write_bytes(b"no picture at all")
    dialog = compare(media.exr(tmp_path / "a.exr"), broken)
    assert dialog.words.text() == "They could not be compared"
    assert "broken.exr" in dialog.notice.words()


def test_two_frames_of_one_sequence_are_compared_with_each_other(tmp_path: Path) -> None:
    a, b = (str(media.exr(tmp_path / f"sh.{number:04}.exr", number)) for number in (1, 2))
    pair = pair_of(a, b, CancelToken())
    assert (pair.a, pair.b) == (a, b)
    assert file_of(str(tmp_path / "sh.####.exr"), 2) == b
    assert file_of(a, 7) == a


def test_what_is_equal_within_a_tolerance_is_not_called_the_same() -> None:
    document = {"kind": "image", "equal": True, "pixels": [{"channel": "R", "differing": 0}], "tolerance": 0.5}
    assert equal_words(document) == "No pixel differs by more than 0.5."
    assert verdict(document, pixels=True) == ("Equal: the headers, and the pixels within 0.5", "pass")
    assert verdict({**document, "tolerance": 0.0}, pixels=True) == ("Equal, header and pixels", "pass")


def test_not_compared_is_not_equal() -> None:
    assert verdict({"equal": None, "header": [], "pixels": []}, pixels=True) == (
        "No difference was found, but not everything could be compared", "stale",
    )  # fmt: skip


def test_a_long_value_takes_the_room_that_a_short_one_leaves(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    a, b = media.exr(tmp_path / "a.exr", 1), media.exr(tmp_path / "b.exr", 1)
    dialog = compare(a, b)
    dialog.resize(1000, 600)
    dialog.header_table.setColumnWidth(1, 100)
    long = "graded, denoised and rendered again"
    for place, cells_ in ((2, ("", "comments", long, "short", "")), (3, ("", "comments", "short", long, ""))):
        dialog.header.set_rows([PlainRow(cells_)])
        share_columns(dialog.header_table, 2, 3)
        assert dialog.header_table.columnWidth(place) >= dialog.header_table.sizeHintForColumn(place)


def test_a_comparison_opens_as_large_as_the_screen_allows(compare: Compare, tmp_path: Path) -> None:
    a = media.exr(tmp_path / "a.exr", 1)
    dialog = compare(a, a)
    room = dialog.screen().availableSize()
    assert dialog.width() >= min(dialog.sizeHint().width(), round(room.width() * 0.9))


def test_a_larger_window_gives_the_pictures_more_room(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = QDialog(window)
    least = QSize(1180, 740)
    window.resize(1280, 800)
    assert part_of_window(dialog, least) == least
    window.resize(2560, 1440)
    assert part_of_window(dialog, least) == QSize(1536, 979)


def damaged(a: Path) -> None:
    """Cut the pixels of a frame off; its header stays."""
    a.write_bytes(a.read_bytes()[:-400])


def test_frames_that_cannot_be_decoded_are_named_and_never_called_equal(compare: Compare, tmp_path: Path) -> None:
    a, b = (sequence(tmp_path / name, (1, 2, 3)) for name in ("v001", "v002"))
    damaged(tmp_path / "v001" / "sh.0002.exr")
    dialog = compare(a, b)
    assert dialog.words.text() == "No difference was found, but not everything of frame 2 could be compared"
    assert dialog.notice.words().startswith("A, frame 2, rows ")
    said = dialog.viewer.words()[1]
    assert "equal" not in said
    assert "Not compared of A: frame 2, rows " in said
    assert {row.cells[4] for row in dialog.pixels.rows()} == {"none seen"}
    assert not any(row.sign == "pass" for row in dialog.pixels.rows())


def test_sequences_that_are_equal_show_both_sides(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    a, b = (sequence(tmp_path / name, (1, 2, 3)) for name in ("v001", "v002"))
    dialog = compare(tmp_path / "v001" / "sh.####.exr", tmp_path / "v002" / "sh.####.exr")
    assert dialog.viewer.words()[1].endswith("No pixel of frames 1-3 differs.")
    for side in ("a", "b"):
        dialog.show_side(side)
        qtbot.waitUntil(lambda: dialog.viewer.state() == ViewerState.PICTURE, timeout=WAIT_MS)


def test_any_frame_of_two_sequences_can_be_brought_into_sight(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    sequence(tmp_path / "v001", (1, 2, 3, 4))
    sequence(tmp_path / "v002", (1, 2, 3), lambda number: 1 if number == 1 else number + 30)
    dialog = compare(tmp_path / "v001" / "sh.####.exr", tmp_path / "v002" / "sh.####.exr")
    worst = dialog.frames.field.value()
    assert worst in (2, 3)
    dialog.frames.field.setValue(5 - worst)
    assert dialog.viewer.state() == ViewerState.LOADING
    qtbot.waitUntil(lambda: dialog.viewer.state() == ViewerState.PICTURE, timeout=WAIT_MS)
    dialog.frames.field.setValue(1)
    assert dialog.viewer.words()[1].endswith("No pixel of frame 1 differs.")
    dialog.frames.field.setValue(4)
    assert dialog.viewer.words()[1].endswith("Frame 4 is only in A.")
    dialog.show_side("b")
    assert dialog.viewer.words()[1].endswith("There is no frame 4 in B.")
    qtbot.mouseClick(dialog.frames.worst, Qt.MouseButton.LeftButton)
    assert dialog.frames.field.value() == worst


def test_steps_go_from_frame_to_frame_over_what_neither_has(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    sequence(tmp_path / "v001", (1, 2))
    sequence(tmp_path / "v002", (1, 2, 6, 9))
    dialog = compare(tmp_path / "v001" / "sh.####.exr", tmp_path / "v002" / "sh.####.exr")
    field, seen = dialog.frames.field, []
    field.setValue(2)
    for step in (field.stepUp, field.stepUp, field.stepUp, field.stepDown, field.stepDown):
        step()
        seen.append(field.value())
    assert seen == [6, 9, 9, 6, 2]
    assert dialog._in_sight == 2
    dialog.viewer.setFocus()
    qtbot.keyClick(dialog.viewer, Qt.Key.Key_Right)
    assert (field.value(), dialog._in_sight) == (6, 6)
    qtbot.keyClick(dialog.viewer, Qt.Key.Key_Left)
    assert (field.value(), dialog._in_sight) == (2, 2)


def test_the_frame_that_was_named_is_in_sight_first(compare: Compare, tmp_path: Path) -> None:
    for name, add in (("v001", 0), ("v002", 30)):
        sequence(tmp_path / name, (1, 2, 3), lambda number, add=add: number + add)  # type: ignore[misc]
    dialog = compare(tmp_path / "v001" / "sh.0001.exr", tmp_path / "v002" / "sh.0001.exr")
    assert dialog.frames.field.value() == 1
    assert dialog.names["a"].fullText().endswith("sh.####.exr")


def test_what_was_not_compared_is_said_in_words() -> None:
    error = {"side": "a", "part": 0, "rows": "8-9", "message": "pixels cannot be decoded"}
    channel = {"channel": "R", "part": 0, "compared": 10, "differing": 0, "non_finite": 0}
    both = {"kind": "image", "equal": None, "pixels": [channel], "errors": [error, {**error, "rows": "20-21"}]}
    assert equal_words(both) == "No pixel of what was compared differs.\nNot compared of A: rows 8-9; rows 20-21"
    assert problems(both) == "A, rows 8-9; rows 20-21: pixels cannot be decoded"
    assert pixel_rows(both)[0].sign == "warning"
    apart = {"kind": "sequence", "frames": {"compared": "", "only_a": "1", "only_b": "2"}, "pixels": [], "equal": False}
    assert equal_words(apart) == "No frame is in both: no pixel was compared."
    assert verdict({**both, "header": [{}]}, pixels=True)[0].endswith("; not everything could be compared")


def test_the_headline_names_all_frames_that_could_not_be_compared_to_their_ends() -> None:
    errors = [
        {"code": "media.empty", "message": "the file is empty", "side": "a", "frames": "1003"},
        {"code": "pixels.damaged", "part": 0, "rows": "80-179", "message": "damaged", "frames": "1020"},
        {"code": "pixels.damaged", "part": 0, "rows": "112-127", "message": "damaged", "frames": "1021"},
    ]
    frames = {"compared": "1001-1024", "not_compared": "1003", "only_a": "", "only_b": ""}
    document = {"kind": "sequence", "frames": frames, "pixels": [], "equal": None, "errors": errors}
    assert verdict(document, pixels=True)[0].endswith("not everything of frames 1003, 1020-1021 could be compared")


def test_left_and_right_step_through_the_frames_that_are_there(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    sequence(tmp_path / "v001", (1, 2, 5, 6))
    sequence(tmp_path / "v002", (1, 2, 5))
    dialog = compare(tmp_path / "v001" / "sh.0001.exr", tmp_path / "v002" / "sh.0001.exr")
    places = []
    for key in [Qt.Key.Key_Right] * 4 + [Qt.Key.Key_Left] * 2:
        qtbot.keyClick(dialog, key)
        places.append(dialog.frames.field.value())
    assert places == [2, 5, 6, 6, 5, 2]
    dialog.header_table.setFocus()
    qtbot.keyClick(dialog.header_table, Qt.Key.Key_Left)
    assert dialog.frames.field.value() == 1
    dialog.tabs.tabBar().setFocus()
    qtbot.keyClick(dialog.tabs.tabBar(), Qt.Key.Key_Right)
    assert (dialog.frames.field.value(), dialog.tabs.currentIndex()) == (1, 1)
    assert "Left and Right" in dialog.frames.field.toolTip()


def settle(qtbot: QtBot, dialog: CompareDialog) -> None:
    """Wait until no side and no frame is being read any more, and what was told is heard."""
    readers = (dialog.reader._media, dialog.reader._frames)
    qtbot.waitUntil(lambda: all(not one._waiting and one._running is None for one in readers), timeout=WAIT_MS)
    QApplication.processEvents()


def test_a_late_picture_never_stands_for_a_frame_that_is_not_there(
    qtbot: QtBot, compare: Compare, tmp_path: Path
) -> None:
    dialog = compare(sequence(tmp_path / "v001", (1, 2, 3)), sequence(tmp_path / "v002", (1, 2, 3, 4)))
    dialog.show_side("a")
    settle(qtbot, dialog)
    dialog.frames.field.setValue(3)
    dialog.frames.field.setValue(4)
    settle(qtbot, dialog)
    assert dialog.viewer.state() == ViewerState.NOTHING
    assert dialog.viewer.words()[1].endswith("There is no frame 4 in A.")


def test_an_error_of_one_frame_is_not_said_of_the_next_one(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    sequence(tmp_path / "v001", (1, 2, 3))
    sequence(tmp_path / "v002", (1, 2, 3), lambda number: 1 if number == 1 else number + 30)
    dialog = compare(tmp_path / "v001" / "sh.####.exr", tmp_path / "v002" / "sh.####.exr")
    settle(qtbot, dialog)
    other = 5 - dialog.frames.field.value()
    (tmp_path / "v002" / f"sh.{other:04}.exr").unlink()
    dialog.frames.field.setValue(other)
    dialog.frames.field.setValue(1)
    settle(qtbot, dialog)
    assert dialog.viewer.words()[1].endswith("No pixel of frame 1 differs.")


def test_walking_past_the_tolerance_compares_nothing_anew(qtbot: QtBot, compare: Compare, tmp_path: Path) -> None:
    dialog = compare(media.exr(tmp_path / "a.exr", 1), media.exr(tmp_path / "b.exr", 40))
    dialog.tolerance.setFocus()
    qtbot.keyClick(dialog.tolerance, Qt.Key.Key_Tab)
    assert dialog.progress.isHidden()
    dialog.tolerance.setFocus()
    dialog.tolerance.setValue(1000)
    qtbot.keyClick(dialog.tolerance, Qt.Key.Key_Return)
    assert not dialog.progress.isHidden()
    qtbot.waitUntil(dialog.progress.isHidden, timeout=WAIT_MS)
