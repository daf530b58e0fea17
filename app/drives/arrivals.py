"""Drives that come and go, told by what is mounted: no drive is touched."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.drives.identity import Match, compare, may_be_mounted, passport_by_table
from app.model.drives import Drive
from app.mounts import mounts

#: Where desktop systems mount what is plugged in.
_REMOVABLE = ("/media/", "/run/media/", "/mnt/", "/Volumes/")
#: Removable, fixed and remote, as `GetDriveTypeW` tells them.
_KINDS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A volume that was mounted.

    Attributes:
        point: where, as the system writes it.
        drive: the catalogued drive that lies on it, as far as the mount table tells; None for one that is not known.
    """

    point: str
    drive: Drive | None

    @property
    def base(self) -> str:
        """Where the drive's base lies now: the same folder of the volume as before; of an unknown one the top."""
        if self.drive is None or lies_in(self.drive.base, self.point):
            return self.drive.base if self.drive else self.point
        before = self.drive.passport.mount
        if not before or not lies_in(self.drive.base, before):
            return self.point
        below = os.path.relpath(self.drive.base, before)
        return self.point if below == os.curdir else os.path.join(self.point, below)  # noqa: PTH118 - by text alone


def mounted_points() -> frozenset[str]:
    """Where removable drives and shares are mounted now; on Windows the drive letters."""
    if sys.platform == "win32":
        return _letters()
    return frozenset(mount.point for mount in mounts() if mount.point.startswith(_REMOVABLE))


def arrivals(points: Iterable[str], drives: Sequence[Drive]) -> list[Arrival]:
    """What lies at mount points that were not there before: first the drives that are known.

    Args:
        points: mount points.
        drives: all of the catalogue.
    """
    found = [arrival for point in sorted(points) for arrival in _at(point, drives)]
    return sorted(found, key=lambda arrival: arrival.drive is None)


def _at(point: str, drives: Sequence[Drive]) -> list[Arrival]:
    here = [drive for drive in drives if lies_in(drive.base, point) and may_be_mounted(drive)]
    passport = passport_by_table(point)
    elsewhere = [
        drive
        for drive in drives
        if drive not in here
        and passport.filesystem_uuid
        and compare(drive.passport, passport) is Match.SAME
        and not lies_in(drive.base, point)
    ]
    known = here or elsewhere
    return [Arrival(point, drive) for drive in known] or [Arrival(point, None)]


def lies_in(base: str, point: str) -> bool:
    """Whether a path is a mount point or lies below it, by its text."""
    return base == point or base.startswith(point.rstrip(os.sep) + os.sep)


def _letters() -> frozenset[str]:
    """The drive letters of removable, fixed and remote drives, but for that of the system."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        system = os.environ.get("SYSTEMDRIVE", "C:").upper()
        mask = kernel.GetLogicalDrives()
        letters = [f"{chr(65 + bit)}:" for bit in range(26) if mask >> bit & 1]
        return frozenset(
            letter + "\\" for letter in letters if letter != system and kernel.GetDriveTypeW(letter + "\\") in _KINDS
        )
    return frozenset()
