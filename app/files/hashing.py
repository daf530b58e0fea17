"""Content hashes: BLAKE3, with XXH3-128 in the same read where it is asked for.

Files are read through one reused buffer, never through a memory map: a page that a pulled drive cannot deliver would
end the process. `hash_batch` is the handler that `app.files.hashpool` runs in killable children.

Where the `blake3` library cannot be imported, SHA-256 takes its place and the hash says so (`sha256:...`).
"""

import errno
import hashlib
import importlib
import os
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from app.errors import AppError, MediaError
from app.files.medium import Settler, forget_cached
from app.files.placeholders import HAS_PLACEHOLDERS, is_placeholder
from app.files.transient import WAITS_S, is_transient
from app.jobs.framing import Send
from app.model.names import shown

BUFFER_BYTES = 256 * 1024
"""Read size. It fits the cache of a core, and beats larger buffers on small files and large ones."""

HEAD_BYTES = 512
"""How much of a file's beginning is handed back, enough to tell formats apart."""

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_NOINHERIT", 0)
)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ_AHEAD_FROM = 1 << 20
_SETTLED_NS = 120 * 10**9  # Linux writes to the drive what is older than half a minute
_FLUSH_S = 0.2
_FLUSH_ROWS = 512

_ROW = struct.Struct("<IQqQqq32s16sH")
"""Index, size, mtime ns, file id, ctime ns, time of hashing ns, digest, XXH3-128, length of the head that follows."""


