import errno
import os
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import Any

import apsw
import pytest

from app.catalog.database import Database
from app.catalog.find import Find
from app.catalog.inspections import recorded_document
from app.catalog.migrations import CATALOG
from app.catalog.search import SearchQuery
from app.catalog.shard import open_reader
from app.errors import AppError, RecordsBroken
from app.jobs.job import Job
from app.maintenance.request import TargetResult, UpkeepRequest
from app.maintenance.salvage import salvage_records
from app.operations import run
from tests.maintenance.conftest import Records
from tests.media import raw_exr


def salvage(records: Records, **options: bool) -> TargetResult:
    (result,) = salvage_records(records.engine, UpkeepRequest(("Card",), **options), Job()).targets
    return result


def lost(result: TargetResult) -> dict[str, int]:
    return {table["table"]: table["lost"] for table in result.lost if table["lost"] or table["more"]}


def found(records: Records, text: str) -> int:
    drives = records.engine.catalog.drives()
    with Find(records.engine.catalog, records.engine.judge, drives, SearchQuery(text, limit=0)) as find:
        return find.total()


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_broken_page_costs_its_own_rows_which_the_next_scan_reads_again(records: Records, which: int) -> None:
    page = records.pages_of("file")[which]
    cells = records.value(f"SELECT ncell FROM dbstat WHERE pageno = {page}")
    damaged = records.shard.read_bytes()
    records.break_page(page)
    result = salvage(records)
    assert lost(result) == {"file": cells}
    assert records.value("SELECT count(*) FROM file") == 300 - int(str(cells))
    assert records.faults() == ()
    assert found(records, "take_") == 300 - int(str(cells))
    (aside,) = [path for path in records.backups if ".damaged." in path.name]
    assert len(aside.read_bytes()) == len(damaged)
    records.scan()
    assert records.value("SELECT count(*) FROM file WHERE missed_scan IS NULL") == 300
    assert found(records, "take_") == 300
    assert records.faults() == ()
    assert records.leftovers() == []


def test_two_broken_pages_cost_no_row_between_them(records: Records) -> None:
    first, last = records.pages_of("file")[0], records.pages_of("file")[-1]
    cells = records.value(f"SELECT sum(ncell) FROM dbstat WHERE pageno IN ({first}, {last})")
    records.break_page(first)
    records.break_page(last)
    assert lost(salvage(records)) == {"file": cells}


def test_folders_are_brought_back_from_their_index(records: Records) -> None:
    for number in range(120):
        folder = records.base / f"a_folder_with_a_rather_long_name_{number:04}"
        folder.mkdir()
        (folder / "a.mov").write_bytes(b"1")
    records.scan()
    pages = records.pages_of("folder")
    assert len(pages) > 2
    records.break_page(pages[1])
    result = salvage(records)
    assert lost(result) == {}
    assert records.value("SELECT count(*) FROM file") == 420
    assert records.faults() == ()
    records.scan()
    assert records.value("SELECT count(*) FROM folder WHERE missed_scan IS NULL") == 124
    assert records.value("SELECT count(*) FROM file WHERE missed_scan IS NULL") == 420


def test_a_truncated_shard_keeps_what_is_before_the_cut(records: Records) -> None:
    data = records.shard.read_bytes()
    records.shard.write_bytes(data[: records.pages_of("file")[-3] * 4096])
    result = salvage(records)
    assert lost(result)["file"] > 0
    assert int(str(records.value("SELECT count(*) FROM file"))) > 0
    assert records.faults() == ()
    records.scan()
    assert records.value("SELECT count(*) FROM file WHERE missed_scan IS NULL") == 300


def test_a_lost_search_index_or_wrong_totals_are_made_anew(records: Records) -> None:
    records.change("INSERT INTO name_index (name_index) VALUES ('delete-all')")
    records.change("UPDATE folder SET files = 7, bytes = 7")
    assert found(records, "take_") == 0
    assert lost(salvage(records)) == {}
    assert found(records, "take_") == 300
    assert records.faults() == ()


