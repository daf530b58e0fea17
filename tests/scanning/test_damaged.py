"""A disk that cannot read some of its sectors, and a share that takes its time."""

import random
import sys
import wave
from pathlib import Path
from typing import Any

import pytest

from app.errors import InputError, MissingPart
from app.jobs.job import Job
from app.model.drives import Drive, Passport
from app.operations import run
from app.scanning.presence import is_there
from app.scanning.verify import VerifyRequest
from tests.drives.test_images import run as run_in_mounts
from tests.mounting import needs_images

from .conftest import Studio
from .test_presence import in_children

_SOUNDS = 6
#: Makes an image of a folder of sounds and mounts it; `cut` takes away the second half of what lies below the mount.
_DISK = """
truncate -s 40M a.img; mkfs.ext4 -qF -O ^has_journal -d fill a.img; mount -o loop,ro a.img one
do_it() { "$PYTHON" -m app --home "$@" --json | tr '\\n' ' ' || true; echo; }
cut() { truncate -s 18M a.img; }
"""


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder of sounds of 4 MB each, in `tmp_path`."""
    chance = random.Random(1)
    (tmp_path / "fill").mkdir()
    for number in range(_SOUNDS):
        with wave.open(str(tmp_path / "fill" / f"{number}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(48000)
            sound.writeframes(chance.randbytes(4_000_000))
    return tmp_path


def failed(document: dict[str, Any]) -> list[str]:
    """Names of what could not be read, each for the disk's own reason."""
    assert all("Input/output error" in entry["reason"] for entry in document["failed"])
    return sorted(Path(entry["path"]).name for entry in document["failed"])


@needs_images
def test_sectors_that_cannot_be_read_cost_their_files_while_hashing_and_nothing_else(disk: Path) -> None:
    scanned, again, mended = run_in_mounts(
        disk,
        f"{_DISK} cp --sparse=never a.img whole.img; cut; do_it home scan one --drive Card; do_it home scan one;"
        " umount one; mv whole.img a.img; mount -o loop,ro a.img one; do_it home scan one",
    )
    bad = failed(scanned)
    assert 0 < len(bad) < _SOUNDS
    assert (scanned["counts"]["files"], scanned["counts"]["unreadable"]) == (_SOUNDS, len(bad))
    assert (scanned["hashed"]["files"], scanned["counts"]["missing"]) == (_SOUNDS - len(bad), 0)
    assert (failed(again), again["hashed"]["files"]) == (bad, 0), "tried again, and told again"
    assert (failed(mended), mended["hashed"]["files"], mended["counts"]["unchanged"]) == ([], len(bad), _SOUNDS)


@needs_images
def test_sectors_that_went_bad_are_found_by_verify_and_cost_their_pictures(disk: Path) -> None:
    scanned, verified, pictures, _, wiped, mended = run_in_mounts(
        disk,
        f"{_DISK} cp --sparse=never a.img whole.img; do_it home scan one --drive Card --no-pictures; cut;"
        " do_it home verify --drive Card; do_it home pictures Card; cp -a fill card;"
        " do_it home scan card --drive Other --no-pictures;"
        " do_it home copies wipe card --copies 1 --same-volume; umount one; mv whole.img a.img;"
        " mount -o loop,ro a.img one; do_it home scan one",
    )
    assert scanned["counts"]["unreadable"] == 0
    bad = failed(verified)
    assert 0 < len(bad) < _SOUNDS
    assert (verified["unreadable"], verified["ok"], verified["suspected"]) == (len(bad), _SOUNDS - len(bad), 0)
    assert (pictures["made"], pictures["failed"]) == (_SOUNDS - len(bad), len(bad))
    assert wiped["counts"]["unsafe"] == len(bad), "what cannot be read is no copy"
    assert mended["pictures"]["made"] == len(bad), "what could not be read is tried again"


def test_a_share_that_answers_slowly_is_read_to_its_end(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        studio.write(f"{number}/{number}.txt", b"text" * number)
    in_children(
        studio,
        monkeypatch,
        "import os, sys, time\n"
        "def slow(real):\n"
        "    def call(*given, **named):\n"
        "        time.sleep(0.15)\n"
        "        return real(*given, **named)\n"
        "    return call\n"
        "if any('jobs.childmain' in part for part in sys.orig_argv):\n"
        "    os.scandir, os.open, os.readv = slow(os.scandir), slow(os.open), slow(os.readv)\n",
    )
    document = studio.scan(inventory_only=False, op_timeout_s=1.0)
    assert (document["counts"]["files"], document["hashed"]["files"], document["failed"]) == (4, 4, [])


def test_a_machine_that_cannot_make_the_hashes_calls_nothing_rotten(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.write("take.mov", b"take")
    studio.scan(inventory_only=False, drive="Card")
    in_children(studio, monkeypatch, "import sys\nsys.modules['blake3'] = None\n")
    monkeypatch.setitem(sys.modules, "blake3", None)
    with pytest.raises(MissingPart, match="blake3"):
        run(studio.engine, "verify", VerifyRequest(drive="Card"), Job())
    assert studio.rows("SELECT count(*) FROM suspect") == [(0,)]


@pytest.mark.skipif(not Path("/proc/sys").is_dir(), reason="needs a mount that is no disk of this machine")
def test_a_share_that_takes_its_time_to_answer_is_not_gone(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    in_children(
        studio,
        monkeypatch,
        "import os, sys, time\n"
        "def slow(path, real=os.path.isdir):\n"
        "    time.sleep(4)\n"
        "    return real(path)\n"
        "if 'app.jobs.looking:serve' in sys.orig_argv: os.path.isdir = slow\n",
    )
    assert is_there(Drive("id", "Share", "/proc/sys", Passport()))
    assert not is_there(Drive("id", "Share", "/proc/no such folder", Passport()))
    studio.engine.catalog.add_drive("Share", "/proc/sys", Passport())
    with pytest.raises(InputError, match="never scanned"):
        run(studio.engine, "verify", VerifyRequest(drive="Share"), Job())
