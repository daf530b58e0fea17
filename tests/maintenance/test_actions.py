import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.catalog.shard import open_writer, set_identity
from app.errors import AppError, Cancelled, HeldByAnother, InputError
from app.jobs.events import JobEvent, Progressed, StageStarted
from app.jobs.job import CancelToken, Job
from app.maintenance.actions import (
    back_up_records,
    check_records,
    maintain_records,
    optimise_records,
    vacuum_records,
)
from app.maintenance.request import UpkeepRequest
from app.model.drives import Passport
from tests.maintenance.conftest import Records

CARD = UpkeepRequest(("Card",))
WRITING = (back_up_records, optimise_records, maintain_records, vacuum_records)


def test_a_sound_working_directory_has_no_faults(records: Records) -> None:
    result = check_records(records.engine, UpkeepRequest(full=True), Job())
    assert [(target.name, target.ok, target.messages) for target in result.targets] == [
        ("catalog", True, ()),
        ("Card", True, ()),
    ]
    status = records.status()
    assert {name: one.state for name, one in status.items()} == {"catalog": "good", "Card": "good"}
    assert status["Card"].checked is not None


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE folder SET files = files + 1 WHERE id = 2", "totals of 1 folders"),
        ("DELETE FROM block WHERE first_id = (SELECT min(first_id) FROM block)", "in no block of the search index"),
        ("DELETE FROM folder WHERE id = 2", "name a folder that is not there"),
        ("INSERT INTO name_index (name_index) VALUES ('delete-all')", "the search index does not find"),
        (
            "INSERT INTO facts (file_id, version, kind, facts, error) VALUES (999999, 1, 'image', '{}', '')",
            "rows of facts name a file",
        ),
    ],
)
def test_a_full_check_finds_rows_that_do_not_agree(records: Records, sql: str, told: str) -> None:
    records.change(sql)
    (quick,) = check_records(records.engine, CARD, Job()).targets
    assert quick.ok
    assert any(told in fault for fault in records.faults()), records.faults()
    assert records.status()["Card"].state == "broken"


def test_a_flipped_bit_in_a_page_is_found_by_the_quick_check(records: Records) -> None:
    records.break_page(records.pages_of("file")[1])
    result = check_records(records.engine, UpkeepRequest(), Job())
    assert [target.ok for target in result.targets] == [True, False]
    assert result.exit_code == 6


def test_a_backup_is_a_whole_database_called_after_its_drive(records: Records) -> None:
    (result,) = back_up_records(records.engine, CARD, Job()).targets
    copy = Path(result.backup)
    assert copy.name.startswith(f"Card.{records.shard.stem}.20")
    assert records.value("SELECT count(*) FROM file", copy) == 300
    assert records.leftovers() == []
    assert records.status()["Card"].backups[0].path == copy


def test_a_vacuum_gives_back_what_is_free_and_loses_no_row(records: Records) -> None:
    records.change(
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300)"
        " INSERT INTO meta SELECT 'k' || i, hex(zeroblob(2000)) FROM n"
    )
    records.change("DELETE FROM meta WHERE key LIKE 'k%'")
    free = records.status()["Card"].free_bytes
    assert free > 500_000
    (result,) = vacuum_records(records.engine, CARD, Job()).targets
    assert result.before_bytes - result.after_bytes > 500_000
    assert records.value("SELECT count(*) FROM file") == 300
    assert records.faults() == ()
    assert records.value("SELECT count(*) FROM meta", Path(result.backup)) == records.value("SELECT count(*) FROM meta")
    assert records.leftovers() == []


def test_the_catalogue_is_vacuumed_in_place_while_a_job_may_note_itself(records: Records) -> None:
    catalog = records.home / "catalog.db"
    inode = catalog.stat().st_ino
    vacuum_records(records.engine, UpkeepRequest(catalog=True), Job())
    assert catalog.stat().st_ino == inode
    assert [drive.label for drive in records.engine.catalog.drives()] == ["Card"]


@pytest.mark.parametrize("action", [optimise_records, maintain_records])
def test_optimising_leaves_everything_as_it_was_behind_a_backup(records: Records, action) -> None:  # type: ignore[no-untyped-def]
    (result,) = action(records.engine, CARD, Job()).targets
    assert Path(result.backup).is_file()
    assert records.faults() == ()
    assert records.status()["Card"].last("optimise") is not None


