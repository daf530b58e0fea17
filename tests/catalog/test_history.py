"""Looking at a drive as it was, and at what became of it since."""

import os
from pathlib import Path

import pytest

from app.catalog.find import Find
from app.catalog.history import changes, count_changes, moments
from app.catalog.search import SearchQuery
from app.catalog.shard import open_reader
from tests.scanning.conftest import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A drive with four generations: made; one file written; one touched, one moved, one gone; one back."""
    studio = Studio(tmp_path)
    studio.write("a.mov", b"one")
    studio.write("b/c.wav", b"two")
    studio.write("d.txt", b"three")
    studio.scan(inventory_only=False)
    studio.write("a.mov", b"another")
    studio.scan(inventory_only=False)
    os.utime(studio.base / "a.mov", ns=(7, 7))
    (studio.base / "b" / "c.wav").rename(studio.base / "e.wav")
    (studio.base / "d.txt").unlink()
    studio.scan(inventory_only=False)
    studio.write("d.txt", b"four!")
    studio.scan(inventory_only=False)
    return studio


def told(studio: Studio, before: int, after: int) -> list[tuple[str, bytes, bytes, int | None, int]]:
    with open_reader(studio.shard) as database:
        return [
            (change.change, change.path, change.was, change.size_before, change.size)
            for change in changes(database, before, after)
        ]


def test_each_generation_tells_what_it_changed(studio: Studio) -> None:
    assert told(studio, 0, 1) == [
        ("new", b"a.mov", b"", None, 3),
        ("new", b"d.txt", b"", None, 5),
        ("new", b"b/c.wav", b"", None, 3),
    ]
    assert told(studio, 1, 2) == [("changed", b"a.mov", b"", 3, 7)]
    assert told(studio, 2, 3) == [
        ("touched", b"a.mov", b"", 7, 7),
        ("gone", b"d.txt", b"", 5, 5),
        ("moved", b"e.wav", b"b/c.wav", 3, 3),
    ]
    assert told(studio, 3, 4) == [("new", b"d.txt", b"", None, 5)]


def test_two_generations_apart_only_the_difference_counts(studio: Studio) -> None:
    assert told(studio, 1, 4) == [
        ("changed", b"a.mov", b"", 3, 7),
        ("changed", b"d.txt", b"", 5, 5),
        ("moved", b"e.wav", b"b/c.wav", 3, 3),
    ]
    with open_reader(studio.shard) as database:
        assert count_changes(database, 1, 4) == {"new": 0, "changed": 2, "touched": 0, "moved": 1, "gone": 0}
        assert len(list(changes(database, 0, 4, limit=2))) == 2


def test_a_file_has_a_life_also_before_it_was_moved(studio: Studio) -> None:
    with open_reader(studio.shard) as database:
        life = moments(database, b"e.wav")
        assert [(moment.scan_id, moment.change, moment.path, moment.size) for moment in life] == [
            (3, "moved", b"e.wav", 3),
            (1, "new", b"b/c.wav", 3),
        ]
        assert [(moment.scan_id, moment.change, moment.size) for moment in moments(database, b"d.txt")] == [
            (4, "back", 5),
            (3, "gone", None),
            (1, "new", 5),
        ]
        assert moments(database, b"never") == []


def test_a_drive_is_searched_as_it_was(studio: Studio) -> None:
    with open_reader(studio.shard) as database:
        ended = [row[0] for row in database.rows("SELECT ended_us FROM scan ORDER BY id")]

    def found(text: str, as_of_us: int | None, **filters: int) -> list[tuple[bytes, int]]:
        drives = studio.engine.catalog.drives()
        query = SearchQuery(text, as_of_us=as_of_us, **filters)
        with Find(studio.engine.catalog, studio.engine.judge, drives, query) as find:
            hits = find.page(10)
            assert find.total() == len(hits)
            return sorted((hit.relative_path, hit.hit.size) for hit in hits)

    assert found("", ended[0] - 1) == []
    assert found("", ended[0]) == [(b"a.mov", 3), (b"b/c.wav", 3), (b"d.txt", 5)]
    assert found("", ended[1]) == [(b"a.mov", 7), (b"b/c.wav", 3), (b"d.txt", 5)]
    assert found("", ended[2]) == [(b"a.mov", 7), (b"e.wav", 3)]
    assert found("", None) == found("", ended[3]) == [(b"a.mov", 7), (b"d.txt", 5), (b"e.wav", 3)]
    assert found("a.mov", ended[0], max_size=3) == [(b"a.mov", 3)]
    assert found("c.wav", ended[1]) == [(b"b/c.wav", 3)]
    assert found("c.wav", ended[2]) == []


def test_a_hit_says_when_it_was_read_last_and_whether_it_is_suspected(studio: Studio) -> None:
    drives = studio.engine.catalog.drives()
    with Find(studio.engine.catalog, studio.engine.judge, drives, SearchQuery("a.mov")) as find:
        (hit,) = find.page(10)
    document = hit.document()
    assert document["verified"] is not None and document["suspect"] is False
