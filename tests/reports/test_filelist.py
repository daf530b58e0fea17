"""Long lists of files: the same as the reports, in every order, with names read when they are looked at."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.reports.filelist import SortKey, list_largest, list_recent, rows_of, sorted_by
from app.reports.files import largest_files, recent
from app.reports.scope import Scope
from tests.reports.reportkit import CARD, NOON, SHELF, Library, make_library

BOTH = (*CARD, *SHELF)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def both(library: Library) -> Iterator[Scope]:
    engine = library.engine()
    with Scope(engine.catalog, engine.catalog.drives()) as scope:
        yield scope


@pytest.fixture(params=[20_000, 2], ids=["few", "many"])
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("app.reports.filelist._FEW", request.param)
    return int(request.param)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("top", [0, 3, 100])
def test_the_largest_are_those_of_the_report(both: Scope, top: int) -> None:
    files = list_largest(both, top)
    rows = rows_of(both, files, range(len(files)))
    assert [row.size for row in rows if row] == [row.size for row in largest_files(both, top).rows]
    assert {row.relative_path for row in rows if row} <= {os.fsencode(name) for name, _, _ in BOTH}


@pytest.mark.usefixtures("limit")
def test_the_newest_are_those_of_the_report(both: Scope) -> None:
    files = list_recent(both, 7, 4, now=NOON * 10**6)
    rows = rows_of(both, files, range(len(files)))
    assert rows == list(recent(both, 7, 4, now=NOON * 10**6).rows)


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", list(SortKey))
def test_every_order_is_that_of_its_column(both: Scope, key: SortKey, descending: bool) -> None:
    files = list_largest(both, 0)
    order = sorted_by(both, files, key, descending=descending)
    assert sorted(order.tolist()) == list(range(len(files)))
    rows = [row for row in rows_of(both, files, order) if row is not None]
    values: list[object] = [
        {
            SortKey.NAME: row.name.casefold(),
            SortKey.SIZE: row.size,
            SortKey.MODIFIED: row.mtime_ns,
            SortKey.DRIVE: row.drive.label,
            SortKey.FOLDER: (row.drive.label, row.relative_path.rpartition(b"/")[0]),
        }[key]
        for row in rows
    ]
    assert values == sorted(values, reverse=descending)  # type: ignore[type-var]


@pytest.mark.usefixtures("limit")
def test_a_part_of_the_files_is_sorted_by_name_among_themselves(both: Scope) -> None:
    files = list_largest(both, 5)
    order = sorted_by(both, files, SortKey.NAME, descending=False)
    names = [row.name.casefold() for row in rows_of(both, files, order) if row is not None]
    assert len(names) == 5
    assert names == sorted(names)


def test_a_file_that_is_gone_from_the_records_is_no_error(both: Scope) -> None:
    files = list_largest(both, 3)
    files.ids[1] = 10**9
    rows = rows_of(both, files, range(3))
    assert rows[1] is None
    assert rows[0] is not None


def test_no_drive_gives_an_empty_list(tmp_path: Path, library: Library) -> None:
    with Scope(library.engine().catalog, []) as scope:
        files = list_largest(scope, 0)
        assert len(files) == 0
        assert len(sorted_by(scope, files, SortKey.NAME, descending=False)) == 0
        assert sorted_by(scope, files, SortKey.DRIVE, descending=True).dtype == np.int64
