"""Facts in Parquet: what DuckDB reads, what a power cut leaves, and who may write."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.errors import Cancelled, HeldByAnother, InputError, MissingPart, UsageError
from app.inspection.factwriter import FactWriter
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from app.media.document import document_of
from app.model.inspecting import InspectOptions
from app.services import arrowtables
from app.services.parquet import ParquetSink, slot_of
from app.services.sinks import open_sink
from tests import media

DOCS = Path(__file__).parents[2] / "docs" / "sinks.md"


def ingest(folder: Path, *paths: Path) -> None:
    with ParquetSink(folder) as sink:
        writer = FactWriter(sink)
        for path in paths:
            writer.add(document_of(str(path), InspectOptions()))
        writer.flush()


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for table in ("files", "parts", "channels", "attributes", "stats", "findings"):
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/*/*.parquet')")
        return connection.execute(sql).fetchall()


def media_folder(folder: Path) -> list[Path]:
    folder.mkdir()
    return [
        media.exr(folder / "sh010.1001.exr"),
        media.exr(folder / "sh010.1002.exr", 1002),
        media.multipart_exr(folder / "multi.1001.exr"),
        media.wav(folder / "take.wav"),
        media.png(folder / "still.png"),
    ]


def test_duckdb_reads_what_was_ingested_and_a_second_ingestion_adds_no_row(tmp_path: Path) -> None:
    paths = media_folder(tmp_path / "show")
    facts = tmp_path / "facts"
    counts = []
    for _ in range(2):
        ingest(facts, *paths)
        counts.append([query(facts, f"SELECT count(*) FROM {name}")[0][0] for name in ("files", "channels", "parts")])
    assert counts[0] == counts[1]
    assert counts[0][0] == len(paths)
    assert query(facts, "SELECT part_count, multipart_count FROM files WHERE name = 'multi.1001.exr'") == [(3, 3)]
    assert query(facts, "SELECT width, compression, frame FROM files WHERE name = 'sh010.1002.exr'")[0][::2] == (
        64,
        1002,
    )
    joined = "SELECT count(*) FROM channels c JOIN parts p USING (file_id, part_index, header_hash)"
    assert query(facts, joined) == query(facts, "SELECT count(*) FROM channels")


def test_a_file_that_was_rendered_anew_has_its_new_facts_only(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    path = media.multipart_exr(tmp_path / "a.exr")
    ingest(facts, path)
    ingest(facts, media.exr(path))
    assert query(facts, "SELECT part_count FROM files") == [(1,)]
    assert query(facts, "SELECT count(DISTINCT header_hash) FROM attributes") == [(1,)]


def test_every_documented_query_runs(tmp_path: Path) -> None:
    ingest(tmp_path / "facts", *media_folder(tmp_path / "show"))
    blocks = re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 6
    with duckdb.connect() as connection:
        for block in blocks:
            connection.execute(block.replace("FACTS", (tmp_path / "facts").as_posix()))


def test_neighbours_by_structure_are_found_in_duckdb(tmp_path: Path) -> None:
    ingest(tmp_path / "facts", *media_folder(tmp_path / "show"))
    block = next(
        b for b in re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL) if "cosine" in b
    )
    found = query(tmp_path / "facts", block.replace("1920", "1"))
    assert [Path(path).name for path, _ in found] == ["sh010.1002.exr", "multi.1001.exr"]
    assert found[0][1] > 0.99 > found[1][1]


def test_every_column_is_documented() -> None:
    from app.model.sinktables import TABLES

    page = DOCS.read_text(encoding="utf-8")
    assert [f"{t.name}.{name}" for t in TABLES for name in t.names
            if f"`{name}`" not in page and not name.startswith(("data_", "display_"))] == []  # fmt: skip


def test_a_writer_that_died_leaves_the_old_file_and_no_litter_for_long(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    path = media.exr(tmp_path / "a.exr")
    ingest(facts, path)
    slot = facts / "files" / f"slot={slot_of(str(path))}"
    left = slot / ".facts.parquet.0123456789ab.reelmark.tmp"
    left.write_bytes(b"half a file")
    assert query(facts, "SELECT count(*) FROM files") == [(1,)]
    ingest(facts, path)
    assert [found.name for found in slot.iterdir()] == ["facts.parquet"]


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    path = media.exr(tmp_path / "a.exr")
    ingest(facts, path)
    damaged = facts / "files" / f"slot={slot_of(str(path))}" / "facts.parquet"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be read as Parquet") as caught:
        ingest(facts, path)
    assert damaged.name in caught.value.message


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    document = document_of(str(media.exr(tmp_path / "a.exr")), InspectOptions())
    facts.mkdir()
    with hold_file_lock(facts / ".reelmark.lock", CancelToken()):
        sink = ParquetSink(facts, wait_s=0)
        with pytest.raises(HeldByAnother, match="Another process"):
            store(sink, document)
        token = CancelToken()
        token.cancel()
        with pytest.raises(Cancelled):
            store(ParquetSink(facts, token), document)


def store(sink: ParquetSink, document: dict[str, Any]) -> None:
    writer = FactWriter(sink)
    writer.add(document)
    writer.flush()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        ParquetSink(tmp_path / "file" / "facts")


@pytest.mark.parametrize("text", ["parquet:", "parquet", "csv:/x", "", "vast:/x"])
def test_what_names_no_store_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        open_sink(text, {})


def test_the_line_to_install_is_told_where_the_package_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPart) as caught:
        ParquetSink(tmp_path)
    assert f"{sys.executable} -m pip install 'reelmark[parquet]'" in caught.value.hint
    with pytest.raises(MissingPart) as caught:
        arrowtables.arrow("vast")
    assert "reelmark[vast]" in caught.value.hint


def test_sinks_are_known_without_loading_arrow() -> None:
    code = "import sys, app.services.sinks, app.inspection.factwriter; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


WRITER = """
import sys
from pathlib import Path
from app.services.parquet import ParquetSink
name, folder = sys.argv[1], Path(sys.argv[2])
for number in range(12):
    with ParquetSink(folder) as sink:
        row = {"file_id": [f"{name}{number}"], "path": [f"/show/{name}{number}.exr"], "inspected_at": [number]}
        sink.upsert("files", row)
        sink.upsert("channels", {"file_id": [f"{name}{number}"] * 3, "name": ["R", "G", "B"]})
    print(number, flush=True)
"""


def writer_process(name: str, facts: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, name, str(facts)]
    return subprocess.Popen(command, cwd=DOCS.parents[1], stdout=subprocess.PIPE, text=True)


def test_two_processes_that_write_the_same_folder_lose_nothing(tmp_path: Path) -> None:
    writers = [writer_process(name, tmp_path) for name in ("a", "b")]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert query(tmp_path, "SELECT count(*), count(DISTINCT file_id) FROM files") == [(24, 24)]
    assert query(tmp_path, "SELECT count(*) FROM channels") == [(72,)]


def test_a_writer_that_is_killed_leaves_tables_that_can_be_read_and_mended(tmp_path: Path) -> None:
    writer = writer_process("a", tmp_path)
    assert writer.stdout is not None
    writer.stdout.readline()
    writer.kill()
    writer.communicate(timeout=60)
    known = query(tmp_path, "SELECT count(*) FROM files")[0][0]
    assert known >= 1
    again = writer_process("a", tmp_path)
    again.communicate(timeout=60)
    assert query(tmp_path, "SELECT count(*) FROM files") == [(12,)]
    assert query(tmp_path, "SELECT count(*) FROM channels JOIN files USING (file_id)") == [(36,)]
    assert not list(tmp_path.rglob("*.tmp"))
