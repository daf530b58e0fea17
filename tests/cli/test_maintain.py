import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.catalog.shard import open_writer
from app.jobs.job import CancelToken
from tests.unprivileged import document, reelmark


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a.txt").write_bytes(b"12")
    reelmark("--home", tmp_path / "h", "scan", tmp_path / "card", "--drive", "Card", "--inventory-only")
    return tmp_path / "h"


def shard(home: Path) -> Path:
    (path,) = (home / "shards").glob("*.db")
    return path


def failed(process: subprocess.CompletedProcess[bytes], code: int) -> dict[str, Any]:
    """The document of a command that ended with that code."""
    assert process.returncode == code, process.stderr
    return document(process)


def test_status_tells_of_every_database(home: Path) -> None:
    catalog, card = document(reelmark("--home", home, "maintain", "status", "--json"))["targets"]
    assert (catalog["name"], catalog["kind"]) == ("catalog", "catalog")
    assert (card["name"], card["kind"], card["state"], card["backups"]) == ("Card", "shard", "unchecked", [])
    assert card["bytes"] > 0
    assert card["format"] == card["newest_format"]
    assert b"unchecked" in reelmark("--home", home, "maintain", "status").stdout


def test_a_fresh_home_has_nothing_to_look_after(tmp_path: Path) -> None:
    assert document(reelmark("--home", tmp_path / "x", "maintain", "status", "--json")) == {"targets": []}
    assert reelmark("--home", tmp_path / "x", "maintain", "check").returncode == 0


@pytest.mark.parametrize("action", ["backup", "optimise", "vacuum"])
def test_each_action_says_what_it_did_and_where_the_backup_is(home: Path, action: str) -> None:
    result = document(reelmark("--home", home, "maintain", action, "--json"))
    assert [(target["name"], target["action"], target["ok"]) for target in result["targets"]] == [
        ("catalog", action, True),
        ("Card", action, True),
    ]
    assert all(Path(target["backup"]).is_file() for target in result["targets"])
    (one,) = document(reelmark("--home", home, "maintain", action, "--drive", "card", "--json"))["targets"]
    assert one["name"] == "Card"


def test_broken_records_end_with_6_and_say_what_is_broken(home: Path) -> None:
    shard(home).write_bytes(shard(home).read_bytes()[:9000])
    result = reelmark("--home", home, "maintain", "check", "--json")
    targets = failed(result, 6)["targets"]
    assert [target["ok"] for target in targets] == [True, False]
    assert targets[1]["messages"]
    shown = reelmark("--home", home, "maintain", "status")
    assert (shown.returncode, b"BROKEN" in shown.stdout) == (6, True)


def test_a_shard_that_is_being_written_ends_with_4(home: Path) -> None:
    with open_writer(shard(home), CancelToken(), label="Card"):
        result = reelmark("--home", home, "maintain", "vacuum", "--drive", "Card", "--json")
        assert failed(result, 4)["error"]["code"] == "shard.locked"
        assert reelmark("--home", home, "maintain", "check", "--drive", "Card").returncode == 0


def test_a_shard_of_a_newer_version_is_left_alone(home: Path) -> None:
    import apsw

    connection = apsw.Connection(str(shard(home)))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = shard(home).read_bytes()
    for action in ("check", "backup", "optimise", "vacuum"):
        result = reelmark("--home", home, "maintain", action, "--drive", "Card", "--json")
        assert failed(result, 3)["error"]["code"] == "catalog.newer"
    assert shard(home).read_bytes() == before
    (card,) = document(reelmark("--home", home, "maintain", "status", "--json"))["targets"][1:]
    assert card["state"] == "newer"


def test_a_drive_that_is_not_there_ends_with_3(home: Path) -> None:
    assert reelmark("--home", home, "maintain", "check", "--drive", "Nobody").returncode == 3
