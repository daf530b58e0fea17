"""The profile of a drive in a scan: found or chosen, kept, told, and without any say in the result."""

from dataclasses import replace

import pytest

from app.engine import open_engine
from app.jobs.job import CancelToken
from app.scanning.request import ScanRequest
from app.scanning.tuning import profile_before
from app.settings import load_settings

from .conftest import Studio


def fill(studio: Studio) -> None:
    for number in range(30):
        studio.write(f"take{number:02}.bin", bytes([number]) * 70_000)


@pytest.mark.parametrize("profile", ["ssd", "hdd", "usb", "network"])
def test_every_profile_gives_the_same_records(studio: Studio, profile: str) -> None:
    fill(studio)
    found = studio.scan(inventory_only=False, profile=profile)
    assert (found["profile"]["kind"], found["profile"]["reason"]) == (profile, "chosen")
    assert (found["hashed"]["files"], found["counts"]["unreadable"]) == (30, 0)
    assert studio.rows("SELECT count(DISTINCT hash) FROM file") == [(30,)]


def test_options_beat_settings_and_settings_beat_the_profile(studio: Studio) -> None:
    fill(studio)
    environ = {"REELMARK_PERFORMANCE_PROFILE": "usb", "REELMARK_PERFORMANCE_WORKER_THREADS": "3",
               "REELMARK_PERFORMANCE_HASH_CHUNK_BYTES": "65536", "REELMARK_PERFORMANCE_GENTLE_IO": "false"}  # fmt: skip
    home = studio.engine.home
    studio.engine = open_engine(load_settings(home, environ), home)
    told = studio.scan(inventory_only=False)["profile"]
    assert (told["kind"], told["threads"], told["chunk_bytes"], told["gentle_io"]) == ("usb", 3, 65536, False)
    told = studio.scan(inventory_only=False, profile="ssd", threads=1, gentle_io=True, ffmpeg=2)["profile"]
    assert (told["kind"], told["threads"], told["ffmpeg"], told["gentle_io"]) == ("ssd", 1, 2, True)


def test_the_kind_that_was_found_stays_with_the_drive(studio: Studio) -> None:
    fill(studio)
    kind = studio.scan(inventory_only=False)["profile"]["kind"]
    (drive,) = studio.engine.catalog.drives()
    assert drive.kind == kind
    studio.scan(inventory_only=False, profile="network")
    (drive,) = studio.engine.catalog.drives()
    assert drive.kind == kind, "what is chosen for one scan is no evidence"


def test_what_the_system_says_beats_what_was_kept(studio: Studio) -> None:
    fill(studio)
    studio.scan()
    (drive,) = studio.engine.catalog.drives()
    studio.engine.catalog.describe_drive(replace(drive), kind="hdd")
    told = studio.scan(inventory_only=False)["profile"]
    assert told["kind"] == "hdd" or told["reason"] != "as an earlier scan found"


def test_the_profile_is_known_before_the_scan(studio: Studio) -> None:
    fill(studio)
    before = profile_before(studio.engine, str(studio.base), ScanRequest(()), CancelToken())
    chosen = profile_before(studio.engine, str(studio.base), ScanRequest((), profile="network"), CancelToken())
    assert before.kind in ("ssd", "hdd", "usb", "network")
    assert (chosen.kind, chosen.threads, chosen.reason) == ("network", 6, "chosen")
    assert studio.engine.catalog.drives() == []
