"""Names as they lie on a disk, and what is shown and searched of them.

A name's raw bytes are the truth. On POSIX they are the bytes of the directory entry, on Windows UTF-8 with
`surrogatepass`. Everything shown or sent as JSON is decoded from them; a search compares folded keys.
"""

import base64
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

_WINDOWS = sys.platform == "win32"
_ERRORS = "surrogatepass" if _WINDOWS else "surrogateescape"


def raw(name: str) -> bytes:
    """The bytes of a name as Python hands it out (`os.fsencode`; on Windows UTF-8 with surrogatepass)."""
    return name.encode("utf-8", "surrogatepass") if _WINDOWS else os.fsencode(name)


def decoded(name: bytes) -> str:
    """The name as Python takes it back; invalid bytes are lone surrogates. The inverse of `raw`."""
    return name.decode("utf-8", "surrogatepass") if _WINDOWS else os.fsdecode(name)


def shown(name: bytes | str) -> str:
    """A name that is valid Unicode, for people and JSON: bytes that cannot be decoded become U+FFFD."""
    if isinstance(name, str):
        if name.isascii():
            return name
        name = raw(name)
    return name.decode("utf-8", "replace")


def posix(path: PurePath | str | bytes) -> str:
    """A path as JSON gives it: valid Unicode, with `/` between names."""
    return shown(PurePath(decoded(path) if isinstance(path, bytes) else path).as_posix())


def raw_name(name: bytes) -> str | None:
    """Base64 of the raw bytes where the name is not valid Unicode, else None (JSON field `raw_name`)."""
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(name).decode("ascii")
    return None


def folded(name: bytes) -> bytes:
    """The search key of a name: NFC, case-folded, accents kept."""
    if name.isascii():
        return name.lower()
    text = name.decode("utf-8", _ERRORS)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).encode("utf-8", _ERRORS)


def folded_all(names: Sequence[bytes]) -> list[bytes]:
    """The search keys of many names, none of which holds a NUL."""
    joined = b"\0".join(names)
    return joined.lower().split(b"\0") if joined.isascii() and names else [folded(name) for name in names]


def folded_text(text: str) -> bytes:
    """The search key of something a user typed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).encode("utf-8", _ERRORS)
