from pathlib import Path

import pytest

from tests.unprivileged import document, reelmark


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A drive, now on the shelf, that was scanned twice."""
    drive = tmp_path / "card"
    drive.mkdir()
    (drive / "a.mov").write_bytes(b"one")
    (drive / "b.mov").write_bytes(b"two")
    reelmark("--home", tmp_path / "h", "scan", drive)
    (drive / "a.mov").rename(drive / "c.mov")
    (drive / "b.mov").write_bytes(b"three")
    reelmark("--home", tmp_path / "h", "scan", drive)
    drive.rename(tmp_path / "away")
    return tmp_path / "h"


def test_what_changed_between_two_scans(home: Path) -> None:
    told = document(reelmark("--home", home, "history", "card", "--json"))
    assert (told["from"], told["to"], [scan["scan_id"] for scan in told["scans"]]) == (1, 2, [2, 1])
    fields = ("change", "relative_path", "was", "size_before")
    assert [tuple(entry[field] for field in fields) for entry in told["changes"]] == [
        ("changed", "b.mov", None, 3),
        ("moved", "c.mov", "a.mov", 3),
    ]
    assert document(reelmark("--home", home, "history", "card", "--from", "0", "--json"))["counts"]["new"] == 2
    text = reelmark("--home", home, "history", "card")
    assert text.returncode == 0 and b"1 changed, 1 moved" in text.stdout


def test_the_life_of_a_file(home: Path) -> None:
    told = document(reelmark("--home", home, "history", "card", "--path", "c.mov", "--json"))
    assert [(moment["change"], moment["relative_path"]) for moment in told["moments"]] == [
        ("moved", "c.mov"),
        ("new", "a.mov"),
    ]
    assert reelmark("--home", home, "history", "card", "--path", "c.mov").returncode == 0
    assert reelmark("--home", home, "history", "card", "--path", "x").returncode == 3


def test_scans_that_do_not_exist_are_refused(home: Path) -> None:
    for options in (("--from", "9"), ("--from", "2", "--to", "1"), ("--to", "7")):
        assert reelmark("--home", home, "history", "card", *options).returncode == 2
    assert reelmark("--home", home, "history", "none").returncode == 3


def test_what_is_gone_and_lies_on_another_drive_is_told_so(home: Path, tmp_path: Path) -> None:
    (tmp_path / "away").rename(tmp_path / "card")
    (tmp_path / "shelf").mkdir()
    (tmp_path / "card" / "c.mov").rename(tmp_path / "shelf" / "kept.mov")
    for name in ("card", "shelf"):
        reelmark("--home", home, "scan", tmp_path / name)
    (gone,) = document(reelmark("--home", home, "history", "card", "--json"))["changes"]
    assert (gone["change"], gone["relative_path"]) == ("gone", "c.mov")
    assert [(copy["drive"], copy["relative_path"]) for copy in gone["elsewhere"]] == [("shelf", "kept.mov")]
    life = document(reelmark("--home", home, "history", "card", "--path", "a.mov", "--json"))
    assert [copy["drive"] for copy in life["elsewhere"]] == ["shelf"]
    assert b"shelf: kept.mov" in reelmark("--home", home, "history", "card").stdout
