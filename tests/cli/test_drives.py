import os
import sqlite3
from pathlib import Path

import pytest

from tests.unprivileged import document, reelmark


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_bytes(b"12")
        reelmark("--home", tmp_path / "h", "scan", tmp_path / name, "--inventory-only")
    return tmp_path / "h"


def test_drives_are_listed_connected_or_not(home: Path, tmp_path: Path) -> None:
    (tmp_path / "two").rename(tmp_path / "away")
    drives = document(reelmark("--home", home, "drives", "list", "--json"))["drives"]
    assert [(drive["label"], drive["online"], drive["files"], drive["bytes"]) for drive in drives] == [
        ("one", True, 1, 2),
        ("two", False, 1, 2),
    ]
    assert drives[0]["base"] == str(tmp_path / "one")
    assert drives[0]["capacity_bytes"] > 0
    assert b"two" in reelmark("--home", home, "drives", "list").stdout


def test_a_drive_shows_its_scans_newest_first(home: Path, tmp_path: Path) -> None:
    reelmark("--home", home, "scan", tmp_path / "one", "--inventory-only")
    (drive,) = document(reelmark("--home", home, "drives", "show", "ONE", "--json"))["drives"]
    assert [(scan["scan_id"], scan["state"]) for scan in drive["scans"]] == [(2, "done"), (1, "done")]
    assert drive["scans"][0]["counts"]["unchanged"] == 1
    assert reelmark("--home", home, "drives", "show", "one").returncode == 0


def test_a_drive_is_renamed_unless_the_label_is_taken(home: Path) -> None:
    (drive,) = document(reelmark("--home", home, "drives", "rename", "one", "Card A", "--json"))["drives"]
    assert drive["label"] == "Card A"
    assert reelmark("--home", home, "drives", "rename", "two", "card a").returncode == 2
    assert reelmark("--home", home, "drives", "rename", "two", " ").returncode == 2
    assert reelmark("--home", home, "drives", "show", "one", "--json").returncode == 3


def test_a_fresh_home_has_no_drives(tmp_path: Path) -> None:
    assert document(reelmark("--home", tmp_path / "x", "drives", "list", "--json")) == {"drives": []}
    assert b"scan FOLDER" in reelmark("--home", tmp_path / "x", "drives", "list").stdout


def test_what_a_drive_does_not_count_is_listed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "one" / "link").symlink_to("a.txt")
    (tmp_path / "one" / "gone\udcff.txt").write_bytes(b"1")
    reelmark("--home", home, "scan", tmp_path / "one", "--inventory-only")
    (tmp_path / "one" / "gone\udcff.txt").unlink()
    reelmark("--home", home, "scan", tmp_path / "one", "--inventory-only")
    result = document(reelmark("--home", home, "drives", "show", "one", "--skipped", "--missing", "--json"))
    (drive,) = result["drives"]
    assert (drive["skipped_total"], drive["missing_total"], "unreadable" in drive) == (1, 1, False)
    assert drive["skipped"][0] == {
        "path": str(tmp_path / "one" / "link"),
        "relative_path": "link",
        "code": "link",
        "reason": "a link, which is not followed",
    }
    assert drive["missing"][0]["raw_name"] == "Z29uZf8udHh0"
    text = reelmark("--home", home, "drives", "show", "one", "--skipped", "--unreadable").stdout
    assert b"link" in text
    assert b"Nothing is unreadable on one." in text


def test_a_librarian_notes_where_a_drive_is(home: Path) -> None:
    def drives(*words: str) -> dict[str, object]:
        (drive,) = document(reelmark("--home", home, "drives", *words, "--json"))["drives"]
        assert isinstance(drive, dict)
        return drive

    assert drives("place", "one", "shelf 3")["place"] == "shelf 3"
    assert drives("note", "one", "the B cameras")["note"] == "the B cameras"
    lent = drives("lend", "one", "Ann")
    assert (lent["lent_to"], lent["place"], str(lent["lent"])[:2]) == ("Ann", "shelf 3", "20")
    assert b"lent to Ann" in reelmark("--home", home, "drives", "list").stdout
    assert b"the B cameras" in reelmark("--home", home, "drives", "show", "one").stdout
    assert drives("return", "one")["lent_to"] is None
    assert b"was not lent" in reelmark("--home", home, "drives", "return", "one").stdout
    assert reelmark("--home", home, "drives", "lend", "one", " ").returncode == 2
    assert reelmark("--home", home, "drives", "place", "nowhere", "x").returncode == 3


def test_a_drive_is_forgotten_only_when_that_is_said(home: Path) -> None:
    refused = reelmark("--home", home, "drives", "forget", "one")
    assert refused.returncode == 2
    assert b"--yes" in refused.stderr
    gone = document(reelmark("--home", home, "drives", "forget", "one", "--yes", "--json"))["forgotten"]
    assert (gone["label"], Path(gone["shard"]).exists()) == ("one", True)
    left = document(reelmark("--home", home, "drives", "list", "--json"))["drives"]
    assert [drive["label"] for drive in left] == ["two"]


def test_a_drive_is_marked_by_name(home: Path, tmp_path: Path) -> None:
    (drive,) = document(reelmark("--home", home, "drives", "mark", "one", "--json"))["drives"]
    assert drive["passport"]["marker"] == drive["id"]
    assert (tmp_path / "one" / ".reelmark-drive").exists()
    assert not (tmp_path / "two" / ".reelmark-drive").exists()
    assert reelmark("--home", home, "drives", "mark", "one", "--remove").returncode == 0
    assert not (tmp_path / "one" / ".reelmark-drive").exists()


def test_what_did_not_verify_is_told_and_listed(home: Path, tmp_path: Path) -> None:
    rotten = tmp_path / "one" / "a.txt"
    reelmark("--home", home, "scan", tmp_path / "one")
    times = rotten.stat().st_atime_ns, rotten.stat().st_mtime_ns
    rotten.write_bytes(b"13")
    os.utime(rotten, ns=times)
    assert reelmark("--home", home, "verify", "--drive", "one").returncode == 1
    listed = reelmark("--home", home, "drives", "list", "--json")
    assert [drive["suspected_total"] for drive in document(listed)["drives"]] == [1, 0]
    assert b"drives show one --suspected" in reelmark("--home", home, "drives", "list").stderr
    (drive,) = document(reelmark("--home", home, "drives", "show", "one", "--suspected", "--json"))["drives"]
    assert [(entry["path"], entry["code"]) for entry in drive["suspected"]] == [(str(rotten), "rot")]


def test_a_shard_that_a_check_found_broken_is_not_called_good(home: Path) -> None:
    (drive, _) = document(reelmark("--home", home, "drives", "list", "--json"))["drives"]
    with sqlite3.connect(home / "shards" / f"{drive['id']}.db") as shard:
        shard.execute("DELETE FROM block")
    assert reelmark("--home", home, "maintain", "check", "--full").returncode == 6
    listed = reelmark("--home", home, "drives", "list", "--json")
    assert [drive["problem"] is None for drive in document(listed)["drives"]] == [False, True]
    assert listed.returncode == 1
    assert b"BROKEN" in reelmark("--home", home, "drives", "list").stdout
    for file in (home / "shards").glob(f"{drive['id']}.db*"):
        file.rename(home / file.name)
    assert reelmark("--home", home, "scan", drive["base"]).returncode == 0
    assert reelmark("--home", home, "drives", "list").returncode == 0
    assert b"BROKEN" not in reelmark("--home", home, "maintain", "status").stdout
