import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.database import Database
from app.catalog.migrations import CATALOG
from app.catalog.shard import open_writer
from app.errors import AppError, HeldByAnother, InputError
from app.jobs.job import CancelToken, Job
from app.maintenance.actions import back_up_records
from app.maintenance.request import RestoreRequest, UpkeepRequest
from app.maintenance.restoring import restore_records
from app.operations import run
from tests.maintenance.conftest import Records


def backed_up(records: Records) -> Path:
    (result,) = back_up_records(records.engine, UpkeepRequest(("Card",)), Job()).targets
    return Path(result.backup)


def restore(records: Records, drive: str = "Card", backup: str = "") -> tuple[str, ...]:
    (result,) = restore_records(records.engine, RestoreRequest(drive, backup), Job()).targets
    return result.messages


def test_a_backup_comes_back_and_what_was_there_is_kept(records: Records) -> None:
    copy = backed_up(records)
    (records.base / "shot_000" / "one_more.mov").write_bytes(b"new")
    records.scan()
    assert records.value("SELECT count(*) FROM file") == 301
    restore(records)
    assert records.value("SELECT count(*) FROM file") == 300
    assert records.faults() == ()
    assert [drive.files for drive in records.engine.catalog.drives()] == [300]
    kept = [backup.path for backup in records.status()["Card"].backups if backup.path != copy]
    assert [records.value("SELECT count(*) FROM file", path) for path in kept] == [301]
    records.scan()
    assert records.value("SELECT count(*) FROM file") == 301
    assert records.leftovers() == []


@pytest.mark.parametrize("damage", ["truncated", "flipped", "text", "gone"])
def test_a_broken_or_lost_shard_is_replaced_and_the_broken_file_kept(records: Records, damage: str) -> None:
    backed_up(records)
    if damage == "truncated":
        records.shard.write_bytes(records.shard.read_bytes()[:20_000])
    elif damage == "flipped":
        records.break_page(records.pages_of("file")[1])
    elif damage == "text":
        records.shard.write_text("no database at all")
    else:
        records.shard.unlink()
    path = records.home / "shards" / f"{records.engine.catalog.drives()[0].id}.db"
    broken = path.read_bytes() if path.exists() else b""
    restore(records)
    assert records.faults() == ()
    assert records.value("SELECT count(*) FROM file") == 300
    aside = [file for file in records.backups if ".damaged." in file.name]
    assert [file.read_bytes() for file in aside] == ([broken] if broken else [])


def test_the_log_of_a_broken_shard_never_meets_the_backup(records: Records) -> None:
    backed_up(records)
    records.break_page(records.pages_of("file")[1])
    log = records.shard.with_name(records.shard.name + "-wal")
    log.write_bytes(b"commits of another life" * 5000)
    restore(records)
    assert records.faults() == ()
    assert any(file.name.endswith("-wal") and ".damaged." in file.name for file in records.backups)


@pytest.mark.parametrize("damage", ["truncated", "flipped", "text", "empty", "newer", "foreign", "other drive"])
def test_a_broken_backup_replaces_nothing(records: Records, damage: str) -> None:
    copy = backed_up(records)
    if damage == "truncated":
        copy.write_bytes(copy.read_bytes()[:20_000])
    elif damage == "flipped":
        page = records.pages_of("file")[1]
        data = bytearray(copy.read_bytes())
        data[(page - 1) * 4096] ^= 0x40
        copy.write_bytes(data)
    elif damage == "text":
        copy.write_text("SQLite? Never heard of it.")
    elif damage == "empty":
        copy.write_bytes(b"")
    else:
        change(
            copy,
            {
                "newer": "PRAGMA user_version = 99",
                "foreign": "PRAGMA application_id = 7",
                "other drive": "UPDATE meta SET value = 'another' WHERE key = 'drive_id'",
            }[damage],
        )
    before = records.shard.read_bytes()
    with pytest.raises(AppError) as caught:
        restore(records)
    assert caught.value.exit_code == (3 if damage in ("newer", "foreign", "other drive") else 6)
    assert records.shard.read_bytes() == before
    assert records.faults() == ()
    assert records.leftovers() == []


def change(path: Path, sql: str) -> None:
    import apsw

    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()


