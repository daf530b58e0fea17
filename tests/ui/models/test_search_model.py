"""Rows of hits: what a cell says to the eye, to a screen reader and to the pointer."""

from dataclasses import replace
from datetime import datetime

import pytest
from PySide6.QtCore import Qt

from app.catalog.find import Found
from app.catalog.search import Hit
from app.model.drives import Drive, Passport
from ui.models.search_model import Column, SearchModel, category_icon, one_line

DRIVE = Drive("id", "Shelf 7", "/mnt/shelf", Passport())


def found(name: bytes = b"a.mov", category: int = 2, frames: str = "", number: int = 1) -> Found:
    return Found(DRIVE, b"show/sh010", Hit(1_700_000_000 * 10**9, number, 1, name, 48_200_000, category, None), "fail",
                 frames)  # fmt: skip


@pytest.fixture
def model(qapp: object) -> SearchModel:
    model = SearchModel()
    model.set_rows([found(), found(b"b.0001.exr", 1, "1-10", 2)])
    return model


def test_cells_read_as_people_write_them(model: SearchModel) -> None:
    cells = [model.index(0, column).data() for column in Column]
    assert [cells[0], cells[1], *cells[3:]] == [
        "a.mov",
        "48.2\N{NO-BREAK SPACE}MB",
        "Shelf 7",
        "fail",
        "never",
        "/show/sh010",
    ]
    assert str(cells[2]).startswith("2023-11-1")


def test_every_hit_says_when_it_was_verified_and_whether_it_rots(model: SearchModel) -> None:
    noon = datetime(2026, 11, 20, 12, 0).astimezone()
    read = found(b"read.mov")
    read = replace(read, hit=read.hit._replace(verified_us=round(noon.timestamp() * 1e6)))
    model.set_rows([read, replace(read, suspect=True), found()])
    cells = [model.index(row, Column.VERIFIED) for row in range(3)]
    assert [cell.data() for cell in cells] == ["2026-11-20", "rot?", "never"]
    tips = [str(cell.data(Qt.ItemDataRole.ToolTipRole)) for cell in cells]
    assert tips[0].startswith("Read whole and found as hashed: 20")
    assert tips[1].startswith("Suspected of rot")
    assert tips[2].startswith("Its bytes were never")


def test_numbers_stand_at_the_right_and_tips_say_the_rest(model: SearchModel) -> None:
    size = model.index(0, Column.SIZE)
    assert Qt.AlignmentFlag(size.data(Qt.ItemDataRole.TextAlignmentRole)) & Qt.AlignmentFlag.AlignRight
    assert size.data(Qt.ItemDataRole.ToolTipRole) == "48,200,000 bytes"
    assert "sequence 1-10" in model.index(1, Column.NAME).data(Qt.ItemDataRole.ToolTipRole)
    assert "not connected" in model.index(0, Column.DRIVE).data(Qt.ItemDataRole.ToolTipRole)


def test_a_drive_that_is_plugged_in_changes_its_cells(model: SearchModel) -> None:
    changes: list[object] = []
    model.dataChanged.connect(lambda *_: changes.append(1))
    model.set_online({"id": True})
    model.set_online({"id": True})
    assert changes == [1]
    assert model.index(0, Column.DRIVE).data(Qt.ItemDataRole.AccessibleTextRole) == "Shelf 7, connected"


def test_a_page_is_added_behind_the_rows(model: SearchModel) -> None:
    model.add_rows([found(b"c.txt", 4, number=3)])
    model.add_rows([])
    assert model.rowCount() == 3
    assert model.hit(2) == found(b"c.txt", 4, number=3)
    assert model.hit(3) is None


@pytest.mark.parametrize(
    ("hit", "icon"),
    [(found(), "movie"), (found(frames="1-2"), "sequence"), (found(category=6), "file"), (found(category=0), "file")],
)
def test_each_category_has_its_icon(hit: Found, icon: str) -> None:
    assert category_icon(hit) == icon


def test_no_name_breaks_its_line() -> None:
    assert one_line(b"a\nb\rc\td") == "a␊b␍c␉d"
    assert one_line(b"\xff.exr") == "\N{REPLACEMENT CHARACTER}.exr"
