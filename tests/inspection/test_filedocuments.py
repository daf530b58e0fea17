"""Documents of many files: in order, and one that crashes its reader costs itself alone."""

from pathlib import Path

import pytest

from app.errors import AppError, Cancelled
from app.inspection.filedocuments import HANDLER, DocumentText, file_documents
from app.jobs.children import ChildFailed, ChildPool
from app.jobs.job import CancelToken
from app.model.inspecting import InspectOptions
from tests import media


def test_documents_come_in_their_order(tmp_path: Path) -> None:
    paths = {number: str(media.raw_exr(tmp_path / f"a.{number}.exr")) for number in range(100, 0, -1)}
    with ChildPool(HANDLER, 2) as pool:
        found = list(file_documents(pool, paths, InspectOptions(), CancelToken()))
    assert [number for number, _ in found] == list(range(1, 101))
    assert [told.parsed()["file"]["frame"] for _, told in found if isinstance(told, DocumentText)] == list(
        range(1, 101)
    )


def test_a_file_that_crashes_its_reader_costs_itself_alone(tmp_path: Path) -> None:
    names = [f"a.{number}.exr" for number in range(5)] + ["crash.exr", "b.exr"]
    paths = {number: str(media.raw_exr(tmp_path / name)) for number, name in enumerate(names)}
    with ChildPool("tests.inspection.crashing:document", 1) as pool:
        found = dict(file_documents(pool, paths, InspectOptions(), CancelToken()))
    assert [number for number, told in found.items() if isinstance(told, AppError)] == [5]
    assert isinstance(found[5], ChildFailed)
    assert isinstance(found[6], DocumentText)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    path = str(media.raw_exr(tmp_path / "a.exr"))
    with ChildPool(HANDLER, 1) as pool, pytest.raises(Cancelled):
        list(file_documents(pool, {0: path}, InspectOptions(), token))