def test_a_backup_is_named_by_its_file_name_or_by_a_path_elsewhere(records: Records, tmp_path: Path) -> None:
    first = backed_up(records)
    change(first, "INSERT INTO meta VALUES ('which', 'first')")
    backed_up(records)
    elsewhere = tmp_path / "usb stick.db"
    shutil.copy2(first, elsewhere)
    restore(records, backup=first.name)
    assert records.value("SELECT value FROM meta WHERE key = 'which'") == "first"
    restore(records, backup=str(elsewhere))
    assert records.value("SELECT value FROM meta WHERE key = 'which'") == "first"
    with pytest.raises(InputError, match="no backup"):
        restore(records, backup="nothing.db")


def test_without_a_backup_there_is_nothing_to_restore(records: Records) -> None:
    with pytest.raises(InputError, match="no backup of the records of Card"):
        restore(records)


def test_a_shard_that_is_being_written_is_not_replaced(records: Records) -> None:
    backed_up(records)
    with open_writer(records.shard, CancelToken(), label="Card"), pytest.raises(HeldByAnother):
        restore(records)


def test_a_reader_goes_on_with_what_it_began_with(records: Records) -> None:
    backed_up(records)
    records.change("DELETE FROM meta")
    drive = records.engine.catalog.drives()[0]
    records.change(f"INSERT INTO meta VALUES ('drive_id', '{drive.id}')")
    with records.engine.catalog.open_shard(drive) as reader:
        assert reader.value("SELECT count(*) FROM meta") == 1
        restore(records)
        assert reader.value("SELECT count(*) FROM meta") == 1
    assert int(str(records.value("SELECT count(*) FROM meta"))) > 1
    records.scan()
    assert records.faults() == ()


@pytest.mark.parametrize("damaged", [False, True])
def test_the_catalogue_comes_back_with_drives_that_were_added_since(
    records: Records, damaged: bool, tmp_path: Path
) -> None:
    from app.operations import run
    from app.scanning.request import ScanRequest

    back_up_records(records.engine, UpkeepRequest(catalog=True), Job())
    (records.base / "shot_000" / "one_more.mov").write_bytes(b"new")
    records.scan()
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "a.txt").write_bytes(b"1")
    run(records.engine, "scan", ScanRequest((str(tmp_path / "later"),), "Later", inventory_only=True), Job())
    if damaged:
        (records.home / "catalog.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
        records.engine = records.open()
    restore(records, drive="")
    drives = records.engine.catalog.drives()
    assert [(drive.label, drive.files) for drive in drives] == [("Card", 301), ("Later", 1)]
    if damaged:
        assert any(file.name.startswith("catalog.damaged.") for file in records.backups)


def test_a_catalogue_of_an_older_format_is_upgraded_in_its_place(records: Records) -> None:
    old = records.home / "old.db"
    with Database(old, replace(CATALOG, steps=CATALOG.steps[:1])) as database, database.transaction():
        database.run("INSERT INTO drive VALUES ('x', 'Long ago', x'2f78', '{}', 1, NULL, 0, 0, 0)")
    messages = restore(records, drive="", backup=str(old))
    assert not any("could not be told" in message for message in messages)
    assert any("Card was not in it" in message for message in messages)
    assert [drive.label for drive in records.engine.catalog.drives()] == ["Card", "Long ago"]


def test_the_history_of_a_restored_catalogue_has_the_restoring_and_overwrites_no_other_job(records: Records) -> None:
    def jobs() -> list[tuple[str, str]]:
        return [(job.operation, job.state) for job in records.engine.catalog.jobs.newest()]

    def back_up() -> str:
        return run(records.engine, "back_up_records", UpkeepRequest(catalog=True), Job()).targets[0].backup

    first = back_up()
    for _ in range(3):
        run(records.engine, "check_records", UpkeepRequest(catalog=True), Job())
    later = back_up()
    run(records.engine, "restore_records", RestoreRequest("", first), Job())
    assert jobs() == [("restore_records", "done"), ("back_up_records", "interrupted"), ("scan", "done")]
    run(records.engine, "restore_records", RestoreRequest("", later), Job())
    checks = [("check_records", "done")] * 3
    before = [("back_up_records", "interrupted"), *checks, ("back_up_records", "done"), ("scan", "done")]
    assert jobs() == [("restore_records", "done"), *before]
