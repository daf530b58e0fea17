"""Content hashes of real files, and what happens to those that cannot be read whole."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import blake3
import psutil
import pytest
import xxhash

from app.errors import AppError, Cancelled, MediaError
from app.files.hashing import BUFFER_BYTES, HEAD_BYTES, FileHasher, Hashed
from app.files.hashpool import HashPool
from app.jobs.events import JobEvent, Paused
from app.jobs.job import CancelToken, Job
from app.mounts import filesystem_type

REPOSITORY = Path(__file__).resolve().parents[2]
LARGE = 40 << 20
"""A size that makes a batch of its own."""


def blake(data: bytes) -> str:
    return "blake3:" + blake3.blake3(data).hexdigest()


def run_python(code: str, *arguments: str | Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def reach() -> Iterator[Path]:
    """A folder that every user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="reelmark-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES + 1, BUFFER_BYTES, 3 * BUFFER_BYTES + 7])
def test_hash_is_that_of_the_whole_content(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "clip.mov"
    path.write_bytes(data)
    hashed = FileHasher(xxh3=True).hash(str(path))
    assert hashed.content_hash == blake(data)
    assert hashed.xxh3_128 == xxhash.xxh3_128_digest(data)
    assert (hashed.size, hashed.mtime_ns, hashed.head) == (size, path.stat().st_mtime_ns, data[:HEAD_BYTES])


def test_small_reads_give_the_same_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10_000)
    assert FileHasher(chunk_bytes=333).hash(str(tmp_path / "a")).content_hash == blake(b"x" * 10_000)


def test_without_blake3_the_hash_says_that_it_is_another(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"frame")
    code = (
        "import sys; sys.modules['blake3'] = None\n"
        "from app.files.hashing import FileHasher; print(FileHasher().hash(sys.argv[1]).content_hash)"
    )
    assert run_python(code, tmp_path / "a") == "sha256:" + hashlib.sha256(b"frame").hexdigest()


def failure(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        FileHasher().hash(str(path))
    assert path.name in caught.value.message
    return caught.value.code


@pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
def test_links_pipes_sockets_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = tempfile.mkdtemp()
        listener.bind(f"{folder}/socket")
        assert failure(Path(folder) / "socket") == "media.special"
        shutil.rmtree(folder)
    assert failure(tmp_path / "link") == "media.link"
    assert failure(tmp_path / "loop") == "media.link"
    assert failure(tmp_path / "pipe") == "media.special"
    assert failure(Path("/dev/null")) == "media.special"
    assert failure(tmp_path) == "media.special"
    assert failure(tmp_path / "gone") == "media.vanished"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_file_that_may_not_be_read(reach: Path) -> None:
    secret = reach / "secret.mov"
    secret.write_bytes(b"x")
    secret.chmod(0)
    code = (
        "import os, sys\nfrom app.errors import MediaError\nfrom app.files.hashing import FileHasher\n"
        "os.geteuid() or os.setuid(65534)\n"
        "try: FileHasher().hash(sys.argv[1])\nexcept MediaError as error: print(error.code)"
    )
    assert run_python(code, secret) == "media.permission"


@pytest.fixture
def while_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object], int], None]:
    """Does something to the disk in the middle of a reading, `times` times."""
    if not hasattr(os, "readv"):
        pytest.skip("this system reads otherwise")
    readv = os.readv

    def arrange(act: Callable[[], object], times: int) -> None:
        left = [times]

        def reading(descriptor: int, buffers: list[bytearray]) -> int:
            count = readv(descriptor, buffers)
            if left[0]:
                left[0] -= 1
                act()
            return count

        monkeypatch.setattr(os, "readv", reading)

    return arrange


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_keeps_changing_has_no_hash(
    tmp_path: Path, while_reading: Callable[[Callable[[], object], int], None], change: str
) -> None:
    path = tmp_path / "render.0001.exr"
    path.write_bytes(b"x" * 5000)
    sizes = iter(range(4000, 0, -1))
    times = iter(range(1, 1000))
    acts = {
        "grow": lambda: append(path),
        "shrink": lambda: os.truncate(path, next(sizes)),
        "rewrite": lambda: os.utime(path, (0, next(times))),
    }
    while_reading(acts[change], 100)
    assert failure(path) == "media.changed_while_read"


def test_a_file_that_changed_once_is_read_again(
    tmp_path: Path, while_reading: Callable[[Callable[[], object], int], None]
) -> None:
    path = tmp_path / "render.0001.exr"
    path.write_bytes(b"x")
    while_reading(lambda: append(path), 1)
    assert FileHasher().hash(str(path)).content_hash == blake(b"xmore")


def test_a_file_that_vanishes_while_it_is_read_still_has_its_hash(
    tmp_path: Path, while_reading: Callable[[Callable[[], object], int], None]
) -> None:
    path = tmp_path / "render.0001.exr"
    path.write_bytes(b"x")
    while_reading(path.unlink, 1)
    assert FileHasher().hash(str(path)).content_hash == blake(b"x")


