"""The child's side of a walk: lists folders, stats what lies in them, and sends them packed.

Depth first in the order of names, with an explicit stack, in batches of a few hundred kilobytes. A thread says every
second where the walk is.

Links are not followed unless asked; other mounts below the base are not crossed (by the mount table, so that btrfs
subvolumes are not mistaken for mounts).
"""

import errno
import gc
import json
import os
import threading
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

from app.errors import DriveGone
from app.files.filters import NameFilter
from app.files.mounts import mount_points, os_path
from app.files.placeholders import HAS_PLACEHOLDERS, is_placeholder
from app.files.transient import WAITS_S, is_transient
from app.files.walk import BEAT_S, HEAD, LISTED, SKIPPED, UNREAD, UNREADABLE, VANISHED
from app.jobs.framing import Send
from app.model import names as model_names

_BATCH_BYTES = 256 * 1024
_SETTLE_AFTER = 4096
_NOT_THE_DRIVE = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP)
_PERMISSION, _LONG_PATH, _IGNORED, _HIDDEN, _LINK, _SPECIAL, _MOUNT, _PLACEHOLDER = range(8)
_MOST_BYTES = 1 << 53
_NAME_OF_PASSED = itemgetter(slice(1, None))


#: Makes something of a folder's names, sizes in bytes and modification times in ns, all in the order of names.
Arrange = Callable[[list[bytes], Sequence[int], Sequence[int]], bytes]


def serve(request: dict[str, Any], send: Send) -> None:
    """The child's side: walk and send."""
    walk_and_send(request, send)


def walk_and_send(request: dict[str, Any], send: Send, arrange: Arrange | None = None) -> None:
    """As `serve`; what `arrange` makes of the files of each folder goes with it."""
    gc.disable()  # millions of short-lived objects, none in cycles: collecting them costs a fifth of the walk
    _Walker(request, send, arrange).run()


