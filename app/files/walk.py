"""Lists folders and stats what lies in them, in a killable child, and hands them over packed.

The child (`serve`) walks depth first in the order of names, with an explicit stack, and sends folders in batches of
a few hundred kilobytes. A thread of it says every second where the walk is; when one folder takes longer than the
caller allows, the parent kills the child, reports that folder as timed out and goes on with the rest.

Links are not followed unless asked; other mounts below the base are not crossed (by the mount table, so that btrfs
subvolumes are not mistaken for mounts).
"""

import errno
import json
import os
import struct
import sys
import threading
import time
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import xxhash

from app.errors import DriveGone
from app.files.filters import NameFilter
from app.files.mounts import mount_points, os_path
from app.jobs.children import ChildFailed, Send, stream
from app.jobs.job import CancelToken
from app.model import names as model_names

_HEAD = struct.Struct("<IIIIIIIBxxx7I")
_BATCH_BYTES = 256 * 1024
_BEAT_S = 1.0

LISTED, UNREADABLE, TIMED_OUT, VANISHED = range(4)

#: Counters of entries that were seen and left out, in the order of the packed form.
SKIPPED = ("permission", "long_path", "ignored", "hidden", "link", "special", "mount")
_PERMISSION, _LONG_PATH, _IGNORED, _HIDDEN, _LINK, _SPECIAL, _MOUNT = range(7)


@dataclass(frozen=True, slots=True)
class WalkRequest:
    """What to walk.

    Attributes:
        base: absolute path of the base, raw bytes.
        folders: where to begin, relative to the base with `/`; `b""` is the base itself.
        skip_hidden: leave out names with a leading dot (and hidden or system files on Windows).
        globs: patterns to leave out; one with a `/` is matched against the path relative to the base.
        follow_symlinks: enter links; a folder is entered once.
        long_paths: `auto`, `force` or `off`: the extended-length prefix of Windows.
    """

    base: bytes
    folders: tuple[bytes, ...] = (b"",)
    skip_hidden: bool = False
    globs: tuple[str, ...] = ()
    follow_symlinks: bool = False
    long_paths: str = "auto"


class Folder:
    """One listed folder, unpacked on demand: an unchanged one is compared by its digest and never unpacked.

    Attributes:
        path: relative to the base, `/` between names, `b""` for the base.
        status: LISTED, or UNREADABLE, TIMED_OUT, VANISHED: then nothing in it is known.
        file_count: regular files in it.
        bytes: sum of their sizes.
        skipped: counts in the order of `SKIPPED`.
    """

    __slots__ = ("_body", "_dirs_size", "_errors_size", "_kept_size", "_names_size", "bytes", "file_count", "path",
                 "skipped", "status")

    def __init__(self, path: bytes, status: int, body: memoryview, sizes: tuple[int, ...], skipped: tuple[int, ...]):
        self.path = path
        self.status = status
        self._body = body
        self.file_count, self._names_size, self._dirs_size, self._kept_size, self._errors_size = sizes
        self.skipped = skipped
        self.bytes = sum(self.sizes) if self.file_count else 0

    @property
    def digest(self) -> bytes:
        """Sixteen bytes that change with any name, size or modification time in the folder (XXH3-128)."""
        return xxhash.xxh3_128_digest(self._body[: self._names_size + 16 * self.file_count + self._dirs_size])

    @property
    def names(self) -> list[bytes]:
        """Raw names of the regular files, ascending."""
        return bytes(self._body[: self._names_size]).split(b"\0") if self.file_count else []

    @property
    def sizes(self) -> "array[int]":
        """Sizes in bytes, in the order of `names`."""
        return self._numbers(self._names_size)

    @property
    def mtimes(self) -> "array[int]":
        """Modification times in nanoseconds, in the order of `names`."""
        return self._numbers(self._names_size + 8 * self.file_count)

    @property
    def subfolders(self) -> list[bytes]:
        """Raw names of the folders in it that are walked, ascending."""
        return self._split(self._names_size + 16 * self.file_count, self._dirs_size)

    @property
    def left_out(self) -> list[bytes]:
        """Raw names that exist but were not catalogued (hidden, ignored, unreadable, mounts): not missing."""
        return self._split(self._names_size + 16 * self.file_count + self._dirs_size, self._kept_size)

    @property
    def errors(self) -> list[tuple[bytes, str, str]]:
        """Name, reason and code of each entry that could not be read; the name is empty for the folder itself."""
        if not self._errors_size:
            return []
        start = len(self._body) - self._errors_size
        return [
            (model_names.raw(name), reason, code) for name, reason, code in json.loads(bytes(self._body[start:]))
        ]

    def _numbers(self, start: int) -> "array[int]":
        numbers = array("q")
        numbers.frombytes(self._body[start : start + 8 * self.file_count])
        return numbers

    def _split(self, start: int, size: int) -> list[bytes]:
        return bytes(self._body[start : start + size]).split(b"\0") if size else []


