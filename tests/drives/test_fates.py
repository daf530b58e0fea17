"""Copies that are lost together are one copy."""

from dataclasses import replace

from app.drives.fates import fates, share_a_fate
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