class _Digest(Protocol):
    def update(self, data: memoryview, /) -> Any: ...

    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file's content hash and the state it was read in.

    Attributes:
        algorithm: `blake3`, or `sha256` where BLAKE3 is not to be had.
        digest: 32 bytes.
        xxh3_128: 16 bytes, where it was asked for.
        size: bytes.
        mtime_ns: modification time, signed nanoseconds.
        file_id: inode or file index; 0 where the system has none.
        ctime_ns: time of the last change to content or attributes (on Windows: of creation).
        hashed_ns: the clock when reading began, nanoseconds since 1970.
        head: the first bytes of the file.
    """

    algorithm: str
    digest: bytes
    xxh3_128: bytes | None
    size: int
    mtime_ns: int
    file_id: int
    ctime_ns: int
    hashed_ns: int
    head: bytes = b""

    @property
    def content_hash(self) -> str:
        """The form that sidecars and shards carry: `blake3:` and 64 hexadecimal digits."""
        return f"{self.algorithm}:{self.digest.hex()}"


def _best() -> tuple[str, Callable[[], _Digest]]:
    try:
        module = importlib.import_module("blake3")
    except ImportError:
        return "sha256", hashlib.sha256
    return "blake3", module.blake3


def _named(algorithm: str) -> Callable[[], _Digest]:
    name, make = _best()
    return make if algorithm in ("", name) else hashlib.sha256


def algorithm() -> str:
    """The name of the algorithm that content hashes are made with on this machine."""
    return _best()[0]


def hash_bytes(data: bytes, algorithm: str = "") -> str:
    """The content hash of bytes in memory, `blake3:...`; `algorithm` as for `FileHasher`."""
    make = _named(algorithm)
    digest = make()
    digest.update(memoryview(data))
    return f"{'sha256' if make is hashlib.sha256 else 'blake3'}:{digest.digest().hex()}"


class FileHasher:
    """Hashes files one after another with one buffer. Not to be shared between threads.

    Args:
        xxh3: make an XXH3-128 in the same read.
        head_bytes: how much of the beginning to hand back.
        follow: whether a symbolic link is read through; else it is refused.
        algorithm: `blake3` or `sha256`; the best one there is when empty.
        chunk_bytes: bytes of one read; 0 for what is usually fastest.
        from_medium: read what lies on the drive, not what the system remembers of it; as far as the system allows.
    """

    def __init__(
        self,
        *,
        from_medium: bool = False,
        xxh3: bool = False,
        head_bytes: int = HEAD_BYTES,
        follow: bool = False,
        algorithm: str = "",
        chunk_bytes: int = 0,
    ) -> None:
        self._make = _named(algorithm)
        self._name = "sha256" if self._make is hashlib.sha256 else "blake3"
        self._xxh3: Callable[[], _Digest] | None = importlib.import_module("xxhash").xxh3_128 if xxh3 else None
        self._head_bytes = head_bytes
        self._from_medium = from_medium
        self._flags = _OPEN_FLAGS | (0 if follow else _NO_FOLLOW)
        self._refuse_links = not follow and not _NO_FOLLOW
        self._buffer = bytearray(chunk_bytes or BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._buffers = [self._buffer]
        self.bytes_done = 0
        """Bytes read since this hasher was made; another thread may look."""

    def hash(self, path: str | bytes) -> Hashed:
        """Hash one file.

        Raises:
            MediaError: `media.vanished`, `media.permission`, `media.link`, `media.special` (not a regular file),
                `media.placeholder` (only in the cloud),
                `media.changed_while_read` (twice in a row), `media.unreadable`.
        """
        for wait in (*WAITS_S, None):
            try:
                hashed = self._once(path) or self._once(path)
            except OSError as error:
                if wait is None or not is_transient(error):
                    raise _media_error(path, error) from error
                time.sleep(wait)
            else:
                break
        if hashed is None:
            raise MediaError(
                f"{shown(path)} changed while it was read",
                code="media.changed_while_read",
                hint="Try again when nothing writes to it.",
            )
        return hashed

    def _once(self, path: str | bytes) -> Hashed | None:
        """One reading; None where the file changed meanwhile."""
        if self._refuse_links and stat.S_ISLNK(os.lstat(path).st_mode):  # noqa: PTH116 - bytes are welcome
            raise OSError(errno.ELOOP, "a symbolic link")
        if HAS_PLACEHOLDERS and is_placeholder(os.stat(path)):  # noqa: PTH116 - bytes are welcome
            raise MediaError(
                f"{shown(path)} lies only in the cloud",
                code="media.placeholder",
                hint="Download it with the program that keeps it there.",
            )
        now = time.time_ns()
        handle = os.open(path, self._flags)
        try:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise MediaError(f"{shown(path)} is not a regular file", code="media.special")
            if self._from_medium:
                forget_cached(handle)
            digest = self._make()
            quick = self._xxh3() if self._xxh3 else None
            young = self._from_medium and now - before.st_ctime_ns < _SETTLED_NS
            head = self._read(handle, before.st_size, digest, quick, Settler(handle) if young else None)
            after = os.fstat(handle)
        finally:
            os.close(handle)
        if head is None or after.st_size != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
            return None
        return Hashed(
            self._name,
            digest.digest(),
            quick.digest() if quick else None,
            after.st_size,
            after.st_mtime_ns,
            after.st_ino,
            after.st_ctime_ns,
            now,
            head,
        )

    def _read(
        self, handle: int, size: int, digest: _Digest, quick: _Digest | None, settler: "Settler | None"
    ) -> bytes | None:
        """Feed the digests; the head of the file, or None where it had more or fewer bytes than `size`."""
        if sys.platform == "linux" and size > _READ_AHEAD_FROM:
            with suppress(OSError):
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        left, head = size, b""
        while left > 0:
            if settler:
                settler.settle(size - left + len(self._buffer))
            count = self._read_more(handle)
            if not count:
                return None
            if left == size:
                head = bytes(self._view[: min(count, self._head_bytes)])
            part = self._view[:count]
            digest.update(part)
            if quick:
                quick.update(part)
            left -= count
            self.bytes_done += count
        return head if left == 0 else None

    def _read_more(self, handle: int) -> int:
        if sys.platform != "win32":
            return os.readv(handle, self._buffers)
        data = os.read(handle, len(self._buffer))
        self._view[: len(data)] = data
        return len(data)


def hash_batch(request: dict[str, Any], send: Send) -> None:
    """Child handler: hash the files of a request and send what they gave.

    Args:
        request: `paths`; optional `xxh3`, `head` (bytes of each beginning), `follow`, `algorithm`, `chunk` (bytes of
            one read), `medium` (past the system's cache) and `pause` (seconds between two files).
        send: gets `{"algorithm", "rows"}` with packed rows, `{"failed": index, "error": {...}}` for a file that
            cannot be hashed, and at least five times a second `{"bytes": n}` while a file is read.
    """
    hasher = FileHasher(
        from_medium=request.get("medium", False),
        xxh3=request.get("xxh3", False),
        head_bytes=request.get("head", 0),
        follow=request.get("follow", False),
        algorithm=request.get("algorithm", ""),
        chunk_bytes=request.get("chunk", 0),
    )
    outbox = _Outbox(send, hasher)
    pause_s = float(request.get("pause", 0))
    try:
        for index, path in enumerate(request["paths"]):
            if pause_s:
                time.sleep(pause_s)
            try:
                hashed = hasher.hash(path)
            except AppError as error:
                send({"failed": index, "error": error.envelope()["error"]})
            else:
                outbox.add(index, hashed)
    finally:
        outbox.close()


class _Outbox:
    """Collects rows and sends them every 0.2 seconds, from a thread of its own: a read that hangs holds none back."""

    def __init__(self, send: Send, hasher: FileHasher) -> None:
        self._send, self._hasher = send, hasher
        self._lock = threading.Lock()
        self._rows: list[bytes] = []
        self._algorithm = ""
        self._bytes_told = 0
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)
        self._thread.start()

    def add(self, index: int, hashed: Hashed) -> None:
        row = pack_row(index, hashed)
        with self._lock:
            self._algorithm = hashed.algorithm
            self._rows.append(row)
            full = len(self._rows) >= _FLUSH_ROWS
        if full:
            self._flush()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
        self._flush()

    def _tick(self) -> None:
        while not self._closed.wait(_FLUSH_S):
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            rows, self._rows = self._rows, []
            done, self._bytes_told = self._hasher.bytes_done - self._bytes_told, self._hasher.bytes_done
            if rows:
                self._send({"algorithm": self._algorithm, "rows": len(rows), "bytes": done}, b"".join(rows))
            elif done:
                self._send({"bytes": done})


def pack_row(index: int, hashed: Hashed) -> bytes:
    """One result as it travels from a child."""
    return (
        _ROW.pack(
            index,
            hashed.size,
            hashed.mtime_ns,
            hashed.file_id & 0xFFFFFFFFFFFFFFFF,
            hashed.ctime_ns,
            hashed.hashed_ns,
            hashed.digest,
            hashed.xxh3_128 or bytes(16),
            len(hashed.head),
        )
        + hashed.head
    )


def unpack_rows(algorithm: str, payload: bytes, *, xxh3: bool) -> list[tuple[int, Hashed]]:
    """The inverse of `pack_row`, for a message of many."""
    rows, offset = [], 0
    while offset < len(payload):
        index, size, mtime, file_id, ctime, hashed_ns, digest, quick, head = _ROW.unpack_from(payload, offset)
        offset += _ROW.size
        beginning = payload[offset : offset + head]
        offset += head
        xxh3_128 = quick if xxh3 else None
        rows.append((index, Hashed(algorithm, digest, xxh3_128, size, mtime, file_id, ctime, hashed_ns, beginning)))
    return rows


def _media_error(path: str | bytes, error: OSError) -> MediaError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return MediaError(f"{shown(path)} is not there any more", code="media.vanished")
    if isinstance(error, PermissionError):
        return MediaError(f"{shown(path)} may not be read", code="media.permission")
    if error.errno == errno.ELOOP:
        return MediaError(f"{shown(path)} is a symbolic link", code="media.link")
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return MediaError(f"{shown(path)} is not a regular file", code="media.special")
    return MediaError(f"{shown(path)} cannot be read: {error.strerror or error}", code="media.unreadable")