def test_a_broken_root_page_loses_its_table_and_no_other(records: Records) -> None:
    records.change(
        "INSERT INTO verdict VALUES (2, x'61', 'pass', 'alice', 1, '', '[]', '1', '', 1, 1, '', x'62', '{}')"
    )
    roots = records.value("SELECT rootpage FROM sqlite_schema WHERE name = 'facts'")
    records.break_page(int(str(roots)))
    result = salvage(records)
    assert "facts" in lost(result)
    assert records.value("SELECT operator FROM verdict") == "alice"
    assert records.value("SELECT count(*) FROM file") == 300
    assert records.faults() == ()


def test_a_lost_first_page_costs_no_row(records: Records) -> None:
    records.change("PRAGMA wal_checkpoint(TRUNCATE)")
    records.shard.write_bytes(os.urandom(4096) + records.shard.read_bytes()[4096:])
    result = salvage(records)
    assert {table["table"]: table["kept"] for table in result.lost}["file"] == 300
    assert records.faults() == ()


@pytest.mark.parametrize("vacuumed", [False, True])
def test_tables_are_found_though_the_list_of_them_is_lost(records: Records, vacuumed: bool) -> None:
    records.change(
        "INSERT INTO verdict VALUES (2, x'61', 'pass', 'alice', 1, '', '[]', '1', '', 1, 1, '', x'62', '{}')"
    )
    if vacuumed:
        records.change("VACUUM")
    for page in records.pages_of("sqlite_schema"):
        records.break_page(page)
    result = salvage(records)
    assert {table["table"]: table["kept"] for table in result.lost}["file"] == 300
    assert records.value("SELECT operator FROM verdict") == "alice"
    assert records.faults() == ()
    assert found(records, "take_") == 300
    records.scan()
    assert records.value("SELECT count(*) FROM file") == 300


