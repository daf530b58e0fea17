"""A long list of files as rows: order and names come when they are asked for."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.model.drives import Drive, Passport
from app.reports.filelist import FileList, SortKey
from app.reports.rows import ReportedFile
from ui.models.files_model import PAGE, FilesModel

DRIVE = Drive("id", "Card", "/media/card", Passport())


def files(number: int) -> FileList:
    numbers = np.arange(number, dtype=np.int64)
    return FileList((DRIVE,), np.zeros(number, np.int64), numbers, numbers, numbers * 1000, numbers)


def text(model: FilesModel, row: int, column: int) -> object:
    return model.data(model.index(row, column))


def read(number: int) -> ReportedFile:
    return ReportedFile(DRIVE, f"folder/file {number}".encode(), number * 1000, number)


def test_numbers_are_there_at_once_and_names_are_asked_for_once_a_page(qtbot: QtBot) -> None:
    model = FilesModel()
    model.set_files(files(1000))
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    assert text(model, 3, 1) == "3.00\u00a0KB"
    assert text(model, 3, 3) == "Card"
    assert [text(model, row, 0) for row in (3, 4, PAGE)] == ["…", "…", "…"]
    assert asked == [0, 1]
    model.set_page(0, [read(row) for row in range(PAGE)])
    assert (text(model, 4, 0), text(model, 4, 4)) == ("file 4", "/folder")
    assert asked == [0, 1]


def test_another_order_shows_other_rows_and_reads_their_names(qtbot: QtBot) -> None:
    model = FilesModel()
    model.set_files(files(1000))
    model.set_page(0, [read(row) for row in range(PAGE)])
    with qtbot.waitSignal(model.order_wanted) as wanted:
        model.sort(1, Qt.SortOrder.DescendingOrder)
    assert wanted.args == [SortKey.SIZE, True]
    assert text(model, 0, 0) == "file 0"
    model.set_order(np.arange(999, -1, -1))
    assert text(model, 0, 1) == "999\u00a0KB"
    assert text(model, 0, 0) == "…"
    assert model.positions(0)[:2] == [999, 998]


def test_an_order_of_another_list_is_not_taken(qtbot: QtBot) -> None:
    model = FilesModel()
    model.set_files(files(10))
    model.set_order(np.arange(5))
    assert model.rowCount() == 10


def test_a_page_that_was_given_up_is_asked_for_again(qtbot: QtBot) -> None:
    model = FilesModel()
    model.set_files(files(10))
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    text(model, 0, 0)
    model.give_up(0)
    text(model, 0, 0)
    assert asked == [0, 0]


def test_a_file_that_is_gone_since_is_told(qtbot: QtBot) -> None:
    model = FilesModel()
    model.set_files(files(2))
    model.set_page(0, [None, read(1)])
    assert [text(model, row, 0) for row in (0, 1)] == ["(gone since)", "file 1"]


@pytest.mark.parametrize("number", [0, 1, 2_000_000])
def test_any_number_of_files_has_rows(qtbot: QtBot, number: int) -> None:
    model = FilesModel()
    model.set_files(files(number))
    assert model.rowCount() == number
    if number:
        assert text(model, number - 1, 0) == "…"
