"""What a shard tells about one file."""

import pytest

from app.catalog.details import FileDetails, file_details
from app.catalog.shard import open_reader
from app.engine import Engine
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from tests import media
from tests.ui.enginekit import make_engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("details")
    tree = folder / "tree"
    tree.mkdir()
    for frame in range(1001, 1008):
        media.exr(tree / f"shot.{frame}.exr", frame)
    media.truncated(tree / "cut.png", media.png, 0.3)
    (tree / "notes.txt").write_text("notes", encoding="utf-8")
    engine = make_engine(folder / "home")
    run(engine, "scan", ScanRequest((str(tree),), drive="D"), Job())
    (tree / "notes.txt").unlink()
    run(engine, "scan", ScanRequest((str(tree),), drive="D"), Job())
    return engine


def details(engine: Engine, name: bytes) -> FileDetails | None:
    path = engine.catalog.shard_path(engine.catalog.drive("D").id)
    with open_reader(path) as database:
        return file_details(database, engine.judge, database.value("SELECT id FROM file WHERE name = ?", (name,)) or 0)


def test_a_frame_that_was_not_inspected_has_the_facts_of_its_neighbour(engine: Engine) -> None:
    known = details(engine, b"shot.1002.exr")
    assert known is not None
    assert known.facts is not None
    assert (known.facts.width, known.facts.height) == media.SIZE
    assert known.sequence is not None
    assert (known.sequence.frame_count, known.sequence.asset_name) == (7, b"shot.####.exr")
    assert known.content_hash.startswith("blake3:")
    assert (known.problem, known.missing, known.verdict) == ("", False, None)


def test_a_damaged_file_keeps_its_reason(engine: Engine) -> None:
    known = details(engine, b"cut.png")
    assert known is not None
    assert known.problem


def test_a_file_that_is_gone_says_so(engine: Engine) -> None:
    known = details(engine, b"notes.txt")
    assert known is not None
    assert known.missing


def test_an_unknown_row_is_none(engine: Engine) -> None:
    assert details(engine, b"never seen") is None