class _Walker:
    """One walk in the child."""

    def __init__(self, request: dict[str, Any], send: Send, arrange: Arrange | None) -> None:
        self._arrange = arrange
        self._base = model_names.raw(request["base"])
        self._long_paths = request["long_paths"]
        self._stack = [model_names.raw(folder) for folder in reversed(request["folders"])]
        self._filter = NameFilter.of(request["globs"], skip_hidden=request["skip_hidden"])
        self._follow = request["follow_symlinks"]
        self._plain = self._filter is None and not self._follow and not HAS_PLACEHOLDERS
        self._careful = int(request["careful"])
        self._linked: list[bytes] = []
        self._mounts = mount_points(self._base)
        self._send = send
        self._lock = threading.Lock()
        self._batch: list[bytes] = []
        self._batch_size = 0
        self._now = (b"", Listing())
        self._done = threading.Event()

    def run(self) -> None:
        self._base_id = self._look_at_base()
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        try:
            self._walk()
        finally:
            self._done.set()
            beat.join()
            self._flush()

    def _walk(self) -> None:
        stack = self._stack
        while stack:
            path = stack.pop()
            listing = Listing()
            self._now = path, listing
            if self._careful:
                self._flush()
                self._careful -= 1
            packed, subfolders = self._list(path, listing)
            prefix = path + b"/" if path else b""
            stack.extend([prefix + name for name in reversed(subfolders)])
            with self._lock:
                self._batch.append(packed)
                self._batch_size += len(packed)
            if self._batch_size > _BATCH_BYTES or self._careful:
                self._flush()

    def _look_at_base(self) -> tuple[int, int]:
        """What the base is, so that a volume that went away is noticed.

        Raises:
            DriveGone: it cannot be listed.
        """
        base = os_path(self._base, b"", self._long_paths)
        try:
            with os.scandir(base) as entries:
                next(entries, None)
            stat = os.stat(base)  # noqa: PTH116 - raw bytes
        except OSError as error:
            raise self._gone() from error
        return stat.st_dev, stat.st_ino

    def _gone(self) -> DriveGone:
        return DriveGone(
            f"{model_names.shown(self._base)} is not there (any more)",
            hint="Plug the drive in and try again; a scan goes on where it stopped.",
        )

    def _beat(self) -> None:
        """Say every second that the walk lives, and for how long its folder has given nothing."""
        before: tuple[bytes, int] | None = None
        stuck = 0.0
        while not self._done.wait(BEAT_S):
            path, listing = self._now
            now = path, listing.seen
            stuck = stuck + BEAT_S if now == before else 0.0
            before = now
            self._flush(stuck)

    def _flush(self, stuck: float = 0.0) -> None:
        with self._lock:
            batch, self._batch, self._batch_size = self._batch, [], 0
            self._send({"at": model_names.decoded(self._now[0]), "stuck": stuck}, b"".join(batch))

    def _list(self, path: bytes, listing: "Listing") -> tuple[bytes, list[bytes]]:
        """List one folder: its packed form, and the names of the folders in it, ascending."""
        for wait in (*WAITS_S, None):
            try:
                with os.scandir(os_path(self._base, path, self._long_paths)) as entries:
                    if self._plain:
                        self._read_plain(entries, listing)
                    else:
                        self._read_filtered(entries, listing, path)
            except OSError as error:
                if wait is not None and is_transient(error):
                    listing.clear()
                    time.sleep(wait)
                    continue
                if error.errno not in _NOT_THE_DRIVE and self._look_at_base() != self._base_id:
                    raise self._gone() from error
                listing.folder_failed(error)
            break
        if self._mounts:
            self._drop_mounts(path, listing)
        return listing.packed(path, self._arrange), listing.subfolders

    @staticmethod
    def _read_plain(entries: "Iterator[os.DirEntry[bytes]]", listing: "Listing") -> None:
        """The usual case, kept short: this loop is the speed of the walk."""
        rows, subfolders = listing.rows, listing.subfolders
        while some := list(islice(entries, _SETTLE_AFTER)):
            if rows:
                listing.settle()
            for entry in some:
                try:
                    if entry.is_file(follow_symlinks=False):
                        stat = entry.stat(follow_symlinks=False)
                        rows.append((entry.name, stat.st_size, stat.st_mtime_ns))
                    elif entry.is_dir(follow_symlinks=False):
                        subfolders.append(entry.name)
                    else:
                        listing.pass_over(entry.name, _LINK if entry.is_symlink() else _SPECIAL)
                except OSError as error:
                    listing.entry_failed(entry.name, error)

    def _read_filtered(self, entries: "Iterator[os.DirEntry[bytes]]", listing: "Listing", path: bytes) -> None:
        """With a filter, links to follow or a cloud below; in the order of names, so that a link is always the same."""
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = entry.name
            try:
                if self._filter is not None:
                    why = self._filter.leaves_out(path, entry)
                    if why:
                        listing.pass_over(name, _HIDDEN if why == "hidden" else _IGNORED)
                        continue
                follow = self._follow and entry.is_symlink()
                if entry.is_file(follow_symlinks=follow):
                    stat = entry.stat(follow_symlinks=follow)
                    if is_placeholder(stat):
                        listing.pass_over(name, _PLACEHOLDER)
                    else:
                        listing.rows.append((name, stat.st_size, stat.st_mtime_ns))
                elif entry.is_dir(follow_symlinks=follow) and not (follow and self._cuts(entry)):
                    listing.subfolders.append(name)
                else:
                    listing.pass_over(name, _LINK if entry.is_symlink() else _SPECIAL)
            except OSError as error:
                if error.errno == errno.ELOOP:
                    listing.pass_over(name, _LINK)
                else:
                    listing.entry_failed(name, error)

    def _cuts(self, entry: "os.DirEntry[bytes]") -> bool:
        """Whether a link is not entered: it leads into or above the base, or where another link already led."""
        target = os.path.realpath(entry.path)
        base = os.path.realpath(self._base)
        if _lies_in(target, base) or _lies_in(base, target) or any(_lies_in(target, seen) for seen in self._linked):
            return True
        self._linked.append(target)
        return False

    def _drop_mounts(self, path: bytes, listing: "Listing") -> None:
        prefix = path + b"/" if path else b""
        crossed = [name for name in listing.subfolders if prefix + name in self._mounts]
        for name in crossed:
            listing.subfolders.remove(name)
            listing.pass_over(name, _MOUNT)


def _lies_in(path: bytes, folder: bytes) -> bool:
    separator = os.sep.encode()
    return path == folder or path.startswith(folder.rstrip(separator) + separator)


