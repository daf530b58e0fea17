import os
from pathlib import Path

import pytest

from app.drives import profiles
from app.drives.profiles import find_kind, kind_by_system, profile_of, read_times_ms, with_choices
from app.jobs.job import CancelToken
from app.model.drives import Passport


@pytest.mark.parametrize(
    ("passport", "kind"),
    [
        (Passport(network=True, transport="usb"), "network"),
        (Passport(transport="usb", rotational=True), "usb"),
        (Passport(transport="usb", rotational=False), "usb"),
        (Passport(transport="mmc"), "usb"),
        (Passport(transport="nvme"), "ssd"),
        (Passport(transport="sata", rotational=True), "hdd"),
        (Passport(transport="sata", rotational=False), "ssd"),
        (Passport(filesystem_type="tmpfs"), ""),
    ],
)
def test_what_the_system_says_a_drive_is(passport: Passport, kind: str) -> None:
    assert kind_by_system(passport)[0] == kind


@pytest.mark.parametrize(
    ("kind", "cores", "threads", "chunk", "ffmpeg", "gentle"),
    [
        ("ssd", 4, 8, 1 << 20, 4, False),
        ("ssd", 64, 32, 1 << 20, 4, False),
        ("hdd", 4, 4, 512 << 10, 2, False),
        ("hdd", 64, 16, 512 << 10, 2, False),
        ("usb", 64, 8, 256 << 10, 1, True),
        ("network", 2, 6, 256 << 10, 1, True),
        ("network", 64, 6, 256 << 10, 1, True),
    ],
)
def test_the_targets_of_each_kind(kind: str, cores: int, threads: int, chunk: int, ffmpeg: int, gentle: bool) -> None:
    profile = profile_of(kind, "", cores)
    assert (profile.threads, profile.chunk_bytes, profile.ffmpeg, profile.gentle_io) == (threads, chunk, ffmpeg, gentle)
    assert (profile.pause_s > 0) is gentle
    assert profile.on_disk_order is (kind == "hdd")


def test_what_somebody_chose_wins_but_a_share_is_always_treated_gently() -> None:
    ssd = with_choices(profile_of("ssd", ""), threads=3, chunk_bytes=77, ffmpeg=1, gentle_io=True)
    assert (ssd.threads, ssd.chunk_bytes, ssd.ffmpeg, ssd.gentle_io, ssd.pause_s > 0) == (3, 77, 1, True, True)
    usb = with_choices(profile_of("usb", ""), gentle_io=False)
    assert (usb.gentle_io, usb.pause_s) == (False, 0.0)
    share = with_choices(profile_of("network", ""), gentle_io=False)
    assert (share.gentle_io, share.pause_s > 0) == (True, True)


def test_a_drive_that_nobody_names_is_known_by_its_reads(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a.mov", "deep/b.mov"):
        (tmp_path / name).write_bytes(os.urandom(200_000))
    (tmp_path / "small.txt").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a.mov")
    assert len(read_times_ms(str(tmp_path))) == 24
    kind, reason = find_kind(str(tmp_path), Passport(), CancelToken())
    assert kind in ("ssd", "hdd")
    assert reason.startswith("a small read takes ")


def test_slow_reads_mean_a_head_that_moves() -> None:
    assert profiles.kind_by_reads([9.0, 8.5, 0.01])[0] == "hdd"
    assert profiles.kind_by_reads([0.1, 0.2, 30.0])[0] == "ssd"


def test_where_nothing_can_be_read_nothing_is_claimed(tmp_path: Path) -> None:
    assert find_kind(str(tmp_path), Passport(), CancelToken()) == ("", "nothing says what it is")
    assert read_times_ms(str(tmp_path / "nowhere")) == []
