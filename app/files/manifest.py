"""What tells whether the frames of a file sequence are still the same: by their bytes, or by names, sizes and times."""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any

from app.files.hashing import hash_bytes

#: Raw name, size in bytes, modification time in nanoseconds.
Member = tuple[bytes, int, int]


def manifest_hash(frames: Iterable[tuple[bytes, int, str]], algorithm: str = "") -> str:
    """The content hash of a sequence.

    Args:
        frames: raw name, size in bytes and content hash (`blake3:...`) of each frame, in any order.
        algorithm: `blake3` or `sha256`; the best one there is when empty.

    Returns:
        The hash of the RFC 8785 bytes of `[[name, size, hash], ...]`, sorted by the bytes of the name; a name that is
        not valid Unicode stands there as `{"raw_name": base64}`.
    """
    rows = ([_named(name), size, content] for name, size, content in sorted(frames))
    return hash_bytes(_canonical_list(rows), algorithm)


def fingerprint(members: Sequence[Member]) -> str:
    """A hash over names, sizes and times, in the same form; it changes with any edit that leaves a trace in them."""
    return hash_bytes(_canonical_list([_named(name), size, str(mtime)] for name, size, mtime in sorted(members)))


def cheap_fingerprint(members: Sequence[Member]) -> dict[str, int]:
    """Number of files, their bytes, and the newest modification time in whole seconds since 1970."""
    return {
        "files": len(members),
        "bytes": sum(size for _, size, _ in members),
        "newest_mtime": max(mtime for _, _, mtime in members) // 1_000_000_000,
    }


def _named(name: bytes) -> Any:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return {"raw_name": base64.b64encode(name).decode()}


def _canonical_list(rows: Iterable[list[Any]]) -> bytes:
    """RFC 8785 of rows of text and integers below 2^53, where it is what `json` writes without spaces."""
    return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":")).encode()
