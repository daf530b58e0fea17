"""What is mounted where."""

import sys
from pathlib import Path

import pytest

from app.mounts import filesystem_type, is_local_disk, mount_of
from tests.mounting import needs_mount_table


@pytest.mark.skipif(sys.platform != "linux", reason="mountinfo")
@needs_mount_table
def test_the_file_system_of_a_path_is_known_also_below_what_does_not_exist(tmp_path: Path) -> None:
    assert filesystem_type(Path("/proc/self")) == "proc"
    assert not is_local_disk(Path("/proc/self"))
    assert filesystem_type(tmp_path / "not" / "there") == filesystem_type(tmp_path) != ""
    mount = mount_of(tmp_path)
    assert mount is not None
    assert Path(mount.point).stat().st_dev == tmp_path.stat().st_dev