@pytest.mark.parametrize("action", WRITING)
def test_what_a_scan_writes_is_refused_and_says_who_has_it(records: Records, action) -> None:  # type: ignore[no-untyped-def]
    with open_writer(records.shard, CancelToken(), label="Card"):
        assert "process" in records.status()["Card"].held_by
        with pytest.raises(HeldByAnother) as caught:
            action(records.engine, CARD, Job())
        assert caught.value.exit_code == 4
        together = action(records.engine, UpkeepRequest(), Job())
        assert [target.ok for target in together.targets] == [True, False]
        assert together.exit_code == 4
        (checked,) = check_records(records.engine, CARD, Job()).targets
        assert checked.ok
    assert records.status()["Card"].held_by == ""


@pytest.mark.parametrize("action", WRITING)
def test_a_damaged_shard_is_not_backed_up_nor_replaced(records: Records, action) -> None:  # type: ignore[no-untyped-def]
    records.break_page(records.pages_of("file")[1])
    before = records.shard.read_bytes()
    with pytest.raises(AppError) as caught:
        action(records.engine, CARD, Job())
    assert caught.value.exit_code == 6
    assert records.shard.read_bytes() == before
    assert records.backups == []


@pytest.mark.parametrize("action", WRITING)
def test_a_cancelled_action_leaves_the_shard_and_no_half_file(records: Records, action) -> None:  # type: ignore[no-untyped-def]
    token = CancelToken()

    def stop(event: JobEvent) -> None:
        if isinstance(event, Progressed):
            token.cancel()

    with pytest.raises(Cancelled):
        action(records.engine, CARD, Job(stop, token))
    assert records.faults() == ()
    assert [path for path in records.backups if path.suffix == ".tmp"] == []
    assert records.leftovers() == []


def test_backups_are_retired_beyond_the_newest_and_never_young(records: Records) -> None:
    folder = records.home / "backups"
    back_up_records(records.engine, CARD, Job())
    (copy,) = records.backups
    long_ago = time.strftime("%Y%m%d", time.gmtime(time.time() - 30 * 86400))
    for hour in range(6):
        (folder / f"Card.{records.shard.stem}.{long_ago}T{hour:02}0000Z.db").write_bytes(copy.read_bytes())
    (folder / f"Card.{records.shard.stem}.v1.db").write_bytes(copy.read_bytes())
    records.engine = records.open(**{"maintenance.backups_kept": "3"})
    back_up_records(records.engine, CARD, Job())
    names = [path.name for path in records.backups]
    assert len(names) == 4
    assert f"Card.{records.shard.stem}.v1.db" in names
    assert f"Card.{records.shard.stem}.{long_ago}T050000Z.db" in names
    for _ in range(4):
        back_up_records(records.engine, CARD, Job())
    assert len(records.status()["Card"].backups) == 4 + 4 - 1


def test_a_drive_without_records_or_of_another_name_is_no_target(records: Records) -> None:
    with pytest.raises(InputError, match="no drive called Nobody"):
        check_records(records.engine, UpkeepRequest(("Nobody",)), Job())


@pytest.mark.parametrize("action", [check_records, *WRITING])
def test_an_older_shard_is_upgraded_behind_a_copy_of_it(records: Records, action) -> None:  # type: ignore[no-untyped-def]
    (drive,) = records.engine.catalog.drives()
    path = records.shard
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    with Database(path, replace(SHARD, steps=SHARD.steps[:1])) as old, old.transaction():
        set_identity(old, drive)
    assert records.status()["Card"].state == "older"
    (result,) = action(records.engine, CARD, Job()).targets
    assert result.ok
    assert records.value("PRAGMA user_version") == len(SHARD.steps)
    assert f"Card.{path.stem}.v1.db" in [copy.name for copy in records.backups]


def test_what_is_noted_while_the_catalogue_is_vacuumed_is_kept(records: Records) -> None:
    if not records.engine.wal:
        pytest.skip("whoever writes waits for the vacuum here: what the working directory lies on is not known")
    added: list[str] = []

    def note(event: JobEvent) -> None:
        if isinstance(event, StageStarted):
            added.append(f"New {len(added)}")
            records.engine.catalog.add_drive(added[-1], f"/mnt/{len(added)}", Passport())

    vacuum_records(records.engine, UpkeepRequest(catalog=True), Job(note))
    assert len(added) > 2
    assert [drive.label for drive in records.engine.catalog.drives(look=False)] == ["Card", *added]


