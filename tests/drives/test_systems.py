"""What each system says of a volume, from outputs in the form that it prints them."""

from pathlib import Path

from app.drives import linux, macos, windows

RECORDED = Path(__file__).parent / "recorded"


def lsblk(device: str) -> linux.Evidence:
    return linux.of_lsblk((RECORDED / "lsblk.json").read_text(), device)


def test_lsblk_tells_of_a_partition_and_of_the_disk_it_lies_on() -> None:
    assert lsblk("/dev/sda1") == {
        "filesystem_uuid": "0b9f4f0e-6a36-4e05-92b8-6f3a54f0a1de",
        "label": "ARCHIVE 07",
        "partition_uuid": "8d0f6a63-7a8e-4a0d-b0c4-2f1d3c5e7a90",
        "table_uuid": "3f1c2a5e-0d4b-4c55-9c1a-b1b0f4d2a7c1",
        "serial": "ZC1A2B3C",
        "wwn": "0x5000c500a1b2c3d4",
        "model": "ST4000DM004-2CV104",
        "transport": "sata",
        "rotational": True,
    }


def test_lsblk_tells_of_an_encrypted_volume_what_its_disk_is() -> None:
    found = lsblk("/dev/dm-0")
    assert found == lsblk("/dev/mapper/vault")
    assert (found["filesystem_uuid"], found["partition_uuid"]) == ("inner-uuid", "aaaa-3")
    assert (found["serial"], found["transport"], found["rotational"]) == ("S5H9NX0R123456", "nvme", False)


def test_lsblk_that_knows_nothing_costs_nothing() -> None:
    assert lsblk("/dev/sdz9") == {}
    assert linux.of_lsblk("", "/dev/sda1") == linux.of_lsblk("lsblk: no such thing", "/dev/sda1") == {}


def test_blkid_tells_without_udev() -> None:
    found = linux.of_blkid((RECORDED / "blkid.txt").read_text())
    assert found == {"label": "CARD A", "filesystem_uuid": "64A5-F009", "partition_uuid": "c3072e18-01"}


def test_windows_tells_of_a_disk_in_a_usb_case() -> None:
    assert windows.of_powershell((RECORDED / "windows.json").read_text()) == {
        "partition_uuid": "8d0f6a63-7a8e-4a0d-b0c4-2f1d3c5e7a90",
        "table_uuid": "3f1c2a5e-0d4b-4c55-9c1a-b1b0f4d2a7c1",
        "serial": "ZC1A2B3C",
        "model": "ST4000DM004-2CV104",
        "transport": "usb",
        "rotational": True,
        "wwn": "5000c500a1b2c3d4",
    }


def test_windows_tells_of_a_stick_with_an_old_partition_table() -> None:
    assert windows.of_powershell((RECORDED / "windows_mbr_stick.json").read_text()) == {
        "table_uuid": "c3072e18",
        "serial": "4C530001230520113421",
        "model": "SanDisk Ultra Fit",
        "transport": "usb",
    }


def test_windows_without_an_answer() -> None:
    assert windows.of_powershell("") == windows.of_powershell("null") == windows.of_powershell("Access denied") == {}
    assert windows.serial_text(0x64A5F009) == "64A5-F009"


def test_macos_tells_of_a_volume_and_its_disk() -> None:
    volume = (RECORDED / "diskutil_volume.plist").read_bytes()
    assert macos.of_diskutil(volume) == {
        "filesystem_uuid": "7D5E2C4B-6A16-4F5A-8C1B-9F7E3A2D1C0B",
        "filesystem_type": "apfs",
        "label": "Archive",
        "partition_uuid": "7d5e2c4b-6a16-4f5a-8c1b-9f7e3a2d1c0b",
        "transport": "usb",
        "rotational": False,
        "read_only": True,
    }
    assert macos.whole_disk(volume) == "disk4"
    whole = macos.of_whole_disk((RECORDED / "diskutil_whole.plist").read_bytes())
    assert whole == {"table_uuid": "1a2b3c4d-0000-4000-8000-abcdefabcdef", "model": "PSSD T7 Media"}
    assert macos.of_diskutil(b"Could not find disk") == {}
