"""Copies that are lost together are one copy."""

from dataclasses import replace

from app.drives.fates import fates, overwritten, share_a_fate, share_files
from app.model.drives import Drive, Passport


def drive(name: str, **evidence: object) -> Drive:
    return Drive(name, name, f"/{name}", Passport(**evidence))  # type: ignore[arg-type]


def test_folders_of_one_volume_and_partitions_of_one_disk_are_lost_together() -> None:
    one = drive("one", filesystem_uuid="u1", device="/dev/sda1")
    assert share_a_fate(one, drive("two", filesystem_uuid="u1"))
    assert not share_a_fate(one, drive("two", filesystem_uuid="u2", device="/dev/sda2"))
    disk = {"serial": "WD-1", "model": "Elements"}
    assert share_a_fate(drive("a", filesystem_uuid="u1", **disk), drive("b", filesystem_uuid="u2", **disk))
    assert share_a_fate(drive("a", device="/dev/sda1"), drive("b", device="/dev/sda1"))
    assert not share_a_fate(drive("a", device="tmpfs"), drive("b", device="tmpfs"))


def test_shares_of_one_server_are_lost_together() -> None:
    nas = {"network": True, "server": "nas"}
    assert share_a_fate(drive("a", share="media", **nas), drive("b", share="plates", **nas))
    assert not share_a_fate(drive("a", **nas), drive("b", network=True, server="vault"))


def test_a_byte_clone_is_another_disk() -> None:
    one = drive("one", filesystem_uuid="u1")
    clone = drive("two", filesystem_uuid="u1")
    clone = replace(clone, passport=replace(clone.passport, clone_of="one"))
    assert not share_a_fate(one, clone) and not share_a_fate(clone, one)
    assert not share_a_fate(drive("a", filesystem_uuid="u1", serial="1"), drive("b", filesystem_uuid="u1", serial="2"))


def test_each_drive_is_named_after_the_first_that_it_is_lost_with() -> None:
    drives = [drive("a", device="/dev/sda1"), drive("b", device="/dev/sdb1"), drive("c", device="/dev/sda1")]
    assert fates(drives) == {"a": "a", "b": "b", "c": "a"}


def test_one_disk_is_known_by_its_partition_table_its_pool_or_its_place() -> None:
    table = {"table_uuid": "AB-1"}
    one = drive("one", filesystem_uuid="u1", **table)
    assert share_a_fate(one, drive("two", filesystem_uuid="u2", table_uuid="ab-1"))
    clone = drive("two", filesystem_uuid="u2", serial="2", **table)
    assert not share_a_fate(replace(one, passport=replace(one.passport, serial="1")), clone)
    pool = {"filesystem_type": "zfs"}
    assert share_a_fate(drive("a", device="tank/a", **pool), drive("b", device="tank/b", **pool))
    assert not share_a_fate(drive("a", device="tank/a", **pool), drive("b", device="vault/a", **pool))
    assert share_a_fate(drive("a", device="tmpfs", mount="/ram"), drive("b", device="tmpfs", mount="/ram"))
    assert share_a_fate(drive("a", wwn="5000c5"), drive("b", wwn="5000c5"))


def test_a_volume_in_a_dock_that_hides_its_disk_is_one_with_itself() -> None:
    dock = drive("a", filesystem_uuid="u1", serial="DOCK", transport="usb")
    assert share_a_fate(dock, drive("b", filesystem_uuid="U1", serial="WD-1", transport="sata"))


def test_a_volume_that_two_systems_call_otherwise_is_one() -> None:
    linux = drive("linux", filesystem_uuid="0123456789ABCDEF", filesystem_type="ntfs3")
    assert share_a_fate(linux, drive("windows", filesystem_uuid="89AB-CDEF", filesystem_type="ntfs"))
    assert not share_a_fate(linux, drive("windows", filesystem_uuid="89AB-CDEE", filesystem_type="ntfs"))
    stick = drive("stick", filesystem_uuid="1A2B-3C4D", device="/dev/sdb1")
    other = drive("other", filesystem_uuid="7e57c0de-0000-0000-0000-000000000001", device="/dev/sdb1")
    assert not share_a_fate(stick, other), "one after the other at the same device"
    disk = drive("linux", filesystem_uuid="1A2B-3C4D", partition_uuid="p-1")
    mac = drive("mac", filesystem_uuid="7E57C0DE-0000-0000-0000-000000000001", partition_uuid="P-1")
    assert share_a_fate(disk, mac)


def test_a_clone_on_the_same_disk_is_lost_with_it() -> None:
    one = drive("one", filesystem_uuid="u1", serial="WD-1")
    assert share_a_fate(one, drive("two", filesystem_uuid="u1", serial="WD-1", clone_of="one"))


def test_an_image_is_lost_with_the_drive_that_it_lies_on() -> None:
    card = drive("card", filesystem_uuid="u1", mount="/media/card")
    image = drive("image", filesystem_uuid="u2", image="/media/card/backup.img (deleted)")
    assert share_a_fate(card, image)
    assert share_a_fate(image, card)
    assert not share_a_fate(replace(card, passport=replace(card.passport, mount="/")), image)


def test_a_server_with_and_without_its_domain_is_one() -> None:
    assert share_a_fate(drive("a", network=True, server="nas"), drive("b", network=True, server="nas.studio.local"))


def test_a_folder_seen_through_two_mounts_is_one() -> None:
    volume = {"filesystem_uuid": "u1", "device": "/dev/sdb1"}
    one = replace(drive("one", mount="/media/card", root="/", **volume), base="/media/card/day1")
    bind = replace(drive("two", mount="/work", root="/day1", **volume), base="/work")
    assert share_files(one, bind)
    assert share_files(replace(one, base="/media/card"), bind), "it holds the other"
    assert not share_files(replace(one, base="/media/card/day2"), bind)
    assert not share_files(one, replace(bind, passport=replace(bind.passport, filesystem_uuid="u2")))
    assert not share_files(one, replace(bind, passport=replace(bind.passport, clone_of="one")))


def test_what_lay_on_a_disk_that_was_formatted_again_is_lost() -> None:
    old, beside = drive("old", filesystem_uuid="u1"), drive("beside", filesystem_uuid="u1")
    new, other = drive("new", filesystem_uuid="u2", replaces="old"), drive("other", filesystem_uuid="u3")
    assert overwritten([old, beside, new, other]) == {"old", "beside"}
    assert overwritten([new, other]) == frozenset()


def test_where_nothing_but_the_size_is_known_two_of_one_size_are_one() -> None:
    assert share_a_fate(drive("a", capacity_bytes=100), drive("b", capacity_bytes=100))
    assert not share_a_fate(drive("a", capacity_bytes=100), drive("b", capacity_bytes=200))
    assert not share_a_fate(drive("a"), drive("b"))
