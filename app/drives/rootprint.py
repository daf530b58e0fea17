"""The fingerprint of a drive's base: what lies directly in it, so that two listings can be compared in part.

The sketch is a bottom-k sample (Broder 1997): of all names the sixty-four whose hashes are the smallest. Which names
these are hangs on the names alone, so two listings that share most names share most of the sample. BLAKE2b comes with
Python, so every machine makes the same fingerprint.
"""

import os
from dataclasses import dataclass
from hashlib import blake2b

from app.model.names import raw

#: The file in a drive's base that says which drive it is; written only when somebody asks for it.
MARKER = ".reelmark-drive"
#: Entries that a sample holds.
_SAMPLE = 64
#: Entries of a base that are looked at; a base with more is known by these.
_MOST_ENTRIES = 20_000
#: Entries that systems write by themselves, on whatever drive is plugged in.
_OF_SYSTEMS = frozenset(
    [
        *("lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trashes", ".Spotlight-V100", ".fseventsd"),
        *(".DS_Store", "Thumbs.db", "desktop.ini", ".TemporaryItems", ".DocumentRevisions-V100", ".qc", MARKER),
    ]
)


@dataclass(frozen=True, slots=True)
class RootPrint:
    """`digest` of the whole listing in hex, and `sketch`: `name hash:state hash` of the sampled entries, sorted."""

    digest: str = ""
    sketch: tuple[str, ...] = ()


def read_root_print(base: str) -> RootPrint:
    """The fingerprint of a folder; empty where it cannot be listed or nothing of anybody's lies in it.

    Sizes and times are asked of the sampled files alone, times by the second: some file systems keep no more. Folders
    are not touched: another volume may be mounted on one, a share that does not answer.
    """
    found: list[tuple[str, bytes, bool]] = []
    try:
        with os.scandir(base) as entries:
            for _, entry in zip(range(_MOST_ENTRIES), entries, strict=False):
                if entry.name not in _OF_SYSTEMS and not entry.name.startswith(".Trash-"):
                    found.append((_hash(raw(entry.name)), raw(entry.name), entry.is_file(follow_symlinks=False)))
    except OSError:
        return RootPrint()
    if not found:
        return RootPrint()
    whole = blake2b(b"\0".join(sorted(name for _, name, _ in found)), digest_size=16)
    sketch = []
    for key, name, is_file in sorted(found)[:_SAMPLE]:
        state = _state(os.path.join(raw(base), name)) if is_file else ""  # noqa: PTH118 - may be no valid text
        sketch.append(f"{key}:{state}")
        whole.update(state.encode())
    return RootPrint(whole.hexdigest(), tuple(sketch))


def overlap(before: tuple[str, ...], now: tuple[str, ...]) -> float | None:
    """How much of two sketches agrees: 1 where every name and state does, 0 where no name does; None if one is empty.

    A name that is in both with another size or time counts half.
    """
    if not before or not now:
        return None
    old, new = dict(item.split(":", 1) for item in before), dict(item.split(":", 1) for item in now)
    reach = min(max(old), max(new)) if len(old) >= _SAMPLE and len(new) >= _SAMPLE else ""
    union = {key for key in {*old, *new} if not reach or key <= reach}
    both = [key for key in union if key in old and key in new]
    return sum(1.0 if old[key] == new[key] else 0.5 for key in both) / len(union)


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=4).hexdigest()


def _state(path: bytes) -> str:
    """A file's size and time."""
    try:
        status = os.lstat(path)
    except OSError:
        return ""
    return _hash(f"{status.st_size}.{int(status.st_mtime)}".encode())
