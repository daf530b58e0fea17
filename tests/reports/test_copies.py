"""What has copies elsewhere, what has not, and what may be wiped."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from app.engine import Engine
from app.errors import DriveGone, InputError, UsageError
from app.jobs.job import Job
from app.model.drives import Passport
from app.operations import run
from app.reports.copies import AtRiskRequest, OnlyHereRequest
from app.reports.duplicates import duplicates
from app.reports.scope import Scope
from app.reports.wipe import WipeRequest
from app.scanning.request import ScanRequest
from app.scanning.verify import VerifyRequest
from tests.scanning.test_verify import flip
from tests.ui.enginekit import make_engine
from tests.unprivileged import document, reelmark

TAKE, SOUND = b"take" * 1000, b"sound" * 10


class Shelf:
    """Drives that stand for volumes of their own, though they are folders of one disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine: Engine = make_engine(folder / "home")

    def drive(self, label: str, files: dict[str, bytes], **options: Any) -> Path:
        base = self.folder / label
        for name, data in files.items():
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.scan(label, **options)
        return base

    def scan(self, label: str, **options: Any) -> None:
        run(self.engine, "scan", ScanRequest((str(self.folder / label),), drive=label, **options), Job())
        catalog = self.engine.catalog
        drive = catalog.drive(label)
        catalog.move_drive(drive, drive.base, Passport(serial=f"disk of {label}"))

    def wipe(self, path: Path, copies: int = 2, **asked: Any) -> dict[str, Any]:
        told: dict[str, Any] = run(self.engine, "wipe", WipeRequest(str(path), copies, **asked), Job()).document()
        return told


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.drive("Card", {"a/take.mov": TAKE, "b.wav": SOUND})
    shelf.drive("One", {"take.mov": TAKE, "sound.wav": SOUND})
    return shelf


def test_a_card_may_be_wiped_only_when_each_file_has_its_copies(shelf: Shelf) -> None:
    card = shelf.folder / "Card"
    told = shelf.wipe(card)
    assert not told["safe"] and told["receipt"] is None
    assert told["counts"] == {"files": 2, "bytes": len(TAKE) + len(SOUND), "safe": 0, "unsafe": 2, "suspected": 0}
    assert {entry["reason"] for entry in told["files"]} == {"1 of 2 copies on other drives"}
    shelf.drive("Two", {"x/take.mov": TAKE, "y/sound.wav": SOUND})
    (shelf.folder / "Two").rename(shelf.folder / "on the shelf")
    told = shelf.wipe(card)
    assert told["safe"] and told["copies_on"] == {"One": 2, "Two": 2}
    lines = Path(told["receipt"]).read_bytes().splitlines(keepends=True)
    asked, *entries, end = (json.loads(line) for line in lines)
    assert (asked["copies"], asked["drive"]["label"], end["files"]) == (2, "Card", 2)
    assert end["sha256"] == hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    assert {copy["drive"] for entry in entries for copy in entry["copies"]} == {"One", "Two"}
    assert sorted(path.name for path in card.rglob("*")) == ["a", "b.wav", "take.mov"]


def test_two_copies_on_one_drive_or_volume_are_one(shelf: Shelf) -> None:
    shelf.drive("One", {"again/take.mov": TAKE, "again/sound.wav": SOUND})
    assert not shelf.wipe(shelf.folder / "Card")["safe"]
    shelf.drive("Three", {"take.mov": TAKE, "sound.wav": SOUND})
    catalog = shelf.engine.catalog
    three = catalog.drive("Three")
    catalog.move_drive(three, three.base, Passport(serial="disk of One"))
    told = shelf.wipe(shelf.folder / "Card")
    assert not told["safe"] and "lost together" in told["files"][0]["reason"]
    assert shelf.wipe(shelf.folder / "Card", same_volume=True)["safe"]


def test_what_the_catalogue_does_not_know_as_it_lies_there_objects(shelf: Shelf) -> None:
    card = shelf.folder / "Card"
    assert shelf.wipe(card, 1)["safe"]
    (card / "new.mov").write_bytes(b"new")
    (card / "b.wav").write_bytes(SOUND + b"more")
    reasons = {Path(entry["path"]).name: entry["reason"] for entry in shelf.wipe(card, 1)["files"]}
    assert "not catalogued" in reasons["new.mov"] and "written since" in reasons["b.wav"]
    assert shelf.wipe(card / "a", 1)["safe"], "a folder alone"
    assert not list((shelf.engine.home.exports / "receipts").glob("*.tmp"))


