import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.errors import Cancelled, DriveGone
from app.files.listing import Listing
from app.files.walk import LISTED, SKIPPED, TIMED_OUT, UNREADABLE, Folder, WalkRequest, unpack, walk
from app.jobs.job import CancelToken


def walked(base: Path, timeout_s: float = 30.0, **options: object) -> dict[bytes, Folder]:
    """Every folder by its path; none may come twice."""
    found: dict[bytes, Folder] = {}
    for folder in walk(WalkRequest(os.fsencode(base), **options), CancelToken(), timeout_s=timeout_s):
        assert folder.path not in found
        found[folder.path] = folder
    return found


def files(found: dict[bytes, Folder]) -> set[bytes]:
    return {path + b"/" + name if path else name for path, folder in found.items() for name in folder.names}


def skipped(found: dict[bytes, Folder]) -> dict[str, int]:
    totals = {name: sum(folder.skipped[at] for folder in found.values()) for at, name in enumerate(SKIPPED)}
    return {name: number for name, number in totals.items() if number}


@pytest.fixture
def child_hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Every child runs what is written here before it lists the folder `path`."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import os, signal, sys, time\nreal = os.scandir\n"
        "def scandir(path='.'):\n    exec(open(os.path.dirname(__file__) + '/hook.py').read())\n    return real(path)\n"
        "if any('jobs.childmain' in part for part in sys.orig_argv):\n    os.scandir = scandir\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    yield site / "hook.py"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    base = tmp_path / "base"
    for folder in ("a", "b/deep", "b/other", "c"):
        (base / folder).mkdir(parents=True)
        (base / folder / "file.txt").write_bytes(b"12")
    return base


def test_names_come_as_their_bytes(tmp_path: Path) -> None:
    base = os.fsencode(tmp_path)
    names = [
        b"plain",
        b"new\nline",
        b"quote'\"`$\\",
        b"caf\xe9 latin",
        b"\xff\xfe",
        "NFC é".encode(),
        "NFC e\u0301".encode(),
        b"Case",
        b"case",
        b" lead and trail ",
        b"n" * 255,
        "😀".encode(),
        b"-rf",
        b"*?[x]",
    ]
    os.mkdir(base + b"/fold\xe9r\n")  # noqa: PTH102 - raw bytes
    for name in names:
        for place in (base, base + b"/fold\xe9r\n"):
            with open(place + b"/" + name, "wb") as file:  # noqa: PTH123 - raw bytes
                file.write(name)
    found = walked(tmp_path)
    assert list(found) == [b"", b"fold\xe9r\n"]
    for folder in found.values():
        assert folder.names == sorted(names)
        assert list(folder.sizes) == [len(name) for name in sorted(names)]
        assert folder.bytes == sum(map(len, names))


def test_a_folder_comes_after_the_one_that_holds_it_in_the_order_of_names(tree: Path) -> None:
    assert list(walked(tree)) == [b"", b"a", b"b", b"b/deep", b"b/other", b"c"]


def test_links_and_special_files_are_counted_not_opened(tree: Path) -> None:
    (tree / "a" / "link").symlink_to("file.txt")
    (tree / "loop").symlink_to(tree, target_is_directory=True)
    (tree / "nowhere").symlink_to("not there")
    os.mkfifo(tree / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tree)
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        special = 2
        if os.geteuid() == 0:
            os.mknod(tree / "device", 0o600 | 0o020000, os.makedev(1, 3))
            special = 3
        found = walked(tree)
    assert skipped(found) == {"link": 3, "special": special}
    assert len(files(found)) == 4


def test_followed_links_lead_out_of_the_base_once_and_never_in_circles(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner" / "far.txt").write_bytes(b"1")
    (outside / "back").symlink_to(tree, target_is_directory=True)
    (outside / "again").symlink_to(outside, target_is_directory=True)
    (outside / "self").symlink_to("self")
    (tree / "one").symlink_to(outside, target_is_directory=True)
    (tree / "two").symlink_to(outside / "inner", target_is_directory=True)
    (tree / "a" / "up").symlink_to(tree, target_is_directory=True)
    (tree / "a" / "linked.txt").symlink_to("../c/file.txt")
    (tree / "root").symlink_to("/", target_is_directory=True)
    found = walked(tree, follow_symlinks=True)
    assert files(found) == {
        b"a/file.txt",
        b"a/linked.txt",
        b"b/deep/file.txt",
        b"b/other/file.txt",
        b"c/file.txt",
        b"one/inner/far.txt",
    }
    assert skipped(found) == {"link": 6}


def test_what_is_left_out_is_counted_and_named(tree: Path) -> None:
    for name in (".hidden", "x.tmp", "ünïcode.tmp", "c/keep.tmp", "b/deep/y.bak"):
        (tree / name).write_bytes(b"")
    found = walked(tree, skip_hidden=True, globs=("*.tmp", "b/deep/*.bak", "b/other/", "?n?code.tmp"))
    assert files(found) == {b"a/file.txt", b"b/deep/file.txt", b"c/file.txt"}
    assert skipped(found) == {"hidden": 1, "ignored": 5}
    assert sorted(found[b""].left_out) == sorted([b".hidden", b"x.tmp", "ünïcode.tmp".encode()])
    assert found[b"b"].left_out == [b"other"]


def test_a_question_mark_stands_for_one_letter_however_it_is_written(tmp_path: Path) -> None:
    for name in ("aéb", "ae\u0301b", "aeeb"):
        (tmp_path / name).write_bytes(b"")
    assert files(walked(tmp_path, globs=("a?b",))) == {b"aeeb"}


def test_the_digest_changes_with_any_name_size_or_time(tree: Path) -> None:
    digests = {walked(tree)[b"a"].digest}
    assert digests == {walked(tree)[b"a"].digest}
    file = tree / "a" / "file.txt"
    for change in (
        lambda: file.write_bytes(b"123"),
        lambda: os.utime(file, ns=(1, 1)),
        lambda: os.utime(file, ns=(1, 2)),
        lambda: file.rename(tree / "a" / "File.txt"),
        lambda: (tree / "a" / "folder").mkdir(),
    ):
        change()
        digests.add(walked(tree)[b"a"].digest)
    assert len(digests) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_paths_that_are_too_long_for_the_system_are_counted(tmp_path: Path) -> None:
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=handle)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    found = walked(tmp_path)
    assert skipped(found) == {"long_path": 1}
    last = list(found.values())[-1]
    assert last.status == UNREADABLE
    assert last.errors[0][2] == "ENAMETOOLONG"
    remove_deep(tmp_path)


