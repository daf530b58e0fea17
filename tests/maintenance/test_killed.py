"""Every action is killed at every step it takes on the disk: nothing is lost, and no half file counts as anything."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from app.jobs.job import Job
from app.maintenance import backups, files, restoring
from app.maintenance.actions import back_up_records, maintain_records, optimise_records, vacuum_records
from app.maintenance.request import RestoreRequest, UpkeepRequest
from app.maintenance.restoring import restore_records
from app.maintenance.salvage import salvage_records
from tests.maintenance.conftest import Records

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")

CARD = UpkeepRequest(("Card",))
ACTIONS: dict[str, tuple[Callable[..., Any], object]] = {
    "backup": (back_up_records, CARD),
    "optimise": (optimise_records, CARD),
    "full": (maintain_records, UpkeepRequest(("Card",), force=True)),
    "vacuum": (vacuum_records, CARD),
    "restore": (restore_records, RestoreRequest("Card")),
    "salvage": (salvage_records, CARD),
}
_STEPS = {"open", "os.rename", "os.remove", "os.link", "shutil.move", "os.mkdir", "os.truncate"}


class Doomed(Job):
    """A job whose process is killed at the step of that number: a check of the job, or a change in a folder."""

    def __init__(self, home: Path, step: int) -> None:
        super().__init__()
        self._home, self._left = str(home), step
        sys.addaudithook(self._audit)

    def check(self) -> None:
        super().check()
        self._count()

    def _audit(self, event: str, given: tuple[object, ...]) -> None:
        if event in _STEPS and any(self._home in str(value) for value in given):
            self._count()

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(records: Records, name: str, step: int) -> bool:
    """Does an action in a child process that is killed at a step; whether it came so far."""
    function, request = ACTIONS[name]
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            backups._PAGES_PER_STEP = restoring._PAGES_PER_STEP = 4
            files._CHECK_EVERY_STEPS = 500
            function(records.engine, request, Doomed(records.home, step))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def rows(path: Path) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
        return list(connection.execute("SELECT id, folder_id, name, size FROM file ORDER BY id"))
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["backup", "optimise", "full", "vacuum", "restore"])
def test_a_kill_loses_nothing_of_a_sound_shard(records: Records, name: str) -> None:
    back_up_records(records.engine, CARD, Job())
    before = rows(records.shard)
    step = kills = 0
    while killed_at(records, name, step):
        kills += 1
        assert rows(records.shard) == before
        for backup in records.status()["Card"].backups:
            assert rows(backup.path) == before
        for path in records.backups[4:]:
            path.unlink()
        step += 1 + step // 8
    assert kills > 12
    assert records.faults() == ()
    assert records.leftovers() == []


@pytest.mark.parametrize("name", ["restore", "salvage"])
def test_a_kill_over_a_damaged_shard_leaves_it_readable_or_replaced(records: Records, name: str) -> None:
    back_up_records(records.engine, CARD, Job())
    whole = rows(records.shard)
    broken_page = records.pages_of("file")[1]
    records.break_page(broken_page)
    broken = records.shard.read_bytes()
    step = kills = 0
    while killed_at(records, name, step):
        kills += 1
        if records.shard.read_bytes() == broken:
            for backup in records.status()["Card"].backups:
                assert rows(backup.path) == whole
        else:
            assert set(rows(records.shard)) <= set(whole)
            assert records.faults() == ()
            records.shard.write_bytes(broken)
            for end in ("-wal", "-shm"):
                records.shard.with_name(records.shard.name + end).unlink(missing_ok=True)
        for path in records.backups:
            if ".damaged." in path.name:
                path.unlink()
        step += 1 + step // 8
    assert kills > 12
    assert records.faults() == ()
    assert records.leftovers() == []
    assert set(rows(records.shard)) <= set(whole)