def test_full_maintenance_makes_indexes_anew_and_vacuums_where_it_pays(records: Records) -> None:
    records.change("ANALYZE; DELETE FROM sqlite_stat1")
    (result,) = maintain_records(records.engine, CARD, Job()).targets
    assert (result.action, result.ok, Path(result.backup).is_file()) == ("full", True, True)
    assert result.messages == ("too little of it is free for a vacuum",)
    inode = records.shard.stat().st_ino
    (forced,) = maintain_records(records.engine, replace(CARD, force=True), Job()).targets
    assert forced.messages == ("vacuumed",)
    assert records.shard.stat().st_ino != inode
    assert records.status()["Card"].last("vacuum") is not None
    assert records.value("SELECT count(*) FROM sqlite_stat1")
    assert records.faults() == ()
    assert records.leftovers() == []


def test_every_shard_is_meant_without_the_catalogue(records: Records) -> None:
    found = back_up_records(records.engine, UpkeepRequest(("Card", "card"), shards=True), Job())
    assert [target.name for target in found.targets] == ["Card"]
    both = back_up_records(records.engine, UpkeepRequest(("Card", "card"), catalog=True), Job())
    assert [target.name for target in both.targets] == ["catalog", "Card"]


def test_what_was_put_aside_goes_when_all_kept_backups_are_newer(records: Records) -> None:
    folder = records.home / "backups"
    back_up_records(records.engine, CARD, Job())
    (copy,) = records.backups
    head = f"Card.{records.shard.stem}"

    def days_ago(days: int) -> str:
        return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - days * 86400))

    old, young = f"{head}.damaged.{days_ago(30)}.db", f"{head}.damaged.{days_ago(1)}.db"
    for name in (old, old + "-wal", young, f"{head}.v1.db", f"{head}.{days_ago(20)}.db"):
        (folder / name).write_bytes(copy.read_bytes())
    then = time.time() - 25 * 86400
    os.utime(folder / f"{head}.v1.db", (then, then))
    records.engine = records.open(**{"maintenance.backups_kept": "4"})
    back_up_records(records.engine, CARD, Job())
    assert {old, young, f"{head}.v1.db"} < {path.name for path in records.backups}, "only three backups so far"
    back_up_records(records.engine, CARD, Job())
    names = {path.name for path in records.backups}
    assert names & {old, old + "-wal", young, f"{head}.v1.db"} == {young}
    assert len(names) == 5


def test_only_what_is_half_done_of_that_very_database_is_cleared_away(records: Records) -> None:
    stem, folder = records.shard.stem, records.home / "backups"
    folder.mkdir(exist_ok=True)
    other = f"catalog.{stem}.20260101T000000Z.db.tmp"
    ours = ("catalog.20260101T000000Z.db.tmp", "catalog.20260101T000000Z-2.db.tmp-journal", "catalog.v1.tmp")
    for name in (other, *ours):
        (folder / name).write_bytes(b"half")
    back_up_records(records.engine, UpkeepRequest(catalog=True), Job())
    names = {path.name for path in records.backups}
    assert names & {other, *ours} == {other}, "that of a drive called catalog"
    half = ("source.tmp", "source.tmp.schema.tmp", "vacuum.tmp-wal")
    left = [records.shard.with_name(f"{stem}.{what}") for what in half]
    for path in left:
        path.write_bytes(b"half")
    back_up_records(records.engine, CARD, Job())
    assert not any(path.exists() for path in left)
    assert other not in {path.name for path in records.backups}


def test_a_reader_that_comes_in_between_shares_nothing_with_the_new_file(records: Records) -> None:
    came: list[Database] = []

    def come(event: str, given: tuple[object, ...]) -> None:
        if event == "os.rename" and str(given[1]) == str(shard) and not came:
            came.append(Database(shard, SHARD, read_only=True))
            came[0].value("SELECT count(*) FROM file")

    shard = records.shard
    sys.addaudithook(come)
    vacuum_records(records.engine, CARD, Job())
    assert len(came) == 1
    assert [path.name for path in shard.parent.iterdir()] == [shard.name]
    records.scan()
    assert came[0].value("SELECT count(*) FROM file") == 300
    came[0].close()
    assert records.faults() == ()
