"""The identity of a mounted volume as the kernel holds it in memory: no rights, no udev, and the disk is not read.

`FS_IOC_GETFSUUID` (Linux 6.9, include/uapi/linux/fs.h), `BTRFS_IOC_FS_INFO` (uapi/linux/btrfs.h) and
`FAT_IOCTL_GET_VOLUME_ID` (uapi/linux/msdos_fs.h).
"""

import os
import sys
import uuid

_GETFSUUID = 0x80111500  # _IOR(0x15, 0, struct fsuuid2): its length, then 16 bytes
_BTRFS_FS_INFO = 0x8400941F  # _IOR(0x94, 31, 1024 bytes): the id behind two numbers of 8 bytes
_FAT_VOLUME_ID = 0x80047213  # _IOR('r', 0x13, __u32)
_ASKED = {
    **dict.fromkeys(("ext2", "ext3", "ext4", "xfs", "f2fs", "bcachefs"), (_GETFSUUID, 17, 1)),
    "btrfs": (_BTRFS_FS_INFO, 1024, 16),
}


def mounted_uuid(point: str, filesystem_type: str) -> str:
    """The identifier of the volume mounted at a point, written as `blkid` does; empty where the kernel does not tell.

    Only file systems in the kernel are asked, which answer from memory also where their disk is gone.
    """
    if sys.platform != "linux" or (filesystem_type not in _ASKED and filesystem_type != "vfat"):
        return ""
    import fcntl

    try:
        folder = os.open(point, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if filesystem_type == "vfat":
                number = int.from_bytes(fcntl.ioctl(folder, _FAT_VOLUME_ID, bytes(4)), "little")
                return f"{number >> 16:04X}-{number & 0xFFFF:04X}"
            request, size, at = _ASKED[filesystem_type]
            found = fcntl.ioctl(folder, request, bytes(size))[at : at + 16]
        finally:
            os.close(folder)
    except OSError:
        return ""
    return str(uuid.UUID(bytes=found)) if any(found) else ""
