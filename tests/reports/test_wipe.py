"""Ways to a yes that would lose something, each of them closed."""

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import HeldByAnother, UsageError
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken, Job
from app.operations import run
from app.reports.copies import AtRiskRequest, OnlyHereRequest
from app.scanning.verify import VerifyRequest
from app.shelf.marking import MarkDriveRequest
from tests.reports.test_copies import SOUND, TAKE, Shelf
from tests.ui.enginekit import make_engine
from tests.unprivileged import reelmark

FILES = {"take.mov": TAKE, "sub/sound.wav": SOUND, "keep.txt": b"keep"}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A card with one copy of each file. Two missing files are so many that somebody must be asked."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.json").write_text(json.dumps({"scan": {"missing_files": 1}}))
    shelf = Shelf(tmp_path)
    shelf.drive("Card", {"a/take.mov": TAKE, "b.wav": SOUND})
    shelf.drive("One", FILES)
    assert shelf.wipe(tmp_path / "Card", 1, receipt=str(tmp_path / "first.jsonl"))["safe"]
    return shelf


def put_away(shelf: Shelf, label: str) -> None:
    (shelf.folder / label).rename(shelf.folder / f"{label} on the shelf")


def reasons(shelf: Shelf) -> dict[str, str]:
    """Why each file of the card has too few copies, by its name."""
    told = shelf.wipe(shelf.folder / "Card", 1)
    assert bool(told["files"]) != told["safe"]
    return {Path(entry["path"]).name: entry["reason"] for entry in told["files"]}


def gone_but_not_accepted(shelf: Shelf) -> None:
    one = shelf.folder / "One"
    (one / "take.mov").unlink()
    (one / "sub" / "sound.wav").unlink()
    shelf.scan("One")


def folder_gone_but_not_accepted(shelf: Shelf) -> None:
    one = shelf.folder / "One"
    (one / "sub").rename(shelf.folder / "elsewhere")
    (one / "take.mov").unlink()
    shelf.scan("One")


def base_is_empty(shelf: Shelf) -> None:
    put_away(shelf, "One")
    (shelf.folder / "One").mkdir()
    shelf.scan("One")


def passed_over(shelf: Shelf) -> None:
    shelf.scan("One", ignore=("take.mov", "sub"))


def seen_to_be_gone_by_a_walk_that_was_stopped(shelf: Shelf) -> None:
    drive = shelf.engine.catalog.drive("One")
    with sqlite3.connect(shelf.engine.catalog.shard_path(drive.id)) as shard:
        shard.execute("INSERT INTO gone_folder SELECT id FROM folder WHERE path = CAST('sub' AS BLOB)")
        shard.execute("INSERT INTO gone_file SELECT id FROM file WHERE name = CAST('take.mov' AS BLOB)")


@pytest.mark.parametrize(
    "happened",
    [
        gone_but_not_accepted,
        folder_gone_but_not_accepted,
        base_is_empty,
        passed_over,
        seen_to_be_gone_by_a_walk_that_was_stopped,
    ],
)
def test_what_the_last_scan_of_a_drive_did_not_see_is_no_copy(shelf: Shelf, happened: Callable[[Shelf], None]) -> None:
    happened(shelf)
    if (shelf.folder / "One").exists():
        (shelf.folder / "One").rename(shelf.folder / "away")
    found = reasons(shelf)
    assert set(found) == {"take.mov", "b.wav"}
    assert all("not seen by the last scan" in reason for reason in found.values())
    only = run(shelf.engine, "only_here", OnlyHereRequest("Card"), Job())
    assert only.contents == 2
    assert run(shelf.engine, "at_risk", AtRiskRequest(1), Job()).contents >= 2


def test_what_a_verification_missed_or_found_written_is_no_copy(shelf: Shelf) -> None:
    one = shelf.folder / "One"
    (one / "take.mov").unlink()
    (one / "sub" / "sound.wav").write_bytes(b"other")
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    put_away(shelf, "One")
    found = reasons(shelf)
    assert set(found) == {"take.mov", "b.wav"}
    assert all("never read whole as it is now" in reason for reason in found.values())


