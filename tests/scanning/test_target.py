import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from app.catalog.shard import open_writer
from app.drives.identity import read_passport
from app.drives.probing import ProbedFolder
from app.errors import DriveGone, HeldByAnother, InputError, UsageError
from app.jobs.events import Noticed
from app.jobs.job import CancelToken, Job
from app.model.drives import Passport
from app.scanning.target import find_target, lane_of, outermost
from tests.mounting import needs_mount_table, needs_mounts
from tests.unprivileged import REPOSITORY, document

from .conftest import Studio


def drives(studio: Studio) -> list[tuple[str, str]]:
    return [(drive.label, drive.base) for drive in studio.engine.catalog.drives()]


def test_a_new_drive_is_called_after_its_folder(studio: Studio) -> None:
    studio.write("a.txt")
    assert studio.scan()["drive"]["label"] == "media"
    assert studio.scan()["drive"]["label"] == "media"
    other = studio.base.parent / "elsewhere" / "media"
    other.mkdir(parents=True)
    assert studio.scan(str(other))["drive"]["label"] == "media 2"
    assert drives(studio) == [("media", str(studio.base)), ("media 2", str(other))]


@pytest.mark.skipif(sys.platform == "win32", reason="names there hold no line breaks")
def test_a_folder_with_line_breaks_in_its_name_gets_a_label_of_one_line(studio: Studio) -> None:
    odd = studio.base / "day\n1\tcard\x1b[31m"
    odd.mkdir()
    (odd / "a.txt").write_text("a", encoding="utf-8")
    assert studio.scan(str(odd))["drive"]["label"] == r"day 1 card\x1b[31m"


def test_a_label_may_be_written_in_any_case(studio: Studio) -> None:
    studio.write("a.txt")
    studio.scan(drive="Card A")
    studio.scan(drive="CARD a")
    assert drives(studio) == [("Card A", str(studio.base))]


def test_a_label_belongs_to_one_folder(studio: Studio) -> None:
    studio.write("one/a.txt")
    studio.write("two/b.txt")
    studio.scan("one", drive="Card")
    with pytest.raises(HeldByAnother, match="is another folder") as caught:
        studio.scan("two", drive="card")
    assert caught.value.code == "drive.conflict"
    assert caught.value.context["recorded"]["base"] == str(studio.base / "one")


@needs_mount_table
def test_a_label_whose_base_is_another_volume_is_refused(studio: Studio) -> None:
    studio.write("a.txt")
    studio.scan(drive="Card")
    (drive,) = studio.engine.catalog.drives()
    other = Passport("1234-ABCD", "exfat", "/dev/sdz1", str(studio.base), capacity_bytes=64_000_000_000)
    studio.engine.catalog.move_drive(drive, drive.base, other)
    with pytest.raises(HeldByAnother, match="another volume"):
        studio.scan(drive="Card")
    assert studio.scan()["drive"]["label"] == "media", "the folder itself is a drive of its own"


@needs_mount_table
def test_the_empty_mount_point_of_a_drive_is_not_a_new_drive(studio: Studio) -> None:
    path = studio.write("a.txt")
    studio.scan(drive="Card")
    (drive,) = studio.engine.catalog.drives()
    other = replace(read_passport(str(studio.base)), filesystem_uuid="1234-ABCD", filesystem_type="exfat")
    studio.engine.catalog.move_drive(drive, drive.base, other)
    path.unlink()
    with pytest.raises(DriveGone, match="Card is not mounted"):
        studio.scan()
    assert drives(studio) == [("Card", str(studio.base))]


def test_bases_do_not_overlap(studio: Studio) -> None:
    studio.write("show/shot/a.txt")
    studio.scan("show")
    with pytest.raises(HeldByAnother, match="holds the drive show at") as caught:
        studio.scan("")
    assert "as a part of" not in caught.value.hint, "a folder above the base is no part of the drive"
    assert f"Scan {studio.base / 'show'} to bring show up to date" in caught.value.hint
    with pytest.raises(HeldByAnother, match="overlaps the drive show") as caught:
        studio.scan("show/shot", drive="Shot")
    assert "as a part of show" in caught.value.hint
    assert studio.scan("show/shot")["drive"]["label"] == "show", "a folder of a drive is scanned as a part of it"


def test_paths_of_one_call_lie_under_one_base(studio: Studio) -> None:
    studio.write("one/a.txt")
    studio.write("two/b.txt")
    with pytest.raises(UsageError, match="do not lie under one folder"):
        studio.scan("one", "two")
    with pytest.raises(UsageError, match="no folder"):
        find_target(studio.engine.catalog, (), None, Job())


def test_paths_that_are_no_folders(studio: Studio) -> None:
    studio.write("file.txt")
    with pytest.raises(InputError, match="does not exist"):
        studio.scan("nowhere")
    with pytest.raises(InputError, match="is not a folder"):
        studio.scan("file.txt")
    assert drives(studio) == []


