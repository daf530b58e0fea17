"""Small files are written whole or not at all, and sidecar folders are written by one process at a time."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from app.errors import Cancelled, HeldByAnother, InputError
from app.files.atomic import write_whole
from app.jobs.filelock import hold_file_lock
from app.jobs.job import CancelToken

REPOSITORY = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions and limits")


def run_python(code: str, *arguments: str | Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_the_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"one")
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert names_in(tmp_path) == ["a.json"]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o640


@posix
def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "clip.mov").write_bytes(b"media")
    (tmp_path / "clip.mov.qc.json").symlink_to("clip.mov")
    with pytest.raises(InputError) as caught:
        write_whole(tmp_path / "clip.mov.qc.json", b"{}")
    assert caught.value.code == "disk.link"
    assert (tmp_path / "clip.mov").read_bytes() == b"media"


@posix
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom app.errors import InputError\n"
        "from app.files.atomic import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try: write_whole(Path(sys.argv[1]), bytes(100_000))\n"
        "except InputError as error: print(error.code, 'a.json' in error.message, bool(error.hint))"
    )
    assert run_python(code, path) == "disk.full True True"
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.json"]


@posix
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="reelmark-test-"))
    (folder / "a.json").write_bytes(b"old")
    folder.chmod(0o555)
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom app.errors import InputError\n"
        "from app.files.atomic import make_folder, write_whole\n"
        "os.geteuid() or os.setuid(65534)\n"
        "folder = Path(sys.argv[1])\n"
        "for act in (lambda: write_whole(folder / 'a.json', b'new'), lambda: make_folder(folder / '.qc')):\n"
        "    try: act()\n"
        "    except InputError as error: print(error.code)"
    )
    assert run_python(code, folder) == "disk.read_only\ndisk.read_only"
    assert names_in(folder) == ["a.json"]
    folder.chmod(0o755)
    shutil.rmtree(folder)


def hold_elsewhere(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its input ends."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.jobs.filelock import hold_file_lock\n"
        "from app.jobs.job import CancelToken\n"
        "with hold_file_lock(Path(sys.argv[1]), CancelToken()):\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_another_process_waits_for_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with hold_elsewhere(lock) as holder:
        with pytest.raises(HeldByAnother), hold_file_lock(lock, CancelToken()):
            pass
        token = CancelToken()
        token.cancel()
        with pytest.raises(Cancelled), hold_file_lock(lock, token, 60):
            pass
        holder.kill()
    with hold_file_lock(lock, CancelToken(), 10):
        assert lock.exists()
    assert not lock.exists(), "nothing stays behind in the media folder"


def test_the_lock_passes_from_one_to_the_next(tmp_path: Path) -> None:
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with hold_file_lock(tmp_path / ".lock", CancelToken(), 60):
                inside += 1
                most = max(most, inside)
                inside -= 1

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert most == 1
    assert names_in(tmp_path) == []
