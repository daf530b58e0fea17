"""The drive passport: evidence about the volume a folder lies on.

On Linux it comes from the mount table, `/dev/disk/by-uuid` and `statvfs`. Elsewhere only what the standard library
tells is recorded; what is not known stays empty and never counts against a drive.
"""

import os
import shutil
import sys
from dataclasses import replace
from enum import Enum
from pathlib import Path

from app.model.drives import Drive, Passport
from app.mounts import mount_holding, mounts

_COARSE_S = {"vfat": 2, "msdos": 2, "exfat": 2, "fat": 2, "fat32": 2}


class Match(Enum):
    """What two passports say about each other."""

    SAME = "same"
    UNKNOWN = "unknown"
    OTHER = "other"


def read_passport(base: str) -> Passport:
    """The evidence about the volume that holds `base`. What cannot be learnt is left empty.

    It touches the drive, which may take for ever where a share is gone: see `app.drives.probing`.
    """
    real = os.path.realpath(base)
    capacity, free = _space(real)
    return replace(passport_by_table(real), capacity_bytes=capacity, free_bytes=free, folder_id=_folder_id(real))


def passport_by_table(base: str) -> Passport:
    """What the mount table alone says about an absolute path without links; the drive is not touched."""
    mount = mount_holding(base, mounts()) if sys.platform != "win32" else None
    if mount is None:
        return Passport()
    device = os.path.realpath(mount.device) if mount.device.startswith("/dev/") else mount.device
    return Passport(
        filesystem_uuid=device if mount.is_network else _by_device("/dev/disk/by-uuid", device),
        filesystem_type=mount.type,
        device=device,
        mount=mount.point,
        root=mount.root,
        label=_by_device("/dev/disk/by-label", device),
        network=mount.is_network,
    )


def compare(before: Passport, now: Passport) -> Match:
    """Whether two passports name the same volume, as far as the evidence goes.

    Without an identifier of its own, a volume is the same where the device and its capacity are; one without a device
    (tmpfs, overlay) cannot be told from another.
    """
    if before.filesystem_uuid and now.filesystem_uuid:
        return Match.SAME if before.filesystem_uuid == now.filesystem_uuid else Match.OTHER
    if before.filesystem_type and now.filesystem_type and before.filesystem_type != now.filesystem_type:
        return Match.OTHER
    known_device = before.device.startswith("/") and before.device == now.device
    if known_device and before.capacity_bytes == now.capacity_bytes:
        return Match.SAME
    return Match.UNKNOWN


def may_be_mounted(drive: Drive) -> bool:
    """Whether the volume at a drive's base may be its own, by the mount table alone."""
    return compare(drive.passport, passport_by_table(drive.base)) is not Match.OTHER


def may_be_same_place(before: Passport, now: Passport) -> bool:
    """Whether two folders lie on one volume, as far as a folder that was moved within it may be recognised there.

    A volume without an identifier is taken for the same one where it is mounted at the same point from the same device.
    """
    match = compare(before, now)
    if match is not Match.UNKNOWN:
        return match is Match.SAME
    return bool(before.mount) and (before.device, before.mount) == (now.device, now.mount)


def path_in_volume(base: str, passport: Passport) -> str:
    """Where a base lies in its volume, so that it is found again under another mount; empty at the top."""
    if not passport.mount:
        return base
    relative = os.path.relpath(base, passport.mount)
    inside = os.path.join(passport.root.strip("/"), "" if relative == "." else relative)  # noqa: PTH118 - text
    return inside.rstrip("/")


def time_tolerance_ns(passport: Passport) -> int:
    """How far two modification times on this file system may lie apart and still be the same."""
    return _COARSE_S.get(passport.filesystem_type.lower(), 0) * 1_000_000_000


def _by_device(folder: str, device: str) -> str:
    """The name of the link in `folder` that leads to a device, or nothing."""
    try:
        links = list(Path(folder).iterdir())
    except OSError:
        return ""
    for link in links:
        if os.path.realpath(link) == device:
            return link.name
    return ""


def _folder_id(base: str) -> int:
    try:
        return os.stat(base).st_ino  # noqa: PTH116 - may be no valid text
    except OSError:
        return 0


def _space(base: str) -> tuple[int, int]:
    try:
        usage = shutil.disk_usage(base)
    except OSError:
        return 0, 0
    return usage.total, usage.free
