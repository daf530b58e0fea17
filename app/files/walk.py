"""Walks a drive: yields what lies in each folder, read by a killable child (`app.files.listing`).

When a folder gives nothing new for longer than the caller allows, the child is killed, that folder comes as timed out
and the walk goes on with the rest. A child that dies or falls silent is started again with all that was not handed over
yet. It then says beforehand what it lists, one folder at a time: dies it once more, the folder that ends it is known.
"""

import json
import struct
import sys
from array import array
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass

import xxhash

from app.errors import DriveGone, MediaError
from app.jobs.children import ChildFailed, stream
from app.jobs.job import CancelToken
from app.model import names as model_names

#: A folder's packed form begins so: sizes of all, path, files, names, subfolders, passed over, errors, arrangement;
#: status; skipped.
HEAD = struct.Struct("<IIIIIIIIBxxx8I")
#: Seconds between two signs of life of the child.
BEAT_S = 1.0
_CAREFUL_FOLDERS = 20_000  # more than a child holds back, so that a second death finds its folder
_MOST_DEATHS = 3
_HANDLER = "app.files.listing:serve"

LISTED, UNREADABLE, TIMED_OUT, VANISHED = range(4)

#: Why entries were seen and passed over, in the order of their counters in the packed form.
SKIPPED = ("permission", "long_path", "ignored", "hidden", "link", "special", "mount", "placeholder")
#: In the packed form an entry passed over begins with the number of its reason in `SKIPPED`, or with this: unreadable.
UNREAD = b"!"
#: Links and special files are no files: one that was a file before is missing. All others may still be there.
_NO_FILES = frozenset({"link", "special"})