class Listing:
    """What one folder holds, while it is read."""

    __slots__ = ("errors", "mtimes", "names", "passed", "rows", "sizes", "skipped", "status", "subfolders")

    def __init__(self) -> None:
        self.status = LISTED
        self.rows: list[tuple[bytes, int, int]] = []
        self.names: list[bytes] = []
        self.sizes = array("q")
        self.mtimes = array("q")
        self.subfolders: list[bytes] = []
        self.passed: list[bytes] = []
        self.skipped = [0] * len(SKIPPED)
        self.errors: list[tuple[str, str, str]] = []

    @property
    def seen(self) -> int:
        """How many entries were read so far."""
        return len(self.names) + len(self.rows) + len(self.subfolders) + len(self.passed)

    def settle(self) -> None:
        """Move the rows into a form a third of the size, so that a huge folder does not fill the memory."""
        self.names += [row[0] for row in self.rows]
        self.sizes.extend(_sizes(self.rows))
        self.mtimes.extend(_times(self.rows))
        self.rows.clear()

    def pass_over(self, name: bytes, reason: int) -> None:
        """Leave an entry out, for the reason at that place of `SKIPPED`."""
        self.skipped[reason] += 1
        self.passed.append(b"%d%b" % (reason, name))

    def folder_failed(self, error: OSError) -> None:
        """The folder itself cannot be read: nothing in it is known."""
        self.status = VANISHED if error.errno in (errno.ENOENT, errno.ENOTDIR) else UNREADABLE
        self.clear()
        self._note("", error)

    def clear(self) -> None:
        """Begin anew."""
        self.rows.clear()
        self.names.clear()
        del self.sizes[:], self.mtimes[:]
        self.subfolders.clear()
        self.passed.clear()
        self.errors.clear()
        self.skipped = [0] * len(SKIPPED)

    def entry_failed(self, name: bytes, error: OSError) -> None:
        """An entry cannot be read; one that is gone by now is none."""
        if error.errno == errno.ENOENT:
            return
        self.passed.append(UNREAD + name)
        self._note(model_names.decoded(name), error)

    def _note(self, name: str, error: OSError) -> None:
        if error.errno in (errno.EACCES, errno.EPERM):
            self.skipped[_PERMISSION] += 1
        elif error.errno == errno.ENAMETOOLONG:
            self.skipped[_LONG_PATH] += 1
        self.errors.append((name, error.strerror or str(error), errno.errorcode.get(error.errno or 0, "EIO")))

    def packed(self, path: bytes, arrange: Arrange | None) -> bytes:
        """The folder as it travels to the parent, with what `arrange` makes of its files."""
        self._sort()
        names, sizes, mtimes = self.names, self.sizes, self.mtimes
        joined = b"\0".join(names)
        arranged = arrange(names, sizes, mtimes) if arrange and names else b""
        dirs, passed = b"\0".join(self.subfolders), b"\0".join(self.passed)
        errors = json.dumps(self.errors).encode() if self.errors else b""
        parts = (path, joined, sizes.tobytes(), mtimes.tobytes(), dirs, passed, errors, arranged)
        lengths = (len(path), len(names), len(joined), len(dirs), len(passed), len(errors), len(arranged))
        head = HEAD.pack(sum(map(len, parts)), *lengths, self.status, *self.skipped)
        return b"".join((head, *parts))

    def _sort(self) -> None:
        """By name; files by their raw bytes."""
        self.subfolders.sort()
        self.passed.sort(key=_NAME_OF_PASSED)
        is_small = not self.names
        if is_small:
            self.rows.sort()
        self.settle()
        if is_small:
            return
        order = sorted(range(len(self.names)), key=self.names.__getitem__)
        self.names = [self.names[at] for at in order]
        self.sizes = array("q", [self.sizes[at] for at in order])
        self.mtimes = array("q", [self.mtimes[at] for at in order])


def _sizes(rows: list[tuple[bytes, int, int]]) -> list[int]:
    """Sizes in bytes; those that only a hole can have are clamped, so that a drive's total fits 64 bits."""
    sizes = [row[1] for row in rows]
    return sizes if not sizes or max(sizes) <= _MOST_BYTES else [min(size, _MOST_BYTES) for size in sizes]


def _times(rows: list[tuple[bytes, int, int]]) -> "array[int]":
    """Modification times in ns as 64 bits; those of absurd clocks (before 1678, after 2262) are clamped."""
    try:
        return array("q", [row[2] for row in rows])
    except OverflowError:
        return array("q", [min(max(row[2], -(2**63)), 2**63 - 1) for row in rows])
