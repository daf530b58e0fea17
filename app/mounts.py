"""What is mounted where, and whether it is a disk of this machine."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system.

    Attributes:
        point: where it is mounted.
        type: `ext4`, `nfs4`, ...
        device: what is mounted (`/dev/sda1`, `nas:/media`).
        root: the folder of the file system that is seen there (`/`, or less for a bind mount); empty where unknown.
        read_only: whether nothing can be written there.
    """

    point: str
    type: str
    device: str
    root: str = ""
    read_only: bool = False

    @property
    def is_network(self) -> bool:
        """Whether another machine serves it."""
        return self.type.lower() in _NETWORK_TYPES


#: File systems that live on this machine. What is not listed may be a share: SQLite's WAL needs shared memory that
#: every writer sees, which a network or user-space file system does not promise.
_LOCAL_TYPES = frozenset(
    [
        *("apfs", "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fat", "fat32", "fuseblk"),
        *("hfs", "hfsplus", "iso9660", "jfs", "msdos", "nilfs2", "ntfs", "ntfs3", "overlay", "ramfs", "refs"),
        *("reiserfs", "rootfs", "squashfs", "tmpfs", "ubifs", "udf", "ufs", "vfat", "xfs", "zfs"),
    ]
)


_NETWORK_TYPES = frozenset(
    [
        *("9p", "afpfs", "beegfs", "ceph", "cifs", "davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
        *("glusterfs", "lustre", "nfs", "nfs4", "smb3", "smbfs", "webdav"),
    ]
)


#: File systems whose numbers of files (inodes) stay as long as the file does; FAT makes them up at each mount.
_NUMBERED_TYPES = frozenset(
    [
        *("apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "hfsplus", "jfs", "nilfs2", "ntfs"),
        *("ntfs3", "overlay", "refs", "reiserfs", "tmpfs", "ufs", "xfs", "zfs"),
    ]
)


def keeps_file_ids(filesystem_type: str) -> bool:
    """Whether files of such a file system keep their number over years, so that one that was renamed is known by it."""
    return filesystem_type.lower() in _NUMBERED_TYPES


def is_local_disk(path: Path) -> bool:
    """Whether the path lies on a disk of this machine. False where that cannot be learnt."""
    return filesystem_type(path) in _LOCAL_TYPES


def filesystem_type(path: Path) -> str:
    """The type of the file system that holds (or would hold) the path, in lower case; empty where unknown."""
    if sys.platform == "win32":
        return _windows_filesystem_type(path)
    mount = mount_of(path)
    return mount.type.lower() if mount else ""


def mount_of(path: Path) -> Mount | None:
    """The mount the path lies on (POSIX); None where the mounts cannot be listed."""
    return mount_holding(os.path.realpath(path), list(mounts()))


def mount_holding(path: str, table: Iterable[Mount]) -> Mount | None:
    """The mount of a table that an absolute path without links lies on; the path itself is not touched."""
    best: Mount | None = None
    for mount in table:
        inside = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if inside and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def may_hang(paths: Iterable[str]) -> set[str]:
    """Those of the absolute paths that may lie on a share, which may never answer; none of them is touched."""
    if sys.platform == "win32":
        return {path for path in paths if _windows_filesystem_type(Path(path)) == "network"}
    table = list(mounts())
    holding = {path: mount_holding(path, table) for path in paths}
    return {path for path, mount in holding.items() if mount is not None and mount.type.lower() not in _LOCAL_TYPES}


def mounts() -> Iterator[Mount]:
    """Every mount of this process, in the order of mounting; a later one hides an earlier one on the same point."""
    if sys.platform == "darwin":
        yield from _macos_mounts()
        return
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        before, _, after = line.partition(b" - ")
        fields, rest = before.split(b" "), after.split(b" ")
        if len(fields) > 4 and len(rest) > 1:
            options = {*fields[5].split(b","), *rest[-1].split(b",")} if len(fields) > 5 else set()
            kind, device = os.fsdecode(rest[0]), _unescaped(rest[1])
            yield Mount(_unescaped(fields[4]), kind, device, _unescaped(fields[3]), b"ro" in options)


def mounts_stamp() -> bytes:
    """What changes with the mount table, told fast; where there is no table to read, what changes each second."""
    try:
        return Path("/proc/self/mountinfo").read_bytes()
    except OSError:
        return str(int(time.monotonic())).encode()


def _unescaped(field: bytes) -> str:
    r"""A field of mountinfo, where space, tab, newline and backslash are written as octal (`\040`)."""
    for escape, byte in ((rb"\040", b" "), (rb"\011", b"\t"), (rb"\012", b"\n"), (rb"\134", b"\\")):
        field = field.replace(escape, byte)
    return os.fsdecode(field)


def _macos_mounts() -> Iterator[Mount]:
    """The lines of `/sbin/mount`: `//user@nas/media on /Volumes/media (smbfs, nodev, ...)`."""
    import subprocess

    try:
        listing = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in os.fsdecode(listing.stdout).splitlines():
        device, _, rest = line.partition(" on ")
        point, _, options = rest.rpartition(" (")
        if point:
            words = [word.strip() for word in options.rstrip(")").split(",")]
            yield Mount(point, words[0], device, read_only="read-only" in words)


def _windows_filesystem_type(path: Path) -> str:
    """The volume's file system by name (`ntfs`), `network` for a share or remote drive, empty where unknown."""
    if sys.platform == "win32":
        import ctypes

        remote, unknown = 4, 0
        root = os.path.splitdrive(os.path.abspath(path))[0] + "\\"  # noqa: PTH100, PTH122 - a UNC root is a drive here
        kind = ctypes.windll.kernel32.GetDriveTypeW(root)
        if kind == remote or root.startswith("\\\\"):
            return "network"
        name = ctypes.create_unicode_buffer(64)
        if kind != unknown and ctypes.windll.kernel32.GetVolumeInformationW(
            root, None, 0, None, None, None, name, len(name)
        ):
            return name.value.lower()
    return ""
