"""How hard a drive may be driven: SSD, HDD, USB or NETWORK, and what that means in threads, reads and pauses.

The system says what a drive is wherever it can; where it says nothing (a virtual disk, a mapping, memory) a few bytes
of files that lie there are read, at most for two seconds, in a child that is killed if the drive does not answer.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from app.errors import AppError
from app.jobs.children import stream
from app.jobs.framing import Send
from app.jobs.job import CancelToken
from app.model.drives import Passport
from app.mounts import mounts

KINDS = ("ssd", "hdd", "usb", "network")

_PROBE_S = 2.0
_PROBE_FILES = 16
_PROBE_READS = 24
_PROBE_BYTES = 4096
_PROBE_ENTRIES = 2000
_PROBE_FOLDERS = 40
#: A read that had to move a head takes longer than this.
_SEEK_MS = 3.0
_SHORTEST_MS = 0.1
_SMALLEST = 1 << 16
_UNKNOWN = "nothing says what it is"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a scan does with a drive.

    Attributes:
        kind: one of `KINDS`.
        reason: why, in a few words.
        threads: files read at once.
        chunk_bytes: bytes of one read while hashing.
        ffmpeg: movies decoded at once.
        gentle_io: whether it pauses between files.
        pause_s: for how long.
        on_disk_order: whether files are read in the order in which they lie on the disk.
    """

    kind: str
    reason: str
    threads: int
    chunk_bytes: int
    ffmpeg: int
    gentle_io: bool
    pause_s: float = 0.0
    on_disk_order: bool = False


def profile_of(kind: str, reason: str, cores: int = 0) -> Profile:
    """The targets of a kind of drive on a machine with so many cores (0 for this one)."""
    cores = cores or os.cpu_count() or 1
    if kind == "hdd":
        return Profile(kind, reason, min(16, cores), 512 << 10, min(2, cores), gentle_io=False, on_disk_order=True)
    if kind == "usb":
        return Profile(kind, reason, min(8, cores), 256 << 10, 1, gentle_io=True, pause_s=_PAUSES[kind])
    if kind == "network":
        return Profile(kind, reason, 6, 256 << 10, 1, gentle_io=True, pause_s=_PAUSES[kind])
    return Profile("ssd", reason, min(32, 2 * cores), 1 << 20, min(4, cores), gentle_io=False)


_PAUSES = {"network": 0.005, "usb": 0.001}
_PAUSE_ASKED_S = 0.002


def with_choices(
    profile: Profile, *, threads: int = 0, chunk_bytes: int = 0, ffmpeg: int = 0, gentle_io: bool | None = None
) -> Profile:
    """The profile with what somebody chose instead; zero and None choose nothing. A share is always treated gently."""
    gentle = profile.gentle_io if gentle_io is None or profile.kind == "network" else gentle_io
    pause = (_PAUSES.get(profile.kind) or _PAUSE_ASKED_S) if gentle else 0.0
    return replace(
        profile,
        threads=threads or profile.threads,
        chunk_bytes=chunk_bytes or profile.chunk_bytes,
        ffmpeg=ffmpeg or profile.ffmpeg,
        gentle_io=gentle,
        pause_s=pause,
    )


def kind_by_system(passport: Passport) -> tuple[str, str]:
    """What the system says a drive is, and how it says so; an empty kind where it says nothing."""
    if passport.network:
        return "network", f"a share ({passport.filesystem_type or 'network'})"
    transport = passport.transport.lower()
    if transport in ("usb", "mmc", "sd", "firewire"):
        words = {"usb": "connected by USB", "firewire": "connected by FireWire"}.get(transport, "a memory card")
        return "usb", words
    if transport == "nvme":
        return "ssd", "an NVMe drive"
    if passport.rotational is not None:
        return ("hdd", "has platters") if passport.rotational else ("ssd", "has no platters")
    return "", ""


def find_kind(base: str, passport: Passport, token: CancelToken, timeout_s: float = 10.0) -> tuple[str, str]:
    """What kind of drive holds a folder: by the system, else by how long it takes to read from it.

    The kind is empty where neither says it.

    Raises:
        Cancelled: the token was set.
    """
    kind, reason = kind_by_system(passport)
    if kind:
        return kind, reason
    try:
        with closing(stream("app.drives.profiles:serve", {"base": base}, token, silence_s=timeout_s)) as answers:
            for header, _ in answers:
                return kind_by_reads(header["milliseconds"])
    except AppError:
        return "", "it did not answer a test"
    return "", _UNKNOWN


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side."""
    send({"milliseconds": read_times_ms(request["base"])})


def kind_by_reads(milliseconds: list[float]) -> tuple[str, str]:
    """The kind of a drive whose small reads took so long; the middle one decides, for caches make some quick."""
    if not milliseconds:
        return "", _UNKNOWN
    middle = sorted(milliseconds)[len(milliseconds) // 2]
    took = f"{middle:.1f} ms" if middle >= _SHORTEST_MS else "less than 0.1 ms"
    return ("hdd" if middle > _SEEK_MS else "ssd"), f"a small read takes {took}"


def read_times_ms(base: str) -> list[float]:
    """How long small reads at odd places of some files below a folder take. Nothing is written.

    The system is asked to forget the pages first, so that the drive itself answers.
    """
    deadline = time.monotonic() + _PROBE_S
    chance = random.Random(1)  # noqa: S311 - no secret
    files = list(_some_files(base, deadline))
    times: list[float] = []
    for number in range(_PROBE_READS if files else 0):
        if time.monotonic() > deadline:
            break
        path, size = files[number % len(files)]
        taken = _read_ms(path, chance.randrange(0, size - _PROBE_BYTES))
        if taken is not None:
            times.append(taken)
    return times


def _read_ms(path: str, offset: int) -> float | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        if sys.platform == "linux":
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_RANDOM)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.lseek(handle, offset, os.SEEK_SET)
        began = time.perf_counter()
        os.read(handle, _PROBE_BYTES)
        return (time.perf_counter() - began) * 1000
    except OSError:
        return None
    finally:
        os.close(handle)


def _some_files(base: str, deadline: float) -> Iterator[tuple[str, int]]:
    """Some files of a fair size, from the top down; other mounts and links are not entered."""
    folders, found, looked = [base], 0, 0
    try:
        device = os.stat(base).st_dev  # noqa: PTH116 - may be no valid text
    except OSError:
        return
    points = {mount.point for mount in mounts()}
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    looked += 1
                    if found >= _PROBE_FILES or looked > _PROBE_ENTRIES or time.monotonic() > deadline:
                        return
                    if entry.is_dir(follow_symlinks=False):
                        if len(folders) < _PROBE_FOLDERS and entry.path not in points:
                            folders.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        if status.st_size >= _SMALLEST and status.st_dev in (0, device):
                            found += 1
                            yield entry.path, status.st_size
        except OSError:
            continue
