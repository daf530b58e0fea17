"""The drive passport: evidence about the volume a folder lies on.

On Linux it comes from the mount table, `/dev/disk/by-uuid` and `statvfs`. Elsewhere only what the standard library
tells is recorded; what is not known stays empty and never counts against a drive.
"""

import os
import re
import shutil
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from app.model.drives import Passport

_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afpfs", "fuse.sshfs", "fuse.rclone", "davfs", "ceph",
            "glusterfs", "lustre", "beegfs")
_COARSE_S = {"vfat": 2, "msdos": 2, "exfat": 2, "fat": 2, "fat32": 2}
_OCTAL = re.compile(r"\\([0-7]{3})")


class Match(Enum):
    """What two passports say about each other."""

    SAME = "same"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Mount:
    point: str
    root: str
    filesystem: str
    source: str


def read_passport(base: str) -> Passport:
    """The evidence about the volume that holds `base`. What cannot be learnt is left empty."""
    mount = _mount_of(base)
    capacity, free = _space(base)
    if mount is None:
        return Passport(capacity_bytes=capacity, free_bytes=free)
    device = os.path.realpath(mount.source) if mount.source.startswith("/") else mount.source
    network = mount.filesystem in _NETWORK
    return Passport(
        filesystem_uuid=mount.source if network else _uuid_of(device),
        filesystem_type=mount.filesystem,
        device=device,
        mount=mount.point,
        label=_by_device("/dev/disk/by-label", device),
        capacity_bytes=capacity,
        free_bytes=free,
        network=network,
    )


def compare(before: Passport, now: Passport) -> Match:
    """Whether two passports name the same volume, as far as the evidence goes."""
    if before.filesystem_uuid and now.filesystem_uuid:
        return Match.SAME if before.filesystem_uuid == now.filesystem_uuid else Match.OTHER
    if before.filesystem_type and now.filesystem_type and before.filesystem_type != now.filesystem_type:
        return Match.OTHER
    if before.device and before.device == now.device and before.capacity_bytes == now.capacity_bytes:
        return Match.SAME
    return Match.UNKNOWN


def path_in_volume(base: str, passport: Passport) -> str:
    """Where a base lies in its volume, so that it is found again under another mount; empty at the top."""
    if not passport.mount:
        return base
    relative = os.path.relpath(base, passport.mount)
    return "" if relative == "." else relative


def time_tolerance_ns(passport: Passport) -> int:
    """How far two modification times on this file system may lie apart and still be the same."""
    return _COARSE_S.get(passport.filesystem_type.lower(), 0) * 1_000_000_000


def _mount_of(path: str) -> _Mount | None:
    """The mount that holds a path: the longest mount point above it, the last one where several are stacked."""
    best: _Mount | None = None
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    for line in lines:
        left, _, right = line.partition(" - ")
        fields, tail = left.split(" "), right.split(" ")
        point = _unescaped(fields[4])
        if (path == point or path.startswith(point.rstrip("/") + "/")) and (
            best is None or len(point) >= len(best.point)
        ):
            best = _Mount(point, _unescaped(fields[3]), tail[0], _unescaped(tail[1]))
    return best


def _unescaped(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)


def _uuid_of(device: str) -> str:
    return _by_device("/dev/disk/by-uuid", device)


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


def _space(base: str) -> tuple[int, int]:
    try:
        usage = shutil.disk_usage(base)
    except OSError:
        return 0, 0
    return usage.total, usage.free
