"""A drive that is plugged in is known by the mount table alone."""

from dataclasses import replace
from pathlib import Path

from app.drives.arrivals import Arrival, arrivals, mounted_points
from app.drives.identity import passport_by_table
from app.model.drives import Drive, Passport
from app.mounts import mount_of
from tests.mounting import needs_mount_table


@needs_mount_table
def test_the_drives_on_a_volume_that_was_mounted_are_named(tmp_path: Path) -> None:
    mount = mount_of(tmp_path)
    assert mount is not None
    here = Drive("1", "Card", str(tmp_path), passport_by_table(str(tmp_path)))
    other = Drive("2", "Other", str(tmp_path), replace(here.passport, filesystem_uuid="x", filesystem_type="none"))
    assert [(arrival.point, arrival.drive) for arrival in arrivals([mount.point], [other, here])] == [
        (mount.point, here)
    ]
    assert [arrival.drive for arrival in arrivals([mount.point], [other])] == [None]


def test_looking_touches_nothing_and_may_be_done_often() -> None:
    assert mounted_points() == mounted_points()


def test_the_base_of_a_drive_is_the_same_folder_wherever_its_volume_is_mounted() -> None:
    folder = Drive("1", "Card", "/media/ann/CARD/DCIM", Passport(mount="/media/ann/CARD"))
    top = Drive("2", "Top", "/media/ann/CARD", Passport(mount="/media/ann/CARD"))
    assert Arrival("/media/ann/CARD", folder).base == "/media/ann/CARD/DCIM"
    assert Arrival("/media/ann/CARD1", folder).base == "/media/ann/CARD1/DCIM"
    assert Arrival("/media/ann/CARD1", top).base == "/media/ann/CARD1"
    assert Arrival("/media/ann/NEW", None).base == "/media/ann/NEW"
