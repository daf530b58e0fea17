"""The drive passport: evidence about the volume a folder lies on.

What the system says is asked by `app.drives.linux`, `windows` and `macos`; what it does not know stays empty and never
counts against a drive. What two passports say about each other is the matter of `app.drives.recognition`.
"""

import os
import re
import shutil
import sys
from dataclasses import replace
from enum import Enum

from app.drives import linux
from app.drives.rootprint import MARKER, read_root_print
from app.drives.shares import same_server, share_of
from app.drives.volumeid import mounted_uuid
from app.model.drives import Drive, Passport
from app.mounts import may_hang, mount_holding, mounts

_COARSE_S = {"vfat": 2, "msdos": 2, "exfat": 2, "fat": 2, "fat32": 2}
_MARKER_ID = re.compile(r"[0-9a-fA-F-]{8,64}")


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
    root = read_root_print(real)
    return replace(
        _of_volume(real),
        capacity_bytes=capacity,
        free_bytes=free,
        folder_id=_folder_id(real),
        marker=read_marker(real),
        root_digest=root.digest,
        root_sketch=root.sketch,
    )


def _of_volume(real: str) -> Passport:
    """What the system says of the volume, asked in the system's own way."""
    if sys.platform == "win32":
        from app.drives import windows

        found = windows.read_evidence(real)
        passport = Passport(**found)
        return _with_share(passport) if passport.network else passport
    passport = passport_by_table(real)
    if sys.platform == "darwin" and not passport.network and passport.mount:
        from app.drives import macos

        return replace(passport, **macos.read_evidence(passport.mount))
    if passport.device.startswith("/dev/"):
        return replace(passport, **linux.read_evidence(passport.device))
    return passport


def passport_by_table(base: str) -> Passport:
    """What the mount table and the kernel say about an absolute path without links; the drive is not touched."""
    mount = mount_holding(base, mounts()) if sys.platform != "win32" else None
    if mount is None:
        return Passport()
    local = mount.device.startswith("/dev/")
    device = os.path.realpath(mount.device) if local else mount.device
    passport = Passport(
        filesystem_type=mount.type,
        device=device,
        mount=mount.point,
        root=mount.root,
        network=mount.is_network,
        read_only=mount.read_only,
    )
    if mount.is_network:
        return _with_share(replace(passport, filesystem_uuid=device))
    if not local or sys.platform != "linux":
        return passport
    found = {"filesystem_uuid": mounted_uuid(mount.point, mount.type), **linux.quick_evidence(device)}
    return replace(passport, **found)


def _with_share(passport: Passport) -> Passport:
    """With server, share and the folder of it that is mounted."""
    share = share_of(passport.device, passport.filesystem_type)
    if share is None:
        return passport
    root = "/".join(part for part in (share.folder, passport.root.strip("/")) if part)
    return replace(passport, server=share.server, share=share.name, root=f"/{root}")


def first_is_connected(before: Passport, now: Passport) -> bool:
    """Whether the device that a passport was recorded of is there beside the one that was found now.

    Told from the mount table and the kernel's list of disks; no drive is touched. It is asked of volumes that call
    themselves the same; disks are told apart by hardware, mounts by device.
    """
    if sys.platform != "linux" or before.network or now.network or not now.device.startswith("/dev/"):
        return False
    if before.filesystem_uuid and now.filesystem_uuid and before.filesystem_uuid != now.filesystem_uuid:
        return False
    for disk in linux.connected_hardware():
        if _lies_on(now, disk["device"]):
            continue
        for name in ("serial", "wwn", "image"):
            recorded = getattr(before, name)
            if recorded and recorded == disk.get(name) and recorded != getattr(now, name):
                return True
    for mount in mounts():
        device = os.path.realpath(mount.device) if mount.device.startswith("/dev/") else ""
        if device and device == before.device and mount.point == before.mount and not _lies_on(now, device):
            found = passport_by_table(mount.point)
            if compare(before, found) is not Match.OTHER:
                return True
    return bool(before.image and now.image and before.image != now.image and _is_file_here(before.image))


def _lies_on(passport: Passport, device: str) -> bool:
    """Whether a volume lies on a device or on a partition of it."""
    rest = passport.device.removeprefix(device)
    return rest == "" or (rest != passport.device and rest.lstrip("p").isdigit())


def _is_file_here(path: str) -> bool:
    """Whether an image file is still there; one on a share is not asked for, which may not answer."""
    return not may_hang([path]) and os.path.isfile(path)  # noqa: PTH113 - may be no valid text


def read_marker(base: str) -> str:
    """The id in the marker file of a base; empty without one."""
    try:
        with open(os.path.join(base, MARKER), "rb") as file:  # noqa: PTH118, PTH123 - may be no valid text
            line = file.readline(200)
    except OSError:
        return ""
    text = line.decode("ascii", "replace").strip()
    return text if _MARKER_ID.fullmatch(text) else ""


def compare(before: Passport, now: Passport) -> Match:
    """Whether two passports name the same volume, as far as the evidence goes.

    Without an identifier of its own, a volume is the same where the device and its capacity are; one without a device
    (tmpfs, overlay) cannot be told from another.
    """
    if before.network and now.network:
        return _compare_shares(before, now)
    if before.image and now.image and before.image != now.image:
        return Match.OTHER
    if before.filesystem_uuid and now.filesystem_uuid:
        return Match.SAME if before.filesystem_uuid.lower() == now.filesystem_uuid.lower() else Match.OTHER
    if before.filesystem_type and now.filesystem_type and before.filesystem_type != now.filesystem_type:
        return Match.OTHER
    known_device = before.device.startswith("/") and before.device == now.device
    if known_device and before.capacity_bytes == now.capacity_bytes:
        return Match.SAME
    return Match.UNKNOWN


def _compare_shares(before: Passport, now: Passport) -> Match:
    old, new = (passport if passport.server else _with_share(passport) for passport in (before, now))
    if not (old.server and new.server):
        return Match.SAME if before.device == now.device else Match.OTHER
    return Match.SAME if same_server(old.server, new.server) and old.share == new.share else Match.OTHER


def may_be_mounted(drive: Drive) -> bool:
    """Whether the volume at a drive's base may be its own, by the mount table alone.

    A base that lies on another mount and another device than it did is the bare folder below a mount that is gone.
    """
    before, now = drive.passport, passport_by_table(drive.base)
    match = compare(before, now)
    if match is Match.UNKNOWN and before.mount and now.mount:
        return before.mount == now.mount or before.device == now.device
    return match is not Match.OTHER


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