def test_a_copy_that_rots_or_was_never_read_is_none(shelf: Shelf) -> None:
    card = shelf.folder / "Card"
    flip(shelf.folder / "One" / "take.mov")
    assert shelf.wipe(card, 1)["safe"], "nobody knows yet"
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    (entry,) = shelf.wipe(card, 1)["files"]
    assert entry["path"].endswith("take.mov") and "suspected of rot" in entry["reason"]
    flip(shelf.folder / "One" / "take.mov")
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    assert shelf.wipe(card, 1)["safe"]
    assert not shelf.wipe(card, 1, verified_within_days=0)["safe"]


def test_an_inventory_is_no_copy(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.drive("Card", {"take.mov": TAKE})
    shelf.drive("One", {"take.mov": TAKE}, inventory_only=True)
    assert not shelf.wipe(tmp_path / "Card", 1)["safe"]


def test_a_wipe_is_not_answered_for_what_is_away_or_unknown(shelf: Shelf) -> None:
    card = shelf.folder / "Card"
    with pytest.raises(UsageError):
        shelf.wipe(card, 0)
    with pytest.raises(InputError, match="no catalogued drive"):
        shelf.wipe(shelf.folder)
    with pytest.raises(InputError):
        shelf.wipe(card, 1, receipt=str(shelf.folder / "nowhere" / "r.jsonl"))
    (card / "empty").mkdir()
    assert not shelf.wipe(card / "empty", 1)["safe"]
    card.rename(shelf.folder / "away")
    with pytest.raises(DriveGone):
        shelf.wipe(card)


def test_what_lies_on_one_drive_alone_is_listed(shelf: Shelf) -> None:
    shelf.drive("Card", {"only.mov": b"here" * 99, "less.txt": b"also", "none": b""})
    told = run(shelf.engine, "only_here", OnlyHereRequest("Card", 1), Job()).document()
    assert (told["contents"], told["bytes"], told["not_hashed"]) == (2, 400, 0)
    assert [Path(entry["path"]).name for entry in told["files"]] == ["only.mov"]
    assert run(shelf.engine, "only_here", OnlyHereRequest("One"), Job()).contents == 0


def test_what_has_too_few_copies_or_places_is_at_risk(shelf: Shelf) -> None:
    shelf.drive("Card", {"only.mov": b"here"})
    told = run(shelf.engine, "at_risk", AtRiskRequest(2), Job()).document()
    assert [entry["size"] for entry in told["files"]] == [4]
    assert run(shelf.engine, "at_risk", AtRiskRequest(3), Job()).contents == 3
    assert run(shelf.engine, "at_risk", AtRiskRequest(2, 2), Job()).contents == 3
    catalog = shelf.engine.catalog
    catalog.describe_drive(catalog.drive("One"), place="vault")
    assert run(shelf.engine, "at_risk", AtRiskRequest(2, 2), Job()).contents == 1


def test_many_equal_files_are_one_content(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.drive("Card", {f"{number:04}": b"same" for number in range(4100)})
    told = run(shelf.engine, "at_risk", AtRiskRequest(2), Job())
    assert (told.contents, len(told.entries[0][2])) == (1, 4100)


def test_the_commands_answer_in_words_and_exit_codes(shelf: Shelf) -> None:
    home, card = shelf.engine.home.root, shelf.folder / "Card"
    no = reelmark("--home", home, "copies", "wipe", card)
    assert (no.returncode, no.stdout.startswith(b"NO, ")) == (1, True)
    yes = reelmark("--home", home, "copies", "wipe", card, "--copies", "1")
    assert (yes.returncode, yes.stdout.startswith(b"YES, ")) == (0, True)
    assert document(reelmark("--home", home, "copies", "wipe", card, "--copies", "1", "--json"))["safe"]
    assert reelmark("--home", home, "copies", "only-here", "card").returncode == 0
    risk = reelmark("--home", home, "copies", "at-risk", "--copies", "3")
    assert risk.returncode == 1 and b"take.mov" in risk.stdout


def test_a_rotten_copy_elsewhere_is_no_copy(shelf: Shelf) -> None:
    flip(shelf.folder / "One" / "take.mov")
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    told = run(shelf.engine, "only_here", OnlyHereRequest("Card"), Job()).document()
    assert [Path(entry["path"]).parts[-3:] for entry in told["files"]] == [("Card", "a", "take.mov")]
    assert [copy["suspect"] for copy in told["files"][0]["copies"]] == [False, True]
    assert run(shelf.engine, "only_here", OnlyHereRequest("One"), Job()).contents == 0


def test_a_rotten_file_is_no_duplicate_that_could_be_kept(shelf: Shelf) -> None:
    flip(shelf.folder / "One" / "take.mov")
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    with Scope(shelf.engine.catalog, shelf.engine.catalog.drives()) as scope:
        told = duplicates(scope).document()
    assert (told["groups"], told["wasted_bytes"]) == (1, len(SOUND))
    assert told["unhashed"] == {"files": 1, "bytes": len(TAKE)}