def names_of_all_kinds() -> list[bytes]:
    names = [
        b"plain.mov",
        b"with space.mov",
        "\N{CLAPPER BOARD}.mov".encode(),
        "caf\u00e9.mov".encode(),
        "cafe\u0301.mov".encode(),
        b"quote\"'.mov",
        b"n" * 251 + b".mov",
    ]
    return names if sys.platform in ("win32", "darwin") else [*names, b"line\nbreak.mov", b"caf\xe9\xff.mov"]


def test_many_files_in_children(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    contents = {name: os.urandom(100) for name in names_of_all_kinds()}
    for name, data in contents.items():
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(data)
    items = [(name, folder + b"/" + name, 100) for name in [*contents, b"gone.mov"]]
    with HashPool[bytes](2, xxh3=True, head_bytes=HEAD_BYTES) as pool:
        found = dict(pool.run(items, Job()))
    gone = found.pop(b"gone.mov")
    assert isinstance(gone, MediaError) and gone.code == "media.vanished"
    assert {name: hashed.content_hash for name, hashed in found.items() if isinstance(hashed, Hashed)} == {
        name: blake(data) for name, data in contents.items()
    }
    assert all(hashed.head == contents[name] for name, hashed in found.items() if isinstance(hashed, Hashed))


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "app.jobs.childmain" in " ".join(child.cmdline())]


def outcomes_when(folder: Path, act: Callable[[psutil.Process], object]) -> dict[str, Hashed | AppError]:
    """Hash three files with one child, to which something happens as it is about to get the second."""

    def items() -> Iterator[tuple[str, str, int]]:
        for name in "abc":
            (folder / name).write_bytes(name.encode())
            if name == "c":
                (child,) = children()
                act(child)
            yield name, str(folder / name), LARGE

    with HashPool[str](1, silence_s=3) as pool:
        return dict(pool.run(items(), Job()))


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_read_that_hangs_costs_one_file(tmp_path: Path) -> None:
    found = outcomes_when(tmp_path, psutil.Process.suspend)
    hung = found.pop("b")
    assert isinstance(hung, MediaError) and hung.code == "child.stalled"
    assert sorted(key for key, outcome in found.items() if isinstance(outcome, Hashed)) == ["a", "c"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_child_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    found = outcomes_when(tmp_path, psutil.Process.kill)
    assert sorted(key for key, outcome in found.items() if isinstance(outcome, Hashed)) == ["a", "b", "c"]


def sparse(folder: Path) -> list[tuple[int, str, int]]:
    """A file of many gigabytes that takes no room."""
    path = folder / "long.mov"
    with path.open("wb") as file:
        file.truncate(64 << 30)
    return [(1, str(path), 64 << 30)]


def test_cancelling_in_the_middle_of_a_file_ends_the_children(tmp_path: Path) -> None:
    token = CancelToken()
    with pytest.raises(Cancelled), HashPool[int](1) as pool:
        list(pool.run(sparse(tmp_path), Job(token=token), on_bytes=lambda _: token.cancel()))
    assert children() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a running batch goes on there")
def test_pausing_in_the_middle_of_a_file_stops_the_children(tmp_path: Path) -> None:
    token = CancelToken()
    seen: list[str] = []
    deadline = time.monotonic() + 10

    def hear(event: JobEvent) -> None:
        if event == Paused(True):
            (child,) = children()
            while child.status() == psutil.STATUS_RUNNING and time.monotonic() < deadline:
                pass
            seen.append(child.status())
            token.resume()
        elif event == Paused(False):
            seen.append("goes on")

    def read(_count: int) -> None:
        if seen:
            token.cancel()
        else:
            token.pause()

    with pytest.raises(Cancelled), HashPool[int](1) as pool:
        list(pool.run(sparse(tmp_path), Job(hear, token), on_bytes=read))
    assert seen == [psutil.STATUS_STOPPED, "goes on"]


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="only Linux says what it remembers of a file")
def test_what_was_written_a_moment_ago_is_read_from_its_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if filesystem_type(tmp_path) not in ("ext4", "xfs", "btrfs"):
        pytest.skip("a file system without a disk remembers everything")
    path = tmp_path / "copied.mov"
    path.write_bytes(bytes(range(256)) * 4096)
    remembered: list[bool] = []
    real = os.readv

    def watched(handle: int, buffers: list[bytearray]) -> int:
        try:
            os.preadv(handle, [bytearray(4096)], os.lseek(handle, 0, os.SEEK_CUR), os.RWF_NOWAIT)
            remembered.append(True)
        except BlockingIOError:
            remembered.append(False)
        return real(handle, buffers)

    monkeypatch.setattr(os, "readv", watched)
    known = FileHasher().hash(path)
    assert remembered[0]
    remembered.clear()
    assert FileHasher(from_medium=True).hash(path).digest == known.digest
    assert not remembered[0]
