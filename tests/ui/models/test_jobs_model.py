"""The job history: a line that somebody has selected stays selected while jobs come and go on."""

import pytest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from ui.models.jobs_model import JobRecord, JobsModel


def record(number: int, outcome: str = "12 new") -> JobRecord:
    return JobRecord("10:40", f"scan {number}", "A001", "12", "3 s", outcome, id=number)


@pytest.fixture
def table(qtbot: QtBot) -> QTableView:
    table = QTableView()
    qtbot.addWidget(table)
    model = JobsModel()
    model.set_rows((record(3), record(2), record(1)))
    table.setModel(model)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.selectRow(1)
    return table


def selected(table: QTableView) -> list[str]:
    return [str(index.siblingAtColumn(1).data()) for index in table.selectionModel().selectedRows()]


def test_a_running_job_that_goes_on_leaves_the_selection_alone(table: QTableView) -> None:
    model = table.model()
    assert isinstance(model, JobsModel)
    model.set_rows((record(3, "hashing · 61 %"), record(2), record(1)))
    assert selected(table) == ["scan 2"]
    assert model.index(0, 5).data() == "hashing · 61 %"


def test_a_new_job_comes_above_and_the_oldest_goes(table: QTableView) -> None:
    model = table.model()
    assert isinstance(model, JobsModel)
    model.set_rows((record(5), record(4), record(3), record(2)))
    assert selected(table) == ["scan 2"]
    assert [model.index(row, 1).data() for row in range(model.rowCount())] == ["scan 5", "scan 4", "scan 3", "scan 2"]


def test_another_history_takes_its_place(table: QTableView) -> None:
    model = table.model()
    assert isinstance(model, JobsModel)
    model.set_rows((record(9), record(1)))
    assert [model.index(row, 1).data() for row in range(model.rowCount())] == ["scan 9", "scan 1"]
    assert selected(table) == []
