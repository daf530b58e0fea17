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


@pytest.mark.parametrize("action", ["backup", "quick", "full", "vacuum"])
def test_each_action_says_what_it_did_and_where_the_backup_is(home: Path, action: str) -> None:
    result = document(reelmark("--home", home, "maintain", action, "--json"))
    done = "optimise" if action == "quick" else action
    assert [(target["name"], target["action"], target["ok"]) for target in result["targets"]] == [
        ("catalog", done, True),
        ("Card", done, True),
    ]
    assert all(Path(target["backup"]).is_file() for target in result["targets"])
    (one,) = document(reelmark("--home", home, "maintain", action, "--drive", "card", "--json"))["targets"]
    assert one["name"] == "Card"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--target", "catalog"], ["catalog"]),
        (["--target", "shard:card"], ["Card"]),
        (["--target", "all-shards"], ["Card"]),
        (["--target", "all-shards", "--target", "shard:Card", "--catalog"], ["catalog", "Card"]),
        (["--all", "--target", "catalog"], ["catalog", "Card"]),
    ],
)
def test_databases_are_named_as_targets(home: Path, options: list[str], names: list[str]) -> None:
    targets = document(reelmark("--home", home, "maintain", "check", *options, "--json"))["targets"]
    assert [target["name"] for target in targets] == names


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--target", "Card"),
        ("vacuum", "--target", "shard:"),
        ("restore",),
        ("restore", "--target", "all-shards"),
        ("restore", "--target", "catalog", "--drive", "Card"),
        ("salvage",),
    ],
)
def test_targets_that_are_put_wrongly_end_with_2(home: Path, arguments: tuple[str, ...]) -> None:
    assert reelmark("--home", home, "maintain", *arguments).returncode == 2


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
    for action in ("check", "backup", "quick", "full", "vacuum"):
        result = reelmark("--home", home, "maintain", action, "--drive", "Card", "--json")
        assert failed(result, 3)["error"]["code"] == "catalog.newer"
    assert shard(home).read_bytes() == before
    (card,) = document(reelmark("--home", home, "maintain", "status", "--json"))["targets"][1:]
    assert card["state"] == "newer"


def test_a_drive_that_is_not_there_ends_with_3(home: Path) -> None:
    assert reelmark("--home", home, "maintain", "check", "--drive", "Nobody").returncode == 3


def test_a_full_disk_loses_nothing_and_says_so(home: Path, tmp_path: Path) -> None:
    for number in range(1500):
        (tmp_path / "card" / f"a_file_with_a_rather_long_name_{number * 7919:08}.txt").write_bytes(b"")
    reelmark("--home", home, "scan", tmp_path / "card", "--inventory-only")
    copy = document(reelmark("--home", home, "maintain", "backup", "--drive", "Card", "--json"))["targets"][0]["backup"]
    before = shard(home).read_bytes()
    for action in ("backup", "quick", "full", "vacuum", "restore"):
        command = ("--home", home, "maintain", action, "--drive", "Card", "--json")
        result = reelmark(*command, limit_file_bytes=len(before) // 2)
        assert failed(result, 3)["error"]["code"] in ("disk.full", "catalog.io"), result.stdout
        assert shard(home).read_bytes() == before
        assert [path for path in (home / "backups").iterdir() if str(path) != copy] == []
        assert [path.name for path in (home / "shards").iterdir() if ".tmp" in path.name] == []
    assert reelmark("--home", home, "maintain", "check", "--full").returncode == 0


def test_a_folder_that_may_not_be_written_is_named(home: Path) -> None:
    backups = home / "backups"
    backups.chmod(0o555)
    try:
        command = ("--home", home, "maintain", "vacuum", "--drive", "Card", "--json")
        error = failed(reelmark(*command, obey_permissions=True), 3)["error"]
        assert str(backups) in error["message"]
    finally:
        backups.chmod(0o755)
    assert reelmark("--home", home, "maintain", "check", "--full").returncode == 0


def test_a_read_only_home_can_be_checked_and_no_more(home: Path) -> None:
    for folder in (home, home / "shards", home / "backups"):
        folder.chmod(0o555)
    try:
        assert reelmark("--home", home, "maintain", "status", obey_permissions=True).returncode == 0
        checked = reelmark("--home", home, "maintain", "check", "--full", obey_permissions=True)
        assert checked.returncode == 0, checked.stderr
        for action in ("backup", "vacuum", "quick", "full"):
            result = reelmark("--home", home, "maintain", action, "--json", obey_permissions=True)
            assert failed(result, 3)["error"]["code"] == "home.read_only"
    finally:
        for folder in (home, home / "shards", home / "backups"):
            folder.chmod(0o755)


def test_a_damaged_shard_is_salvaged_or_restored(home: Path) -> None:
    reelmark("--home", home, "maintain", "backup")
    shard(home).write_bytes(shard(home).read_bytes()[:-4096])
    salvaged = document(reelmark("--home", home, "maintain", "salvage", "--drive", "Card", "--json"))["targets"][0]
    assert salvaged["ok"]
    assert ".damaged." in salvaged["backup"]
    assert {table["table"] for table in salvaged["tables"]} >= {"folder", "meta"}
    assert reelmark("--home", home, "maintain", "check", "--full").returncode == 0
    shard(home).write_bytes(b"gone")
    shown = reelmark("--home", home, "maintain", "salvage", "--drive", "Card")
    assert (shown.returncode, b"estore a backup" in shown.stderr) == (6, True)
    (restored,) = document(reelmark("--home", home, "maintain", "restore", "--drive", "Card", "--json"))["targets"]
    assert restored["ok"]
    assert reelmark("--home", home, "search", "a.txt").returncode == 0


def test_a_damaged_catalogue_can_still_be_looked_after(home: Path) -> None:
    reelmark("--home", home, "maintain", "backup")
    (home / "catalog.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 9000)
    assert reelmark("--home", home, "drives", "list").returncode == 6
    status = failed(reelmark("--home", home, "maintain", "status", "--json"), 6)["targets"]
    assert [(target["name"], target["state"]) for target in status] == [("catalog", "broken"), ("Card", "unchecked")]
    assert reelmark("--home", home, "maintain", "restore", "--catalog").returncode == 0
    (drive,) = document(reelmark("--home", home, "drives", "list", "--json"))["drives"]
    assert drive["label"] == "Card"


@pytest.mark.parametrize("wrong", [("restore",), ("restore", "--catalog", "--drive", "Card"), ("salvage",)])
def test_what_is_to_be_replaced_must_be_named(home: Path, wrong: tuple[str, ...]) -> None:
    assert reelmark("--home", home, "maintain", *wrong).returncode == 2


def test_who_lost_a_shard_is_told_of_its_backup(home: Path) -> None:
    reelmark("--home", home, "maintain", "backup", "--drive", "Card")
    shard(home).unlink()
    listed = reelmark("--home", home, "drives", "list")
    assert b"reelmark maintain restore --drive Card" in listed.stderr
    assert reelmark("--home", home, "maintain", "restore", "--drive", "Card").returncode == 0
    assert reelmark("--home", home, "drives", "list").returncode == 0