def remove_deep(top: Path) -> None:
    """Removes what is too deep for a path."""
    import subprocess

    subprocess.run(["rm", "-rf", *top.iterdir()], check=True)


def test_a_folder_that_hangs_costs_itself_alone(tree: Path, child_hook: Path) -> None:
    child_hook.write_text("if path.endswith(b'/b'): time.sleep(3600)")
    found = walked(tree, timeout_s=1.0)
    assert list(found) == [b"", b"a", b"b", b"c"]
    assert [found[path].status for path in (b"", b"a", b"b", b"c")] == [LISTED, LISTED, TIMED_OUT, LISTED]


@pytest.mark.parametrize("blow", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGSEGV)"])
def test_a_folder_that_ends_the_child_costs_itself_alone(tree: Path, child_hook: Path, blow: str) -> None:
    child_hook.write_text(f"if path.endswith((b'/b/deep', b'/c')): {blow}")
    found = walked(tree)
    assert {path for path, folder in found.items() if folder.status == UNREADABLE} == {b"b/deep", b"c"}
    assert files(found) == {b"a/file.txt", b"b/other/file.txt"}


def test_a_child_that_always_dies_ends_the_walk(tree: Path, child_hook: Path) -> None:
    child_hook.write_text("os._exit(3)")
    with pytest.raises(DriveGone, match="cannot be listed"):
        walked(tree)


def test_a_base_that_is_not_there_is_a_drive_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DriveGone, match="not there"):
        walked(tmp_path / "nowhere")


def test_a_base_that_goes_while_it_is_walked_is_told_from_folders_that_vanish(tree: Path, child_hook: Path) -> None:
    child_hook.write_text(f"if path.endswith(b'/b'): os.rename({str(tree)!r}, {str(tree)!r} + '.away')")
    with pytest.raises(DriveGone, match="not there"):
        walked(tree)


def big_tree(base: Path) -> set[bytes]:
    for number in range(60):
        folder = base / f"{number:02d}"
        folder.mkdir(parents=True)
        for file in range(5):
            (folder / f"{file}.txt").touch()
    return {b"%02d/%d.txt" % (number, file) for number in range(60) for file in range(5)}


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_child_that_is_stopped_or_killed_loses_and_repeats_nothing(
    tmp_path: Path, child_hook: Path, number: int
) -> None:
    base = tmp_path / "base"
    expected = big_tree(base)
    child_hook.write_text("time.sleep(0.002)")
    hit = threading.Event()

    def strike() -> None:
        me = psutil.Process()
        while not hit.is_set():
            for child in me.children():
                if "app.files.listing:serve" in child.cmdline() and child.memory_info().rss:
                    time.sleep(0.1)
                    child.send_signal(number)
                    hit.set()
                    return

    striker = threading.Thread(target=strike)
    striker.start()
    found: dict[bytes, Folder] = {}
    try:
        for folder in walk(WalkRequest(os.fsencode(base)), CancelToken(), timeout_s=1.0):
            assert folder.path not in found
            found[folder.path] = folder
    finally:
        hit.set()
        striker.join()
    assert files(found) == expected
    assert {folder.status for folder in found.values()} == {LISTED}


def test_a_walk_stops_when_it_is_cancelled_and_leaves_no_child(tree: Path, child_hook: Path) -> None:
    child_hook.write_text("if path.endswith(b'/b'): time.sleep(3600)")
    token = CancelToken()
    threading.Timer(0.5, token.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        list(walk(WalkRequest(os.fsencode(tree)), token))
    assert time.monotonic() - started < 60
    assert not [child for child in psutil.Process().children() if "app.files.listing:serve" in child.cmdline()]


def test_files_that_are_all_hole_do_not_overflow_a_total() -> None:
    listing = Listing()
    listing.rows += [(b"a.img", 7 << 60, 1), (b"b.img", 7 << 60, 2), (b"c.txt", 3, 3)]
    (folder,) = unpack(memoryview(listing.packed(b"", None)))
    assert folder.sizes.tolist() == [1 << 53, 1 << 53, 3]
    assert folder.bytes == (1 << 54) + 3
