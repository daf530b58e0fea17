"""What tests of mounts need of the system they run on."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.mounts import mount_of


def _may_mount() -> bool:
    """Whether this process can have mounts that nobody else sees; a changed root, for one, cannot."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    script = "mount -t tmpfs none /tmp && umount /tmp"
    return subprocess.run(["unshare", "-m", "sh", "-ec", script], capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="needs to mount, in a mount table of its own")
needs_mount_table = pytest.mark.skipif(
    mount_of(Path("/")) is None, reason="a changed root: its mount table does not say what it lies on"
)

_DEAD_SHARE = """
import ctypes, os, subprocess, sys
server = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
if libc.mount(b"nobody", os.fsencode(sys.argv[1]), b"fuse.sshfs", 6, options):
    raise OSError(ctypes.get_errno(), "mount")
sys.exit(subprocess.call(["sh", "-ec", sys.argv[2]]))
"""


def dead_share_script(folder: Path) -> list[str]:
    """A command that runs the shell script appended to it while a share that never answers is mounted at `folder`."""
    return ["unshare", "-m", sys.executable, "-c", _DEAD_SHARE, str(folder)]


def _may_have_a_dead_share() -> bool:
    if not (_may_mount() and Path("/dev/fuse").exists()):
        return False
    return subprocess.run([*dead_share_script(Path("/mnt")), "true"], capture_output=True, check=False).returncode == 0


needs_dead_share = pytest.mark.skipif(not _may_have_a_dead_share(), reason="needs to mount a file system of its own")


def _may_mount_images() -> bool:
    """Whether disk images can be made and mounted here, in two file systems."""
    if not _may_mount() or any(shutil.which(f"mkfs.{kind}") is None for kind in ("ext2", "ext4")):
        return False
    script = (
        'cd "$1" && truncate -s 4M a.img && mkfs.ext4 -qF a.img && mkfs.ext2 -qF a.img && mkdir m'
        " && mount -o loop a.img m && umount m"
    )
    with tempfile.TemporaryDirectory() as folder:
        command = ["unshare", "-m", "sh", "-ec", script, "sh", folder]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


needs_images = pytest.mark.skipif(not _may_mount_images(), reason="needs to make and mount disk images")
