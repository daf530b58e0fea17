"""The files that are not there any more, page by page."""

from pathlib import Path

import pytest

from app.catalog.missing import MissingFile, count_missing, missing_files
from app.catalog.shard import open_reader
from tests.scanning.conftest import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path / "studio")


def listed(studio: Studio, page: int) -> list[MissingFile]:
    found: list[MissingFile] = []
    with open_reader(studio.shard) as database:
        while files := missing_files(database, page, found[-1] if found else None):
            assert len(files) <= page
            found += files
        assert count_missing(database) == len(found)
    return found


@pytest.mark.parametrize("page", [1, 2, 100])
def test_the_newest_loss_comes_first_and_no_page_repeats_or_forgets_a_file(studio: Studio, page: int) -> None:
    paths = [studio.write(f"{folder}/{number}.txt") for folder in ("a", "b") for number in range(4)]
    studio.scan()
    assert listed(studio, page) == []
    for path in paths[:3]:
        path.unlink()
    studio.scan()
    paths[5].unlink()
    paths[6].unlink()
    studio.scan()
    found = [(file.scan_id, file.relative_path.decode()) for file in listed(studio, page)]
    assert [scan for scan, _ in found] == [3, 3, 2, 2, 2]
    assert {path for _, path in found} == {"a/0.txt", "a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt"}


@pytest.mark.parametrize("page", [300, 5000])
def test_files_that_wait_to_be_marked_are_listed_before_all_others(studio: Studio, page: int) -> None:
    studio.write("kept.txt")
    old = studio.write("old.txt")
    many = [studio.write(f"many/{number}.txt", b"") for number in range(1001)]
    studio.scan()
    old.unlink()
    studio.scan()
    for path in many:
        path.unlink()
    studio.scan()
    found = listed(studio, page)
    assert [file.marked for file in found] == [False] * len(many) + [True]
    assert found[-1].name == b"old.txt"
    studio.scan(accept_missing=True)
    assert all(file.marked for file in listed(studio, page))
