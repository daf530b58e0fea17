"""Every store for facts keeps to the same promises: `app.services.protocols.Sink`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from app.model.sinktables import CHANNEL_NUMBERS, METADATA_NUMBERS, TABLES_BY_NAME, Columns
from app.services.parquet import ParquetSink
from app.services.protocols import Sink
from app.services.vast import VastPlace, VastSink
from tests.contracts.vaststandin import ERRORS, Cluster

PLACE = VastPlace("http://cluster.invalid", "access", "secret", "facts")


class Store:
    """A store that can be opened again and again, and what lies in it."""

    def __init__(self, open_sink: Callable[[], Sink], rows: Callable[[str], list[dict[str, Any]]]) -> None:
        self.open, self._rows = open_sink, rows

    def rows(self, table: str) -> list[dict[str, Any]]:
        return sorted(self._rows(table), key=lambda row: (row["file_id"], row.get("position") or 0))

    @contextmanager
    def sink(self) -> Iterator[Sink]:
        with self.open() as sink:
            yield sink


def parquet_store(folder: Path) -> Store:
    def rows(table: str) -> list[dict[str, Any]]:
        found = sorted((folder / table).glob("*/*.parquet"))
        return [row for path in found for row in pq.ParquetFile(path).read().to_pylist()]

    return Store(lambda: ParquetSink(folder), rows)


def vast_store(_folder: Path) -> Store:
    cluster = Cluster()

    def rows(table: str) -> list[dict[str, Any]]:
        return [] if not cluster.tables else cluster.rows(table).to_pylist()

    return Store(lambda: VastSink(cluster.session(), ERRORS, PLACE, sleep=lambda _seconds: None), rows)


@pytest.fixture(params=[parquet_store, vast_store], ids=["parquet", "vast"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return request.param(tmp_path / "facts")


def files(*names: str, header: str = "blake3:1", at: int = 1_000_000, size: int = 10) -> Columns:
    return {
        "file_id": list(names),
        "path": [f"/show/{name}" for name in names],
        "header_hash": [header] * len(names),
        "size_bytes": [size] * len(names),
        "inspected_at": [at] * len(names),
    }


def channels(name: str, *channel_names: str, header: str = "blake3:1") -> Columns:
    count = len(channel_names)
    return {
        "file_id": [name] * count,
        "path": [f"/show/{name}"] * count,
        "header_hash": [header] * count,
        "part_index": [0] * count,
        "position": list(range(count)),
        "name": list(channel_names),
    }


def test_rows_come_back_as_they_were_handed_over(store: Store) -> None:
    vector = [float(number) for number in range(METADATA_NUMBERS)]
    with store.sink() as sink:
        sink.upsert(
            "files",
            files("a.exr") | {"lossless": [True], "raw_path": [b"\xff"], "vector_version": ["1"],
                              "metadata_vector": [vector], "channel_vector": [[0.5] * CHANNEL_NUMBERS]},
        )  # fmt: skip
        sink.upsert("channels", channels("a.exr", "R", "G"))
    (row,) = store.rows("files")
    assert (row["path"], row["lossless"], row["raw_path"], row["width"]) == ("/show/a.exr", True, b"\xff", None)
    assert row["metadata_vector"] == vector
    assert [row["name"] for row in store.rows("channels")] == ["R", "G"]
    assert store.rows("findings") == []


def test_the_same_file_again_adds_no_row(store: Store) -> None:
    for moment in (1, 2, 2):
        with store.sink() as sink:
            sink.upsert("files", files("a.exr", "b.exr", at=moment))
            sink.upsert("channels", channels("a.exr", "R", "G"))
    assert [row["file_id"] for row in store.rows("files")] == ["a.exr", "b.exr"]
    assert len(store.rows("channels")) == 2


def test_a_changed_file_leaves_none_of_its_old_rows(store: Store) -> None:
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", "b.exr"))
        sink.upsert("channels", channels("a.exr", "R", "G", "B"))
        sink.upsert("channels", channels("b.exr", "Z"))
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", header="blake3:2", at=2_000_000))
        sink.upsert("channels", channels("a.exr", "Y", header="blake3:2"))
    assert [(row["file_id"], row["name"]) for row in store.rows("channels")] == [("a.exr", "Y"), ("b.exr", "Z")]
    assert [row["header_hash"] for row in store.rows("files")] == ["blake3:2", "blake3:1"]


def test_a_file_that_has_no_channels_any_more_keeps_none(store: Store) -> None:
    with store.sink() as sink:
        sink.upsert("files", files("a.exr"))
        sink.upsert("channels", channels("a.exr", "R"))
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", at=2_000_000))
    assert store.rows("channels") == []


def test_what_was_inspected_earlier_does_not_replace_what_was_inspected_later(store: Store) -> None:
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", at=2_000_000, size=2))
        sink.upsert("channels", channels("a.exr", "new"))
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", "b.exr", at=1_000_000, size=1))
        sink.upsert("channels", channels("a.exr", "old"))
        stored = sink.commit()
    assert [(row["file_id"], row["size_bytes"]) for row in store.rows("files")] == [("a.exr", 2), ("b.exr", 1)]
    assert [row["name"] for row in store.rows("channels")] == ["new"]
    assert (stored.kept, stored.rows["files"]) == (1, 1)


def test_an_exception_drops_what_was_not_committed(store: Store) -> None:
    with pytest.raises(RuntimeError), store.sink() as sink:
        sink.upsert("files", files("a.exr"))
        sink.commit()
        sink.upsert("files", files("b.exr"))
        raise RuntimeError
    assert [row["file_id"] for row in store.rows("files")] == ["a.exr"]


def test_nothing_handed_over_is_no_commit(store: Store) -> None:
    with store.sink() as sink:
        assert sink.commit().rows == {}


@pytest.mark.parametrize(
    ("table", "columns", "reason"),
    [
        ("frames", {"file_id": ["a"]}, "no table frames"),
        ("files", {"file_id": ["a"], "colour": [1]}, "no column colour"),
        ("files", {"file_id": ["a"], "path": []}, "different lengths"),
        ("files", {"path": ["a"]}, "need a file_id"),
    ],
)
def test_rows_that_fit_no_table_are_refused(store: Store, table: str, columns: Columns, reason: str) -> None:
    with store.sink() as sink, pytest.raises(ValueError, match=reason):
        sink.upsert(table, columns)


def test_rows_of_a_file_that_was_not_handed_over_are_refused(store: Store) -> None:
    with store.sink() as sink:
        sink.upsert("channels", channels("a.exr", "R"))
        with pytest.raises(ValueError, match="without a row in files"):
            sink.commit()
        sink.upsert("files", files("a.exr", "a.exr"))
        with pytest.raises(ValueError, match="twice"):
            sink.commit()


def test_a_column_that_is_new_is_null_in_old_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that an older version made goes on to work."""
    today = TABLES_BY_NAME["files"]
    older = type(today)(today.name, tuple(column for column in today.columns if column.name != "etag"))
    with monkeypatch.context() as patch:
        for module in ("app.services.parquet", "app.services.vast"):
            patch.setattr(f"{module}.FILES", older)
            patch.setattr(f"{module}.TABLES", (older,))
        patch.setitem(TABLES_BY_NAME, "files", older)
        with store.sink() as sink:
            sink.upsert("files", files("a.exr"))
    with store.sink() as sink:
        sink.upsert("files", files("b.exr") | {"etag": ["x"]})
    assert [(row["file_id"], row["etag"]) for row in store.rows("files")] == [("a.exr", None), ("b.exr", "x")]