@dataclass(frozen=True, slots=True)
class WalkRequest:
    """What to walk.

    Attributes:
        base: absolute path of the base, raw bytes.
        folders: where to begin, relative to the base with `/`; `b""` is the base itself.
        skip_hidden: leave out names with a leading dot (and hidden or system files on Windows).
        globs: patterns to leave out; one with a `/` is matched against the path relative to the base.
        follow_symlinks: read linked files and enter links to folders outside the base, each such folder once; what
            lies below the base is found in its own place.
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

    __slots__ = (
        "_arranged_size",
        "_body",
        "_dirs_size",
        "_errors_size",
        "_names_size",
        "_passed_size",
        "bytes",
        "file_count",
        "path",
        "skipped",
        "status",
    )

    def __init__(self, path: bytes, status: int, body: memoryview, sizes: tuple[int, ...], skipped: tuple[int, ...]):
        self.path = path
        self.status = status
        self._body = body
        self.file_count, self._names_size, self._dirs_size, self._passed_size, self._errors_size = sizes[:5]
        self._arranged_size = sizes[5]
        self.skipped = skipped
        self.bytes = sum(self.sizes) if self.file_count else 0

    @property
    def digest(self) -> bytes:
        """Sixteen bytes that change with any name, size, modification time or reason in the folder (XXH3-128)."""
        return xxhash.xxh3_128_digest(self._body[: len(self._body) - self._errors_size - self._arranged_size])

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
    def passed_over(self) -> list[tuple[bytes, str]]:
        """Raw name and reason (a word of `SKIPPED`) of each readable entry that was not catalogued, by name."""
        return [(entry[1:], SKIPPED[entry[0] - ord("0")]) for entry in self._passed() if entry[:1] != UNREAD]

    @property
    def left_out(self) -> list[bytes]:
        """Raw names that may be files or folders but were not catalogued: hidden, ignored, unreadable, mounts."""
        return [
            entry[1:]
            for entry in self._passed()
            if entry[:1] == UNREAD or SKIPPED[entry[0] - ord("0")] not in _NO_FILES
        ]

    def _passed(self) -> list[bytes]:
        return self._split(self._names_size + 16 * self.file_count + self._dirs_size, self._passed_size)

    @property
    def errors(self) -> list[tuple[bytes, str, str]]:
        """Name, reason and code of each entry that could not be read; the name is empty for the folder itself."""
        if not self._errors_size:
            return []
        end = len(self._body) - self._arranged_size
        found = json.loads(bytes(self._body[end - self._errors_size : end]))
        return [(model_names.raw(name), reason, code) for name, reason, code in found]

    @property
    def arranged(self) -> memoryview:
        """What the child made of the files, empty where it was not asked for or there are none: see `walk`."""
        return self._body[len(self._body) - self._arranged_size :]

    def _numbers(self, start: int) -> "array[int]":
        numbers = array("q")
        numbers.frombytes(self._body[start : start + 8 * self.file_count])
        return numbers

    def _split(self, start: int, size: int) -> list[bytes]:
        return bytes(self._body[start : start + size]).split(b"\0") if size else []


def walk(
    request: WalkRequest, token: CancelToken, *, timeout_s: float = 30.0, handler: str = _HANDLER
) -> Generator[Folder, None, None]:
    """Yield every folder once, each after the one that holds it.

    A folder that gives nothing for `timeout_s` seconds comes as TIMED_OUT, one that ends the child as UNREADABLE; the
    walk goes on. `handler` names the child's side, for one that works more out of each folder (`Folder.arranged`).

    Raises:
        Cancelled: the token was set.
        DriveGone: the base is not there (any more), or nothing can be listed.
    """
    pending = dict.fromkeys(reversed(request.folders))
    careful = 0
    deaths = 0
    while pending:
        at: bytes | None = None
        wire = {**asdict(request), "base": model_names.decoded(request.base), "careful": careful}
        wire["folders"] = [model_names.decoded(path) for path in reversed(pending)]
        try:
            silence_s = timeout_s + 3 * BEAT_S
            with closing(stream(handler, wire, token, silence_s=silence_s)) as messages:
                for header, payload in messages:
                    for folder in unpack(memoryview(payload)):
                        pending.pop(folder.path, None)
                        _push(pending, folder)
                        deaths = 0
                        yield folder
                    at = model_names.raw(header["at"])
                    if header["stuck"] >= timeout_s and at in pending:
                        break
                else:
                    return
            failed = _unlisted(at, TIMED_OUT, f"nothing could be read for {timeout_s:g} seconds", "ETIMEDOUT")
        except ChildFailed as failure:
            deaths += 1
            known = careful > 0 and at in pending
            if not known and deaths >= _MOST_DEATHS:
                raise DriveGone(f"{model_names.shown(request.base)} cannot be listed: {failure.message}") from failure
            careful = _CAREFUL_FOLDERS
            if not known or at is None:
                continue
            stalled = failure.context.get("kind") == "stalled"
            failed = (
                _unlisted(at, TIMED_OUT, failure.message, "ETIMEDOUT")
                if stalled
                else _unlisted(at, UNREADABLE, failure.message, "EIO")
            )
        except MediaError as error:
            if error.code != DriveGone.default_code:
                raise
            raise DriveGone(error.message, hint=error.hint) from error
        careful = 0
        pending.pop(failed.path)
        yield failed


def _unlisted(path: bytes, status: int, reason: str, code: str) -> Folder:
    """A folder of which nothing is known but why."""
    errors = json.dumps([("", reason, code)]).encode()
    return Folder(path, status, memoryview(errors), (0, 0, 0, 0, len(errors), 0), (0,) * len(SKIPPED))


def _push(pending: dict[bytes, None], folder: Folder) -> None:
    prefix = folder.path + b"/" if folder.path else b""
    for name in reversed(folder.subfolders):
        pending[prefix + name] = None


def unpack(payload: memoryview) -> Iterator[Folder]:
    """The folders of a message of the child, or of any packed listings in a row."""
    offset = 0
    while offset < len(payload):
        fields = HEAD.unpack_from(payload, offset)
        size, path_size, *sizes = fields[:8]
        start = offset + HEAD.size
        body = payload[start + path_size : start + size]
        yield Folder(bytes(payload[start : start + path_size]), fields[8], body, tuple(sizes), fields[9:])
        offset = start + size


if sys.byteorder != "little":
    raise ImportError("the packed form of folders is little-endian")
