"""Real volumes in disk images: known again, cloned, formatted again, two at one place."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.mounting import needs_images
from tests.unprivileged import REPOSITORY

#: Makes an image of some kind with three files in it; scans as the user does, one JSON document a line.
SHELL = """
cd "$1"
make() { truncate -s 8M "$2"; "mkfs.$1" -qF "$2"; mkdir -p fill; mount -o loop "$2" fill
         for name in a b c; do echo "$name of $2" > "fill/$name.mov"; done; umount fill; }
scan() { "$PYTHON" -m app --home home scan --inventory-only --json "$@" | tr '\\n' ' ' || true; echo; }
tell() { "$PYTHON" -m app --home home "$@" --json | tr '\\n' ' ' || true; echo; }
full() { tell scan "$@"; }
drives() { "$PYTHON" -m app --home home drives list --json | tr '\\n' ' '; echo; }
mkdir one two three
"""


def run(tmp_path: Path, script: str) -> list[dict[str, Any]]:
    """Runs a shell script in mounts that nobody else sees; the documents it printed."""
    command = ["unshare", "-m", "sh", "-ec", SHELL + script, "sh", str(tmp_path)]
    environ = {"PYTHON": sys.executable, "PYTHONPATH": str(REPOSITORY), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@needs_images
def test_a_volume_is_known_again_at_another_place_and_device(tmp_path: Path) -> None:
    first, again, listed = run(
        tmp_path,
        "make ext4 a.img; make ext2 b.img; mount -o loop a.img one; scan one --drive Card; umount one;"
        " mount -o loop b.img one; mount -o loop,ro a.img two; scan two; drives",
    )
    assert first["counts"]["new"] == 3 + 0
    assert (again["drive"]["label"], again["counts"]["unchanged"], again["counts"]["new"]) == ("Card", 3, 0)
    (card,) = listed["drives"]
    assert (card["base"], card["online"]) == (str(tmp_path / "two"), True)
    assert (card["passport"]["verdict"], card["passport"]["read_only"]) == ("elsewhere", True)
    assert card["passport"]["confidence"] > 0.8


@needs_images
def test_a_drive_that_is_mounted_elsewhere_is_used_there_before_its_next_scan(tmp_path: Path) -> None:
    listed, by_label, by_path, wiped = run(
        tmp_path,
        "make ext4 a.img; make ext4 b.img; mount -o loop a.img one; full one --drive Card; umount one;"
        " mount -o loop b.img one; mount -o loop a.img two; drives; tell verify --drive Card;"
        ' tell verify "$1/two/a.mov"; tell copies wipe two',
    )[1:]
    (card,) = listed["drives"]
    assert (card["base"], card["online"]) == (str(tmp_path / "two"), True)
    assert (by_label["checked"], by_label["ok"]) == (3, 3), by_label
    assert (by_path["checked"], by_path["ok"]) == (1, 1)
    assert (wiped["safe"], len(wiped["files"])) == (False, 3)


@needs_images
def test_of_a_part_of_the_volume_the_drive_is_found_where_that_part_is_mounted(tmp_path: Path) -> None:
    _, listed, other = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; mkdir -p one/in/deep one/other; echo x > one/in/deep/x.mov;"
        " scan one/in --drive Card; mount --bind one/in/deep two; mount --bind one/in three; umount one; drives;"
        " umount three; drives",
    )
    assert (listed["drives"][0]["base"], listed["drives"][0]["online"]) == (str(tmp_path / "three"), True)
    assert (other["drives"][0]["base"], other["drives"][0]["online"]) == (str(tmp_path / "one" / "in"), False)


@needs_images
def test_a_volume_that_is_there_twice_is_left_to_a_scan(tmp_path: Path) -> None:
    _, listed = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card; umount one; cp a.img b.img; mv a.img c.img;"
        " mount -o loop b.img two; mount -o loop c.img three; drives",
    )
    assert (listed["drives"][0]["base"], listed["drives"][0]["online"]) == (str(tmp_path / "one"), False)


@needs_images
def test_a_byte_clone_is_called_one_beside_its_original_and_alone(tmp_path: Path) -> None:
    _, beside, as_first, alone, new, again, listed = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card; dd if=a.img of=b.img 2>/dev/null;"
        " mount -o loop b.img two; scan two; scan two --drive Card; umount one; umount two;"
        " mount -o loop b.img one; scan one; scan one --drive Copy; scan one; drives",
    )
    for refused in (beside, alone):
        assert refused["error"]["code"] == "drive.clone"
        assert "a byte clone of the drive Card" in refused["error"]["message"]
        assert "--drive NEW" in refused["error"]["hint"]
        assert refused["error"]["context"]["recorded"]["image"].endswith("a.img")
        assert refused["error"]["context"]["found"]["image"].endswith("b.img")
    assert (as_first["error"]["code"], as_first["error"]["context"]["verdict"]) == ("drive.conflict", "clone")
    assert (new["drive"]["label"], again["drive"]["label"], again["counts"]["unchanged"]) == ("Copy", "Copy", 3)
    card, copy = listed["drives"]
    assert (card["online"], copy["online"], copy["passport"]["clone_of"]) == (False, True, card["id"])


@needs_images
def test_an_image_that_was_moved_is_the_same_drive_at_another_place(tmp_path: Path) -> None:
    _, again = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card; umount one; mv a.img moved.img;"
        " mount -o loop moved.img two; scan two",
    )
    assert (again["drive"]["label"], again["counts"]["unchanged"]) == ("Card", 3)


@needs_images
def test_a_volume_that_was_formatted_again_is_called_so(tmp_path: Path) -> None:
    first, refused, as_first, new, again, listed = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card; umount one; make ext2 a.img;"
        " mount -o loop a.img one; scan one; scan one --drive Card; scan one --drive Fresh; scan one; drives",
    )
    assert [(drive["label"], drive["online"]) for drive in listed["drives"]] == [("Card", False), ("Fresh", True)]
    assert refused["error"]["code"] == "drive.reformatted"
    assert "drives forget Card" in refused["error"]["hint"]
    assert (as_first["error"]["code"], as_first["error"]["context"]["verdict"]) == ("drive.conflict", "reformatted")
    assert (new["drive"]["label"], new["counts"]["new"]) == ("Fresh", 3)
    assert again["drive"]["label"] == "Fresh"
    told = {drive["label"]: drive["passport"]["replaces"] for drive in listed["drives"]}
    assert told == {"Card": None, "Fresh": first["drive"]["id"]}


@needs_images
def test_another_volume_at_the_same_place_is_a_drive_of_its_own(tmp_path: Path) -> None:
    first, other, wrong, back, listed = run(
        tmp_path,
        "make ext4 a.img; make ext2 b.img; mount -o loop a.img one; scan one --drive Card; umount one;"
        " mount -o loop b.img one; scan one; scan one --drive Card; umount one; mount -o loop a.img one; scan one;"
        " drives",
    )
    assert (first["drive"]["label"], other["drive"]["label"]) == ("Card", "one")
    assert (wrong["error"]["code"], wrong["error"]["context"]["verdict"]) == ("drive.conflict", "other")
    assert (back["drive"]["label"], back["counts"]["unchanged"]) == ("Card", 3)
    assert [(drive["label"], drive["online"]) for drive in listed["drives"]] == [("Card", True), ("one", False)]


@needs_images
def test_two_volumes_of_one_name_are_two_drives(tmp_path: Path) -> None:
    *_, listed = run(
        tmp_path,
        "make ext4 a.img; make ext2 b.img; for name in a b; do tune2fs -L CARD $name.img >/dev/null; done;"
        " mkdir x y; mkdir x/CARD y/CARD; mount -o loop a.img x/CARD; mount -o loop b.img y/CARD;"
        " scan x/CARD; scan y/CARD; scan x/CARD; drives",
    )
    found = [(drive["label"], drive["passport"]["label"], drive["files"]) for drive in listed["drives"]]
    assert found == [("CARD", "CARD", 3), ("CARD 2", "CARD", 3)]


@needs_images
def test_a_marked_drive_is_known_after_it_was_formatted_and_filled_again(tmp_path: Path) -> None:
    _, refused, accepted = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card;"
        ' "$PYTHON" -m app --home home drives mark Card > /dev/null; mkdir keep; cp -a one/. keep; umount one;'
        " make ext2 b.img; mv b.img c.img; mount -o loop c.img one; cp -a keep/. one; rm -r one/lost+found;"
        " scan one; scan one --drive Card",
    )
    assert refused["error"]["code"] == "drive.ask"
    assert "--drive Card" in refused["error"]["hint"]
    assert accepted["drive"]["label"] == "Card"


@needs_images
def test_a_clone_in_the_place_of_a_drive_is_not_verified_for_it(tmp_path: Path) -> None:
    _, verified, refused, pictures = run(
        tmp_path,
        "make ext4 a.img; mount -o loop a.img one; scan one --drive Card;"
        " other() { \"$PYTHON\" -m app --home home \"$@\" --json | tr '\\n' ' ' || true; echo; };"
        " other verify --drive Card; dd if=a.img of=b.img 2>/dev/null; mount -o loop b.img one;"
        " other verify --drive Card; other pictures Card",
    )
    assert verified["checked"] == 0
    for answer in (refused, pictures):
        assert answer["error"]["code"] in ("drive.conflict", "drive.gone")
