"""Silent damage is found, and the good copy is named."""

import os
from pathlib import Path

import pytest

from app.errors import DriveGone, InputError, UsageError
from app.jobs.job import Job
from app.operations import run
from app.scanning.request import ScanRequest
from app.scanning.verify import VerifyRequest, VerifyResult
from tests.unprivileged import document, reelmark

from .conftest import Studio

DATA = bytes(range(256)) * 40


def flip(path: Path) -> None:
    """Change one bit behind the back of everybody: size and time stay."""
    stat = path.stat()
    data = bytearray(path.read_bytes())
    data[1000] ^= 4
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def verify(studio: Studio, **asked: object) -> VerifyResult:
    result: VerifyResult = run(studio.engine, "verify", VerifyRequest(**asked), Job(studio.events.append))  # type: ignore[arg-type]
    return result


def other_drive(studio: Studio, label: str, data: bytes = DATA) -> Path:
    folder = studio.base.parent / label
    folder.mkdir()
    (folder / "copy.mov").write_bytes(data)
    run(studio.engine, "scan", ScanRequest((str(folder),), drive=label), Job())
    return folder


def suspects(studio: Studio) -> list[tuple[object, ...]]:
    with studio.engine.catalog.open_shard(studio.engine.catalog.drive("Card")) as database:
        return list(database.rows("SELECT code FROM suspect"))


@pytest.fixture
def drive(studio: Studio) -> Studio:
    """A drive with a movie and a text, hashed."""
    studio.write("a/take.mov", DATA)
    studio.write("b.txt", b"text")
    studio.scan(inventory_only=False, drive="Card")
    return studio


def test_what_is_as_it_was_is_verified_and_the_time_is_kept(drive: Studio) -> None:
    ((before,),) = drive.rows("SELECT min(verified_us) FROM file")
    result = verify(drive, drive="Card")
    assert (result.checked, result.ok, result.bytes, result.objections) == (2, 2, len(DATA) + 4, False)
    ((after,),) = drive.rows("SELECT min(verified_us) FROM file")
    assert after > before > 0


def test_a_flipped_bit_is_suspected_rot_and_the_good_copy_is_named(drive: Studio) -> None:
    other_drive(drive, "Shelf")
    flip(drive.base / "a" / "take.mov")
    assert drive.counts(inventory_only=False)["unchanged"] == 2, "a scan takes size and time for it"
    for _ in range(2):
        result = verify(drive, path=str(drive.base))
        assert (result.rotten, result.ok, result.objections) == (1, 1, True)
        (told,) = result.document()["suspected_rot"]
        assert told["path"] == str(drive.base / "a" / "take.mov")
        assert [(copy["drive"], copy["relative_path"]) for copy in told["good_copies"]] == [("Shelf", "copy.mov")]
        assert told["majority"] == "stored"
    assert suspects(drive) == [("rot",)]
    flip(drive.base / "a" / "take.mov")
    assert not verify(drive, drive="Card").objections
    assert suspects(drive) == []


def test_where_most_drives_hold_the_present_bytes_they_are_the_good_ones(drive: Studio) -> None:
    flip(drive.base / "a" / "take.mov")
    damaged = (drive.base / "a" / "take.mov").read_bytes()
    other_drive(drive, "One", damaged)
    other_drive(drive, "Two", damaged)
    (told,) = verify(drive, drive="Card").document()["suspected_rot"]
    assert told["majority"] == "present"
    assert {copy["drive"] for copy in told["good_copies"]} == {"One", "Two"}


def test_a_full_scan_takes_the_new_bytes_and_keeps_the_suspicion(drive: Studio) -> None:
    flip(drive.base / "a" / "take.mov")
    assert drive.counts(inventory_only=False, mode="full")["changed"] == 1
    assert suspects(drive) == [("rot",)]
    assert verify(drive, drive="Card").ok == 2
    assert suspects(drive) == [("rot",)]
    (drive.base / "a" / "take.mov").touch()
    drive.scan(inventory_only=False)
    assert suspects(drive) == []


def test_what_was_written_or_is_gone_is_no_rot(drive: Studio) -> None:
    drive.write("b.txt", b"other text")
    (drive.base / "a" / "take.mov").unlink()
    result = verify(drive, drive="Card")
    assert (result.changed, result.missing, result.rotten, result.ok) == (1, 1, 0, 0)
    assert {entry["code"] for entry in result.failed} == {"verify.changed", "verify.missing"}
    assert drive.rows("SELECT count(*) FROM file WHERE missed_scan IS NOT NULL") == [(0,)]


def test_what_is_a_link_by_now_is_no_rot(drive: Studio) -> None:
    take = drive.base / "a" / "take.mov"
    take.rename(drive.base.parent / "take.mov")
    take.symlink_to(drive.base.parent / "take.mov")
    result = verify(drive, drive="Card")
    assert (result.unreadable, result.rotten, result.ok, suspects(drive)) == (1, 0, 1, [])
    assert drive.rows("SELECT count(*) FROM file WHERE verified_us IS NULL") == [(1,)]


def test_links_that_a_scan_followed_are_verified_through(drive: Studio) -> None:
    (drive.base.parent / "far.mov").write_bytes(DATA)
    (drive.base / "far.mov").symlink_to(drive.base.parent / "far.mov")
    drive.scan(inventory_only=False, follow_symlinks=True)
    result = verify(drive, drive="Card")
    assert (result.ok, result.unreadable, suspects(drive)) == (3, 0, [])


def test_a_part_a_folder_or_what_is_due(drive: Studio) -> None:
    assert verify(drive, path=str(drive.base / "a")).checked == 1
    assert verify(drive, path="b.txt", drive="Card").checked == 1
    assert [verify(drive, drive="Card", sample=(part, 2)).checked for part in (1, 2)] == [1, 1]
    assert verify(drive, drive="Card", older_than_days=1).checked == 0
    drive.write("c.txt")
    drive.scan(inventory_only=True)
    assert verify(drive, drive="Card", older_than_days=0).not_hashed == 1
    with pytest.raises(UsageError, match="N/T"):
        verify(drive, drive="Card", sample=(3, 2))
    with pytest.raises(InputError, match="no catalogued drive"):
        verify(drive, path=str(drive.base.parent))


def test_a_drive_that_is_away_says_so(drive: Studio) -> None:
    drive.base.rename(drive.base.with_name("away"))
    with pytest.raises(DriveGone, match="not connected"):
        verify(drive, drive="Card")


def test_the_command_tells_and_ends_with_1(drive: Studio) -> None:
    flip(drive.base / "a" / "take.mov")
    home = drive.engine.home.root
    done = reelmark("--home", home, "verify", drive.base, "--json")
    assert done.returncode == 1
    told = document(done)
    assert (told["checked"], told["ok"], told["suspected"]) == (2, 1, 1)
    assert told["suspected_rot"][0]["majority"] is None
    text = reelmark("--home", home, "verify", "--drive", "card")
    assert b"suspected of rot 1" in text.stdout and b"none known" in text.stdout
    assert reelmark("--home", home, "verify", "--drive", "Card", "--sample", "x").returncode == 2
    assert reelmark("--home", home, "verify").returncode == 2