def test_a_link_to_a_folder_is_that_folder(studio: Studio) -> None:
    studio.write("real/a.txt")
    (studio.base / "link").symlink_to("real")
    studio.scan("link")
    assert drives(studio) == [("real", str(studio.base / "real"))]


def test_a_drive_called_by_bytes_that_are_no_text(studio: Studio) -> None:
    base = os.fsdecode(os.fsencode(studio.base) + b"/caf\xe9")
    studio.write(base + "/a.txt")
    assert studio.scan(base)["counts"]["new"] == 1
    assert studio.scan(base)["counts"]["unchanged"] == 1


def test_a_share_under_another_mount_is_the_same_drive(studio: Studio) -> None:
    catalog = studio.engine.catalog
    first = Passport("//nas/media", "cifs", "//nas/media", "/gone/nas", "/", network=True, server="nas", share="media")
    known = catalog.add_drive("Shows", "/gone/nas/shows", first)
    again = replace(first, device="nas.studio.local:/media", filesystem_type="nfs4", mount="/other/media")
    again = replace(again, server="nas.studio.local", filesystem_uuid="nas.studio.local:/media")
    folder = ProbedFolder("/other/media/shows", again, frozenset(["a"]))
    found = find_target(catalog, [folder], None, Job()).drive
    assert (found.id, found.base) == (known.id, "/other/media/shows")
    assert (found.passport.verdict, len(catalog.drives(look=False))) == ("elsewhere", 1)
    other = ProbedFolder("/other/films/shows", replace(again, share="films", mount="/other/films"), frozenset())
    assert find_target(catalog, [other], None, Job()).drive.id != known.id


def test_a_server_that_is_called_otherwise_is_a_question(studio: Studio) -> None:
    catalog = studio.engine.catalog
    names = tuple(f"{number:08x}:aa" for number in range(5))
    first = Passport("nas:/media", "nfs4", "nas:/media", "/gone/nas", "/", network=True, server="nas", share="media")
    catalog.add_drive("Shows", "/gone/nas", replace(first, root_sketch=names))
    by_number = replace(first, device="10.0.0.7:/media", server="10.0.0.7", mount="/mnt/n", root_sketch=names)
    folder = ProbedFolder("/mnt/n", by_number, frozenset(["a"]))
    with pytest.raises(HeldByAnother, match="may be the drive Shows") as caught:
        find_target(catalog, [folder], None, Job())
    assert caught.value.code == "drive.ask"
    assert find_target(catalog, [folder], "Shows", Job()).drive.base == "/mnt/n"
    strange = ProbedFolder(
        "/mnt/o", replace(by_number, server="10.0.0.8", mount="/mnt/o", root_sketch=("ff:1",)), frozenset()
    )
    assert find_target(catalog, [strange], None, Job()).drive.label == "o"


def test_a_disk_in_another_usb_case_is_a_question_until_somebody_answers(studio: Studio) -> None:
    catalog = studio.engine.catalog
    first = Passport(
        "11-22", "ext4", "/dev/sdz1", "/gone/a", "/", serial="CASE1", transport="usb", capacity_bytes=9_000
    )
    catalog.add_drive("Card", "/gone/a", first)
    folder = ProbedFolder("/gone/a", replace(first, serial="CASE2"), frozenset(["x"]))
    with pytest.raises(HeldByAnother, match="may be the drive Card or another one") as caught:
        find_target(catalog, [folder], None, Job())
    assert (caught.value.code, caught.value.context["verdict"]) == ("drive.ask", "ask")
    assert find_target(catalog, [folder], "Card", Job()).drive.passport.serial == "CASE2"
    assert find_target(catalog, [folder], None, Job()).drive.label == "Card", "the answer is kept"


