"""`.qc.hashcache.json`: content hashes of the files of one folder, so that none is read twice.

A hash is believed only for a file with the same size, modification time and, in the same folder as before, the same
file id and change time; and only where the file had been left alone for a moment when it was read: a second edit
within the clock tick of its time stamp would not show (the rule by which git trusts its index). Caches of older tools
say too little for that and are made anew.
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import RecordsBroken
from app.files.atomic import write_whole
from app.files.hashing import Hashed
from app.files.sidecar import parse_document

CACHE_NAME = ".qc.hashcache.json"
SCHEMA = "reelmark-hashcache/1"
MAX_BYTES = 1 << 30

_FINE_NS = 20_000_000
_COARSE_NS = 2_000_000_000
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FileState:
    """What a file looks like from outside.

    Attributes:
        size: bytes.
        mtime_ns, ctime_ns: nanoseconds.
        file_id: inode or file index.
    """

    size: int
    mtime_ns: int
    file_id: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class _Entry:
    state: FileState
    content_hash: str


@dataclass(slots=True)
class HashCache:
    """The hashes of one folder.

    Attributes:
        folder_id: inode of the folder; in another folder (a copy, another drive) ids and change times say nothing.
        at_home: whether the cache was written for this very folder.
        problem: why the file that lay there was not used; empty where all is well.
    """

    folder_id: int
    at_home: bool = True
    problem: str = ""
    _entries: dict[bytes, _Entry] = field(default_factory=dict)
    _dirty: bool = False

    def find(self, name: bytes, state: FileState) -> str | None:
        """The content hash of a file in that state, or None where it must be read."""
        entry = self._entries.get(name)
        if entry is None or (entry.state.size, entry.state.mtime_ns) != (state.size, state.mtime_ns):
            return None
        if not self.at_home or (entry.state.file_id, entry.state.ctime_ns) != (state.file_id, state.ctime_ns):
            return None
        return entry.content_hash

    def suspects(self, name: bytes, state: FileState) -> bool:
        """Whether a file of the same size and time was rewritten or replaced all the same."""
        entry = self._entries.get(name)
        return (
            self.at_home
            and entry is not None
            and (entry.state.size, entry.state.mtime_ns) == (state.size, state.mtime_ns)
            and (entry.state.file_id, entry.state.ctime_ns) != (state.file_id, state.ctime_ns)
        )

    def add(self, name: bytes, hashed: Hashed) -> None:
        """Keep a hash, unless the file was too young when it was read."""
        if is_racy(hashed.mtime_ns, hashed.hashed_ns):
            self._dirty |= self._entries.pop(name, None) is not None
            return
        state = FileState(hashed.size, hashed.mtime_ns, hashed.file_id, hashed.ctime_ns)
        entry = _Entry(state, hashed.content_hash)
        if self._entries.get(name) != entry:
            self._entries[name] = entry
            self._dirty = True

    def keep_only(self, names: set[bytes]) -> None:
        """Forget files that are gone."""
        for name in [name for name in self._entries if name not in names]:
            del self._entries[name]
            self._dirty = True

    @property
    def empty(self) -> bool:
        """Whether it knows nothing."""
        return not self._entries

    @property
    def dirty(self) -> bool:
        """Whether it holds something that its file does not, or its file is damaged."""
        return self._dirty or bool(self.problem)

    def save(self, path: Path) -> None:
        """Write it whole; see `write_whole` for what is raised."""
        files: dict[str, list[Any]] = {}
        raw_files: dict[str, list[Any]] = {}
        for name, entry in sorted(self._entries.items()):
            state = entry.state
            row = [state.size, str(state.mtime_ns), str(state.file_id), str(state.ctime_ns), entry.content_hash]
            try:
                files[name.decode()] = row
            except UnicodeDecodeError:
                raw_files[base64.b64encode(name).decode()] = row
        document = {"schema": SCHEMA, "folder_id": str(self.folder_id), "files": files, "raw_files": raw_files}
        write_whole(path, json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self._dirty, self.problem, self.at_home = False, "", True


def racy_window_ns(mtime_ns: int) -> int:
    """How long a file with that time stamp must have been left alone: two seconds where the clock is coarse."""
    return _COARSE_NS if mtime_ns % _SECOND_NS == 0 else _FINE_NS


def is_racy(mtime_ns: int, seen_ns: int) -> bool:
    """Whether a file of that modification time may have changed again, unseen, after it was looked at."""
    return mtime_ns + racy_window_ns(mtime_ns) >= seen_ns


def load_cache(path: Path, folder_id: int) -> HashCache:
    """Read the cache of a folder; one that is absent, damaged or an older tool's gives an empty one.

    Never raises for what the file holds: `problem` says it, and the next save replaces the file.
    """
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
            return HashCache(folder_id)
        document = parse_document(path.read_bytes(), path)
    except OSError as error:
        return HashCache(folder_id, problem=error.strerror or str(error))
    except RecordsBroken as error:
        return HashCache(folder_id, problem=error.message)
    if document.get("schema") != SCHEMA:
        return HashCache(folder_id, problem="" if "schema" not in document else "it is of another version")
    cache = HashCache(folder_id, at_home=document.get("folder_id") == str(folder_id))
    try:
        for name, row in document["files"].items():
            cache._entries[name.encode()] = _entry(row)
        for name, row in document["raw_files"].items():
            cache._entries[base64.b64decode(name, validate=True)] = _entry(row)
    except (LookupError, TypeError, ValueError, AttributeError):
        return HashCache(folder_id, problem="its entries cannot be read")
    return cache


def _entry(row: list[Any]) -> _Entry:
    size, mtime, file_id, ctime, content_hash = row
    if not isinstance(content_hash, str) or ":" not in content_hash:
        raise ValueError
    return _Entry(FileState(int(size), int(mtime), int(file_id), int(ctime)), content_hash)
