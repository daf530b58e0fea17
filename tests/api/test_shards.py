"""Shards that stay open between requests, and answers remembered until the records change."""

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from app.api.memory import Memory
from app.api.shards import OpenShards
from app.catalog.dberrors import ABSENT
from app.engine import Engine
from app.errors import Cancelled, NotACatalog
from app.jobs.job import CancelToken
from app.model.drives import Drive, Passport
from tests.api.servekit import make_engine, make_tree, scan

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
COUNT = "SELECT count(*) FROM file WHERE missed_scan IS NULL"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    scan(tmp_path / "home", make_tree(tmp_path / "card"), "A001")
    return make_engine(tmp_path / "home")


@pytest.fixture
def drive(engine: Engine) -> Drive:
    return engine.catalog.drive("A001")


def settle(engine: Engine, drive: Drive) -> None:
    """Let the shard look as if it had not been written for a while."""
    path = engine.catalog.shard_path(drive.id)
    for part in (path, path.with_name(path.name + "-wal")):
        if part.exists():
            os.utime(part, (time.time() - 60, time.time() - 60))


def test_a_shard_is_lent_again_without_being_opened(engine: Engine, drive: Drive) -> None:
    shards = OpenShards(engine.catalog)
    with shards.open_shard(drive) as first, shards.open_shard(drive) as second:
        assert first is not second
    with shards.open_shard(drive) as again:
        assert again in (first, second)
        assert again.value(COUNT) == 8
    shards.close_idle(0)


def test_what_a_scan_adds_is_seen_by_a_shard_that_was_open(engine: Engine, drive: Drive, tmp_path: Path) -> None:
    shards = OpenShards(engine.catalog)
    with shards.open_shard(drive) as database:
        before = database.value(COUNT)
    (tmp_path / "card" / "new.mov").write_bytes(b"1")
    scan(tmp_path / "home", tmp_path / "card", "A001")
    with shards.open_shard(drive) as database:
        assert database.value(COUNT) == before + 1
    shards.close_idle(0)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file is not replaced there")
def test_a_shard_put_in_the_place_of_another_is_opened_anew(engine: Engine, drive: Drive) -> None:
    shards, path = OpenShards(engine.catalog), engine.catalog.shard_path(drive.id)
    with shards.open_shard(drive) as database:
        first = database
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)
    with shards.open_shard(drive) as database:
        assert database is not first
        assert database.value(COUNT) == 8
    path.unlink()
    with pytest.raises(NotACatalog) as caught, shards.open_shard(Drive("none", "none", "/", Passport())):
        pass
    assert caught.value.code == ABSENT
    shards.close_idle(0)


def test_a_cancelled_query_ends_and_its_shard_is_not_lent_again(engine: Engine, drive: Drive) -> None:
    shards, token = OpenShards(engine.catalog), CancelToken()
    token.cancel()
    with pytest.raises(Cancelled), shards.open_shard(drive, token) as first:
        first.value(ENDLESS)
    with shards.open_shard(drive) as second:
        assert second is not first
        assert second.value(COUNT) == 8
    shards.close_idle(0)


def test_a_shard_that_somebody_still_reads_from_is_not_lent_again(engine: Engine, drive: Drive) -> None:
    shards = OpenShards(engine.catalog)
    with shards.open_shard(drive) as first:
        rows = first.rows("SELECT name FROM file")
        next(rows)
    with shards.open_shard(drive) as second:
        assert second is not first
    rows.close()
    shards.close_idle(0)


def test_shards_that_nobody_asks_for_are_closed(engine: Engine, drive: Drive) -> None:
    shards = OpenShards(engine.catalog)
    with shards.open_shard(drive) as first:
        pass
    shards.close_idle(60)
    with shards.open_shard(drive) as again:
        assert again is first
    shards.close_idle(0)
    with shards.open_shard(drive) as other:
        assert other is not first
    shards.close_idle(0)


def test_a_value_is_made_once_until_the_records_change(engine: Engine, drive: Drive, tmp_path: Path) -> None:
    memory: Memory[int] = Memory(OpenShards(engine.catalog), 10)
    made: list[int] = []

    def value(asked: str = "a") -> int:
        return memory.of([drive], asked, lambda: made.append(1) or len(made))

    settle(engine, drive)
    assert [value(), value(), value("b"), value()] == [1, 1, 2, 1]
    (tmp_path / "card" / "new.mov").write_bytes(b"1")
    scan(tmp_path / "home", tmp_path / "card", "A001")
    assert [value(), value()] == [3, 4]
    settle(engine, drive)
    assert [value(), value()] == [5, 5]


def test_only_so_much_is_remembered_and_the_oldest_goes_first(engine: Engine, drive: Drive) -> None:
    memory: Memory[str] = Memory(OpenShards(engine.catalog), 10, len)
    settle(engine, drive)
    asked: list[str] = []

    def value(key: str, text: str) -> str:
        return memory.of([drive], key, lambda: asked.append(key) or text)

    value("a", "1234")
    value("b", "1234")
    value("a", "")
    value("c", "1234")
    value("a", "")
    value("b", "1234")
    assert asked == ["a", "b", "c", "b"]
    memory.of([drive], "d", lambda: "1", keep=lambda: False)
    assert memory.of([drive], "d", lambda: "2") == "2"
