import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.database import Database
from app.catalog.migrations import SHARD
from app.catalog.shard import open_writer, set_identity
from app.errors import AppError, Cancelled, HeldByAnother, InputError
from app.jobs.events import JobEvent, Progressed
from app.jobs.job import CancelToken, Job
from app.maintenance.actions import (
    back_up_records,
    check_records,
    optimise_records,
    vacuum_records,
)
from app.maintenance.request import UpkeepRequest
from tests.maintenance.conftest import Records

CARD = UpkeepRequest(("Card",))
WRITING = (back_up_records, optimise_records, vacuum_records)


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
        ("INSERT INTO facts VALUES (999999, 1, 'image', '{}', '')", "rows of facts name a file"),
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


@pytest.mark.parametrize("full", [False, True])
def test_optimising_leaves_everything_as_it_was_behind_a_backup(records: Records, full: bool) -> None:
    (result,) = optimise_records(records.engine, UpkeepRequest(("Card",), full=full), Job()).targets
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
