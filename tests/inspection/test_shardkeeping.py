"""What is measured is kept in the records of a drive, and told again with what the file says now."""

import os
import sys
from pathlib import Path

import pytest

from app.engine import Engine
from app.inspection.inspect import InspectRequest
from app.inspection.records import measured_before, record_of
from app.jobs.events import JobEvent, Noticed
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine
from tests.ui.tabs.reviewkit import make_library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return make_library(tmp_path / "card")


@pytest.fixture
def engine(tmp_path: Path, library: Path) -> Engine:
    engine = make_engine(tmp_path / "home")
    run(engine, "scan", ScanRequest((str(library),), "A001"), Job())
    return engine


def measure(engine: Engine, path: Path) -> list[str]:
    heard: list[JobEvent] = []
    run(engine, "inspect", InspectRequest((str(path),), stats=True, keep=True), Job(heard.append))
    return [event.code for event in heard if isinstance(event, Noticed)]


@pytest.mark.parametrize("name", ["shots/sh010.####.exr", "shots/still.exr", "sound/mix.wav"])
def test_what_was_measured_is_there_again(engine: Engine, library: Path, name: str) -> None:
    path = library / name
    now = run(engine, "inspect", InspectRequest((str(path),)), Job()).documents[0]
    assert measure(engine, path) == []
    record = record_of(engine, str(path), CancelToken())
    assert record is not None
    found = measured_before(now, record.document)
    assert found["stats"]
    assert found["measured"].startswith("20")
    if "sequence" in found:
        assert found["sequence"]["frozen"] == ""


def test_of_a_file_that_changed_nothing_is_told_that_was_measured_before(engine: Engine, library: Path) -> None:
    path = library / "shots" / "still.exr"
    measure(engine, path)
    media.exr(path, 2)
    now = run(engine, "inspect", InspectRequest((str(path),)), Job()).documents[0]
    record = record_of(engine, str(path), CancelToken())
    assert record is not None
    assert measured_before(now, record.document) is now
    assert measure(engine, path) == ["inspect.not_scanned"]


def test_while_a_scan_writes_the_records_it_is_told_that_nothing_was_kept(engine: Engine, library: Path) -> None:
    drive = engine.catalog.drive("A001")
    with engine.lanes.hold((f"shard:{drive.id}",), CancelToken()):
        assert measure(engine, library / "shots" / "still.exr") == ["inspect.not_kept"]


def test_what_lies_on_no_drive_is_not_kept_and_that_is_no_news(engine: Engine, tmp_path: Path) -> None:
    assert measure(engine, media.exr(tmp_path / "loose.exr")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names that differ in case are the same elsewhere")
def test_a_file_is_that_of_its_own_drive_where_another_is_called_so_too(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "home")
    for label, name in (("A001", "CARD"), ("B002", "card")):
        (tmp_path / name).mkdir()
        path = media.exr(tmp_path / name / "still.exr")
        os.utime(path, ns=(0, 1_700_000_000_000_000_000))
        run(engine, "scan", ScanRequest((str(path.parent),), label), Job())
    assert measure(engine, tmp_path / "card/still.exr") == []
    told = [record_of(engine, str(tmp_path / name / "still.exr"), CancelToken()) for name in ("CARD", "card")]
    assert [bool(one and one.document and one.document["stats"]) for one in told] == [False, True]


def test_a_sequence_of_another_padding_is_another_one(engine: Engine, library: Path) -> None:
    assert measure(engine, library / "shots/sh010.####.exr") == []
    assert record_of(engine, str(library / "shots/sh010.###.exr"), CancelToken()) is None
    assert record_of(engine, str(library / "shots/sh010.%04d.exr"), CancelToken()) is not None