def test_a_file_that_came_back_counts_when_it_was_read_again(shelf: Shelf) -> None:
    take = shelf.folder / "One" / "take.mov"
    take.rename(shelf.folder / "set aside")
    shelf.scan("One", accept_missing=True)
    (shelf.folder / "set aside").rename(take)
    shelf.scan("One")
    assert list(reasons(shelf)) == ["take.mov"]
    run(shelf.engine, "verify", VerifyRequest(drive="One"), Job())
    assert not reasons(shelf)


def test_a_file_of_the_card_that_came_back_is_not_known_by_its_old_hash(shelf: Shelf) -> None:
    take = shelf.folder / "Card" / "a" / "take.mov"
    stat = take.stat()
    take.unlink()
    shelf.scan("Card", accept_missing=True)
    take.write_bytes(bytes(len(TAKE)))
    os.utime(take, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    shelf.scan("Card")
    assert reasons(shelf) == {"take.mov": "it was not read whole as it lies there: verify the drive"}


@pytest.mark.parametrize("how", ["gone", "written", "link"])
def test_copies_on_connected_drives_are_looked_at(shelf: Shelf, how: str) -> None:
    take = shelf.folder / "One" / "take.mov"
    take.unlink()
    if how == "written":
        take.write_bytes(b"another take")
    elif how == "link":
        take.symlink_to(shelf.folder / "Card" / "a" / "take.mov")
    (reason,) = reasons(shelf).values()
    assert ("written since" if how == "written" else "not there any more") in reason


def test_a_copy_on_a_share_that_does_not_answer_is_none(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    site = shelf.folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import os, sys, time\n"
        "real = os.lstat\n"
        "def hung(path, *rest, **named):\n"
        "    if os.fsdecode(path).endswith('One/take.mov'): time.sleep(3600)\n"
        "    return real(path, *rest, **named)\n"
        "if 'app.files.filestates:serve' in sys.orig_argv: os.lstat = hung\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]))
    (shelf.folder / "home" / "settings.json").write_text(json.dumps({"robust": {"op_timeout_s": 2}}))
    shelf.engine = make_engine(shelf.folder / "home")
    assert "does not answer" in reasons(shelf)["take.mov"]


@pytest.mark.parametrize("connected", [True, False])
def test_a_link_to_the_card_is_no_copy(shelf: Shelf, connected: bool) -> None:
    card, two = shelf.folder / "Card", shelf.folder / "Two"
    two.mkdir()
    (two / "linked").symlink_to(card / "a")
    (two / "b.wav").symlink_to(card / "b.wav")
    shelf.scan("Two", follow_symlinks=True)
    if not connected:
        put_away(shelf, "Two")
    told = shelf.wipe(card, 2)
    assert told["counts"]["safe"] == 0
    assert all("link" in entry["reason"] for entry in told["files"])


def test_a_card_that_was_set_free_is_a_copy_of_nothing_until_it_is_verified(shelf: Shelf) -> None:
    card, one = shelf.folder / "Card", shelf.folder / "One"
    (one / "keep.txt").unlink()
    shelf.scan("One")
    told = shelf.wipe(one, 1)
    assert all("free to wipe" in entry["reason"] for entry in told["files"]) and len(told["files"]) == 2
    assert shelf.wipe(card, 1)["safe"], "asked again, it is as free as before"
    run(shelf.engine, "verify", VerifyRequest(drive="Card"), Job())
    assert shelf.wipe(one, 1)["safe"]
    assert not shelf.wipe(card, 1)["safe"]


def test_the_folder_that_was_set_free_alone_counts_no_more(shelf: Shelf) -> None:
    run(shelf.engine, "verify", VerifyRequest(drive="Card"), Job())
    assert shelf.wipe(shelf.folder / "Card" / "a", 1)["safe"]
    (shelf.folder / "One" / "keep.txt").unlink()
    shelf.scan("One")
    told = shelf.wipe(shelf.folder / "One", 1)
    assert [Path(entry["path"]).name for entry in told["files"]] == ["take.mov"]


def test_the_disk_of_a_copy_that_was_formatted_anew_holds_none(shelf: Shelf) -> None:
    shelf.drive("New", {"x.txt": b"x"})
    catalog = shelf.engine.catalog
    new, one = catalog.drive("New"), catalog.drive("One")
    catalog.move_drive(new, new.base, replace(new.passport, replaces=one.id))
    put_away(shelf, "One")
    assert all("re-formatted" in reason for reason in reasons(shelf).values())
    assert run(shelf.engine, "only_here", OnlyHereRequest("Card"), Job()).contents == 2


def test_a_receipt_is_not_written_into_what_is_wiped(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    card = shelf.folder / "Card"
    with pytest.raises(UsageError, match="to be wiped"):
        shelf.wipe(card, 1, receipt=str(card / "a" / "r.jsonl"))
    monkeypatch.chdir(shelf.folder)
    assert shelf.wipe(card, 1, receipt="r.jsonl")["receipt"] == str(shelf.folder / "r.jsonl")


def test_a_card_whose_records_are_being_written_is_not_judged(shelf: Shelf) -> None:
    shard = shelf.engine.catalog.shard_path(shelf.engine.catalog.drive("Card").id)
    with hold_file_lock(shard.with_suffix(".lock"), CancelToken()), pytest.raises(HeldByAnother):
        shelf.wipe(shelf.folder / "Card", 1)


def test_two_drives_are_not_set_free_for_each_others_sake(shelf: Shelf) -> None:
    lock = shelf.engine.home.shards / "wipe.lock"
    with hold_file_lock(lock, CancelToken()), pytest.raises(HeldByAnother, match="may be wiped"):
        shelf.wipe(shelf.folder / "Card", 1)
    assert shelf.wipe(shelf.folder / "Card", 1)["safe"]
    (shelf.folder / "One" / "keep.txt").unlink()
    shelf.scan("One")
    assert not shelf.wipe(shelf.folder / "One", 1)["safe"]


def test_our_own_marker_needs_no_copy(shelf: Shelf) -> None:
    run(shelf.engine, "mark_drive", MarkDriveRequest("Card"), Job())
    assert not reasons(shelf)


def test_the_answer_names_drives_whose_records_are_broken(shelf: Shelf) -> None:
    shard = shelf.engine.catalog.shard_path(shelf.engine.catalog.drive("One").id)
    for log in shard.parent.glob(f"{shard.name}-*"):
        log.unlink()
    shard.write_bytes(b"no database at all, but long enough to be read")
    no = reelmark("--home", shelf.engine.home.root, "copies", "wipe", shelf.folder / "Card", "--copies", "1")
    assert no.returncode == 1 and no.stdout.startswith(b"NO, ")
    assert b"warning: One: " in no.stderr and b"counts as no copy" in no.stderr


def test_a_yes_tells_of_what_is_not_as_it_was_hashed(shelf: Shelf) -> None:
    recorded = shelf.folder / "Card" / "a" / "take.mov"
    times = recorded.stat().st_atime_ns, recorded.stat().st_mtime_ns
    recorded.write_bytes(TAKE[:-1] + b"!")
    os.utime(recorded, ns=times)
    run(shelf.engine, "verify", VerifyRequest(drive="Card"), Job())

    told = shelf.wipe(shelf.folder / "Card", 1)

    assert (told["safe"], told["counts"]["suspected"]) == (True, 1)
    shown = reelmark("--home", shelf.folder / "home", "copies", "wipe", shelf.folder / "Card", "--copies", "1")
    assert b"1 file does not read as hashed" in shown.stdout
