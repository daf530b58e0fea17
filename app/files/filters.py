"""Which names a walk leaves out."""

import fnmatch
import os
import re
import stat as stat_bits
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.model.names import decoded

_HIDDEN_ON_WINDOWS = 0x2 | 0x4  # FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM
_HIDDEN_ON_MACOS = getattr(stat_bits, "UF_HIDDEN", 0x8000)


@dataclass(frozen=True, slots=True)
class NameFilter:
    """Patterns and the rule for hidden files.

    A pattern without `/` is matched against a name, one with `/` against the path relative to the base; case counts
    as it does on the system, composed and decomposed letters are the same. A folder that is left out is not entered.
    """

    by_name: "re.Pattern[str] | None"
    by_path: "re.Pattern[str] | None"
    skip_hidden: bool

    @classmethod
    def of(cls, globs: Sequence[str], *, skip_hidden: bool) -> "NameFilter | None":
        """The filter, or None where it would leave out nothing."""
        patterns = [pattern for glob in globs if (pattern := glob.replace(os.sep, "/").strip("/"))]
        if not patterns and not skip_hidden:
            return None
        return cls(
            _pattern([pattern for pattern in patterns if "/" not in pattern]),
            _pattern([pattern for pattern in patterns if "/" in pattern]),
            skip_hidden,
        )

    def leaves_out(self, folder: bytes, entry: "os.DirEntry[bytes]") -> str:
        """`hidden`, `ignored`, or nothing for a name that stays."""
        name = entry.name
        if self.skip_hidden and (name.startswith(b".") or _flagged_hidden(entry)):
            return "hidden"
        if self.by_name is not None and self.by_name.match(_text(name)):
            return "ignored"
        if self.by_path is not None and self.by_path.match(_text(folder + b"/" + name if folder else name)):
            return "ignored"
        return ""


def _flagged_hidden(entry: "os.DirEntry[bytes]") -> bool:
    if sys.platform == "win32":
        return bool(entry.stat(follow_symlinks=False).st_file_attributes & _HIDDEN_ON_WINDOWS)
    if sys.platform == "darwin":
        return bool(entry.stat(follow_symlinks=False).st_flags & _HIDDEN_ON_MACOS)
    return False


def _text(name: bytes) -> str:
    text = decoded(name)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _pattern(globs: Sequence[str]) -> "re.Pattern[str] | None":
    if not globs:
        return None
    flags = re.IGNORECASE if sys.platform in ("win32", "darwin") else re.NOFLAG
    return re.compile("|".join(fnmatch.translate(unicodedata.normalize("NFC", glob)) for glob in globs), flags)