def walk(request: WalkRequest, token: CancelToken, *, timeout_s: float = 30.0) -> Iterator[Folder]:
    """Yield every folder, each after the one that holds it.

    A folder that takes longer than `timeout_s` seconds, or that kills the child, comes as TIMED_OUT; the walk goes on.

    Raises:
        Cancelled: the token was set.
        DriveGone: the base is not there (any more).
    """
    pending = dict.fromkeys(request.folders)
    while pending:
        wire = {**asdict(request), "base": model_names.decoded(request.base)}
        wire["folders"] = [model_names.decoded(path) for path in pending]
        at = next(iter(pending))
        try:
            for header, payload in stream("app.files.walk:serve", wire, token, silence_s=timeout_s + 5 * _BEAT_S):
                for folder in _unpack(memoryview(payload)):
                    pending.pop(folder.path, None)
                    _push(pending, folder)
                    yield folder
                at = model_names.raw(header["at"])
                if header["seconds"] > timeout_s:
                    break
            else:
                return
        except ChildFailed:
            pass
        if at not in pending and pending:
            at = next(reversed(pending))
        pending.pop(at, None)
        yield Folder(at, TIMED_OUT, memoryview(b""), (0, 0, 0, 0, 0), (0,) * 7)


def _push(pending: dict[bytes, None], folder: Folder) -> None:
    prefix = folder.path + b"/" if folder.path else b""
    for name in reversed(folder.subfolders):
        pending[prefix + name] = None


