"""What tests of mounts need of the system they run on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.paths import mount_of


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
