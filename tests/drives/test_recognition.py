from dataclasses import replace

import pytest

from app.drives.recognition import Verdict, recognise
from app.model.drives import Passport

DISK = Passport(
    "0b9f4f0e-6a36",
    "ext4",
    "/dev/sdb1",
    "/mnt/a",
    "/",
    "ARCHIVE",
    4_000_000_000_000,
    1,
    partition_uuid="8d0f",
    table_uuid="3f1c",
    serial="ZC1A2B3C",
    wwn="0x5000c500a1b2c3d4",
    model="ST4000",
    transport="sata",
    root_sketch=("01:aa", "02:bb", "03:cc"),
)
STICK = Passport("64A5-F009", "exfat", "/dev/sdc1", "/media/CARD", "/", "CARD", 64_000_000_000, 1, transport="usb")
IMAGE = Passport("11-22", "ext4", "/dev/loop0", "/mnt/i", "/", capacity_bytes=20_000_000, image="/vm/a.img")
SHARE = Passport("//nas/media", "cifs", "//nas/media", "/mnt/nas", "/", network=True, server="nas", share="media")


def verdict(before: Passport, now: Passport, *, first_connected: bool = False) -> Verdict:
    return recognise(before, now, first_connected=first_connected).verdict


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (DISK, Verdict.SAME),
        (replace(DISK, device="/dev/sdf1", wwn="naa.5000c500a1b2c3d4"), Verdict.SAME),
        (replace(DISK, mount="/mnt/b", device="/dev/sdz1"), Verdict.ELSEWHERE),
        (replace(DISK, root_sketch=("77:aa",)), Verdict.SAME),
        (replace(DISK, filesystem_uuid="FFFF-0000", filesystem_type="exfat", label=""), Verdict.REFORMATTED),
        (replace(DISK, filesystem_uuid="", filesystem_type="xfs"), Verdict.REFORMATTED),
        (replace(DISK, serial="OTHER", wwn="0x1"), Verdict.CLONE),
        (replace(DISK, serial="OTHER", wwn="", partition_uuid="9999", table_uuid="4444"), Verdict.CLONE),
        (replace(DISK, serial="OTHER", wwn="", transport="usb"), Verdict.ASK),
        (replace(DISK, filesystem_uuid="new", partition_uuid="9999", capacity_bytes=9), Verdict.OTHER),
        (replace(DISK, filesystem_uuid="new", partition_uuid="", table_uuid="", capacity_bytes=9), Verdict.OTHER),
        (STICK, Verdict.OTHER),
    ],
)
def test_a_disk_with_a_serial_number(now: Passport, told: Verdict) -> None:
    assert verdict(DISK, now) is told


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(STICK, mount="/media/CARD1"), Verdict.ELSEWHERE),
        (replace(STICK, filesystem_uuid="1111-2222"), Verdict.OTHER),
        (replace(STICK, filesystem_uuid="1111-2222", marker="m"), Verdict.OTHER),
        (replace(STICK, capacity_bytes=8_000_000_000, root_sketch=("09:00",)), Verdict.OTHER),
    ],
)
def test_a_stick_that_shows_no_serial_number(now: Passport, told: Verdict) -> None:
    assert verdict(replace(STICK, root_sketch=("01:aa",)), now) is told


def test_the_same_volume_twice_at_once_is_a_clone() -> None:
    found = recognise(STICK, replace(STICK, device="/dev/sdd1", mount="/media/CARD1"), first_connected=True)
    assert (found.verdict, found.confidence) == (Verdict.CLONE, 0.98)
    assert found.reasons[0] == "the first one is there as well"


def test_an_image_that_was_moved_is_the_same_and_one_that_was_copied_a_clone() -> None:
    now = replace(IMAGE, image="/vm/b.img", device="/dev/loop1")
    assert verdict(IMAGE, now) is Verdict.SAME
    assert verdict(IMAGE, now, first_connected=True) is Verdict.CLONE


def test_an_image_that_was_formatted_again() -> None:
    assert verdict(IMAGE, replace(IMAGE, filesystem_uuid="33-44")) is Verdict.REFORMATTED


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(SHARE, device="//me@NAS/media", mount="/Volumes/media"), Verdict.ELSEWHERE),
        (replace(SHARE, server="nas.studio.local"), Verdict.SAME),
        (replace(SHARE, share="other"), Verdict.OTHER),
        (replace(SHARE, server="nas2"), Verdict.OTHER),
        (replace(SHARE, server="nas2", marker="id"), Verdict.ASK),
        (DISK, Verdict.OTHER),
    ],
)
def test_a_share_is_its_server_and_name(now: Passport, told: Verdict) -> None:
    assert verdict(replace(SHARE, marker="id" if now.marker else ""), now) is told


def test_a_marker_of_another_drive_is_a_question() -> None:
    assert verdict(replace(DISK, marker="one"), replace(DISK, marker="two")) is Verdict.ASK
    assert verdict(replace(STICK, marker="one"), replace(DISK, marker="one")) is Verdict.ASK


def test_a_volume_on_many_devices_is_no_clone_of_itself() -> None:
    pool = replace(DISK, filesystem_type="btrfs")
    assert verdict(pool, replace(pool, serial="second disk", wwn="0x2", table_uuid="9")) is Verdict.SAME


def test_a_passport_of_the_first_version_is_recognised() -> None:
    old = Passport.from_json({"filesystem_uuid": "0b9f4f0e-6a36", "filesystem_type": "ext4", "mount": "/mnt/a"})
    assert verdict(old, DISK) is Verdict.SAME
    assert verdict(replace(old, filesystem_uuid="other"), DISK) is Verdict.OTHER


def test_memory_without_identity_is_the_same_only_in_its_place() -> None:
    memory = Passport(filesystem_type="tmpfs", device="tmpfs", mount="/run/a", capacity_bytes=5, folder_id=1)
    assert verdict(memory, memory) is Verdict.SAME
    assert verdict(memory, replace(memory, mount="/run/b")) is Verdict.ASK
    filled, other = replace(memory, root_sketch=("1:a",)), replace(memory, root_sketch=("2:b",), folder_id=9)
    assert verdict(filled, other) is Verdict.ASK


def test_more_evidence_is_more_certain() -> None:
    much, little = recognise(DISK, DISK), recognise(Passport("x"), Passport("x"))
    assert 1 > much.confidence > little.confidence > 0.5
    changed = recognise(DISK, replace(DISK, label="B", root_sketch=("77:aa",)))
    assert changed.confidence < much.confidence
    assert "nothing of what lay at the top is there" in changed.reasons


@pytest.mark.parametrize(
    ("linux", "other", "told"),
    [
        ("E0B2C3D4A1B2C3D4", "A1B2-C3D4", Verdict.SAME),
        ("E0B2C3D4A1B2C3D4", "A1B2-0000", Verdict.OTHER),
        ("64A5-F009", "7D5E2C4B-6A16-4F5A-8C1B-9F7E3A2D1C0B", Verdict.SAME),
    ],
)
def test_a_volume_keeps_its_identity_from_one_system_to_the_next(linux: str, other: str, told: Verdict) -> None:
    here = Passport(linux, "ntfs", capacity_bytes=64_000_000_000, root_sketch=("01:aa",))
    assert verdict(here, replace(here, filesystem_uuid=other)) is told