def in_own_mounts(script: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs a shell script that may mount without anybody else seeing it."""
    return subprocess.run(["unshare", "-m", "sh", "-ec", script], cwd=REPOSITORY, capture_output=True, check=False)


@needs_mounts
@pytest.mark.parametrize("label", ["", "--drive Card"])
def test_a_drive_that_comes_back_under_another_mount_is_the_same(studio: Studio, label: str) -> None:
    studio.write("volume/card/a.txt")
    volume, here, there = (studio.base / name for name in ("volume", "here", "there"))
    if not read_passport(str(volume)).device.startswith("/"):
        pytest.skip("this file system has no device here")
    here.mkdir()
    there.mkdir()
    scan = f"'{sys.executable}' -m app --home '{studio.engine.home.root}' scan --inventory-only --json"
    process = in_own_mounts(
        f"mount --bind '{volume}' '{here}'; {scan} '{here}/card' --drive Card >/dev/null; umount '{here}';"
        f" mount --bind '{volume}' '{there}'; {scan} '{there}/card' {label}"
    )
    found = document(process)
    assert (found["drive"]["label"], found["counts"]["unchanged"]) == ("Card", 1)
    assert drives(studio) == [("Card", str(there / "card"))]


@needs_mounts
def test_an_unmounted_drive_marks_nothing_missing(studio: Studio) -> None:
    scan = f"'{sys.executable}' -m app --home '{studio.engine.home.root}' scan '{studio.base}' --inventory-only --json"
    process = in_own_mounts(
        f"mount -t tmpfs none '{studio.base}'; touch '{studio.base}/a.mov'; {scan} >/dev/null; umount '{studio.base}';"
        f" {scan} --drive media"
    )
    assert process.returncode == 3, process.stderr
    assert document(process)["error"]["code"] == "drive.gone"
    assert studio.found("") == {b"a.mov"}


def test_the_lane_is_that_of_the_drive_however_it_is_named(studio: Studio) -> None:
    studio.write("deep/a.txt")
    studio.scan(drive="Card")
    catalog = studio.engine.catalog
    (drive,) = catalog.drives()
    names = {lane_of(catalog, (str(studio.base),), "Card"), lane_of(catalog, (str(studio.base / "deep"),), None)}
    assert names == {f"shard:{drive.id}"}
    assert lane_of(catalog, ("/",), None) == "shard:new"


def test_folders_inside_others_are_left_out() -> None:
    assert outermost(["/a/b", "/a", "/ab", "/a", "/c/d"]) == ["/a", "/ab", "/c/d"]
    assert outermost(["/x", "/"]) == ["/"]


def test_the_same_folder_written_otherwise_is_the_same_drive(studio: Studio) -> None:
    studio.write("a.txt")
    studio.scan()
    studio.scan(str(studio.base) + "/.")
    assert len(drives(studio)) == 1


@pytest.fixture
def moved(studio: Studio) -> Studio:
    """A drive whose folder was renamed after its scan."""
    for name in ("A/a.txt", "A/b.txt", "A/sub/c.txt"):
        studio.write(name)
    studio.scan("A")
    (studio.base / "A").rename(studio.base / "B")
    return studio


@needs_mount_table
def test_a_folder_that_was_moved_is_not_silently_a_new_drive(moved: Studio) -> None:
    with pytest.raises(HeldByAnother, match="looks like the drive A, which was at") as caught:
        moved.scan("B")
    assert caught.value.code == "drive.moved"
    assert "label A (--drive)" in caught.value.hint and "another label" in caught.value.hint
    assert drives(moved) == [("A", str(moved.base / "A"))]


@needs_mount_table
def test_a_moved_folder_goes_on_as_its_drive_when_somebody_says_so(moved: Studio) -> None:
    (before,) = moved.engine.catalog.drives()
    document = moved.scan("B", drive="A")
    assert (document["scan_id"], document["counts"]["unchanged"], document["counts"]["missing"]) == (2, 3, 0)
    assert [event.code for event in moved.events if isinstance(event, Noticed)] == ["drive.elsewhere"]
    (after,) = moved.engine.catalog.drives()
    assert (after.id, after.base) == (before.id, str(moved.base / "B"))
    assert moved.scan("B")["scan_id"] == 3, "from then on it is known there"


@needs_mount_table
def test_a_moved_folder_is_a_new_drive_under_another_label_with_a_word(moved: Studio) -> None:
    assert moved.scan("B", drive="Copy")["counts"]["new"] == 3
    assert [event.code for event in moved.events if isinstance(event, Noticed)] == ["drive.looks_moved"]
    assert [label for label, _ in drives(moved)] == ["A", "Copy"]


@needs_mount_table
def test_a_moved_folder_is_known_by_its_content_where_its_number_changed(moved: Studio) -> None:
    (moved.base / "B").rename(moved.base / "C")
    shutil.copytree(moved.base / "C", moved.base / "B")
    with pytest.raises(HeldByAnother, match="looks like the drive A"):
        moved.scan("B")


def test_a_copy_or_another_folder_is_not_taken_for_a_moved_one(studio: Studio) -> None:
    for name in ("A/a.txt", "A/b.txt", "A/c.txt", "other/a.txt"):
        studio.write(name)
    studio.scan("A")
    shutil.copytree(studio.base / "A", studio.base / "B")
    assert studio.scan("B")["drive"]["label"] == "B", "the base is still there: it is a copy"
    shutil.rmtree(studio.base / "A")
    shutil.rmtree(studio.base / "B")
    assert studio.scan("other")["drive"]["label"] == "other"
    studio.write("more/z.txt")
    with pytest.raises(HeldByAnother, match="is another folder"):
        studio.scan("more", drive="A")


@needs_mount_table
def test_a_base_does_not_move_over_another_drive(moved: Studio) -> None:
    moved.write("holder/x.txt")
    moved.scan("holder")
    (moved.base / "B").rename(moved.base / "holder" / "B")
    with pytest.raises(HeldByAnother, match="overlaps the drive holder"):
        moved.scan("holder/B", drive="A")


def test_somebody_who_writes_the_same_drive_is_named(studio: Studio) -> None:
    studio.write("a.txt")
    studio.scan(drive="Card")
    with open_writer(studio.shard, CancelToken()), pytest.raises(HeldByAnother) as caught:
        studio.scan(drive="Card")
    assert f"another job (process {os.getpid()} since " in caught.value.message
    assert "the records of Card" in caught.value.message
