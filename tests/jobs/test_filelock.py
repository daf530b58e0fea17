import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import HeldByAnother, InputError
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken
from tests.unprivileged import REPOSITORY


def test_who_is_refused_learns_who_holds_it(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.jobs.filelock import hold_file_lock\n"
        "from app.jobs.job import CancelToken\n"
        "with hold_file_lock(Path(sys.argv[1]), CancelToken()):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, lock], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    who = rf"process {holder.pid} since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    with pytest.raises(HeldByAnother, match=who), hold_file_lock(lock, CancelToken()):
        pass
    holder.kill()
    holder.communicate()
    assert lock.exists(), "a killed holder leaves the file"
    with hold_file_lock(lock, CancelToken()):
        assert lock.read_text().split()[0] == str(os.getpid())
    assert not lock.exists()


def test_a_holder_on_another_machine_is_named_with_it(tmp_path: Path) -> None:
    lock = tmp_path / "a.lock"
    with hold_file_lock(lock, CancelToken()):
        lock.write_text("77 1700000000000000 nas-7")
        who = "process 77 on nas-7 since 2023-11-14 22:13:20 UTC"
        with pytest.raises(HeldByAnother, match=who), hold_file_lock(lock, CancelToken()):
            pass
        lock.write_text("77")
        with pytest.raises(HeldByAnother, match=r"\(process 77\)"), hold_file_lock(lock, CancelToken()):
            pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError), hold_file_lock(tmp_path / "no folder" / "a.lock", CancelToken()):
        pass
    (tmp_path / "link.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError), hold_file_lock(tmp_path / "link.lock", CancelToken()):
        pass
