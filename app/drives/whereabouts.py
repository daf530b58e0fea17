"""Where drives are that are not at their base any more: their volume is mounted elsewhere. No drive is touched."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.drives.identity import Match, compare, first_is_connected, may_be_mounted, passport_by_table, path_in_volume
from app.drives.recognition import recognise
from app.jobs.looking import folders_there
from app.model.drives import Drive, Passport
from app.mounts import mounts


def found_elsewhere(lost: Sequence[Drive], others: Sequence[Drive]) -> dict[str, Drive]:
    """Those of the drives whose volume is mounted elsewhere now, as they are there, by id.

    Told from the mount table and what the kernel holds in memory. A volume that is there twice (a clone beside its
    original) is left for a scan to judge, which looks closer.

    Args:
        lost: drives that are not where they were.
        others: all drives: where one of them is at its base, no other is.
    """
    wanted = [drive for drive in lost if drive.passport.filesystem_uuid or drive.passport.server]
    if not wanted:
        return {}
    volumes = [passport_by_table(point) for point in _points()]
    found = {}
    for drive in wanted:
        places = [place for place in _places(drive, volumes) if not _is_taken(place, others)]
        if len({place.passport.device for place in places}) == 1:
            there = folders_there(place.base for place in places)
            first = next((place for place in places if there[place.base]), None)
            if first is not None:
                found[drive.id] = first
    return found


def _points() -> Iterator[str]:
    """Mount points of disks and shares."""
    yield from dict.fromkeys(mount.point for mount in mounts() if mount.is_network or mount.device.startswith("/dev/"))


def _places(drive: Drive, volumes: Sequence[Passport]) -> Iterator[Drive]:
    """The drive as it would be on each of the volumes that is its own."""
    for volume in volumes:
        base = _base_under(drive, volume)
        if base is None or not _is_its_own(drive.passport, volume):
            continue
        passport = replace(
            drive.passport, mount=volume.mount, root=volume.root, device=volume.device, read_only=volume.read_only
        )
        yield replace(drive, base=base, passport=passport, online=True)


def _is_taken(place: Drive, others: Sequence[Drive]) -> bool:
    return any(other.base == place.base and other.id != place.id and may_be_mounted(other) for other in others)


def _is_its_own(before: Passport, volume: Passport) -> bool:
    if before.network or volume.network:
        return before.network and volume.network and compare(before, volume) is Match.SAME
    if not volume.filesystem_uuid or volume.filesystem_uuid.lower() != before.filesystem_uuid.lower():
        return False
    return recognise(before, volume, first_connected=first_is_connected(before, volume)).is_same


def _base_under(drive: Drive, volume: Passport) -> str | None:
    """Where the base would lie under a mount; None where only another part of the volume is mounted there."""
    if not drive.passport.mount:
        return None
    inside, root = path_in_volume(drive.base, drive.passport), volume.root.strip("/")
    if root and inside != root and not inside.startswith(root + "/"):
        return None
    below = inside[len(root) :].strip("/")
    return os.path.join(volume.mount, below) if below else volume.mount  # noqa: PTH118 - by text alone
