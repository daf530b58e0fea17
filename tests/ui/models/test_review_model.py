"""The review's queue: headings, filters, rows that stay in place, and many of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from app.catalog.entries import EntryWriter
from app.catalog.shard import begin_scan, open_writer
from app.catalog.unreadable import Unread
from app.engine import Engine
from app.jobs.job import CancelToken
from app.model.drives import Passport
from app.model.kinds import Category
from tests.ui.enginekit import make_engine
from ui.drive_watch import DriveWatch
from ui.models.queue_rows import QueueFilter, QueueRow
from ui.models.review_model import QueueRole, ReviewQueue, prepare
from ui.tabs.review_queue import QueuePanel
from ui.tabs.review_queue_reader import PAGE

MANY = 20_000


def row(folder: str, name: str, state: str = "pending", missing: int = 0) -> QueueRow:
    key = f"{folder}/{name}".lower().encode()
    return QueueRow(folder.encode(), name.encode(), name, key, state, Category.IMAGE, 1000, missing)


def texts(model: ReviewQueue) -> list[str]:
    return [str(model.index(number).data()) for number in range(model.rowCount())]


@pytest.fixture
def model() -> ReviewQueue:
    model = ReviewQueue()
    model.append([row("ep1/a", "one.exr"), row("ep1/a", "two.exr", "pass")])
    model.append([row("ep1/a", "with_gaps.exr", missing=5), row("ep2", "four.mov", "stale")])
    return model


def test_assets_stand_below_the_heading_of_their_folder_once(model: ReviewQueue) -> None:
    assert texts(model) == ["ep1 / a", "one.exr", "with_gaps.exr"]
    assert model.index(0).data(QueueRole.HEADING)
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.counts() == {"pending": 2, "stale": 1, "fail": 0, "pass": 1, "objected": 0, "all": 4}


def test_a_filter_narrows_by_state_and_by_every_word(model: ReviewQueue) -> None:
    model.filter = QueueFilter("all", "EP1 t")
    model.show_all(prepare(model.rows(), model.filter))
    assert texts(model) == ["ep1 / a", "two.exr", "with_gaps.exr"]


def test_a_judged_asset_stays_in_its_place_and_counts_anew(model: ReviewQueue) -> None:
    model.set_state((b"ep1/a", b"one.exr"), "fail")
    assert texts(model) == ["ep1 / a", "one.exr", "with_gaps.exr"]
    assert model.index(1).data(QueueRole.STATE) == "fail"
    assert model.counts()["pending"] == 1
    assert model.counts()["fail"] == 1


def test_the_second_text_says_what_is_wrong(model: ReviewQueue) -> None:
    gaps = (b"ep1/a", b"with_gaps.exr")
    assert model.index_of(gaps).data(QueueRole.SECOND) == "5 missing"
    model.set_note(gaps, "not written", problem=True)
    assert model.index_of(gaps).data(QueueRole.SECOND) == "not written"
    assert model.index_of(gaps).data(QueueRole.PROBLEM)
    model.set_note(gaps, "")
    assert model.index_of(gaps).data(QueueRole.SECOND) == "5 missing"


def test_the_next_pending_goes_round_and_passes_over_headings(model: ReviewQueue) -> None:
    assert model.next_of(1, "pending").row() == 2
    assert model.next_of(2, "pending").row() == 1
    assert model.next_of(1, step=-1) == QModelIndex()
    model.set_state((b"ep1/a", b"with_gaps.exr"), "pass")
    assert model.next_of(1, "pending") == QModelIndex()


def test_the_next_pending_passes_over_what_is_being_written_but_not_over_what_was_not(model: ReviewQueue) -> None:
    gaps = (b"ep1/a", b"with_gaps.exr")
    model.set_note(gaps, "writing…")
    assert model.next_of(1, "pending") == QModelIndex()
    model.set_note(gaps, "not written", problem=True)
    assert model.next_of(1, "pending").row() == 2


def make_drive(engine: Engine, base: Path) -> str:
    """A drive of twenty folders of a thousand pictures, catalogued without a scan."""
    base.mkdir()
    drive = engine.catalog.add_drive("big", str(base), Passport())
    with open_writer(engine.catalog.shard_path(drive.id), CancelToken()) as database, database.transaction():
        writer = EntryWriter(database, begin_scan(database, "full", True, {}))
        top = writer.add_folder(None, b"")
        for number in range(20):
            folder = writer.add_folder(top, b"f%02d" % number)
            names = [b"plate_%05d_v%03d.png" % (number, place) for place in range(MANY // 20)]
            writer.add_files(folder, [(name, name, 1000, 10**18, int(Category.IMAGE), None) for name in names])
        writer.flush()
        database.run("UPDATE folder SET files = ? WHERE id <> ?", (MANY // 20, top))
    return drive.id


def test_twenty_thousand_assets_come_in_pages_of_a_few_hundred(qtbot: QtBot, tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    make_drive(engine, tmp_path / "big")
    watch = DriveWatch(engine)
    panel = QueuePanel(engine, watch)
    qtbot.addWidget(panel)
    inserted: list[int] = []
    panel.model.rowsInserted.connect(lambda _parent, first, last: inserted.append(last - first + 1))
    panel.start("")
    qtbot.waitUntil(lambda: panel.model.counts()["all"] == MANY, timeout=30_000)
    assert max(inserted) <= PAGE + 1
    assert len(inserted) == MANY // PAGE
    assert panel.model.rowCount() == MANY + 20
    first = panel.current()
    assert first is not None
    assert first.text == "plate_00000_v000.png"
    panel.words.setText("v0999 00019")
    panel.words.setText("00019_v999")
    qtbot.waitUntil(lambda: panel.model.rowCount() <= 5)  # what is looked at stays
    assert "plate_00019_v999.png" in texts(panel.model)
    panel.stop()
    watch.stop()


def test_what_is_looked_at_stays_in_the_queue_though_the_words_leave_it_out_and_says_so(model: ReviewQueue) -> None:
    rows, looked_at = model.rows(), (b"ep1/a", b"one.exr")
    model.show_all(prepare(rows, QueueFilter("pending", "gaps"), (), looked_at))
    assert texts(model) == ["ep1 / a", "one.exr", "with_gaps.exr"]
    assert model.index_of(looked_at).data(QueueRole.SECOND) == "not in the filter"
    assert (model.next_of(-1).row(), model.next_of(2).row(), model.next_of(2, step=-1).row()) == (2, -1, -1)
    model.show_all(prepare(rows, QueueFilter("pending", "one"), (), looked_at))
    assert texts(model) == ["ep1 / a", "one.exr"]
    assert model.index_of(looked_at).data(QueueRole.SECOND) == "1.00\N{NO-BREAK SPACE}KB"
    model.show_all(prepare(rows, QueueFilter("pending", "nothing is called so"), (), looked_at))
    assert texts(model) == []


def test_what_the_scan_could_not_read_is_marked_in_the_colour_of_what_is_missing() -> None:
    found = [replace(row("a", "cut.jpg"), unread=Unread(damaged=1)), row("a", "good.jpg"),
             replace(row("a", "sh.####.exr", missing=3), unread=Unread(2, 1)),
             replace(row("a", "void.jpg"), size=0, unread=Unread(empty=1))]  # fmt: skip
    model = ReviewQueue()
    model.append(found)
    lines = [model.index(line) for line in (1, 2, 3, 4)]
    assert [(line.data(QueueRole.SECOND), line.data(QueueRole.PROBLEM)) for line in lines] == [
        ("unreadable", True),
        ("1.00\N{NO-BREAK SPACE}KB", False),
        ("3 missing · 1 empty · 2 unreadable", True),
        ("empty", True),
    ]