def _unpack(payload: memoryview) -> Iterator[Folder]:
    offset = 0
    while offset < len(payload):
        fields = _HEAD.unpack_from(payload, offset)
        size, path_size, *sizes = fields[:7]
        start = offset + _HEAD.size
        body = payload[start + path_size : start + size]
        yield Folder(bytes(payload[start : start + path_size]), fields[7], body, tuple(sizes), fields[8:])
        offset = start + size


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: walk and send."""
    import gc

    gc.disable()  # millions of short-lived objects, none in cycles: collecting them costs a fifth of the walk
    walker = _Walker(request, send)
    walker.run()


class _Walker:
    """One walk in the child."""

    def __init__(self, request: dict[str, Any], send: Send) -> None:
        self._base = model_names.raw(request["base"])
        self._long_paths = request["long_paths"]
        self._stack = [model_names.raw(folder) for folder in reversed(request["folders"])]
        self._filter = NameFilter.of(request["globs"], skip_hidden=request["skip_hidden"])
        self._follow = request["follow_symlinks"]
        self._entered: set[tuple[int, int]] = set()
        self._mounts = mount_points(self._base)
        self._send = send
        self._lock = threading.Lock()
        self._batch: list[bytes] = []
        self._batch_size = 0
        self._at = b""
        self._since = time.monotonic()
        self._done = threading.Event()

    def run(self) -> None:
        if not os.path.isdir(os_path(self._base, b"", self._long_paths)):  # noqa: PTH112 - raw bytes
            raise DriveGone(f"{model_names.shown(self._base)} is not there", hint="Plug the drive in and try again.")
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        stack = self._stack
        while stack:
            path = stack.pop()
            self._at, self._since = path, time.monotonic()
            packed, subfolders = self._list(path)
            prefix = path + b"/" if path else b""
            stack.extend([prefix + name for name in reversed(subfolders)])
            with self._lock:
                self._batch.append(packed)
                self._batch_size += len(packed)
            if self._batch_size > _BATCH_BYTES:
                self._flush()
        self._done.set()
        beat.join()
        self._since = time.monotonic()
        self._flush()

    def _beat(self) -> None:
        while not self._done.wait(_BEAT_S):
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            batch, self._batch, self._batch_size = self._batch, [], 0
            at, seconds = self._at, time.monotonic() - self._since
            self._send({"at": model_names.decoded(at), "seconds": round(seconds, 1)}, b"".join(batch))

    def _list(self, path: bytes) -> tuple[bytes, list[bytes]]:
        """List one folder: its packed form, and the names of the folders in it, ascending."""
        listing = _Listing()
        try:
            with os.scandir(os_path(self._base, path, self._long_paths)) as entries:
                if self._filter is None and not self._follow:
                    self._read_plain(entries, listing)
                else:
                    self._read_filtered(entries, listing, path)
        except OSError as error:
            listing.folder_failed(error)
        if self._mounts:
            self._drop_mounts(path, listing)
        return listing.packed(path), listing.subfolders

    @staticmethod
    def _read_plain(entries: "Iterator[os.DirEntry[bytes]]", listing: "_Listing") -> None:
        """The usual case, kept short: this loop is the speed of the walk."""
        rows, subfolders = listing.rows, listing.subfolders
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    rows.append((entry.name, stat.st_size, stat.st_mtime_ns))
                elif entry.is_dir(follow_symlinks=False):
                    subfolders.append(entry.name)
                else:
                    listing.skipped[_LINK if entry.is_symlink() else _SPECIAL] += 1
            except OSError as error:
                listing.entry_failed(entry.name, error)

    def _read_filtered(self, entries: "Iterator[os.DirEntry[bytes]]", listing: "_Listing", path: bytes) -> None:
        for entry in entries:
            name = entry.name
            try:
                if self._filter is not None:
                    why = self._filter.leaves_out(path, entry)
                    if why:
                        listing.skipped[_HIDDEN if why == "hidden" else _IGNORED] += 1
                        listing.left_out.append(name)
                        continue
                follow = self._follow and entry.is_symlink()
                if entry.is_file(follow_symlinks=follow):
                    stat = entry.stat(follow_symlinks=follow)
                    listing.rows.append((name, stat.st_size, stat.st_mtime_ns))
                elif entry.is_dir(follow_symlinks=follow):
                    if self._follow and not self._enter(entry):
                        listing.skipped[_LINK] += 1
                    else:
                        listing.subfolders.append(name)
                else:
                    listing.skipped[_LINK if entry.is_symlink() else _SPECIAL] += 1
            except OSError as error:
                listing.entry_failed(name, error)

    def _enter(self, entry: "os.DirEntry[bytes]") -> bool:
        """Whether a folder is new to a walk that follows links. `os.stat`: entries carry no ids on Windows."""
        stat = os.stat(entry.path)  # noqa: PTH116 - raw bytes
        key = (stat.st_dev, stat.st_ino)
        if key in self._entered:
            return False
        self._entered.add(key)
        return True

    def _drop_mounts(self, path: bytes, listing: "_Listing") -> None:
        prefix = path + b"/" if path else b""
        crossed = [name for name in listing.subfolders if prefix + name in self._mounts]
        for name in crossed:
            listing.subfolders.remove(name)
            listing.left_out.append(name)
            listing.skipped[_MOUNT] += 1


class _Listing:
    """What one folder holds, while it is read."""

    __slots__ = ("errors", "left_out", "rows", "skipped", "status", "subfolders")

    def __init__(self) -> None:
        self.status = LISTED
        self.rows: list[tuple[bytes, int, int]] = []
        self.subfolders: list[bytes] = []
        self.left_out: list[bytes] = []
        self.skipped = [0] * len(SKIPPED)
        self.errors: list[tuple[str, str, str]] = []

    def folder_failed(self, error: OSError) -> None:
        self.status = VANISHED if error.errno in (errno.ENOENT, errno.ENOTDIR) else UNREADABLE
        self.rows.clear()
        self.subfolders.clear()
        self._note("", error)

    def entry_failed(self, name: bytes, error: OSError) -> None:
        if error.errno == errno.ENOENT:
            return
        self.left_out.append(name)
        self._note(model_names.decoded(name), error)

    def _note(self, name: str, error: OSError) -> None:
        if error.errno in (errno.EACCES, errno.EPERM):
            self.skipped[_PERMISSION] += 1
        elif error.errno == errno.ENAMETOOLONG:
            self.skipped[_LONG_PATH] += 1
        self.errors.append((name, error.strerror or str(error), errno.errorcode.get(error.errno or 0, "EIO")))

    def packed(self, path: bytes) -> bytes:
        rows = self.rows
        rows.sort()
        self.subfolders.sort()
        names = b"\0".join([row[0] for row in rows])
        dirs = b"\0".join(self.subfolders)
        kept = b"\0".join(self.left_out)
        errors = json.dumps(self.errors).encode() if self.errors else b""
        sizes = array("q", [row[1] for row in rows]).tobytes()
        mtimes = _packed_times([row[2] for row in rows])
        size = len(path) + len(names) + 2 * len(sizes) + len(dirs) + len(kept) + len(errors)
        head = _HEAD.pack(
            size, len(path), len(rows), len(names), len(dirs), len(kept), len(errors), self.status, *self.skipped
        )
        return b"".join((head, path, names, sizes, mtimes, dirs, kept, errors))


def _packed_times(times: list[int]) -> bytes:
    """Times in ns as 64 bits; those of absurd clocks (before 1678, after 2262) are clamped."""
    try:
        return array("q", times).tobytes()
    except OverflowError:
        return array("q", [min(max(time_ns, -(2**63)), 2**63 - 1) for time_ns in times]).tobytes()


if sys.byteorder != "little":
    raise ImportError("the packed form of folders is little-endian")