def test_any_broken_page_of_a_shard_leaves_most_of_it(records: Records) -> None:
    whole = records.shard.read_bytes()
    for page in range(2, len(whole) // 4096 + 1, 5):
        records.shard.write_bytes(whole)
        records.break_page(page)
        salvage(records, force=True)
        assert int(str(records.value("SELECT count(*) FROM file"))) > 200, page
        assert records.faults() == (), page
        for path in records.backups:
            path.unlink()


def test_the_identity_of_the_drive_is_kept_though_its_page_is_lost(records: Records) -> None:
    records.break_page(int(str(records.value("SELECT rootpage FROM sqlite_schema WHERE name = 'meta'"))))
    salvage(records)
    assert records.value("SELECT value FROM meta WHERE key = 'drive_id'") == records.shard.stem
    assert records.value("SELECT value FROM meta WHERE key = 'label'") == "Card"


def test_a_file_of_which_nothing_can_be_read_is_left_as_it_is(records: Records) -> None:
    records.shard.write_bytes(b"SQLite format 3\0" + b"\xff" * 50_000)
    before = records.shard.read_bytes()
    with pytest.raises(RecordsBroken, match="nothing can be read"):
        salvage(records)
    assert records.shard.read_bytes() == before
    assert records.leftovers() == []


def test_a_sound_shard_is_left_alone_unless_forced(records: Records) -> None:
    before = records.shard.read_bytes()
    assert "sound" in salvage(records).messages[0]
    assert records.shard.read_bytes() == before
    salvage(records, force=True)
    assert records.value("SELECT count(*) FROM file") == 300
    assert records.faults() == ()


def test_a_newer_shard_is_not_salvaged(records: Records) -> None:
    records.change("PRAGMA user_version = 99")
    with pytest.raises(AppError, match="newer version"):
        salvage(records)


def test_the_catalogue_is_salvaged_and_drives_come_back_from_their_shards(records: Records) -> None:
    catalog = records.home / "catalog.db"
    connection = apsw.Connection(str(catalog))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'drive'").fetchall()[0][0]
    connection.close()
    with catalog.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x4d")
    records.engine = records.open()
    (result,) = salvage_records(records.engine, UpkeepRequest(catalog=True), Job()).targets
    assert [drive.label for drive in records.engine.catalog.drives()] == ["Card"]
    assert any("Card was not in it" in message for message in result.messages)
    assert records.engine.catalog.jobs.newest()[0].operation == "scan"


def test_a_catalogue_without_the_list_of_its_tables_keeps_its_notes_and_what_an_older_version_wrote(
    records: Records,
) -> None:
    catalog = records.home / "catalog.db"
    for end in ("", "-wal", "-shm"):
        catalog.with_name(catalog.name + end).unlink(missing_ok=True)
    with Database(catalog, replace(CATALOG, steps=CATALOG.steps[:1])) as old, old.transaction():
        for number in range(3):
            old.run(f"INSERT INTO drive VALUES ('{number}', 'Drive {number}', x'2f', '{{}}', 1, NULL, 0, 0, 0)")
    records.engine = records.open()
    run(records.engine, "check_records", UpkeepRequest(catalog=True), Job())
    connection = apsw.Connection(str(catalog))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    whole = catalog.read_bytes()
    catalog.write_bytes(whole[:100] + os.urandom(3996) + whole[4096:])
    records.engine = records.open()
    (result,) = salvage_records(records.engine, UpkeepRequest(catalog=True), Job()).targets
    kept = {table["table"]: (table["kept"], table["lost"]) for table in result.lost}
    assert (kept["drive"], kept["upkeep"], kept["job"]) == ((3, 0), (1, 0), (1, 0))
    labels = [drive.label for drive in records.engine.catalog.drives()]
    assert labels == ["Card", "Drive 0", "Drive 1", "Drive 2"]


def test_rows_that_break_a_rule_are_counted_as_lost(records: Records) -> None:
    records.change(
        "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = replace(sql, 'reason TEXT NOT NULL', 'reason TEXT')"
        " WHERE name = 'skipped'"
    )
    records.change("INSERT INTO skipped VALUES (1, x'61', NULL), (1, x'62', 'link')")
    records.break_page(records.pages_of("file")[1])
    assert lost(salvage(records))["skipped"] == 1
    assert records.value("SELECT count(*) FROM skipped") == 1


def test_a_page_that_the_disk_cannot_read_costs_its_own_rows(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failing disk is a file object: no loop device with bad sectors can be had everywhere."""
    records.change("PRAGMA wal_checkpoint(TRUNCATE)")
    broken, unread = records.pages_of("file")[1], records.pages_of("file")[3]
    records.break_page(broken)
    shard, really_open = records.shard, Path.open

    class BadSector(FileIO):
        def read(self, size: int = -1, /) -> bytes:
            bad = (unread - 1) * 4096
            if self.tell() < bad + 4096 and self.tell() + size > bad:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size) or b""

    def open_it(path: Path, mode: str = "r", **options: Any) -> Any:
        bad = path == shard and mode == "rb" and options.get("buffering") == 0
        return BadSector(str(path)) if bad else really_open(path, mode, **options)

    monkeypatch.setattr(Path, "open", open_it)
    result = salvage(records)
    monkeypatch.undo()
    left = int(str(records.value("SELECT count(*) FROM file")))
    assert 150 < left < 300
    assert lost(result)["file"] == 300 - left
    assert records.faults() == ()
    records.scan()
    assert records.value("SELECT count(*) FROM file") == 300


@pytest.mark.parametrize("tables", [("attribute", "attribute_of", "facts"), ("sqlite_schema",)])
def test_facts_are_salvaged_whole_or_read_anew(records: Records, tables: tuple[str, ...]) -> None:
    for number in range(40):
        folder = records.base / f"shot_{number:03}"
        folder.mkdir(exist_ok=True)
        for frame in range(1, 4):
            owner = b"owner %d, told at some length so that it takes room " % number
            raw_exr(
                folder / f"a.{frame:04}.exr", (b"owner", b"string", owner * 4), (b"n", b"int", bytes([frame, 0, 0, 0]))
            )
    records.scan(inventory_only=False)
    whole = documents(records)
    assert len(whole) == 120
    for table in tables:
        for page in records.pages_of(table)[: None if table == "sqlite_schema" else 1]:
            records.break_page(page)
    salvage(records)
    assert records.faults() == ()
    kept = documents(records)
    assert kept == {file_id: whole[file_id] for file_id in kept}
    assert (len(kept) < 120) == (tables[0] == "attribute")
    records.scan(inventory_only=False)
    assert documents(records).keys() == whole.keys()
    assert records.faults() == ()


def documents(records: Records) -> dict[int, Any]:
    """What is recorded of the EXRs, without the time of recording."""
    with open_reader(records.shard) as database:
        ids = [row[0] for row in database.rows("SELECT file_id FROM facts WHERE header_id IS NOT NULL")]
        found = {file_id: recorded_document(database, file_id) for file_id in ids}
    return {file_id: {**document, "recorded": ""} for file_id, document in found.items() if document}
