import os
import sys
from dataclasses import replace

import pytest

from app.drives.identity import Match, compare, path_in_volume, read_passport, time_tolerance_ns
from app.model.drives import Passport
from app.mounts import Mount

STICK = Passport("ABCD-1234", "exfat", "/dev/sdb1", "/media/me/STICK", "/", "STICK", 64_000_000_000, 1)


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (STICK, Match.SAME),
        (replace(STICK, device="/dev/sdc1", mount="/mnt/usb", free_bytes=99), Match.SAME),
        (replace(STICK, filesystem_uuid="FFFF-0000"), Match.OTHER),
        (replace(STICK, filesystem_uuid="", filesystem_type="ext4"), Match.OTHER),
        (replace(STICK, filesystem_uuid=""), Match.SAME),
        (replace(STICK, filesystem_uuid="", capacity_bytes=1), Match.UNKNOWN),
        (Passport(), Match.UNKNOWN),
    ],
)
def test_evidence_says_whether_it_is_the_same_volume(now: Passport, verdict: Match) -> None:
    assert compare(STICK, now) is verdict
    assert compare(now, STICK) is verdict


def test_two_volumes_without_a_device_are_not_taken_for_one() -> None:
    memory = Passport(filesystem_type="tmpfs", device="tmpfs", mount="/run/a", capacity_bytes=5)
    assert compare(memory, replace(memory, mount="/run/b")) is Match.UNKNOWN


@pytest.mark.parametrize(
    ("base", "mount", "root", "inside"),
    [
        ("/media/me/STICK", "/media/me/STICK", "/", ""),
        ("/media/me/STICK/shows/a", "/media/me/STICK", "/", "shows/a"),
        ("/bound/a", "/bound", "/shows", "shows/a"),
        ("/bound", "/bound", "/shows/a", "shows/a"),
        ("/srv/x", "/", "/", "srv/x"),
    ],
)
def test_a_base_is_found_in_its_volume_under_any_mount(base: str, mount: str, root: str, inside: str) -> None:
    assert path_in_volume(base, replace(STICK, mount=mount, root=root)) == inside


@pytest.mark.parametrize(("kind", "seconds"), [("vfat", 2), ("EXFAT", 2), ("ext4", 0), ("nfs4", 0), ("", 0)])
def test_the_grain_of_file_times(kind: str, seconds: int) -> None:
    assert time_tolerance_ns(Passport(filesystem_type=kind)) == seconds * 1_000_000_000


@pytest.mark.parametrize(
    ("kind", "network"),
    [
        ("nfs4", True),
        ("cifs", True),
        ("fuse.sshfs", True),
        ("9p", True),
        ("ext4", False),
        ("overlay", False),
    ],
)
def test_shares_are_told_from_disks(kind: str, network: bool) -> None:
    assert Mount("/x", kind, "nas:/x").is_network is network


@pytest.mark.skipif(sys.platform != "linux", reason="reads the mount table")
def test_the_passport_of_a_folder_here() -> None:
    passport = read_passport("/proc/self")
    assert (passport.filesystem_type, passport.mount, passport.network) == ("proc", "/proc", False)
    root = read_passport("/")
    assert root.capacity_bytes == os.statvfs("/").f_blocks * os.statvfs("/").f_frsize