def test_many_files_in_one_commit(store: Store) -> None:
    names = [f"f{number:05}.exr" for number in range(3000)]
    for moment in (1, 2):
        with store.sink() as sink:
            sink.upsert("files", files(*names, at=moment))
    assert len(store.rows("files")) == 3000


def test_each_table_has_the_columns_that_are_declared(store: Store) -> None:
    with store.sink() as sink:
        sink.upsert("files", files("a.exr"))
    (row,) = store.rows("files")
    assert tuple(row) == TABLES_BY_NAME["files"].names


@pytest.mark.parametrize(("changed", "kept"), [({}, 1), ({"size_bytes": [11]}, 0), ({"header_hash": ["blake3:2"]}, 0)])
def test_statistics_stay_while_a_file_that_is_not_measured_again_is_the_same(
    store: Store, changed: Columns, kept: int
) -> None:
    moment = {"mtime": [1_700_000_000_000_000]}
    key = {name: column for name, column in files("a.exr").items() if name in ("file_id", "path", "header_hash")}
    with store.sink() as sink:
        sink.upsert("files", files("a.exr") | moment)
        sink.upsert("stats", key | {"channel": ["R"], "max": [0.5]})
    with store.sink() as sink:
        sink.upsert("files", files("a.exr", at=2_000_000) | moment | changed)
    assert [row["max"] for row in store.rows("stats")] == [0.5] * kept
    assert len(store.rows("files")) == 1
